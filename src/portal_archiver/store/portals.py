"""The portals of an archive: their rows, and how each of them stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date

from portal_archiver.model import PortalStatus, Rhythm
from portal_archiver.store import runs
from portal_archiver.store.frontier import count_due
from portal_archiver.store.times import maybe_moment, moment, now, stamp

_FAILING = """
SELECT count(DISTINCT u.id), min(e.at)
  FROM urls u LEFT JOIN run_events e ON e.url = u.url AND e.at > coalesce(u.fetched_at, '')
 WHERE u.portal_id = ? AND u.state = 'failed'
"""


def ensure(sql: sqlite3.Connection, key: str, name: str = "") -> int:
    """The id of a portal, which is added if it is new; a name that is given replaces the one known."""
    row = sql.execute("SELECT id, name FROM portals WHERE key = ?", (key,)).fetchone()
    if row is None:
        cursor = sql.execute("INSERT INTO portals (key, name) VALUES (?, ?)", (key, name))
        return int(cursor.lastrowid or 0)
    if name and name != row[1]:
        sql.execute("UPDATE portals SET name = ? WHERE id = ?", (name, row[0]))
    return int(row[0])


def accept(sql: sqlite3.Connection, portal_id: int) -> None:
    """Take a portal as it is now: what changed so far, and its silence until now, raise no alarm any more."""
    sql.execute("UPDATE portals SET accepted_at = ? WHERE id = ?", (stamp(now()), portal_id))


def rhythm(sql: sqlite3.Connection, portal_id: int, *, days: int, newest: int) -> Rhythm:
    """The last days on which a portal published, up to now; a report without a date counts on the day it was found."""
    came = "coalesce(substr(published, 1, 10), substr(first_seen, 1, 10))"
    found = sql.execute(
        f"SELECT {came} AS day FROM articles WHERE portal_id = ? AND day <= ? GROUP BY day ORDER BY day DESC LIMIT ?",
        (portal_id, stamp(now())[:10], days),
    ).fetchall()
    latest = sql.execute(
        f"SELECT url, {came} AS day FROM articles WHERE portal_id = ? ORDER BY day DESC, id DESC LIMIT ?",
        (portal_id, newest),
    ).fetchall()
    accepted, watched = sql.execute(
        "SELECT accepted_at, (SELECT min(started_at) FROM runs WHERE portal_id = ?1) FROM portals WHERE id = ?1",
        (portal_id,),
    ).fetchone()
    return Rhythm(
        tuple(date.fromisoformat(day) for (day,) in found),
        tuple(url for url, _ in latest),
        watched=moment(watched).date() if watched else None,
        accepted=bool(accepted and found and accepted[:10] > found[0][0]),
    )


def statuses(sql: sqlite3.Connection, is_held: Callable[[], bool]) -> tuple[PortalStatus, ...]:
    """How every portal stands, by key; `is_held` says whether a run is at work on the archive."""
    rows = sql.execute("SELECT id, key, name FROM portals ORDER BY key").fetchall()
    return tuple(_status(sql, is_held, *row) for row in rows)


def _status(sql: sqlite3.Connection, is_held: Callable[[], bool], portal_id: int, key: str, name: str) -> PortalStatus:
    articles, newest = sql.execute(
        "SELECT count(*), max(published) FROM articles WHERE portal_id = ?", (portal_id,)
    ).fetchone()
    present = stamp(now())
    failing, since = sql.execute(_FAILING, (portal_id,)).fetchone()
    last_two = runs.latest(sql, is_held, portal=key, limit=2)
    return PortalStatus(
        key=key,
        name=name,
        articles=articles,
        newest=date.fromisoformat(newest[:10]) if newest else None,
        waiting=count_due(sql, portal_id, present, present),
        failing=failing,
        failing_since=maybe_moment(since),
        last_run=next((run for run in last_two if run.stopped != "running"), None),
        last_success=maybe_moment(runs.last_success(sql, portal_id)),
    )
