"""Search: all words required, the best with some of them when no report has all, filtered, sorted, paged."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Hit, Results
from portal_archiver.store import query as queries
from portal_archiver.store.snippet import pattern, snippet
from portal_archiver.store.times import day_or_moment

When = date | datetime | str | None

# How the hits are ordered. Reports without a date come last among the newest and among the oldest: nobody knows.
# An empty query has no relevance, and shows the newest.
ORDERS = {
    "relevance": "f.rank",
    "newest": "a.published DESC, a.id DESC",
    "oldest": "a.published IS NULL, a.published, a.id",
}
_HIT = """
SELECT a.id, r.title, a.url, a.published, p.key, r.section, r.body, r.author,
       (SELECT group_concat(trim(caption || ' ' || coalesce(credit, '')), ' ') FROM photos WHERE revision_id = r.id)
  FROM articles a JOIN revisions r ON r.id = a.revision_id JOIN portals p ON p.id = a.portal_id WHERE a.id = ?
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search, whatever is asked: see `Archive.search`."""

    portal: str | None = None
    section: str | None = None
    author: str | None = None
    photographer: str | None = None
    since: When = None
    until: When = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which of the hits are wanted, in what order."""

    limit: int
    offset: int
    sort: str


@dataclass(frozen=True, slots=True)
class _Condition:
    """A piece of a WHERE clause over `articles a`, and the values for its question marks."""

    where: str
    values: tuple[Any, ...]


def search(sql: sqlite3.Connection, text: str, filters: Filters, paging: Paging) -> Results:
    """Answer a query; nothing that is typed raises, an unknown `sort` or date does."""
    if paging.sort not in ORDERS:
        raise PortalArchiverError(f"cannot sort by {paging.sort!r}; choose one of: {', '.join(ORDERS)}")
    query, conditions = _understood(text, filters)
    total, ids, relaxed = _find(sql, query, conditions, paging)
    wanted = pattern(query.words, prefixes=[term.words[-1] for term in query.wanted if term.prefix])
    return Results(total, tuple(_hit(sql, article_id, wanted) for article_id in ids), relaxed)


def matching(sql: sqlite3.Connection, text: str, filters: Filters) -> list[int]:
    """The ids of all articles that have all words of a query, the oldest first."""
    query, conditions = _understood(text, filters)
    _, ids, relaxed = _find(sql, query, conditions, Paging(2**63 - 1, 0, "oldest"))
    return [] if relaxed else ids


def _understood(text: str, filters: Filters) -> tuple[queries.Query, list[_Condition]]:
    query = queries.parse(text)
    conditions = _conditions(filters)
    if query.excluded:
        conditions.append(_Condition(_matching("NOT IN"), (queries.any_term(query.excluded),)))
    return query, conditions


def _find(
    sql: sqlite3.Connection, query: queries.Query, conditions: list[_Condition], paging: Paging
) -> tuple[int, list[int], bool]:
    if not query.wanted:
        return *_page(sql, None, conditions, paging), False
    if not query.sentence or _stands_somewhere(sql, query):
        total, ids = _page(sql, queries.all_words(query), conditions, paging)
        if total or len(query.words) == 1:
            return total, ids, False
    total, ids = _page(sql, queries.any_word(query), conditions, paging)
    return total, ids, total > 0


def _stands_somewhere(sql: sqlite3.Connection, sentence: queries.Query) -> bool:
    """Whether a sentence is a quotation (a headline, say): then its words are meant as they stand."""
    ask = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT 1"
    return sql.execute(ask, (queries.word_for_word(sentence),)).fetchone() is not None


def _page(
    sql: sqlite3.Connection, match: queries.Match | None, conditions: list[_Condition], paging: Paging
) -> tuple[int, list[int]]:
    """How many articles fit, and the ids of the page that was asked for."""
    order = "newest" if match is None and paging.sort == "relevance" else paging.sort
    by_rank = order == "relevance"
    if match is None:
        key, source = "a.id", "articles a"
    else:
        # CROSS JOIN: the index leads, else SQLite may ask it once for every article of a portal.
        joined = " CROSS JOIN articles a ON a.id = f.rowid" if conditions or not by_rank else ""
        key, source = "f.rowid", f"articles_fts f{joined}"
    where, values = _where(match and (match.ranked if by_rank else match.counted), conditions)
    rows = sql.execute(
        f"SELECT {key} FROM {source}{where} ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?",
        (*values, max(paging.limit, 0), max(paging.offset, 0)),
    ).fetchall()
    ids = [row[0] for row in rows]
    if len(ids) < paging.limit and paging.offset <= 0:
        return len(ids), ids
    where, values = _where(match and match.counted, conditions)
    return sql.execute(f"SELECT count(*) FROM {source}{where}", values).fetchone()[0], ids


def _where(expression: str | None, conditions: list[_Condition]) -> tuple[str, tuple[Any, ...]]:
    parts = [_Condition("articles_fts MATCH ?", (expression,)), *conditions] if expression else conditions
    where = " WHERE " + " AND ".join(part.where for part in parts) if parts else ""
    return where, tuple(value for part in parts for value in part.values)


def _conditions(filters: Filters) -> list[_Condition]:
    found: list[_Condition] = []
    if filters.portal:
        found.append(_Condition("a.portal_id = (SELECT id FROM portals WHERE key = ?)", (filters.portal,)))
    named = {"section": filters.section, "author": filters.author, "credits": filters.photographer}
    columns = [queries.within(column, text) for column, text in named.items() if text and text.strip()]
    if columns:
        found.append(_Condition(_matching("IN"), (" AND ".join(columns),)))
    if filters.since:
        found.append(_Condition("a.published >= ?", (_day(filters.since, "since").isoformat(),)))
    if filters.until:
        after = _day(filters.until, "until") + timedelta(days=1)
        found.append(_Condition("a.published < ?", (after.isoformat(),)))
    return found


def _matching(operator: str) -> str:
    return f"a.id {operator} (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"


def _day(when: date | datetime | str, name: str) -> date:
    if isinstance(when, datetime):
        return when.date()
    if isinstance(when, date):
        return when
    try:
        return datetime.fromisoformat(when.strip()).date()
    except ValueError:
        raise PortalArchiverError(f"{name}={when!r} is not a date; write it as 2024-11-15") from None


def _hit(sql: sqlite3.Connection, article_id: int, wanted: Any) -> Hit:
    _, title, url, published, portal, section, body, author, photos = sql.execute(_HIT, (article_id,)).fetchone()
    text, marks = snippet((body, photos or "", author or ""), wanted)
    return Hit(
        article_id=article_id,
        title=title,
        url=url,
        snippet=text,
        published=day_or_moment(published) if published else None,
        portal=portal,
        section=section,
        marks=marks,
    )
