"""`portal-archiver doctor`: whether the next crawl can do its work, and what to do if it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from portal_archiver.cli.options import DEFAULT_ARCHIVE, DEFAULT_CONFIG, ArchivePath, AsJson, ConfigPath, Keys, chosen
from portal_archiver.cli.screen import Screen, count, emit, out

if TYPE_CHECKING:
    from portal_archiver.checkup.check import Check

EXAMPLE = "Example: portal-archiver doctor"
STYLES = {"ok": "", "warning": "yellow", "problem": "bold red"}


def doctor(
    portal: Keys = None,
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Check machine, configuration, archive and portals.

    A line for each says ok, warning or problem, and for the last two what to do. Each portal is asked for one page,
    and for its robots.txt before. Nothing is written into the archive, and a run at work is left alone.

    \b
    Exit codes, that of the gravest problem:
      0  all well, or only warnings
      7  the archive is damaged or cannot be written, or the disk is full
      2  wrong configuration: of the portals, of this machine or its clock
      5  a portal cannot be reached, or lets nobody in
    """
    from portal_archiver.checkup.check import exit_code

    checks: list[Check] = []
    for check in _examine(portal or (), config, archive):
        checks.append(check)
        if not as_json:
            show_check(out(), check)
    code = exit_code(checks)
    if as_json:
        emit({"archive": archive, "config": config, "checks": checks, "exit_code": code})
    else:
        show_sum(out(), checks)
    raise typer.Exit(code)


def _examine(keys: Sequence[str], config: Path, archive: Path) -> Iterator[Check]:
    """All findings, each as soon as it is there; ConfigError before the first, where a key is unknown."""
    # Here, and not at the top: the crawler and the parser take a second to load, which no other command should pay.
    from portal_archiver.checkup import keeping, machine, visits

    configuration, known = machine.configuration(config)
    portals = chosen(known, keys, config) if known else []
    yield from configuration
    yield from machine.contact(portals)
    yield machine.software()
    kept = keeping.archive(archive)
    yield from kept.checks
    yield keeping.lock(archive)
    yield keeping.folder(archive)
    yield from keeping.disk(archive)
    seen = visits.visit_all(portals)
    yield machine.clock(kept.newest, visits.skews(seen))
    yield from map(visits.judge, seen)


def show_check(screen: Screen, check: Check) -> None:
    """Print one finding in one line: how it stands, what was looked at, what is the matter, and what to do."""
    said = f"{check.name}: {check.sentence}" + (f"; {check.remedy}" if check.remedy else "")
    screen.say(said, STYLES[check.level], lead=f"{check.level:9}")


def show_sum(screen: Screen, checks: Sequence[Check]) -> None:
    """Print how many findings need somebody."""
    numbers = {level: sum(check.level == level for check in checks) for level in ("problem", "warning")}
    said = ", ".join(count(number, level) for level, number in numbers.items() if number)
    screen.print()
    screen.say(f"{said}." if said else "All is well.", "bold")
