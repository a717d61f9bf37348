"""The program, killed at a named moment of its work. As a script it forks one process for each order it is given.

A process forked from one that has loaded the program begins at once, where a fresh one takes a second to begin.
"""

from __future__ import annotations

import inspect
import json
import os
import resource
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import asdict, dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from program import ENVIRONMENT

REPORTS = 24  # of the portal whose template changes
LOG = "crawl.log"  # what the program says, in the folder it works in


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the program's work, before or after one step of it.

    The step is a function (`module:name`) or, with `sql`, a statement that begins so; the process dies at the n-th
    time it comes to it. `nth` has one number for each run that is to die.
    """

    step: str
    after: bool = True
    nth: tuple[int, ...] = (2, 12)
    sql: bool = False

    def arm(self, nth: int) -> None:
        """See to it that this process dies; AttributeError where the program no longer has such a step."""
        count = _countdown(nth)
        if self.sql:
            _watch_statements(self.step, count, after=self.after)
            return
        module, _, path = self.step.partition(":")
        *owners, name = path.split(".")
        owner: Any = import_module(module)
        for part in owners:
            owner = getattr(owner, part)
        setattr(owner, name, _wrapped(getattr(owner, name), count, after=self.after))


def _function(step: str, nth: tuple[int, ...] = (2, 12), *, after: bool = True) -> Moment:
    ours = not step.startswith(("os:", "fcntl:"))
    return Moment(f"portal_archiver.{step}" if ours else step, after, nth)


def _statement(begins: str, nth: tuple[int, ...] = (2, 12), *, after: bool = True) -> Moment:
    return Moment(begins, after, nth, sql=True)


ONCE = (1, 1)  # for what comes once in a run: two runs die there
MOMENTS = {
    "before the lock is asked for": _function("fcntl:flock", ONCE, after=False),
    "the lock taken, its file not yet written": _function("os:ftruncate", ONCE, after=False),
    "the lock file empty": _function("os:pwrite", ONCE, after=False),
    "the lock file written": _function("os:pwrite", ONCE),
    "the portal noted, the run not yet begun": _function("store.runs:begin", ONCE, after=False),
    "the run begun, inside its transaction": _function("store.runs:begin", ONCE),
    "the run begun": _function("store.archive:Archive.begin_run", ONCE),
    "before robots.txt is asked for": _function("crawler.robots:Robots.sitemaps", ONCE, after=False),
    "before a page is asked for": _function("crawler.fetcher:Fetcher.fetch", after=False),
    "the answer there, not yet read": _function("crawler.fetcher:Fetcher.fetch"),
    "the page read, nothing of it stored": _function("store.archive:Archive.transaction", after=False),
    "the transaction begun": _statement("BEGIN IMMEDIATE", (5, 30)),
    "the footer stored": _function("store.licenses:ensure"),
    "the body stored, its capture not": _statement("INSERT INTO bodies"),
    "the capture stored": _function("store.captures:store"),
    "the article added, without a revision": _statement("INSERT INTO articles ", (1, 4)),
    "the revision added, its photos not": _statement("INSERT INTO revisions", (1, 4)),
    "the photos added": _function("store.revisions:insert", (1, 4)),
    "the article in the index": _function("store.index:add", (1, 4)),
    "the capture attached to its article": _function("store.captures:attach", (1, 4)),
    "the article saved": _function("store.archive:Archive.save"),
    "a sitemap kept": _function("store.archive:Archive.keep", (1, 2)),
    "the links added": _function("store.frontier:Frontier.add"),
    "the dates of a listing learned": _function("store.archive:Archive.learn_dates"),
    "the URL settled": _function("store.frontier:Frontier.settle"),
    "a failure noted": _function("store.events:log", ONCE),
    "before COMMIT": _statement("COMMIT", (5, 30), after=False),
    "after COMMIT": _statement("COMMIT", (5, 30)),
    "the next URL looked for": _function("store.frontier:Frontier.next", after=False),
    # From the second run on, the first end that is written is the one of the run killed before.
    "the work done, the run not finished": _function("store.runs:finish", (1, 2), after=False),
    "the run finished, inside its transaction": _function("store.runs:finish", (1, 2)),
    "the run finished, the lock still held": _function("store.archive:Archive.finish_run", (1, 1)),
    "before the file is closed": _function("store.connection:Connection.close", ONCE, after=False),
}
EDITS = {  # of a night on which one report was corrected
    "the old text out of the index": _function("store.index:remove", (1,)),
    "the second revision added, its photos not": _statement("INSERT INTO revisions", (1,)),
    "the second revision added": _function("store.revisions:insert", (1,)),
    "the new text in the index": _function("store.index:add", (1,)),
}
HEALINGS = {  # of a night on which the template changed
    "half of the reports read as the old template has them": _function("store.archive:Archive.save", (REPORTS // 2,)),
    "the night told, nothing learned of it": _function("pipeline.teaching:Lessons.after", (1,), after=False),
    "the profile kept": _function("store.archive:Archive.keep_profile", (1,)),
    "half of the reports read anew": _function("store.replay:Replay.write", (REPORTS // 2,)),
    "the night told anew": _function("store.runs:finish", (2,)),
}


def _countdown(nth: int) -> Callable[[], None]:
    left = nth

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def _wrapped(step: Callable[..., Any], count: Callable[[], None], *, after: bool) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        if not after:
            count()
        done = step(*args, **named)
        if after:
            count()
        return done

    async def wait(*args: Any, **named: Any) -> Any:
        if not after:
            count()
        done = await step(*args, **named)
        if after:
            count()
        return done

    return wait if inspect.iscoroutinefunction(step) else call


def _watch_statements(begins: str, count: Callable[[], None], *, after: bool) -> None:
    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            hit = sql.lstrip().startswith(begins)
            if hit and not after:
                count()
            cursor = super().execute(sql, *values)
            if hit and after:
                count()
            return cursor

    _connect_by(Watched)


def _connect_by(connection: type[sqlite3.Connection], *pragmas: str) -> None:
    """From now on connections are of this class, and begin with these PRAGMAs."""
    connect = sqlite3.connect

    def connect_so(*args: Any, **named: Any) -> sqlite3.Connection:
        opened = connect(*args, **named, factory=connection)
        for pragma in pragmas:
            opened.execute(f"PRAGMA {pragma}")
        return opened

    sqlite3.connect = connect_so  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Order:
    """One `crawl` in a folder, with `options`, and how it is to die.

    `moment`: one of MOMENTS, EDITS or HEALINGS, the `nth` time; "" for none. `statement`: before the n-th SQL statement
    of all.
    `seconds`: killed from outside after so long. `largest`: by the kernel, at the first byte that it writes beyond this
    size of a file. `checkpoint`: a checkpoint of the WAL after so many pages, 0 for never, None for SQLite's own 1,000.
    """

    folder: str
    moment: str = ""
    nth: int = 1
    statement: int = 0
    seconds: float | None = None
    largest: int | None = None
    checkpoint: int | None = None
    options: tuple[str, ...] = ()


def obey(order: Order) -> None:
    """Be the program; ends this process."""
    os.chdir(order.folder)
    log = os.open(LOG if order.largest is None else os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if order.checkpoint is not None:
        _connect_by(sqlite3.Connection, f"wal_autocheckpoint = {order.checkpoint}")
    if order.moment:
        (MOMENTS | EDITS | HEALINGS)[order.moment].arm(order.nth)
    if order.statement:
        _watch_statements("", _countdown(order.statement), after=False)
    if order.largest is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest, order.largest))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # which Python ignores
    sys.argv = ["portal-archiver", "crawl", *order.options]
    import_module("portal_archiver.cli").main()


class Driver:
    """A process of this script; one order at a time."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=ENVIRONMENT, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)

    def start(self, folder: Path, **how: Any) -> None:
        """Have a run begun; `wait` says how it ended."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asdict(Order(str(folder), **how))) + "\n")
        self._process.stdin.flush()

    def has_ended(self, seconds: float) -> bool:
        """Whether the run has ended, or does within so long."""
        assert self._process.stdout
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def wait(self) -> int:
        """The exit code of the run, negative where a signal ended it."""
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def run(self, folder: Path, **how: Any) -> int:
        """One run from its beginning to its end."""
        self.start(folder, **how)
        return self.wait()


def main() -> None:
    """Read orders from standard input, one a line, and answer each with an exit code."""
    import_module("portal_archiver.cli.running")
    with redirect_stderr(StringIO()):  # some of what the program uses is loaded only when it begins
        import_module("portal_archiver.cli").run(["crawl", "--config", "no-such-file"])
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if not child:
            obey(order)
        if order.seconds is not None:
            time.sleep(order.seconds)
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
