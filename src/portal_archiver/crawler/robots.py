"""robots.txt (RFC 9309), read once a day for each authority: what may be fetched, how fast, where the sitemaps are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

from portal_archiver.crawler.exchange import REDIRECTS, Answer, redirect_target
from portal_archiver.crawler.politeness import Closed, Politeness, Rules
from portal_archiver.crawler.reasons import UNREACHABLE, Reason
from portal_archiver.crawler.transport import PRODUCT
from portal_archiver.model import RobotsText
from portal_archiver.urls import canonicalize, host_of

MAX_BYTES = 500 * 1024  # RFC 9309 §2.5: what is beyond may be ignored
MAX_REDIRECTS = 5  # §2.3.1.2: to other hosts too; beyond them, or to no usable address, it counts as unavailable
MAX_AGE = 24 * 3600.0  # §2.4, in seconds
NOT_THERE = UNREACHABLE | {Reason.PRIVATE_ADDRESS}  # says more of the host than that its robots.txt is missing
LIMITED = 429  # a 4xx that says "not now" rather than "there is none"


class RobotsMemory(Protocol):
    """What outlives a run; an `Archive` is one."""

    def remembered_robots(self, location: str) -> RobotsText | None:
        """What was last remembered of a location, however old."""

    def remember_robots(self, text: RobotsText) -> None:
        """Keep what a location says now, in place of what it said before."""


class Robots:
    """The rules of every authority, shared by all who share `politeness` and see the same hosts (`view`).

    `ask` sends one polite request for a robots.txt. What it brings goes into `memory`, and for a day is taken from
    there instead, unless everything is asked `anew`.
    """

    def __init__(
        self,
        ask: Callable[[str], Awaitable[Answer]],
        politeness: Politeness,
        view: Hashable,
        *,
        memory: RobotsMemory | None = None,
        anew: bool = False,
    ) -> None:
        self._ask = ask
        self._politeness = politeness
        self._view = view
        self._memory = memory
        self._anew = anew

    async def closed_to(self, url: str) -> Closed | None:
        """Why this URL may not be fetched, or None when it may."""
        rules = await self._rules_for(url)
        if rules.closed or rules.parser.can_fetch(url, PRODUCT):
            return rules.closed
        return Closed(Reason.ROBOTS, f"disallowed by {location_of(url)}")

    async def sitemaps(self, url: str) -> tuple[str, ...] | None:
        """The sitemaps that the URL's robots.txt names, as canonical URLs; None when the authority is off limits."""
        rules = await self._rules_for(url)
        named = (canonicalize(sitemap, location_of(url)) for sitemap in rules.parser.sitemaps)
        return None if rules.closed else tuple(dict.fromkeys(sitemap for sitemap in named if sitemap))

    async def _rules_for(self, url: str) -> Rules:
        location = location_of(url)
        authority = self._politeness.authority(location, self._view)
        async with authority.lock:
            now, rules = asyncio.get_running_loop().time(), authority.rules
            if rules is None or now - rules.read_at > MAX_AGE:
                rules = authority.rules = self._recalled(location, now) or await self._asked(location, now)
                delay = rules.parser.crawl_delay(PRODUCT)
                if delay is not None:
                    self._politeness.slow_down(host_of(location), delay)
            return rules

    def _recalled(self, location: str, now: float) -> Rules | None:
        """What is remembered, as old as it is; nothing older than a day, nor from a time that is yet to come."""
        known = self._memory.remembered_robots(location) if self._memory and not self._anew else None
        if known is None:
            return None
        age = datetime.now(UTC) - known.fetched_at
        if not timedelta(0) <= age <= timedelta(seconds=MAX_AGE):
            return None
        return Rules(Protego.parse(known.text), now - age.total_seconds())

    async def _asked(self, location: str, now: float) -> Rules:
        answer = await self._read(location)
        if self._memory and (text := _lasting(answer)) is not None:
            self._memory.remember_robots(RobotsText(location, datetime.now(UTC), answer.status, text))
        return _rules(answer, location, now)

    async def _read(self, location: str) -> Answer:
        answer = await self._ask(location)
        for _ in range(MAX_REDIRECTS):
            if answer.status not in REDIRECTS or answer.reason:
                return answer
            target = redirect_target(answer)
            if target is None:
                return answer
            answer = await self._ask(target)
        return answer


def crawl_delay(text: str) -> float | None:
    """The seconds between two requests that a robots.txt asks of us, if it says so."""
    delay = Protego.parse(text).crawl_delay(PRODUCT)
    return None if delay is None else float(delay)


def location_of(url: str) -> str:
    """Where the robots.txt of a URL's authority is."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def _rules(answer: Answer, location: str, now: float) -> Rules:
    """What an answer means: its rules if there are some, all after a 4xx, nothing after a 5xx or silence (§2.3.1)."""
    if (text := _lasting(answer)) is not None:
        return Rules(Protego.parse(text), now)
    nothing = Protego.parse("")
    if answer.status == LIMITED or answer.status >= 500 or not answer.status:
        reason = answer.reason if answer.reason in NOT_THERE and not answer.status else Reason.ROBOTS_UNREACHABLE
        return Rules(nothing, now, Closed(reason or Reason.ROBOTS_UNREACHABLE, f"{location}: {answer.detail}"))
    return Rules(nothing, now)


def _lasting(answer: Answer) -> str | None:
    """The text of an answer that holds for a day, empty after a 4xx; None where the host may say more in a minute."""
    if answer.reason is None and answer.status not in REDIRECTS:
        return answer.body.decode("utf-8-sig", "replace")
    return "" if 400 <= answer.status < 500 and answer.status != LIMITED else None
