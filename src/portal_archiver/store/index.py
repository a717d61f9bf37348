"""The full-text index, kept in step with the latest revision of every article in the transaction that writes it.

The index numbers the reports by day: DATED + (day << DAY_BITS) + a number within the day. Ordering by that number, or
taking a range of it, costs nothing where a look at every report's date would. Reports without a date go by the
article's id, which is below all of them.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from portal_archiver.errors import ArchiveError
from portal_archiver.store import pairs

# The text is the first column: FTS5 writes down the column of every word but for the first one's, which is a quarter of
# the index.
COLUMNS = ("body", "title", "author", "captions", "credits", "section", "marks")
# Of a made-up word in `marks`: a letter of the private use area, which counts as a letter for the index.
MARK = "\ue000"
DATED = 1 << 40
DAY_BITS = 18
DAY_SIZE = 1 << DAY_BITS
MERGED = 2_000  # pages of 4 KB that are written to make fewer parts of the index
_NAMES = ", ".join(COLUMNS)
_TEXTS = f"SELECT docid, {_NAMES} FROM articles_text WHERE docid = ?"
_PLACES = f"({', '.join('?' * (len(COLUMNS) + 1))})"
_ADD = f"INSERT INTO articles_fts (rowid, {_NAMES}) VALUES {_PLACES}"
_REMOVE = f"INSERT INTO articles_fts (articles_fts, rowid, {_NAMES}) VALUES ('delete', {_PLACES[1:]}"
_NAME_SECTION = """
UPDATE articles SET section = (SELECT section FROM revisions WHERE id = revision_id)
 WHERE id = ? AND section IS NOT (SELECT section FROM revisions WHERE id = revision_id)
"""
_EMPTY = "INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')"
_ALL = f"INSERT INTO articles_fts (rowid, {_NAMES}) SELECT docid, {_NAMES} FROM articles_text ORDER BY docid"
_ALL_PAIRS = (
    f"SELECT a.id, {', '.join(f't.{name}' for name in COLUMNS)}"
    " FROM articles a CROSS JOIN articles_text t ON t.docid = a.docid ORDER BY a.id"
)
# FTS5's own tables (https://sqlite.org/fts5.html#fts5_data_structures); the text is in views, and not among them.
_SHADOWS = ("data", "idx", "docsize", "config")
_DEFINITION = "SELECT sql FROM main.sqlite_master WHERE name = ?"
_TABLES = {"articles_fts": "it", "articles_pairs": "its list of pairs"}
_PAIRS_VIEW = f"""
CREATE TEMP VIEW pairs_text AS
SELECT a.id AS id, pairs_of({", ".join(f"t.{name}" for name in COLUMNS)}) AS pairs
  FROM main.articles a JOIN main.articles_text t ON t.docid = a.docid
