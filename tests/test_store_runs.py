"""Run reports, how portals stand, and the lock that keeps two runs apart."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.errors import LockedError
from portal_archiver.model import Article, Capture, Dateline, Link, Page, Portal, RunReport
from portal_archiver.store import Archive

PORTAL = Portal(("https://bachhai.example/",), key="bachhai", name="Cổng thông tin Bạch Hải")
NIGHT = datetime(2024, 6, 1, 19, tzinfo=UTC)
REPORT = RunReport(
    "bachhai", NIGHT, NIGHT + timedelta(minutes=4), requests=9, fetched=5, not_modified=2, new=3, changed=1,
    unchanged=4, duplicate=6,
    not_articles=7, failed=2, reasons={"http-404": 1, "timeout": 1}, waiting=8, stopped="budget",
)  # fmt: skip


def test_a_report_comes_back_as_it_was_finished(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for report in (REPORT, replace(REPORT, requests=1, stopped="unreachable", fetched=0, not_modified=0)):
            run_id = archive.begin_run(PORTAL, NIGHT)
            archive.log_event(run_id, "https://bachhai.example/x", "timeout", "no answer in 30 s")
            archive.finish_run(run_id, report)
        assert [run.requests for run in archive.runs()] == [1, 9]
        assert archive.runs(portal="bachhai")[1] == REPORT
        assert archive.runs(limit=1)[0].stopped == "unreachable"
        assert archive.runs(portal="khac") == ()
        assert archive.db["run_events"].count == 2
        (status,) = archive.portals()
        assert (status.last_run, status.last_success) == (archive.runs()[0], REPORT.finished_at)


def work(archive: Archive, began: datetime) -> int:
    """A run without an end: a listing, two reports of which one was known, a 304, a page that was kept and not read."""
    run_id = archive.begin_run(PORTAL, began)

    def at(minute: int, path: str, status: int = 200, body: bytes = b"") -> Capture:
        return Capture(
            f"https://bachhai.example/{path}", fetched_at=began + timedelta(minutes=minute), status=status, body=body
        )

    def page(capture: Capture, article: Article | None = None) -> Page:
        return Page(capture.url, capture.url, "article" if article else "listing", article)

    archive.save(front := at(1, ""), page(front), portal="bachhai")
    archive.save(
        known := at(2, "tin/1", body=f"{began:%d}".encode()),
        page(known, Article("Tin 1", f"Sửa ngày {began:%d}")),
        portal="bachhai",
    )
    archive.save(new := at(3, f"tin/{began:%d}"), page(new, Article(f"Tin ngày {began:%d}", "Có")), portal="bachhai")
    archive.keep(at(4, "rss", status=304), portal="bachhai")
    archive.keep(at(5, "vo", body=b"\x00"), portal="bachhai")
    archive.log_event(run_id, "https://bachhai.example/vo", "unreadable", "KeyError")
    return run_id


def test_of_a_killed_run_there_is_what_it_stored(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        archive.finish_run(archive.begin_run(PORTAL, NIGHT - timedelta(days=9)), REPORT)
        first, second = (work(archive, NIGHT + timedelta(days=day)) for day in (1, 2))
        other = archive.begin_run(Portal(("https://dong.example/",), key="dong"), NIGHT)
        killed = archive.runs(portal="bachhai")[:2]
        assert [run.id for run in killed] == [second, first]
        for run, new, changed in zip(killed, (1, 2), (1, 0), strict=True):
            assert (run.stopped, run.requests, run.fetched, run.not_modified) == ("killed", 5, 3, 1)
            assert (run.new, run.changed, run.not_articles, run.unchanged) == (new, changed, 1, 0)
            assert (run.failed, run.reasons) == (1, {"unreadable": 1})
            assert run.finished_at >= run.started_at + timedelta(minutes=5)
        nothing = archive.run(other)
        assert (nothing.stopped, nothing.requests, nothing.seconds) == ("killed", 0, 0)

        with Archive(path, read_only=True) as reader, archive.exclusive():
            assert [run.stopped for run in reader.runs()] == ["killed"] * 3 + ["budget"]  # of another process
            mine = archive.begin_run(PORTAL, NIGHT + timedelta(days=3))
            assert reader.run(mine).stopped == "running"
            status = next(status for status in reader.portals() if status.key == "bachhai")
            assert status.last_run == killed[0]  # a run at work is none that is over
            assert status.last_success == REPORT.finished_at  # nor is a killed one a success
            with archive.exclusive():
                assert reader.run(mine).stopped == "running"
            archive.finish_run(mine, replace(REPORT, stopped=None))
        assert [run.stopped for run in archive.runs(portal="bachhai")] == [None, "killed", "killed", "budget"]
        assert archive.runs(portal="bachhai")[1:3] == killed  # closed, it says what it said before
        assert archive.db.execute("SELECT count(*) FROM runs WHERE finished_at IS NULL").fetchone() == (0,)


def test_a_reader_that_asks_who_is_at_work_keeps_no_run_from_beginning(tmp_path: Path) -> None:
    """It has the lock for a moment, shared with others who ask."""
    path = tmp_path / "archive.db.lock"
    path.touch()
    with path.open() as asking, Archive(tmp_path / "archive.db") as archive:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert archive.runs() == ()
        answered = threading.Timer(0.1, fcntl.flock, (asking, fcntl.LOCK_UN))
        answered.start()
        with archive.exclusive():
            answered.join()


def test_a_portals_status_counts_what_it_holds(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        frontier = archive.frontier(PORTAL)
        frontier.add([Link("https://bachhai.example/a"), Link("https://bachhai.example/b")])
        target = frontier.next()
        assert target is not None
        began = datetime.now(UTC)
        for _ in range(2):
            archive.log_event(archive.begin_run(PORTAL, began), target.url, "timeout")
        frontier.settle(target, state="failed", due=NIGHT + timedelta(days=36500), reason="timeout")
        (first, _) = archive.db.execute("SELECT at FROM run_events ORDER BY id").fetchall()
        for n, day in enumerate((date(2024, 5, 1), date(2024, 5, 9), None)):
            url = f"https://bachhai.example/tin/{n}"
            article = Article(f"Tin {n}", "Nội dung", published=Dateline(day) if day else None)
            archive.save(Capture(url), Page(url, url, "article", article), portal="bachhai")
        (status,) = archive.portals()
    assert (status.key, status.name, status.articles) == ("bachhai", PORTAL.name, 3)
    assert (status.newest, status.waiting, status.failing) == (date(2024, 5, 9), 1, 1)
    assert status.failing_since == datetime.fromisoformat(first[0])
    assert (status.last_run and status.last_run.stopped, status.last_success) == ("killed", None)


HOLDER = """
import sys
from portal_archiver.store import Archive
with Archive(sys.argv[1]) as archive, archive.exclusive():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_holds_the_lock_and_it_dies_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    Archive(path).close()
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with Archive(path) as archive:
            with (
                pytest.raises(LockedError, match=rf"process {holder.pid}, since 20\d\d-") as caught,
                archive.exclusive(),
            ):
                pass
            assert caught.value.exit_code == 6
            assert archive.search("").total == 0, "reading needs no lock"
            holder.kill()
            holder.wait()
            with archive.exclusive(), archive.exclusive():
                assert f"process {os.getpid()}" in (tmp_path / "archive.db.lock").read_text()
            with archive.exclusive():
                pass
