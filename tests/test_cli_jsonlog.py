"""`crawl --log-json`: standard error is a log that programs can read, line by line, whatever happens."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.cli import jsonlog, progress
from portal_archiver.model import Portal
from portal_archiver.pipeline import Progress
from portal_archiver.store import Archive
from program import PROGRAM, cli, configure, pages

FRONT = '<h1>Cổng xã</h1><a href="/hong.html">Hỏng</a> <a href="/mat.html">Mất</a>'


def logged(stderr: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in stderr.splitlines()]
    for line in lines:
        assert list(line)[:3] == ["at", "level", "event"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["at"])
        assert line["level"] in ("info", "warning", "error")
    return lines


def test_a_run_is_logged_from_its_start_over_its_failures_to_its_figures(tmp_path: Path) -> None:
    with pages({"/": (200, FRONT), "/hong.html": (403, "cấm")}) as url:
        configure(tmp_path, tries=1, xa=url, im="http://127.0.0.1:9/")
        done = cli(tmp_path, "crawl", "--log-json", "--json")
    lines = logged(done.stderr)
    assert done.returncode == 5
    assert [(line["event"], line["portal"], line["url"]) for line in lines[:2]] == [
        ("started", "xa", url), ("started", "im", "http://127.0.0.1:9/"),
    ]  # fmt: skip
    of_xa = [line for line in lines if line["event"] == "failed" and line["portal"] == "xa"]
    failed = {line["url"].removeprefix(url): line for line in of_xa}
    assert {path: (line["level"], line["reason"], line["detail"]) for path, line in failed.items()} == {
        "hong.html": ("warning", "forbidden", "403 Forbidden"),
        "mat.html": ("info", "not-found", "404 Not Found"),  # and not the feeds that were only guessed at
    }
    finished = {line["portal"]: line for line in lines if line["event"] == "finished"}
    for report in json.loads(done.stdout)["runs"]:
        line = finished[report["portal"]]
        assert line["run"] == report.pop("id")
        assert {name: line[name] for name in report} == report
    assert finished["im"]["stopped"] == "unreachable"
    assert (lines[-1]["event"], lines[-1]["level"]) == ("error", "error")
    assert lines[-1]["message"].startswith("im is unreachable: ")


def test_standard_output_is_what_it_is_without_a_log(tmp_path: Path) -> None:
    with pages({"/": (200, "<h1>Cổng xã</h1>")}) as url:
        configure(tmp_path, xa=url)
        cli(tmp_path, "crawl")
        plain, log = cli(tmp_path, "crawl"), cli(tmp_path, "crawl", "--log-json")
    assert re.sub(r"[\d.]+ s", "", log.stdout) == re.sub(r"[\d.]+ s", "", plain.stdout) != ""


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--config", "none.toml"], 2, "none.toml: no such file"),
        (["--max-pages", "0"], 2, "--max-pages: expected a whole number from 1"),
        (["--archive", "letter.db"], 7, "letter.db is not an SQLite file"),
    ],
)
def test_an_error_is_a_line_too(tmp_path: Path, args: list[str], code: int, said: str) -> None:
    configure(tmp_path, xa="http://127.0.0.1:9/")
    (tmp_path / "letter.db").write_bytes(b"Not an SQLite file. " * 100)
    done = cli(tmp_path, "crawl", "--log-json", *args)
    (line,) = logged(done.stderr)
    assert (done.returncode, line["event"], line["level"]) == (code, "error", "error")
    assert said in line["message"]


def test_a_ping_that_fails_and_a_signal_are_lines_too(tmp_path: Path) -> None:
    hold = threading.Event()
    with pages({"/": (200, '<a href="/slow/1.html">Một</a> <a href="/slow/2.html">Hai</a>')}, hold) as url:
        configure(tmp_path, xa=url)
        command = [*PROGRAM, "crawl", "--log-json", "--ping", "http://127.0.0.1:9/"]
        with subprocess.Popen(
            command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as crawl:
            assert crawl.stderr
            first = crawl.stderr.readline()
            while not (tmp_path / "archive.db.lock").exists() and crawl.poll() is None:
                time.sleep(0.02)
            crawl.send_signal(signal.SIGINT)
            second = crawl.stderr.readline()
            hold.set()
            rest = crawl.stderr.read()
    lines = logged(first + second + rest)
    assert crawl.returncode == 130
    assert [line["event"] for line in lines] == ["started", "stopping", "finished", "warning", "warning"]
    assert lines[2]["stopped"] == "signal"


def test_progress_is_logged_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.Pace.__init__, "__defaults__", (lambda: now[0],))
    with Archive(tmp_path / "archive.db") as archive:
        before = archive.begin_run(Portal(("https://bachhai.example/",)), datetime.now(UTC))
        archive.log_event(before, "https://bachhai.example/x", "dns")  # of another night
        show = jsonlog.Lines(archive)
        for second in range(26):
            now[0] = 100.0 + second
            show(Progress("dong", "https://x.example/", "new", second, 5))
    assert [(line["event"], line["done"], line["waiting"]) for line in logged(capsys.readouterr().err)] == [
        ("progress", 10, 5), ("progress", 20, 5),
    ]  # fmt: skip
