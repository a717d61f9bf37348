"""What is typed, written or found wrong: one line, the right exit code, no traceback, and nothing lost."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from portal_archiver import cli
from portal_archiver.demo import serve
from portal_archiver.errors import LockedError
from portal_archiver.store import Archive
from program import PROGRAM

ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PORTAL_ARCHIVER_DEBUG"}


Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """Run a command in `tmp_path`: its exit code and its one line of error, which is the last that it writes."""

    def _told(*args: str) -> tuple[int, str]:
        monkeypatch.chdir(tmp_path)
        code = cli.run(args)
        return code, _only_error(capsys.readouterr().err)

    return _told


def told_by_a_process(folder: Path, *args: str) -> tuple[int, str]:
    """The same of the program as the shell starts it."""
    program = [*PROGRAM, *args]
    done = subprocess.run(program, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    return done.returncode, _only_error(done.stderr)


def _only_error(written: str) -> str:
    assert "Traceback" not in written
    errors = [line for line in written.splitlines() if line.startswith("error: ")]
    assert errors == written.splitlines()[-1:]
    return errors[0].removeprefix("error: ")


def configure(folder: Path, text: str) -> None:
    (folder / "portals.toml").write_text(text, encoding="utf-8")


def portal(url: str, *more: str, key: str = "xa") -> str:
    return "\n".join([f"[portal.{key}]", f'start = "{url}"', "delay = 0", *more, ""])


@contextmanager
def answering(body: bytes, media_type: str) -> Iterator[str]:
    """A URL at which one and the same answer is given to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- configuration ----------------------------------------------------------------------------------------------------


def test_a_missing_config(tmp_path: Path) -> None:
    assert told_by_a_process(tmp_path, "crawl") == (
        2,
        "portals.toml: no such file: `portal-archiver init URL` writes one",
    )
    assert list(tmp_path.iterdir()) == []


def test_a_broken_config_is_told_by_line_and_key_before_anything_is_touched(tmp_path: Path, told: Told) -> None:
    configure(tmp_path, portal("https://bachhai.example/", 'budget = "all"'))
    assert told("crawl") == (
        2, 'portals.toml:4: portal.xa.budget: expected a whole number of pages, 1 or more, got "all"',
    )  # fmt: skip
    assert not (tmp_path / "archive.db").exists()


def test_each_mistake_of_a_config_is_a_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(tmp_path, portal("nonsense", "dealy = 1"))
    assert cli.run(["crawl", "--config", str(tmp_path / "portals.toml")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r".*portals\.toml", "", line)[:22] for line in lines] == [
        ":2: portal.xa.start: e",
        ":4: portal.xa.dealy: u",
    ]
    assert all(line.startswith("error: ") for line in lines)


@pytest.mark.parametrize(
    ("key", "hint"), [("bachhay", 'did you mean "bachhai"?'), ("xyz", "it has bachhai"), ("", "it has bachhai")]
)
def test_an_unknown_portal(tmp_path: Path, told: Told, key: str, hint: str) -> None:
    configure(tmp_path, portal("https://bachhai.example/", key="bachhai"))
    assert told("crawl", key) == (2, f'portals.toml: names no portal "{key}": {hint}')


def test_a_start_outside_the_allowed_hosts(tmp_path: Path, told: Told) -> None:
    configure(tmp_path, portal("https://bachhai.example/", 'hosts = ["www.bachhai.example"]'))
    code, line = told("crawl")
    assert code == 2
    assert line.startswith("portals.toml:2: portal.xa.start[1]: expected an address on one of `hosts`")


# --- portals ----------------------------------------------------------------------------------------------------------


def test_an_unreachable_host_does_not_stop_the_other_portals(tmp_path: Path) -> None:
    with serve() as url:
        more = "allow_private = true\ntries = 1"
        configure(tmp_path, portal(url, more, key="bachhai") + portal("http://127.0.0.1:9/", more))
        code, line = told_by_a_process(tmp_path, "crawl", "--max-pages", "10")
    assert code == 5
    assert line.startswith("xa is unreachable: the host refused the connection")
    with Archive(tmp_path / "archive.db", read_only=True) as archive:
        runs = {run.portal: (run.stopped, run.fetched > 0) for run in archive.runs()}
    assert runs == {"bachhai": ("budget", True), "xa": ("unreachable", False)}


def test_a_portal_in_the_own_network_that_is_not_allowed(tmp_path: Path, told: Told) -> None:
    with answering(b"<h1>intranet</h1>", "text/html") as url:
        configure(tmp_path, portal(url))
        code, line = told("crawl")
    assert code == 3
    assert line.startswith("xa brought nothing: ")
    assert "allow_private = true" in line


def test_an_answer_that_is_no_web_page(tmp_path: Path, told: Told) -> None:
    with answering(b"\x89PNG\r\n\x1a\n", "image/png") as url:
        configure(tmp_path, portal(url, "allow_private = true"))
        code, line = told("crawl")
    assert code == 3
    assert line.startswith("xa brought nothing: the content type is none of a page")
    assert line.endswith("correct `start`: that address is no web page")


