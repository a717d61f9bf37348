"""Reports by month or year as bars, in numbers that an SVG needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

GAP = 0.28  # of the room of a bar
MOST_MONTHS = 120  # bars; a longer time is shown by year


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it stands for (2024-05 or 2024), how many, its place in percent, and where it leads."""

    when: str
    number: int
    x: float
    width: float
    height: float
    href: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars, the first and last of them, the highest, and the ticks under them (x, text)."""

    bars: tuple[Bar, ...]
    by_year: bool
    top: Bar
    ticks: tuple[tuple[float, str], ...]


def histogram(months: Sequence[tuple[str, int]], link: Callable[[str], str]) -> Histogram | None:
    """Bars of counts by month (2024-05, n) in order of time; None where they are fewer than two months."""
    counts = dict(months)
    names = _all_between(months[0][0], months[-1][0]) if counts else []
    by_year = len(names) > MOST_MONTHS
    if by_year:
        counts, names = _by_year(months)
    if len(names) < 2:
        return None
    step, most = 100 / len(names), max(counts.values())
    bars = tuple(_bar(name, counts.get(name, 0), most, i * step, step, link) for i, name in enumerate(names))
    return Histogram(bars, by_year, max(bars, key=lambda bar: bar.number), _ticks(names, step))


def _bar(name: str, number: int, most: int, x: float, step: float, link: Callable[[str], str]) -> Bar:
    """One bar; where there are any reports it can be seen, and leads to them."""
    height = max(100 * number / most, 2) if number else 0
    return Bar(name, number, round(x, 2), round(step * (1 - GAP), 2), round(height, 2), link(name) if number else "")


def _all_between(first: str, last: str) -> list[str]:
    begin, end = (int(name[:4]) * 12 + int(name[5:7]) - 1 for name in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def _by_year(months: Sequence[tuple[str, int]]) -> tuple[dict[str, int], list[str]]:
    counts: dict[str, int] = {}
    for name, number in months:
        counts[name[:4]] = counts.get(name[:4], 0) + number
    return counts, [f"{year:04}" for year in range(int(months[0][0][:4]), int(months[-1][0][:4]) + 1)]


def _ticks(names: Sequence[str], step: float) -> tuple[tuple[float, str], ...]:
    """The years, where they begin; not more than six of them."""
    starts = [(round(i * step, 2), name[:4]) for i, name in enumerate(names) if i == 0 or name[:4] != names[i - 1][:4]]
    return tuple(starts[:: -(-len(starts) // 6)])
