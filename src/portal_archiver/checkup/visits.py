"""One look at each portal: its first start URL, asked for as a crawl would, and read as a crawl would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from portal_archiver.checkup.check import Check, ok, problem, warning
from portal_archiver.crawler import Fetcher, Limits, Politeness, Reason, Scope, read_index
from portal_archiver.crawler.remedies import IN_THE_CONFIGURATION, REMEDIES, TRY_LATER
from portal_archiver.errors import ConfigError, UnreachableError
from portal_archiver.model import Capture, Fetch, Portal
from portal_archiver.parser import parse_page
from portal_archiver.urls import canonicalize, host_of

# Somebody waits for the answer: one try, and less patience than a run has.
LIMITS = Limits(tries=1, connect_seconds=10.0, read_seconds=20.0, max_seconds=30.0)
READ_AS = {"article": "a report", "document": "a document", "listing": "a list", "other": "neither report nor list"}
INDEX = "a sitemap or feed"


@dataclass(frozen=True, slots=True)
class Visit:
    """What asking for the first start URL of a portal brought: in how many seconds, read as what, leading to what."""

    portal: Portal
    fetch: Fetch
    seconds: float
    read_as: str = ""
    leads_to: frozenset[str] = frozenset()


def visit_all(portals: Iterable[Portal]) -> tuple[Visit, ...]:
    """Ask all portals side by side, in politeness, for one page each (and for its robots.txt before)."""

    async def visits() -> tuple[Visit, ...]:
        politeness = Politeness(LIMITS)
        return tuple(await asyncio.gather(*(_visit(portal, politeness) for portal in portals)))

    return asyncio.run(visits())


async def _visit(portal: Portal, politeness: Politeness) -> Visit:
    start = canonicalize(portal.start[0]) or portal.start[0]
    async with Fetcher(portal, limits=LIMITS, politeness=politeness) as fetcher:
        fetch = await fetcher.fetch(start)
        seconds = fetcher.took
    if fetch.capture is None or fetch.reason:
        return Visit(portal, fetch, seconds)
    read_as, urls = await asyncio.to_thread(_read, portal, fetch.capture)
    scope = Scope(portal)
    leads_to = frozenset(url for url in urls if url != start and scope.reason_against(url) is None)
    return Visit(portal, fetch, seconds, read_as, leads_to)


def _read(portal: Portal, capture: Capture) -> tuple[str, list[str]]:
    """What a capture is, in words, and the addresses it names."""
    entries = read_index(capture)
    if entries is not None:
        return INDEX, [entry.link.url for entry in entries]
    page = parse_page(
        capture.body, capture.final_url, portal=portal, headers=capture.headers, fetched_at=capture.fetched_at
    )
    return READ_AS[page.kind], [link.url for link in page.links]


def judge(visit: Visit) -> Check:
    """What a visit means for the next crawl."""
    name = f"portal {visit.portal.key}"
    if visit.fetch.capture is None or visit.fetch.reason:
        reason = Reason(visit.fetch.reason)
        kind = ConfigError if reason in IN_THE_CONFIGURATION else UnreachableError
        return problem(name, f"{visit.fetch.url}: {_why(visit.fetch, reason)}", REMEDIES.get(reason, TRY_LATER), kind)
    what = f"{visit.fetch.capture.status} in {visit.seconds:.1f} s, read as {visit.read_as}; "
    if not visit.leads_to:
        remedy = "set `start` to a page with links to reports (those that only JavaScript makes are not seen)"
        return warning(name, f"{what}no link leads on", remedy)
    number = len(visit.leads_to)
    return ok(name, what + (f"{number:,} links lead on" if number > 1 else "1 link leads on"))


def _why(fetch: Fetch, reason: Reason) -> str:
    """The reason in words, and what was heard, where that says more."""
    detail = fetch.detail.removeprefix(f"{fetch.url[:300]}: ")
    return reason.sentence if detail in ("", reason.sentence) else f"{reason.sentence} ({detail})"


def skews(visits: Iterable[Visit]) -> Mapping[str, float]:
    """By how many seconds this machine's clock is ahead of each host that told the time (RFC 9110 §6.6.1)."""
    told = ((host_of(visit.fetch.capture.final_url), visit.fetch.capture) for visit in visits if visit.fetch.capture)
    return {host: skew for host, capture in told if (skew := _skew(capture)) is not None}


def _skew(capture: Capture) -> float | None:
    """An answer out of a cache on the way is as old as its Age says (RFC 9111 §5.1)."""
    try:
        date = parsedate_to_datetime(capture.header("date") or "")
        age = int(capture.header("age") or 0)
        return (capture.fetched_at - date).total_seconds() - age
    except (ValueError, TypeError, OverflowError):  # none, nonsense, or one without a time zone
        return None
