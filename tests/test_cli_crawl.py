"""The crawl as people and cron run it: how it ends, what it says, and what a signal or a second crawl does."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fictional_page import BODY, TITLE, page, paragraphs
from portal_archiver.cli import run
from portal_archiver.cli.options import seconds
from portal_archiver.demo import serve
from program import PROGRAM, cli, configure, pages


def test_json_is_all_there_is_on_standard_output(demo_run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    done = demo_run[1]
    assert done.stdout.count("\n") == 1  # so that a log of many runs has a line for each
    answer = json.loads(done.stdout)
    assert done.returncode == answer["exit_code"]
    assert answer["archive"] == "archive.db"
    (one,) = answer["runs"]
    assert one["portal"] == "bachhai"
    assert one["new"] > 50
    assert done.stderr.startswith("bachhai: starting at http://127.0.0.1:")


def test_a_crawl_of_some_pages_says_so_the_next_goes_on_and_the_one_after_finds_nothing_new(tmp_path: Path) -> None:
    with serve() as url:
        configure(tmp_path, bachhai=url)
        some, rest, nothing = (
            cli(tmp_path, "crawl", "--max-pages", "12"),
            cli(tmp_path, "crawl"),
            cli(tmp_path, "crawl"),
        )
    assert [run.returncode for run in (some, rest, nothing)] == [0, 0, 0]
    assert "Reached the number of pages for one run. Left: " in some.stdout
    assert int(re.findall(r"^  new +(\d+)", rest.stdout, re.M)[0]) > 40
    assert "\x1b" not in rest.stdout + rest.stderr
    assert "Nothing new" not in rest.stdout
    assert re.findall(r"^  (?:new|changed) +(\d+)", nothing.stdout, re.M) == ["0", "0"]
    assert "\nNothing new: " in nothing.stdout


def test_a_quiet_night_is_none_without_reports_and_what_failed_is_not_called_unchanged(tmp_path: Path) -> None:
    """The front page says nothing of its version, and no report is due: only lists are fetched."""
    numbered = {f"/tin/{n}.html": f"{TITLE}, chuyến {n}" for n in range(6)}
    reports = {
        path: (200, page(paragraphs(*BODY, title), title=f"<h1>{title}</h1>", date="<p>Ngày 12/07/2023</p>"))
        for path, title in numbered.items()
    }
    front = "".join(f'<p><a href="{path}">{title}</a></p>' for path, title in numbered.items())
    answers = {"/": (200, front), **reports}
    with pages(answers) as url:
        configure(tmp_path, tries=1, xa=url)
        first, quiet = cli(tmp_path, "crawl"), cli(tmp_path, "crawl")
        shown = cli(tmp_path, "runs", "2")
        answers |= {f"/tin/{n}.html": (500, "<h1>Lỗi</h1>") for n in range(4)}
        failing = cli(tmp_path, "crawl", "--recheck")
    assert (first.returncode, re.findall(r"^  new +(\d+)", first.stdout, re.M)) == (0, ["6"])
    for said in (quiet, shown):
        assert said.returncode == 0
        assert said.stdout.endswith("\nNothing new: no report was added or edited since the last run.\n")
    assert failing.returncode == 3
    assert "\nNothing new on the pages that came; of 4 pages that failed nothing is known.\n" in failing.stdout


def test_a_crawl_that_is_given_little_time_ends_in_it_and_says_so(tmp_path: Path) -> None:
    front = "".join(f'<a href="/{n}.html">Bài {n}</a> ' for n in range(9))
    with pages({"/": (200, front)}) as url:
        configure(tmp_path, xa=url)
        (tmp_path / "portals.toml").write_text(
            (tmp_path / "portals.toml").read_text().replace("delay = 0", "delay = 1")
        )
        done = cli(tmp_path, "crawl", "--max-time", "1s")
        status = cli(tmp_path, "status")
    assert (done.returncode, status.returncode) == (0, 0)
    assert "Reached the time for one run. Left: " in done.stdout
    assert "time limit" in status.stdout


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("90s", 90), ("45m", 2700), ("4h", 14400), ("1h30m", 5400), (" 2H 5min ", 7500), ("1h1m1s", 3661)],
)
def test_a_span_of_time_is_read_as_people_write_it(text: str, wanted: float) -> None:
    assert seconds(text) == wanted


def test_failed_pages_are_counted_by_reason_and_make_the_run_exit_3(tmp_path: Path) -> None:
    front = '<h1>Cổng xã</h1><a href="/hong.html">Hỏng</a> <a href="/mat.html">Mất</a>'
    with pages({"/": (200, front), "/hong.html": (403, "cấm")}) as url:
        configure(tmp_path, xa=url)
        done = cli(tmp_path, "crawl")
    assert done.returncode == 3
    assert re.search(r"^    forbidden +1  the server denies access", done.stdout, re.M)
    assert re.search(r"^    not-found +1  there is no such page", done.stdout, re.M)


def test_dead_links_alone_are_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pages({"/": (200, '<h1>Cổng xã</h1><a href="/mat.html">Mất</a>')}) as url:
        configure(tmp_path, xa=url)
        assert run(["crawl"]) == 0


def test_a_second_crawl_of_an_archive_at_work_is_told_to_wait(tmp_path: Path) -> None:
    hold = threading.Event()
    with pages({"/": (200, '<h1>Cổng xã</h1><a href="/slow/a.html">A</a>')}, hold) as url:
        configure(tmp_path, xa=url)
        with subprocess.Popen(
            [*PROGRAM, "crawl"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        ) as first:
            assert first.stderr
            first.stderr.readline()
            _wait_for(tmp_path / "archive.db.lock", first)
            second = cli(tmp_path, "crawl")
            hold.set()
            first.communicate()
    assert second.returncode == 6
    assert re.fullmatch(r"error: archive\.db is in use by another run .*\n", second.stderr)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_crawl_after_the_page_in_flight_and_nothing_is_lost(
    tmp_path: Path, number: int, code: int
) -> None:
    hold = threading.Event()
    links = "".join(f'<a href="/slow/{page}.html">Trang {page}</a> ' for page in range(9))
    with pages({"/": (200, f"<h1>Cổng xã</h1>{links}")}, hold) as url:
        configure(tmp_path, xa=url)
        with subprocess.Popen(
            [*PROGRAM, "crawl", "--json"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as crawl:
            assert crawl.stderr
            crawl.stderr.readline()
            _wait_for(tmp_path / "archive.db.lock", crawl)
            crawl.send_signal(number)
            assert "Stopping" in crawl.stderr.readline() + crawl.stderr.readline()
            hold.set()
            answer = json.loads(crawl.communicate(timeout=30)[0])
    assert crawl.returncode == answer["exit_code"] == code
    assert answer["runs"][0]["stopped"] == "signal"
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
        assert archive.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert archive.execute("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL").fetchone() == (1,)


def test_a_second_signal_ends_a_crawl_at_once(tmp_path: Path) -> None:
    hold = threading.Event()
    with pages({"/": (200, '<h1>Cổng xã</h1><a href="/slow/a.html">A</a>')}, hold) as url:
        configure(tmp_path, xa=url)
        with subprocess.Popen([*PROGRAM, "crawl"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as crawl:
            assert crawl.stderr
            crawl.stderr.readline()
            _wait_for(tmp_path / "archive.db.lock", crawl)
            crawl.send_signal(signal.SIGINT)
            while "Stopping" not in crawl.stderr.readline():
                pass
            crawl.send_signal(signal.SIGINT)
            assert crawl.wait(20) == 130
            assert not hold.is_set()


def _wait_for(file: Path, process: subprocess.Popen[Any]) -> None:
    while not file.exists() and process.poll() is None:
        threading.Event().wait(0.02)
    assert process.poll() is None
