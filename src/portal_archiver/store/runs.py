"""What each run did and what went wrong in it: the stored run reports."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from portal_archiver.errors import UnknownRunError
from portal_archiver.model import PAGE_STATUSES, RunReport
from portal_archiver.store import nights
from portal_archiver.store.times import moment, stamp

_COUNTS = (
    "requests", "fetched", "not_modified", "new", "changed", "unchanged", "duplicate", "not_articles", "failed",
    "waiting",
)  # fmt: skip
_FINISH = (
    f"UPDATE runs SET {', '.join(f'{name} = ?' for name in _COUNTS)}, "
    "started_at = ?, finished_at = ?, reasons = ?, yields = ?, alarms = ?, learning = ?, stopped = ? WHERE id = ?"
)
_REPORTS = (
    "SELECT r.id, p.key, r.started_at, r.finished_at, r.reasons, r.yields, r.alarms, r.learning, r.stopped, "
    f"{', '.join(f'r.{name}' for name in _COUNTS)} FROM runs r JOIN portals p ON p.id = r.portal_id"
)
# What a run without an end has stored: its captures are those of its portal from its beginning on, until the portal's
# next run. Ids grow with time (a merge closes what has no end), so the search for the first goes back no further.
_STORED = f"""
WITH run AS (
    SELECT id, portal_id, started_at AS began,
           coalesce((SELECT min(n.started_at) FROM runs n
                      WHERE n.portal_id = r.portal_id AND n.started_at > r.started_at), '9') AS until
      FROM runs r WHERE id = ?
), kept AS (
    SELECT c.id, c.article_id, c.fetched_at, c.status = 304 AS same,
           c.status IN {tuple(sorted(PAGE_STATUSES))}
               AND c.url NOT IN (SELECT url FROM run_events WHERE run_id = run.id) AS page,
           (SELECT v.number FROM revisions v WHERE v.article_id = c.article_id AND v.capture_id = c.id) AS number
      FROM run CROSS JOIN captures c
     WHERE c.id > coalesce((SELECT id FROM captures WHERE fetched_at < began ORDER BY id DESC LIMIT 1), 0)
       AND c.portal_id = run.portal_id AND c.fetched_at >= began AND c.fetched_at < until
)
SELECT count(*), coalesce(sum(page), 0), coalesce(sum(same), 0), coalesce(sum(page AND number = 1), 0),
       coalesce(sum(page AND number > 1), 0),
       coalesce(sum(page AND number IS NULL AND article_id IS NOT NULL), 0),
       coalesce(sum(page AND article_id IS NULL), 0), max(fetched_at)
  FROM kept
