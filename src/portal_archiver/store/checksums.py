"""Checksums of rows: they tell when what a server answered, or a footer, is no longer what was written.

They find damage and careless edits. They lie in the file beside what they are of, so that whoever means to forge an
archive can write them anew.
"""

from __future__ import annotations

import sqlite3
from dataclasses import fields

from portal_archiver.model import License
from portal_archiver.store.identity import digest

# Of a capture: whose page was asked for, where, when, what came, and from whom. What is read of it later is no part.
_CAPTURE = """
SELECT p.key, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, c.peer, c.source
  FROM captures c JOIN portals p ON p.id = c.portal_id JOIN bodies b ON b.id = c.body_id WHERE c.id = ?
"""
_LICENSE = f"SELECT {', '.join(field.name for field in fields(License))} FROM licenses WHERE id = ?"
_SELECTS = {"captures": _CAPTURE, "licenses": _LICENSE}


def of_row(sql: sqlite3.Connection, table: str, row_id: int) -> str | None:
    """The checksum that a row of `captures` or `licenses` ought to have; None where what it is of cannot be read."""
    row = sql.execute(_SELECTS[table], (row_id,)).fetchone()
    return None if row is None else digest(row)


def write(sql: sqlite3.Connection, table: str, row_id: int) -> None:
    """Give a row its checksum."""
    sql.execute(f"UPDATE {table} SET checksum = ? WHERE id = ?", (of_row(sql, table, row_id), row_id))


def write_all(sql: sqlite3.Connection) -> None:
    """Give every row that has none its checksum, as it is now."""
    for table in _SELECTS:
        for (row_id,) in sql.execute(f"SELECT id FROM {table} WHERE checksum IS NULL").fetchall():
            write(sql, table, row_id)


def is_sound(sql: sqlite3.Connection, table: str, row_id: int) -> bool:
    """Whether a row is what its checksum says."""
    (held,) = sql.execute(f"SELECT checksum FROM {table} WHERE id = ?", (row_id,)).fetchone()
    return bool(held == of_row(sql, table, row_id))
