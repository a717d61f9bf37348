"""`add`: a portal nobody has looked at is looked at, shown, and written down; or not, and then nothing is."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from demo_crawl import Log, free_port, portal_at
from fictional_page import BODY, FOOTER, OTHERS, TITLE, paragraphs
from portal_archiver.config import load
from portal_archiver.demo import serve
from portal_archiver.errors import ConfigError, UnreachableError
from portal_archiver.model import Portal
from portal_archiver.pipeline import Look, look_at
from program import ENVIRONMENT, PROGRAM, cli, configure, pages

MINE = "# what the province asked for\n"
LINKS = "".join(f'<li><a href="/{slug}.html">{title}</a></li>' for title, slug in OTHERS)
FRAME = (
    "<html><head><title>Bạch Hải</title></head><body>{}<div class=chan>" + paragraphs(*FOOTER) + "</div></body></html>"
)


def written(folder: Path) -> str:
    return (folder / "portals.toml").read_text(encoding="utf-8")


def names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The demo portal, in a configuration with comments of its own: what its table says holds for the look, too."""
    with serve() as url:
        configure(tmp_path, bachhai=url)
        (tmp_path / "portals.toml").write_text(MINE + written(tmp_path), encoding="utf-8")
        yield url


# --- what is seen -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def look() -> Iterator[tuple[str, Look]]:
    with serve() as url:
        yield url, look_at(portal_at(url))


def test_a_look_finds_what_the_portal_offers(look: tuple[str, Look]) -> None:
    url, found = look[0], look[1].found
    assert (found.robots, found.crawl_delay) == (200, None)
    assert [index.url for index in found.sitemaps] == [f"{url}sitemap.xml"]
    assert [index.url for index in found.feeds] == [f"{url}rss.xml"]
    assert found.sitemaps[0].entries > found.feeds[0].entries > 0
    assert len(found.listings) == look[1].kinds["listing"] > 1


def test_five_articles_are_shown_from_the_newest_to_the_oldest(look: tuple[str, Look]) -> None:
    _, seen = look
    days = [one.article.published.day for one in seen.examples if one.article.published]
    assert len(days) == 5
    assert days == sorted(days, reverse=True)
    assert {one.kind for one in seen.examples} == {"article"}
    assert len({one.article.title for one in seen.examples}) == 5
    assert all(one.license and one.license.number == "99/GP-STTTT" for one in seen.examples)
    assert seen.reports == seen.kinds["article"] + seen.kinds["document"]


def test_what_is_learned_is_how_the_examples_are_read(look: tuple[str, Look]) -> None:
    _, seen = look
    assert seen.portal.learned == seen.lesson.learned
    assert {"title", "body", "published"} <= set(seen.portal.learned[0])
    assert any("fit no template" in doubt for doubt in seen.doubts)


# --- what is written --------------------------------------------------------------------------------------------------


def test_a_portal_that_is_there_begins_anew_and_all_else_stays(tmp_path: Path, demo: str) -> None:
    before = written(tmp_path)
    done = cli(tmp_path, "add", demo, "--yes", "--with-profile")
    assert done.returncode == 0, done.stderr
    assert written(tmp_path).startswith(before)
    portal = load(tmp_path / "portals.toml")["bachhai"]
    assert portal.learned
    assert (portal.start, portal.delay) == ((demo,), 0)
    lines = done.stdout.splitlines()
    assert lines[0] == demo
    for label, said in (
        ("robots.txt  there is one", "obeyed"),
        ("sitemaps", "sitemap.xml ("),
        ("feeds", "rss.xml (20 addresses)"),
        ("lists", demo),
        ("learned", "title, body, published"),
        ("   date", "as shown on the page"),
        ("   credits", "photo"),
        ("   text", " words)"),
        ("   license", 'credit "Cổng thông tin điện tử tỉnh Bạch Hải"'),
    ):
        assert any(line.startswith(label) and said in line for line in lines), label
    assert [line[0] for line in lines if line[1:3] == "  " and line[0].isdigit()] == list("12345")
    assert lines[-1] == (
        "Wrote the portal bachhai to portals.toml. Look it over, then run: portal-archiver crawl bachhai"
    )
    assert "not sure: " in done.stderr


def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(tmp_path: Path, demo: str) -> None:
    before = written(tmp_path)
    done = cli(tmp_path, "add", demo, "--dry-run", "--with-profile")
    assert done.returncode == 0, done.stderr
    shown = done.stdout[done.stdout.index("[portal.bachhai]") : done.stdout.index("Nothing was written")]
    profile = tomllib.loads(shown)["portal"]["bachhai"]["learned"]
    assert profile
    told = json.loads(cli(tmp_path, "add", demo, "--dry-run", "--json").stdout)
    assert (told["portal"], told["start"], told["is_written"], told["exit_code"]) == ("bachhai", [demo], False, 0)
    assert (len(told["examples"]), told["found"]["robots"]) == (5, 200)
    assert tomllib.loads(told["profile"])["portal"]["bachhai"]["learned"] == profile
    assert "learned]]" not in cli(tmp_path, "add", demo, "--dry-run", "--max-pages", "12").stdout
    assert written(tmp_path) == before


