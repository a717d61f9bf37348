"""The checkup, part by part: what is found, how grave it is, and that looking changes nothing."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from hostile_server import ENDPOINTS, Hostile, HostileServer, page, portal_of
from portal_archiver.checkup import keeping, machine, visits
from portal_archiver.checkup.check import Check, exit_code, ok, warning
from portal_archiver.crawler import Reason
from portal_archiver.crawler.remedies import IN_THE_CONFIGURATION
from portal_archiver.model import Article, Capture, Fetch, Page, Portal
from portal_archiver.store import Archive, health, schema

NOW = datetime(2026, 11, 25, 2, 15, tzinfo=UTC)
MB, GB = 10**6, 10**9


def archive_at(path: Path, pages: int = 1, fetched_at: datetime = NOW) -> Path:
    with Archive(path) as archive:
        for n in range(pages):
            url = f"https://bachhai.example/tin/{n}"
            capture = Capture(url, fetched_at=fetched_at, body=os.urandom(3000))
            archive.save(capture, Page(url, url, "article", Article(f"Tin {n}", "Nội dung")))
    return path


# --- the sum ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("codes", "code"), [([], 0), ([0, 0], 0), ([5], 5), ([5, 2], 2), ([2, 7, 5], 7), ([0, 5], 5)])
def test_the_gravest_problem_gives_the_exit_code(codes: list[int], code: int) -> None:
    assert exit_code(Check("", "problem" if code else "ok", "", exit_code=code) for code in codes) == code
    assert exit_code([warning("disk", "low", "free some"), ok("lock", "free")]) == 0


# --- archive ----------------------------------------------------------------------------------------------------------


def test_an_archive_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    path = archive_at(tmp_path / "archive.db")
    before = path.read_bytes()
    kept = keeping.archive(path)
    assert [(check.level, check.sentence.partition(", ")[0]) for check in kept.checks] == [("ok", f"{path} is sound")]
    assert kept.newest == NOW
    assert path.read_bytes() == before
    assert [keeping.lock(path).level, keeping.folder(path).level] == ["ok", "ok"]
    assert not path.with_name("archive.db.lock").exists()


def test_an_archive_that_is_not_there_yet_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    (check,) = keeping.archive(path).checks
    assert (check.level, check.sentence) == ("ok", f"there is none at {path} yet: the first crawl makes it")
    assert keeping.lock(path).sentence == "no run is at work"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_is_told_whichever_way_sqlite_notices(tmp_path: Path) -> None:
    cut, torn = archive_at(tmp_path / "cut.db", 200), archive_at(tmp_path / "torn.db", 200)
    with cut.open("r+b") as file:
        file.truncate(cut.stat().st_size // 2)
    with torn.open("r+b") as file:  # inside a table: the file opens, and its first pages are as they were
        file.seek(torn.stat().st_size // 2)
        file.write(os.urandom(4096 * 8))
    for path in (cut, torn):
        (check,) = keeping.archive(path).checks
        assert (check.level, check.exit_code) == ("problem", 7)
        assert "is damaged" in check.sentence
        assert check.remedy.startswith("restore a backup")


def test_a_file_that_is_no_archive_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Kính gửi ông bà, " * 100, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE recipes (name TEXT)")
    for name, said in (
        ("letter.db", "is not an SQLite file"),
        ("foreign.db", "not an archive of ours"),
        ("", "folder"),
    ):
        (check,) = keeping.archive(tmp_path / name).checks
        assert (check.level, check.exit_code) == ("problem", 7)
        assert said in check.sentence
        assert check.remedy.startswith("give ")


def test_an_archive_of_another_version_is_told_as_that(tmp_path: Path) -> None:
    path = archive_at(tmp_path / "archive.db")
    with closing(sqlite3.connect(path)) as older:
        older.execute("PRAGMA user_version = 1")
    (check,) = keeping.archive(path).checks
    assert (check.level, check.sentence.rpartition(", ")[2]) == ("ok", "schema 1: the next crawl brings it up to date")
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    (check,) = keeping.archive(path).checks
    assert (check.level, check.remedy) == ("problem", "upgrade portal-archiver")


def test_a_run_at_work_is_named_and_not_disturbed(tmp_path: Path) -> None:
    path = archive_at(tmp_path / "archive.db")
    with Archive(path) as archive:
        with archive.exclusive():
            check = keeping.lock(path)
            assert keeping.archive(path).checks[0].level == "ok"
        assert (check.level, check.sentence.partition(",")[0]) == (
            "ok", f"a run is at work on it (process {os.getpid()}",
        )  # fmt: skip
        assert keeping.lock(path).sentence == "no run is at work"
        with archive.exclusive():  # looking has left no lock behind
            pass


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    check = keeping.folder(tmp_path / "none" / "archive.db")
    assert (check.level, check.exit_code) == ("problem", 7)
    assert check.sentence == f"{tmp_path / 'none'} cannot be written"
    assert keeping.folder(Path("/proc/archive.db")).level == "problem"
    assert list(keeping.disk(tmp_path / "none" / "archive.db")) == []


def test_a_lock_that_somebody_else_left_is_named() -> None:
    """As after one run by hand as root: the user of the crontab can read the archive, and every night fails."""
    if os.geteuid() != 0:
        pytest.skip("needs to be two users")
    with tempfile.TemporaryDirectory() as name:
        path = archive_at(Path(name) / "archive.db")
        lock = path.with_name("archive.db.lock")
        lock.touch(0o600)
        os.chown(path, 65534, -1)
        os.chown(name, 65534, -1)
        try:
            os.seteuid(65534)
            folder, locked = keeping.folder(path), keeping.lock(path)
        finally:
            os.seteuid(0)
    assert (folder.level, folder.sentence) == ("problem", f"{lock} cannot be written")
    assert (locked.level, locked.exit_code) == ("problem", 7)


@pytest.mark.parametrize(
    ("free", "used", "level"),
    [
        (99 * MB, 0, "problem"),
        (100 * MB, 0, "warning"),
        (999 * MB, 0, "warning"),
        (GB, 0, "ok"),
        (GB, 501 * MB, "warning"),
        (GB, 500 * MB, "ok"),
    ],
)
def test_the_room_on_the_disk(free: int, used: int, level: str) -> None:
    check = keeping.room(free, used)
    assert check.level == level
    assert check.exit_code == (7 if level == "problem" else 0)
    assert bool(check.remedy) == (level != "ok")


def test_the_size_of_an_archive_counts_what_waits_beside_it(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.keep(Capture("https://bachhai.example/", body=os.urandom(50_000)), portal="bachhai")
        assert health.size(archive.path) > archive.path.stat().st_size + 50_000
    assert health.size(tmp_path / "none.db") == 0


# --- machine ----------------------------------------------------------------------------------------------------------


def test_an_sqlite_that_cannot_hold_an_archive_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.software().level == "ok"
    monkeypatch.setattr(schema, "upgrade", lambda db: db.execute("CREATE VIRTUAL TABLE t USING fts6 (x)"))
    check = machine.software()
    assert (check.level, check.exit_code) == ("problem", 2)
    assert "no such module: fts6" in check.sentence


@pytest.mark.parametrize(
    ("newest", "skews", "level", "said"),
    [
        (None, {}, "ok", "nobody to compare it with"),
        (NOW, {"bachhai.example": -299.0}, "ok", "as bachhai.example has it"),
        (NOW, {"bachhai.example": 720.0}, "warning", "12 min ahead of bachhai.example"),
        (None, {"bachhai.example": -7200.0}, "warning", "120 min behind bachhai.example"),
        (None, {"a.example": 86400.0, "b.example": 2.0}, "ok", "as b.example has it"),  # it is a's clock that is wrong
        (NOW + timedelta(seconds=1), {"bachhai.example": 0.0}, "problem", "the clock went back"),
    ],
)
def test_the_clock(newest: datetime | None, skews: dict[str, float], level: str, said: str) -> None:
    check = machine.clock(newest, skews, NOW)
    assert (check.level, check.exit_code) == (level, 2 if level == "problem" else 0)
    assert said in check.sentence


@pytest.mark.parametrize(
    ("headers", "skew"),
    [
        ({"Date": format_datetime(NOW - timedelta(minutes=6), usegmt=True)}, 360.0),
        ({"date": format_datetime(NOW - timedelta(hours=1), usegmt=True), "Age": "3600"}, 0.0),  # out of a cache
        ({}, None),
        ({"Date": "yesterday"}, None),
        ({"Date": "Wed, 25 Nov 2026 02:15:00 -0000"}, None),
        ({"Date": format_datetime(NOW, usegmt=True), "Age": "old"}, None),
    ],
)
def test_the_clock_of_a_portal_is_read_from_its_answer(headers: dict[str, str], skew: float | None) -> None:
    capture = Capture("https://bachhai.example/", fetched_at=NOW, headers=tuple(headers.items()))
    visit = visits.Visit(Portal((capture.url,)), Fetch(capture.url, capture), 0.1)
    assert visits.skews([visit]) == ({} if skew is None else {"bachhai.example": skew})


def test_each_mistake_of_a_configuration_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "portals.toml"
    path.write_text('[portal.xa]\nstart = "nonsense"\ndealy = 1\n', encoding="utf-8")
    checks, portals = machine.configuration(path)
    assert [(check.level, check.exit_code) for check in checks] == [("problem", 2)] * 2
    assert checks[0].sentence.startswith(f"{path}:2: portal.xa.start: expected an address")
    assert portals == {}


# --- portals ----------------------------------------------------------------------------------------------------------


def test_a_portal_is_asked_for_robots_txt_and_one_page(server: HostileServer) -> None:
    (visit,) = visits.visit_all([portal_of(server, start=(server.url("/calendar/?month=5"), server.url("/page")))])
    check = visits.judge(visit)
    assert server.paths() == ["/robots.txt", "/calendar/?month=5"]
    assert check.level == "ok"
    assert check.sentence.endswith("; 29 links lead on")  # 28 days, and the next month


def test_a_page_that_leads_nowhere_is_a_warning(server: HostileServer) -> None:
    check = visits.judge(visits.visit_all([portal_of(server)])[0])
    assert (check.level, check.exit_code) == ("warning", 0)
    assert "no link leads on" in check.sentence


def test_a_sitemap_is_read_as_one(server: HostileServer) -> None:
    portal = portal_of(server, start=(server.url("/sitemap-12kb"),), hosts=("127.0.0.1", "bachhai.example"))
    check = visits.judge(visits.visit_all([portal])[0])
    assert "read as a sitemap or feed; 1 link leads on" in check.sentence


@pytest.mark.parametrize(
    ("path", "said", "code"),
    [
        ("/forbidden", "the server denies access (401, 403, 451) (403 Forbidden)", 5),
        ("/broken", "the server failed (5xx) (500 Internal Server Error)", 5),
        ("/hangs-up", "the connection broke off", 5),
        ("/none", "there is no such page (404)", 2),
        ("/file", "the content type is none of a page, feed or sitemap (Content-Type: application/pdf)", 2),
        ("/to-other-host", "the address is on none of the portal's hosts", 2),
    ],
)
def test_a_portal_that_brings_no_page_is_told_with_the_reason_and_one_try(
    server: HostileServer, path: str, said: str, code: int
) -> None:
    check = visits.judge(visits.visit_all([portal_of(server, start=(server.url(path),))])[0])
    assert (check.level, check.exit_code) == ("problem", code)
    assert check.sentence.startswith(f"{server.url(path)}: ")
    assert said in check.sentence
    assert check.remedy
    assert server.paths() == ["/robots.txt", path]


def test_robots_txt_is_obeyed(server: HostileServer) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    check = visits.judge(visits.visit_all([portal_of(server)])[0])
    assert (check.level, check.exit_code) == ("problem", 5)
    assert "robots.txt asks robots to stay away from here (disallowed by http://" in check.sentence
    assert server.paths() == ["/robots.txt"]


def test_an_address_inside_is_refused_unless_the_portal_allows_it(server: HostileServer) -> None:
    check = visits.judge(visits.visit_all([portal_of(server, allow_private=False)])[0])
    assert (check.level, check.exit_code) == ("problem", 2)
    assert "allow_private = true" in check.remedy
    assert server.paths() == []


def test_portals_are_asked_side_by_side(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page comes only when the other one was asked for too: one after the other, neither would."""
    both = threading.Barrier(2)

    def together(request: Hostile) -> None:
        both.wait(20)
        page(request)

    monkeypatch.setitem(ENDPOINTS, "/together", together)
    urls = [server.url("/together", host) for host in ("127.0.0.1", "localhost")]
    portals = [Portal((url,), delay=0, allow_private=True) for url in urls]
    assert [visit.fetch.reason for visit in visits.visit_all(portals)] == ["", ""]


def test_what_the_configuration_can_set_right_is_told_apart() -> None:
    assert not {reason for reason in IN_THE_CONFIGURATION if Reason(reason).unreachable}
