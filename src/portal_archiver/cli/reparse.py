"""`portal-archiver reparse`: today's parser over the pages there are, after an upgrade or a new selector."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from portal_archiver.cli.options import (
    DEFAULT_ARCHIVE,
    DEFAULT_CONFIG,
    ArchivePath,
    AsJson,
    ConfigPath,
    existing,
    first_day,
    must_hold,
    whole,
)
from portal_archiver.cli.screen import problem
from portal_archiver.config import load
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Portal
from portal_archiver.store import Archive

EXAMPLE = "Example: portal-archiver reparse --dry-run"


def reparse(
    portal: Annotated[str | None, typer.Option(metavar="KEY", help="Only the pages of this portal.")] = None,
    since: Annotated[
        date | None,
        typer.Option(parser=first_day, metavar="DATE", help="Only reports and pages captured on this day or later."),
    ] = None,
    article: Annotated[int | None, typer.Option(parser=whole(1), metavar="ID", help="Only this report.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what this parser, with these settings, has read already.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing: show what would be read differently.")
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Read the archived pages anew, with the parser of this version.

    What it reads differently takes the place of the former reading: no revision, for the portal changed nothing. Pages
    that showed no report and do so now become reports; edits that were not noticed become revisions; none is deleted.
    Run it after an upgrade, or when a selector was added to the configuration. It goes on where it was stopped.

    \b
    Exit codes:
      0         all well
      2         wrong use or configuration
      3         pages broke the parser: they stay as they were read
      6         another run is at work on the archive
      7         payloads are damaged: the others were read
      130, 143  stopped by SIGINT, SIGTERM: what was done is saved
    """
    with existing(archive, read_only=dry_run) as opened:  # one of an older version is brought up to date here
        keys = _chosen(opened, portal, article)
    configured = load(config) if config.exists() else {}
    portals = [_with_settings(key, configured, config) for key in keys]
    # Here, and not at the top: the parser takes a while to load, which no other command should pay.
    from portal_archiver.cli.rereading import run
    from portal_archiver.store import Scope

    moment = datetime.combine(since, time(), UTC) if since else None
    raise typer.Exit(run(portals, archive, Scope(moment, article, everything), dry_run=dry_run, as_json=as_json))


def _chosen(archive: Archive, portal: str | None, article: int | None) -> list[str]:
    """The keys of the portals whose pages are asked for."""
    if portal is not None:
        must_hold(archive, portal)
    if article is None:
        return [status.key for status in archive.portals()] if portal is None else [portal]
    owner = archive.article(article).portal
    if portal not in (None, owner):
        raise PortalArchiverError(f"article {article} is of the portal {owner}, not of {portal}: leave out --portal")
    return [owner]


def _with_settings(key: str, configured: dict[str, Portal], config: Path) -> Portal:
    """The portal with its settings, which decide how its pages are read; without any where it has none."""
    if configured and key not in configured:
        problem(f"{config} has no portal {key}: its pages are read without settings", label="hint", style="bold")
    return configured.get(key) or Portal((f"https://{key}/",), key=key)
