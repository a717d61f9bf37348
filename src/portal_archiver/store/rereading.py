"""What another parser has read, and is to be read anew: which captures those are, and what follows from each."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from portal_archiver.errors import ArchiveError
from portal_archiver.model import Capture, License, Link, Outcome, Page
from portal_archiver.store import articles, captures, identity, licenses, payloads, replay, revisions
from portal_archiver.store.connection import Connection
from portal_archiver.store.frontier import seen_as, settle_kind
from portal_archiver.store.replay import Replay, Stored
from portal_archiver.store.sighting import sight
from portal_archiver.store.times import moment, stamp

Settled = Outcome | Literal["waits"]

BATCH = 500  # captures that are confirmed in one transaction
_STORED = """
SELECT c.id, c.article_id, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, c.parser, c.revision_id,
       c.license_id, c.body_id
  FROM captures c JOIN bodies b ON b.id = c.body_id
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which captures are to be read anew: of one article, not older than a moment; `everything`: whoever read them.

    What captures from `unsettled` on were taken for an edit is judged anew: the run that noticed it has not yet ended.
    """

    since: datetime | None = None
    article_id: int | None = None
    everything: bool = False
    unsettled: datetime | None = None


class Rereading:
    """The captures of one portal that `parser` has not read: those of articles first, then those that showed none.

    From the moments in `later` on it is the parser named there: a portal's profile may be another one since.

    What is done is noted capture by capture: a rereading that was stopped or killed goes on where it was. The numbers
    of what waits are held in memory, eight bytes each.
    """

    def __init__(
        self,
        connection: Connection,
        portal_id: int,
        parser: str,
        scope: Scope,
        later: Sequence[tuple[datetime, str]] = (),
    ) -> None:
        self._connection = connection
        self._portal = portal_id
        whens = "".join(" WHEN fetched_at >= ? THEN ?" for _ in later)
        self._parser = f"CASE{whens} ELSE ? END" if later else "?"
        self._parsers: list[object] = [value for at, name in reversed(later) for value in (stamp(at), name)]
        self._parsers.append(parser)
        self._scope = scope

    def articles(self) -> array[int]:
        """The articles with a capture to be read, the one that was seen first first."""
        where, values = self._waiting()
        asked = f"SELECT article_id FROM captures WHERE {where} AND article_id IS NOT NULL"
        if self._scope.article_id is not None:
            asked += " AND article_id = ?"
            values.append(self._scope.article_id)
        return self._ids(f"{asked} GROUP BY article_id ORDER BY min(fetched_at), article_id", values)

    def loose(self) -> array[int]:
        """The captures to be read that belong to no article, in order of time; none where one article is asked for."""
        if self._scope.article_id is not None:
            return array("q")
        where, values = self._waiting()
        return self._ids(
            f"SELECT id FROM captures WHERE {where} AND article_id IS NULL ORDER BY fetched_at, id", values
        )

    def count(self, article_ids: array[int]) -> int:
        """How many captures articles have that are to be read."""
        with self._connection.reading() as sql:
            asked = "SELECT count(*) FROM captures WHERE article_id = ? AND parser IS NOT NULL"
            return sum(sql.execute(asked, (article_id,)).fetchone()[0] for article_id in article_ids)

    def _waiting(self) -> tuple[str, list[object]]:
        where = "portal_id = ? AND parser IS NOT NULL"
        values: list[object] = [self._portal]
        if not self._scope.everything:
            where += f" AND parser <> {self._parser}"
            values += self._parsers
        if self._scope.since is not None:
            where += " AND fetched_at >= ?"
            values.append(stamp(self._scope.since))
        return where, values

    def _ids(self, asked: str, values: list[object]) -> array[int]:
        with self._connection.reading() as sql:
            return array("q", (row[0] for row in sql.execute(asked, values)))

    def captures(self, article_id: int) -> list[Stored]:
        """All captures of an article in order of time."""
        with self._connection.reading() as sql:
            rows = sql.execute(f"{_STORED} WHERE c.article_id = ? ORDER BY c.fetched_at, c.id", (article_id,))
            return [_stored(row) for row in rows]

    def capture(self, capture_id: int) -> Stored:
        """One capture that exists."""
        with self._connection.reading() as sql:
            return _one(sql, capture_id)

    def fill(self, stored: Stored) -> Capture:
        """A capture with its payload; ArchiveError where that is damaged."""
        with self._connection.reading() as sql:
            return replace(stored.capture, body=payloads.load(sql, stored.body_id))

    def seen_as(self, url: str) -> Link | None:
        """What listings have said of a URL."""
        with self._connection.reading() as sql:
            return seen_as(sql, self._portal, url)

    def footers(self, told: Replay) -> list[tuple[License | None, License | None]]:
        """The footers of an article's pages that are read differently: before and after."""
        with self._connection.reading() as sql:
            return [
                (licenses.load(sql, license_id), footer)
                for license_id, footer in told.footers
                if not licenses.is_stored_as(sql, footer, license_id)
            ]

    def begin(self, article_id: int) -> Replay:
        """An article, ready to be told anew."""
        with self._connection.reading() as sql:
            return replay.begin(sql, article_id, self._unsettled(sql, article_id))

    def _unsettled(self, sql: sqlite3.Connection, article_id: int) -> list[int]:
        if self._scope.unsettled is None:
            return []
        values = (article_id, stamp(self._scope.unsettled))
        return [
            row[0] for row in sql.execute("SELECT id FROM captures WHERE article_id = ? AND fetched_at >= ?", values)
        ]

    def write(self, told: Replay) -> None:
        """Put an article's history as it is told now in the place of the one there is."""
        with self._connection.transaction():
            told.write(self._connection.sql)

    def would_be_new(self, stored: Stored, page: Page) -> str | None:
        """The canonical URL of a loose capture that shows an article nobody knew, without writing anything."""
        sighting = sight(stored.capture, page, self._portal, stored.id)
        with self._connection.reading() as sql:
            return sighting.answered if sighting and articles.identify(sql, sighting) is None else None

    def settle(self, stored: Stored, page: Page) -> tuple[Settled, int]:
        """Note what a loose capture shows now, and say what came of it, with the id of its article (0: none).

        It `waits` where it shows a known article from before its last capture: that is to be told anew then.
        """
        with self._connection.transaction():
            sql = self._connection.sql
            _note_reading(sql, stored.id, page)
            sighting = sight(stored.capture, page, self._portal, stored.id)
            if sighting is None:
                articles.attach_by_url(sql, stored.id, stored.capture, self._portal)
                return "not-an-article", 0
            settle_kind(sql, self._portal, sighting.asked, sighting.kind, answered=sighting.answered)
            article_id = articles.identify(sql, sighting)
            if article_id is None or self._is_newest(article_id, stored):
                saved = (
                    articles.add(sql, sighting) if article_id is None else articles.compare(sql, article_id, sighting)
                )
                return saved.outcome, saved.article_id or 0
            captures.attach(sql, stored.id, article_id)
            sql.execute("UPDATE captures SET parser = '' WHERE id = ?", (stored.id,))
            return "waits", article_id

    def settle_index(self, stored: Stored) -> None:
        """Note that a capture is no page, but a sitemap or a feed."""
        with self._connection.transaction():
            self._connection.sql.execute("UPDATE captures SET parser = NULL WHERE id = ?", (stored.id,))

    def _is_newest(self, article_id: int, stored: Stored) -> bool:
        """Whether an article is all read, and was seen in no capture after this one."""
        row = self._connection.sql.execute(
            "SELECT 1 FROM captures WHERE article_id = ? AND"
            f" (parser <> {self._parser} OR (revision_id IS NOT NULL AND (fetched_at, id) > (?, ?))) LIMIT 1",
            (article_id, *self._parsers, stamp(stored.capture.fetched_at), stored.id),
        ).fetchone()
        return row is None

    def confirm(self) -> None:
        """Attach what is no page (a 304, a 404) to the article of its URL, where that has become one since."""
        waiting = self._ids(
            "SELECT id FROM captures WHERE portal_id = ? AND article_id IS NULL AND parser IS NULL"
            " ORDER BY fetched_at, id",
            [self._portal],
        )
        for start in range(0, len(waiting), BATCH):
            with self._connection.transaction():
                sql = self._connection.sql
                for capture_id in waiting[start : start + BATCH]:
                    articles.attach_by_url(sql, capture_id, _one(sql, capture_id).capture, self._portal)