"""
_COUNTED = ("requests", "fetched", "not_modified", "new", "changed", "unchanged", "not_articles")


def begin(sql: sqlite3.Connection, portal_id: int, started_at: datetime) -> int:
    """Note that a run began: its id. A run that is killed stays without an end until `close_killed`."""
    cursor = sql.execute("INSERT INTO runs (portal_id, started_at) VALUES (?, ?)", (portal_id, stamp(started_at)))
    return int(cursor.lastrowid or 0)


def finish(sql: sqlite3.Connection, run_id: int, report: RunReport) -> None:
    """Store the report of a run that ended, however it ended."""
    counts = [getattr(report, name) for name in _COUNTS]
    reasons = json.dumps(dict(report.reasons), ensure_ascii=False)
    times = (stamp(report.started_at), stamp(report.finished_at))
    yields, alarms = nights.from_yields(report.yields), nights.from_alarms(report.alarms)
    learning = nights.from_learning(report.learning)
    sql.execute(_FINISH, (*counts, *times, reasons, yields, alarms, learning, report.stopped, run_id))


def close_killed(sql: sqlite3.Connection) -> None:
    """Give every run without an end the end "killed"; only for who knows that none is at work."""
    for report in killed(sql):
        finish(sql, report.id, report)


def killed(sql: sqlite3.Connection) -> tuple[RunReport, ...]:
    """What the runs without an end have stored, as if none of them were at work."""
    return _told(sql, _nobody, f"{_REPORTS} WHERE r.finished_at IS NULL")


def _nobody() -> bool:
    return False


def latest(
    sql: sqlite3.Connection,
    is_held: Callable[[], bool],
    *,
    portal: str | None,
    limit: int,
    since: datetime | None = None,
) -> tuple[RunReport, ...]:
    """Reports of runs, newest first; one without an end is at work while `is_held` says that somebody is.

    With `since`, of those that ended (or began, where they have no end) at that moment or later.
    """
    clauses = {"p.key = ?": portal, "coalesce(r.finished_at, r.started_at) >= ?": stamp(since) if since else None}
    wanted = {clause: value for clause, value in clauses.items() if value is not None}
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    return _told(
        sql, is_held, f"{_REPORTS}{where} ORDER BY r.started_at DESC, r.id DESC LIMIT ?", *wanted.values(), limit
    )


def one(sql: sqlite3.Connection, is_held: Callable[[], bool], run_id: int) -> RunReport:
    """The report of a run; UnknownRunError."""
    found = _told(sql, is_held, f"{_REPORTS} WHERE r.id = ?", run_id)
    if not found:
        raise UnknownRunError(f"the archive has no run {run_id}; `portal-archiver runs` shows the last ones")
    return found[0]


def _told(
    sql: sqlite3.Connection, is_held: Callable[[], bool], select: str, *values: str | int | None
) -> tuple[RunReport, ...]:
    """The reports a SELECT finds, those of runs without an end completed.

    Asked both before and after, `is_held` misses neither a run that begins meanwhile nor one that ends.
    """
    held = is_held()
    reports = []
    for row in sql.execute(select, values).fetchall():
        report = _report(row)
        if row[3] is None:
            held = held or is_held()
            report = _so_far(sql, replace(report, stopped="running" if held else "killed"))
        reports.append(report)
    return tuple(reports)


def _so_far(sql: sqlite3.Connection, report: RunReport) -> RunReport:
    """A run that has no report, by what it stored."""
    *counts, last_kept = sql.execute(_STORED, (report.id,)).fetchone()
    failures = sql.execute(
        "SELECT reason, count(*), max(at) FROM run_events WHERE run_id = ? GROUP BY reason", (report.id,)
    ).fetchall()
    reasons = {reason: number for reason, number, _ in failures}
    seen = [last_kept, *(at for *_, at in failures)]
    return replace(
        report,
        finished_at=max((moment(at) for at in seen if at), default=report.started_at),
        reasons=reasons,
        failed=sum(reasons.values()),
        **dict(zip(_COUNTED, counts, strict=True)),
    )


def _report(
    row: tuple[int, str, str, str | None, str, str, str, str | None, str | None, *tuple[int, ...]],
) -> RunReport:
    run_id, key, started, ended, reasons, yields, alarms, learning, stopped, *counts = row
    return RunReport(
        id=run_id,
        portal=key,
        started_at=moment(started),
        finished_at=moment(ended or started),
        reasons=json.loads(reasons),
        yields=nights.to_yields(yields),
        alarms=nights.to_alarms(alarms),
        learning=nights.to_learning(learning),
        stopped=stopped,
        **dict(zip(_COUNTS, counts, strict=True)),
    )


def last_success(sql: sqlite3.Connection, portal_id: int) -> str | None:
    """When a run last ended by itself (or with its budget or its time) after the portal had answered."""
    row = sql.execute(
        "SELECT finished_at FROM runs WHERE portal_id = ? AND finished_at IS NOT NULL"
        " AND (stopped IS NULL OR stopped IN ('budget', 'time')) AND fetched + not_modified > 0"
        " ORDER BY started_at DESC, id DESC LIMIT 1",
        (portal_id,),
    ).fetchone()
    return row[0] if row else None
