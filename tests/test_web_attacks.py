"""Archived pages and reports that attack the reader's browser, a real Chromium: none runs, none asks for anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page

from browser import chromium, needs_chromium
from portal_archiver.store import Archive
from web_attacks import TYPES, bodies, hostile_archive
from web_server import serving

pytestmark = needs_chromium
DANGEROUS = (
    "script:not([src^='/static/'], [type='application/ld+json']), body iframe:not(.then), object, embed, base[href],"
    " meta[http-equiv], video, audio, form:not(#search), [onload], [onerror], [onfocus], [ontoggle], [srcset],"
    " [background]"
)


@dataclass(slots=True)
class Canary:
    """A server that attacks want to reach: its address, and what was asked of it. It serves `unfenced` as a page."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    unfenced: str = ""


@dataclass(slots=True)
class Hostile:
    """The hostile archive, served."""

    url: str
    reports: list[int]
    captures: list[int]


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    canary = Canary()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = self.path == "/page"
            if not page and self.path != "/favicon.ico":
                canary.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(canary.unfenced.encode() if page else b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    canary.url = f"http://127.0.0.1:{server.server_port}"
    yield canary
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[Hostile]:
    path: Path = tmp_path_factory.mktemp("hostile") / "archive.db"
    with Archive(path) as archive:
        reports, captures = hostile_archive(archive, f"{canary.url}/pwned")
    with serving(path) as served:
        yield Hostile(served.url, reports, captures)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, canary: Canary) -> Iterator[Page]:
    canary.asked.clear()
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def is_hit(page: Page) -> bool:
    return any(frame.evaluate("window.pwned === 1") for frame in page.frames)


def dangers(page: Page) -> int:
    """Elements that could load or run something, in all frames."""
    return sum(frame.evaluate(f"document.querySelectorAll(`{DANGEROUS}`).length") for frame in page.frames)


def test_unfenced_these_attacks_do_run(page: Page, canary: Canary) -> None:
    """Else the tests below could not fail."""
    running = 0
    for body in bodies(f"{canary.url}/pwned"):
        canary.unfenced = f"<!DOCTYPE html><title>x</title><body>{body}"
        canary.asked.clear()
        with suppress(Error):  # an attack may lead elsewhere before the page has loaded
            page.goto(f"{canary.url}/page")
        running += bool(canary.asked) or is_hit(page)
    assert running >= 18


def test_no_report_runs_what_it_says(page: Page, hostile: Hostile, canary: Canary) -> None:
    first = hostile.reports[0]
    addresses = [f"/report/{number}" for number in hostile.reports]
    addresses += ["/", "/?all=1", "/?q=nguy+hiem", "/portals", f"/report/{first}/captures", f"/report/{first}/changes"]
    addresses += ["/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&section=%22onfocus=%22alert(1)", "/nope/<script>"]
    for address in addresses:
        page.goto(hostile.url + address)
        schemes = page.locator("a[href]").evaluate_all("links => [...new Set(links.map(link => link.protocol))]")
        assert set(schemes) <= {"http:", "https:", "mailto:"}, address
        assert not is_hit(page), address
        assert not dangers(page), address
        assert "49" not in page.title()
    assert canary.asked == []


def test_no_captured_page_runs_or_asks_for_anything(page: Page, hostile: Hostile, canary: Canary) -> None:
    """In its frame, and (some of them) opened by themselves."""
    addresses = [f"/capture/{number}" for number in hostile.captures]
    addresses += [f"/capture/{number}/page" for number in (*hostile.captures[::4], *hostile.captures[-len(TYPES) :])]
    for address in addresses:
        page.goto(hostile.url + address)
        assert page.url == hostile.url + address
        assert not is_hit(page), address
        assert not dangers(page), address
    assert canary.asked == []


def test_a_click_on_a_hostile_link_runs_nothing(page: Page, hostile: Hostile, canary: Canary) -> None:
    number = next(n for n, body in zip(hostile.captures, bodies(""), strict=False) if "id=link" in body)
    page.goto(f"{hostile.url}/capture/{number}")
    for text in "xyz":
        page.frame_locator("iframe.then").get_by_text(text, exact=True).click()
    page.goto(f"{hostile.url}/report/{hostile.reports[0]}")
    for link in page.get_by_role("link", name="at the portal").all():
        link.click()
    assert not is_hit(page)
    assert canary.asked == []


def test_downloads_are_files_with_harmless_names_whatever_they_hold(hostile: Hostile) -> None:
    with httpx.Client(base_url=hostile.url) as client:
        for number in hostile.captures:
            for address in (f"/capture/{number}/raw", f"/capture/{number}/headers"):
                answer = client.get(address)
                assert answer.status_code == 200
                name = answer.headers["content-disposition"]
                assert name.startswith('attachment; filename="capture-')
                assert not set(name.partition('filename="')[2][:-1]) & set("/\\\"'<>\r\n;")
                assert answer.headers["content-type"].split(";")[0] in ("application/octet-stream", "text/plain")
                assert "sandbox" in answer.headers["content-security-policy"]
                assert not {"x", "set-cookie"} & set(answer.headers)
            assert client.get(f"/capture/{number}/picture").status_code == 404
            shown = client.get(f"/capture/{number}/page")
            if shown.status_code == 200:
                assert shown.headers["content-security-policy"].startswith(
                    "default-src 'none'; style-src 'unsafe-inline'"
                )
