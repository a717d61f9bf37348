"""How the portals fared from night to night: a state for each run, a square for each night, and whether all is well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from portal_archiver.model import Alarm, PortalStatus, RunReport

NIGHTS = 56  # eight weeks
STEP, SIDE = 14, 11  # units of the drawing: from square to square, and a square
LATE = timedelta(days=3)  # without a good run
State = Literal["good", "some", "alarm", "broken", "running"]
STATES: tuple[State, ...] = ("good", "some", "alarm", "broken", "running")
_BROKEN = {"killed", "unreachable", "signal"}


@dataclass(frozen=True, slots=True)
class Square:
    """A night: its day, its place in the drawing, and its last run with that run's state; None where there was none."""

    day: date
    x: int
    state: State | None
    run: RunReport | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a portal needs a look: a key of `language.py` below "trouble.", what it is about, and the run to look at."""

    key: str
    run: RunReport | None
    alarm: Alarm | None = None
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fared:
    """A portal over some weeks: its squares, how many nights were in each state, what is wrong now, what failed why.

    `runs` are those of the weeks, the earliest first.
    """

    status: PortalStatus
    squares: tuple[Square, ...]
    counts: tuple[tuple[State, int], ...]
    troubles: tuple[Trouble, ...]
    reasons: tuple[tuple[str, int], ...]
    runs: tuple[RunReport, ...]

    @property
    def alarms(self) -> Iterator[tuple[RunReport, Alarm]]:
        """What drifted, the newest first."""
        return ((run, alarm) for run in reversed(self.runs) for alarm in run.alarms)


def state_of(run: RunReport) -> State:
    """How a run went: "some" pages failed is the usual night of a large portal."""
    if run.stopped == "running":
        return "running"
    if run.stopped in _BROKEN:
        return "broken"
    return "alarm" if run.alarms else "some" if run.failed else "good"


def fared(status: PortalStatus, runs: Sequence[RunReport], now: datetime) -> Fared:
    """How a portal fared; `runs` are its runs of the last NIGHTS nights in any order, `now` is an aware time."""
    ordered = sorted(runs, key=lambda run: (run.started_at, run.id))
    by_day = {run.started_at.astimezone(now.tzinfo).date(): run for run in ordered}  # the last one of each day
    squares = tuple(_squares(by_day, now.date()))
    states = [square.state for square in squares if square.state]
    return Fared(
        status,
        squares,
        tuple((state, states.count(state)) for state in STATES if state in states),
        tuple(_troubles(status, now)),
        tuple(_most_first(ordered)),
        tuple(ordered),
    )


def _squares(by_day: Mapping[date, RunReport], today: date) -> Iterator[Square]:
    for place in range(NIGHTS):
        day = today - timedelta(days=NIGHTS - 1 - place)
        run = by_day.get(day)
        yield Square(day, place * STEP, state_of(run) if run else None, run)


def _troubles(status: PortalStatus, now: datetime) -> Iterator[Trouble]:
    """What the last run says, and how long ago the last good one was."""
    last = status.last_run
    if last is None:
        yield Trouble("never", None)
        return
    for alarm in last.alarms:
        yield Trouble("silence" if alarm.field == "silence" else "drift", last, alarm)
    if last.stopped in _BROKEN:
        yield Trouble("broken", last)
    if status.last_success is None or now - status.last_success > LATE:
        yield Trouble("late", last, when=status.last_success)


def _most_first(runs: Sequence[RunReport]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for run in runs:
        for reason, number in run.reasons.items():
            counts[reason] = counts.get(reason, 0) + number
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
