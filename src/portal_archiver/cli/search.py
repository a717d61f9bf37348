"""`portal-archiver search`: the result list."""

from __future__ import annotations

import csv
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import nullcontext
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
from portal_archiver.cli.screen import Screen, count, emit, out, quiet_end, safe
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Facets, Hit, Results
from portal_archiver.store.search.days import first_day as recent

EXAMPLE = 'Example: portal-archiver search "nong thon moi" --since 2024 --sort newest'
RELAXED = "No report has all these words; showing the best with some of them."
SENTENCE = "Read as a sentence, of which no report need have all words; the best with some of them come first."
NO_HIT = (
    "Try fewer or other words, with or without diacritics; leave out the filters; "
    "`{status}` shows what the archive holds."
)

BOUNDED = "The best of them come first; the others follow, the newest first."
LINES = 5  # of a hit, about
MOST_COUNTS = 12  # of each kind that people are shown; --json has them all


class Sort(StrEnum):
    """The orders a result list can have."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


def since_day(text: str) -> date:
    """The first day of what was typed, `last 30 days` among it."""
    try:
        return recent(text, "--since") if "last" in text.lower() else first_day(text)
    except PortalArchiverError as error:
        raise typer.BadParameter(str(error)) from None


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
        typer.Option(
            parser=since_day, metavar="DAY", help="Only reports of this day, month or year and later; 'last 30 days'."
        ),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(parser=last_day, metavar="DAY", help="Only reports of this day, month or year and earlier."),
    ] = None,
    sort: Annotated[Sort, typer.Option(metavar="ORDER", help="relevance, newest or oldest.")] = Sort.RELEVANCE,
    has_photo: Annotated[bool, typer.Option("--has-photo", help="Only reports with a photo.")] = False,
    has_attachment: Annotated[bool, typer.Option("--has-attachment", help="Only reports with a file to load.")] = False,
    revised_since: Annotated[
        date | None,
        typer.Option(parser=since_day, metavar="DAY", help="Only reports that were edited on this day or later."),
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Diacritics matter.")] = False,
    facets: Annotated[bool, typer.Option("--facets", help="Count the reports by portal, year and section.")] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the hits as CSV.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="Print the numbers of the reports alone.")] = False,
    open_first: Annotated[bool, typer.Option("--open", help="Open the first one in the browser.")] = False,
) -> None:
    """Find reports by their words.

    Words typed without diacritics find those with them. "Words in quotation marks" stand together, -word must not be
    there, a OR b needs one of them, word* may go on, =word has its diacritics as typed; title:, author:, photo:,
    section:, portal: and license: say where a word stands. Days are written 2024-05-31 or 31/5/2024, months 2024-05,
    years 2024. Nothing found is no error: the exit code is 0.
    """
    narrowed = {
        "portal": portal,
        "section": section,
        "author": author,
        "photographer": photographer,
        "since": since,
        "until": until,
        "has_photo": has_photo or None,
        "has_attachment": has_attachment or None,
        "revised_since": revised_since,
    }
    with existing(archive) as opened:
        results = opened.search(query, limit=limit, offset=offset, sort=sort.value, exact=exact, **narrowed)  # type: ignore[arg-type]
        counts = opened.facets(query, exact=exact, **narrowed) if facets else None  # type: ignore[arg-type]
        if portal is not None and not results.total:
            must_hold(opened, portal)
    if as_json:
        emit(_as_object(query, results, counts))
    elif as_csv or ids:
        _write_rows(results, only_ids=ids)
    else:
        screen = out()
        with screen.pager(styles=True) if _is_long(screen, results) else nullcontext():
            show_results(screen, results, offset)
            if counts:
                show_facets(screen, counts)
    if open_first and results.hits:
        webbrowser.open(results.hits[0].url)


def _as_object(query: str, results: Results, counts: Facets | None) -> dict[str, object]:
    told: dict[str, object] = {
        "query": query,
        "total": results.total,
        "relaxed": results.relaxed,
        "sentence": results.sentence,
        "bounded": results.bounded,
        "estimated": results.estimated,
        "notes": results.notes,
        "suggestions": results.suggestions,
        "hits": results.hits,
    }
    return told | ({"facets": counts} if counts else {})


def _write_rows(results: Results, *, only_ids: bool) -> None:
    try:
        if only_ids:
            sys.stdout.writelines(f"{hit.article_id}\n" for hit in results.hits)
        else:
            rows = csv.writer(sys.stdout, lineterminator="\n")
            rows.writerow(("id", "published", "portal", "section", "title", "url"))
            rows.writerows(
                (
                    hit.article_id,
                    hit.published and hit.published.isoformat(),
                    hit.portal,
                    hit.section,
                    hit.title,
                    hit.url,
                )
                for hit in results.hits
            )
        sys.stdout.flush()
    except BrokenPipeError:
        quiet_end()


def _is_long(screen: Screen, results: Results) -> bool:
    return screen.is_terminal and len(results.hits) * LINES > screen.height


def show_facets(screen: Screen, counts: Facets) -> None:
    """Print how the hits are spread."""
    for name, rows in (("Portals", counts.portals), ("Years", counts.years), ("Sections", counts.sections)):
        if rows:
            shown = rows[-MOST_COUNTS:] if name == "Years" else rows[:MOST_COUNTS]
            screen.print()
            screen.say(name, style="bold")
            for label, number in shown:
                screen.say(f"{number:9,}  {label}")
    if counts.estimated:
        screen.say("The numbers of the years are estimates.", style="dim")
    if counts.bounded:
        screen.say("Portals and sections are those of the newest reports alone.", style="dim")


def show_results(screen: Screen, results: Results, offset: int = 0) -> None:
    """Print a list of hits, how many there are, and how to go on."""
    for note in results.notes:
        screen.say(note, style="yellow")
    if results.suggestions:
        screen.say(f"Did you mean: {' · '.join(results.suggestions)}", style="yellow")
    if not results.hits:
        found = f"{count(results.total, 'report')}, all of them left out by `--offset {offset}`."
        screen.say(found if results.total else "No report found.", style="bold")
        screen.say("Leave out fewer." if results.total else NO_HIT.format(status=typed("status")))
        return
    if results.relaxed:
        screen.say(SENTENCE if results.sentence else RELAXED, style="yellow")
    screen.say(("about " if results.estimated else "") + count(results.total, "report"), style="bold")
    if results.bounded and not results.relaxed:
        screen.say(BOUNDED, style="dim")
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
