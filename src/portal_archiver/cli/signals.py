"""SIGINT and SIGTERM during a crawl: the first asks it to finish what is in flight, the second ends it at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

STOPPING = "Stopping: finishing what is in flight. Once more to stop at once; nothing that is saved can be lost."
_SHOW_CURSOR = b"\x1b[?25h"


@dataclass(slots=True)
class Stop:
    """Whether a crawl is to stop: `event` for the crawl to watch, `signal` the number of the one that came.

    `answer` gives the line that tells the sender that the signal was heard.
    """

    answer: Callable[[], str]
    event: threading.Event = field(default_factory=threading.Event)
    signal: int | None = None

    def handle(self, number: int, frame: FrameType | None = None) -> None:
        """The signal handler. It writes past Python's buffers: it may have come in the middle of a write."""
        if self.event.is_set():
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            os._exit(128 + number)  # every page is one transaction: there is nothing to tidy up
        self.signal = number
        self.event.set()
        os.write(2, self.answer().encode())


def in_words() -> str:
    """The answer for people, below the bars of a terminal."""
    return f"\n{STOPPING}\n"


@contextmanager
def stoppable(answer: Callable[[], str] = in_words) -> Iterator[Stop]:
    """While the block runs, a signal sets `event` instead of raising KeyboardInterrupt, and is answered."""
    stop = Stop(answer)
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop.handle) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
