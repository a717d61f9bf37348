"""The log of a crawl for programs: one JSON object a line on standard error, instead of words and bars.

Every line has `at` (UTC), `level` and `event`; what else it has depends on the event.

    started    portal, url
    progress   portal, url, outcome, done, waiting: now and then
    failed     portal, url, reason, detail: each address that brought nothing
    finished   portal, and every figure of its report; `run` is the number of the run
    stopping, hint, warning, alarm, error   message
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal_archiver.cli.screen import LOG, as_json
from portal_archiver.cli.signals import STOPPING
from portal_archiver.model import Portal, RunReport
from portal_archiver.store import Archive

if TYPE_CHECKING:
    from portal_archiver.cli.progress import Show
    from portal_archiver.pipeline import Progress

LEVELS = {
    "started": "info",
    "progress": "info",
    "failed": "warning",
    "finished": "info",
    "stopping": "warning",
    "hint": "info",
    "warning": "warning",
    "learned": "warning",
    "alarm": "error",
    "error": "error",
}


def switch_on(wanted: bool) -> bool:
    """From now on, `screen.problem` writes into this log: errors, warnings and hints of the command that runs."""
    if wanted:
        LOG.set(lambda label, message: write(label, message=message))
    return wanted


def line(event: str, *, level: str = "", at: datetime | None = None, **details: object) -> str:
    """One line of the log, its end included."""
    moment = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return as_json({"at": moment, "level": level or LEVELS[event], "event": event, **details}, sys.stderr) + "\n"


def write(event: str, *, level: str = "", at: datetime | None = None, **details: object) -> None:
    """Write one line; what standard error cannot take is lost, and the work goes on."""
    with suppress(OSError):
        sys.stderr.write(line(event, level=level, at=at, **details))
        sys.stderr.flush()


def stopping() -> str:
    """The answer to a signal, to be written past Python's buffers."""
    return line("stopping", message=STOPPING)


@contextmanager
def watching(portals: Iterable[Portal], archive: Archive) -> Iterator[Show]:
    """The way to log progress: what it yields is called with each `Progress`."""
    for portal in portals:
        write("started", portal=portal.key, url=portal.start[0])
    yield Lines(archive)


class Lines:
    """Logs each address that fails, with what the archive noted about it, and now and then how far a portal is."""

    def __init__(self, archive: Archive) -> None:
        # Here, and not at the top: they take a while to load, which no other command should pay.
        from portal_archiver.cli.exits import FAILURES
        from portal_archiver.cli.progress import Pace
        from portal_archiver.crawler.reasons import Reason

        self._archive = archive
        self._seen = archive.last_event()
        self._pace = Pace()
        self._reasons = frozenset(map(str, Reason))
        self._grave = frozenset(map(str, FAILURES))

    def __call__(self, progress: Progress) -> None:
        """Take note of one page."""
        if progress.outcome in self._reasons:
            self._log_failures()
        if self._pace.allows(progress.portal):
            write("progress", **{field.name: getattr(progress, field.name) for field in fields(progress)})

    def _log_failures(self) -> None:
        """Dead links and the like are usual, as for the exit code."""
        for event in self._archive.events_after(self._seen):
            level = "warning" if event.reason in self._grave else "info"
            details = {"url": event.url, "reason": event.reason, "detail": event.detail}
            write("failed", level=level, at=event.at, portal=event.portal, **details)
        self._seen = self._archive.last_event()


def finished(reports: Iterable[RunReport]) -> None:
    """Log the end of each portal's run."""
    for report in reports:
        figures = {field.name: getattr(report, field.name) for field in fields(report)}
        write("finished", portal=figures.pop("portal"), run=figures.pop("id"), **figures, seconds=report.seconds)
