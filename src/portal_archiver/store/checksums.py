"""Checksums of rows: they tell when what a server answered, or a footer, is no longer what was written.

They find damage and careless edits. They lie in the file beside what they are of, so that whoever means to forge an
archive can write them anew.
"""

from __future__ import annotations

import sqlite3
from dataclasses import fields

from portal_archiver.model import License
from portal_archiver.store.identity import digest

# The checksum of a row, and what it is of. Of a capture that is whose page was asked for, where, when, what came, and
# from whom; what is read of it later is no part.
_CAPTURE = """
SELECT c.checksum, p.key, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, c.peer, c.source
  FROM captures c LEFT JOIN portals p ON p.id = c.portal_id LEFT JOIN bodies b ON b.id = c.body_id WHERE c.id = ?
"""
_LICENSE = f"SELECT checksum, {', '.join(field.name for field in fields(License))} FROM licenses WHERE id = ?"
_SELECTS = {"captures": _CAPTURE, "licenses": _LICENSE}


def write(sql: sqlite3.Connection, table: str, row_id: int) -> None:
    """Give a row of `captures` or `licenses` its checksum."""
    _, *told = sql.execute(_SELECTS[table], (row_id,)).fetchone()
    sql.execute(f"UPDATE {table} SET checksum = ? WHERE id = ?", (digest(told), row_id))


def write_all(sql: sqlite3.Connection) -> None:
    """Give every row that has none its checksum, as it is now."""
    for table in _SELECTS:
        for (row_id,) in sql.execute(f"SELECT id FROM {table} WHERE checksum IS NULL").fetchall():
            write(sql, table, row_id)


def is_sound(sql: sqlite3.Connection, table: str, row_id: int) -> bool:
    """Whether a row is there, and is what its checksum says."""
    row = sql.execute(_SELECTS[table], (row_id,)).fetchone()
    return row is not None and bool(row[0] == digest(row[1:]))
