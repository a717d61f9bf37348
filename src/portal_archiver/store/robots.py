"""What hosts say of robots: the last usable robots.txt of each, so that a run need not ask for it again."""

from __future__ import annotations

import sqlite3

from portal_archiver.model import RobotsText
from portal_archiver.store.times import moment, stamp


def load(sql: sqlite3.Connection, location: str) -> RobotsText | None:
    """What was last stored of a location."""
    row = sql.execute("SELECT fetched_at, status, text FROM robots WHERE location = ?", (location,)).fetchone()
    return RobotsText(location, moment(row[0]), row[1], row[2]) if row else None


def store(sql: sqlite3.Connection, robots: RobotsText) -> None:
    """Keep one, in place of an older one."""
    sql.execute(
        "INSERT OR REPLACE INTO robots (location, fetched_at, status, text) VALUES (?, ?, ?, ?)",
        (robots.location, stamp(robots.fetched_at), robots.status, robots.text),
    )
