"""Reading in other processes: the same archive, whatever becomes of them, and none that outlives the crawl."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from demo_crawl import Contents, contents, portal_at
from portal_archiver.demo import serve
from portal_archiver.pipeline import Progress, crawl, reading
from portal_archiver.pipeline.reading import Readers, Understood
from portal_archiver.store import Archive

START = 30.0  # seconds that starting a process may take on a busy machine
# A process that has others read for it, tells who they are, and is killed.
KILLED = """
import asyncio, multiprocessing, os, signal
from portal_archiver.model import Capture, Portal, Target
from portal_archiver.pipeline import reading

async def read(readers):
    url = "http://bachhai.example/"
    page = Portal((url,)), Target(url), Capture(url, body=b"<p>")
    await asyncio.gather(*(readers.read(*page) for _ in range(5)))
    assert await asyncio.to_thread(readers._ready.wait, 30)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    reading.WORTH_A_START = 1
    asyncio.run(read(reading.Readers(2)))
"""


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that this process reads, slowly, so that it has others started early."""
    urls: list[str] = []
    understand = reading.understand

    def dawdle(portal: Any, target: Any, capture: Any) -> Understood:
        urls.append(target.url)
        time.sleep(0.05)
        return understand(portal, target, capture)

    monkeypatch.setattr(reading, "WORTH_A_START", 3)
    monkeypatch.setattr(reading.Readers, "_here", staticmethod(dawdle))
    return urls


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[Readers]:
    """The readers of the crawls of a test."""
    made: list[Readers] = []
    enter = Readers.__enter__

    def note(self: Readers) -> Readers:
        made.append(self)
        return enter(self)

    monkeypatch.setattr(Readers, "__enter__", note)
    return made


def test_pages_read_in_other_processes_make_the_same_archive(
    tmp_path: Path, uncut: Contents, read_here: list[str], readers: list[Readers]
) -> None:
    def wait(progress: Progress) -> None:
        if progress.done == 30:
            assert readers[0]._ready.wait(START)

    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive, processes=2, on_progress=wait)
        assert (report.stopped, report.failed) == (None, 0)
        assert contents(archive, url) == uncut
    assert 3 < len(read_here) < report.fetched - 20  # the others were read elsewhere


def test_where_they_are_killed_the_crawl_goes_on_without_them(
    tmp_path: Path, uncut: Contents, read_here: list[str], readers: list[Readers]
) -> None:
    def kill(progress: Progress) -> None:
        if progress.done == 30:
            assert readers[0]._ready.wait(START)
            assert readers[0]._pool is not None
            for process in list(readers[0]._pool._processes.values()):
                process.kill()
                process.join()

    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive, processes=2, on_progress=kill)
        assert (report.stopped, report.failed) == (None, 0)
        assert contents(archive, url) == uncut
    assert len(read_here) >= report.fetched - 8


def test_one_process_alone_starts_no_other(tmp_path: Path, read_here: list[str], readers: list[Readers]) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive)
    assert readers[0]._pool is None
    assert len(read_here) == report.fetched


@pytest.mark.parametrize(("processes", "number", "started"), [(2, 3, True), (2, 2, False), (1, 3, False)])
def test_where_many_are_known_to_come_they_are_started_at_once(
    monkeypatch: pytest.MonkeyPatch, processes: int, number: int, started: bool
) -> None:
    monkeypatch.setattr(reading, "MANY", 3)
    with Readers(processes) as readers:
        readers.expect(number)
        assert (readers._pool is not None) is started


def test_they_end_with_a_crawl_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=2 * START)
    assert done.returncode == -signal.SIGKILL, done.stderr
    started = [Path(f"/proc/{pid}") for pid in done.stdout.split()]
    assert started
    until = time.monotonic() + START
    while any(process.exists() for process in started):
        assert time.monotonic() < until
        time.sleep(0.05)
