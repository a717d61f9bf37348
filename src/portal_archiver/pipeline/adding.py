"""A portal that nobody has looked at yet: what it offers, what its pages teach, and how its reports would be stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from portal_archiver.crawler import Reason
from portal_archiver.model import Article, Kind, License, Portal, RunReport
from portal_archiver.parser.learning import Lesson, Sample, compared, learn
from portal_archiver.parser.learning.profile import FEW
from portal_archiver.pipeline.learning import reason_against
from portal_archiver.pipeline.learning_from_web import FETCHED
from portal_archiver.pipeline.reading import read_page
from portal_archiver.pipeline.sampling import Found, Sampled, sampled

SECONDS = 240.0  # that fetching may take: a Crawl-delay of a minute would make an hour of it
EXAMPLES = 5
ENDED_EARLY = {"time": "it took too long", "unreachable": "the portal fell silent"}
Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A report as it would be stored, and the license on its page."""

    url: str
    kind: Kind
    article: Article
    license: License | None


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at a portal: `portal` is where it was found to begin, with the profile it taught.

    `kinds` counts its pages as they are read with that profile, `examples` are some of its `reports`, from the newest
    to the oldest; `doubts` are sentences about what is not sure.
    """

    portal: Portal
    run: RunReport
    found: Found
    lesson: Lesson
    kinds: dict[str, int] = field(default_factory=dict, hash=False)
    reports: int = 0
    examples: tuple[Example, ...] = ()
    doubts: tuple[str, ...] = ()


def look_at(portal: Portal, *, pages: int = FETCHED, seconds: float = SECONDS, show: Show | None = None) -> Look:
    """Fetch some pages of a portal as a crawl would, learn from them, and read them as a crawl would then; nothing of
    it is kept.

    `show` is told what is done, how much of it, and of how much. Errors as of `sampled`.
    """
    tell = show or (lambda what, done, total: None)
    seen = sampled(portal, pages=pages, seconds=seconds, show=lambda done, total: tell("fetching pages", done, total))
    samples = [Sample(*each) for each in seen.pages]
    return _judged(seen, samples, learn(samples, lambda done, total: tell("reading pages", done, total)))


def _judged(seen: Sampled, samples: Sequence[Sample], lesson: Lesson) -> Look:
    against = reason_against(lesson, compared(samples, lesson.learned))
    taught = seen.portal if against else replace(seen.portal, learned=lesson.learned)
    pages = [read_page(taught, sample.capture, sample.seen_as) for sample in samples]
    reports = [Example(page.url, page.kind, page.article, page.license) for page in pages if page.article]
    listings = tuple(page.url for page in pages if page.kind == "listing")
    doubts = [*lesson.doubts, *([f"nothing is learned: {against}"] if lesson.learned and against else [])]
    return Look(
        portal=taught,
        run=seen.run,
        found=replace(seen.found, listings=listings),
        lesson=lesson,
        kinds=dict(Counter(page.kind for page in pages)),
        reports=len(reports),
        examples=_spread(reports),
        doubts=(*_doubts(seen.run, len(samples)), *doubts, *_missing(reports)),
    )


def _spread(reports: Sequence[Example]) -> tuple[Example, ...]:
    """Some articles (documents, where they are few) from the newest to the oldest: templates change with the years."""
    one_each = {(one.article.title, one.article.body): one for one in reversed(reports)}.values()
    articles = [one for one in one_each if one.kind == "article"]
    chosen = articles if len(articles) >= EXAMPLES else one_each
    ordered = sorted(chosen, key=lambda one: (_day(one), one.url), reverse=True)
    if len(ordered) <= EXAMPLES:
        return tuple(ordered)
    return tuple(ordered[number * (len(ordered) - 1) // (EXAMPLES - 1)] for number in range(EXAMPLES))


def _day(report: Example) -> str:
    return report.article.published.day.isoformat() if report.article.published else ""


def _doubts(run: RunReport, pages: int) -> Iterator[str]:
    """What the fetching leaves unsure."""
    if pages < FEW:
        came = f"only {pages} {'page' if pages == 1 else 'pages'} came, and from {FEW} on a profile is sure"
        yield f"{came}: do links lead on from the start (those that only JavaScript makes are not seen)?"
    if run.stopped in ENDED_EARLY:
        yield f"the fetching ended early: {ENDED_EARLY[run.stopped]}"
    for reason, number in sorted(run.reasons.items()):
        yield f"{number} {'address' if number == 1 else 'addresses'} brought no page: {Reason(reason).sentence}"


def _missing(reports: Sequence[Example]) -> Iterator[str]:
    """What most reports have, and these do not."""
    many = len(reports)
    undated = sum(one.article.published is None for one in reports)
    guessed = sum(one.article.published is not None and one.article.published.origin == "body" for one in reports)
    photos = [photo for one in reports for photo in one.article.photos]
    for number, what in ((undated, "have no date"), (guessed, "have a date that is guessed from their text")):
        if number:
            yield f"{number} of {many} reports {what}: `explain` shows why for one of them"
    if reports and not any(one.article.author for one in reports):
        yield "no report has a byline"
    if photos and not any(photo.credit for photo in photos):
        yield f"none of {len(photos)} photos has a credit"
    if reports and not any(one.license for one in reports):
        yield "no page has a license footer"
