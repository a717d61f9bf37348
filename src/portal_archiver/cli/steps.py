"""How long work on an archive shows itself: a bar on a terminal, now and then a plain line without one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from portal_archiver.cli.progress import SECONDS_BETWEEN_LINES
from portal_archiver.cli.screen import Screen, err

Show = Callable[[str, int, int], None]


def steps() -> AbstractContextManager[Show]:
    """The way that fits standard error: call what it yields with a step, how much of it is done, and of how much."""
    screen = err()
    return _bar(screen) if screen.is_interactive else _lines(screen)


@contextmanager
def _bar(screen: Screen) -> Iterator[Show]:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=screen, transient=True, expand=True)
    task = bar.add_task("", total=None)
    with bar:
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


@contextmanager
def _lines(screen: Screen, clock: Callable[[], float] = time.monotonic) -> Iterator[Show]:
    spoken = clock()

    def show(what: str, done: int, total: int) -> None:
        nonlocal spoken
        if clock() - spoken >= SECONDS_BETWEEN_LINES:
            spoken = clock()
            screen.say(f"{what}: {done:,} of {total:,}")

    yield show