def test_a_first_portal_makes_the_file_and_few_pages_are_told(tmp_path: Path) -> None:
    article = f'<div class="tin"><h1>{TITLE}</h1><p class="ngay">Ngày 12/07/2023</p>{paragraphs(*BODY)}</div>'
    front = f'<a href="/tin.html">{TITLE}</a>'
    with pages({"/": (200, FRAME.format(front)), "/tin.html": (200, FRAME.format(article))}) as url:
        done = cli(tmp_path, "add", url, "--key", "bến-đăng")
    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "portals.toml") == {"bến-đăng": Portal((url,), key="bến-đăng", allow_private=True)}
    assert "# delay = 1.0\n" in written(tmp_path)
    assert "robots.txt  none (404): all may be read\n" in done.stdout
    assert "The report, as it would be stored\n\n1  " + TITLE in done.stdout
    assert "not sure: only 2 pages came, and from 8 on a profile is sure" in done.stderr
    assert names_in(tmp_path) == ["portals.toml"]


# --- questions --------------------------------------------------------------------------------------------------------


def test_without_a_terminal_nothing_is_overwritten_and_nothing_asked(tmp_path: Path, demo: str, log: Log) -> None:
    before = written(tmp_path)
    for args in ((), ("--key", "bachhai"), ("--json",)):
        done = cli(tmp_path, "add", demo, *args)
        assert (done.returncode, bool(done.stdout), written(tmp_path)) == (2, args == ("--json",), before)
        assert done.stderr == (
            f"error: portals.toml has a portal bachhai already, at {demo}: --yes lets it begin anew\n"
        )
    part = cli(tmp_path, "add", f"{demo}tin-tuc-su-kien")
    assert part.stderr.endswith(": --yes lets it begin anew, --key NAME adds another one\n")
    twin = cli(tmp_path, "add", demo, "--key", "khac", "--yes")
    assert (twin.returncode, written(tmp_path)) == (2, before)
    assert twin.stderr == f"error: portals.toml: portal.bachhai begins at {demo} already: let that one begin anew\n"
    assert log.asked == []


