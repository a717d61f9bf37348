"""Yields over time as small lines, in numbers that an SVG needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal_archiver.model import RunReport

WIDTH, HEIGHT = 180, 44  # units of the drawing
FEW = 5  # reports of a night: a share of fewer says little, and they are left out


@dataclass(frozen=True, slots=True)
class Plot:
    """The share of the reports of a night that had a field: `line` is the points of it, `alarms` where it was alarming.

    `first`, `last` and `least` are shares in percent; `nights` is how many the line has.
    """

    field: str
    line: str
    alarms: tuple[tuple[float, float], ...]
    end: tuple[float, float]
    first: int
    last: int
    least: int
    nights: int


def plots(runs: Sequence[RunReport]) -> tuple[Plot, ...]:
    """A plot for each field that two nights or more have something of; `runs` in order of time."""
    return tuple(_plots([run for run in runs if run.stopped != "running"]))


def _plots(runs: Sequence[RunReport]) -> Iterator[Plot]:
    names = dict.fromkeys(name for run in runs for name in run.yields)
    for name in names:
        told = [run for run in runs if name in run.yields and run.yields[name].of >= FEW]
        if len(told) < 2:
            continue
        step = WIDTH / (len(told) - 1)
        points = [
            (round(place * step, 1), round(HEIGHT * (1 - run.yields[name].share), 1)) for place, run in enumerate(told)
        ]
        shares = [round(100 * run.yields[name].share) for run in told]
        yield Plot(
            name,
            " ".join(f"{x},{y}" for x, y in points),
            tuple(
                point
                for point, run in zip(points, told, strict=True)
                if any(alarm.field == name for alarm in run.alarms)
            ),
            points[-1],
            shares[0],
            shares[-1],
            min(shares),
            len(told),
        )
