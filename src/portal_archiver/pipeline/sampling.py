"""A sample of a portal that no archive has: some pages, fetched as a crawl would, and what it offers to crawlers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from portal_archiver.crawler import Reason, crawl_delay, is_feed, location_of, read_index
from portal_archiver.crawler.remedies import IN_THE_CONFIGURATION, REMEDIES
from portal_archiver.errors import ConfigError, UnreachableError
from portal_archiver.model import Capture, Link, Portal, RunEvent, RunReport
from portal_archiver.pipeline.crawling import crawl
from portal_archiver.pipeline.options import Progress
from portal_archiver.store import Archive
from portal_archiver.urls import canonicalize, host_of, on_hosts, twin_of

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
class Sampled:
    """What was fetched: the portal where it was found to begin, the run, what is offered, and the pages, each with what
    a listing said of it."""

    portal: Portal
    run: RunReport
    found: Found
    pages: tuple[tuple[Capture, Link | None], ...]


def sampled(portal: Portal, *, pages: int, seconds: float, show: Callable[[int, int], None]) -> Sampled:
    """Fetch at most so many pages of a portal, for at most so many seconds; nothing of them is kept.

    A portal that begins at `bachhai.example` and lives at `www.bachhai.example` is found there, and the other way
    round. `show` is told how many addresses are done, and of how many. UnreachableError where the page does not come at
    which the portal begins, ConfigError where the address is at fault.
    """
    indexes: list[str] = []

    def note(progress: Progress) -> None:
        show(progress.done, min(pages, progress.done + progress.waiting))
        if progress.outcome == "index":
            indexes.append(progress.url)

    with tempfile.TemporaryDirectory(prefix="add-") as folder, Archive(Path(folder) / "sample.db") as archive:
        run = crawl(_with_twin(portal), archive, max_pages=pages, max_time=seconds, on_progress=note)
        if archive.latest_page(_asked(portal), portal=portal.key) is None:
            raise _nothing(portal, archive.events(run.id))
        settled = _settled(portal, archive)
        return Sampled(settled, run, _found(settled, archive, indexes), tuple(archive.sample(portal.key, limit=pages)))


def _with_twin(portal: Portal) -> Portal:
    """The portal with `www.` and without, for its start may lead from one to the other."""
    twins = (twin_of(host_of(url)) for url in portal.start)
    return replace(portal, hosts=tuple(dict.fromkeys((*portal.hosts, *twins))), learn=False)


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
