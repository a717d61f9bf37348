"""What more than one file of tests crawls or watches."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_crawl import Contents, Crawled, Log, contents, portal_at
from hostile_server import HostileServer
from portal_archiver.demo import serve
from portal_archiver.demo import server as demo_server
from portal_archiver.pipeline import Progress, crawl
from portal_archiver.store import Archive
from program import cli, configure


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    monkeypatch.setattr(
        demo_server._Handler, "log_request", lambda self, code="-", size="-": log.note(self, code, size)
    )
    return log


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl for all the tests that only look at what came of it."""
    progress: list[Progress] = []
    with serve() as url, Archive(tmp_path_factory.mktemp("crawled") / "archive.db") as archive:
        report = crawl(portal_at(url), archive, on_progress=progress.append)
        yield Crawled(url, archive, report, progress)


@pytest.fixture(scope="session")
def uncut(crawled: Crawled) -> Contents:
    return contents(crawled.archive, crawled.url)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which `crawl --json` of the demo portal has run once; only to be read."""
    folder = tmp_path_factory.mktemp("demo")
    with serve() as url:
        configure(folder, bachhai=url)
        return folder, cli(folder, "crawl", "--json")


@pytest.fixture(scope="session")
def demo_folder(demo_run: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    return demo_run[0]