def on_a_terminal(folder: Path, *args: str, answer: bytes) -> tuple[int, str]:
    """The exit code, and what a person at a terminal saw who answered the question."""
    ours, theirs = pty.openpty()
    env = ENVIRONMENT | {"TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(
        [*PROGRAM, *args], cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as program:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if b"[y/N]: " in seen + part and b"[y/N]: " not in seen:
                os.write(ours, answer)
            seen += part
        program.wait(30)
    os.close(ours)
    return program.returncode, seen.decode()


@pytest.mark.parametrize(
    ("answer", "code", "is_written"), [(b"y\n", 0, True), (b"\n", 0, False), (b"\x04", 130, False)]
)
def test_on_a_terminal_it_asks_before_a_portal_begins_anew(
    tmp_path: Path, demo: str, answer: bytes, code: int, is_written: bool
) -> None:
    before = written(tmp_path)
    few = ("--max-pages", "30")
    returned, seen = on_a_terminal(tmp_path, "add", demo, "--with-profile", *few, answer=answer)
    assert returned == code, seen
    assert "Let it begin anew? Its other settings and all comments stay [y/N]: " in seen
    assert seen.index("as they would be stored") < seen.index("[y/N]")  # whoever is asked has seen it
    assert ("Wrote the portal bachhai" in seen) is is_written
    assert bool(load(tmp_path / "portals.toml")["bachhai"].learned) is is_written
    assert is_written or written(tmp_path) == before


# --- what goes wrong --------------------------------------------------------------------------------------------------

NOTHING = {
    "/": (200, FRAME.format(f"<h1>Bạch Hải</h1><ul>{LINKS}</ul>")),
    **{f"/{slug}.html": (200, FRAME.format(f"<ul>{LINKS}</ul>")) for _, slug in OTHERS},
}


def test_where_no_report_is_found_it_says_what_was_and_writes_nothing(tmp_path: Path) -> None:
    with pages(NOTHING) as url:
        configure(tmp_path, bachhai=url)
        before = written(tmp_path)
        done = cli(tmp_path, "add", url, "--yes")
        told = json.loads(cli(tmp_path, "add", url, "--yes", "--json").stdout)
    assert (done.returncode, written(tmp_path)) == (3, before)
    assert "sitemaps    none found\nfeeds       none found\n" in done.stdout
    assert "error: no report was found among the pages: give the address of a page that lists news" in done.stderr
    assert (told["reports"], told["is_written"], told["exit_code"]) == (0, False, 3)


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("http://127.0.0.1:{free}/", 5, "http://127.0.0.1:{free}/ brought no page: "),
        (
            "{demo}khong-co",
            2,
            "there is no such page (404) (404 Not Found): correct the address: that",
        ),
        ("bachhai", 2, 'URL: expected an address such as "https://www.bachhai.example/", got "bachhai"'),
    ],
)
def test_an_address_that_brings_nothing(tmp_path: Path, url: str, code: int, said: str) -> None:
    with serve() as demo:
        names = {"demo": demo, "free": free_port()}
        done = cli(tmp_path, "add", url.format(**names), "--max-pages", "2")
    assert (done.returncode, done.stdout) == (code, "")
    assert said.format(**names) in done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--key", "a b"), '--key: expected a key of letters, digits, dots, hyphens and underscores, got "a b"'),
        (("--config", "khong/co.toml"), "khong/co.toml cannot be written: its folder must exist"),
        (("--max-pages", "0"), '--max-pages: expected a whole number from 1 to 1000, got "0"'),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_fetched(
    tmp_path: Path, demo: str, log: Log, args: tuple[str, ...], said: str
) -> None:
    done = cli(tmp_path, "add", demo, "--yes", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert log.asked == []


def test_a_configuration_with_mistakes_is_told_before_anything_is_fetched(tmp_path: Path, demo: str, log: Log) -> None:
    (tmp_path / "portals.toml").write_text("[portal.a]\nstart = 3\n", encoding="utf-8")
    done = cli(tmp_path, "add", demo)
    assert (done.returncode, log.asked) == (2, [])
    assert "portals.toml:2: portal.a.start: expected an address" in done.stderr


class Hold(threading.Event):
    """Holds an answer back, and knows that it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.set()
        return super().wait(timeout)


def test_ctrl_c_leaves_all_as_it_was(tmp_path: Path) -> None:
    hold = Hold()
    with pages({"/slow/": (200, "<h1>Bạch Hải</h1>")}, hold) as url:
        scratch, folder = tmp_path / "tmp", tmp_path / "here"
        scratch.mkdir()
        folder.mkdir()
        configure(folder, bachhai=f"{url}slow/")
        before = written(folder)
        command = [*PROGRAM, "add", f"{url}slow/", "--yes"]
        env = ENVIRONMENT | {"TMPDIR": str(scratch)}
        # What runs in the background of a shell, as these tests may, starts its programs deaf to Ctrl-C.
        listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        with subprocess.Popen(
            command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True, preexec_fn=listen
        ) as program:
            assert hold.asked.wait(30)
            assert list(scratch.glob("add-*/sample.db"))
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "Traceback" not in said
    assert (names_in(folder), written(folder), names_in(scratch)) == (["portals.toml"], before, [])


# --- where a portal lives ---------------------------------------------------------------------------------------------


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name is one of this machine."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))


class Leading(BaseHTTPRequestHandler):
    """Leads from bachhai.example to www.bachhai.example, where a front page is, and from cu.example to another host."""

    def do_GET(self) -> None:
        host, _, port = self.headers["Host"].partition(":")
        to = {"bachhai.example": "www.bachhai.example", "cu.example": "moi.example"}.get(host)
        body = NOTHING["/"][1].encode()
        self.send_response(404 if self.path not in ("/", "/tin") else 301 if to else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if to:
            self.send_header("Location", f"http://{to}:{port}{self.path}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def leading() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Leading) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_portal_that_lives_at_www_is_found_there(names: None, leading: int) -> None:
    portal = Portal((f"http://bachhai.example:{leading}/tin",), key="a", delay=0, allow_private=True)
    found = look_at(portal).portal
    assert found.start == (f"http://www.bachhai.example:{leading}/tin",)
    assert found.hosts == ("www.bachhai.example",)


def test_a_portal_that_has_moved_elsewhere_is_told(names: None, leading: int) -> None:
    portal = Portal((f"http://cu.example:{leading}/",), key="a", delay=0, allow_private=True)
    with pytest.raises(ConfigError, match=rf"moi.example:{leading}/.*: it leads to another host: add that one's"):
        look_at(portal)


@pytest.mark.parametrize("host", ["127.0.0.1", "mang-trong.example"])
def test_a_private_address_is_refused_unless_it_is_permitted(names: None, leading: int, host: str) -> None:
    with pytest.raises((ConfigError, UnreachableError), match="--allow-private, which writes `allow_private = true`"):
        look_at(Portal((f"http://{host}:{leading}/",), key="a", delay=0))
