"""What a crawl is asked to do, and what it tells of itself on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """One URL is done: `outcome` is `Archive.save`'s, "not-modified", "index" (a sitemap or feed), or a reason."""

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
