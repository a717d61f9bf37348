"""`portal-archiver import`: captures that others made."""

from __future__ import annotations

import typer

from portal_archiver.cli import importing, wayback

app = typer.Typer(help="Bring in captures that others made.")
app.command("warc", epilog=importing.EXAMPLE)(importing.import_warc)
app.command("wayback", epilog=wayback.EXAMPLE)(wayback.import_wayback)
