"""`portal-archiver search`: the result list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from portal_archiver.cli.options import (
    DEFAULT_ARCHIVE,
    ArchivePath,
    AsJson,
    existing,
    first_day,
    last_day,
    must_hold,
    whole,
)
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out, safe
from portal_archiver.model import Hit, Results

EXAMPLE = 'Example: portal-archiver search "nong thon moi" --since 2024 --sort newest'
RELAXED = "No report has all these words; showing the best with some of them."
NO_HIT = (
    "Try fewer or other words, with or without diacritics; leave out the filters; "
    "`{status}` shows what the archive holds."
)


class Sort(StrEnum):
    """The orders a result list can have."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words to find; diacritics may be left out.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    limit: Annotated[int, typer.Option(parser=whole(1), metavar="N", help="Show at most this many reports.")] = 10,
    offset: Annotated[
        int, typer.Option(parser=whole(0), metavar="N", help="Leave out this many of the first ones.")
    ] = 0,
    portal: Annotated[str | None, typer.Option(metavar="KEY", help="Only reports of this portal (its key).")] = None,
    section: Annotated[str | None, typer.Option(metavar="TEXT", help="Only reports of this section.")] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="Only reports with this byline.")] = None,
    photographer: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only reports with a photo credited to this name.")
    ] = None,
    since: Annotated[
        date | None,
        typer.Option(parser=first_day, metavar="DAY", help="Only reports of this day, month or year and later."),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(parser=last_day, metavar="DAY", help="Only reports of this day, month or year and earlier."),
    ] = None,
    sort: Annotated[Sort, typer.Option(metavar="ORDER", help="relevance, newest or oldest.")] = Sort.RELEVANCE,
    as_json: AsJson = False,
) -> None:
    """Find reports by their words.

    Words typed without diacritics find those with them. Days are written 2024-05-31 or 31/5/2024, months 2024-05,
    years 2024. Nothing found is no error: the exit code is 0.
    """
    with existing(archive) as opened:
        results = opened.search(
            query,
            limit=limit,
            offset=offset,
            portal=portal,
            section=section,
            author=author,
            photographer=photographer,
            since=since,
            until=until,
            sort=sort.value,
        )
        if portal is not None and not results.total:
            must_hold(opened, portal)
    if as_json:
        emit({"query": query, "total": results.total, "relaxed": results.relaxed, "hits": results.hits})
    else:
        show_results(out(), results, offset)


def show_results(screen: Screen, results: Results, offset: int = 0) -> None:
    """Print a list of hits, how many there are, and how to go on."""
    if not results.hits:
        found = f"{count(results.total, 'report')}, all of them left out by `--offset {offset}`."
        screen.say(found if results.total else "No report found.", style="bold")
        screen.say("Leave out fewer." if results.total else NO_HIT.format(status=typed("status")))
        return
    if results.relaxed:
        screen.say(RELAXED, style="yellow")
    screen.say(count(results.total, "report"), style="bold")
    for hit in results.hits:
        _show_hit(screen, hit)
    screen.print()
    screen.say(f"`{typed(f'show {results.hits[0].article_id}')}` shows the first of them whole.", style="dim")
    if (seen := offset + len(results.hits)) < results.total:
        screen.say(f"{results.total - seen:,} more: add `--offset {seen}`.", style="dim")


def _show_hit(screen: Screen, hit: Hit) -> None:
    number = f"#{hit.article_id}  "
    day = f"{hit.published:%Y-%m-%d}" if hit.published else "undated"
    screen.print()
    screen.say(hit.title, "bold", lead=number)
    screen.say(" · ".join(part for part in (hit.portal, day, hit.section) if part), "dim", len(number))
    if hit.snippet:
        screen.say(highlighted(hit.snippet, hit.marks, brackets=not screen.is_terminal), indent=len(number))
    screen.say_url(hit.url, len(number))


def highlighted(snippet: str, marks: tuple[tuple[int, int], ...], *, brackets: bool) -> Text:
    """The snippet with its matches set off: by style, or in [brackets] where there is none."""
    text, end = Text(), 0
    for start, stop in _joined(snippet, marks):
        text.append(_flat(snippet[end:start]))
        match = _flat(snippet[start:stop])
        text.append(f"[{match}]" if brackets else match, "bold yellow")
        end = stop
    return text.append(_flat(snippet[end:]))


def _joined(snippet: str, marks: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    """Marks with nothing but white space between them as one: [nông thôn mới] reads better than [nông] [thôn] [mới]."""
    start = end = 0
    for first, last in marks:
        if end and snippet[end:first].strip():
            yield start, end
            start = first
        start, end = start if end else first, last
    if end:
        yield start, end


def _flat(text: str) -> str:
    return safe(text.replace("\n", " "))
