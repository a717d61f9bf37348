"""Search, saved or not."""

from __future__ import annotations

from collections.abc import Iterable

from portal_archiver.model import Arrival, Facets, Results, Watch
from portal_archiver.store import search as searching
from portal_archiver.store import watches
from portal_archiver.store.archive.opened import Opened
from portal_archiver.store.search import Filters, Paging, When
from portal_archiver.store.times import now


class Searching(Opened):
    """Questions in words."""

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
        they do matter, and of very many reports that have the words only the newest are read for it
        (`Results.bounded`). "Quoted words" stand
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
