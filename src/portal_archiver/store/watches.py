"""Saved searches: a query under a name, and which of its reports have been told of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Arrival, Watch
from portal_archiver.store import search
from portal_archiver.store.times import day_or_moment, maybe_moment, moment, stamp

_ALL = """
SELECT name, query, added_at, run_at, (SELECT count(*) FROM watch_hits h WHERE h.watch_id = w.id)
  FROM watches w ORDER BY name
"""
_TELL = """
INSERT OR IGNORE INTO watch_hits (watch_id, article_id)
SELECT ?, value FROM json_each(?) WHERE value IN (SELECT id FROM articles)
"""
# What matches and was not told of; a report of more than one revision was there before, with other words.
_NEWS = """
SELECT a.id, p.key, r.title, a.url, r.published,
       CASE WHEN r.number > 1 THEN c.fetched_at ELSE a.first_seen END, r.number
  FROM articles a JOIN portals p ON p.id = a.portal_id JOIN revisions r ON r.id = a.revision_id
  JOIN captures c ON c.id = r.capture_id
 WHERE a.id IN (SELECT value FROM json_each(?))
 ORDER BY r.published IS NULL, r.published DESC, a.id DESC
"""


def add(sql: sqlite3.Connection, name: str, query: str, at: datetime) -> int:
    """Save a search; what it finds now counts as told of. Returns how many reports that are."""
    if sql.execute("SELECT 1 FROM watches WHERE name = ?", (name,)).fetchone():
        raise PortalArchiverError(f'there is a watch "{name}" already: remove it first, or take another name')
    if search.parse(query).wordless:
        raise PortalArchiverError("there is no word to watch for: give at least one, or a field word such as portal:")
    insert = "INSERT INTO watches (name, query, added_at) VALUES (?, ?, ?)"
    number = sql.execute(insert, (name, query, stamp(at))).lastrowid
    found = search.matching_ids(sql, query, search.Filters())
    sql.execute(_TELL, (number, json.dumps(found)))
    return len(found)


def remove(sql: sqlite3.Connection, name: str) -> None:
    """Forget a search."""
    number, _ = _find(sql, name)
    sql.execute("DELETE FROM watch_hits WHERE watch_id = ?", (number,))
    sql.execute("DELETE FROM watches WHERE id = ?", (number,))


def load(sql: sqlite3.Connection) -> tuple[Watch, ...]:
    """All of them, by name."""
    rows = sql.execute(_ALL)
    return tuple(Watch(name, query, moment(added), maybe_moment(run), told) for name, query, added, run, told in rows)


def news(sql: sqlite3.Connection, name: str) -> tuple[Arrival, ...]:
    """What a search finds that was not told of, the newest first."""
    number, query = _find(sql, name)
    told = {row[0] for row in sql.execute("SELECT article_id FROM watch_hits WHERE watch_id = ?", (number,))}
    new = [found for found in search.matching_ids(sql, query, search.Filters()) if found not in told]
    rows = sql.execute(_NEWS, (json.dumps(new),))
    return tuple(
        Arrival(
            article_id,
            portal,
            "changed" if revision > 1 else "new",
            title,
            url,
            published and day_or_moment(published),
            moment(seen),
            revision,
        )
        for article_id, portal, title, url, published, seen, revision in rows
    )


def tell(sql: sqlite3.Connection, name: str, article_ids: Iterable[int], at: datetime) -> None:
    """Note that these have been told of."""
    number, _ = _find(sql, name)
    sql.execute(_TELL, (number, json.dumps(list(article_ids))))
    sql.execute("UPDATE watches SET run_at = ? WHERE id = ?", (stamp(at), number))


def move(sql: sqlite3.Connection, given_up: int, kept: int) -> None:
    """What was told of an article that turned out to be another one was told of that."""
    sql.execute(
        "INSERT OR IGNORE INTO watch_hits SELECT watch_id, ? FROM watch_hits WHERE article_id = ?", (kept, given_up)
    )
    sql.execute("DELETE FROM watch_hits WHERE article_id = ?", (given_up,))


def _find(sql: sqlite3.Connection, name: str) -> tuple[int, str]:
    row = sql.execute("SELECT id, query FROM watches WHERE name = ?", (name,)).fetchone()
    if row is None:
        names = ", ".join(each for (each,) in sql.execute("SELECT name FROM watches ORDER BY name"))
        raise PortalArchiverError(f'there is no watch "{name}": it has {names or "none yet"}')
    return int(row[0]), str(row[1])
