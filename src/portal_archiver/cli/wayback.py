"""`portal-archiver import wayback`: captures of a portal that is gone, from the archives that have some."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from portal_archiver.cli.exits import OK, SIGNALED, SOME_FAILED
from portal_archiver.cli.importing import Lines, OnePortal, portals_of, show_figures
from portal_archiver.cli.options import (
    DEFAULT_ARCHIVE,
    DEFAULT_CONFIG,
    ArchivePath,
    AsJson,
    ConfigPath,
    first_day,
    last_day,
    pause,
    seconds,
    whole,
)
from portal_archiver.cli.screen import Screen, count, duration, emit, err, out, problem
from portal_archiver.cli.signals import stoppable
from portal_archiver.crawler.reasons import Reason
from portal_archiver.errors import PortalArchiverError, UnreachableError
from portal_archiver.store import Archive

if TYPE_CHECKING:
    from portal_archiver.imports import Query
    from portal_archiver.pipeline import Retrieval

EXAMPLE = "Example: portal-archiver import wayback www.bachhai.example --to 2025-06-30"
NOTHING = "The server has nothing of it: is the host written as it was then?"
TOLD = 3  # failures that are told in words; --json has more of them
# Why an import did not come to its end.
STOPS = {
    "signal": "Stopped",
    "budget": "--max-pages is reached",
    "time": "--max-time is over",
    "unreachable": "The server is silent, or asks to be left alone",
}


def import_wayback(
    host: Annotated[
        str, typer.Argument(metavar="HOST", help="Whose pages: bachhai.example, or *.bachhai.example for all below it.")
    ],
    since: Annotated[
        date | None, typer.Option("--from", parser=first_day, metavar="DATE", help="Captures from this day on (UTC).")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--to", parser=last_day, metavar="DATE", help="Captures up to this day.")
    ] = None,
    server: Annotated[
        str,
        typer.Option(
            "--server",
            metavar="SERVER",
            help="internet-archive, common-crawl, arquivo, or the address of a wayback-cdx-server or pywb collection.",
        ),
    ] = "internet-archive",
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    portal: OnePortal = None,
    max_pages: Annotated[
        int | None,
        typer.Option("--max-pages", parser=whole(1), metavar="N", help="Fetch at most this many captures."),
    ] = None,
    max_time: Annotated[
        float | None,
        typer.Option("--max-time", parser=seconds, metavar="TIME", help="Stop after this time (45m, 4h, 1h30m)."),
    ] = None,
    delay: Annotated[
        float, typer.Option("--delay", parser=pause, metavar="SECONDS", help="The pause between two requests.")
    ] = 1.25,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The server may have a private address, or be on this machine.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many captures there are, from when to when.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a portal back from a web archive, even one that is gone.

    Captures keep the time at which they were made, whoever made them: older pages of a known report become older
    versions of it. Pages with the payload of the capture before are left out. Run it again at any time: what the
    archive holds is not asked for again.

    \b
    Exit codes:
      0         all well
      2         wrong use or configuration
      3         finished, but some captures could not be had
      5         the server is unreachable
      6         another run is at work on the archive
      7         the archive is damaged or full
      130, 143  stopped by SIGINT, SIGTERM: what was fetched is saved
    """
    from portal_archiver.imports import access_to, server_of
    from portal_archiver.pipeline import RetrievalOptions
    from portal_archiver.pipeline import import_wayback as bring_back

    query, portals = _query(host, since, until), portals_of(config)
    where = server_of(server)
    contact = next((one.contact for one in portals.values() if one.contact), None)
    access = access_to(where, delay=delay, allow_private=allow_private, contact=contact)
    with stoppable() as stop:
        options = RetrievalOptions(
            portal, portals, Lines(err(), "capture"), stop.event,
            access=access, max_pages=max_pages, max_time=max_time, dry_run=dry_run,
        )  # fmt: skip
        if dry_run and not archive.exists():
            report = bring_back(where, query, None, options)
        else:
            with Archive(archive, create=not dry_run, read_only=dry_run) as opened:
                report = bring_back(where, query, opened, options)
    code = _code(report, stop.signal)
    if as_json:
        emit({"archive": archive, "host": host, "server": where, "report": report, "exit_code": code})
    elif report.listed or report.stopped != "unreachable":
        (_show_survey if dry_run else _show)(out(), report, delay)
    _tell_failures(report)
    raise typer.Exit(code)


def _query(host: str, since: date | None, until: date | None) -> Query:
    from portal_archiver.imports import query_of

    if since and until and since > until:
        raise PortalArchiverError(f"--from: {since} is after --to: {until}")
    query = query_of(host, since, until)
    if query is None:
        raise PortalArchiverError(f'HOST: "{host}" is no host: name one such as bachhai.example or *.bachhai.example')
    return query


def _code(report: Retrieval, signal: int | None) -> int:
    if signal is not None:
        return SIGNALED + signal
    if report.stopped == "unreachable":
        return UnreachableError.exit_code
    return SOME_FAILED if report.failed or report.skipped.get("unreadable") else OK


def _span(report: Retrieval) -> str:
    return f", made from {report.first:%Y-%m-%d} to {report.last:%Y-%m-%d}" if report.first and report.last else ""


def _show(screen: Screen, report: Retrieval, _delay: float) -> None:
    """Print what was brought back, and what was not."""
    from portal_archiver.imports.memento import FAILURES

    screen.say(f"{'listed':13}{report.listed:9,}  captures that are worth having{_span(report)}")
    show_figures(screen, report)
    if report.unchecked:
        screen.say(f"{'unchecked':13}{report.unchecked:9,}  of the pages: their digest says nothing", "dim")
    for reason, number in sorted(report.failed.items(), key=lambda item: -item[1]):
        screen.say(f"{'failed':13}{number:9,}  {FAILURES.get(reason) or Reason(reason).sentence}", "yellow")
    if stopped := STOPS.get(report.stopped or ""):
        screen.say(f"{stopped}; {report.waiting:,} wait. Run the same command again to go on.")
    elif not report.listed and not report.failed:
        screen.say(NOTHING)


def _show_survey(screen: Screen, report: Retrieval, delay: float) -> None:
    """Print what there is to bring back."""
    screen.say(f"{count(report.listed, 'capture')}{_span(report)}")
    if report.waiting:
        least = f"; to fetch them takes {duration(report.waiting * delay)} or more" if delay else ""
        screen.say(f"{report.waiting:,} of them are not in the archive{least}")
    elif report.listed:
        screen.say("All of them are in the archive.")
    elif not report.failed:
        screen.say(NOTHING)
    if stopped := STOPS.get(report.stopped or ""):
        screen.say(f"{stopped}: there may be more.")


def _tell_failures(report: Retrieval) -> None:
    for failed in report.failures[:TOLD]:
        problem(failed.detail, label="error" if report.stopped == "unreachable" else "warning")
    if len(report.failures) > TOLD:
        problem("and more: --json tells up to 100 of them", label="warning")
