"""Saved searches: what is new to them, that nothing is told twice, and that nothing is lost on the way."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Capture, Dateline, Page
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli

MONDAY = datetime(2026, 11, 23, 19, 15, tzinfo=UTC)


def save(archive: Archive, name: str, body: str, at: datetime = MONDAY, portal: str = "bachhai") -> int:
    url = f"https://{portal}.example/{name}"
    article = Article(f"Tin {name}", body, published=Dateline(date(2026, 11, int(name[-1]))))
    capture = Capture(url, fetched_at=at, body=body.encode())
    return archive.save(capture, Page(url, url, "article", article), portal=portal).article_id or 0


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        save(archive, "a1", "Cầu Bến Đăng thông xe.")
        save(archive, "a2", "Mùa nước nổi đến sớm.")
        assert archive.watch("cau", "cau ben dang") == 1
        yield archive


def titles(archive: Archive, name: str = "cau") -> list[tuple[str, str]]:
    return [(arrival.outcome, arrival.title) for arrival in archive.news(name)]


def test_new_reports_and_edited_ones_are_news_and_others_are_not(archive: Archive) -> None:
    assert titles(archive) == []
    save(archive, "a3", "Cầu Bến Đăng đóng để sửa.", MONDAY + timedelta(days=1))
    save(archive, "a2", "Mùa nước nổi đến sớm; cầu Bến Đăng vẫn thông.", MONDAY + timedelta(days=1))
    save(archive, "a1", "Cầu Bến Đăng thông xe, lúc 8 giờ.", MONDAY + timedelta(days=1))  # known before it was edited
    save(archive, "a4", "Cầu Đăng Bến ở xã khác.", MONDAY + timedelta(days=1))
    assert titles(archive) == [("new", "Tin a4"), ("new", "Tin a3"), ("changed", "Tin a2")]
    archive.told("cau", archive.news("cau"))
    assert titles(archive) == []


def test_a_report_of_long_ago_that_comes_now_is_news(archive: Archive) -> None:
    archive.told("cau", archive.news("cau"))
    save(archive, "a5", "Khởi công cầu Bến Đăng.", MONDAY - timedelta(days=900))
    assert titles(archive) == [("new", "Tin a5")]


def test_what_was_not_told_of_stays_news(archive: Archive) -> None:
    save(archive, "a3", "Cầu Bến Đăng đóng để sửa.")
    save(archive, "a6", "Cầu Bến Đăng mở lại.")
    newest, _ = archive.news("cau")
    archive.told("cau", [newest])
    assert titles(archive) == [("new", "Tin a3")]


def test_a_search_with_field_words_and_one_for_everything(archive: Archive) -> None:
    archive.watch("xa", "portal:xa-khac nuoc")
    archive.watch("tat ca", "")
    save(archive, "b1", "Nước sạch về thôn.", portal="xa-khac")
    assert titles(archive, "xa") == titles(archive, "tat ca") == [("new", "Tin b1")]
    assert titles(archive) == []


def test_words_that_no_report_has_together_find_nothing_rather_than_some_of_them(archive: Archive) -> None:
    assert archive.watch("khac", "nước nổi bến đăng") == 0
    assert titles(archive, "khac") == []


def test_watches_are_listed_and_removed_by_name(archive: Archive) -> None:
    archive.watch("nuoc", "mùa nước nổi")
    save(archive, "a3", "Cầu Bến Đăng đóng để sửa.")
    archive.told("cau", archive.news("cau"))
    cau, nuoc = archive.watches()
    assert (cau.name, cau.query, cau.told, cau.run_at is not None) == ("cau", "cau ben dang", 2, True)
    assert (nuoc.name, nuoc.query, nuoc.told, nuoc.run_at) == ("nuoc", "mùa nước nổi", 1, None)
    archive.unwatch("cau")
    assert [watch.name for watch in archive.watches()] == ["nuoc"]
    assert archive.db.execute("SELECT count(*) FROM watch_hits").fetchone() == (1,)
    with pytest.raises(PortalArchiverError, match='no watch "cau": it has nuoc'):
        archive.news("cau")
    with pytest.raises(PortalArchiverError, match='a watch "nuoc" already'):
        archive.watch("nuoc", "khác")


def test_a_merge_brings_the_searches_of_the_other_archive_with_what_they_told(archive: Archive, tmp_path: Path) -> None:
    with Archive(tmp_path / "other.db") as other:
        save(other, "a1", "Cầu Bến Đăng thông xe.")
        save(other, "a3", "Cầu Bến Đăng đóng để sửa.")
        other.watch("ben", "bến đăng")
        other.watch("cau", "bến đăng")
        save(other, "a7", "Bến Đăng có chợ.")
    for _ in range(2):  # a second time it adds nothing
        archive.merge(tmp_path / "other.db")
        queries = {watch.name: watch.query for watch in archive.watches()}
        assert queries == {"ben": "bến đăng", "cau": "cau ben dang"}
        assert titles(archive, "ben") == [("new", "Tin a7")]
        assert titles(archive) == [("new", "Tin a3")]


def test_articles_that_a_merge_shows_to_be_one_are_told_of_once(tmp_path: Path) -> None:
    def show(archive: Archive, url: str, canonical: str, body: str) -> None:
        article = Article("Cầu Bến Đăng thông xe", body)
        archive.save(Capture(url, fetched_at=MONDAY, body=body.encode()), Page(url, canonical, "article", article))

    first, second = "https://bachhai.example/1", "https://bachhai.example/2"
    with Archive(tmp_path / "archive.db") as archive, Archive(tmp_path / "other.db") as other:
        show(archive, first, first, "Cầu thông xe lúc 8 giờ.")
        show(archive, second, second, "Cầu thông xe lúc 9 giờ.")
        archive.watch("cau", "thông xe")
        show(other, first, first, "Cầu thông xe lúc 8 giờ.")
        show(other, second, first, "Cầu thông xe lúc 9 giờ.")
        archive.merge(tmp_path / "other.db")
        assert archive.db.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        assert archive.watches()[0].told == 1
        assert archive.news("cau") == ()


# --- the commands -----------------------------------------------------------------------------------------------------


def test_the_commands_from_adding_to_removing(archive: Archive, tmp_path: Path) -> None:
    done = cli(tmp_path, "watch", "add", "mùa nước", "nuoc noi autor:Lâm")
    assert (done.returncode, done.stderr) == (0, "")
    assert "author:" in done.stdout  # what the field word may have meant
    assert re.search(r"^mùa nước: finds 0 reports now; `.*watch run 'mùa nước'` tells", done.stdout, re.M)

    save(archive, "a3", "Cầu Bến Đăng đóng để sửa.")
    kept = cli(tmp_path, "watch", "run", "cau", "--keep", "--exit-code")
    assert kept.returncode == 10
    assert kept.stdout == (
        "cau: 1 new report (cau ben dang)\n\n#3  Tin a3\n    bachhai · 2026-11-03\n    https://bachhai.example/a3\n\n"
    )
    told = cli(tmp_path, "watch", "run", "--json", "--exit-code")
    assert told.returncode == 10
    news = {watch["name"]: [hit["title"] for hit in watch["new"]] for watch in json.loads(told.stdout)["watches"]}
    assert news == {"cau": ["Tin a3"], "mùa nước": []}

    quiet = cli(tmp_path, "watch", "run", "--quiet", "--exit-code")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert "cau: 0 new reports" in cli(tmp_path, "watch", "run").stdout
    assert "cau: cau ben dang\n  added " in cli(tmp_path, "watch", "list").stdout
    assert [each["told"] for each in json.loads(cli(tmp_path, "watch", "list", "--json").stdout)["watches"]] == [2, 0]

    for name in ("cau", "mùa nước"):
        assert cli(tmp_path, "watch", "remove", name).stdout == f"{name}: removed\n"
    for command in ("run", "list"):
        assert "watch add NAME QUERY" in cli(tmp_path, "watch", command).stdout


def test_what_could_not_be_printed_is_told_again(archive: Archive, tmp_path: Path) -> None:
    save(archive, "a3", "Cầu Bến Đăng đóng để sửa.")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "watch", "run"], cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert "the output could not be written" in done.stderr
    assert titles(archive) == [("new", "Tin a3")]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run", "khac"), 'there is no watch "khac": it has cau'),
        (("remove", "khac"), 'there is no watch "khac": it has cau'),
        (("add", "cau", "x"), 'there is a watch "cau" already'),
        (("add", " ", "x"), "NAME: give the search a name"),
    ],
    ids=["run", "remove", "add", "nameless"],
)
def test_a_wrong_name_is_said_and_changes_nothing(
    archive: Archive, tmp_path: Path, args: tuple[str, ...], said: str
) -> None:
    done = cli(tmp_path, "watch", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert [watch.name for watch in archive.watches()] == ["cau"]


def test_without_an_archive_nothing_is_made(tmp_path: Path) -> None:
    done = cli(tmp_path, "watch", "add", "cau", "cau")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize("nothing", ["🐟", "...", '""'])
def test_a_search_without_a_word_is_not_watched(archive: Archive, nothing: str) -> None:
    with pytest.raises(PortalArchiverError, match="no word to watch for"):
        archive.watch("cá", nothing)
    assert "cá" not in {watch.name for watch in archive.watches()}