def stale(sql: sqlite3.Connection, capture: Capture, page: Page, portal_id: int) -> list[tuple[int, Capture]]:
    """The captures that a page is going to be held against, where another parser read them; with their payloads.

    They are the last ones of the page's own URL and of its article's. A damaged one is left out.
    """
    answered = identity.canonical(capture.final_url)
    urls = (answered, identity.claimed_url(capture, page), identity.canonical(capture.url))
    article_id = articles.of_url(sql, portal_id, *urls) if page.article else None
    if article_id is None:
        return []
    own, url, first = sql.execute(
        "SELECT r.parser, a.url, r.capture_id FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    shown = (captures.last_shown(sql, article_id, one) for one in dict.fromkeys((url, answered)))
    found = [one.capture_id for one in shown if one and one.parser != page.parser]
    if not found and own != page.parser:
        found = [first]
    return list(_filled(sql, found))


def _filled(sql: sqlite3.Connection, capture_ids: list[int]) -> Iterator[tuple[int, Capture]]:
    for capture_id in capture_ids:
        stored = _one(sql, capture_id)
        try:
            yield capture_id, replace(stored.capture, body=payloads.load(sql, stored.body_id))
        except ArchiveError:
            continue


def reread(sql: sqlite3.Connection, capture_id: int, page: Page) -> None:
    """Put today's reading of a capture in the place of the one there is: its article's latest revision stays the same.

    Where it shows no article any more, what was read of it once stays.
    """
    stored = _one(sql, capture_id)
    (portal_id,) = sql.execute("SELECT portal_id FROM captures WHERE id = ?", (capture_id,)).fetchone()
    sighting = sight(stored.capture, page, portal_id, capture_id)
    _note_reading(sql, capture_id, page)
    if sighting is None or stored.article_id is None:
        return
    (url,) = sql.execute("SELECT url FROM articles WHERE id = ?", (stored.article_id,)).fetchone()
    latest = revisions.latest(sql, stored.article_id)
    if stored.revision_id == latest.id and (
        url in (sighting.answered, sighting.asked) or latest.capture_id == capture_id
    ):
        published = identity.reread_dateline(latest.published, sighting.article.published)
        renewed = replace(sighting, article=replace(sighting.article, published=published))
        articles.reread(sql, stored.article_id, latest.id, renewed)
    articles.remember_urls(sql, stored.article_id, sighting)


def _note_reading(sql: sqlite3.Connection, capture_id: int, page: Page) -> None:
    sql.execute(
        "UPDATE captures SET parser = ?, license_id = ? WHERE id = ?",
        (page.parser, licenses.ensure(sql, page.license), capture_id),
    )


def _one(sql: sqlite3.Connection, capture_id: int) -> Stored:
    return _stored(sql.execute(f"{_STORED} WHERE c.id = ?", (capture_id,)).fetchone())


def _stored(row: tuple[Any, ...]) -> Stored:
    capture_id, article_id, url, final_url, fetched_at, status, headers, sha256, *rest = row
    names = tuple((name, value) for name, value in json.loads(headers))
    capture = Capture(url, final_url, moment(fetched_at), status, names, sha256=sha256)
    return Stored(capture_id, article_id, capture, *rest)
