"""`portal-archiver serve`: the archive in a browser."""

from __future__ import annotations

import webbrowser
from typing import Annotated
from urllib.parse import urlencode

import typer

from portal_archiver.cli.exits import SIGNALED
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, existing, whole
from portal_archiver.cli.screen import out
from portal_archiver.errors import PortalArchiverError

EXAMPLE = "Example: portal-archiver serve --open"
HOST, PORT = "127.0.0.1", 8400


def serve(
    archive: ArchivePath = DEFAULT_ARCHIVE,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Listen at this address; any but this machine's own needs --token.")
    ] = HOST,
    port: Annotated[
        int, typer.Option(parser=whole(0, 65535), metavar="N", help="Listen on this port; 0: on any free one.")
    ] = PORT,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    name: Annotated[
        list[str] | None, typer.Option("--name", metavar="NAME", help="A name under which others may call the server.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(metavar="TEXT", envvar="PORTAL_ARCHIVER_TOKEN", help="What a reader must know, as the password."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="Pages of this site may read the API in a browser (CORS).")
    ] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Let anybody read who can reach the server.")] = False,
) -> None:
    """Open the archive in a browser: search, read, compare, cite.

    Programs find the same below /api/v1, described at /api.

    The archive is only read, and may be crawled meanwhile. The server listens to this machine alone unless --host says
    otherwise; then readers need the --token, or --no-auth lets in everybody. Ctrl-C ends it.
    """
    existing(archive).close()  # what is wrong with it is said here, and not on a page
    # Here, and not at the top: they take half a second to load, which no other command should pay.
    from portal_archiver.web import server
    from portal_archiver.web.settings import Settings

    if not (server.is_loopback(host) or token or no_auth):
        raise PortalArchiverError(
            f"--host {host}: others can reach this server: give a --token that readers must know, or say --no-auth"
        )
    settings = Settings(
        archive,
        server.names_of(host, tuple(name or ())),
        None if no_auth else token or None,
        origins=frozenset(map(server.origin, allow_origin or ())),
    )
    with server.bind(host, port) as bound:
        url = server.url_of(bound)
        out().say(f"{archive} is served at {url} (Ctrl-C ends it)")
        signal = server.serve(settings, bound, lambda: _open(url, settings.token) if open_browser else None)
    raise typer.Exit(SIGNALED + signal if signal else 0)


def _open(url: str, token: str | None) -> None:
    webbrowser.open(f"{url}?{urlencode({'token': token})}" if token else url)
