"""The archive as the rest of the program sees it: one class, each method one transaction over the modules beside it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from portal_archiver.model import (
    Archived,
    Arrival,
    Capture,
    CaptureRecord,
    Facets,
    Link,
    Night,
    Page,
    Portal,
    PortalStatus,
    Results,
    Revision,
    Rhythm,
    RobotsText,
    RunEvent,
    RunReport,
    Saved,
)
from portal_archiver.store import arrivals, articles, captures, portals, revisions, robots, runs
from portal_archiver.store import search as searching
from portal_archiver.store.connection import Connection
from portal_archiver.store.frontier import Frontier
from portal_archiver.store.lock import RunLock
from portal_archiver.store.search import Filters, Paging, When
from portal_archiver.urls import host_of


class Archive:
    """An archive file, made if it is not there.

    Threads may share it, taking turns. MissingArchiveError: there is none and `create` is false. ArchiveError: the
    file is no archive of ours, from a newer version, damaged, or cannot be read or written. `db` is the same file as
    a sqlite-utils Database.
    """

    def __init__(self, path: str | Path = "archive.db", *, create: bool = True, read_only: bool = False) -> None:
        self.path = Path(path)
        self._connection = Connection(self.path, create=create, read_only=read_only)
        self._run_lock = RunLock(self.path)

    @property
    def db(self) -> Database:
        """The archive as a sqlite-utils Database, for questions of one's own."""
        return self._connection.db

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written inside is written together or, after an exception, not at all; may be nested.

        Other threads wait until it ends: await nothing inside.
        """
        return self._connection.transaction()

    def exclusive(self) -> AbstractContextManager[None]:
        """One crawl at a time; LockedError says who is at work.

        Ends with the process, however that ends; this object may take it again while it holds it.
        """
        return self._run_lock.held()

    def save(self, capture: Capture, page: Page, *, portal: str | None = None) -> Saved:
        """Store a capture and what was understood of it, as an article of `portal` (default: the URL's host).

        Outcomes: `new`; `changed` (a revision was added: title, body, photos, byline or dateline differ from the
        latest); `unchanged`; `duplicate` (another URL of a known article, seen for the first time);
        `not-an-article` (the capture alone is kept; an article known under this URL stays as it is).
        """
        with self._connection.transaction():
            return articles.save(self._connection.sql, capture, page, self._portal_id(capture, portal))

    def keep(self, capture: Capture, *, portal: str | None = None) -> int:
        """Store a capture that is no page (a sitemap, a feed, a 304, a 404); returns its id."""
        with self._connection.transaction():
            return articles.keep(self._connection.sql, capture, self._portal_id(capture, portal))

    def learn_dates(self, links: Iterable[Link], *, portal: str) -> int:
        """Take the dates that listings give for articles whose own pages show none; returns how many were needed."""
        with self._connection.transaction():
            sql = self._connection.sql
            portal_id = portals.ensure(sql, portal)
            return sum(
                articles.learn_date(sql, portal_id, link.url, link.published) for link in links if link.published
            )

    def _portal_id(self, capture: Capture, portal: str | None) -> int:
        return portals.ensure(self._connection.sql, portal or host_of(capture.final_url) or "unknown")

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        offset: int = 0,
        portal: str | None = None,
        section: str | None = None,
        author: str | None = None,
        photographer: str | None = None,
        since: When = None,
        until: When = None,
        sort: str = "relevance",
        has_photo: bool | None = None,
        has_attachment: bool | None = None,
        revised_since: When = None,
        exact: bool = False,
        cursor: str | None = None,
    ) -> Results:
        """Reports with all the words of `query`, or (`Results.relaxed`) with some of them where none has all.

        A question, or more than ten words in a row, is no list of words: unless it stands somewhere word for word, the
        best reports with some of its words answer it.

        Diacritics and case do not matter, but what has the diacritics as typed comes first; with `exact`, or =word,
        they do matter, and only the newest 1,000 reports that have the words are read for it. "Quoted words" stand
        together, -word must not be there, a OR b needs one of them, word* may go on; title:, author:, photo:,
        section:, portal: and license: say where. No query raises (`Results.notes` tell of a field word that there is
        not); an empty one finds everything, the newest first. Only the first 48 words count.

        `portal` is a portal's key; `section`, `author` and `photographer` (the credit line) hold words that stand
        together there, the last one perhaps unfinished. `since` and `until` (a date, 2024-11-15, 11/2024, 2024, "last
        30 days"; both included) are days of publication; reports without a date are in no such range. `revised_since`
        is the day of the latest revision, of those that have more than one. `sort`: relevance, newest or oldest,
        reports without a date last. `cursor`, from the `Results` of the page before, goes on where that ended whatever
        has come into the archive since, and takes the place of `offset`. PortalArchiverError: a date, sort or cursor
        that there is not.
        """
        filters = Filters(portal, section, author, photographer, since, until, has_photo, has_attachment, revised_since)
        with self._connection.reading() as sql:
            return searching.search(sql, query, filters, Paging(limit, offset, sort, cursor), exact=exact)

    def facets(
        self,
        query: str,
        *,
        portal: str | None = None,
        section: str | None = None,
        author: str | None = None,
        photographer: str | None = None,
        since: When = None,
        until: When = None,
        has_photo: bool | None = None,
        has_attachment: bool | None = None,
        revised_since: When = None,
        exact: bool = False,
    ) -> Facets:
        """How the reports that `search` finds are spread over portals, years, months and sections."""
        filters = Filters(portal, section, author, photographer, since, until, has_photo, has_attachment, revised_since)
        with self._connection.reading() as sql:
            return searching.facets(sql, query, filters, exact=exact)

    def article(self, article_id: int) -> Archived:
        """An article's latest revision and what belongs to it; UnknownArticleError."""
        with self._connection.reading() as sql:
            return articles.load(sql, article_id)

    def revisions(self, article_id: int) -> tuple[Revision, ...]:
        """All versions of an article, the first one first; UnknownArticleError."""
        with self._connection.reading() as sql:
            articles.must_exist(sql, article_id)
            return revisions.history(sql, article_id)

    def captures(self, article_id: int) -> tuple[CaptureRecord, ...]:
        """All captures of an article's URLs in order of time, 304s among them; UnknownArticleError."""
        with self._connection.reading() as sql:
            articles.must_exist(sql, article_id)
            return captures.of_article(sql, article_id)

    def payload(self, capture_id: int) -> bytes:
        """The bytes of a capture as they were received."""
        with self._connection.reading() as sql:
            return captures.payload(sql, capture_id)

    def remembered_robots(self, location: str) -> RobotsText | None:
        """What a host last said of robots at this location, however old; None when nothing is known."""
        with self._connection.reading() as sql:
            return robots.load(sql, location)

    def remember_robots(self, text: RobotsText) -> None:
        """Keep what a host says of robots, in place of what it said before."""
        with self._connection.transaction():
            robots.store(self._connection.sql, text)

    def latest_page(self, url: str, *, portal: str) -> Capture | None:
        """The last capture of a URL that brought a page, where it is no older than the last 20,000 of the archive."""
        with self._connection.reading() as sql:
            return captures.latest_page(sql, portal, url)

    def frontier(self, portal: Portal, *, recheck: bool = False) -> Frontier:
        """The URLs of a portal that wait; with `recheck` all that are known. One Frontier is one run."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
        return Frontier(self._connection, portal_id, recheck=recheck)

    def begin_run(self, portal: Portal, started_at: datetime) -> int:
        """Note that a run began (an aware time); returns its id."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return runs.begin(self._connection.sql, portal_id, started_at)

    def log_event(self, run_id: int, url: str, reason: str, detail: str = "") -> None:
        """Note what went wrong with a URL in a run."""
        with self._connection.transaction():
            runs.log(self._connection.sql, run_id, url, reason, detail)

    def finish_run(self, run_id: int, report: RunReport) -> None:
        """Store the report of a run that ended."""
        with self._connection.transaction():
            runs.finish(self._connection.sql, run_id, report)

    def nights(self, portal: Portal, *, limit: int = 90) -> tuple[Night, ...]:
        """What the last runs of a portal yielded, newest first; none from before it was accepted."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return runs.nights(self._connection.sql, portal_id, limit=limit)

    def rhythm(self, portal: Portal, *, days: int = 60, newest: int = 3) -> Rhythm:
        """The last `days` days on which a portal published something, and its `newest` reports."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return portals.rhythm(self._connection.sql, portal_id, days=days, newest=newest)

    def accept(self, portal: str) -> None:
        """Take a portal as it is now: later runs are measured against what comes from here on."""
        with self._connection.transaction():
            portals.accept(self._connection.sql, portals.ensure(self._connection.sql, portal))

    def portals(self) -> tuple[PortalStatus, ...]:
        """How every portal of the archive stands, by key."""
        with self._connection.reading() as sql:
            return portals.statuses(sql)

    def arrivals(self, since: datetime, *, portal: str | None = None) -> tuple[Arrival, ...]:
        """Reports that came or were edited at `since` (an aware time) or later, of all portals or one, by portal.

        One that came and was edited is told twice. Within a portal the changed ones come first, and of each kind the
        newest by its date.
        """
        with self._connection.reading() as sql:
            return arrivals.since(sql, since, portal=portal)

    def runs(
        self, *, portal: str | None = None, limit: int = 20, since: datetime | None = None
    ) -> tuple[RunReport, ...]:
        """Reports of finished runs, of all portals or one, newest first; with `since`, of those that ended since."""
        with self._connection.reading() as sql:
            return runs.finished(sql, portal=portal, limit=limit, since=since)

    def unfinished_runs(self, since: datetime, *, portal: str | None = None) -> tuple[tuple[str, datetime], ...]:
        """Portal and beginning of the runs that began since and have not ended: killed, or still at work."""
        with self._connection.reading() as sql:
            return runs.unfinished(sql, portal=portal, since=since)

    def run(self, run_id: int) -> RunReport:
        """The report of one finished run; UnknownRunError."""
        with self._connection.reading() as sql:
            return runs.one(sql, run_id)

    def events(self, run_id: int, *, limit: int = 1000) -> tuple[RunEvent, ...]:
        """What went wrong in a run, one entry for each URL, in the order of time."""
        with self._connection.reading() as sql:
            return runs.events(sql, run_id, limit=limit)

    def last_event(self) -> int:
        """The number of the newest event of all runs, for `events_after`; 0 before there is one."""
        with self._connection.reading() as sql:
            return runs.last_event(sql)

    def events_after(self, number: int) -> tuple[RunEvent, ...]:
        """What went wrong in any run after the event of this number, in the order of time."""
        with self._connection.reading() as sql:
            return runs.events_after(sql, number)
