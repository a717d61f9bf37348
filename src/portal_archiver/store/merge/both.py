"""The two archives of a merge side by side, and how rows of theirs are found among ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TABLES = (
    "CREATE TEMP TABLE merged_bodies (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL)",
    "CREATE TEMP TABLE merged_captures (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL)",
)
_DROPPED = ("merged_bodies", "merged_captures", "our_captures")


@dataclass(slots=True)
class Both:
    """Our connection, inside the transaction of the merge, and theirs, inside one that reads.

    `portals` and `licenses` map their ids to ours. Payloads and captures are too many for that: temporary tables do.
    `contradicted` are captures (by our id), each the last of its URL: a 304 to one archive, behind another page that
    the other one got.
    """

    ours: sqlite3.Connection
    theirs: sqlite3.Connection
    portals: dict[int, int] = field(default_factory=dict)
    licenses: dict[int, int] = field(default_factory=dict)
    contradicted: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Make the temporary tables."""
        self.end()
        for statement in _TABLES:
            self.ours.execute(statement)

    def end(self) -> None:
        """Drop them."""
        for name in _DROPPED:
            self.ours.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def body(self, theirs: int) -> int:
        """Our id of a payload of theirs."""
        return int(self.ours.execute("SELECT ours FROM merged_bodies WHERE theirs = ?", (theirs,)).fetchone()[0])

    def capture(self, theirs: int) -> int:
        """Our id of a capture of theirs."""
        return int(self.ours.execute("SELECT ours FROM merged_captures WHERE theirs = ?", (theirs,)).fetchone()[0])


def columns(sql: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The names of a table's columns but its id."""
    return tuple(row[1] for row in sql.execute(f"PRAGMA table_info({table})") if row[1] != "id")


def dicts(sql: sqlite3.Connection, select: str, values: Iterable[Any] = ()) -> Iterable[dict[str, Any]]:
    """The rows of a SELECT by the names of its columns."""
    cursor = sql.execute(select, tuple(values))
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def insert(sql: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int:
    """Add a row; returns its id."""
    marks = ", ".join("?" * len(values))
    cursor = sql.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    return int(cursor.lastrowid or 0)


def update(sql: sqlite3.Connection, table: str, row_id: int, values: Mapping[str, Any]) -> None:
    """Put values into a row."""
    names = ", ".join(f"{name} = ?" for name in values)
    sql.execute(f"UPDATE {table} SET {names} WHERE id = ?", (*values.values(), row_id))
