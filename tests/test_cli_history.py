"""The versions of a report on the command line: `history` and `diff`."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.cli import run
from portal_archiver.model import Article, Capture, Page
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM

URL = "https://www.bachhai.example/tin/1"
START = datetime(2024, 6, 1, 20, 5, tzinfo=UTC)
FIRST = Article("Khánh thành cầu Bến Đăng", "Cầu dài 412 mét.\n\nNgười dân phấn khởi.")
SECOND = Article("Khánh thành cầu Bến Đăng", "Cầu dài 421 mét, rộng 9 mét.\n\nNgười dân phấn khởi.", author="Minh Khuê")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a report with three versions, and of one that was never edited."""
    folder = tmp_path_factory.mktemp("versions")
    with Archive(folder / "archive.db") as archive:
        for night, article in enumerate((FIRST, FIRST, SECOND, FIRST)):
            capture = Capture(URL, fetched_at=START + timedelta(days=night), body=b"%d" % night)
            archive.save(capture, Page(URL, URL, "article", article, parser="1"))
        other = URL.replace("1", "2")
        archive.save(Capture(other, fetched_at=START, body=b"x"), Page(other, other, "article", SECOND))
    return folder


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def told(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    code = run(args)
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return out


def test_the_history_says_of_each_version_when_it_was_seen_and_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "history", "1")
    assert re.findall(r"^\d  .*", said, re.M) == [
        "1  as it was first seen",
        "2  byline, body: +4 -1 words",
        "3  byline, body: +1 -4 words",
    ]
    assert "   seen from 2024-06-01 20:05 UTC to 2024-06-02 20:05 UTC\n" in said
    with Archive("archive.db", read_only=True) as archive:
        for revision in archive.revisions(1):
            assert f"   SHA-256 {revision.sha256}, capture {revision.capture_id}\n" in said
    assert said.endswith("diff 1` shows what the last one changed, word by word.\n")
    assert told(capsys, "history", "2").endswith("1 revision: it was never edited since.\n")


def test_the_history_in_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(told(capsys, "history", "1", "--json"))
    assert (answer["article_id"], answer["url"]) == (1, URL)
    first, second, third = answer["revisions"]
    assert (first["changed"], first["last_seen"], first["parser"]) == ({}, "2024-06-02T20:05:00+00:00", "1")
    assert second["changed"] == {"byline": {"added": 2, "removed": 0}, "body": {"added": 4, "removed": 1}}
    assert [one["capture_id"] for one in (first, second, third)] == [1, 3, 4]
    assert third["url"] == URL and len(third["sha256"]) == 64


def test_a_diff_marks_what_went_and_what_came(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "diff", "1", "1", "2")
    assert "\nbyline\n  {+Minh Khuê+}\n" in said
    assert "\nbody\n  Cầu dài [-412-]{+421 mét, rộng 9+} mét.\n" in said
    assert "- revision 1, 2024-06-01 20:05 UTC, SHA-256 " in said
    assert "[-421 mét, rộng 9-]{+412+} mét." in told(capsys, "diff", "1")  # the last two
    assert told(capsys, "diff", "1", "2") == told(capsys, "diff", "1", "2", "3") == told(capsys, "diff", "1")
    assert told(capsys, "diff", "1", "1", "3").endswith("\nNothing differs, as the two are read today.\n")


def test_a_diff_in_json_gives_the_operations(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(told(capsys, "diff", "1", "1", "2", "--json"))
    assert (answer["old"]["number"], answer["new"]["number"], answer["new"]["capture_id"]) == (1, 2, 3)
    byline, body = answer["fields"]
    assert byline == {
        "field": "byline",
        "operations": [{"op": "insert", "old": "", "new": "Minh Khuê"}],
        "added": 2,
        "removed": 0,
    }
    assert [one["op"] for one in body["operations"]] == ["equal", "replace", "equal"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("history", "9"), "the archive has no article 9; `portal-archiver search` shows the ids"),
        (("diff", "9"), "the archive has no article 9; `portal-archiver search` shows the ids"),
        (("diff", "2"), "article 2 has one revision only: there is nothing to compare it with"),
        (("diff", "1", "2", "4"), "article 1 has no revision 4: it has the revisions 1 to 3"),
        (("diff", "2", "1", "2"), "article 2 has no revision 2: it has one revision only"),
        (("diff", "1", "0"), 'N: expected a whole number from 1, got "0": see `portal-archiver diff --help`'),
    ],
)
def test_what_there_is_not_is_told(capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str) -> None:
    assert run(args) == 2
    assert capsys.readouterr().err == f"error: {message}\n"


@pytest.mark.parametrize(("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_on_a_terminal_words_are_colored_unless_it_wants_none(
    folder: Path, environment: dict[str, str], colored: bool
) -> None:
    leader, follower = pty.openpty()
    env = ENVIRONMENT | {"TERM": "xterm-256color", "COLUMNS": "100"} | environment
    subprocess.run([*PROGRAM, "diff", "1"], cwd=folder, env=env, stdout=follower, check=True, timeout=60)
    os.close(follower)
    shown = os.read(leader, 65536).decode()
    os.close(leader)
    assert ("[-" in shown) is not colored
    assert ("\x1b[9;31m421 mét, rộng 9\x1b[0m" in shown) is colored
