"""`portal-archiver verify`: whether an archive still is what was stored in it, and what is lost where it is not."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from portal_archiver.cli.exits import OK
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out, problem
from portal_archiver.cli.steps import steps
from portal_archiver.errors import ArchiveError
from portal_archiver.model import Affected, Damage, Verification
from portal_archiver.store import repair_index
from portal_archiver.store import verify as verify_archive

EXAMPLE = "Example: portal-archiver verify --archive backup.db"
SHOWN = 20  # of a list, for people; --json has all


def verify(
    archive: ArchivePath = DEFAULT_ARCHIVE,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave out the payloads and all checksums, and check the tables less closely."),
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair-index", help="First make the full-text index anew; this loses nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check that the archive is still what was stored in it.

    Reads everything: the tables, what they refer to, the full-text index, and every payload, which is held against its
    SHA-256. Checksums tell what else is no longer as it was written: when and how a page was captured, what a report
    and a footer say. They lie in the same file: damage and careless edits are found, a skilled forger is not. Nothing
    is written (but by --repair-index), and a crawl may run meanwhile. Ends with exit code 7 where something is damaged,
    and says what that takes away and what to do.
    """
    if repair:
        repair_index(archive)
    with steps() as show:
        found = verify_archive(archive, quick=quick, show=show)
    code = OK if found.sound else ArchiveError.exit_code
    advice = list(_advice(archive, found))
    if as_json:
        emit({"archive": archive, "sound": found.sound, "verification": found, "advice": advice, "exit_code": code})
    else:
        show_verification(out(), archive, found)
    if not found.sound:
        problem(f"{archive} is damaged: {' '.join(advice)}")
    raise typer.Exit(code)


def show_verification(screen: Screen, archive: Path, found: Verification) -> None:
    """Print what was looked at, what is damaged, what that costs, and what is still sound."""
    looked = [count(found.articles, "report"), count(found.captures, "capture")]
    if not found.quick:
        looked.insert(0, count(found.payloads, "payload"))
    screen.say(f"{archive}: {', '.join(looked)} and the full-text index", "bold")
    if found.sound:
        screen.say(
            "No damage found." if not found.quick else "No damage found; the payloads and checksums were not read."
        )
        return
    _list(screen, "Damaged", [_said(damage) for damage in found.damages])
    _list(screen, "Captures that are lost or altered", [_affected(each) for each in found.lost_captures])
    _list(screen, "Reports that this touches", [_affected(each) for each in found.marred_articles])
    screen.print()
    screen.say(_sound(found))


def _list(screen: Screen, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    screen.print()
    screen.say(f"{title}: {len(lines):,}", "bold")
    for line in lines[:SHOWN]:
        screen.say(line, indent=2)
    if len(lines) > SHOWN:
        screen.say(f"and {len(lines) - SHOWN:,} more; --json lists them all", "dim", indent=2)


def _said(damage: Damage) -> str:
    name = "the full-text index:" if damage.what == "index" else ""
    return " ".join(filter(None, (name or (f"{damage.what} {damage.id}" if damage.id else ""), damage.detail)))


def _affected(each: Affected) -> str:
    return f"#{each.id}  {each.url or '(its address cannot be read)'}  {each.why}"


def _sound(found: Verification) -> str:
    captures = found.captures - sum(1 for each in found.lost_captures if each.url)
    reports = found.articles - sum(1 for each in found.marred_articles if each.url)
    return f"Still sound: {count(max(reports, 0), 'report')} and {count(max(captures, 0), 'capture')}."


def _advice(archive: Path, found: Verification) -> Iterator[str]:
    """What to do, in sentences."""
    option = "" if archive == DEFAULT_ARCHIVE else f" --archive {shlex.quote(str(archive))}"
    if found.repairable:
        command = typed(f"verify --repair-index{option}")
        yield f"only the full-text index is; make it anew with `{command}`, which loses nothing"
    elif not found.sound:
        yield (
            "restore the last backup that `verify` finds sound, and crawl: what is missing is asked for again;"
            " keep the damaged file, what is sound in it can still be searched and shown"
        )
