"""`portal-archiver watch`: saved searches, and what is new to them after a nightly crawl."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated

import typer

from portal_archiver.cli.exits import NEWS, OK
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out, utc
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Arrival, Watch

EXAMPLE = "Example: portal-archiver watch run"

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the search is called.")]

app = typer.Typer(help="Save searches, and be told what is new to them.", epilog=EXAMPLE)


@app.command(epilog='Example: portal-archiver watch add cau "cau Ben Dang portal:bachhai"')
def add(
    name: Name,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="As `search` takes it, field words and all.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
) -> None:
    """Save a search.

    What it finds now is known; `watch run` tells what comes to it later: new reports, and edited ones that have the
    words now. A report must have all the words.
    """
    if not name.strip():
        raise PortalArchiverError("NAME: give the search a name")
    with existing(archive, read_only=False) as opened:
        found = opened.watch(name, query)
        notes = opened.search(query, limit=1).notes
    screen = out()
    for note in notes:
        screen.say(note, style="yellow")
    run_it = typed(f"watch run {shlex.quote(name)}")
    screen.say(f"{name}: finds {count(found, 'report')} now; `{run_it}` tells what comes to it")


@app.command(epilog="Example: portal-archiver watch run --quiet")
def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Which saved searches; all, if left out.")
    ] = None,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    keep: Annotated[bool, typer.Option("--keep", help="Tell the same again the next time.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where nothing is new.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 10 where something is new.")] = False,
    as_json: AsJson = False,
) -> int:
    """Tell what is new to the saved searches since the last time.

    It counts as told once it was printed: what a full disk or a closed pipe swallowed is told again.
    """
    with existing(archive, read_only=keep) as opened:
        watches = {watch.name: watch for watch in opened.watches()}
        wanted = names or list(watches)
        news = [(watches[name], found) for name in wanted for found in [opened.news(name)]]
        if as_json:
            emit({"archive": archive, "watches": [_as_object(watch, found) for watch, found in news]})
        else:
            _show(out(), news, quiet=quiet)
        for watch, found in () if keep else news:
            opened.told(watch.name, found)
    return NEWS if exit_code and any(found for _, found in news) else OK


@app.command("list", epilog="Example: portal-archiver watch list --json")
def show_all(archive: ArchivePath = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """List the saved searches."""
    with existing(archive) as opened:
        watches = opened.watches()
    if as_json:
        emit({"archive": archive, "watches": watches})
        return
    screen = out()
    if not watches:
        screen.say(f"No saved search yet: `{typed('watch add NAME QUERY')}` saves one.")
    for watch in watches:
        last = f"last run {utc(watch.run_at)}" if watch.run_at else "never run"
        screen.say(f"{watch.name}: {watch.query}", style="bold")
        screen.say(f"added {utc(watch.added_at)}, {last}, knows {count(watch.told, 'report')}", "dim", indent=2)


@app.command(epilog="Example: portal-archiver watch remove cau")
def remove(name: Name, archive: ArchivePath = DEFAULT_ARCHIVE) -> None:
    """Forget a saved search."""
    with existing(archive, read_only=False) as opened:
        opened.unwatch(name)
    out().say(f"{name}: removed")


def _as_object(watch: Watch, found: Sequence[Arrival]) -> dict[str, object]:
    return {"name": watch.name, "query": watch.query, "new": found}


def _show(screen: Screen, news: Sequence[tuple[Watch, Sequence[Arrival]]], *, quiet: bool) -> None:
    for watch, found in news:
        if found or not quiet:
            screen.say(f"{watch.name}: {count(len(found), 'new report')} ({watch.query})", style="bold")
        for arrival in found:
            day = f"{arrival.published:%Y-%m-%d}" if arrival.published else "undated"
            edited = f"edited, revision {arrival.revision}" if arrival.outcome == "changed" else ""
            number = f"#{arrival.article_id}  "
            screen.print()
            screen.say(arrival.title, "bold", lead=number)
            screen.say(" · ".join(part for part in (arrival.portal, day, edited) if part), "dim", len(number))
            screen.say_url(arrival.url, len(number))
        if found:
            screen.print()
    if not news and not quiet:
        screen.say(f"No saved search yet: `{typed('watch add NAME QUERY')}` saves one.")
