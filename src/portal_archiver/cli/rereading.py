"""A rereading with everything a person at a terminal or a line of cron needs around it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.table import Table

from portal_archiver.cli.exits import OK, SIGNALED, SOME_FAILED
from portal_archiver.cli.progress import watching
from portal_archiver.cli.screen import Screen, count, duration, emit, out, problem
from portal_archiver.cli.signals import stoppable
from portal_archiver.errors import ArchiveError
from portal_archiver.model import Portal, ReparseReport, Rewording
from portal_archiver.pipeline import ReparseOptions, reparse
from portal_archiver.store import Archive, Scope

SHOWN = 10  # reports that are named

# The lines of the table: the field of ReparseReport, its label, what it means.
FIGURES = (
    ("captures", "pages", "read anew"),
    ("reread", "read anew", "revisions that are read differently"),
    ("new", "new", "reports that were none before"),
    ("revisions", "revisions", "edits that were not noticed before"),
    ("damaged", "damaged", "payloads that are not what was stored"),
    ("unreadable", "unreadable", "pages that broke the parser"),
)


def run(portals: Sequence[Portal], archive_path: Path, scope: Scope, *, dry_run: bool, as_json: bool) -> int:
    """Read the portals' pages anew, print what came of it, and return the exit code."""
    with Archive(archive_path, create=False, read_only=dry_run) as archive, stoppable() as stop:
        # The lock first, which the rereading takes again: one that cannot begin should not be said to.
        lock = nullcontext() if dry_run else archive.exclusive()
        with lock, watching(portals, begin=lambda portal: "reading its pages anew") as show:
            options = ReparseOptions(scope, dry_run, show, stop.event, processes=os.cpu_count() or 1)
            reports = reparse(portals, archive, options)
        code = code_of(reports, stop.signal)
        if as_json:
            emit({"archive": archive_path, "portals": reports, "exit_code": code})
        else:
            show_reports(out(), reports)
        for report in reports:
            for sentence in report.troubles:
                problem(f"{report.portal}: {sentence}")
    return code


def code_of(reports: Sequence[ReparseReport], signal: int | None = None) -> int:
    """The exit code: a signal outranks a damaged payload, then come pages that broke the parser."""
    if signal is not None:
        return SIGNALED + signal
    if any(report.damaged for report in reports):
        return ArchiveError.exit_code
    return SOME_FAILED if any(report.unreadable for report in reports) else OK


def show_reports(screen: Screen, reports: Sequence[ReparseReport]) -> None:
    """Print for each portal what was read differently, and in what."""
    for number, report in enumerate(reports):
        if number:
            screen.print()
        if not report.captures + report.damaged + report.unreadable + bool(report.stopped):
            screen.say(f"{report.portal}: nothing to read anew: parser {report.parser} has read it all")
            continue
        pages = count(report.captures, "page")
        would = "would be read anew, nothing was written" if report.dry_run else "read anew"
        screen.say(
            f"{report.portal}: {pages} {would}, by parser {report.parser}, in {duration(report.seconds)}", "bold"
        )
        screen.show(_figures(report))
        for line in _notes(report):
            screen.say(line)
        for name, examples in report.examples.items():
            screen.print()
            screen.say(f"{name}: {report.fields[name]:,}", "bold")
            for example in examples:
                _show_example(screen, example)


def _figures(report: ReparseReport) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for name, label, meaning in FIGURES:
        if (value := getattr(report, name)) or name in ("reread", "new", "revisions"):
            table.add_row(f"  {label}", f"{value:,}", meaning)
    return table


def _notes(report: ReparseReport) -> Iterator[str]:
    if report.stopped:
        yield "Stopped: run it again to go on from here."
    if report.lost:
        named = ", ".join(str(number) for number in report.lost[:SHOWN]) + (", ..." if len(report.lost) > SHOWN else "")
        what = count(len(report.lost), "report")
        yield f"Of {what} no page is read as one any more; what was read before is kept: {named}"


def _show_example(screen: Screen, example: Rewording) -> None:
    where = f"#{example.article_id}" + (f", revision {example.revision}" if example.revision else "")
    screen.say(where, "dim", indent=2)
    screen.say(example.old or "(nothing)", indent=4, lead="- ")
    screen.say(example.new or "(nothing)", indent=4, lead="+ ")
