"""What comes into an archive: captures, pages, other archives; and copies of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from portal_archiver.model import Capture, Copied, Link, Merged, Page, Saved
from portal_archiver.store import articles, copying, lifetimes, portals, rereading
from portal_archiver.store import merge as merging
from portal_archiver.store.archive.opened import Opened
from portal_archiver.store.history import Reread
from portal_archiver.store.rereading import Rereading, Scope
from portal_archiver.urls import host_of


class Keeping(Opened):
    """Keeping of captures and what was understood of them."""

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
