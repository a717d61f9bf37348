"""`portal-archiver crawl`: the nightly job."""

from __future__ import annotations

from typing import Annotated

import typer

from portal_archiver.cli.jsonlog import switch_on
from portal_archiver.cli.options import (
    DEFAULT_ARCHIVE,
    DEFAULT_CONFIG,
    ArchivePath,
    AsJson,
    ConfigPath,
    Keys,
    chosen,
    seconds,
    whole,
)
from portal_archiver.cli.ping import VARIABLE, address, pinging
from portal_archiver.cli.screen import err, problem
from portal_archiver.config import load

EXAMPLE = "Example: portal-archiver crawl bachhai --max-pages 100"
NO_CONTACT = "set `contact`, so that the people who run the portal can reach you"


def crawl(
    portal: Keys = None,
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    max_pages: Annotated[
        int | None,
        typer.Option("--max-pages", parser=whole(1), metavar="N", help="Fetch at most this many pages of each portal."),
    ] = None,
    max_time: Annotated[
        float | None,
        typer.Option(
            "--max-time",
            parser=seconds,
            metavar="TIME",
            help="Stop after this time (45m, 4h, 1h30m), once what is in flight is saved.",
        ),
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Look at every known page again, also at those not yet due, and at robots.txt."),
    ] = False,
    as_json: AsJson = False,
    log_json: Annotated[
        bool,
        typer.Option(
            "--log-json",
            callback=switch_on,
            is_eager=True,
            help="Write progress and errors on standard error as JSON, one object a line.",
        ),
    ] = False,
    ping: Annotated[
        str | None,
        typer.Option(
            "--ping",
            parser=address,
            envvar=VARIABLE,
            metavar="URL",
            help="Tell a monitor such as healthchecks.io that the run began, and how it ended: 0 and 3 are success.",
        ),
    ] = None,
) -> None:
    """Visit the portals, keep what is new or was edited, and report.

    Run it again at any time: it asks only for what is due, and goes on where it was stopped.

    \b
    Exit codes:
      0         all well
      2         wrong use or configuration
      3         finished, but some pages failed or a portal brought nothing
      4         a template has changed and is not healed, or a portal went silent
      5         a portal is unreachable
      6         another run is at work on the archive
      7         the archive is damaged or full
      130, 143  stopped by SIGINT, SIGTERM: what was fetched is saved

    Failed are pages that should have come: server errors, timeouts, denied access, broken answers. Dead links
    (404, 410), links in a circle, files, and what robots.txt closes are usual and do not count.
    """
    with pinging(ping) as outcome:
        portals = chosen(load(config), portal or (), config)
        if err().is_terminal and not all(one.contact for one in portals):
            problem(f"{config}: {NO_CONTACT}", label="hint", style="bold")
        # Here, and not at the top: the crawler and the parser take a second to load, which no other command should pay.
        from portal_archiver.cli.running import run

        code = run(
            portals,
            archive,
            max_pages=max_pages,
            max_time=max_time,
            recheck=recheck,
            as_json=as_json,
            log_json=log_json,
            outcome=outcome,
        )
    raise typer.Exit(code)
