"""The archive as the rest of the program sees it: one class, each method one transaction over the modules beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import (
    Archived,
    Arrival,
    Article,
    Capture,
    CaptureRecord,
    Citable,
    Copied,
    Evidence,
    Facets,
    Link,
    Merged,
    Night,
    Outcome,
    Page,
    Portal,
    PortalStatus,
    Profile,
    Results,
    Revision,
    Rhythm,
    RobotsText,
    RunEvent,
    RunReport,
    Saved,
    StoryLink,
    Watch,
)
from portal_archiver.store import (
    arrivals,
    articles,
    captures,
    copying,
    events,
    lifetimes,
    nights,
    portals,
    profiles,
    reports,
    rereading,
    revisions,
    robots,
    runs,
    stories,
    watches,
)
from portal_archiver.store import merge as merging
from portal_archiver.store import search as searching
from portal_archiver.store.connection import Connection
from portal_archiver.store.frontier import Frontier
from portal_archiver.store.history import Reread
from portal_archiver.store.lock import RunLock
from portal_archiver.store.rereading import Rereading, Scope
from portal_archiver.store.search import Filters, Paging, When
from portal_archiver.store.times import now
from portal_archiver.urls import host_of

AT_A_TIME = 100  # reports that are held in memory while many are handed on


class Archive:
    """An archive file, made if it is not there.

    Threads may share it, taking turns. MissingArchiveError: there is none and `create` is false. ArchiveError: the
    file is no archive of ours, from a newer version, damaged, or cannot be read or written. `db` is the same file as
    a sqlite-utils Database.
    """

    def __init__(self, path: str | Path = "archive.db", *, create: bool = True, read_only: bool = False) -> None:
        self.path = Path(path)
        self._connection = Connection(self.path, create=create, read_only=read_only)
        self._run_lock = RunLock(self.path, self._close_killed_runs)

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

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """All that is asked inside is answered as of one moment, whatever others write meanwhile.

        The plain connection is for the questions of `store.holdings`.
        """
        return self._connection.reading()

    def is_written(self) -> bool:
        """Whether a run is at work, here or in another process."""
        return self._run_lock.is_held()

    def data_version(self) -> int:
        """A number that is another one when somebody else has written to the file since it was asked for last."""
        return int(self._connection.pragma("data_version"))

    def exclusive(self) -> AbstractContextManager[None]:
        """One crawl at a time; LockedError says who is at work.

        Ends with the process, however that ends; this object may take it again while it holds it. Runs that have no
        end when it is taken were killed, and are closed as that.
        """
        return self._run_lock.held()

    def _close_killed_runs(self) -> None:
        with self._connection.transaction():
            runs.close_killed(self._connection.sql)

    def save(self, capture: Capture, page: Page, *, portal: str | None = None, reread: Reread | None = None) -> Saved:
        """Store a capture and what was understood of it, as an article of `portal` (default: the URL's host).

        Outcomes: `new`; `changed` (a revision was added: title, body, photos, byline or dateline differ from the
        latest); `unchanged`; `duplicate` (another URL of a known article, seen for the first time);
        `not-an-article` (the capture alone is kept; an article known under this URL stays as it is).

        Captures may come in any order: one older than others finds its place among the article's versions, by its time.
        What another parser read of those beside it is then read anew by `reread` (as `parse_page` does; None: it cannot
        be read), to be compared; without it, what is stored counts.
        """
        with self._connection.transaction():
            return articles.save(self._connection.sql, capture, page, self._portal_id(capture, portal), reread)

    def keep(self, capture: Capture, *, portal: str | None = None, unread: bool = False) -> int:
        """Store a capture that is no page (a sitemap, a feed, a 304, a 404); returns its id.

        `unread` says that it is one, but could not be read: another parser may.
        """
        with self._connection.transaction():
            return articles.keep(self._connection.sql, capture, self._portal_id(capture, portal), unread=unread)

    def learn_dates(self, links: Iterable[Link], *, portal: str) -> int:
        """Take the dates that listings give for articles whose own pages show none; returns how many were needed."""
        with self._connection.transaction():
            sql = self._connection.sql
            portal_id = portals.ensure(sql, portal)
            return sum(
                articles.learn_date(sql, portal_id, link.url, link.published) for link in links if link.published
            )

    def age_day(self, url: str, *, portal: str) -> date | None:
        """The day from which the article known under a URL ages: of publication, or when it was first seen."""
        with self._connection.reading() as sql:
            return lifetimes.age_day(sql, portal, url)

    def stale(self, capture: Capture, page: Page, *, portal: str) -> list[tuple[int, Capture]]:
        """What a page will be held against when it is saved, where another parser read that: ids and captures.

        `reread` them first: else what the parsers read differently would pass for an edit of the portal's.
        """
        with self._connection.transaction():
            sql = self._connection.sql
            return rereading.stale(sql, capture, page, portals.ensure(sql, portal))

    def reread(self, capture_id: int, page: Page) -> None:
        """Put another reading of a capture in the place of the one there is; that makes no revision."""
        with self._connection.transaction():
            rereading.reread(self._connection.sql, capture_id, page)

    def rereading(
        self, portal: str, parser: str, scope: Scope, later: Sequence[tuple[datetime, str]] = ()
    ) -> Rereading:
        """What `parser` has not read of a portal, or from the moments in `later` on (ascending) the one named there.

        PortalArchiverError where the archive holds none of this key.
        """
        with self._connection.reading() as sql:
            portal_id = self._known(sql, portal)
        return Rereading(self._connection, portal_id, parser, scope, later)

    def _known(self, sql: sqlite3.Connection, key: str) -> int:
        row = sql.execute("SELECT id FROM portals WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise PortalArchiverError(f'{self.path} holds no portal "{key}": `portal-archiver status` lists them')
        return int(row[0])

    def profiles(self, portal: str) -> tuple[Profile, ...]:
        """What the pages of a portal taught, in the order of the captures that each is in force for."""
        with self._connection.reading() as sql:
            row = sql.execute("SELECT id FROM portals WHERE key = ?", (portal,)).fetchone()
            return profiles.of_portal(sql, row[0]) if row else ()

    def keep_profile(self, portal: str, profile: Profile) -> bool:
        """Keep what the pages of a portal taught; False where the profile in force says the same already.

        `profile.from_run` is noted as the portal's last run.
        """
        with self._connection.transaction():
            sql = self._connection.sql
            portal_id = self._known(sql, portal)
            return profiles.keep(sql, portal_id, replace(profile, from_run=profiles.last_run(sql, portal_id)))

    def sample(
        self, portal: str, *, limit: int = 200, since: datetime | None = None, until: datetime | None = None
    ) -> list[tuple[Capture, Link | None]]:
        """Captures of at most `limit` pages of a portal to learn from, with what listings said of them.

        They are from `since` on, and from before `until`.

        PortalArchiverError where the archive holds none of this key.
        """
        with self._connection.reading() as sql:
            return profiles.sample(sql, self._known(sql, portal), limit, since, until)

    def report_pages(self, portal: str, *, most: int) -> int:
        """How many pages of a portal show a report, counted as far as `most`."""
        with self._connection.reading() as sql:
            return profiles.report_pages(sql, self._known(sql, portal), most)

    def last_learning(self, portal: str) -> datetime | None:
        """When a run of a portal last tried to learn of it by itself."""
        with self._connection.reading() as sql:
            return profiles.last_tried(sql, self._known(sql, portal))

    def known_before(self, capture: Capture, before: datetime, *, portal: str) -> Article | None:
        """The report that the URL of a capture leads to, as it was known before a moment; None where it was not."""
        with self._connection.reading() as sql:
            return profiles.known_before(sql, self._known(sql, portal), capture, before)

    def look(self, url: str, made: datetime) -> tuple[Capture, Outcome] | None:
        """What a final URL brought at a moment, with its payload, and what that is taken for now; None if nothing."""
        with self._connection.reading() as sql:
            return profiles.look(sql, url, made)

    def _portal_id(self, capture: Capture, portal: str | None) -> int:
        return portals.ensure(self._connection.sql, portal or host_of(capture.final_url) or "unknown")

    def back_up(
        self, path: str | Path, *, overwrite: bool = False, quick: bool = False, show: copying.Show | None = None
    ) -> Copied:
        """Copy the archive as it is at this moment, and verify the copy; others may write meanwhile.

        PortalArchiverError: `path` is taken and `overwrite` is false, or it is the archive itself. ArchiveError: the
        copy cannot be written or is not sound; nothing of it is left then. `quick` verifies only the numbers of rows.
        """
        return copying.back_up(self._connection, Path(path), overwrite=overwrite, quick=quick, show=show)

    def merge(self, other: str | Path, *, show: merging.Show | None = None) -> Merged:
        """Bring another archive into this one: all captures of both, deduplicated, each history in order of time.

        In one transaction, and a second time it adds nothing. LockedError: a crawl is at work. ArchiveError: the other
        one is damaged, from a newer version, or no archive; then this one is what it was.
        """
        with self.exclusive():
            return merging.merge(self._connection, Path(other), show)

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

    def matching(
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
    ) -> list[int]:
        """The ids of all articles with all words of `query` as `search` understands it, the oldest first."""
        filters = Filters(portal, section, author, photographer, since, until, has_photo, has_attachment, revised_since)
        with self._connection.reading() as sql:
            return searching.matching_ids(sql, query, filters, exact=exact)

    def watch(self, name: str, query: str) -> int:
        """Save a search under a name; returns how many reports it finds now, which are not told of as new.

        PortalArchiverError: there is one of this name.
        """
        with self._connection.transaction():
            return watches.add(self._connection.sql, name, query, now())

    def unwatch(self, name: str) -> None:
        """Forget a saved search; PortalArchiverError where there is none of this name."""
        with self._connection.transaction():
            watches.remove(self._connection.sql, name)

    def watches(self) -> tuple[Watch, ...]:
        """The saved searches, by name."""
        with self._connection.reading() as sql:
            return watches.load(sql)

    def news(self, name: str) -> tuple[Arrival, ...]:
        """What a saved search finds and has not told of, the newest first: new reports, and edited ones that fit now.

        `told` ends that. PortalArchiverError where there is none of this name.
        """
        with self._connection.reading() as sql:
            return watches.news(sql, name)

    def told(self, name: str, arrivals: Iterable[Arrival]) -> None:
        """Note that a saved search has told of these; PortalArchiverError where there is none of this name."""
        with self._connection.transaction():
            watches.tell(self._connection.sql, name, (arrival.article_id for arrival in arrivals), now())

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

    def citable(self, article_id: int, revision: int | None = None) -> Citable:
        """A revision of an article (the latest one) with all that a citation needs; Unknown{Article,Revision}Error."""
        with self._connection.reading() as sql:
            return reports.citable(sql, article_id, revision)

    def citables(self, *, portal: str | None = None, articles: Iterable[int] | None = None) -> Iterator[Citable]:
        """The latest revision of every article, of one portal or some articles if they are named, by their ids.

        A few are read at a time, and nobody waits in between: each is as of the moment it was read, and an article that
        comes or goes meanwhile may be among them or not. Threads may take turns in asking for the next one.
        """
        if articles is not None:
            wanted = sorted(set(articles))
            for start in range(0, len(wanted), AT_A_TIME):
                with self._connection.reading() as sql:
                    found = reports.among(sql, wanted[start : start + AT_A_TIME], portal)
                yield from found
            return
        last: int | None = 0
        while last is not None:
            with self._connection.reading() as sql:
                found = reports.after(sql, last, portal, AT_A_TIME)
            yield from found
            last = found[-1].archived.id if found else None

    def story(self, article_id: int) -> tuple[StoryLink, ...]:
        """What other portals have of an article's text, the earliest first; UnknownArticleError."""
        with self._connection.reading() as sql:
            articles.must_exist(sql, article_id)
            return stories.of_article(sql, article_id)

    def payload(self, capture_id: int) -> bytes:
        """The bytes of a capture as they were received."""
        with self._connection.reading() as sql:
            return captures.payload(sql, capture_id)

    @contextmanager
    def evidence(
        self, *, portal: str | None = None, articles: Iterable[int] | None = None
    ) -> Iterator[Iterator[Evidence]]:
        """Captures in order of time, of one portal or some articles if they are named; a context manager.

        All are as of one moment; other threads wait until the block ends. `payload` has the bytes of each.
        """
        with self._connection.reading() as sql:
            yield captures.evidence(sql, portal, articles)

    def newest_capture(self, *, portal: str | None = None, articles: Iterable[int] | None = None) -> datetime | None:
        """When the last of these captures was made; None where there are none."""
        with self._connection.reading() as sql:
            return captures.newest(sql, portal, articles)

    def holds(self, capture: Capture) -> bool:
        """Whether there is a capture of the same final URL, second and payload."""
        with self._connection.reading() as sql:
            return captures.is_held(sql, capture)

    def capture_of(self, url: str, made: datetime) -> Capture | None:
        """The capture that a final URL brought in the second of `made`, with its payload; None where there is none."""
        with self._connection.reading() as sql:
            capture_id = captures.of_moment(sql, url, made)
            return None if capture_id is None else captures.load(sql, capture_id)

    def has_capture(self, url: str, made: datetime) -> bool:
        """Whether a final URL brought a payload in the second of `made`, whatever payload that is."""
        with self._connection.reading() as sql:
            return captures.of_moment(sql, url, made) is not None

    def portal_of_host(self, host: str) -> str | None:
        """The key of a portal that has captures of this host."""
        with self._connection.reading() as sql:
            return captures.portal_of_host(sql, host)

    def remembered_robots(self, location: str) -> RobotsText | None:
        """What a host last said of robots at this location, however old; None when nothing is known."""
        with self._connection.reading() as sql:
            return robots.load(sql, location)

    def remember_robots(self, text: RobotsText) -> None:
        """Keep what a host says of robots, in place of what it said before."""
        with self._connection.transaction():
            robots.store(self._connection.sql, text)

    def latest_page(self, url: str, *, portal: str) -> Capture | None:
        """The last capture of a URL by a crawl that brought a page, if it is among the last 20,000 of the archive."""
        with self._connection.reading() as sql:
            return captures.latest_page(sql, portal, url)

    def frontier(self, portal: Portal, *, recheck: bool = False) -> Frontier:
        """The URLs of a portal that wait; with `recheck` all that are known. One Frontier is one run."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
        return Frontier(self._connection, portal_id, portal, recheck=recheck)

    def begin_run(self, portal: Portal, started_at: datetime) -> int:
        """Note that a run began (an aware time); returns its id."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return runs.begin(self._connection.sql, portal_id, started_at)

    def log_event(self, run_id: int, url: str, reason: str, detail: str = "") -> None:
        """Note what went wrong with a URL in a run."""
        with self._connection.transaction():
            events.log(self._connection.sql, run_id, url, reason, detail)

    def finish_run(self, run_id: int, report: RunReport) -> None:
        """Store the report of a run that ended."""
        with self._connection.transaction():
            runs.finish(self._connection.sql, run_id, report)

    def nights(self, portal: Portal, *, limit: int = 90) -> tuple[Night, ...]:
        """What the last runs of a portal yielded, newest first; none from before it was accepted."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return nights.before_now(self._connection.sql, portal_id, limit=limit)

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
            return portals.statuses(sql, self._run_lock.is_held)

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
        """Reports of runs, of all portals or one, newest first; killed ones and those at work among them.

        With `since` (an aware time), of those that ended, or were last heard of, since.
        """
        with self._connection.reading() as sql:
            return runs.latest(sql, self._run_lock.is_held, portal=portal, limit=limit, since=since)

    def run(self, run_id: int) -> RunReport:
        """The report of one run; UnknownRunError."""
        with self._connection.reading() as sql:
            return runs.one(sql, self._run_lock.is_held, run_id)

    def events(self, run_id: int, *, limit: int = 1000) -> tuple[RunEvent, ...]:
        """What went wrong in a run, one entry for each URL, in the order of time."""
        with self._connection.reading() as sql:
            return events.of_run(sql, run_id, limit=limit)

    def last_event(self) -> int:
        """The number of the newest event of all runs, for `events_after`; 0 before there is one."""
        with self._connection.reading() as sql:
            return events.last_event(sql)

    def events_after(self, number: int) -> tuple[RunEvent, ...]:
        """What went wrong in any run after the event of this number, in the order of time."""
        with self._connection.reading() as sql:
            return events.events_after(sql, number)
