"""The exit codes, so that a script can tell what happened without reading a line."""

from __future__ import annotations

from collections.abc import Iterable

from portal_archiver.crawler.reasons import Reason
from portal_archiver.errors import UnreachableError
from portal_archiver.model import RunReport

OK, BUG, USAGE, SOME_FAILED, DRIFTED = 0, 1, 2, 3, 4
NEWS = 10  # `watch run --exit-code`: something is new
SIGNALED = 128  # plus the number of the signal: 130 for SIGINT, 143 for SIGTERM

# What makes a crawl end with SOME_FAILED: pages that should have come. The other reasons are usual on any real portal
# (dead links, files, what robots.txt closes, links in a circle) and would make every night end with it.
FAILURES = frozenset(
    {
        Reason.ROBOTS_UNREACHABLE,
        Reason.FORBIDDEN,
        Reason.SERVER_ERROR,
        Reason.TOO_MANY_REQUESTS,
        Reason.TIMEOUT,
        Reason.REFUSED,
        Reason.DNS,
        Reason.TLS,
        Reason.RESET,
        Reason.INCOMPLETE,
        Reason.BAD_HTTP,
        Reason.BAD_ENCODING,
        Reason.UNREADABLE,
    }
)


def brought_nothing(report: RunReport) -> bool:
    """Whether a run that went through to its end got not one page, although it asked for some."""
    return report.stopped is None and bool(report.reasons) and not report.fetched + report.not_modified


def has_failures(report: RunReport) -> bool:
    """Whether something failed that should have come."""
    return any(count for reason, count in report.reasons.items() if reason in FAILURES)


def code_of(reports: Iterable[RunReport], signal: int | None = None) -> int:
    """The exit code of a crawl: a signal outranks an unreachable portal, then come alarms, then failed pages."""
    runs = tuple(reports)
    if signal is not None:
        return SIGNALED + signal
    if any(run.stopped == "unreachable" for run in runs):
        return UnreachableError.exit_code
    if any(run.alarms for run in runs):
        return DRIFTED
    return SOME_FAILED if any(has_failures(run) or brought_nothing(run) for run in runs) else OK
