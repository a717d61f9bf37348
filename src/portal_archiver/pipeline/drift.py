"""Drift: what a portal's pages yielded tonight, against what they have yielded; and a portal gone silent.

A template that changes makes no error: pages come, and are read as something else, or without their dates. So every
run counts of the reports it read how many had what (`YIELDS`), and compares the shares with those of the month before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import exp, lgamma, log, log1p

from portal_archiver.model import REPORT_KINDS, Alarm, Article, Fetch, Night, Page, Rhythm, Target, Yield

EXAMPLES = 3
MONTH = timedelta(days=31)

# A share has dropped when tonight's is less than half of the month's, and pure chance would bring so few once in a
# thousand nights or less often. Reports of one night are alike (ten decrees, no photo), so it must be less than in any
# night with half as many reports, too. What less than a third of all reports have says nothing.
HALF, CHANCE, TELLING = 0.5, 0.001, 0.3
ENOUGH = 20  # reports of earlier nights
LONG_TEXT = 300  # characters; a body shorter than that may be a lead alone

# A portal is silent when nothing has come for twice the longest pause of its last days of publication, and for ten
# days: a day of publication is a day from which the archive has a report.
MIN_SILENCE, PAUSES = 10, 2
MIN_DAYS = 10  # fewer days of publication make no rhythm


@dataclass(frozen=True, slots=True)
class Reading:
    """A URL that was asked for, and what came of it; `first_title`: no earlier report of the run has its title."""

    target: Target
    fetch: Fetch
    page: Page | None
    outcome: str
    first_title: bool = True

    @property
    def article(self) -> Article | None:
        """The report that was read, unless it is one more address of a known one."""
        return self.page.article if self.page and self.outcome != "duplicate" else None

    @property
    def was_report(self) -> bool:
        """Whether the URL showed a report the last time."""
        return self.target.kind in REPORT_KINDS

    @property
    def status(self) -> int:
        """The status of the answer, 0 without one."""
        return self.fetch.capture.status if self.fetch.capture else 0


def _is_prose(reading: Reading) -> bool:
    return bool(reading.article and reading.page and reading.page.kind == "article")


def _has_shown_date(reading: Reading) -> bool:
    published = reading.article.published if reading.article else None
    return bool(published and published.origin not in ("url", "body"))


# What is counted: its name, which readings count, and which of them have it. The names are what alarms are told by.
YIELDS: tuple[tuple[str, Callable[[Reading], bool], Callable[[Reading], bool]], ...] = (
    ("address", lambda it: it.was_report and it.status > 0, lambda it: it.status not in (404, 410)),
    ("report", lambda it: it.was_report and bool(it.page), lambda it: bool(it.page and it.page.article)),
    ("title", lambda it: bool(it.article), lambda it: it.first_title),
    ("date", lambda it: bool(it.article), _has_shown_date),
    ("body", _is_prose, lambda it: bool(it.article and len(it.article.body) >= LONG_TEXT)),
    ("credit", _is_prose, lambda it: any(photo.credit for photo in it.article.photos) if it.article else False),
    ("byline", _is_prose, lambda it: bool(it.article and it.article.author)),
    ("license", lambda it: bool(it.article), lambda it: bool(it.page and it.page.license)),
    ("unedited", lambda it: it.was_report and bool(it.article), lambda it: it.outcome != "changed"),
)
# Known reports that are there no more, or are no reports any more, are news on the first night they are looked at.
EXPECTED_OF_ALL = frozenset({"address", "report"})


@dataclass(slots=True)
class Yields:
    """What the pages of one run yielded: by name, how many of how many, and some that did not."""

    have: dict[str, int] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)
    without: dict[str, list[str]] = field(default_factory=dict)
    titles: set[int] = field(default_factory=set)

    def note(self, target: Target, fetch: Fetch, page: Page | None, outcome: str) -> None:
        """Count what came of one URL."""
        title = hash(page.article.title) if page and page.article and outcome != "duplicate" else None
        reading = Reading(target, fetch, page, outcome, first_title=title not in self.titles)
        if title is not None:
            self.titles.add(title)
        for name, counts, has in YIELDS:
            if counts(reading):
                self.of[name] = self.of.get(name, 0) + 1
                if has(reading):
                    self.have[name] = self.have.get(name, 0) + 1
                elif len(examples := self.without.setdefault(name, [])) < EXAMPLES:
                    examples.append(target.url)

    def shares(self) -> dict[str, Yield]:
        """What was counted, in the order of the table."""
        return {name: Yield(self.have.get(name, 0), self.of[name]) for name, _, _ in YIELDS if name in self.of}


def drifted(tonight: Yields, nights: Sequence[Night]) -> Iterator[Alarm]:
    """An alarm for each yield that has dropped; `nights` are the earlier ones, newest first.

    A night that raised the alarm is no measure for the ones after it: so it goes on until the pages are as before.
    """
    for name, now in tonight.shares().items():
        good = [night for night in nights if name in night.yields and name not in night.alarms]
        month = [night.yields[name] for night in good if night.day > good[0].day - MONTH]
        usual = ENOUGH if name in EXPECTED_OF_ALL else 0
        before = Yield(usual + sum(it.have for it in month), usual + sum(it.of for it in month))
        if _has_dropped(now, before) and all(now.share < it.share for it in month if 2 * it.of >= now.of):
            last_good = good[0].day if good else None
            yield Alarm(name, now.share, before.share, last_good, tuple(tonight.without.get(name, ())))


def _has_dropped(now: Yield, before: Yield) -> bool:
    if before.of < ENOUGH or before.share < TELLING or now.share >= HALF * before.share:
        return False
    return _at_most(now.have, now.of, (before.have + 1) / (before.of + 2)) < CHANCE


def _at_most(have: int, of: int, probability: float) -> float:
    """How likely it is that at most `have` of `of` have what each has with this probability (0 < p < 1)."""
    p, q = log(probability), log1p(-probability)
    ways = (lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * p + (of - k) * q for k in range(have + 1))
    return sum(exp(each) for each in ways)


def silent(rhythm: Rhythm, today: date) -> Alarm | None:
    """The alarm of a portal from which nothing has come for much longer than its own rhythm.

    One that was silent already when it was first visited has not fallen silent: old portals are archived, too.
    """
    days = sorted(rhythm.days)
    if len(days) < MIN_DAYS or rhythm.accepted or rhythm.watched is None:
        return None
    if (rhythm.watched - days[-1]).days > MIN_SILENCE:
        return None
    longest = max((after - before).days for before, after in pairwise(days))
    waited = (today - days[-1]).days
    if waited <= max(MIN_SILENCE, PAUSES * longest):
        return None
    return Alarm("silence", waited, longest, days[-1], rhythm.newest)
