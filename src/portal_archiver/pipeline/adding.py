"""A portal that nobody has looked at yet: what it offers, what its pages teach, and how its reports would be stored."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from portal_archiver.crawler import Reason, crawl_delay, is_feed, location_of, read_index
from portal_archiver.crawler.remedies import IN_THE_CONFIGURATION, REMEDIES
from portal_archiver.errors import ConfigError, UnreachableError
from portal_archiver.model import Article, Kind, License, Portal, RunEvent, RunReport
from portal_archiver.parser.learning import Lesson, Sample, compared, learn
from portal_archiver.parser.learning.profile import FEW
from portal_archiver.pipeline.crawling import crawl
from portal_archiver.pipeline.learning import FETCHED, PAGES, reason_against
from portal_archiver.pipeline.options import Progress
from portal_archiver.pipeline.reading import read_page
from portal_archiver.store import Archive
from portal_archiver.urls import canonicalize, host_of, on_hosts, twin_of

SECONDS = 240.0  # that fetching may take: a Crawl-delay of ten seconds would make an afternoon of it
EXAMPLES = 5
Show = Callable[[str, int, int], None]
TRY_LATER = "open it in a browser, and try again later"
# What to do where a portal that is in no configuration yet brings nothing.
HERE = REMEDIES | {
    Reason.PRIVATE_ADDRESS: "if it is in your own network, permit it with --allow-private, which writes"
    " `allow_private = true`",
    Reason.OFF_HOST: "it leads to another host: add that one's address instead",
    Reason.NOT_HTML: "give the address of a web page",
    Reason.FILE: "give the address of a web page",
    Reason.NOT_FOUND: "correct the address: that page does not exist",
    Reason.GONE: "correct the address: that page was removed",
    Reason.FORBIDDEN: "it denies access: ask the people who run it",
    Reason.DNS: "check how its host is spelled, and the name server of this machine",
    Reason.TLS: "write its table with `portal-archiver init`, and set `ca` or `verify` there",
}


@dataclass(frozen=True, slots=True)
class Index:
    """A sitemap or feed, and how many addresses it lists."""

    url: str
    entries: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a portal offers to a crawler: the status of its robots.txt (None: it cannot be told) with the seconds
    between two requests that it asks for, sitemaps, feeds, and the lists among the pages."""

    robots: int | None
    crawl_delay: float | None = None
    sitemaps: tuple[Index, ...] = ()
    feeds: tuple[Index, ...] = ()
    listings: tuple[str, ...] = ()


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

    A portal that begins at `bachhai.example` and lives at `www.bachhai.example` is found there, and the other way
    round. `show` is told what is done, how much of it, and of how much. UnreachableError where the page does not come
    at which the portal begins, ConfigError where the address is at fault.
    """
    tell = show or (lambda what, done, total: None)
    indexes: list[str] = []

    def note(progress: Progress) -> None:
        tell("fetching pages", progress.done, min(pages, progress.done + progress.waiting))
        if progress.outcome == "index":
            indexes.append(progress.url)

    with tempfile.TemporaryDirectory(prefix="add-") as folder, Archive(Path(folder) / "sample.db") as archive:
        run = crawl(_with_twin(portal), archive, max_pages=pages, max_time=seconds, on_progress=note)
        if archive.latest_page(_asked(portal), portal=portal.key) is None:
            raise _nothing(portal, archive.events(run.id))
        samples = [Sample(*each) for each in archive.sample(portal.key, limit=PAGES)]
        portal = _settled(portal, archive)
        found = _found(portal, archive, indexes)
    lesson = learn(samples, lambda done, total: tell("reading pages", done, total))
    return _judged(portal, run, found, lesson, samples)


def _with_twin(portal: Portal) -> Portal:
    """The portal with `www.` and without, for its start may lead from one to the other."""
    return replace(portal, hosts=tuple(dict.fromkeys([*portal.hosts, *map(twin_of, map(host_of, portal.start))])))


def _asked(portal: Portal) -> str:
    """Where a portal begins, as it is asked for."""
    return canonicalize(portal.start[0]) or portal.start[0]


def _nothing(portal: Portal, events: Sequence[RunEvent]) -> ConfigError | UnreachableError:
    """Why the page where a portal begins did not come, and what to do."""
    start = _asked(portal)
    event = next((event for event in events if event.url == start), None)
    if event is None:
        return UnreachableError(f"{start} was not asked for in time: {TRY_LATER}")
    reason = Reason(event.reason)
    kind = ConfigError if reason in IN_THE_CONFIGURATION else UnreachableError
    detail = event.detail.removeprefix(f"{start[:300]}: ")
    told = reason.sentence if detail in ("", reason.sentence) else f"{reason.sentence} ({detail})"
    return kind(f"{start} brought no page: {told}: {HERE.get(reason, TRY_LATER)}")


def _settled(portal: Portal, archive: Archive) -> Portal:
    """The portal at the host to which its start leads, if that is its twin."""
    asked = _asked(portal)
    capture = archive.latest_page(asked, portal=portal.key)
    if len(portal.start) > 1 or capture is None or on_hosts(capture.final_url, portal.hosts):
        return portal
    led_to = urlsplit(capture.final_url)
    start = urlsplit(asked)._replace(scheme=led_to.scheme, netloc=led_to.netloc).geturl()
    return replace(portal, start=(start,), hosts=())


def _found(portal: Portal, archive: Archive, indexes: Sequence[str]) -> Found:
    robots = archive.remembered_robots(location_of(_asked(portal)))
    sitemaps: list[Index] = []
    feeds: list[Index] = []
    for url in indexes:
        if capture := archive.latest_page(url, portal=portal.key):
            index = Index(url, len(read_index(capture) or ()))
            (feeds if is_feed(capture) else sitemaps).append(index)
    return Found(
        robots=robots.status if robots else None,
        crawl_delay=crawl_delay(robots.text) if robots else None,
        sitemaps=tuple(sitemaps),
        feeds=tuple(feeds),
    )


def _judged(portal: Portal, run: RunReport, found: Found, lesson: Lesson, samples: Sequence[Sample]) -> Look:
    against = reason_against(lesson, compared(samples, lesson.learned))
    taught = portal if against else replace(portal, learned=lesson.learned)
    pages = [read_page(taught, sample.capture, sample.seen_as) for sample in samples]
    reports = [Example(page.url, page.kind, page.article, page.license) for page in pages if page.article]
    listings = tuple(page.url for page in pages if page.kind == "listing")
    doubts = [*lesson.doubts, *([f"nothing is learned: {against}"] if lesson.learned and against else [])]
    return Look(
        portal=taught,
        run=run,
        found=replace(found, listings=listings),
        lesson=lesson,
        kinds=dict(Counter(page.kind for page in pages)),
        reports=len(reports),
        examples=_spread(reports),
        doubts=(*_doubts(run, len(samples)), *doubts, *_missing(reports)),
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
    if run.stopped in ("time", "unreachable", "signal"):
        why = {"time": "it took too long", "unreachable": "the portal fell silent", "signal": "it was stopped"}
        yield f"the fetching ended early: {why[run.stopped]}"
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
