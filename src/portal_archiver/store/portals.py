"""The portals of an archive: their rows, and how each of them stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date

from portal_archiver.model import PortalStatus
from portal_archiver.store import runs
from portal_archiver.store.frontier import count_due
from portal_archiver.store.times import maybe_moment, now, stamp


def ensure(sql: sqlite3.Connection, key: str, name: str = "") -> int:
    """The id of a portal, which is added if it is new; a name that is given replaces the one known."""
    row = sql.execute("SELECT id, name FROM portals WHERE key = ?", (key,)).fetchone()
    if row is None:
        cursor = sql.execute("INSERT INTO portals (key, name) VALUES (?, ?)", (key, name))
        return int(cursor.lastrowid or 0)
    if name and name != row[1]:
        sql.execute("UPDATE portals SET name = ? WHERE id = ?", (name, row[0]))
    return int(row[0])


def statuses(sql: sqlite3.Connection, is_held: Callable[[], bool]) -> tuple[PortalStatus, ...]:
    """How every portal stands, by key; `is_held` says whether a run is at work on the archive."""
    rows = sql.execute("SELECT id, key, name FROM portals ORDER BY key").fetchall()
    return tuple(_status(sql, is_held, *row) for row in rows)


def _status(sql: sqlite3.Connection, is_held: Callable[[], bool], portal_id: int, key: str, name: str) -> PortalStatus:
    articles, newest = sql.execute(
        "SELECT count(*), max(published) FROM articles WHERE portal_id = ?", (portal_id,)
    ).fetchone()
    present = stamp(now())
    failing = sql.execute("SELECT count(*) FROM urls WHERE portal_id = ? AND state = 'failed'", (portal_id,))
    last_two = runs.latest(sql, is_held, portal=key, limit=2)
    return PortalStatus(
        key=key,
        name=name,
        articles=articles,
        newest=date.fromisoformat(newest[:10]) if newest else None,
        waiting=count_due(sql, portal_id, present, present),
        failing=failing.fetchone()[0],
        last_run=next((run for run in last_two if run.stopped != "running"), None),
        last_success=maybe_moment(runs.last_success(sql, portal_id)),
    )
