"""The full-text index, kept in step with the latest revision of every article in the transaction that writes it."""

from __future__ import annotations

import sqlite3

COLUMNS = ("title", "body", "author", "captions", "credits", "section")
_NAMES = ", ".join(COLUMNS)
_ADD = f"INSERT INTO articles_fts (rowid, {_NAMES}) SELECT id, {_NAMES} FROM articles_text WHERE id = ?"
_REMOVE = (
    f"INSERT INTO articles_fts (articles_fts, rowid, {_NAMES}) "
    f"SELECT 'delete', id, {_NAMES} FROM articles_text WHERE id = ?"
)


def add(sql: sqlite3.Connection, article_id: int) -> None:
    """Index an article as it now stands."""
    sql.execute(_ADD, (article_id,))


def remove(sql: sqlite3.Connection, article_id: int) -> None:
    """Take an article out of the index; only while it still stands as it was indexed, or the index is spoilt."""
    sql.execute(_REMOVE, (article_id,))
