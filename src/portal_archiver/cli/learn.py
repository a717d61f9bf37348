"""`portal-archiver learn`: a portal's own pages teach where its template puts title, date, byline, text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portal_archiver.cli.options import (
    DEFAULT_ARCHIVE,
    DEFAULT_CONFIG,
    ArchivePath,
    AsJson,
    ConfigPath,
    existing,
    first_day,
    must_hold,
)
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out, problem, safe
from portal_archiver.cli.steps import steps
from portal_archiver.config import load
from portal_archiver.edits import append
from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal
from portal_archiver.urls import canonicalize, host_of, on_hosts

if TYPE_CHECKING:
    from portal_archiver.parser.learning import Template
    from portal_archiver.pipeline import Learned

EXAMPLE = "Example: portal-archiver learn bachhai --dry-run"


def learn(
    portal: Annotated[str, typer.Argument(metavar="PORTAL|URL", help="A portal of the archive, or one to look at.")],
    since: Annotated[
        date | None,
        typer.Option(parser=first_day, metavar="DATE", help="The template is new since: learn from there on."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, only show what is learned.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the profile into the configuration, too.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Learn from the pages of a portal how to read them.

    The newest pages of the archive are held against each other, 200 at most. The profile is kept in the archive, and
    crawls read with it from then on; `reparse` reads what is archived anew. Of an address that no archive has, up to 60
    pages are fetched as a crawl would, and nothing is kept. What `select` of the configuration says comes first, and
    so does a profile that is written there. Takes about 50 ms a page.
    """
    if write and dry_run:
        raise typer.BadParameter("--write and --dry-run exclude each other")
    if canonicalize(portal):
        learned = _from_web(portal, config)
    else:
        learned = _from_archive(portal, archive, since, keep=not dry_run)
    # Here, and not at the top: the parser takes a while to load, which no other command should pay.
    from portal_archiver.parser.learning import in_toml

    profile = in_toml(learned.portal, learned.lesson)
    if as_json:
        emit({**asdict(learned), "profile": profile})
    else:
        show_learned(out(), learned, profile, archive)
    if write:
        _write(config, learned.portal, profile, say=not as_json)


def _from_archive(key: str, path: Path, since: date | None, *, keep: bool) -> Learned:
    from portal_archiver.pipeline import learn_portal

    moment = datetime.combine(since, time(), UTC) if since else None
    with existing(path, read_only=not keep) as archive, steps() as show:
        must_hold(archive, key, "PORTAL")
        return learn_portal(
            key, archive, since=moment, keep=keep, show=lambda done, total: show("reading pages", done, total)
        )


def _from_web(url: str, config: Path) -> Learned:
    from portal_archiver.pipeline import learn_from_web

    portals = load(config).values() if config.exists() else ()
    portal = next((each for each in portals if on_hosts(url, each.hosts)), None) or Portal((url,), key=host_of(url))
    with steps() as show:
        return learn_from_web(portal, show=lambda done, total: show("reading pages", done, total))


def _write(config: Path, key: str, profile: str, *, say: bool) -> None:
    if not profile:
        raise ConfigError(f"{config}: nothing is sure enough to be written")
    if key not in load(config):
        raise ConfigError(f"{config}: has no portal {key}: add it first")
    if load(config)[key].learned:
        raise ConfigError(f"{config}: portal.{key} has learned tables already: remove them first")
    append(config, profile)
    if say:
        out().say(f"Wrote the profile to {config}")


def show_learned(screen: Screen, learned: Learned, profile: str, archive: Path) -> None:
    """Prints the templates with what they rest on, what they change, what is not sure, and the profile as TOML."""
    lesson = learned.lesson
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(lesson.kinds.items(), key=lambda item: -item[1]))
    screen.say(f"{learned.portal}: {count(lesson.pages, 'page')} ({kinds})", "bold")
    shapes = ", ".join(f"{size} {kind}" for kind, size in lesson.groups)
    screen.say(f"by shape: {shapes}", "dim")
    for number, template in enumerate(lesson.templates, 1):
        _show_template(screen, number, template)
    if learned.comparison.counts:
        screen.print()
        changed = ", ".join(f"{field} {number}" for field, number in learned.comparison.counts.items())
        screen.say(f"Read differently with it, of the same pages: {changed}")
        for each in learned.comparison.examples:
            screen.say(f"{each.field}: {safe(each.alone) or 'nothing'}", "dim", indent=2, lead="- ")
            screen.say(safe(each.learned) or "nothing", indent=4, lead="→ ")
    for doubt in lesson.doubts:
        problem(doubt, label="not sure", style="yellow")
    if profile:
        screen.print()
        for line in profile.splitlines():
            screen.print(Text(safe(line)), soft_wrap=True)
    screen.print()
    if learned.is_kept:
        anew = typed(f"reparse --portal {learned.portal}")
        screen.say(f"Kept in {archive}: crawls read with it from now on; `{anew}` reads what is archived anew")
    else:
        screen.say(f"Not kept: {learned.reason}")


def _show_template(screen: Screen, number: int, template: Template) -> None:
    screen.print()
    screen.say(f"Template {number}: {count(template.pages, 'page')}, mostly {template.kind}", "bold")
    for choice in template.choices:
        runner_up = f", else {choice.runner_up}" if choice.runner_up else ""
        screen.say(f"{choice.field}: {choice.selector}", indent=2)
        screen.say(
            f"on {choice.support:.0%} of the pages, agreed with {choice.agreement:.0%}{runner_up}", "dim", indent=4
        )
        for example in choice.examples:
            screen.say(safe(example), "dim", indent=6, lead="e.g. ")
