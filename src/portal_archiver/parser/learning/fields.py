"""Which selector of those tried is the field's: what most pages agree on, if it varies as the field does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import median

from portal_archiver.parser.dates import VIETNAM, find_dates
from portal_archiver.parser.learning.constancy import variety
from portal_archiver.parser.learning.profile import Choice
from portal_archiver.parser.learning.specimen import Specimen
from portal_archiver.parser.learning.trials import Trial
from portal_archiver.parser.values import squashed

EXAMPLES, EXCERPT = 3, 80  # values that are shown, and characters of each
MATCHED = 0.5  # share of a group's pages on which the selector of a headline or a body matches
AGREED = 0.8  # share of the pages with both on which a field's selector finds what the parser read
SEVERAL = 3  # pages on which a value must have been read before its place is believed
SHARE = 0.2  # the same, as a share of the pages
AS_GOOD = 0.75  # of what the headlines say that the parser finds by itself
DIFFERENT = 0.25  # share of different headlines from which on they are not a label
LOST, BEHIND = 0.04, 0.25  # shares of pages where a container may leave out text: at all, and behind it
SECTIONS = 2  # different ones: where all pages are of one, a menu item of that name would do
FETCHED = 0.8  # share of dates that are the day of the capture: a clock


def choose_title(trials: Sequence[Trial], specimens: Mapping[int, Specimen], moving: Collection[str]) -> Choice | None:
    """The selector with the most votes whose values differ from page to page.

    None where the parser finds better headlines by itself, in places that no selector names.
    """
    fit = [
        trial
        for trial in trials
        if trial.selector not in moving
        and "p:nth" not in trial.selector  # so many paragraphs down: on another report that is something else
        and len(trial.passed) >= max(SEVERAL, MATCHED * len(specimens))
        and variety(trial.values.values()) >= DIFFERENT
        and trial.votes > 0
        and _telling(trial.votes, trial.values.values()) >= AS_GOOD * _alone(specimens, trial.passed)
    ]
    ranked = sorted(
        fit, key=lambda trial: (-round(_telling(trial.votes, trial.values.values())), trial.cost, trial.selector)
    )
    return _choice("title", ranked, specimens)


def _telling(votes: float, values: Collection[str]) -> float:
    """The votes for headlines. What stands on many pages alike, as the name of a section does, is none, even if the
    names differ on most of the few pages that there are."""
    return votes * variety(values) ** 3


def _alone(specimens: Mapping[int, Specimen], pages: Collection[int]) -> float:
    """The same of the headlines that the parser finds on some of the pages by itself."""
    best = [marks[0] for page in pages if (marks := specimens[page].marks.get("title"))]
    return _telling(sum(mark.weight for mark in best), [mark.text for mark in best])


def choose_value(
    field: str, trials: Sequence[Trial], specimens: Mapping[int, Specimen], moving: Collection[str]
) -> Choice | None:
    """The selector of a date, a byline or a section: it finds what the parser read wherever that read anything."""
    read = {page for page, specimen in specimens.items() if specimen.marks.get(field)}
    fit = []
    for trial in trials:
        both = trial.passed & read
        enough = len(trial.agreed) >= max(SEVERAL, SHARE * len(specimens))
        if trial.selector in moving or not enough or len(trial.agreed) < AGREED * len(both):
            continue
        if field == "author" and ":nth" in trial.selector:
            continue  # so many paragraphs down: on a longer report that is another one
        if field == "section" and len({squashed(value) for value in trial.values.values()}) < SECTIONS:
            continue
        if len(trial.passed) < AGREED * len(trial.matched) or (field == "published" and _is_clock(trial, specimens)):
            continue
        fit.append(trial)
    ranked = sorted(fit, key=lambda trial: (-len(trial.agreed), trial.cost, trial.selector))
    return _choice(field, ranked, specimens)


def _is_clock(trial: Trial, specimens: Mapping[int, Specimen]) -> bool:
    """Whether the dates found are those of the captures: a clock, as far as anybody can tell."""
    same = 0
    for page, text in trial.values.items():
        today = specimens[page].captured.astimezone(VIETNAM).date()
        same += any(abs(found.day - today) <= timedelta(days=1) for found in find_dates(text))
    return same >= FETCHED * len(trial.values)


def choose_body(trials: Sequence[Trial], pages: Collection[int], trusted: Collection[int]) -> Choice | None:
    """The smallest container that holds the text of nearly all pages, of those `trusted` that have the right headline.

    A text that stands behind it on a few pages alone is a reader's comment, or the parser's mistake.
    """
    known = set(trusted)
    fit = []
    for trial in trials:
        complete, behind, before = (len(found & known) for found in (trial.complete, trial.behind, trial.before))
        number = complete + behind + before
        if number < SEVERAL or len(trial.matched) < MATCHED * len(pages):
            continue
        if before <= LOST * number and behind <= BEHIND * number:
            fit.append(trial)
    most = max((len(trial.matched) for trial in fit), default=0)
    common = [trial for trial in fit if len(trial.matched) >= AGREED * most]
    ranked = sorted(common, key=lambda trial: (_size(trial, known), trial.cost, trial.selector))
    chosen = _choice("body", ranked, pages)
    if chosen is None:
        return None
    judged = (ranked[0].complete | ranked[0].behind | ranked[0].before) & known
    return replace(chosen, agreement=len(ranked[0].complete & known) / len(judged))


def _size(trial: Trial, known: Collection[int]) -> int:
    """The characters beside the text, in steps: a few more or less say nothing."""
    return round(median(excess for page, excess in trial.excess.items() if page in known) / 40)


def _choice(field: str, ranked: Sequence[Trial], pages: Collection[int]) -> Choice | None:
    if not ranked:
        return None
    best = ranked[0]
    values = list(dict.fromkeys(value[:EXCERPT] for page, value in sorted(best.values.items()) if page in pages))
    return Choice(
        field,
        best.selector,
        support=len((best.passed or best.matched) & set(pages)) / len(pages),
        agreement=len(best.agreed) / max(1, len(best.passed)),
        runner_up=ranked[1].selector if len(ranked) > 1 else "",
        examples=tuple(values[:EXAMPLES]),
    )
