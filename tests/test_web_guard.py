"""Who may read, under which name, for how long; and how the server begins and ends."""

from __future__ import annotations

import base64
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import Request, Response

from portal_archiver.cli import run
from portal_archiver.store import Archive
from portal_archiver.web.app import create_app
from portal_archiver.web.guard import is_ours
from portal_archiver.web.reading import open_archive
from portal_archiver.web.settings import Settings
from web_server import in_process, serving, start, stop

TOKEN = "mật khẩu & dài"
# Some billions of steps: what an unbounded query would do.
ENDLESS = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("guard") / "archive.db"
    Archive(path).close()
    return path


@pytest.fixture(scope="module")
def guarded(empty: Path) -> Iterator[str]:
    """A server that listens at all addresses, and asks for a token."""
    with serving(empty, "--host", "0.0.0.0", "--name", "luutru.example", PORTAL_ARCHIVER_TOKEN=TOKEN) as served:
        yield served.url


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "hosts", "ours"),
    [
        ("127.0.0.1:8400", {"127.0.0.1"}, True),
        ("LOCALHOST", {"localhost"}, True),
        ("[::1]:8400", {"::1"}, True),
        ("evil.example:8400", {"127.0.0.1", "localhost"}, False),
        ("127.0.0.1.evil.example", {"127.0.0.1"}, False),
        ("evil.example", {"*"}, False),
        ("192.0.2.7:8400", {"*"}, True),
        ("[2001:db8::7]", {"*"}, True),
        ("", {"127.0.0.1"}, False),
        ("127.0.0.1:80:80", {"127.0.0.1"}, False),
    ],
)
def test_only_a_name_of_ours_is_answered(host: str, hosts: set[str], ours: bool) -> None:
    assert is_ours(host, hosts) is ours


def test_another_name_for_this_machine_is_refused(guarded: str) -> None:
    for name, status in (("evil.example", 421), ("luutru.example", 200), ("192.0.2.9:80", 200)):
        answer = httpx.get(f"{guarded}/portals", headers={"Host": name}, auth=("", TOKEN))
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"


# --- tokens -----------------------------------------------------------------------------------------------------------


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"ai đó:{password}".encode()).decode()


def test_without_the_token_nothing_is_shown(guarded: str) -> None:
    for address in ("/", "/static/style.css", "/report/1", "/?token=wrong"):
        for given in ("", "Bearer x", basic("x"), "Basic !!!", "Basic /w==", "Digest x"):
            answer = httpx.get(guarded + address, headers={"Authorization": given} if given else {})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic ")
            assert "Portal archive" not in answer.text
    assert httpx.get(f"{guarded}/", cookies={"portal-archiver-key": "x"}).status_code == 401


def test_the_token_is_the_password_or_a_header(guarded: str) -> None:
    answer = httpx.get(f"{guarded}/", headers={"Authorization": basic(TOKEN)})
    assert answer.status_code == 200
    assert "private" in answer.headers["cache-control"]
    bearer = f"Bearer {TOKEN}".encode()
    assert httpx.get(f"{guarded}/", headers={b"Authorization": bearer}).status_code == 200


def test_the_token_in_an_address_becomes_a_cookie_and_leaves_the_address(guarded: str) -> None:
    with httpx.Client(base_url=guarded) as client:
        answer = client.get("/portals", params={"token": TOKEN, "lang": "vi"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/portals?lang=vi"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert client.get("/").status_code == 200
    with closing(HTTPConnection(guarded.removeprefix("http://"))) as raw:
        raw.request("GET", f"//evil.example/%0d%0aX:y?token={quote(TOKEN)}")
        hostile = raw.getresponse()
        assert hostile.headers["location"] == "/evil.example/%0D%0AX%3Ay"
        assert "x" not in hostile.headers


def test_a_server_for_others_needs_a_token_or_the_word_that_it_needs_none(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--archive", str(empty), "--host", "0.0.0.0", "--port", "0"]) == 2
    assert capsys.readouterr().err.startswith("error: --host 0.0.0.0: others can reach this server: give a --token")
    with serving(empty, "--host", "0.0.0.0", "--no-auth") as served:
        assert httpx.get(f"{served.url}/").status_code == 200
        with Archive(empty) as archive, archive.transaction():  # a crawl that writes holds up no reader
            archive.db.execute("UPDATE portals SET name = name")
            assert httpx.get(f"{served.url}/portals").status_code == 200


# --- how it begins and ends -------------------------------------------------------------------------------------------


def test_what_is_wrong_is_said_at_once_with_its_exit_code(
    tmp_path: Path, empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    garbage, newer = tmp_path / "garbage.db", tmp_path / "newer.db"
    garbage.write_bytes(b"no database at all " * 100)
    Archive(newer).close()
    with sqlite3.connect(newer) as sql:
        sql.execute("PRAGMA user_version = 999")
    sql.close()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for options, code, words in (
            (["--archive", "none.db"], 2, "no archive at ./none.db: run `portal-archiver crawl`"),
            (["--archive", "garbage.db"], 7, "garbage.db is not an SQLite file"),
            (["--archive", "newer.db"], 7, "newer.db was written by a newer portal-archiver"),
            (["--archive", str(empty), "--port", port], 2, f"port {port} of this machine is taken: choose another one"),
            (
                ["--archive", str(empty), "--host", "192.0.2.1", "--no-auth"],
                2,
                "--host 192.0.2.1 is no address of this",
            ),
            (["--archive", str(empty), "--host", "kh ông", "--no-auth"], 2, "--host kh ông is no address of"),
            (["--port", "70000"], 2, "expected a whole number from 0 to 65535"),
        ):
            assert run(["serve", *options]) == code, options
            said = capsys.readouterr()
            assert said.out == ""
            assert words in said.err
            assert said.err.count("\n") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(empty: Path, number: int, code: int) -> None:
    served = start(empty)
    assert httpx.get(f"{served.url}/").status_code == 200
    assert stop(served, number) == (code, "")


# --- one reader and the others ----------------------------------------------------------------------------------------


@pytest.fixture
def hogged(empty: Path) -> Iterator[tuple[httpx.Client, threading.Event]]:
    """A server with two connections, a second for each page, and one page that would never end: when that began."""
    app = create_app(Settings(empty, seconds=1.0, readers=2))
    begun = threading.Event()

    @app.get("/hog")
    def hog(request: Request) -> Response:
        with open_archive(request) as archive:
            begun.set()
            return Response(str(archive.db.execute(ENDLESS).fetchone()))

    @app.get("/bug")
    def bug() -> Response:
        raise RuntimeError("a bug: secret detail")

    with in_process(app) as client:
        yield client, begun


def test_a_page_that_takes_too_long_is_ended_and_holds_up_nobody(
    hogged: tuple[httpx.Client, threading.Event],
) -> None:
    client, begun = hogged
    answers: list[httpx.Response] = []
    hogs = [threading.Thread(target=lambda: answers.append(client.get("/hog"))) for _ in range(3)]
    hogs[0].start()
    assert begun.wait(10)
    assert client.get("/?q=xa").status_code == 200
    assert not answers  # the slow one was still at work
    for hog in hogs[1:]:
        hog.start()
    for hog in hogs:
        hog.join()
    assert [answer.status_code for answer in answers] == [503] * 3
    assert answers[0].headers["retry-after"]
    assert "That took too long" in answers[0].text
    assert client.get("/?q=xa").status_code == 200  # the connection serves again


def test_a_bug_is_a_plain_page_without_its_details(hogged: tuple[httpx.Client, threading.Event]) -> None:
    answer = hogged[0].get("/bug")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
