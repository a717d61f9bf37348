"""Datasette opens the archive as it is: browses every table and view, searches the reports, answers the questions."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from demo_crawl import free_port, portal_at, reports_of
from portal_archiver.demo import serve
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive, describe, views

pytest.importorskip("datasette", reason="Datasette is not here: `make test` installs it")

START = 60.0  # seconds
WORD = "chuyển đổi số"
SEARCH = {"_fts_table": "articles_fts", "_fts_pk": "docid"}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the demo portal, its last changes still beside the file, as on the morning after a crawl."""
    return tmp_path_factory.mktemp("datasette") / "archive.db"


@pytest.fixture(scope="module")
def archive(path: Path) -> Iterator[Archive]:
    with serve() as url, Archive(path) as opened:
        crawl(portal_at(url), opened)
        yield opened


@pytest.fixture(scope="module")
def datasette(archive: Archive) -> Iterator[str]:
    """The address of a Datasette that shows the archive while it is open, with the settings of docs/schema.md."""
    page = describe.describe()
    settings = archive.path.with_name("metadata.json")
    settings.write_text(page.partition("```json\n")[2].partition("```")[0], encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "datasette", str(archive.path), "--port", str(port), "--metadata", str(settings)]
    with (
        settings.with_suffix(".log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as server,
    ):
        base = f"http://127.0.0.1:{port}/archive"
        try:
            _wait_for(base, server)
            yield base
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=START):
                return
        except OSError:
            assert server.poll() is None, "Datasette ended before it answered"
            time.sleep(0.1)
    raise AssertionError("Datasette does not answer")


def page(url: str, **query: str) -> str:
    with urllib.request.urlopen(f"{url}?{urlencode(query)}", timeout=START) as answer:
        return unescape(answer.read().decode())


def rows(url: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page(f"{url}.json", _shape="array", **query))
    return found


def test_every_table_and_view_can_be_browsed(archive: Archive, datasette: str) -> None:
    front = page(datasette)
    for table in archive.db.table_names() + archive.db.view_names():
        if not table.startswith(
            ("articles_fts", "articles_pairs", "_sqlite", "sqlite_")
        ):  # those it keeps out of sight
            assert f'href="/archive/{table}"' in front, table
            assert table in page(f"{datasette}/{table}", _size="5")


def test_its_search_finds_the_reports_and_shows_them_as_they_are_written(archive: Archive, datasette: str) -> None:
    found = rows(f"{datasette}/articles_latest", _search="chuyen doi so", **SEARCH)
    assert {row["id"] for row in found} == {hit.article_id for hit in archive.search(WORD, limit=100).hits}
    assert any(WORD in row["body"].lower() for row in found)
    assert rows(f"{datasette}/articles_latest", _search='"chuyen doi" NOT so', **SEARCH) == []


def test_the_search_box_stands_above_the_reports(datasette: str) -> None:
    shown = page(f"{datasette}/articles_latest", _search="chuyen doi so", _size="max")
    assert 'name="_search"' in shown
    assert WORD in shown.lower()


def test_the_page_of_the_index_itself_searches_too(datasette: str) -> None:
    box = page(f"{datasette}/articles_fts")
    assert 'name="_search"' in box
    assert rows(f"{datasette}/articles_fts", _search="chuyen doi so") != []


def test_what_it_shows_leads_from_a_report_to_its_evidence(archive: Archive, datasette: str) -> None:
    article = next(iter(reports_of(archive).values()))
    captures = rows(f"{datasette}/captures_of_articles", article=str(article.id))
    assert [row["sha256"] for row in captures] == [capture.sha256 for capture in archive.captures(article.id)]
    assert f'href="/archive/revisions?article_id={article.id}"' in page(f"{datasette}/articles/{article.id}")


@pytest.mark.parametrize(("question", "view", "select"), views.EXAMPLES, ids=[each[0] for each in views.EXAMPLES])
def test_it_answers_every_question_of_the_documentation(
    archive: Archive, datasette: str, question: str, view: str, select: str
) -> None:
    expected = [list(row) for row in archive.db.execute(select).fetchall()]
    answer = json.loads(page(f"{datasette}.json", sql=select, _shape="arrays"))
    assert answer["ok"], question
    assert answer["rows"] == expected


def test_it_cannot_write(datasette: str) -> None:
    with pytest.raises(urllib.error.HTTPError):
        page(f"{datasette}.json", sql="DELETE FROM articles")
