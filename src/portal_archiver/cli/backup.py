"""`portal-archiver backup`: a copy of the archive that is consistent, verified, and made while a crawl may run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out
from portal_archiver.cli.steps import steps
from portal_archiver.model import Copied

EXAMPLE = "Example: portal-archiver backup /mnt/usb/archive.db --overwrite"


def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where the copy is to be.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an archive that is there already.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Only count what the copy holds, and verify nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the archive, and verify the copy; a crawl may run meanwhile.

    The copy gets its name when it is whole and verified: a former one stays until then, and after an error (a full
    disk: exit code 7) it stays for good.
    """
    with existing(archive) as opened, steps() as show:
        copied = opened.back_up(path, overwrite=overwrite, quick=quick, show=show)
    if as_json:
        emit({"archive": archive, "backup": copied})
    else:
        show_copied(out(), copied)


def show_copied(screen: Screen, copied: Copied) -> None:
    """Print where the copy is, what it holds, and how far it was verified."""
    screen.say(f"{copied.path}: {decimal(copied.size)}", "bold")
    parts = [count(copied.articles, "report"), count(copied.revisions, "revision"), count(copied.captures, "capture")]
    screen.say(f"It holds {', '.join(parts)} from {count(copied.portals, 'portal')}.")
    if copied.verified:
        screen.say(
            f"Verified: the file is sound, and so are {count(copied.payloads_checked, 'payload')} taken from all."
        )
    else:
        screen.say(f"Not verified: `{typed(f'verify --archive {shlex.quote(str(copied.path))}')}` does so.")
