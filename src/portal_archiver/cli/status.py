"""`portal-archiver status`: what the archive holds and how its portals fare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from rich.filesize import decimal
from rich.table import Table

from portal_archiver.cli.alarms import alarm_lines
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out, safe
from portal_archiver.model import PortalStatus

EXAMPLE = "Example: portal-archiver status --archive /srv/archive.db"

# How a run ended, in a word or two.
ENDINGS = {
    None: "to the end",
    "budget": "page limit",
    "time": "time limit",
    "signal": "stopped",
    "unreachable": "unreachable",
    "killed": "killed",
    "running": "at work",
}
DUE = "due: addresses a run started now would ask for; lists and feeds always"


def status(archive: ArchivePath = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """Show what is archived of each portal, what waits and what fails."""
    with existing(archive) as opened:
        portals = opened.portals()
    size = archive.stat().st_size
    if as_json:
        emit({"archive": archive, "size": size, "portals": [_as_json(portal) for portal in portals]})
    else:
        show_status(out(), archive, size, portals)


def _as_json(portal: PortalStatus) -> dict[str, object]:
    """`due`, as in the table: in the report of a run beside it, `waiting` is what that run left."""
    values = {field.name: getattr(portal, field.name) for field in fields(portal)}
    return {"due" if name == "waiting" else name: value for name, value in values.items()}


def show_status(screen: Screen, archive: Path, size: int, portals: Sequence[PortalStatus]) -> None:
    """Print a table of the portals, and what is worth a look."""
    reports = count(sum(portal.articles for portal in portals), "report")
    screen.say(f"{archive}: {reports} from {count(len(portals), 'portal')}, {decimal(size)}", "bold")
    if not portals:
        screen.say(f"Nothing was crawled into it yet: run `{typed('crawl')}`.")
        return
    screen.print()
    screen.show(_table(portals))
    screen.print()
    screen.say(DUE, "dim")
    for note in _notes(portals):
        screen.say(note)


def _table(portals: Sequence[PortalStatus]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("portal", overflow="fold")
    for label in ("reports", "due", "failing"):
        table.add_column(label, justify="right", no_wrap=True)
    for label in ("newest", "last run (UTC)", "ended"):
        table.add_column(label, no_wrap=True)
    for portal in portals:
        run = portal.last_run
        table.add_row(
            safe(portal.key),
            f"{portal.articles:,}",
            f"{portal.waiting:,}",
            f"{portal.failing:,}",
            portal.newest.isoformat() if portal.newest else "-",
            f"{run.finished_at:%Y-%m-%d %H:%M}" if run else "never",
            ENDINGS.get(run.stopped, run.stopped) if run else "-",
        )
    return table


def _notes(portals: Sequence[PortalStatus]) -> Iterator[str]:
    for portal in portals:
        if portal.last_run and portal.last_success != portal.last_run.finished_at:
            last = f"{portal.last_success:%Y-%m-%d}" if portal.last_success else "never"
            yield f"{portal.key}: the last run did not go well; one last did: {last}"
        for alarm in portal.last_run.alarms if portal.last_run else ():
            yield alarm_lines(portal.key, alarm)[0]
        if portal.failing:
            since = f", since {portal.failing_since:%Y-%m-%d}" if portal.failing_since else ""
            what = f"{count(portal.failing, 'page')} could not be fetched{since}; every run tries again"
            which = f" (`{typed(f'runs {portal.last_run.id}')}` shows which)" if portal.last_run else ""
            yield f"{portal.key}: {what}{which}"
