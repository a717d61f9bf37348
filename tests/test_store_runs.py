"""Run reports, how portals stand, and the lock that keeps two runs apart."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_a_report_comes_back_as_it_was_finished_and_a_killed_run_does_not(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for report in (REPORT, replace(REPORT, requests=1, stopped="unreachable", fetched=0, not_modified=0)):
            run_id = archive.begin_run(PORTAL, NIGHT)
            archive.log_event(run_id, "https://bachhai.example/x", "timeout", "no answer in 30 s")
            archive.finish_run(run_id, report)
        archive.begin_run(PORTAL, NIGHT)
        assert [run.requests for run in archive.runs()] == [1, 9]
        assert archive.runs(portal="bachhai")[1] == REPORT
        assert archive.runs(limit=1)[0].stopped == "unreachable"
        assert archive.runs(portal="khac") == ()
        assert archive.db["run_events"].count == 2
        (status,) = archive.portals()
        assert (status.last_run, status.last_success) == (archive.runs()[0], REPORT.finished_at)


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
    assert (status.last_run, status.last_success) == (None, None)


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
