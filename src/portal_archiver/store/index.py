"""The full-text index, kept in step with the latest revision of every article in the transaction that writes it."""

from __future__ import annotations

import sqlite3

from portal_archiver.errors import ArchiveError

COLUMNS = ("title", "body", "author", "captions", "credits", "section")
_NAMES = ", ".join(COLUMNS)
_ADD = f"INSERT INTO articles_fts (rowid, {_NAMES}) SELECT id, {_NAMES} FROM articles_text WHERE id = ?"
_REMOVE = (
    f"INSERT INTO articles_fts (articles_fts, rowid, {_NAMES}) "
    f"SELECT 'delete', id, {_NAMES} FROM articles_text WHERE id = ?"
)
_REBUILD = "INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')"
# FTS5's own tables (https://sqlite.org/fts5.html#fts5_data_structures); there is no content table, the view is it.
_SHADOWS = ("articles_fts_data", "articles_fts_idx", "articles_fts_docsize", "articles_fts_config")
_DEFINITION = "SELECT sql FROM main.sqlite_master WHERE name = ?"
_CHECK = "INSERT INTO temp.articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)"
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN})


def add(sql: sqlite3.Connection, article_id: int) -> None:
    """Index an article as it now stands."""
    sql.execute(_ADD, (article_id,))


def remove(sql: sqlite3.Connection, article_id: int) -> None:
    """Take an article out of the index; only while it still stands as it was indexed, or the index is spoilt."""
    sql.execute(_REMOVE, (article_id,))


def rebuild(sql: sqlite3.Connection) -> None:
    """Make the whole index anew from the tables; it holds nothing that they do not."""
    sql.execute(_REBUILD)


def trouble(sql: sqlite3.Connection) -> str:
    """What is wrong with the index, held against the tables; "" when nothing is.

    FTS5 checks an index by a statement that writes, and would stop a crawl for as long as it takes. So a copy of the
    index is checked, a temporary one, against the view over the archive's own tables. It is called inside a
    transaction that is rolled back: index and tables are of one moment, and the copy vanishes.
    """
    (view,), (table,) = (sql.execute(_DEFINITION, (name,)).fetchone() for name in ("articles_text", "articles_fts"))
    sql.execute(view.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))
    sql.execute(table.replace("articles_fts", "temp.articles_fts", 1))
    try:
        for shadow in _SHADOWS:
            sql.execute(f"DELETE FROM temp.{shadow}")
            sql.execute(f"INSERT INTO temp.{shadow} SELECT * FROM main.{shadow}")
    except sqlite3.Error as error:
        _no_room(error)
        return f"it cannot be read ({error})"
    try:
        sql.execute(_CHECK)
    except sqlite3.Error as error:
        _no_room(error)
        return "it does not agree with the reports, or with itself"
    return ""


def _no_room(error: sqlite3.Error) -> None:
    if error.sqlite_errorcode & 0xFF in _NO_ROOM:
        raise ArchiveError(
            f"the full-text index cannot be checked: there is no room for a copy of it among the temporary files; set "
            f"SQLITE_TMPDIR to a folder that has some (SQLite: {error})"
        ) from error
