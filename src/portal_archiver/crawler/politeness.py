"""Politeness: one request at a time to a host, a pause after each, and distance when the host asks for it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from portal_archiver.crawler.limits import Limits
from portal_archiver.crawler.reasons import Reason


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a host is left alone for the rest of the run; `detail` is a sentence for a person."""

    reason: Reason
    detail: str


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay: float = 0.0
    ready_at: float = 0.0
    silences: int = 0
    refusals: int = 0
    closed: Closed | None = None


class Politeness:
    """The state of every host of a run. Times are seconds of the running loop's clock; hosts are names without port."""

    def __init__(self, delay: float, limits: Limits) -> None:
        self._delay = delay
        self._limits = limits
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Closed | None]:
        """Wait for the turn of one request; yields why none may be sent, if so.

        The pause counts from the end of an answer, so that the server sees at least the delay between arrivals.
        """
        state = self._hosts[host]
        async with state.lock:
            await _sleep_until(0.0 if state.closed else state.ready_at)
            try:
                yield state.closed
            finally:
                now = asyncio.get_running_loop().time()
                state.ready_at = max(state.ready_at, now + max(self._delay, state.delay))

    def back_off(self, host: str, seconds: float | None) -> None:
        """Send nothing to an overloaded host for the seconds it asks for (Retry-After), or for a growing time of ours.

        One that asks for more than a run can wait, or again and again, is closed.
        """
        state = self._hosts[host]
        state.refusals += 1
        if seconds is None:
            seconds = min(self._limits.retry_wait * 2 ** min(state.refusals - 1, 20), self._limits.max_wait)
        state.ready_at = max(state.ready_at, asyncio.get_running_loop().time() + seconds)
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
        state.delay = delay
        state.ready_at = max(state.ready_at, asyncio.get_running_loop().time() + delay)
        if delay > max(self._limits.max_wait, self._delay):
            why = f"robots.txt asks for a Crawl-delay of {delay:.0f} s; set delay = {delay:.0f} to agree to it"
            state.closed = Closed(Reason.ROBOTS, f"{host}: {why}")


async def _sleep_until(moment: float) -> None:
    clock = asyncio.get_running_loop().time
    while (left := moment - clock()) > 0:
        await asyncio.sleep(left)
