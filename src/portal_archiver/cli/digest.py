"""`portal-archiver digest`: what the last runs brought, as a letter that cron can mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from portal_archiver.cli.alarms import alarm_lines, learning_lines
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, must_hold, since
from portal_archiver.cli.program import NAME, typed
from portal_archiver.cli.screen import count, emit, out, safe, utc
from portal_archiver.digest import Digest, PortalDigest, gather
from portal_archiver.model import Arrival

EXAMPLE = "Example: portal-archiver digest --since 1d"
WIDTH = 76  # columns: a letter is read, quoted and forwarded at less than 80
SHOWN = 20  # reports of one portal; `search --sort newest` has them all
HEADINGS = {"changed": "Changed", "new": "New"}
# How a run ended that did not do all its work; a limit that was set is no news.
STOPPED = {
    "unreachable": "the portal was unreachable",
    "signal": "it was stopped by a signal",
    "killed": "it was killed",
    "running": "it is still at work",
}


def digest(
    since: Annotated[
        datetime,
        typer.Option(parser=since, metavar="TIME", help="Since when: 12h, 1d, 2w ago, or a day such as 2024-05-31."),
    ] = "1d",  # type: ignore[assignment]  # typer has it read by the parser
    archive: ArchivePath = DEFAULT_ARCHIVE,
    portal: Annotated[str | None, typer.Option(metavar="KEY", help="Only of this portal.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sum up what the last runs brought, as plain text for a mail.

    The first line is the subject; then, for each portal, what is new, what was edited, what failed and why, and runs
    that came to no good end. A day begins at midnight on the clock of this machine.
    """
    with existing(archive) as opened:
        if portal is not None:
            must_hold(opened, portal)
        found = gather(opened, since, portal=portal)
    today = datetime.now().astimezone()
    if as_json:
        emit({"archive": archive, "subject": subject(found, today), "digest": found})
        return
    screen = out()
    for line in (subject(found, today), "", *letter(found)):
        screen.print(Text(safe(line)), soft_wrap=True)


def subject(found: Digest, today: datetime) -> str:
    """`portal-archiver: 12 new, 1 changed, 3 failed in 2 runs (2026-11-25)`; with alarms, these come first."""
    alarms = sum(len(portal.alarms) for portal in found.portals)
    first = f"{count(alarms, 'alarm')}, " if alarms else ""
    return f"{NAME}: {first}{_figures(found)} in {count(found.runs, 'run')} ({today:%Y-%m-%d})"


def _figures(found: Digest | PortalDigest) -> str:
    return f"{found.new:,} new, {found.changed:,} changed, {found.failed:,} failed"


def letter(found: Digest) -> Iterator[str]:
    """The lines below the subject."""
    yield f"Since {utc(found.since)}."
    if not found.portals:
        what = f"No run ended since then, and nothing came in: does cron run `{typed('crawl')}`?"
        yield from textwrap.wrap(what, WIDTH)
    for portal in found.portals:
        yield ""
        yield from _portal(portal)


def _portal(portal: PortalDigest) -> Iterator[str]:
    yield from textwrap.wrap(f"{portal.portal} - {portal.name}" if portal.name else portal.portal, WIDTH)
    yield f"  {_figures(portal)} in {count(len(portal.runs), 'run')}"
    for alarm in portal.alarms:
        yield from _item(f"ALARM {alarm_lines(portal.portal, alarm)[0]}")
    yield from _runs(portal)
    yield from _arrivals(portal.arrivals)
    yield from _failures(portal)


def _runs(portal: PortalDigest) -> Iterator[str]:
    for run in portal.runs:
        if run.stopped in STOPPED:
            yield from _item(f"run {run.id}, began {utc(run.started_at)}: {STOPPED[run.stopped]}")
        if run.learning:
            yield from _item(learning_lines(portal.portal, run.learning)[0])


def _arrivals(arrivals: Sequence[Arrival]) -> Iterator[str]:
    """The edited ones first: an edit says nothing of itself anywhere else."""
    shown = arrivals[:SHOWN]
    for outcome, heading in HEADINGS.items():
        if number := sum(arrival.outcome == outcome for arrival in arrivals):
            yield from ("", f"  {heading}")
            for arrival in (of := [arrival for arrival in shown if arrival.outcome == outcome]):
                yield from _arrival(arrival)
            if number > len(of):
                yield f"  and {number - len(of):,} more"


def _arrival(arrival: Arrival) -> Iterator[str]:
    yield from _item(arrival.title)
    day = f"{arrival.published:%Y-%m-%d}" if arrival.published else "undated"
    edited = f"revision {arrival.revision}" if arrival.outcome == "changed" else count(arrival.revision, "revision")
    yield f"    {day}, #{arrival.article_id}{f', {edited}' if arrival.revision > 1 else ''}"
    yield f"    {arrival.url}"


def _failures(portal: PortalDigest) -> Iterator[str]:
    if not portal.reasons:
        return
    from portal_archiver.crawler.reasons import Reason  # it takes the crawler, which takes a second to load

    yield from ("", "  Failed")
    for name, number in portal.reasons.items():
        yield from _item(f"{number:,} {name}: {Reason(name).sentence}")


def _item(text: str) -> list[str]:
    return textwrap.wrap(safe(text), WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False)
