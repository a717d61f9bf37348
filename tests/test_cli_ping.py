"""What a monitor hears of a crawl: that it began, how it ended, and the report; and that it can harm none."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from monitor import monitor
from portal_archiver.cli import exits
from portal_archiver.cli.ping import PATIENCE, SUCCESS, extended
from portal_archiver.store import Archive
from program import PROGRAM, cli, configure, pages

FRONT = '<h1>Cổng xã</h1><a href="/hong.html">Hỏng</a>'


def test_a_good_run_is_told_with_its_report(tmp_path: Path) -> None:
    with pages({"/": (200, FRONT)}) as url, monitor() as ear:
        configure(tmp_path, xa=url)
        done = cli(tmp_path, "crawl", "--ping", ear.url, FORCE_COLOR="1")
    assert (done.returncode, ear.paths) == (0, ["/ping/0a1b/start", "/ping/0a1b"])
    start, end = (text for _, text in ear.pings)
    assert start == ""
    assert end.startswith("portal-archiver crawl ended with exit code 0\n\nxa: ")
    assert re.search(r"^  new +0  reports the archive did not have$", end, re.M)
    assert "\x1b" not in end


def test_pages_that_failed_are_no_alarm_and_stand_in_the_report(tmp_path: Path) -> None:
    with pages({"/": (200, FRONT), "/hong.html": (403, "cấm")}) as url, monitor() as ear:
        configure(tmp_path, xa=url)
        done = cli(tmp_path, "crawl", PORTAL_ARCHIVER_PING=ear.url)
    assert (done.returncode, ear.paths[-1]) == (3, "/ping/0a1b")
    assert re.search(r"^    forbidden +1  the server denies access", ear.pings[-1][1], re.M)
    assert frozenset({exits.OK, exits.SOME_FAILED}) == SUCCESS


def test_an_unreachable_portal_is_an_alarm_that_says_why(tmp_path: Path) -> None:
    with monitor() as ear:
        configure(tmp_path, tries=1, im="http://127.0.0.1:9/")
        done = cli(tmp_path, "crawl", "--ping", ear.url + "?create=1")
    assert (done.returncode, ear.paths) == (5, ["/ping/0a1b/start?create=1", "/ping/0a1b/5?create=1"])
    assert "im is unreachable: the host refused the connection" in ear.pings[-1][1]


def test_a_crawl_that_ends_on_an_error_is_an_alarm_with_its_code(tmp_path: Path) -> None:
    configure(tmp_path, xa="http://127.0.0.1:9/")
    (tmp_path / "letter.db").write_bytes(b"Not an SQLite file. " * 100)
    with Archive(tmp_path / "broken.db"):
        pass
    with closing(sqlite3.connect(tmp_path / "broken.db")) as broken:  # no file of ours can look so: that is a bug
        broken.execute("DROP TABLE run_events")
        broken.commit()
    with monitor() as ear, Archive(tmp_path / "archive.db") as archive, archive.exclusive():
        codes = [
            cli(tmp_path, "crawl", "--ping", ear.url, *more).returncode
            for more in (
                [],
                ["--archive", "letter.db"],
                ["--archive", "broken.db"],
                ["--config", "none.toml"],
                ["--archive", "none/\udcff.db"],
            )
        ]
    assert codes == [6, 7, 1, 2, 7]
    assert ear.paths[1::2] == [f"/ping/0a1b/{code}" for code in codes]
    texts = [text for _, text in ear.pings[1::2]]
    assert "archive.db is in use by another run" in texts[0]
    assert "letter.db is not an SQLite file" in texts[1]
    assert "this is a bug in portal-archiver: " in texts[2]
    assert "none.toml: no such file" in texts[3]
    assert "none/?.db cannot be opened" in texts[4]


def test_a_run_that_is_stopped_is_told_as_that(tmp_path: Path) -> None:
    hold = threading.Event()
    links = "".join(f'<a href="/slow/{n}.html">Trang {n}</a> ' for n in range(9))
    with pages({"/": (200, links)}, hold) as url, monitor() as ear:
        configure(tmp_path, xa=url)
        command = [*PROGRAM, "crawl", "--ping", ear.url]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as crawl:
            assert crawl.stderr
            crawl.stderr.readline()
            while not (tmp_path / "archive.db.lock").exists() and crawl.poll() is None:
                time.sleep(0.02)
            crawl.send_signal(signal.SIGTERM)
            while b"Stopping" not in crawl.stderr.readline():
                assert crawl.poll() is None
            hold.set()
            crawl.communicate(timeout=30)
    assert crawl.returncode == 143
    assert ear.paths == ["/ping/0a1b/start", "/ping/0a1b/143"]


@pytest.mark.parametrize(("status", "said"), [(404, "127.0.0.1 answers 404 Not Found"), (500, "127.0.0.1 answers 500")])
def test_a_monitor_that_refuses_changes_nothing_but_a_warning(tmp_path: Path, status: int, said: str) -> None:
    with pages({"/": (200, "<h1>Cổng xã</h1>")}) as url, monitor(status) as ear:
        configure(tmp_path, xa=url)
        done = cli(tmp_path, "crawl", "--ping", ear.url)
    assert done.returncode == 0
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert [said in warning for warning in warnings] == [True, True]
    assert "0a1b" not in done.stderr  # who knows the address can ping


def test_a_monitor_that_is_not_there_or_never_answers_holds_up_nobody_for_long(tmp_path: Path) -> None:
    with pages({"/": (200, "<h1>Cổng xã</h1>")}) as url, monitor(silent=True) as ear:
        configure(tmp_path, xa=url)
        gone = cli(tmp_path, "crawl", "--ping", "http://127.0.0.1:9/ping")
        slow = cli(tmp_path, "crawl", "--ping", ear.url)  # `cli` fails where it has to wait for a minute
    assert (gone.returncode, slow.returncode) == (0, 0)
    assert "warning: the ping that the run ended failed: 127.0.0.1: ConnectError: " in gone.stderr
    assert (
        f"warning: the ping that the run ended failed: no answer from 127.0.0.1 within {PATIENCE:.0f} s" in slow.stderr
    )


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://hc-ping.com/0a1b", "https://hc-ping.com/0a1b/start"),
        ("https://hc-ping.com/0a1b/", "https://hc-ping.com/0a1b/start"),
        ("https://hc-ping.com/key/a%2Fb?create=1&x=/", "https://hc-ping.com/key/a%2Fb/start?create=1&x=/"),
        ("https://me:pw@bachhai.example:8443/ping#top", "https://me:pw@bachhai.example:8443/ping/start"),
        ("http://127.0.0.1", "http://127.0.0.1/start"),
    ],
)
def test_the_path_grows_and_the_query_stays(url: str, wanted: str) -> None:
    assert extended(url, "start") == wanted
