"""Crawl with everything a person at a terminal or a line of cron needs around it: progress, signals, report, code."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from portal_archiver.cli import jsonlog
from portal_archiver.cli.alarms import alarm_lines, learning_lines
from portal_archiver.cli.exits import code_of
from portal_archiver.cli.options import with_reports
from portal_archiver.cli.ping import Outcome
from portal_archiver.cli.progress import watching
from portal_archiver.cli.report import show_end, show_report, trouble
from portal_archiver.cli.screen import emit, err, on_paper, out, problem
from portal_archiver.cli.signals import in_words, stoppable
from portal_archiver.model import Portal, RunReport
from portal_archiver.pipeline import Options, crawl_all
from portal_archiver.store import Archive


def run(
    portals: Sequence[Portal],
    archive_path: Path,
    *,
    max_pages: int | None = None,
    max_time: float | None = None,
    recheck: bool = False,
    as_json: bool = False,
    log_json: bool = False,
    outcome: Outcome | None = None,
) -> int:
    """Crawl the portals into the archive, print the report, and return the exit code.

    Both are noted in `outcome`, for a monitor; with `log_json` standard error is a log for programs.
    """
    with Archive(archive_path) as archive, stoppable(jsonlog.stopping if log_json else in_words) as stop:
        # The lock first, which the crawl takes again: a run that cannot begin should not be said to.
        with archive.exclusive(), jsonlog.watching(portals, archive) if log_json else watching(portals) as show:
            options = Options(max_pages, max_time, recheck, show, stop.event, processes=os.cpu_count() or 1)
            reports = crawl_all(portals, archive, options)
        if log_json:
            jsonlog.finished(reports)
        else:
            show_end(err(), reports)
        code, known = code_of(reports, stop.signal), with_reports(archive)
        if outcome:
            outcome.exit_code, outcome.report = code, _letter(reports, known)
        if as_json:
            emit({"archive": archive_path, "runs": reports, "exit_code": code})
        else:
            show_report(out(), reports, known)
        for sentence in trouble(reports):
            problem(sentence)
        for line in _alarms(reports):
            problem(line, label="alarm")
        for line in _learned(reports):
            problem(line, label="learned", style="bold")
    return code


def _letter(reports: Sequence[RunReport], known: Collection[str]) -> str:
    """The report, and what is the matter, for somebody who sees nothing else of the run."""
    shown = on_paper(lambda paper: show_report(paper, reports, known))
    return "\n".join([shown, *trouble(reports), *_alarms(reports), *_learned(reports)])


def _alarms(reports: Sequence[RunReport]) -> Iterator[str]:
    for report in reports:
        for alarm in report.alarms:
            yield from alarm_lines(report.portal, alarm)


def _learned(reports: Sequence[RunReport]) -> Iterator[str]:
    for report in reports:
        if report.learning:
            yield from learning_lines(report.portal, report.learning)
