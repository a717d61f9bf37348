"""`portal-archiver merge`: two archives become one, as if one had made all captures of both."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson
from portal_archiver.cli.screen import Screen, count, emit, out
from portal_archiver.cli.steps import steps
from portal_archiver.model import Merged
from portal_archiver.store import Archive

EXAMPLE = "Example: portal-archiver merge laptop.db --archive archive.db"
KINDS = (
    ("articles", "report", ""),
    ("revisions", "revision", ""),
    ("captures", "capture", ""),
    ("runs", "run", ""),
    ("urls", "known address", "known addresses"),
)


def merge(
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="The archive to bring in; it is only read.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Join another archive into this one, without loss or doubling.

    Reports that both have get one history, in the order in which their pages were captured. All of it is done or
    nothing; done twice, it adds nothing the second time. OTHER is verified first, and refused where it is damaged.
    """
    with Archive(archive, create=False) as opened, steps() as show:
        merged = opened.merge(other, show=show)
    if as_json:
        emit({"archive": archive, "merged": merged})
    else:
        show_merged(out(), archive, merged)


def show_merged(screen: Screen, archive: Path, merged: Merged) -> None:
    """Print what was added."""
    added = [count(getattr(merged, name), noun, plural) for name, noun, plural in KINDS if getattr(merged, name)]
    if merged.articles < 0:
        added[0] = f"{-merged.articles:,} fewer reports (some turned out to be one)"
    screen.say(f"{archive}: merged {merged.other}", "bold")
    screen.say(f"Added: {', '.join(added)}." if added else "Nothing was added: all of it was there already.")
