"""What the README shows is what the program does: its commands, its output, its tables, its code."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from portal_archiver import errors
from portal_archiver.cli import COMMANDS, GROUPS, exits, run
from portal_archiver.demo import serve
from portal_archiver.imports import KNOWN
from portal_archiver.settings import FIELDS, SETTINGS

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
OPERATIONS = (TOP / "docs" / "operations.md").read_text(encoding="utf-8")
IMPORTING = (TOP / "docs" / "importing.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
BLOCKS = BLOCK.findall(README)
PORT = "8765"  # of the demo portal, in the README
PROGRAM = re.compile(r"\S*portal-archiver(?= )")


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def table(header: str, page: str = README) -> list[list[str]]:
    """The rows of the table whose header begins so, cell by cell."""
    lines = page.partition(f"\n| {header} |")[2].splitlines()[2:]
    rows = lines[: lines.index("")]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which `portal-archiver demo` has run, and what it printed."""
    folder = tmp_path_factory.mktemp("readme")
    with serve() as url:  # only to learn of a port that is free
        port = url.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "portal_archiver", "demo", "--port", port]
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return folder, done.stdout.replace(f":{port}/", f":{PORT}/")


# --- commands ---------------------------------------------------------------------------------------------------------


def commands(page: str) -> Iterator[list[str]]:
    """The arguments of every `portal-archiver ...` that a page shows, in a block or in a sentence."""
    lines = [line for language, text in BLOCK.findall(page) if language != "python" for line in text.splitlines()]
    sentences = BLOCK.sub("", page)
    for line in [*lines, *re.findall(r"`([^`\n]+)`", sentences)]:
        if found := re.search(r"(?:^|/|\s)portal-archiver (.+)", line):
            words = shlex.split(found[1], comments=True)
            yield words[: next((n for n, word in enumerate(words) if ">" in word), None)]


SHOWN = [*commands(README), *commands(OPERATIONS), *commands(IMPORTING)]


def test_the_readme_shows_the_commands_that_matter() -> None:
    assert {"init", "crawl", "search", "show", "explain", "demo"} <= {words[0] for words in SHOWN}
    assert ["crawl", "--max-time", "5h", "--json"] in SHOWN


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_a_command_that_is_shown_can_be_typed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    named = words[: 2 if words[0] in GROUPS else 1]
    assert words[0] in (*COMMANDS, *GROUPS)
    assert run([*named, "--help"]) == 0
    options = re.findall(r"^  (?:-\w, )?(--[\w-]+)", capsys.readouterr().out, re.M)
    assert [word for word in words if word.startswith("--") and word not in options] == []


# --- output -----------------------------------------------------------------------------------------------------------


def neutral(output: str) -> str:
    """Without what differs from one machine to the next: the seconds, and the path of the program."""
    return PROGRAM.sub("portal-archiver", re.sub(r"\d+\.\d s$", "1 s", output, flags=re.M))


def test_the_demo_prints_what_the_readme_shows(demo: tuple[Path, str]) -> None:
    (shown,) = blocks("text")
    assert shown.endswith("\n...\n")
    beginning = neutral(shown.removesuffix("...\n"))
    assert neutral(demo[1])[: len(beginning)] == beginning


def test_the_first_hit_is_shown_whole(demo: tuple[Path, str]) -> None:
    hits = re.findall(r"^#\d+  .+\n(?: +\S.*\n)+", demo[1], re.M)
    assert len(hits) == 3
    assert re.findall(r"^#\d+  .+\n(?: +\S.*\n)+", blocks("text")[0], re.M) == hits[:1]


# --- tables -----------------------------------------------------------------------------------------------------------


def test_the_table_of_settings_names_them_all_and_no_others() -> None:
    rows = table("key")
    named = [name.partition(".")[0] for row in rows for name in re.findall(r"`([\w.]+)`", row[0])]
    assert sorted(named) == sorted(SETTINGS)
    (select,) = (row[1] for row in rows if row[0] == "`select.FIELD`")
    assert set(re.findall(r"`(\w+)`", select)) == set(FIELDS)


def test_the_table_of_exit_codes_has_them_all_and_no_others() -> None:
    tree = [error for error in vars(errors).values() if isinstance(error, type)]
    codes = {error.exit_code for error in tree if issubclass(error, errors.PortalArchiverError)}
    codes |= {exits.OK, exits.BUG, exits.USAGE, exits.SOME_FAILED, exits.DRIFTED, exits.NEWS}
    codes |= {exits.SIGNALED + signal.SIGINT, exits.SIGNALED + signal.SIGTERM}
    assert [int(code) for row in table("exit code") for code in row[0].split(", ")] == sorted(codes)
    told = {int(code) for row in table("exit code", OPERATIONS) for code in row[0].split(", ")}
    assert told == codes - {exits.OK, exits.BUG, exits.USAGE, exits.NEWS}


def test_the_table_of_servers_names_them_all_and_no_others() -> None:
    assert [row[0].strip("`") for row in table("server", IMPORTING)] == list(KNOWN)


# --- code -------------------------------------------------------------------------------------------------------------


def test_the_sql_that_is_shown_finds_headlines_as_they_were_written(demo: tuple[Path, str]) -> None:
    (sql,) = re.findall(r'sqlite3 archive\.db "(.*?)"', README, re.S)
    with closing(sqlite3.connect(demo[0] / "archive.db")) as archive:
        titles = dict(archive.execute(sql))
        assert titles
        for number, title in titles.items():
            asked = "SELECT title FROM revisions WHERE article_id = ? ORDER BY number DESC"
            assert archive.execute(asked, (number,)).fetchone() == (title,)
        assert any("đ" in title for title in titles.values())  # else nothing is shown of what folding would spoil
        both = [archive.execute(re.sub("MATCH '.*?'", f"MATCH '{word}'", sql)).fetchall() for word in ("dong", "đồng")]
    assert both[0]
    assert not both[1]  # the sentence below the example


def test_the_example_in_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks("python")
    monkeypatch.chdir(tmp_path)
    with serve() as url:
        here = f'Portal("{url}", delay=0, allow_private=True)'
        code, places = re.subn(r'Portal\("https://www\.your-portal\.example/"\)', here, code)
        assert places == 1
        exec(code, {"html": "<h1>Khánh thành cầu Bến Đăng</h1><p>Sáng 12/7, cầu Bến Đăng thông xe.</p>" * 2})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(re.match(r"\d+ (2024-\d\d-\d\d|None)", line) for line in lines[1:])
