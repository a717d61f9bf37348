"""Politeness: one request at a time to a host, a pause after each, and distance when the host asks for it.

It is owed to a host, not to a portal: several portals on one host share it.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from protego import Protego

from portal_archiver.crawler.limits import Limits
from portal_archiver.crawler.reasons import Reason

NEWEST = 0.3  # what the newest answer weighs in the time that a host takes


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a host is left alone for the rest of the run; `detail` is a sentence for a person."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says, or why the whole authority must be left alone; `read_at` is in seconds."""

    parser: Protego
    read_at: float
    closed: Closed | None = None


@dataclass(slots=True)
class Authority:
    """A host and port, and its robots.txt once that was read; the lock is held while it is."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules | None = None


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay: float = 0.0  # the longest that any portal or robots.txt asks for
    crawl_delay: float = 0.0
    asked_at: float = -math.inf  # when the last request ended
    took: float = 0.0  # how long the host takes to answer, the last answers counting most
    not_before: float = 0.0
    silences: int = 0
    refusals: int = 0
    closed: Closed | None = None

    async def ready(self, max_pause: float) -> None:
        """Wait until the host may be asked again; the delay may grow meanwhile."""
        clock = asyncio.get_running_loop().time
        while (left := max(self.not_before, self.asked_at + self.pause(max_pause)) - clock()) > 0:
            await asyncio.sleep(left)

    def pause(self, max_pause: float) -> float:
        """The delay, or longer: a host that is slow to answer is left alone for as long as it took, within bounds.

        A delay of 0 says that the host can bear all.
        """
        return max(self.delay, min(self.took, max_pause)) if self.delay else 0.0

    def answered_after(self, seconds: float) -> None:
        """Remember how long an answer took."""
        self.took = seconds if not self.took else (1 - NEWEST) * self.took + NEWEST * seconds


class Politeness:
    """The state of every host of a run, for all the portals on it.

    Times are seconds of the running loop's clock; hosts are names without port.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._authorities: defaultdict[Hashable, Authority] = defaultdict(Authority)

    def authority(self, location: str, view: Hashable) -> Authority:
        """What is known of the robots.txt at a location, to those who may connect to the same addresses (`view`)."""
        return self._authorities[location, view]

    @asynccontextmanager
    async def turn(self, host: str, delay: float) -> AsyncIterator[Closed | None]:
        """Wait for the turn of one request of a portal with this delay; yields why none may be sent, if so.

        Of all delays asked for at a host the longest holds; it counts from the end of an answer, so that the server
        sees at least the delay between arrivals. A host that answers slowly is asked as much less often.
        """
        clock = asyncio.get_running_loop().time
        state = self._hosts[host]
        state.delay = max(state.delay, delay)
        async with state.lock:
            if self._closed(host, delay) is None:
                await state.ready(self._limits.max_pause)
            closed, began = self._closed(host, delay), clock()
            try:
                yield closed
            finally:
                if closed is None:
                    state.asked_at = clock()
                    state.answered_after(state.asked_at - began)

    def _closed(self, host: str, delay: float) -> Closed | None:
        """A Crawl-delay longer than a run can wait closes a host, but not to a portal that has agreed to wait."""
        state = self._hosts[host]
        wanted = state.crawl_delay
        if state.closed or wanted <= max(self._limits.max_wait, delay):
            return state.closed
        why = f"robots.txt asks for a Crawl-delay of {wanted:.0f} s; set delay = {wanted:.0f} to agree to it"
        return Closed(Reason.ROBOTS, f"{host}: {why}")

    def back_off(self, host: str, seconds: float | None) -> None:
        """Send nothing to an overloaded host for the seconds it asks for (Retry-After), or for a growing time of ours.

        One that asks for more than a run can wait, or again and again, is closed.
        """
        state = self._hosts[host]
        state.refusals += 1
        if seconds is None:
            seconds = min(self._limits.retry_wait * 2 ** min(state.refusals - 1, 20), self._limits.max_wait)
        state.not_before = max(state.not_before, asyncio.get_running_loop().time() + seconds)
        if seconds > self._limits.max_wait:
            why = f"the server asks to wait {seconds:.0f} s, the limit is {self._limits.max_wait:.0f} s"
            state.closed = Closed(Reason.TOO_MANY_REQUESTS, f"{host}: {why}")
        elif state.refusals >= self._limits.failures:
            why = f"overloaded {state.refusals} times in a row"
            state.closed = Closed(Reason.TOO_MANY_REQUESTS, f"{host}: {why}")

    def answered(self, host: str) -> None:
        """Note that the host works: what it failed before is forgiven."""
        self._hosts[host].silences = self._hosts[host].refusals = 0

    def silent(self, host: str, reason: Reason) -> None:
        """Note that a request brought no answer; a host that stays silent is closed."""
        state = self._hosts[host]
        state.silences += 1
        if state.silences >= self._limits.failures:
            state.closed = Closed(reason, f"{host}: {state.silences} requests in a row without an answer")

    def slow_down(self, host: str, delay: float) -> None:
        """Keep at least this delay from now on (a Crawl-delay); one longer than a run can wait closes the host.

        A portal whose own `delay` is as long has agreed to wait.
        """
        state = self._hosts[host]
        state.crawl_delay = max(state.crawl_delay, delay)
        state.delay = max(state.delay, delay)
