"""Reading what was captured: in this process, and beside it in others once one alone cannot keep up."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing.connection import wait as wait_for
from types import TracebackType
from typing import Self

from portal_archiver.crawler import Entry, read_index
from portal_archiver.model import Capture, Form, Link, Page, Portal, Target
from portal_archiver.parser import parse_page, read_form
from portal_archiver.urls import postback_of, with_postback

MAX_TROUBLE = 1000  # characters of an exception that are kept
# So many captures came while another was being read, and other processes are worth the second that starting them takes.
WORTH_A_START = 200
MANY = 500  # captures that are known to come: worth it at once


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer turned out to be: the entries of a sitemap or feed, or a page; neither, if it brought none.

    `trouble` is the exception, in words, on which the reading of it ended.
    """

    entries: tuple[Entry, ...] | None = None
    page: Page | None = None
    trouble: str = ""


def understand(portal: Portal, target: Target, capture: Capture) -> Understood:
    """Reads a capture; pure, so that it may run anywhere.

    Never raises: a bug of ours costs the page that it shows itself on, not the run.
    """
    try:
        return _understand(portal, target, capture)
    except Exception as error:
        return Understood(trouble=in_words(error))


def _understand(portal: Portal, target: Target, capture: Capture) -> Understood:
    entries = read_index(capture)
    if entries is not None:
        return Understood(entries=entries)
    page = read_page(portal, capture, target.seen_as)
    return Understood(page=_of_one_list(page, target) if postback_of(target.url) else page)


def read_page(portal: Portal, capture: Capture, seen_as: Link | None = None) -> Page:
    """What the parser makes of a capture."""
    return parse_page(
        capture.body,
        capture.final_url,
        portal=portal,
        headers=capture.headers,
        fetched_at=capture.fetched_at,
        seen_as=seen_as,
    )


def _of_one_list(page: Page, target: Target) -> Page:
    """The same, its list's other pages named by the list's own address, wherever the form was posted or led to."""
    links = [(link, postback_of(link.url)) for link in page.links]
    renamed = [
        replace(link, url=with_postback(target.url, postback) or link.url) if postback else link
        for link, postback in links
    ]
    return replace(page, links=tuple(renamed))


def form_for(target: Target, found_on: Capture) -> Form | None:
    """The form that leads from a captured page to a target whose URL stands for a `Postback`, if that page has it."""
    postback = postback_of(target.url)
    return read_form(found_on.body, found_on.final_url, postback, headers=found_on.headers) if postback else None


def in_words(error: Exception) -> str:
    """Type and text of an exception, whatever is in it."""
    return f"{type(error).__name__}: {error}"[:MAX_TROUBLE].encode("utf-8", "replace").decode()


class Readers:
    """Whoever reads captures, for all the portals of a crawl; a context manager.

    A thread does, until more comes than it can read, or is known to come (`expect`); then up to `processes` processes
    do, if that is more than one.
    They end with this process, however it ends.
    """

    _here = staticmethod(understand)

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._reading = 0
        self._waited = 0
        self._pool: ProcessPoolExecutor | None = None
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def expect(self, number: int) -> None:
        """Say how many captures are to come: where they are many, processes are started before the first of them."""
        if self._pool is None and self._processes > 1 and number >= MANY:
            self._start()

    async def read(self, portal: Portal, target: Target, capture: Capture) -> Understood:
        """What a capture turned out to be; never raises but for the caller's own cancellation."""
        self._waited += self._reading > 0
        self._reading += 1
        try:
            if self._pool is None and self._processes > 1 and self._waited >= WORTH_A_START:
                self._start()
            return await self._read(portal, target, capture)
        finally:
            self._reading -= 1

    async def _read(self, portal: Portal, target: Target, capture: Capture) -> Understood:
        if self._pool and self._ready.is_set():
            try:
                return await asyncio.wrap_future(self._pool.submit(understand, portal, target, capture))
            except BrokenProcessPool:  # one of them was killed, perhaps for want of memory: this one goes on alone
                self._processes, self._pool = 1, None
        return await asyncio.to_thread(self._here, portal, target, capture)

    def _start(self) -> None:
        """Start the processes; they are given nothing to read before the first of them is ready."""
        # Not forked: this process has threads, and holds the archive open.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(self._processes, context, _serve)
        self._pool.submit(os.getpid).add_done_callback(lambda _: self._ready.set())


def _serve() -> None:
    """What a process does first: leave signals to the crawl, and see to it that it ends when the crawl does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent(end: Callable[[int], object] = os._exit) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        end(0)
