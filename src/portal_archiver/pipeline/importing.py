"""Imports: captures that others made, read by the parser and kept as those of a crawl, each in one transaction."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from portal_archiver.crawler import next_due
from portal_archiver.errors import PortalArchiverError
from portal_archiver.imports import Damage, Found, Skipped, read_warc
from portal_archiver.model import Capture, Page, Portal, Target
from portal_archiver.pipeline.profiles import Taught
from portal_archiver.pipeline.reading import read_page
from portal_archiver.pipeline.run import UNSTORABLE
from portal_archiver.store import Archive, Frontier
from portal_archiver.urls import host_of, on_hosts

MAX_BYTES = 10_000_000  # of a page, where no portal says otherwise


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: so many `pages` were read, each `new`, `changed`, `unchanged`, `duplicate` or `not_articles`.

    `held` were in the archive before, `skipped` are counted by reason (see `imports.warc.REASONS`). `damaged` files
    were read up to their damage. `stopped` is "signal" where not all was read; of a server, see `Retrieval`.
    """

    pages: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    not_articles: int = 0
    held: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict, hash=False)
    damaged: tuple[Damage, ...] = ()
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What an import was asked to do: all pages go to the portal `key`, or each to the one that its host belongs to.

    Those are the `portals` of the configuration; without any, the portals of the archive, and a host that none of them
    has is a portal of its own. `on_progress` is called with a file's name, the responses read of it, and
    how many there are (None: nobody knows).
    """

    key: str | None = None
    portals: Mapping[str, Portal] = field(default_factory=dict, hash=False)
    on_progress: Callable[[str, int, int | None], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def import_warcs(paths: Iterable[Path], archive: Archive, options: ImportOptions | None = None) -> ImportReport:
    """Read the pages of WARC and ARC files into the archive; what it holds already is passed over.

    So an import that was stopped goes on when it is started again. The order of the files does not matter, but a
    revisit finds its page only once that was imported. LockedError while a crawl writes; PortalArchiverError: a file
    cannot be read.
    """
    with archive.exclusive():
        return _Files(archive, options or ImportOptions()).run(list(paths))


class Importing:
    """One import: its counts, and the portals it has met."""

    def __init__(self, archive: Archive, options: ImportOptions) -> None:
        self.archive = archive
        self.options = options
        self.skipped: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._damaged: list[Damage] = []
        self._of_host: dict[str, Portal | None] = {}
        self._frontiers: dict[str, Frontier] = {}
        self._teachings: dict[str, Taught] = {}

    def take(self, found: Found | Skipped | Damage) -> None:
        """Keep a page, or count why it is not kept."""
        if isinstance(found, Damage):
            self._damaged.append(found)
        elif isinstance(found, Skipped):
            self.skipped[found.reason] += 1
        elif (portal := self.portal_of(found.capture.final_url)) is None:
            self.skipped["other-host"] += 1
        elif (capture := self._whole(found)) is None:
            self.skipped["no-original"] += 1
        elif self.archive.holds(capture):
            self._counts["held"] += 1
        else:
            self._keep(portal, capture)

    def _whole(self, found: Found) -> Capture | None:
        """The capture with its payload, which of a revisit another one has."""
        if found.original is None:
            return found.capture
        original = self.archive.capture_of(*found.original)
        return replace(found.capture, body=original.body, sha256=original.sha256) if original else None

    def _keep(self, portal: Portal, capture: Capture) -> None:
        read = partial(_read, self._taught(portal))
        page = read(capture)
        if page is None:
            self.skipped["unreadable"] += 1
            return
        try:
            with self.archive.transaction():
                # What another parser read is read anew first, as in a crawl: that is no edit of the portal's.
                for capture_id, stale in self.archive.stale(capture, page, portal=portal.key):
                    if anew := read(stale):
                        self.archive.reread(capture_id, anew)
                saved = self.archive.save(capture, page, portal=portal.key, reread=read)
                self._frontier(portal).learn(capture, page.kind, _due(portal, capture, page))
        except UNSTORABLE:
            self.skipped["unreadable"] += 1
            return
        self._counts["pages"] += 1
        self._counts[saved.outcome] += 1

    def portal_of(self, url: str) -> Portal | None:
        """The portal that a page of this URL is kept as; None where it belongs to none."""
        host = host_of(url)
        if host not in self._of_host:
            self._of_host[host] = self._choose(url, host)
        return self._of_host[host]

    def _choose(self, url: str, host: str) -> Portal | None:
        key, portals = self.options.key, self.options.portals
        if key is not None:
            return portals.get(key) or Portal((f"https://{host}/",), key=key)
        if portals:
            return next((portal for portal in portals.values() if on_hosts(url, portal.hosts)), None)
        return Portal((f"https://{host}/",), key=self.archive.portal_of_host(host) or host)

    def _taught(self, portal: Portal) -> Taught:
        if portal.key not in self._teachings:
            self._teachings[portal.key] = Taught(portal, self.archive)
        return self._teachings[portal.key]

    def _frontier(self, portal: Portal) -> Frontier:
        if portal.key not in self._frontiers:
            self._frontiers[portal.key] = self.archive.frontier(portal)
        return self._frontiers[portal.key]

    def report(self, stopped: str | None) -> ImportReport:
        """What was done so far."""
        outcomes = {name: self._counts[name] for name in ("pages", "new", "changed", "unchanged", "duplicate", "held")}
        return ImportReport(
            **outcomes,
            not_articles=self._counts["not-an-article"],
            skipped=dict(self.skipped),
            damaged=tuple(self._damaged),
            stopped=stopped,
        )


class _Files(Importing):
    """An import of files."""

    def run(self, paths: list[Path]) -> ImportReport:
        for path in paths:
            for number, found in enumerate(self._responses(path), start=1):
                self.take(found)
                if self.options.on_progress:
                    self.options.on_progress(path.name, number, None)
                if self.options.stop.is_set():
                    return self.report("signal")
        return self.report(None)

    def _responses(self, path: Path) -> Iterator[Found | Skipped | Damage]:
        try:
            yield from read_warc(path, max_bytes=largest(self.options.portals.values()))
        except OSError as error:
            raise PortalArchiverError(f"{path} cannot be read: {error.strerror or error}") from error


def largest(portals: Iterable[Portal]) -> int:
    """How many bytes a page may have that belongs to one of these portals."""
    return max((portal.max_bytes for portal in portals), default=MAX_BYTES)


def _read(taught: Taught, capture: Capture) -> Page | None:
    """The page; None where a bug of ours shows itself on it, which costs this page, not the import."""
    try:
        return read_page(taught.at(capture.fetched_at), capture)
    except Exception:
        return None


def _due(portal: Portal, capture: Capture, page: Page) -> datetime:
    """When a page is to be asked for that is known from elsewhere: as if it had been fetched now."""
    published = page.article.published if page.article else None
    kind = "other" if page.kind == "listing" else page.kind
    day = published.day if published else capture.fetched_at.date()
    return next_due(Target(capture.final_url, depth=1), datetime.now(UTC), recheck=portal.recheck, kind=kind, day=day)
