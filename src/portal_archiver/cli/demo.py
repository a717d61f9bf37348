"""`portal-archiver demo`: the whole of it in one command, on a fictional portal served from this machine."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from portal_archiver.cli.options import DEFAULT_ARCHIVE, LARGEST, ArchivePath, existing, whole
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, out
from portal_archiver.cli.search import show_results
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Portal, Results

EXAMPLE = "Example: portal-archiver demo --edited"
KEY = "bachhai"
# Always the same, so that the second run meets the pages of the first at their old addresses.
PORT = 8765
QUERY = "nong thon moi"
HITS = 3
WIDEST = 56  # columns of a command that leave room for its meaning in the same line


def demo(
    archive: ArchivePath = DEFAULT_ARCHIVE,
    edited: Annotated[
        bool, typer.Option("--edited", help="Let the portal publish a correction first, to see a revision arise.")
    ] = False,
    port: Annotated[
        int, typer.Option(parser=whole(1, 65535), metavar="N", help="Serve the portal on this port.")
    ] = PORT,
) -> None:
    """Crawl a small fictional portal served on this machine; search it.

    Run it twice: the second run finds nothing new, and says so.
    """
    screen = out()
    code = _crawl(screen, archive, edited, port)
    if code == 0:
        _next(screen, archive, _search(screen, archive), edited)
    raise typer.Exit(code)


def _crawl(screen: Screen, archive: Path, edited: bool, port: int) -> int:
    # Here, and not at the top: the crawler and the parser take a second to load, which no other command should pay.
    from portal_archiver.cli.running import run

    with ExitStack() as stack:
        url = _serve(stack, port, edited)
        screen.say(f"A fictional portal, a province that does not exist, is served at {url}")
        portal = Portal((url,), key=KEY, name="Cổng thông tin điện tử tỉnh Bạch Hải", delay=0, allow_private=True)
        return run([portal], archive, recheck=edited)


def _serve(stack: ExitStack, port: int, edited: bool) -> str:
    from portal_archiver.demo import serve

    try:
        return stack.enter_context(serve(port, edited=edited))
    except PortalArchiverError as error:
        raise PortalArchiverError(f"port {port} of this machine is taken: choose another one with --port") from error


def _search(screen: Screen, archive: Path) -> Results:
    screen.print()
    screen.say("$ " + typed(f'search "{QUERY}" --limit {HITS}{_option(archive)}'), "bold cyan")
    with existing(archive) as opened:
        results = opened.search(QUERY, limit=HITS)
    show_results(screen, results)
    return results


def _next(screen: Screen, archive: Path, results: Results, edited: bool) -> None:
    option = _option(archive)
    steps = [(f"show {number}{option}", what) for number, what in _reports(archive, results, edited)]
    steps += [(f'search "chuyen doi so"{option}', "without diacritics"), (f"status{option}", "what is archived")]
    if not edited:
        steps.append((f"demo --edited{option}", "a report is corrected"))
    steps.append(("add https://your.portal/", "a portal of your own"))
    width = len(typed()) + 1 + max(len(command) for command, _ in steps)
    screen.print()
    screen.say("Try next:", "bold")
    for command, meaning in steps:
        if width > WIDEST:
            screen.say(typed(command), indent=2)
            screen.say(meaning, "dim", indent=6)
        else:
            screen.say(meaning, indent=2, lead=f"{typed(command):{width}}  ")


def _reports(archive: Path, results: Results, edited: bool) -> Iterator[tuple[int, str]]:
    """The reports worth a look, each with what it shows; the one that was corrected comes first."""
    if edited:
        with existing(archive) as opened:
            for hit in opened.search("", portal=KEY, limit=LARGEST).hits:
                if len(opened.revisions(hit.article_id)) > 1:
                    yield hit.article_id, f"corrected: {hit.title}"
    for hit in results.hits[:1]:
        yield hit.article_id, "a report in full"


def _option(archive: Path) -> str:
    return "" if archive == DEFAULT_ARCHIVE else f" --archive {shlex.quote(str(archive))}"
