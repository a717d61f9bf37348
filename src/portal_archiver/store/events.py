"""What went wrong in the runs, one event for each URL."""

from __future__ import annotations

import sqlite3

from portal_archiver.model import RunEvent
from portal_archiver.store.times import moment, now, stamp

_EVENTS = (
    "SELECT e.at, e.url, e.reason, e.detail, p.key FROM run_events e"
    " JOIN runs r ON r.id = e.run_id JOIN portals p ON p.id = r.portal_id"
)


def log(sql: sqlite3.Connection, run_id: int, url: str, reason: str, detail: str) -> None:
    """Note what went wrong with one URL."""
    sql.execute(
        "INSERT INTO run_events (run_id, at, url, reason, detail) VALUES (?, ?, ?, ?, ?)",
        (run_id, stamp(now()), url, reason, detail),
    )


def of_run(sql: sqlite3.Connection, run_id: int, *, limit: int) -> tuple[RunEvent, ...]:
    """What went wrong in a run, in the order it did."""
    rows = sql.execute(f"{_EVENTS} WHERE e.run_id = ? ORDER BY e.id LIMIT ?", (run_id, limit))
    return tuple(_event(*row) for row in rows)


def last_event(sql: sqlite3.Connection) -> int:
    """The number of the newest event of all runs; 0 before there is one."""
    return int(sql.execute("SELECT coalesce(max(id), 0) FROM run_events").fetchone()[0])


def events_after(sql: sqlite3.Connection, number: int) -> tuple[RunEvent, ...]:
    """What went wrong in any run after the event of this number, in the order it did."""
    return tuple(_event(*row) for row in sql.execute(f"{_EVENTS} WHERE e.id > ? ORDER BY e.id", (number,)))


def _event(at: str, url: str, reason: str, detail: str, portal: str) -> RunEvent:
    return RunEvent(moment(at), url, reason, detail, portal)
