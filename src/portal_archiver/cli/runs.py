"""`portal-archiver runs`: what the last runs did, and which addresses failed in one of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from portal_archiver.cli.alarms import alarm_lines, learning_lines
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, must_hold, whole, with_reports
from portal_archiver.cli.screen import Screen, count, duration, emit, out, safe
from portal_archiver.cli.status import ENDINGS
from portal_archiver.model import RunEvent, RunReport

EXAMPLE = "Example: portal-archiver runs 12"
NONE = "No run has begun in this archive yet."
COUNTS = ("new", "changed", "failed")
HEADINGS = ("run", "portal", "began (UTC)", "took", "requests", *COUNTS, "ended")
FIGURES = ("run", "requests", *COUNTS)
ROOMY = 100  # columns of a screen that has two between those of the table


def runs(
    run: Annotated[
        int | None,
        typer.Argument(parser=whole(1), metavar="RUN", help="The number of a run: show it with its failures."),
    ] = None,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    portal: Annotated[str | None, typer.Option(metavar="KEY", help="Only the runs of this portal.")] = None,
    limit: Annotated[
        int, typer.Option(parser=whole(1), metavar="N", help="Show at most this many runs, or failures of one run.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what the last runs did, and what failed in one of them.

    Of a run that was killed, or is at work, the figures are those of what it has stored.
    """
    with existing(archive) as opened:
        if portal is not None:
            must_hold(opened, portal)
        if run is None:
            reports = opened.runs(portal=portal, limit=limit)
        else:
            report, events = opened.run(run), opened.events(run, limit=limit)
            known = with_reports(opened)
    if run is None and as_json:
        emit({"archive": archive, "runs": reports})
    elif run is None:
        show_runs(out(), reports)
    elif as_json:
        emit({"archive": archive, "run": report, "events": events})
    else:
        show_run(out(), report, events, known)


def show_runs(screen: Screen, reports: Sequence[RunReport]) -> None:
    """Print a table of runs, the newest first."""
    if not reports:
        screen.say(NONE)
        return
    rows = [_row(report) for report in reports]
    gap = 1 if screen.width < ROOMY else 2
    *widths, _ = (max(map(cell_len, column)) for column in zip(HEADINGS, *rows, strict=True))
    word = max(len(word) for *_, ended in (HEADINGS, *rows) for word in ended.split())
    # A key in one piece can be copied, and found: where not all fits, how a run ended takes more lines first.
    fits = sum(widths) + gap * len(widths) + word <= screen.width
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False)
    for heading in HEADINGS:
        table.add_column(
            heading,
            justify="right" if heading in FIGURES else "left",
            no_wrap=fits if heading == "portal" else heading != "ended" or not fits,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    screen.show(table)


def _row(report: RunReport) -> tuple[str, ...]:
    """The cells of a run, in the order of HEADINGS."""
    return (
        str(report.id),
        safe(report.portal),
        f"{report.started_at:%Y-%m-%d %H:%M}",
        duration(report.seconds),
        f"{report.requests:,}",
        *(f"{getattr(report, name):,}" for name in COUNTS),
        ENDINGS.get(report.stopped, report.stopped) or "",
    )


def show_run(screen: Screen, report: RunReport, events: Sequence[RunEvent], known: Collection[str]) -> None:
    """Print one run as it was reported when it ended (or what it stored, if it did not), and below it what failed."""
    from portal_archiver.cli.report import show_report  # it takes the crawler, which takes a second to load

    screen.say(f"run {report.id}, began {report.started_at:%Y-%m-%d %H:%M:%S} UTC", "dim")
    show_report(screen, [report], known)
    for alarm in report.alarms:
        screen.print()
        for line in alarm_lines(report.portal, alarm):
            screen.say(line)
    if report.learning:
        screen.print()
        for line in learning_lines(report.portal, report.learning):
            screen.say(line)
    for event in events:
        screen.print()
        screen.say_url(event.url)
        screen.say(f"{event.at:%H:%M:%S}  {event.reason}: {event.detail}" if event.detail else event.reason, indent=2)
    if len(events) < report.failed:
        screen.print()
        screen.say(Text(f"Shown: {len(events):,} of {count(report.failed, 'failure')}; --limit shows more.", "dim"))
