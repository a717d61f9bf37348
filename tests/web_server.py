"""The archive served by the real program, and the archives that the tests have it serve."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from demo_crawl import port_of
from portal_archiver.demo import serve as serve_demo
from portal_archiver.model import Portal
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM

NAME = "Cổng thông tin điện tử tỉnh Bạch Hải"


@dataclass(frozen=True, slots=True)
class Served:
    """A server at work: its address (without the slash at its end), and the process."""

    url: str
    process: subprocess.Popen[str]


def start(archive: Path, *options: str, **environment: str) -> Served:
    """`portal-archiver serve` on a free port, once it answers."""
    command = [*PROGRAM, "serve", "--archive", str(archive), "--port", "0", *options]
    process = subprocess.Popen(
        command, env=ENVIRONMENT | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    line = process.stdout.readline()
    found = re.search(r"http://\S+(?=/ )", line)
    if found is None:
        process.kill()
        raise AssertionError(f"{line}{process.communicate()[1]}")
    return Served(found[0], process)


def stop(served: Served, number: int = signal.SIGINT) -> tuple[int, str]:
    """Send a signal, and return the exit code and what was written on standard error."""
    os.kill(served.process.pid, number)
    _, errors = served.process.communicate(timeout=20)
    return served.process.returncode, errors


@contextmanager
def in_process(app: FastAPI) -> Iterator[httpx.Client]:
    """An application served by a thread of ours, so that a test may change what it stands on; asked in English."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept-Language": "en"}, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def serving(archive: Path, *options: str, **environment: str) -> Iterator[Served]:
    served = start(archive, *options, **environment)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            stop(served)


def demo_archive(path: Path) -> Path:
    """The demo portal crawled with its pictures and files, then once more after a correction; crawled once a process.

    In a thread of its own: where Playwright is at work an event loop runs, in which no crawl can.
    """
    shutil.copyfile(_crawled_once(), path)
    return path


@cache
def _crawled_once() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_crawled, folder / "archive.db").result()


def _crawled(path: Path) -> Path:
    with serve_demo() as url:
        portal = Portal((url,), key="bachhai", name=NAME, delay=0, allow_private=True, save=("images", "attachments"))
        with Archive(path) as archive:
            crawl(portal, archive)
    with serve_demo(port_of(url), edited=True), Archive(path) as archive:
        crawl(portal, archive, recheck=True)
    return path
