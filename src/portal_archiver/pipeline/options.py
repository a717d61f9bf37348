"""What a crawl is asked to do, and what it tells of itself on the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from portal_archiver.errors import PortalArchiverError

LEARNING = "learning"


@dataclass(frozen=True, slots=True)
class Progress:
    """One URL is done: `outcome` is `Archive.save`'s, "not-modified", "index" (a sitemap or feed), or a reason.

    With LEARNING it is one page of the archive that is read at the end of a run, to learn from; it has no `url`.
    """

    portal: str
    url: str
    outcome: str
    done: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Options:
    """What a crawl was asked to do; see `crawl`."""

    max_pages: int | None = None
    max_time: float | None = None
    recheck: bool = False
    on_progress: Callable[[Progress], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    processes: int = 1


def refuse_in_a_loop() -> None:
    """PortalArchiverError where an event loop runs: a crawl has one of its own, and a thread has room for one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise PortalArchiverError(
        "an event loop is running here (as in a notebook), and a crawl needs a thread without one; "
        "write `await asyncio.to_thread(crawl, portal, archive)`"
    )
