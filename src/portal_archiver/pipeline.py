"""How a page travels: frontier, crawler, parser, store; one transaction a page. Only this module knows all rooms."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from portal_archiver.crawler import (
    Endless,
    Entry,
    Fetcher,
    Politeness,
    Reason,
    is_guess,
    look_of,
    next_due,
    read_index,
    seeds,
    shape_of,
)
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import PAGE_STATUSES, Capture, Fetch, Link, Page, Portal, RunReport, Target
from portal_archiver.parser import parse_page
from portal_archiver.store import Archive, Frontier

# So many requests in a row without an answer, and the portal is unreachable, not a page of it: a few where it never
# answered at all; more, and more than a host is asked before it is left alone, where it fell silent on the way.
NEVER_ANSWERED, FELL_SILENT = 3, 15
SILENCE = frozenset(reason for reason in Reason if reason.unreachable) | {Reason.ROBOTS_UNREACHABLE}

UNSTORABLE = (ValueError, OverflowError)  # what was read from a page cannot be written: half a surrogate pair, 2**64
MAX_TROUBLE = 1000  # characters of an exception that are kept


@dataclass(frozen=True, slots=True)
class Progress:
    """One URL is done: `outcome` is `Archive.save`'s, "not-modified", "index" (a sitemap or feed), or a reason."""

    portal: str
    url: str
    outcome: str
    done: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Options:
    """What one crawl was asked to do; see `crawl`."""

    max_pages: int | None = None
    max_time: float | None = None
    recheck: bool = False
    on_progress: Callable[[Progress], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def crawl(
    portal: Portal,
    archive: Archive,
    *,
    max_pages: int | None = None,
    max_time: float | None = None,
    recheck: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> RunReport:
    """Visit what is due of a portal, and keep what it says.

    At most `max_pages` URLs (default: the portal's budget) are asked for; `recheck` makes all known ones due;
    `on_progress` is called after each; once `stop` is set, or `max_time` (seconds) is over, the URL in flight is
    finished and the rest waits.
    LockedError while another crawl writes to the archive. An unreachable portal is a report, not an error.
    Where an event loop is running, call it as `await asyncio.to_thread(crawl, portal, archive)`.
    """
    return crawl_all(
        [portal],
        archive,
        max_pages=max_pages,
        max_time=max_time,
        recheck=recheck,
        on_progress=on_progress,
        stop=stop,
    )[0]


def crawl_all(
    portals: Iterable[Portal],
    archive: Archive,
    *,
    max_pages: int | None = None,
    max_time: float | None = None,
    recheck: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> tuple[RunReport, ...]:
    """The same for several portals side by side: a slow one holds up no other, except those on the same host."""
    options = Options(max_pages, max_time, recheck, on_progress, stop or threading.Event())
    politeness = Politeness()
    with archive.exclusive():
        _refuse_in_a_loop()
        return asyncio.run(_side_by_side([_Run(portal, archive, options, politeness) for portal in portals]))


def _refuse_in_a_loop() -> None:
    """A crawl runs an event loop of its own, and a thread has room for one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise PortalArchiverError(
        "an event loop is running here (as in a notebook), and a crawl needs a thread without one; "
        "write `await asyncio.to_thread(crawl, portal, archive)`"
    )


async def _side_by_side(runs: list[_Run]) -> tuple[RunReport, ...]:
    """The reports in the order of the runs; the first error ends all runs, and comes out as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run.travel()) for run in runs]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return tuple(task.result() for task in tasks)


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer turned out to be: the entries of a sitemap or feed, or a page; neither, if it brought none.

    `trouble` is the exception, in words, on which the reading of it ended.
    """

    entries: tuple[Entry, ...] | None = None
    page: Page | None = None
    trouble: str = ""


def understand(portal: Portal, target: Target, capture: Capture) -> Understood:
    """Reads a capture; pure, so that it may run anywhere."""
    entries = read_index(capture)
    if entries is not None:
        return Understood(entries=entries)
    page = parse_page(
        capture.body,
        capture.final_url,
        portal=portal,
        headers=capture.headers,
        fetched_at=capture.fetched_at,
        seen_as=target.seen_as,
    )
    return Understood(page=page)


def try_to_understand(portal: Portal, target: Target, capture: Capture) -> Understood:
    """The same, but a bug of ours costs the page that it shows itself on, not the run; never raises."""
    try:
        return understand(portal, target, capture)
    except Exception as error:
        return Understood(trouble=in_words(error))


def in_words(error: Exception) -> str:
    """Type and text of an exception, whatever is in it."""
    return f"{type(error).__name__}: {error}"[:MAX_TROUBLE].encode("utf-8", "replace").decode()


class _Run:
    """One crawl of one portal."""

    def __init__(self, portal: Portal, archive: Archive, options: Options, politeness: Politeness) -> None:
        self.portal = portal
        self.archive = archive
        self.options = options
        self.politeness = politeness
        self.began = datetime.now(UTC)
        self.deadline = math.inf if options.max_time is None else time.monotonic() + options.max_time
        self.frontier: Frontier = archive.frontier(portal, recheck=options.recheck)
        self.run_id = archive.begin_run(portal, self.began)
        self.endless = Endless()
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.done = 0
        self.silent = 0  # requests in a row without an answer
        self.answered = False

    async def travel(self) -> RunReport:
        """Asks for one URL after another until nothing is due, or something says stop."""
        budget = self.options.max_pages or self.portal.budget
        asking = Fetcher(self.portal, politeness=self.politeness, memory=self.archive, anew=self.options.recheck)
        async with asking as fetcher:
            self.frontier.add(await seeds(self.portal, fetcher))
            stopped = self.why_stop(budget)
            while stopped is None and (target := self.frontier.next()):
                await self.visit(fetcher, target)
                stopped = self.why_stop(budget)
            return self.report(fetcher.requests, stopped)

    def why_stop(self, budget: int) -> str | None:
        if self.options.stop.is_set():
            return "signal"
        patience = FELL_SILENT if self.answered else NEVER_ANSWERED
        if self.silent >= patience or (self.silent and not self.answered and not self.frontier.waiting()):
            return "unreachable"
        limit = "budget" if self.done >= budget else "time" if time.monotonic() >= self.deadline else None
        return limit if limit and self.frontier.waiting() else None

    async def visit(self, fetcher: Fetcher, target: Target) -> None:
        fetch = await self.ask(fetcher, target)
        understood = Understood()
        if fetch.capture and fetch.capture.status in PAGE_STATUSES:
            understood = await asyncio.to_thread(try_to_understand, self.portal, target, fetch.capture)
        if understood.trouble:
            fetch = replace(fetch, reason=Reason.UNREADABLE, detail=understood.trouble)
        try:
            with self.archive.transaction():
                outcome = self.keep(fetcher, target, fetch, understood)
        except UNSTORABLE as error:
            fetch = replace(fetch, reason=Reason.UNREADABLE, detail=in_words(error))
            with self.archive.transaction():
                outcome = self.keep_failure(target, fetch)
        self.count(target, fetch, outcome)

    async def ask(self, fetcher: Fetcher, target: Target) -> Fetch:
        """The answer; for one more of a kind that goes on for ever, none is asked."""
        if self.endless.is_given_up(target):
            return Fetch(target.url, reason=Reason.TRAP, detail=f"{target.url[:300]}: {Reason.TRAP.sentence}")
        return await fetcher.fetch(target.url, etag=target.etag, last_modified=target.last_modified)

    def keep(self, fetcher: Fetcher, target: Target, fetch: Fetch, understood: Understood) -> str:
        """Everything an answer changes in the archive: all of it or nothing."""
        capture, page = fetch.capture, understood.page
        if capture is None or fetch.reason:
            return self.keep_failure(target, fetch)
        if page is None:
            self.archive.keep(capture, portal=self.portal.key)
            self.follow_entries(fetcher, target, understood.entries or ())
            self.settle(target, capture, None)
            return "not-modified" if capture.status == 304 else "index"
        saved = self.archive.save(capture, page, portal=self.portal.key)
        links = [link for link in page.links if fetcher.scope.reason_against(link.url) is None]
        look = "" if page.article else look_of(links, capture.body)
        mirror = saved.outcome == "duplicate" or self.frontier.is_shown_elsewhere(target, look)
        # What is known from another address opens no new links: so mirrors end.
        news = 0 if mirror else self.follow(target, links)
        self.endless.note(target.url, fruitful=bool(page.article or news))
        self.settle(target, capture, page, look=look, mirror=mirror)
        return saved.outcome

    def keep_failure(self, target: Target, fetch: Fetch) -> str:
        reason = Reason(fetch.reason)
        if fetch.capture:
            self.archive.keep(fetch.capture, portal=self.portal.key)
        now = datetime.now(UTC)
        self.frontier.settle(
            target,
            state=reason.state,
            due=next_due(target.kind, now, None, reason.state),
            reason=reason,
            detail=fetch.detail,
            capture=fetch.capture,
        )
        if not (is_guess(target.url) and reason.state == "gone"):
            self.archive.log_event(self.run_id, target.url, reason, fetch.detail)
        return str(reason)

    def follow(self, target: Target, links: list[Link]) -> int:
        """Queue the links of a page; how many were new and not of its own shape."""
        shape = shape_of(target.url)
        alike = [link for link in links if shape_of(link.url) == shape]
        others = [link for link in links if shape_of(link.url) != shape]
        news, _ = (self.frontier.add(some, depth=target.depth + 1, found_on=target.url) for some in (others, alike))
        self.archive.learn_dates(links, portal=self.portal.key)
        return news

    def follow_entries(self, fetcher: Fetcher, target: Target, entries: tuple[Entry, ...]) -> None:
        wanted = [entry for entry in entries if fetcher.scope.reason_against(entry.link.url) is None]
        self.follow(target, [entry.link for entry in wanted])
        for entry in wanted:
            if entry.modified:
                self.frontier.touch(entry.link.url, entry.modified)

    def settle(
        self, target: Target, capture: Capture, page: Page | None, *, look: str = "", mirror: bool = False
    ) -> None:
        kind = page.kind if page else target.kind
        if mirror and kind == "listing":
            kind = "other"  # not to be asked for every night
        dateline = page.article.published if page and page.article else target.seen_as and target.seen_as.published
        if target.depth == 0 and kind == "other":
            kind = None  # where a portal begins is due in every run, whatever it looks like
        due = next_due(kind, capture.fetched_at, dateline.day if dateline else None, "fetched")
        self.frontier.settle(target, state="fetched", due=due, capture=capture, kind=kind, look=look)

    def count(self, target: Target, fetch: Fetch, outcome: str) -> None:
        self.done += 1
        if not fetch.reason:
            self.counts["not_modified" if outcome == "not-modified" else "fetched"] += 1
            self.counts[outcome] += 1
        elif not (is_guess(target.url) and Reason(fetch.reason).state == "gone"):
            self.reasons[str(fetch.reason)] += 1
        silent = fetch.capture is None and Reason(fetch.reason) in SILENCE
        self.silent = self.silent + 1 if silent else 0
        self.answered = self.answered or fetch.capture is not None
        if self.options.on_progress:
            progress = Progress(self.portal.key, target.url, outcome, self.done, self.frontier.waiting())
            self.options.on_progress(progress)

    def report(self, requests: int, stopped: str | None) -> RunReport:
        report = RunReport(
            portal=self.portal.key,
            started_at=self.began,
            finished_at=datetime.now(UTC),
            requests=requests,
            fetched=self.counts["fetched"],
            not_modified=self.counts["not_modified"],
            new=self.counts["new"],
            changed=self.counts["changed"],
            unchanged=self.counts["unchanged"],
            duplicate=self.counts["duplicate"],
            not_articles=self.counts["not-an-article"] + self.counts["index"],
            failed=sum(self.reasons.values()),
            reasons=dict(self.reasons),
            waiting=self.frontier.waiting(),
            stopped=stopped,
            id=self.run_id,
        )
        self.archive.finish_run(self.run_id, report)
        return report
