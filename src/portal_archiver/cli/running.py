"""Crawl with everything a person at a terminal or a line of cron needs around it: progress, signals, report, code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from portal_archiver.cli.alarms import alarm_lines
from portal_archiver.cli.exits import code_of
from portal_archiver.cli.progress import watching
from portal_archiver.cli.report import show_end, show_report, trouble
from portal_archiver.cli.screen import emit, err, out, problem
from portal_archiver.cli.signals import stoppable
from portal_archiver.model import Portal
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
) -> int:
    """Crawl the portals into the archive, print the report, and return the exit code."""
    with Archive(archive_path) as archive, stoppable() as stop:
        with watching(portals) as show:
            options = Options(max_pages, max_time, recheck, show, stop.event, processes=os.cpu_count() or 1)
            reports = crawl_all(portals, archive, options)
        show_end(err(), reports)
        code = code_of(reports, stop.signal)
        if as_json:
            emit({"archive": archive_path, "runs": reports, "exit_code": code})
        else:
            show_report(out(), reports)
        for sentence in trouble(reports):
            problem(sentence)
        for report in reports:
            for alarm in report.alarms:
                problem("\n".join(alarm_lines(report.portal, alarm)), label="alarm")
    return code
