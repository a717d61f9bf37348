"""The archive as an ordinary file: its views answer in one SELECT what the program would, in whatever opens it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from demo_crawl import Crawled, reports_of
from merged import BODY, Step, answers, shows
from portal_archiver.demo import serve
from portal_archiver.model import Portal
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive, describe, views

SCHEMA = Path(__file__).parent.parent / "docs" / "schema.md"
NAMES = {
    "articles_latest", "edits", "articles_gone", "photos_credited", "files_attached", "licenses_in_force",
    "captures_of_articles", "runs_by_night",
}  # fmt: skip


@pytest.fixture
def plain(crawled: Crawled) -> Iterator[sqlite3.Connection]:
    """The crawled demo portal, opened by nothing of ours."""
    with closing(sqlite3.connect(f"file:{crawled.archive.path}?mode=ro", uri=True)) as sql:
        yield sql


# --- docs/schema.md ---------------------------------------------------------------------------------------------------


def test_the_page_about_the_schema_is_what_the_migrations_say() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == describe.describe(), "run `make docs`"


def test_every_table_view_and_column_is_on_the_page(plain: sqlite3.Connection) -> None:
    page = SCHEMA.read_text(encoding="utf-8")
    listed = plain.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    for (name,) in listed:
        if name.startswith(("articles_fts", "articles_pairs", "_sqlite", "sqlite_")) or name == "articles_text":
            continue
        section = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        assert section.strip(), name
        for row in plain.execute(f"PRAGMA table_info({name})"):
            assert f"\n| `{row[1]}` |" in section, (name, row[1])


def test_every_view_has_an_example() -> None:
    assert {view for _, view, _ in views.EXAMPLES} == NAMES
    assert all(f" {view}" in select for _, view, select in views.EXAMPLES)


# Of what the demo portal has none of on the first night.
EMPTY = ("edits", "articles_gone")


@pytest.mark.parametrize(("question", "view", "select"), views.EXAMPLES, ids=[each[0] for each in views.EXAMPLES])
def test_every_example_runs_on_the_demo_archive(
    plain: sqlite3.Connection, question: str, view: str, select: str
) -> None:
    rows = plain.execute(select).fetchall()
    assert rows or view in EMPTY, question


# --- what the views say -----------------------------------------------------------------------------------------------


def test_articles_as_they_stand_are_those_that_the_archive_shows(crawled: Crawled, plain: sqlite3.Connection) -> None:
    plain.row_factory = sqlite3.Row
    rows = {row["url"]: row for row in plain.execute("SELECT * FROM articles_latest")}
    reports = reports_of(crawled.archive)
    assert set(rows) == set(reports)
    for url, report in reports.items():
        row, article = rows[url], report.article
        assert (row["id"], row["portal"], row["kind"], row["revision"]) == (report.id, "bachhai", report.kind, 1)
        assert (row["title"], row["body"], row["author"]) == (article.title, article.body, article.author)
        assert row["published"] == (article.published.value.isoformat() if article.published else None)


def test_credits_and_files_are_those_of_the_reports(crawled: Crawled, plain: sqlite3.Connection) -> None:
    reports = reports_of(crawled.archive).values()
    taken = sorted((each.id, photo.credit) for each in reports for photo in each.article.photos if photo.credit)
    assert sorted(plain.execute("SELECT article, credit FROM photos_credited")) == taken
    files = sorted((each.id, file.url) for each in reports for file in each.article.attachments)
    assert sorted(plain.execute("SELECT article, url FROM files_attached")) == files
    assert taken and files


def test_the_footer_in_force_is_the_last_one_with_the_time_since_when(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        for step in (shows("tin/1", 1), shows("tin/2", 4, BODY + "Khác."), shows("tin/1", 2, portal="vankhe")):
            step(archive)
        archive.db.execute("UPDATE licenses SET number = 'cũ' WHERE id = 1")
        for step in (shows("tin/1", 8), shows("tin/1", 9)):
            step(archive)
        archive.db.execute("INSERT INTO licenses (digest, number) VALUES ('x', 'mới')")
        archive.db.execute("UPDATE captures SET license_id = 2 WHERE fetched_at > '2024-06-02T02'")
        found = archive.db.execute("SELECT portal, number, substr(since, 1, 13), last_seen FROM licenses_in_force")
        rows = {row[0]: row[1:] for row in found}
    assert rows["bachhai"][:2] == ("mới", "2024-06-02T03")
    assert rows["bachhai"][2] > "2024-06-02T03:59"
    assert rows["vankhe"][0] == "cũ"


def test_edits_show_both_texts_and_what_proves_the_new_one(tmp_path: Path) -> None:
    steps: list[Step] = [shows("tin/1", 1), shows("tin/2", 2, BODY * 2), shows("tin/1", 9, BODY[:90], title="Cầu hỏng")]
    with Archive(tmp_path / "archive.db") as archive:
        for step in steps:
            step(archive)
        (edit,) = archive.db.query("SELECT * FROM edits")
        assert (edit["article"], edit["revision"]) == (1, 2)
        assert (edit["title_before"], edit["title"]) == ("Cầu mới", "Cầu hỏng")
        assert (edit["body_before"], edit["body"]) == (BODY, BODY[:90])
        assert edit["first_seen_before"] < edit["seen"]
        assert edit["sha256"] == archive.revisions(1)[1].sha256
        for question, view, select in views.EXAMPLES:
            assert view != "edits" or list(archive.db.query(select)), question


def test_the_evidence_of_a_report_says_which_revision_each_capture_shows(tmp_path: Path) -> None:
    edited = BODY + "Đính chính."
    visits = [shows("tin/1", 1), shows("tin/1", 2), answers("tin/1", 3, 304), shows("tin/1", 4, edited)]
    with Archive(tmp_path / "archive.db") as archive:
        for step in [*visits, answers("tin/1", 5, 404), answers("tin/1", 6, 304), shows("khac", 7, BODY * 2)]:
            step(archive)
        select = "SELECT status, revision FROM captures_of_articles WHERE article = 1 ORDER BY fetched_at"
        shown = archive.db.execute(select).fetchall()
    assert shown == [(200, 1), (200, 1), (304, 1), (200, 2), (404, None), (304, 2)]


def test_a_report_that_is_gone_is_listed_with_the_reason(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive, serve() as url:
        portal = Portal((url,), key="bachhai", delay=0, allow_private=True)
        crawl(portal, archive)
        assert list(archive.db.query("SELECT * FROM articles_gone")) == []
        gone = archive.article(1).url
        archive.db.execute("UPDATE urls SET state = 'gone', reason = 'not-found' WHERE url = ?", [gone])
        (row,) = archive.db.query("SELECT article, url, reason FROM articles_gone")
        assert row == {"article": 1, "url": gone, "reason": "not-found"}


def test_a_night_is_a_day_in_vietnam(crawled: Crawled, plain: sqlite3.Connection) -> None:
    report = crawled.report
    (row,) = plain.execute("SELECT night, portal, runs, unfinished, requests, new FROM runs_by_night").fetchall()
    day = (report.started_at + timedelta(hours=7)).date().isoformat()
    assert row == (day, "bachhai", 1, 0, report.requests, report.new)


# --- other programs ---------------------------------------------------------------------------------------------------


def test_sqlite_utils_lists_and_browses_the_views(crawled: Crawled) -> None:
    with Database(crawled.archive.path) as db:
        assert set(db.view_names()) == NAMES | {"articles_text"}
        assert len(list(db["articles_latest"].rows_where("portal = ?", ["bachhai"], limit=5))) == 5
        assert db["photos_credited"].count > 0
    command = [
        sys.executable,
        "-m",
        "sqlite_utils",
        "rows",
        str(crawled.archive.path),
        "articles_latest",
        "--limit",
        "2",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert [row["portal"] for row in json.loads(done.stdout)] == ["bachhai", "bachhai"]


def test_the_sqlite3_shell_answers_the_examples(crawled: Crawled) -> None:
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("the sqlite3 shell is not installed")
    for question, view, select in views.EXAMPLES:
        command = [shell, "-readonly", str(crawled.archive.path), select]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, ""), question
        assert done.stdout or view in EMPTY
