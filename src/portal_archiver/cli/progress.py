"""How a running crawl shows itself: a bar per portal on a terminal, now and then a plain line without one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Column
from rich.text import Text

from portal_archiver.cli.screen import Screen, count, err, safe
from portal_archiver.model import Portal

if TYPE_CHECKING:
    from portal_archiver.pipeline import Progress

Show = Callable[["Progress"], None]
SECONDS_BETWEEN_LINES = 10.0


def _starting_at(portal: Portal) -> str:
    return f"starting at {portal.start[0]}"


def watching(portals: Iterable[Portal], begin: Callable[[Portal], str] = _starting_at) -> AbstractContextManager[Show]:
    """The way to show progress that fits standard error: what it yields is called with each `Progress`.

    `begin` says what the first plain line tells of a portal.
    """
    screen = err()
    return _bars(screen, portals) if screen.is_interactive else _lines(screen, portals, begin)


@contextmanager
def _bars(screen: Screen, portals: Iterable[Portal]) -> Iterator[Show]:
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[outcome]}", table_column=Column(width=14, no_wrap=True)),
        console=screen,
        transient=True,
        expand=True,
    )
    tasks: dict[str, TaskID] = {p.key: bars.add_task(safe(p.key), total=None, outcome="starting") for p in portals}

    def show(progress: Progress) -> None:
        total = progress.done + progress.waiting
        bars.update(tasks[progress.portal], completed=progress.done, total=total, outcome=progress.outcome)

    with bars:
        yield show


@contextmanager
def _lines(screen: Screen, portals: Iterable[Portal], begin: Callable[[Portal], str]) -> Iterator[Show]:
    for portal in portals:
        screen.say(f"{portal.key}: {begin(portal)}")
    yield PlainLines(screen)


class Pace:
    """Lets a portal speak at most every SECONDS_BETWEEN_LINES. Crawls of several threads may ask it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun = clock()
        self._spoken: dict[str, float] = {}

    def allows(self, portal: str) -> bool:
        """Whether it is time for a line about this portal; if so, the next one is as far away again."""
        with self._lock:
            now = self._clock()
            if now - self._spoken.get(portal, self._begun) < SECONDS_BETWEEN_LINES:
                return False
            self._spoken[portal] = now
            return True


class PlainLines:
    """Prints now and then how far each portal is."""

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._pace = Pace(clock)

    def __call__(self, progress: Progress) -> None:
        """Take note of one page."""
        if self._pace.allows(progress.portal):
            done, left = count(progress.done, "page"), f"{progress.waiting:,}"
            said = f"learning: {done} read, {left} left" if not progress.url else f"{done} done, {left} waiting"
            self._screen.say(Text(safe(f"{progress.portal}: {said}")))
