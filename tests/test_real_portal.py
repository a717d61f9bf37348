"""Three real portals, as saved, served on 127.0.0.1 and archived by the program with nothing but their start."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from portal_archiver.model import Archived
from portal_archiver.store import Archive
from portal_archiver.text import plain
from program import PROGRAM
from real_data import DATA, TOOLS, needs

SERVER = TOOLS / "serve_portal.py"

pytestmark = needs(DATA / "articles_dev.json", SERVER)

# The saved portals: pages that a crawl reaches, reports among them at least, and labelled pages among them at least.
PORTALS = {
    "portal_krongno": (113, 50, 13),
    "portal_stc_daknong": (110, 50, 12),
    "portal_ldld_daknong": (36, 10, 3),
}


@dataclass(frozen=True, slots=True)
class Nights:
    """Two nights on one portal: what the program printed as JSON, and what the portal was asked (path, status)."""

    key: str
    folder: Path
    runs: tuple[dict[str, Any], ...]
    codes: tuple[int, ...]
    asked: tuple[tuple[tuple[str, int], ...], ...]
    held: tuple[dict[str, tuple[str, int]], ...]
    stored: dict[str, Archived]


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """The folder served by the server of the data, which writes every request to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(SERVER), str(folder), "--port", str(port), "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().strip()
            wait_for(port, server)
            yield url
        finally:
            server.terminate()


def wait_for(port: int, server: subprocess.Popen[str]) -> None:
    """The server says its address before it listens there."""
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.02)
    pytest.fail(f"{SERVER} ended with {server.returncode}")


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path).strip("/")


def reports_of(archive: Archive) -> list[Archived]:
    return [archive.article(row["id"]) for row in archive.db.query("SELECT id FROM articles")]


@pytest.fixture(scope="module", params=PORTALS)
def nights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    folder, key = tmp_path_factory.mktemp("real"), str(request.param)
    runs, codes, asked, held, log = [], [], [], [], folder / "requests.jsonl"
    stored: dict[str, Archived] = {}
    with served(DATA / "pages" / key, log) as url:
        config = f'[portal.{key}]\nstart = "{url}"\nallow_private = true\ndelay = 0\n'
        (folder / "portals.toml").write_text(config, encoding="utf-8")
        for _ in range(2):
            before = len(log.read_text().splitlines())
            command = [*PROGRAM, "crawl", "--json"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
            codes.append(done.returncode)
            runs.append(json.loads(done.stdout)["runs"][0])
            lines = [json.loads(line) for line in log.read_text().splitlines()[before:]]
            asked.append(tuple((line["path"], line["status"]) for line in lines if "__" not in line["path"]))
            with Archive(folder / "archive.db", create=False, read_only=True) as archive:
                reports = reports_of(archive)
                held.append({one.url: (one.article.title, len(archive.revisions(one.id))) for one in reports})
            stored = {path_of(url): one for one in reports for url in one.urls}
    return Nights(key, folder, tuple(runs), tuple(codes), tuple(asked), tuple(held), stored)


def labels(nights: Nights) -> dict[str, dict[str, Any]]:
    """The labelled pages of the portal that the crawl reached, by their path."""
    reached = {path_of(path) for path, status in nights.asked[0] if status == 200}
    found = {}
    for label in json.loads((DATA / "articles_dev.json").read_text(encoding="utf-8")):
        path = label["file"].removeprefix(f"{nights.key}/").removesuffix("index.html").removesuffix(".html").strip("/")
        if label["site"] == nights.key and path in reached:
            found[path] = label
    return found


def test_a_first_night_needs_nothing_but_the_start_and_reaches_the_whole_portal(nights: Nights) -> None:
    pages, reports, _ = PORTALS[nights.key]
    assert nights.codes[0] == 0  # dead links are as usual as on the real portal
    run = nights.runs[0]
    assert run["stopped"] is None
    assert set(run["reasons"]) <= {"not-found"}
    assert run["fetched"] >= pages
    assert run["new"] == len(nights.held[0]) >= reports
    paths = [path for path, _ in nights.asked[0]]
    assert len(set(paths)) == len(paths)


def test_every_labelled_report_that_was_reached_is_stored_with_its_title(nights: Nights) -> None:
    wanted = {path: label for path, label in labels(nights).items() if label["kind"] in ("article", "document")}
    assert len(wanted) >= PORTALS[nights.key][2]
    assert [path for path in wanted if path not in nights.stored] == []
    for path, label in wanted.items():
        stored = nights.stored[path]
        titles = {plain(title) for title in (label["expected"]["title"], *(label.get("accept_title") or ()))}
        assert plain(stored.article.title) in titles, path
        assert stored.kind == label["kind"], path


def test_no_page_labelled_as_neither_is_stored(nights: Nights) -> None:
    others = [path for path, label in labels(nights).items() if label["kind"] not in ("article", "document")]
    assert [path for path in others if path in nights.stored] == []
    assert "" not in nights.stored  # nor the front page


def test_every_report_has_a_title_and_something_to_read_or_to_see(nights: Nights) -> None:
    for path, stored in nights.stored.items():
        assert stored.article.title.strip(), path
        article = stored.article
        assert stored.kind == "document" or article.body or article.attachments or article.photos, path


def test_a_second_night_brings_no_revision_and_mostly_304(nights: Nights) -> None:
    assert nights.codes[1] == 0
    run = nights.runs[1]
    assert [run[count] for count in ("new", "changed", "duplicate", "failed")] == [0, 0, 0, 0]
    assert nights.held[1] == nights.held[0]
    assert {revisions for _, revisions in nights.held[1].values()} == {1}
    statuses = [status for path, status in nights.asked[1] if path != "/robots.txt"]
    assert statuses.count(304) > 0.9 * len(statuses) > 0
    assert run["not_modified"] == statuses.count(304)
