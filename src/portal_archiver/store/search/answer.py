"""The answer to a query: which reports fit, how many, in what order, and the page of them that was asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Hit, Results
from portal_archiver.store.search import cursors
from portal_archiver.store.search.chronology import by_date, in_order
from portal_archiver.store.search.counting import numbers_of
from portal_archiver.store.search.cursors import Cursor
from portal_archiver.store.search.finding import Found, find
from portal_archiver.store.search.notes import note
from portal_archiver.store.search.query import Query, parse
from portal_archiver.store.search.scope import Filters, scope
from portal_archiver.store.search.snippet import Wanted, snippet, wanted
from portal_archiver.store.search.suggestions import suggestions
from portal_archiver.store.times import day_or_moment

ORDERS = ("relevance", "newest", "oldest")
FARTHEST = 2**40  # hit
_HIT = """
SELECT a.docid, a.id, r.title, a.url, a.published, p.key, r.section, r.body, r.author,
       (SELECT group_concat(trim(caption || ' ' || coalesce(credit, '')), ' ') FROM photos WHERE revision_id = r.id)
  FROM articles a JOIN revisions r ON r.id = a.revision_id
  JOIN portals p ON p.id = a.portal_id WHERE a.docid IN (SELECT value FROM json_each(?))
"""
_IDS = """
SELECT id FROM articles WHERE docid IN (SELECT value FROM json_each(?)) ORDER BY published IS NULL, published, id
"""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which of the hits are wanted, in what order; `cursor` is where an earlier answer ended."""

    limit: int
    offset: int
    sort: str
    cursor: str | None = None

    def in_bounds(self) -> Paging:
        """The same page without numbers that SQLite cannot hold."""
        return replace(self, limit=min(max(self.limit, 0), FARTHEST), offset=min(max(self.offset, 0), FARTHEST))


def search(sql: sqlite3.Connection, text: str, filters: Filters, paging: Paging, *, exact: bool = False) -> Results:
    """Answer a query; nothing that is typed raises, an unknown `sort`, date or cursor does."""
    if paging.sort not in ORDERS:
        raise PortalArchiverError(f"cannot sort by {paging.sort!r}; choose one of: {', '.join(ORDERS)}")
    paging = paging.in_bounds()
    query = parse(text, exact=exact)
    within, notes = scope(sql, filters, query)
    cursor, paging = _position(sql, paging)
    if paging.cursor is not None:
        within = replace(within, latest=cursor.latest)
    found = find(within, query, best=paging.offset + paging.limit if paging.sort == "relevance" and paging.limit else 0)
    numbers = _page(found, paging, cursor.shown)
    hits = _hits(sql, numbers, _looked_for(query))
    seen = paging.offset + len(numbers)
    if query.exact and not found.total and within.count(found.match, up_to=1):
        notes = (*notes, note("unread" if found.bounded else "otherwise"))
    return Results(
        found.total,
        hits,
        found.relaxed,
        query.sentence,
        bounded=found.bounded,
        notes=(*query.notes, *notes),
        suggestions=suggestions(sql, query) if found.relaxed or not found.total else (),
        cursor=str(_after(cursor, found, paging, hits)) if numbers and seen < found.total else None,
        estimated=found.estimated,
    )


def _looked_for(query: Query) -> Wanted:
    prefixes = [term.words[-1] for term in query.terms if term.prefix]
    exact = [both for term in query.exact for both in zip(term.words, term.written, strict=False)]
    return wanted(query.words, prefixes=prefixes, exact=exact)


def _after(cursor: Cursor, found: Found, paging: Paging, hits: Sequence[Hit]) -> Cursor:
    """The cursor of the next page; by relevance it names the hits of a list whose order new reports may change."""
    offset = paging.offset + len(hits)
    if not (paging.sort == "relevance" and found.only_head and len(cursor.shown) == paging.offset):
        return Cursor(cursor.latest, offset)
    return Cursor(cursor.latest, offset, (*cursor.shown, *(hit.article_id for hit in hits)))


def matching_ids(sql: sqlite3.Connection, text: str, filters: Filters, *, exact: bool = False) -> list[int]:
    """The ids of all articles that have all that a query asks for, the oldest first; of a sentence all words, too."""
    query = replace(parse(text, exact=exact), sentence=False)
    within, _ = scope(sql, filters, query)
    found = find(within, query)
    if found.relaxed:
        return []
    numbers = found.head if found.only_head else within.numbers(found.match, order="ASC", limit=FARTHEST)
    return [row[0] for row in sql.execute(_IDS, (json.dumps(list(numbers)),))]


def _position(sql: sqlite3.Connection, paging: Paging) -> tuple[Cursor, Paging]:
    """Where an answer begins or goes on, and the page; a cursor holds all of that, so nothing shifts it."""
    if paging.cursor is None:
        latest = int(sql.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0])
        return Cursor(latest, paging.offset), paging
    cursor = cursors.read(paging.cursor)
    return cursor, replace(paging, offset=cursor.offset)


def _page(found: Found, paging: Paging, shown: Sequence[int]) -> list[int]:
    """The numbers of the page that was asked for; none of those that a cursor says were shown."""
    limit, offset = paging.limit, paging.offset
    if not limit or offset >= found.total:
        return []
    if paging.sort != "relevance" or not (found.head or found.only_head):
        if found.only_head:
            ordered = in_order(found.scope.sql, found.head, newest=paging.sort != "oldest")
            return ordered[offset : offset + limit]
        return by_date(found.scope, found.match, newest=paging.sort != "oldest", limit=limit, offset=offset)
    if shown and found.only_head:
        before = frozenset(numbers_of(found.scope.sql, shown))
        return [number for number in found.head if number not in before][:limit]
    page = list(found.head[offset : offset + limit])
    if len(page) == limit or found.only_head:
        return page
    seen = set(found.head)
    skipped = max(offset - len(found.head), 0)
    most = skipped + limit - len(page) + len(seen)
    rest = [n for n in found.scope.numbers(found.match, order="DESC", limit=most) if n not in seen]
    return page + rest[skipped : skipped + limit - len(page)]


def _hits(sql: sqlite3.Connection, numbers: Sequence[int], looked_for: Wanted) -> tuple[Hit, ...]:
    rows = {row[0]: row[1:] for row in sql.execute(_HIT, (json.dumps(numbers),))}
    return tuple(_hit(rows[number], looked_for) for number in numbers)


def _hit(row: tuple[object, ...], looked_for: Wanted) -> Hit:
    article_id, title, url, published, portal, section, body, author, photos = row
    text, marks = snippet((str(body), str(photos or ""), str(author or "")), looked_for)
    return Hit(
        article_id=int(str(article_id)),
        title=str(title),
        url=str(url),
        snippet=text,
        published=day_or_moment(str(published)) if published else None,
        portal=str(portal),
        section=None if section is None else str(section),
        marks=marks,
    )
