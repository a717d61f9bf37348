"""What each run did and what went wrong in it: the stored run reports."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import date, datetime

from portal_archiver.errors import UnknownRunError
from portal_archiver.model import Alarm, Night, RunEvent, RunReport, Yield
from portal_archiver.store.times import moment, now, stamp

_COUNTS = (
    "requests", "fetched", "not_modified", "new", "changed", "unchanged", "duplicate", "not_articles", "failed",
    "waiting",
)  # fmt: skip
_FINISH = (
    f"UPDATE runs SET {', '.join(f'{name} = ?' for name in _COUNTS)}, "
    "started_at = ?, finished_at = ?, reasons = ?, yields = ?, alarms = ?, stopped = ? WHERE id = ?"
)
_FINISHED = (
    "SELECT r.id, p.key, r.started_at, r.finished_at, r.reasons, r.yields, r.alarms, r.stopped, "
    f"{', '.join(f'r.{name}' for name in _COUNTS)} "
    "FROM runs r JOIN portals p ON p.id = r.portal_id WHERE r.finished_at IS NOT NULL"
)

_EVENTS = (
    "SELECT e.at, e.url, e.reason, e.detail, p.key FROM run_events e"
    " JOIN runs r ON r.id = e.run_id JOIN portals p ON p.id = r.portal_id"
)


def begin(sql: sqlite3.Connection, portal_id: int, started_at: datetime) -> int:
    """Note that a run began: its id. A run that is killed stays without an end."""
    cursor = sql.execute("INSERT INTO runs (portal_id, started_at) VALUES (?, ?)", (portal_id, stamp(started_at)))
    return int(cursor.lastrowid or 0)


def log(sql: sqlite3.Connection, run_id: int, url: str, reason: str, detail: str) -> None:
    """Note what went wrong with one URL."""
    sql.execute(
        "INSERT INTO run_events (run_id, at, url, reason, detail) VALUES (?, ?, ?, ?, ?)",
        (run_id, stamp(now()), url, reason, detail),
    )


def finish(sql: sqlite3.Connection, run_id: int, report: RunReport) -> None:
    """Store the report of a run that ended, however it ended."""
    counts = [getattr(report, name) for name in _COUNTS]
    reasons = json.dumps(dict(report.reasons), ensure_ascii=False)
    times = (stamp(report.started_at), stamp(report.finished_at))
    yields = json.dumps({name: (each.have, each.of) for name, each in report.yields.items()})
    alarms = json.dumps([asdict(alarm) for alarm in report.alarms], ensure_ascii=False, default=str)
    sql.execute(_FINISH, (*counts, *times, reasons, yields, alarms, report.stopped, run_id))


def finished(
    sql: sqlite3.Connection, *, portal: str | None, limit: int, since: datetime | None = None
) -> tuple[RunReport, ...]:
    """Reports of finished runs, newest first; with `since`, of those that ended at that moment or later."""
    wanted = {" AND p.key = ?": portal, " AND r.finished_at >= ?": stamp(since) if since else None}
    chosen = {clause: value for clause, value in wanted.items() if value is not None}
    rows = sql.execute(f"{_FINISHED}{''.join(chosen)} ORDER BY r.id DESC LIMIT ?", (*chosen.values(), limit))
    return tuple(_report(row) for row in rows)


def unfinished(sql: sqlite3.Connection, *, portal: str | None, since: datetime) -> tuple[tuple[str, datetime], ...]:
    """Portal and beginning of the runs that began since, and have no end: killed, or still at work."""
    rows = sql.execute(
        "SELECT p.key, r.started_at FROM runs r JOIN portals p ON p.id = r.portal_id"
        " WHERE r.finished_at IS NULL AND r.started_at >= ?1 AND (?2 IS NULL OR p.key = ?2) ORDER BY r.id",
        (stamp(since), portal),
    )
    return tuple((key, moment(started)) for key, started in rows)


def one(sql: sqlite3.Connection, run_id: int) -> RunReport:
    """The report of a finished run; UnknownRunError."""
    row = sql.execute(f"{_FINISHED} AND r.id = ?", (run_id,)).fetchone()
    if row is None:
        raise UnknownRunError(f"the archive has no finished run {run_id}; `portal-archiver runs` shows the last ones")
    return _report(row)


def events(sql: sqlite3.Connection, run_id: int, *, limit: int) -> tuple[RunEvent, ...]:
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


def nights(sql: sqlite3.Connection, portal_id: int, *, limit: int) -> tuple[Night, ...]:
    """What the earlier runs of a portal yielded since it was last accepted as it is, newest first."""
    rows = sql.execute(
        "SELECT started_at, yields, alarms FROM runs WHERE portal_id = ? AND yields <> '{}'"
        " AND started_at > coalesce((SELECT accepted_at FROM portals WHERE id = ?), '') ORDER BY id DESC LIMIT ?",
        (portal_id, portal_id, limit),
    )
    return tuple(
        Night(moment(started).date(), _yields(yields), frozenset(alarm.field for alarm in _alarms(alarms)))
        for started, yields, alarms in rows
    )


def _yields(text: str) -> dict[str, Yield]:
    return {name: Yield(*counts) for name, counts in json.loads(text).items()}


def _alarms(text: str) -> tuple[Alarm, ...]:
    return tuple(
        Alarm(
            alarm["field"],
            alarm["now"],
            alarm["before"],
            date.fromisoformat(alarm["last_good"]) if alarm["last_good"] else None,
            tuple(alarm["examples"]),
        )
        for alarm in json.loads(text)
    )


def _report(row: tuple[int, str, str, str, str, str, str, str | None, *tuple[int, ...]]) -> RunReport:
    run_id, key, started, ended, reasons, yields, alarms, stopped, *counts = row
    return RunReport(
        id=run_id,
        portal=key,
        started_at=moment(started),
        finished_at=moment(ended),
        reasons=json.loads(reasons),
        yields=_yields(yields),
        alarms=_alarms(alarms),
        stopped=stopped,
        **dict(zip(_COUNTS, counts, strict=True)),
    )


def last_success(sql: sqlite3.Connection, portal_id: int) -> str | None:
    """When a run last ended by itself (or with its budget or its time) after the portal had answered."""
    row = sql.execute(
        "SELECT finished_at FROM runs WHERE portal_id = ? AND finished_at IS NOT NULL"
        " AND (stopped IS NULL OR stopped IN ('budget', 'time')) AND fetched + not_modified > 0"
        " ORDER BY id DESC LIMIT 1",
        (portal_id,),
    ).fetchone()
    return row[0] if row else None
