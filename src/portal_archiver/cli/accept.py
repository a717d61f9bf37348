"""`portal-archiver accept`: an alarm that was looked into, and is none."""

from __future__ import annotations

from typing import Annotated

import typer

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, existing, must_hold
from portal_archiver.cli.screen import out
from portal_archiver.store import Archive

EXAMPLE = "Example: portal-archiver accept bachhai"


def accept(
    portal: Annotated[str, typer.Argument(metavar="PORTAL", help="The key of the portal.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
) -> None:
    """Take a portal as it is now, so that it raises no alarm any more.

    When a crawl ends with exit code 4 and the portal is as it should be (it has left out the photo credits for good, or
    publishes nothing any more), the nights from here on are the measure. Its silence is forgiven until it publishes
    again.
    """
    with existing(archive) as opened:
        must_hold(opened, portal, named="PORTAL")
    with Archive(archive, create=False) as opened:
        opened.accept(portal)
    out().say(f"{portal}: accepted as it is now; the next nights are measured against each other")
