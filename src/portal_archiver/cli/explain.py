"""`portal-archiver explain`: why a page is read the way it is, to see the reason behind a wrong title."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portal_archiver.cli.options import DEFAULT_ARCHIVE, DEFAULT_CONFIG, ArchivePath, AsJson, ConfigPath, existing
from portal_archiver.cli.screen import Screen, emit, out, safe
from portal_archiver.config import load
from portal_archiver.errors import PortalArchiverError, UnreachableError
from portal_archiver.model import Capture, Fetch, Portal
from portal_archiver.urls import canonicalize, host_of, on_hosts

if TYPE_CHECKING:
    from portal_archiver.parser.explain import Explanation

EXAMPLE = "Example: portal-archiver explain https://www.bachhai.example/tin/1"


def explain_page(
    page: Annotated[str, typer.Argument(metavar="URL|FILE", help="An address to fetch, or a saved page.")],
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The address that a saved page had.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Its name may lead to a private address, in your own network.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how a page is read, field by field, and why.

    An address is fetched as the crawler would, within robots.txt, and with the selectors of its portal if the
    configuration has one for its host, and with what the archive has learned of that. Nothing is stored.
    """
    # Here, and not at the top: the parser takes a while to load, which no other command should pay.
    from portal_archiver.parser.explain import explain
    from portal_archiver.parser.page import Known

    portals = list(load(config).values()) if config.exists() else []
    if canonicalize(page):
        capture = _fetched(page, _portal_of(page, portals), allow_private=allow_private)
    else:
        capture = _saved(Path(page), url)
    portal = _taught(_portal_of(capture.final_url, portals), capture, archive)
    explanations = explain(
        capture.body, capture.final_url, Known(portal, capture.headers, fetched_at=capture.fetched_at)
    )
    if as_json:
        emit({"url": capture.final_url, "fields": {item.field: item.reasons for item in explanations}})
    else:
        show_explanations(out(), capture.final_url, explanations)


def _portal_of(url: str, portals: Sequence[Portal]) -> Portal | None:
    return next((portal for portal in portals if on_hosts(url, portal.hosts)), None)


def _taught(portal: Portal | None, capture: Capture, archive: Path) -> Portal | None:
    """The portal with the profile that a crawl of today would read its pages with."""
    if not archive.exists():
        return portal
    from portal_archiver.pipeline.profiles import Taught

    with existing(archive) as opened:
        host = host_of(capture.final_url)
        key = portal.key if portal else opened.portal_of_host(host)
        known = portal or (Portal((capture.final_url,), key=key) if key else None)
        return Taught(known, opened).at(capture.fetched_at) if known else None


def _saved(path: Path, url: str) -> Capture:
    try:
        body = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PortalArchiverError(f"{path}: {reason}: give a saved page, or an address with https://") from None
    return Capture(url or path.resolve().as_uri(), body=body)


def _fetched(url: str, portal: Portal | None, *, allow_private: bool) -> Capture:
    from portal_archiver.crawler import Fetcher

    asked = portal or Portal((url,))
    asked = replace(asked, allow_private=asked.allow_private or allow_private)

    async def fetch() -> Fetch:
        async with Fetcher(asked) as fetcher:
            return await fetcher.fetch(canonicalize(url) or url)

    answer = asyncio.run(fetch())
    if answer.capture is None or answer.reason:
        raise UnreachableError(f"{url} brought no page: {_why(answer, portal)}")
    return answer.capture


def _why(answer: Fetch, portal: Portal | None) -> str:
    """What was heard, without the address, which is told already; and what to do against a refusal of ours."""
    from portal_archiver.crawler.reasons import Reason

    if answer.reason != Reason.PRIVATE_ADDRESS:
        return answer.detail.removeprefix(f"{answer.url[:300]}: ") or str(answer.reason)
    setting = f", or set `allow_private = true` for portal.{portal.key}" if portal else ""
    return f"{Reason.PRIVATE_ADDRESS.sentence}: if it is in your own network, ask with --allow-private{setting}"


def show_explanations(screen: Screen, url: str, explanations: Sequence[Explanation]) -> None:
    """Prints the fields one below the other: a star for what won, a dash for what did not."""
    screen.say_url(url)
    for item in explanations:
        screen.print()
        screen.say(item.field, "bold")
        for reason in item.reasons:
            mark, style = ("* ", "") if reason.won else ("- ", "dim")
            screen.say(Text(safe(reason.value), style), indent=2, lead=mark)
            if reason.why:
                screen.say(Text(safe(reason.why), "dim"), indent=6)
