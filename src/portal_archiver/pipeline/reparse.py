"""Today's parser over the captures there are: what it reads differently is another reading, not another revision."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from portal_archiver.differences import excerpts, reworded
from portal_archiver.errors import ArchiveError
from portal_archiver.model import Capture, License, Page, Portal, ReparseReport, Rewording, Target
from portal_archiver.pipeline.options import Progress, refuse_in_a_loop
from portal_archiver.pipeline.profiles import Taught
from portal_archiver.pipeline.reading import Readers, Understood, in_words
from portal_archiver.pipeline.run import UNSTORABLE
from portal_archiver.store import Archive, Replay, Rereading, Scope, Stored

EXAMPLES = 3  # of each field
TOLD = 20  # troubles
FIGURES = ("captures", "articles", "reread", "new", "revisions", "damaged", "unreadable")
IN_FLIGHT = 16  # captures that are being read at once


@dataclass(frozen=True, slots=True)
class ReparseOptions:
    """What a rereading was asked to do; see `reparse`."""

    scope: Scope = field(default_factory=Scope)
    dry_run: bool = False
    on_progress: Callable[[Progress], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    processes: int = 1


def reparse(
    portals: Iterable[Portal], archive: Archive, options: ReparseOptions | None = None
) -> tuple[ReparseReport, ...]:
    """Read anew what another parser has read of these portals, which the archive holds.

    Each report is told anew in one transaction, so one that was killed goes on where it was, and ends the same. A dry
    run writes nothing and needs no lock. LockedError while another run writes to the archive.
    """
    options = options or ReparseOptions()
    with nullcontext() if options.dry_run else archive.exclusive(), Readers(options.processes) as readers:
        refuse_in_a_loop()
        return asyncio.run(_one_by_one([Reparse(portal, archive, readers, options) for portal in portals]))


async def _one_by_one(all_of_them: list[Reparse]) -> tuple[ReparseReport, ...]:
    return tuple([await each.travel() for each in all_of_them])


@dataclass(frozen=True, slots=True)
class _Job:
    """A capture on its way; `capture` is None where there is nothing to read, `damage` says why."""

    stored: Stored
    capture: Capture | None = None
    damage: str = ""


class Reparse:
    """One portal, read anew."""

    def __init__(self, portal: Portal, archive: Archive, readers: Readers, options: ReparseOptions) -> None:
        self.portal = portal
        self.readers = readers
        self.options = options
        self.taught = Taught(portal, archive)
        first, later = self.taught.versions
        self.parser = later[-1][1] if later else first
        self.waiting: Rereading = archive.rereading(portal.key, first, options.scope, later)
        self.done, self.total = 0, 0
        self.figures = dict.fromkeys(FIGURES, 0)
        self.joined: dict[int, None] = {}  # reports that a page turned out to show, which belonged to none
        self.failed: set[int] = set()
        self.fields: dict[str, int] = {}
        self.examples: dict[str, list[Rewording]] = {}
        self.lost: list[int] = []
        self.troubles: list[str] = []

    async def travel(self) -> ReparseReport:
        """Tells every report anew, then looks at what was none."""
        began = datetime.now(UTC)
        known, loose = self.waiting.articles(), self.waiting.loose()
        self.total = self.waiting.count(known) + len(loose)
        self.readers.expect(self.total)
        await self._tell(known)
        await self._look_at(loose)
        await self._tell(array("q", self.joined))
        if not self.options.dry_run and not self.options.stop.is_set():
            self.waiting.confirm()
        return ReparseReport(
            portal=self.portal.key,
            started_at=began,
            finished_at=datetime.now(UTC),
            parser=self.parser,
            dry_run=self.options.dry_run,
            lost=tuple(self.lost),
            troubles=tuple(self.troubles),
            fields={name: self.fields[name] for name in sorted(self.fields, key=lambda name: -self.fields[name])},
            examples={name: tuple(some) for name, some in self.examples.items()},
            stopped="signal" if self.options.stop.is_set() else None,
            **self.figures,
        )

    async def _tell(self, article_ids: array[int]) -> None:
        told: Replay | None = None
        async for job, page in self._read(self._captures_of(article_ids)):
            if told is None or told.article_id != job.stored.article_id:
                self._finish(told)
                told = self.waiting.begin(job.stored.article_id or 0)
            told.see(job.stored, page)
        if not self.options.stop.is_set():
            self._finish(told)

    async def _look_at(self, capture_ids: array[int]) -> None:
        found: set[int] = set()  # hashes of the URLs that a dry run has found to show a new report
        async for job, page in self._read(self._job(self.waiting.capture(one)) for one in capture_ids):
            if page is None:
                continue
            if not self.options.dry_run:
                self._settle(job.stored, page)
            elif (url := self.waiting.would_be_new(job.stored, page)) and hash(url) not in found:
                found.add(hash(url))
                self.figures["new"] += 1

    def _settle(self, stored: Stored, page: Page) -> None:
        try:
            outcome, article_id = self.waiting.settle(stored, page)
        except UNSTORABLE as error:
            self._trouble("unreadable", stored, in_words(error))
            return
        self.figures["new"] += outcome == "new"
        self.figures["revisions"] += outcome == "changed"
        if outcome == "waits":
            self.joined[article_id] = None

    def _captures_of(self, article_ids: array[int]) -> Iterator[_Job]:
        for article_id in article_ids:
            for stored in self.waiting.captures(article_id):
                yield self._job(stored) if stored.parser is not None else _Job(stored)

    def _job(self, stored: Stored) -> _Job:
        try:
            return _Job(stored, self.waiting.fill(stored))
        except ArchiveError as error:
            return _Job(stored, damage=str(error))

    async def _read(self, jobs: Iterator[_Job]) -> AsyncIterator[tuple[_Job, Page | None]]:
        """The captures in their order, each with the page it turned out to be; none any more once it is to stop."""
        flight: deque[tuple[_Job, asyncio.Task[Understood]]] = deque()
        try:
            while not self.options.stop.is_set():
                job = next(jobs, None) if len(flight) < IN_FLIGHT else None
                if job:
                    flight.append((job, asyncio.create_task(self._understand(job))))
                elif flight:
                    job, task = flight.popleft()
                    yield job, self._landed(job, await task)
                else:
                    return
        finally:
            for _, task in flight:
                task.cancel()
            await asyncio.gather(*(task for _, task in flight), return_exceptions=True)

    async def _understand(self, job: _Job) -> Understood:
        if job.capture is None:
            return Understood()
        url, portal = job.capture.url, self.taught.at(job.capture.fetched_at)
        return await self.readers.read(portal, Target(url, seen_as=self.waiting.seen_as(url)), job.capture)

    def _landed(self, job: _Job, understood: Understood) -> Page | None:
        """The page, and a note of what came of it."""
        if job.damage:
            self._trouble("damaged", job.stored, job.damage)
        elif understood.trouble:
            self._trouble("unreadable", job.stored, understood.trouble)
        elif understood.entries is not None and not self.options.dry_run:
            self.waiting.settle_index(job.stored)
        self.figures["captures"] += understood.page is not None
        if job.capture or job.damage:
            self.done += 1
            if self.options.on_progress:
                left = max(self.total - self.done, 0)
                outcome = understood.page.kind if understood.page else "unread"
                self.options.on_progress(Progress(self.portal.key, job.stored.capture.url, outcome, self.done, left))
        return understood.page

    def _trouble(self, what: str, stored: Stored, why: str) -> None:
        if stored.id in self.failed:
            return
        self.failed.add(stored.id)
        self.figures[what] += 1
        if len(self.troubles) < TOLD:
            self.troubles.append(f"capture {stored.id} ({stored.capture.url}): {why}")

    def _finish(self, told: Replay | None) -> None:
        """Note and write what one report has become."""
        if told is None:
            return
        changes = [(change.number, list(reworded(change.before, change.after))) for change in told.changes]
        added, footers = told.added, self.waiting.footers(told)
        if not self.options.dry_run:
            try:
                self.waiting.write(told)
            except UNSTORABLE as error:
                self._trouble("unreadable", told.last, in_words(error))
                return
        self.figures["articles"] += 1
        self.figures["revisions"] += added
        if told.is_lost:
            self.lost.append(told.article_id)
        for number, fields in changes:
            self.figures["reread"] += 1
            for name, old, new in fields:
                self._note(name, Rewording(told.article_id, number, old, new))
        for before, after in footers:
            self._note("license", Rewording(told.article_id, 0, *excerpts(_in_lines(before), _in_lines(after))))

    def _note(self, name: str, rewording: Rewording) -> None:
        self.fields[name] = self.fields.get(name, 0) + 1
        examples = self.examples.setdefault(name, [])
        if len(examples) < EXAMPLES:
            examples.append(rewording)


def _in_lines(footer: License | None) -> str:
    return "; ".join(f"{name} {value}" for name, value in asdict(footer).items() if value) if footer else ""