# --- archives ---------------------------------------------------------------------------------------------------------

READERS = (["search", "tin"], ["show", "1"], ["status"])


@pytest.mark.parametrize("command", READERS)
def test_no_archive_yet(tmp_path: Path, told: Told, command: list[str]) -> None:
    line = "no archive at ./archive.db: run `portal-archiver crawl` or `portal-archiver demo` first"
    assert told(*command) == (2, line)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_archive_is_refused_by_every_command_and_left_as_it_is(tmp_path: Path, told: Told) -> None:
    configure(tmp_path, portal("http://127.0.0.1:9/"))
    (tmp_path / "letter.db").write_text("Kính gửi ông bà, " * 100, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE recipes (name TEXT)")
    for name in ("letter.db", "foreign.db"):
        before = (tmp_path / name).read_bytes()
        for command in (["crawl"], *READERS):
            code, line = told(*command, "--archive", name)
            assert code == 7
            assert line.startswith(f"{name} is ")
        assert (tmp_path / name).read_bytes() == before


def test_the_process_itself_ends_with_the_code_of_a_bad_archive(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"Not an SQLite file. " * 100)
    assert told_by_a_process(tmp_path, "status")[0] == 7


def test_a_folder_that_cannot_be_written(tmp_path: Path, told: Told) -> None:
    configure(tmp_path, portal("http://127.0.0.1:9/"))
    (tmp_path / "file").touch()
    # Neither binds the administrator less than others: nothing can be made in /proc, nor below a plain file.
    for archive in ("/proc/archive.db", "file/archive.db", "missing/archive.db"):
        code, line = told("crawl", "--archive", archive)
        assert code == 7
        assert line.startswith(archive)
    assert told("init", "https://bachhai.example/", "--config", "/proc/p.toml")[0] == 2
    assert told("search", "tin", "--archive", ".") == (7, ". is a folder; give the path of a file in it")


def test_an_archive_that_cannot_grow_any_more_loses_nothing_of_what_it_has(tmp_path: Path) -> None:
    with serve() as url:
        configure(tmp_path, portal(url, "allow_private = true"))
        shell = f"ulimit -f 300; exec {sys.executable} -m portal_archiver crawl"  # blocks of 512 bytes or 1 KB
        full = subprocess.run(
            ["sh", "-c", shell], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
        )
    assert full.returncode == 7
    assert _only_error(full.stderr).startswith("archive.db cannot")
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
        assert archive.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_unknown_report(tmp_path: Path, told: Told) -> None:
    Archive(tmp_path / "archive.db").close()
    code, line = told("show", "7")
    assert code == 2
    assert "7" in line


# --- wrong use --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["serach"], "no such command 'serach'"),
        (["show"], "missing argument 'ID': see `portal-archiver show --help`"),
        (["show", "zero"], 'ID: expected a whole number from 1, got "zero": see `portal-archiver show --help`'),
        (["show", "0"], 'ID: expected a whole number from 1, got "0"'),
        (["show", "٣"], 'ID: expected a whole number from 1, got "٣"'),
        (["search", "tin", "--limit", "-1"], '--limit: expected a whole number from 1, got "-1"'),
        (["search", "tin", "--limit", "9" * 5000], "--limit: expected a whole number from 1"),
        (["search", "tin", "--offset", "1.5"], '--offset: expected a whole number from 0, got "1.5"'),
        (["search", "tin", "--since", "31/13/2024"], '--since: "31/13/2024" is no day'),
        (["search", "tin", "--sort", "best"], "--sort: 'best' is not one of 'relevance', 'newest', 'oldest'"),
        (["crawl", "--max-pages", "0"], '--max-pages: expected a whole number from 1, got "0"'),
        (["crawl", "--max-time", "30"], '--max-time: expected a span of time such as 45m, 4h or 1h30m, got "30"'),
        (["crawl", "--max-time", "0m"], '--max-time: expected a span of time such as 45m, 4h or 1h30m, got "0m"'),
        (
            ["crawl", "--ping", "hc-ping.com/x"],
            "--ping (env var: 'PORTAL_ARCHIVER_PING'): expected the address of a mon",
        ),
        (["crawl", "--ping", "http://[x/"], "--ping (env var: 'PORTAL_ARCHIVER_PING'): expected the address"),
        (["crawl", "--ping", "http://x:99999/"], "--ping (env var: 'PORTAL_ARCHIVER_PING'): expected the address"),
        (
            ["digest", "--since", "soon"],
            "--since: expected a time such as 12h, 1d or 2w, or a day such as 2024-05-31, got",
        ),
        (["crawl", "--jason"], "no such option: --jason"),
        (["crawl", "-tom"], "no such option: -t: see "),
        (["search", "-tom"], f"no such option: -t{cli.HYPHENS}: see `portal-archiver search --help`\n"),
        (["search", "cau", "-tom"], f"no such option: -t{cli.HYPHENS}: see "),
        (["watch", "add", "cau", "-tom"], f"no such option: -t{cli.HYPHENS}: see `portal-archiver watch add --help`"),
        (["init", "bachhai"], 'URL: expected an address such as "https://www.bachhai.example/", got "bachhai"'),
        (["demo", "--port", "70000"], '--port: expected a whole number from 1 to 65535, got "70000"'),
    ],
)
def test_a_command_line_that_makes_no_sense(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(args) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith(f"error: {said}")
    assert written.err.count("\n") == 1


# --- output -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["status"], ["status", "--json"], ["search", ""]])
def test_output_that_cannot_be_written_is_no_bug(tmp_path: Path, args: list[str]) -> None:
    Archive(tmp_path / "archive.db").close()
    with Path("/dev/full").open("wb") as full:
        program = [*PROGRAM, *args]
        done = subprocess.run(
            program, cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert (done.returncode, _only_error(done.stderr)) == (
        2,
        "the output could not be written: no space left on device: send it to where there is room",
    )


def test_a_log_that_cannot_be_written_stops_no_crawl(tmp_path: Path) -> None:
    program = [*PROGRAM, "crawl", "--max-pages", "5", "--json"]
    with serve() as url, Path("/dev/full").open("wb") as full:
        configure(tmp_path, portal(url, "allow_private = true"))
        done = subprocess.run(program, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=full, timeout=60)
    assert done.returncode == 0
    assert json.loads(done.stdout)["runs"][0]["stopped"] == "budget"


# --- for programs ---------------------------------------------------------------------------------------------------


def test_with_json_an_error_is_an_object_too(tmp_path: Path) -> None:
    """So that a log of many nights has a line for the bad ones."""

    def logged(*args: str) -> tuple[int, dict[str, object], str]:
        program = [*PROGRAM, *args, "--json"]
        done = subprocess.run(program, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
        assert done.stdout.count("\n") == 1
        return done.returncode, json.loads(done.stdout), done.stderr

    missing = "portals.toml: no such file: `portal-archiver init URL` writes one"
    assert logged("crawl") == (2, {"error": missing, "exit_code": 2}, f"error: {missing}\n")
    configure(tmp_path, portal("http://127.0.0.1:9/", "allow_private = true"))
    with Archive(tmp_path / "archive.db") as archive, archive.exclusive():
        locked = logged("crawl")
    assert (locked[0], locked[1]["exit_code"]) == (6, 6)
    assert locked[2].endswith(f"error: {locked[1]['error']}\n")
    assert str(locked[1]["error"]).startswith("archive.db is in use by another run (process ")
    (tmp_path / "archive.db").write_bytes(b"Not an SQLite file. " * 100)
    for command in ("crawl", "status", "reparse"):
        assert logged(command)[1]["exit_code"] == 7
    assert logged("crawl", "--max-pages", "all")[:2] == (
        2,
        {
            "error": '--max-pages: expected a whole number from 1, got "all": see `portal-archiver crawl --help`',
            "exit_code": 2,
        },
    )


def test_without_json_an_error_leaves_standard_output_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for args in (["crawl"], ["search", "--", "--json"]):
        assert cli.run(args) == 2
        assert capsys.readouterr().out == ""


def test_an_error_after_the_object_adds_no_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`watch run` notes what it told once it is printed."""
    monkeypatch.chdir(tmp_path)
    with Archive("archive.db") as archive:
        archive.watch("cau", "cầu")

    def fail(self: Archive, name: str, news: object) -> None:
        raise LockedError("archive.db is being written by another program; try again when it has ended")

    monkeypatch.setattr(Archive, "told", fail)
    assert cli.run(["watch", "run", "--json"]) == 6
    assert list(json.loads(capsys.readouterr().out)) == ["archive", "watches"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_error_that_cannot_be_written_as_an_object_keeps_its_code(tmp_path: Path) -> None:
    program = [*PROGRAM, "crawl", "--json"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(program, cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


# --- bugs -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def a_bug(tmp_path: Path) -> Iterator[Path]:
    """A folder with an archive whose insides were torn out by hand: no file of ours can look so."""
    with Archive(tmp_path / "archive.db") as archive:
        path = archive.path
    with closing(sqlite3.connect(path)) as broken:
        broken.execute("PRAGMA foreign_keys = OFF")
        broken.execute("DROP TABLE portals")
        broken.commit()
    yield path


def test_a_bug_is_one_line_that_says_how_to_see_more(a_bug: Path) -> None:
    code, line = told_by_a_process(a_bug.parent, "status")
    assert code == 1
    assert line.startswith("this is a bug in portal-archiver: OperationalError: no such table")
    assert "PORTAL_ARCHIVER_DEBUG=1" in line


def test_the_traceback_of_a_bug_is_shown_when_asked_for(
    a_bug: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_ARCHIVER_DEBUG", "1")
    assert cli.run(["status", "--archive", str(a_bug)]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err
