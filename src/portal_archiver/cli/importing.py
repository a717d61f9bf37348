"""`portal-archiver import warc`: captures that others made, from their files; and what all imports share."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portal_archiver.cli.exits import OK, SIGNALED, SOME_FAILED
from portal_archiver.cli.options import DEFAULT_ARCHIVE, DEFAULT_CONFIG, ArchivePath, AsJson, ConfigPath
from portal_archiver.cli.progress import SECONDS_BETWEEN_LINES
from portal_archiver.cli.screen import Screen, count, emit, err, out, problem, safe
from portal_archiver.cli.signals import stoppable
from portal_archiver.config import load
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Portal
from portal_archiver.store import Archive

if TYPE_CHECKING:
    from portal_archiver.pipeline import ImportReport

EXAMPLE = "Example: portal-archiver import warc old-crawl.warc.gz --portal bachhai"

# The lines of the report: the field of ImportReport, its label, what it means.
FIGURES = (
    ("pages", "pages", "read and kept"),
    ("new", "new", "reports the archive did not have"),
    ("changed", "changed", "a version more of a report it has, wherever in time"),
    ("unchanged", "unchanged", "reports as it has them"),
    ("duplicate", "duplicates", "other addresses of a report it has"),
    ("not_articles", "not articles", "lists, front pages and the like"),
    ("held", "held", "captures that were in the archive before"),
)


Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="The files to read, compressed or not.")]
OnePortal = Annotated[
    str | None, typer.Option("--portal", metavar="KEY", help="Keep all pages as this portal's, whatever their hosts.")
]


def import_warc(
    files: Files,
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    portal: OnePortal = None,
    as_json: AsJson = False,
) -> None:
    """Read WARC and ARC files that others made into the archive.

    Each goes to the portal of the configuration that its host belongs to, and pages of other hosts are left out;
    without a configuration, to the portal that has pages of its host already, or to a new one named as the host. An
    older page of a known report becomes an older version of it. Run it again at any time: what the archive holds is
    passed over.

    \b
    Exit codes:
      0         all well
      2         wrong use, or a file cannot be opened
      3         a file is damaged, or a page broke the parser
      6         another run is at work on the archive
      7         the archive is damaged or full
      130, 143  stopped by SIGINT, SIGTERM: what was read is saved
    """
    for file in files:
        if not file.is_file():
            raise PortalArchiverError(f"{file}: no such file")
    portals = portals_of(config)
    from portal_archiver.pipeline import ImportOptions, import_warcs

    with Archive(archive) as opened, stoppable() as stop:
        report = import_warcs(files, opened, ImportOptions(portal, portals, Lines(err(), "response"), stop.event))
    code = _code(report, stop.signal)
    if as_json:
        emit({"archive": archive, "files": files, "report": report, "exit_code": code})
    else:
        show_import(out(), report)
    for damage in report.damaged:
        problem(f"{damage.file}: damaged at byte {damage.offset:,}: {damage.why}; what comes before it was read")
    raise typer.Exit(code)


def portals_of(config: Path) -> dict[str, Portal]:
    """The portals of the configuration; none where there is no file of the usual name."""
    return {} if config == DEFAULT_CONFIG and not config.exists() else load(config)


def _code(report: ImportReport, signal: int | None) -> int:
    if signal is not None:
        return SIGNALED + signal
    return SOME_FAILED if report.damaged or report.skipped.get("unreadable") else OK


def show_import(screen: Screen, report: ImportReport) -> None:
    """Print what an import did, and what it left out."""
    show_figures(screen, report)
    if report.stopped:
        screen.say("Stopped; what was read is saved. Run the same command again to go on.")


def show_figures(screen: Screen, report: ImportReport) -> None:
    """Print the figures that every import has."""
    from portal_archiver.imports.warc import REASONS

    for name, label, meaning in FIGURES:
        screen.say(f"{label:13}{getattr(report, name):9,}  {meaning}")
    for reason, number in sorted(report.skipped.items(), key=lambda item: -item[1]):
        screen.say(f"{'left out':13}{number:9,}  {REASONS[reason]}", "dim")


class Lines:
    """Says now and then how far an import is: of a file or host so many responses, or whatever `noun` says."""

    def __init__(self, screen: Screen, noun: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._noun = noun
        self._clock = clock
        self._spoken = clock()

    def __call__(self, source: str, number: int, total: int | None) -> None:
        """Take note of one."""
        if self._clock() - self._spoken >= SECONDS_BETWEEN_LINES:
            self._spoken = self._clock()
            done = f"{number:,} of {count(total, self._noun)}" if total else count(number, self._noun)
            self._screen.say(Text(safe(f"{source}: {done} read")))
