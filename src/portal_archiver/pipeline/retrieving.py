"""Captures brought back from a web archive: what it lists of a host is sorted out, asked for and kept, one by one.

No list of what is to be done is kept: what the archive holds is what is done, so whatever stopped an import, the next
one goes on with what is missing.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from portal_archiver.errors import PortalArchiverError
from portal_archiver.imports import (
    Failed,
    Found,
    Gathered,
    Listed,
    Query,
    Server,
    Unread,
    Wayback,
    access_to,
    bare,
)
from portal_archiver.model import Portal
from portal_archiver.pipeline.importing import Importing, ImportOptions, ImportReport, largest
from portal_archiver.pipeline.options import refuse_in_a_loop
from portal_archiver.store import Archive
from portal_archiver.urls import on_hosts

MAX_TOLD = 100  # failures that a report tells one by one


@dataclass(frozen=True, slots=True)
class Retrieval(ImportReport):
    """What an import from a server did, beside what every import does.

    It lists so many captures that are worth having and show another payload than the one before (`listed`), made from
    `first` to `last`; `waiting` of them are still to be had. `failed` are counted by reason
    (`imports.memento.FAILURES`, or one of the crawler's) and told in `failures`, at most 100 of them; `unchecked` were
    kept though their digest says nothing. `stopped` is "signal", "budget", "time" or "unreachable", or None where all
    was looked at.
    """

    listed: int = 0
    first: datetime | None = None
    last: datetime | None = None
    waiting: int = 0
    unchecked: int = 0
    failed: Mapping[str, int] = field(default_factory=dict, hash=False)
    failures: tuple[Failed, ...] = ()
    requests: int = 0


@dataclass(frozen=True, slots=True)
class RetrievalOptions(ImportOptions):
    """What an import from a server was asked to do; `access` says how it is reached (default: `imports.access_to`).

    At most `max_pages` captures are asked for, none after `max_time` seconds; with `dry_run` none at all. `on_progress`
    is called with the host, the captures that were done, and how many there are.
    """

    access: Portal | None = None
    max_pages: int | None = None
    max_time: float | None = None
    dry_run: bool = False


def import_wayback(
    server: Server, query: Query, archive: Archive | None, options: RetrievalOptions | None = None
) -> Retrieval:
    """Bring the captures of a host into the archive; what it holds already is not asked for again.

    An unreachable server is a report, not an error. For a dry run the archive is only read, and there need be none.
    LockedError while a crawl writes; PortalArchiverError: the host belongs to no portal of the configuration.
    """
    options = options or RetrievalOptions()
    refuse_in_a_loop()
    options = replace(options, key=_key_of(query, archive, options))
    if options.dry_run or archive is None:
        return asyncio.run(_Retrieving(server, query, archive, replace(options, dry_run=True)).travel())
    with archive.exclusive():
        return asyncio.run(_Retrieving(server, query, archive, options).travel())


def _key_of(query: Query, archive: Archive | None, options: RetrievalOptions) -> str | None:
    """The one portal that all captures are kept as, with and without www; None where each host has its own."""
    if options.key is not None or query.below:
        return options.key
    hosts = query.hosts
    if options.portals:
        for key, portal in options.portals.items():
            if any(on_hosts(f"https://{host}/", portal.hosts) for host in hosts):
                return key
        raise PortalArchiverError(
            f"no portal of the configuration has the host {hosts[0]}: add one, or name with --portal KEY what to keep "
            "its pages as"
        )
    known = (archive.portal_of_host(host) for host in hosts) if archive else iter(())
    return next((key for key in known if key), hosts[0])


class _Retrieving:
    """One import from a server."""

    def __init__(self, server: Server, query: Query, archive: Archive | None, options: RetrievalOptions) -> None:
        self._server = server
        self._query = query
        self._archive = archive
        self._options = options
        self._importing = Importing(archive, options) if archive else None
        self._deadline = math.inf if options.max_time is None else time.monotonic() + options.max_time
        self._span: tuple[int, datetime | None, datetime | None] = (0, None, None)
        self._counts: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._failures: list[Failed] = []
        self._had: set[int] = set()  # runs of captures with one payload, of which one was not in vain

    async def travel(self) -> Retrieval:
        """Reads the index, then takes one capture after another, until there are no more or something says stop."""
        access, most = self._options.access or access_to(self._server), largest(self._options.portals.values())
        async with Wayback(self._server, access, max_bytes=most) as wayback:
            with Gathered() as gathered:
                stopped = await self._gather(wayback, gathered)
                self._span = gathered.sort()
                if not stopped:
                    stopped = await self._bring_all(wayback, gathered)
        return self._report(stopped, wayback.requests)

    async def _gather(self, wayback: Wayback, gathered: Gathered) -> str | None:
        """Read all that the server lists; returns why to stop there, if so."""
        async with aclosing(wayback.listing(self._query)) as listing:
            async for item in listing:
                if isinstance(item, Unread):
                    self._fail(Failed(item.reason, item.detail), item.lines or 1)
                else:
                    self._look_at(item, gathered)
                if stopped := self._why_stop(wayback):
                    return stopped
        return "unreachable" if self._failed and not self._counts["looked-at"] else None

    def _look_at(self, listed: Listed, gathered: Gathered) -> None:
        self._counts["looked-at"] += 1
        if reason := self._query.reason_against(listed) or (None if self._belongs(listed) else "other-host"):
            self._skipped[reason] += 1
        else:
            gathered.add(listed)

    def _belongs(self, listed: Listed) -> bool:
        portals = self._options.portals.values()
        return self._options.key is not None or not portals or any(on_hosts(listed.url, one.hosts) for one in portals)

    def _why_stop(self, wayback: Wayback) -> str | None:
        if self._options.stop.is_set():
            return "signal"
        if wayback.closed:
            return "unreachable"
        return "time" if time.monotonic() >= self._deadline else None

    async def _bring_all(self, wayback: Wayback, gathered: Gathered) -> str | None:
        """Bring back what is missing; returns why some of it was not, if so."""
        total = self._counts["looked-at"] - self._skipped.total()
        for number, (listed, run) in enumerate(gathered.by_time(), start=1):
            if self._options.on_progress:
                self._options.on_progress(self._query.host, number, total)
            if run in self._had:
                self._skipped["repeated"] += 1
            elif self._archive and self._archive.has_capture(bare(listed.url), listed.made):
                self._counts["held"] += 1
                self._had.add(run)
            elif not self._options.dry_run:
                if stopped := self._why_stop(wayback) or self._over_budget():
                    return stopped
                if await self._bring(wayback, listed):
                    self._had.add(run)
                if wayback.closed:
                    return "unreachable"
        return None

    def _over_budget(self) -> str | None:
        most = self._options.max_pages
        return "budget" if most is not None and self._counts["asked"] >= most else None

    async def _bring(self, wayback: Wayback, listed: Listed) -> bool:
        """Ask for one capture, and keep it; false where another one with its payload may do better."""
        assert self._importing is not None  # without an archive nothing is asked for
        self._counts["asked"] += 1
        found = await wayback.fetch(listed)
        if isinstance(found, Failed):
            self._fail(found)
            return False
        self._counts["unchecked"] += isinstance(found, Found) and found.unchecked
        self._importing.take(found)
        return True

    def _fail(self, failed: Failed, number: int = 1) -> None:
        self._failed[failed.reason] += number
        if len(self._failures) < MAX_TOLD:
            self._failures.append(failed)

    def _report(self, stopped: str | None, requests: int) -> Retrieval:
        done = self._importing.report(stopped) if self._importing else ImportReport(stopped=stopped)
        had = {one.name: getattr(done, one.name) for one in fields(done)}
        had["held"] += self._counts["held"]
        had["skipped"] = dict(self._skipped + Counter(done.skipped))
        listed, first, last = self._span
        return Retrieval(
            **had,
            listed=listed,
            first=first,
            last=last,
            waiting=listed - len(self._had),
            unchecked=self._counts["unchecked"],
            failed=dict(self._failed),
            failures=tuple(self._failures),
            requests=requests,
        )
