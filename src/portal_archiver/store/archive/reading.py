"""What an archive holds of a report, and the captures that are its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from portal_archiver.model import Archived, Capture, CaptureRecord, Citable, Evidence, Revision, StoryLink
from portal_archiver.store import articles, captures, reports, revisions, stories
from portal_archiver.store.archive.opened import Opened

AT_A_TIME = 100  # reports that are held in memory while many are handed on


class Reading(Opened):
    """Reports and captures."""

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

    def latest_page(self, url: str, *, portal: str) -> Capture | None:
        """The last capture of a URL by a crawl that brought a page, if it is among the last 20,000 of the archive."""
        with self._connection.reading() as sql:
            return captures.latest_page(sql, portal, url)
