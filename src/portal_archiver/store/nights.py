"""What the runs of a portal yielded, night by night, and the alarms they raised: as JSON in `runs`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from portal_archiver.model import Alarm, Learning, Night, Yield
from portal_archiver.store.times import moment


def before_now(sql: sqlite3.Connection, portal_id: int, *, limit: int) -> tuple[Night, ...]:
    """What the earlier runs of a portal yielded since it was last accepted as it is, newest first."""
    rows = sql.execute(
        "SELECT started_at, yields, alarms FROM runs WHERE portal_id = ? AND yields <> '{}'"
        " AND started_at > coalesce((SELECT accepted_at FROM portals WHERE id = ?), '')"
        " ORDER BY started_at DESC, id DESC LIMIT ?",
        (portal_id, portal_id, limit),
    )
    return tuple(
        Night(moment(started).date(), to_yields(yields), frozenset(alarm.field for alarm in to_alarms(alarms)))
        for started, yields, alarms in rows
    )


def from_yields(yields: Mapping[str, Yield]) -> str:
    """Yields for the archive: {"date": [38, 40]}."""
    return json.dumps({name: (each.have, each.of) for name, each in yields.items()})


def to_yields(text: str) -> dict[str, Yield]:
    """What `from_yields` wrote."""
    return {name: Yield(*counts) for name, counts in json.loads(text).items()}


def from_alarms(alarms: Iterable[Alarm]) -> str:
    """Alarms for the archive: a list of objects."""
    return json.dumps([asdict(alarm) for alarm in alarms], ensure_ascii=False, default=str)


def to_alarms(text: str) -> tuple[Alarm, ...]:
    """What `from_alarms` wrote."""
    return _alarms(json.loads(text))


def _alarms(found: Iterable[Mapping[str, Any]]) -> tuple[Alarm, ...]:
    return tuple(
        Alarm(
            alarm["field"],
            alarm["now"],
            alarm["before"],
            date.fromisoformat(alarm["last_good"]) if alarm["last_good"] else None,
            tuple(alarm["examples"]),
        )
        for alarm in found
    )


def from_learning(learning: Learning | None) -> str | None:
    """What a run learned for the archive: an object; None where it did not try."""
    return json.dumps(asdict(learning), ensure_ascii=False, default=str) if learning else None


def to_learning(text: str | None) -> Learning | None:
    """What `from_learning` wrote."""
    if text is None:
        return None
    found = json.loads(text)
    return Learning(found["profile"], found["pages"], found["reason"], _alarms(found["healed"]))
