"""`portal-archiver add`: the five-minute start for a portal that is in no configuration yet."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from portal_archiver.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, whole
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, emit, out, problem, safe
from portal_archiver.cli.steps import steps
from portal_archiver.config import is_key, is_private, key_for, same_start, start_of
from portal_archiver.edits import (
    begun_at,
    must_be_writable,
    on_same_host,
    portals_of,
    table_of,
    with_portal,
    write,
)
from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal
from portal_archiver.urls import host_of

EXAMPLE = "Example: portal-archiver add https://www.bachhai.example/ --dry-run"
FETCHED = 60  # pages
NO_REPORT = (
    "no report was found among the pages: give the address of a page that lists news, or see with"
    " `portal-archiver explain URL` how one of its reports is read"
)


def _key(text: str) -> str:
    if is_key(text):
        return text
    raise typer.BadParameter(f'expected a key of letters, digits, dots, hyphens and underscores, got "{text}"')


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The front page of the portal, or a page that lists news.")],
    key: Annotated[
        str | None, typer.Option("--key", parser=_key, metavar="NAME", help="What to call it; made from its host.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    max_pages: Annotated[
        int, typer.Option("--max-pages", parser=whole(1, 1000), metavar="N", help="Fetch at most this many pages.")
    ] = FETCHED,
    yes: Annotated[
        bool, typer.Option("--yes", "--force", "-y", help="Let a portal that is there begin anew, without asking.")
    ] = False,
    with_profile: Annotated[
        bool, typer.Option("--with-profile", help="Write the selectors, too: no crawl learns by itself then.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, only show what would be.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Its name may lead to a private address, in your own network.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at a new portal, learn to read it, write it down.

    Up to 60 pages are fetched as a crawl would, in four minutes at most, and nothing of them is kept. You see what was
    found (robots.txt, sitemaps, feeds, lists), five reports as they would be stored, and what is not sure. The portal
    is written into the configuration, which is made where there is none. The selectors that its pages taught are only
    shown: crawls learn them by themselves, and anew when the template changes.

    A portal that is there begins anew at this address: its start and what was learned of it are replaced, once you
    say so or with --yes; its other settings and all comments stay, and hold for this look, too.

    \b
    Exit codes:
      0    all well
      2    wrong use or configuration
      3    no report was found: nothing is written
      5    the portal is unreachable
      130  stopped by SIGINT: nothing is written
    """
    known, portal = _planned(portals_of(config), start_of(url), key, allow_private=allow_private)
    if known and not (yes or dry_run or _somebody_is_there()):
        another = "" if same_start(known, portal) else ", --key NAME adds another one"
        raise ConfigError(f"{_there(config, known)}: --yes lets it begin anew{another}")
    with_portal(config, portal, known=known)  # what cannot be written is told before anything is fetched
    if not dry_run:
        must_be_writable(config)
    # Here, and not at the top: the crawler and the parser take a second to load, which no other command should pay.
    from portal_archiver.cli.exits import OK, SOME_FAILED
    from portal_archiver.cli.looked import as_plain, show_look
    from portal_archiver.parser.learning import in_toml
    from portal_archiver.pipeline import look_at

    with steps() as show:
        look = look_at(portal, pages=max_pages, show=show)
    found = replace(look.portal, learned=())
    profile = in_toml(found.key, look.lesson) if look.portal.learned else ""
    if not as_json:
        show_look(out(), look)
    is_wanted = bool(look.reports) and not dry_run and (known is None or yes or _says_yes(config, known, found))
    tables = profile if with_profile else ""
    if is_wanted:
        write(config, with_portal(config, found, tables, known=known))
    code = OK if look.reports else SOME_FAILED
    if as_json:
        told = {"profile": profile, "config": config, "is_written": is_wanted, "exit_code": code}
        emit({**as_plain(look), **told})
    elif look.reports:
        _show_end(out(), config, found, is_wanted, f"{table_of(found)}\n{tables}" if dry_run else "")
    if not look.reports:
        problem(NO_REPORT)
    raise typer.Exit(code)


def _planned(
    portals: Mapping[str, Portal], url: str, key: str | None, *, allow_private: bool
) -> tuple[Portal | None, Portal]:
    """The portal of the configuration that is meant, if there is one, and the portal to look at."""
    name = key or key_for(host_of(url))
    known = (None if key else on_same_host(portals, url)) or portals.get(name)
    private = allow_private or is_private(host_of(url))
    if known:
        return known, begun_at(known, url, allow_private=private)
    contact = next((each.contact for each in portals.values() if each.contact), None)
    return None, Portal((url,), key=name, allow_private=private, contact=contact)


def _there(config: Path, known: Portal) -> str:
    return f"{config} has a portal {known.key} already, at {known.start[0]}"


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _says_yes(config: Path, known: Portal, found: Portal) -> bool:
    where = "" if known.start == found.start else f" at {found.start[0]}"
    question = f"{_there(config, known)}. Let it begin anew{where}? Its other settings and all comments stay"
    return typer.confirm(question, err=True)


def _show_end(screen: Screen, config: Path, found: Portal, is_written: bool, would_be: str) -> None:
    screen.print()
    if is_written:
        option = "" if config == DEFAULT_CONFIG else f" --config {shlex.quote(str(config))}"
        crawl = typed(f"crawl {shlex.quote(found.key)}{option}")
        screen.say(f"Wrote the portal {found.key} to {config}. Look it over, then run: {crawl}")
    elif would_be:
        for line in would_be.splitlines():
            screen.print(Text(safe(line)), soft_wrap=True)
        screen.print()
        screen.say(f"Nothing was written; without --dry-run this would be in {config}.")
    else:
        screen.say("Nothing was written.")