"""
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN})


def first_of(day: date) -> int:
    """The first number that a report of this day can have."""
    return DATED + (day.toordinal() << DAY_BITS)


def day_of(docid: int) -> date | None:
    """The day that a number begins with; None for a report without a date."""
    return date.fromordinal((docid - DATED) >> DAY_BITS) if docid >= DATED else None


def add(sql: sqlite3.Connection, article_id: int) -> None:
    """Index an article as it now stands, under a number of its day."""
    sql.execute(_NAME_SECTION, (article_id,))
    published, docid = sql.execute("SELECT published, docid FROM articles WHERE id = ?", (article_id,)).fetchone()
    first = first_of(date.fromisoformat(published[:10])) if published else None
    if not _fits(docid, first):
        docid = article_id if first is None else _next(sql, first, article_id)
        sql.execute("UPDATE articles SET docid = ? WHERE id = ?", (docid, article_id))
    texts = sql.execute(_TEXTS, (docid,)).fetchone()
    sql.execute(_ADD, texts)
    pairs.add(sql, article_id, texts[1:-1], texts[-1])


def remove(sql: sqlite3.Connection, article_id: int) -> None:
    """Take an article out of the index; only while it still stands as it was indexed, or the index is spoilt."""
    (docid,) = sql.execute("SELECT docid FROM articles WHERE id = ?", (article_id,)).fetchone()
    texts = sql.execute(_TEXTS, (docid,)).fetchone()
    sql.execute(_REMOVE, texts)
    pairs.remove(sql, article_id, texts[1:-1], texts[-1])


def rebuild(sql: sqlite3.Connection) -> None:
    """Number all reports and make the index anew from the tables; in the order of the numbers: much the fastest."""
    sql.execute(_EMPTY)
    sql.execute(pairs.EMPTY)
    sql.execute("UPDATE articles SET section = (SELECT section FROM revisions WHERE id = revision_id)")
    taken: dict[int, int] = {}
    for article_id, published in sql.execute("SELECT id, published FROM articles ORDER BY published, id").fetchall():
        docid = article_id
        if published:
            first = first_of(date.fromisoformat(published[:10]))
            number = taken[first] = taken.get(first, -1) + 1
            docid = first + number if number < DAY_SIZE else article_id
        sql.execute("UPDATE articles SET docid = ? WHERE id = ?", (docid, article_id))
    sql.execute(_ALL)
    for article_id, *texts, marks in sql.execute(_ALL_PAIRS):
        pairs.add(sql, article_id, texts, marks)
    for table in _TABLES:
        sql.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def tidy(sql: sqlite3.Connection) -> None:
    """Merge parts of the index, as far as a moment allows (half a second of a large one).

    Every page that is saved adds a part, and a search looks into each of them: up to half of its time.
    """
    for table in _TABLES:
        sql.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('usermerge', 2)")
        sql.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', {MERGED})")


def trouble(sql: sqlite3.Connection) -> str:
    """What is wrong with the index, held against the tables; "" when nothing is.

    FTS5 checks an index by a statement that writes, and would stop a crawl for as long as it takes. So a copy of the
    index is checked, a temporary one, against the view over the archive's own tables. It is called inside a
    transaction that is rolled back: index and tables are of one moment, and the copy vanishes.
    """
    (view,) = sql.execute(_DEFINITION, ("articles_text",)).fetchone()
    sql.execute(view.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))
    sql.create_function("pairs_of", len(COLUMNS), lambda *texts: pairs.tokens(texts[:-1], texts[-1]))
    sql.execute(_PAIRS_VIEW)
    return next(filter(None, (_trouble_of(sql, table, name) for table, name in _TABLES.items())), "")


def _trouble_of(sql: sqlite3.Connection, table: str, name: str) -> str:
    (definition,) = sql.execute(_DEFINITION, (table,)).fetchone()
    definition = definition.replace("content = ''", "content = 'pairs_text', content_rowid = 'id'")
    sql.execute(definition.replace(table, f"temp.{table}", 1))
    there = {row[0] for row in sql.execute("SELECT name FROM main.sqlite_master WHERE name LIKE ?", (f"{table}%",))}
    try:
        for shadow in (f"{table}_{part}" for part in _SHADOWS if f"{table}_{part}" in there):
            sql.execute(f"DELETE FROM temp.{shadow}")
            sql.execute(f"INSERT INTO temp.{shadow} SELECT * FROM main.{shadow}")
    except sqlite3.Error as error:
        _no_room(error)
        return f"{name} cannot be read ({error})"
    try:
        sql.execute(f"INSERT INTO temp.{table} ({table}, rank) VALUES ('integrity-check', 1)")
    except sqlite3.Error as error:
        _no_room(error)
        return f"{name} does not agree with the reports, or with itself"
    return ""


def _no_room(error: sqlite3.Error) -> None:
    if error.sqlite_errorcode & 0xFF in _NO_ROOM:
        raise ArchiveError(
            f"the full-text index cannot be checked: there is no room for a copy of it among the temporary files; set "
            f"SQLITE_TMPDIR to a folder that has some (SQLite: {error})"
        ) from error


def _fits(docid: int | None, first: int | None) -> bool:
    if docid is None:
        return False
    return docid < DATED if first is None else first <= docid < first + DAY_SIZE


def _next(sql: sqlite3.Connection, first: int, article_id: int) -> int:
    """The next free number of a day; a day that is full (262,144 reports) has its others among those without a date."""
    (last,) = sql.execute(
        "SELECT max(docid) FROM articles WHERE docid >= ? AND docid < ?", (first, first + DAY_SIZE)
    ).fetchone()
    if last is None:
        return first
    return int(last) + 1 if last + 1 < first + DAY_SIZE else article_id
