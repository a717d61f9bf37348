"""One run: how a page travels from the frontier through crawler and parser into the store, one transaction a page."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from portal_archiver.crawler import NEVER, Endless, Fetcher, Politeness, Reason, look_of, next_due, seeds
from portal_archiver.model import (
    PAGE_STATUSES,
    REPORT_KINDS,
    Alarm,
    Capture,
    Fetch,
    Kind,
    Night,
    Portal,
    RunReport,
    Target,
)
from portal_archiver.pipeline.drift import drifted, silent
from portal_archiver.pipeline.following import Following
from portal_archiver.pipeline.looks import Looks
from portal_archiver.pipeline.options import Options, Progress
from portal_archiver.pipeline.paging import is_turned_to, turn_page
from portal_archiver.pipeline.profiles import Taught
from portal_archiver.pipeline.reading import Readers, Understood, in_words, understand
from portal_archiver.pipeline.tally import Tally, is_no_news
from portal_archiver.store import Archive, Frontier

UNSTORABLE = (ValueError, OverflowError)  # what was read from a page cannot be written: half a surrogate pair, 2**64
# URLs of a portal that are in flight at once where it asks for no pause: one is fetched while others are read.
IN_FLIGHT = 8
NOTHING = Understood()


@dataclass(frozen=True, slots=True)
class Shared:
    """What the runs of one crawl have in common."""

    archive: Archive
    options: Options
    readers: Readers
    politeness: Politeness


@dataclass(frozen=True, slots=True)
class _Brought:
    """What asking for a URL brought; no `fetch` when it was not asked for after all."""

    target: Target
    fetch: Fetch | None = None
    understood: Understood = NOTHING


class Run:
    """One crawl of one portal."""

    def __init__(self, portal: Portal, shared: Shared) -> None:
        self.plain = portal
        self.taught = Taught(portal, shared.archive)
        self.portal = self.taught.at(datetime.now(UTC))
        self.shared = shared
        self.archive = shared.archive
        self.options = shared.options
        self.began = datetime.now(UTC)
        self.deadline = math.inf if self.options.max_time is None else time.monotonic() + self.options.max_time
        self.budget = self.options.max_pages or portal.budget
        self.frontier: Frontier = self.archive.frontier(portal, recheck=self.options.recheck)
        self.run_id = self.archive.begin_run(portal, self.began)
        self.following = Following(portal, self.archive, self.frontier)
        self.endless = Endless()
        self.tally = Tally()
        self.looks = Looks()
        self.nights: tuple[Night, ...] = ()  # those before, once it has ended
        self.sending = asyncio.Lock()  # held while a URL is asked for

    async def travel(self) -> RunReport:
        """Asks for one URL after another until nothing is due, or something says stop.

        Where the portal asks for no pause, the next ones are fetched while a page is read; what they bring is kept in
        the order in which they were asked for.
        """
        width = 1 if self.portal.delay else IN_FLIGHT
        flight: deque[asyncio.Task[_Brought]] = deque()
        politeness, anew = self.shared.politeness, self.options.recheck
        async with Fetcher(self.portal, politeness=politeness, memory=self.archive, anew=anew) as fetcher:
            self.frontier.add(await seeds(self.portal, fetcher))
            try:
                while True:
                    stopped = self._why_stop(in_flight=len(flight))
                    target = self.frontier.next() if stopped is None and len(flight) < width else None
                    if target:
                        while flight and is_turned_to(target):  # its form is on a page that may be among them
                            self._land(fetcher, await flight.popleft())
                        flight.append(asyncio.create_task(self._bring(fetcher, target)))
                    elif flight:
                        self._land(fetcher, await flight.popleft())
                    else:
                        return self._report(fetcher.requests, stopped)
            finally:
                for task in flight:
                    task.cancel()
                await asyncio.gather(*flight, return_exceptions=True)

    def _why_stop(self, in_flight: int) -> str | None:
        if self.options.stop.is_set():
            return "signal"
        if self.tally.is_unreachable(last=not in_flight and not self.frontier.waiting()):
            return "unreachable"
        spent = self.tally.done + in_flight >= self.budget
        limit = "budget" if spent else "time" if time.monotonic() >= self.deadline else None
        return limit if limit and self.frontier.waiting() else None

    async def _bring(self, fetcher: Fetcher, target: Target) -> _Brought:
        """Ask for a URL and read what comes; nothing is asked any more once the run is to stop."""
        async with self.sending:
            if self.options.stop.is_set() or time.monotonic() >= self.deadline:
                return _Brought(target)
            fetch = await self._ask(fetcher, target)
        understood = NOTHING
        if fetch.capture and fetch.capture.status in PAGE_STATUSES and not target.is_file:
            understood = await self.shared.readers.read(self.portal, target, fetch.capture)
        if understood.trouble:
            fetch = replace(fetch, reason=Reason.UNREADABLE, detail=understood.trouble)
        return _Brought(target, fetch, understood)

    def _land(self, fetcher: Fetcher, brought: _Brought) -> None:
        """Keep what a URL brought, in one transaction."""
        target, fetch = brought.target, brought.fetch
        if fetch is None:
            self.frontier.release(target)
            return
        try:
            with self.archive.transaction():
                outcome = self._keep(fetcher, target, fetch, brought.understood)
                self._tell_of_depth(target)
        except UNSTORABLE as error:
            fetch = replace(fetch, reason=Reason.UNREADABLE, detail=in_words(error))
            with self.archive.transaction():
                outcome = self._keep_failure(target, fetch)
        self.tally.note(target, fetch, brought.understood.page, outcome)
        self.looks.note(target, fetch, brought.understood.page, outcome)
        if self.options.on_progress:
            progress = Progress(self.portal.key, target.url, outcome, self.tally.done, self.frontier.waiting())
            self.options.on_progress(progress)

    async def _ask(self, fetcher: Fetcher, target: Target) -> Fetch:
        """The answer; for one more of a kind that goes on for ever, none is asked."""
        if self.endless.is_given_up(target):
            return Fetch(target.url, reason=Reason.TRAP, detail=f"{target.url[:300]}: {Reason.TRAP.sentence}")
        if is_turned_to(target):
            return await turn_page(fetcher, self.archive, self.portal, target)
        if target.is_file:
            return await fetcher.fetch(target.url, file=True)
        return await fetcher.fetch(target.url, etag=target.etag, last_modified=target.last_modified)

    def _keep(self, fetcher: Fetcher, target: Target, fetch: Fetch, understood: Understood) -> str:
        """Everything an answer changes in the archive: all of it or nothing."""
        capture, page = fetch.capture, understood.page
        if capture is None or fetch.reason:
            return self._keep_failure(target, fetch)
        if target.is_file:
            self.archive.keep(capture, portal=self.portal.key)
            self.frontier.settle(target, state="fetched", due=NEVER, capture=capture)
            return "file"
        if page is None:
            self.archive.keep(capture, portal=self.portal.key)
            entries = understood.entries or ()
            self.following.entries(target, [e for e in entries if not fetcher.scope.reason_against(e.link.url)])
            self._settle(target, capture, target.kind)
            return "not-modified" if capture.status == 304 else "index"
        # What another parser read is read anew first: what the two read differently, the portal has not edited.
        for capture_id, stale in self.archive.stale(capture, page, portal=self.portal.key):
            if anew := understand(self.taught.at(stale.fetched_at), target, stale).page:
                self.archive.reread(capture_id, anew)
        saved = self.archive.save(capture, page, portal=self.portal.key)
        if page.article and self.portal.save:
            self.following.files(target, page.article, lambda url: not fetcher.scope.reason_against(url, file=True))
        links = [link for link in page.links if fetcher.scope.reason_against(link.url) is None]
        look = "" if page.article else look_of(links, capture.body)
        alias = self.following.is_alias(target, capture)
        mirror = alias or saved.outcome == "duplicate" or self.frontier.is_shown_elsewhere(target, look)
        # What is known from another address opens no new links: so mirrors end.
        news = 0 if mirror else self.following.page(target, page, links, capture.fetched_at)
        self.endless.note(target.url, fruitful=bool(page.article or news))
        # Lists that share a box beside them lead to its pages again and again.
        is_barren = not news and target.kind is None and is_turned_to(target)
        # Nor is it to be asked for every night.
        is_idle = alias or ((mirror or is_barren) and page.kind == "listing")
        self._settle(target, capture, "other" if is_idle else page.kind, look=look, fruitful=news > 0)
        return saved.outcome

    def _keep_failure(self, target: Target, fetch: Fetch) -> str:
        reason = Reason(fetch.reason)
        if fetch.capture:
            self.archive.keep(fetch.capture, portal=self.portal.key, unread=reason is Reason.UNREADABLE)
        now = datetime.now(UTC)
        self.frontier.settle(
            target,
            state=reason.state,
            due=next_due(target, now, state=reason.state, recheck=self.portal.recheck),
            reason=reason,
            detail=fetch.detail,
            capture=fetch.capture,
        )
        if not is_no_news(target, fetch):
            self.archive.log_event(self.run_id, target.url, reason, fetch.detail)
        return str(reason)

    def _tell_of_depth(self, target: Target) -> None:
        if number := self.frontier.put_aside():
            self.tally.reasons[Reason.TOO_DEEP.value] += number
            detail = f"{number} addresses found lie deeper than max_depth = {self.portal.max_depth}: not asked for"
            self.archive.log_event(self.run_id, target.url, Reason.TOO_DEEP, detail)

    def _settle(
        self, target: Target, capture: Capture, kind: Kind | None, *, look: str = "", fruitful: bool = False
    ) -> None:
        if target.kind in REPORT_KINDS and kind not in REPORT_KINDS:
            kind = target.kind  # once a report, it is expected to be one: see drift.py
        if target.depth == 0 and kind == "other":
            kind = None  # where a portal begins is due in every run, whatever it looks like
        due = next_due(
            target,
            capture.fetched_at,
            kind=kind,
            day=self.archive.age_day(target.url, portal=self.portal.key),
            recheck=self.portal.recheck,
            fruitful=fruitful,
        )
        self.frontier.settle(target, state="fetched", due=due, capture=capture, kind=kind, look=look)

    def _report(self, requests: int, stopped: str | None) -> RunReport:
        held = self.frontier.held()  # by the budget of a pattern
        report = self.tally.report(
            self.portal.key,
            self.began,
            run_id=self.run_id,
            requests=requests,
            waiting=self.frontier.waiting() + held,
            stopped=stopped or ("budget" if held else None),
        )
        report = replace(report, alarms=tuple(self._alarms(stopped)))
        self.archive.finish_run(self.run_id, report)
        self.archive.tidy()
        return report

    def _alarms(self, stopped: str | None) -> Iterator[Alarm]:
        """What has changed for the worse; whether the portal fell silent can tell only who has looked everywhere."""
        self.nights = self.archive.nights(self.portal)
        yield from drifted(self.tally.yields, self.nights)
        silence = silent(self.archive.rhythm(self.portal), self.began.date()) if stopped is None else None
        if silence:
            yield silence
