"""What the last nights did, and what failed in one of them, as people and programs are told."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.cli import run
from portal_archiver.cli.runs import show_runs
from portal_archiver.cli.screen import Screen
from portal_archiver.model import Portal, RunEvent, RunReport
from portal_archiver.store import Archive
from program import cli, configure, pages

FRONT = '<h1>Cổng xã</h1><a href="/hong.html">Hỏng</a> <a href="/mat.html">Mất</a>'


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two nights, in the first of which one page was denied and one link was dead."""
    folder = tmp_path_factory.mktemp("nights")
    with pages({"/": (200, FRONT), "/hong.html": (403, "cấm")}) as url:
        configure(folder, xa=url)
        assert cli(folder, "crawl").returncode == 3
    with pages({"/": (200, FRONT)}) as url:
        configure(folder, xa=url)
        cli(folder, "crawl", "--max-pages", "1")
    return folder / "archive.db"


def told(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(args) == 0
    return capsys.readouterr().out


def test_the_last_runs_are_listed_newest_first(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # of whoever runs the tests
    said = told(capsys, "runs", "--archive", str(archive))
    assert re.findall(r"^ *(\d+)  (\w+)", said, re.M) == [("2", "xa"), ("1", "xa")]
    assert said.splitlines()[1].endswith("page limit")
    assert said.splitlines()[2].endswith("  2  to the end")  # both that failed
    only = told(capsys, "runs", "--archive", str(archive), "--limit", "1", "--portal", "xa")
    assert only.splitlines() == said.splitlines()[:2]


@pytest.mark.parametrize("key", ["bachhai", "congan-bachhai-1"])
def test_a_key_stays_in_one_piece_where_the_screen_is_narrow(key: str) -> None:
    began = datetime(2026, 1, 31, 2, 15, tzinfo=UTC)
    reports = [RunReport(key, began, began + timedelta(seconds=3), id=number) for number in (1, 2)]
    for width in (80, 100):
        paper = io.StringIO()
        screen = Screen(paper=paper)
        screen.width = width
        show_runs(screen, reports)
        assert len(re.findall(rf" {key} +2026-01-31 02:15 ", paper.getvalue())) == 2
        assert max(map(len, paper.getvalue().splitlines())) <= width


def test_of_a_key_too_long_for_the_screen_no_figure_is_lost() -> None:
    began = datetime(2026, 1, 31, 2, 15, tzinfo=UTC)
    paper = io.StringIO()
    screen = Screen(paper=paper)
    screen.width = 80
    key = "so-van-hoa-the-thao-va-du-lich-bachhai"
    show_runs(screen, [RunReport(key, began, began + timedelta(hours=9), id=345, requests=23_456, new=8_765)])
    lines = paper.getvalue().splitlines()
    assert all(figure in lines[1] for figure in ("345", "540 min 0 s", "23,456", "8,765", "to the end"))
    assert max(map(len, lines)) <= 80


def test_one_run_is_shown_with_each_address_that_failed(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "runs", "1", "--archive", str(archive))
    assert re.search(r"^run 1, began \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", said, re.M)
    assert re.search(r"^  failed +2 ", said, re.M)
    assert re.findall(r"^http://127.0.0.1:\d+(/\S+)\n  \d\d:\d\d:\d\d  ([\w-]+)", said, re.M) == [
        ("/hong.html", "forbidden"),
        ("/mat.html", "not-found"),
    ]
    assert "--limit" not in said
    few = told(capsys, "runs", "1", "--archive", str(archive), "--limit", "1")
    assert few.endswith("Shown: 1 of 2 failures; --limit shows more.\n")


def test_programs_are_told_the_same(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(told(capsys, "runs", "--archive", str(archive), "--json"))
    one = json.loads(told(capsys, "runs", "1", "--archive", str(archive), "--json"))
    assert [report["id"] for report in listed["runs"]] == [2, 1]
    assert one["run"] == listed["runs"][1]
    assert [event["reason"] for event in one["events"]] == ["forbidden", "not-found"]


def test_the_status_says_where_to_look(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "runs 2` shows which)" in told(capsys, "status", "--archive", str(archive))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["7"], "the archive has no run 7; `portal-archiver runs` shows the last ones"),
        (["--portal", "xx"], 'holds no portal "xx": '),
        (["last"], 'RUN: expected a whole number from 1, got "last": see `portal-archiver runs --help`'),
    ],
)
def test_a_run_that_is_not_there(archive: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    assert run(["runs", *args, "--archive", str(archive)]) == 2
    assert said in capsys.readouterr().err


def test_an_archive_without_runs_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Archive(tmp_path / "archive.db").close()
    assert told(capsys, "runs", "--archive", str(tmp_path / "archive.db")) == (
        "No run has begun in this archive yet.\n"
    )


def test_reports_are_compared_without_their_number(archive: Path) -> None:
    with Archive(archive, read_only=True) as opened:
        first, second = opened.run(1), opened.run(2)
        assert first == replace(first, id=0) != second
        assert opened.runs() == (second, first)
        assert all(isinstance(event, RunEvent) and event.detail for event in opened.events(1))
        assert opened.events(1, limit=1) == opened.events(1)[:1]


def test_a_run_that_was_killed_is_told_as_that_and_one_at_work_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "archive.db"
    portal = Portal(("https://xa.example/",), key="xa")
    with Archive(path) as opened:
        for day in (1, 2):
            opened.finish_run(opened.begin_run(portal, at(day)), RunReport("xa", at(day), at(day), fetched=1))
        number = opened.begin_run(portal, at(3))
        opened.log_event(number, "https://xa.example/a", "timeout", "no answer in 30 s")
        assert told(capsys, "runs", "--archive", str(path)).splitlines()[1].split()[-2:] == ["1", "killed"]
        said = told(capsys, "runs", str(number), "--archive", str(path))
        assert "\nKilled before its end. The figures are those of what it stored; the next run goes on.\n" in said
        assert "no answer in 30 s" in said
        assert "xa: the last run did not go well; one last did: 2024-06-02" in told(
            capsys, "status", "--archive", str(path)
        )
        with opened.exclusive():
            number = opened.begin_run(portal, at(4))
            assert [line.split()[-1] for line in told(capsys, "runs", "--archive", str(path)).splitlines()[1:3]] == [
                "work", "killed",
            ]  # fmt: skip
            assert "\nStill at work. " in told(capsys, "runs", str(number), "--archive", str(path))
            assert re.search(r"  killed$", told(capsys, "status", "--archive", str(path)), re.M)
            opened.finish_run(number, RunReport("xa", at(4), at(4), fetched=1))
        assert "did not go well" not in told(capsys, "status", "--archive", str(path))


def at(day: int) -> datetime:
    return datetime(2024, 6, day, 19, tzinfo=UTC)
