"""Nights of which a run does not see the end: the portal they crawl, and how each is looked at."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from demo_crawl import Log
from kill_checks import NOTHING, Held, State, as_it_lies, fetched, held, in_flight, path_of, state_of
from kill_driver import LOG, Driver
from portal_archiver.demo.content import Site, load
from portal_archiver.store import Archive
from program import PROGRAM

Program = subprocess.Popen[bytes]
IN_FLIGHT = 8  # pages that a run without a pause may have asked for and not stored
GONE = ("/tin-cu/1017.html", "Một bài đã gỡ")  # answered with 404, which a run notes


def few(site: Site) -> Site:
    """The demo portal with a fifth of its reports: each section, each wart, a second page of some lists."""
    newest = {item for section in site.sections for item in site.of(section)[:1]}
    edited = {item.id for item, other in zip(load().items, load(edited=True).items, strict=True) if item != other}
    warts = {site.again.item} | {
        item for item in site.items if item.broken or item.encoding != "utf-8" or item.id in edited
    }
    items = tuple(item for item in site.items if item in newest | warts)
    return replace(site, items=items, per_page=1, keywords=(), removed=(*site.removed, GONE))


@dataclass(frozen=True, slots=True)
class World:
    """A portal, what is asked of it, and what comes of one run that nothing disturbs."""

    url: str
    log: Log
    driver: Driver
    uncut: Held
    asked: Counter[str]
    seconds: float


@dataclass(slots=True)
class Nights:
    """Runs over one archive, one after the other, each looked at when it ended; `lost` is what was in flight then."""

    world: World
    folder: Path
    state: State = NOTHING
    lost: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def archive(self) -> Path:
        return self.folder / "archive.db"

    def run(self, *, searching: bool = False, **how: Any) -> int:
        """One run; `searching`: while somebody reads."""
        self.world.log.asked.clear()
        self.world.driver.start(self.folder, **how)
        while searching and not self.world.driver.has_ended(0.02):
            self.search()
        code = self.world.driver.wait()
        self.look(may_lose=IN_FLIGHT if code < 0 else 0)
        return code

    def search(self) -> None:
        """Somebody reads while a run is at work: each report that is found is whole."""
        if self.state.articles:
            with Archive(self.archive, read_only=True) as reader:
                for hit in reader.search("", limit=1).hits:
                    assert reader.article(hit.article_id).article.title == hit.title

    def by_hand(self, at: Mapping[int, Callable[[Program], Any]], *, may_lose: int) -> int:
        """The program in a process of its own; at the n-th answer of the portal something is done to it."""
        self.world.log.asked.clear()
        with (self.folder / LOG).open("wb") as said:
            run = subprocess.Popen([*PROGRAM, "crawl"], cwd=self.folder, stdout=said, stderr=said)
        self.world.log.at = {answer: partial(do, run) for answer, do in at.items()}
        code = run.wait(60)
        self.world.log.at = {}
        self.look(may_lose=may_lose)
        return code

    def stopped(self) -> list[str | None]:
        """How the runs of the archive ended, the last one first."""
        with as_it_lies(self.archive, self.folder) as copy, Archive(copy, read_only=True) as reader:
            return [run.stopped for run in reader.runs()]

    def said(self) -> str:
        return (self.folder / LOG).read_text()

    def look(self, *, may_lose: int) -> None:
        """After a run: is the archive whole, and what was lost?"""
        wait_for_silence()
        asked = list(self.world.log.asked)
        state = state_of(self.archive, self.folder)
        lost = in_flight(asked, self.state, state)
        assert lost.total() <= may_lose
        assert state.articles >= self.state.articles
        self.lost += lost
        self.asked += fetched(asked)
        self.state = state

    def end(self, wanted: Held | None = None) -> None:
        """The run that is let go, and all that must then be as if none had been killed."""
        assert self.run() == 0, self.said()
        assert "Traceback" not in self.said()
        here = held(self.archive)
        for name, rows in (wanted or self.world.uncut).items():
            different = differences(here[name], rows)
            assert not different, f"{name}: {different[:4]}"
        every_run = set(self.every_run())
        once = {path: number for path, number in self.asked.items() if path not in every_run}
        assert once == {
            path: number + self.lost[path] for path, number in self.world.asked.items() if path not in every_run
        }

    def every_run(self) -> Iterator[str]:
        """What is asked for in every run: where a portal begins, lists, sitemaps, feeds."""
        with closing(sqlite3.connect(self.archive)) as db:
            yield from (path_of(url) for (url,) in db.execute("SELECT url FROM urls WHERE rank <= 1"))


def differences(here: list[tuple[Any, ...]], there: list[tuple[Any, ...]]) -> list[tuple[Any, Any]]:
    """Row by row, only what differs."""
    if len(here) != len(there):
        return [
            *(("here", row) for row in here if row not in there),
            *(("there", row) for row in there if row not in here),
        ]
    pairs = [
        (one, other) for row, wanted in zip(here, there, strict=True) for one, other in zip(row, wanted, strict=True)
    ]
    return [(one, other) for one, other in pairs if one != other]


def wait_for_silence() -> None:
    """Until the portal has noted all that it was asked: a process that was killed may be dead before that."""
    deadline = time.monotonic() + 10
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "somebody still talks to the portal"
        time.sleep(0.001)
