"""A portal that grows from night to night, on 127.0.0.1, and what passes of time between two nights.

Its one list `/tin-tuc` has a page for every ten reports, the newest first; beside every page stand the newest ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from portal_archiver.model import Portal
from portal_archiver.store import Archive

PER_PAGE = 10
PROSE = "<p>Sáng 12/7, lãnh đạo tỉnh Bạch Hải dự lễ và trao quà cho bà con ngư dân trong xã đảo nhân mùa cá mới.</p>"
TIMES = {
    "urls": ("due", "tried_at", "fetched_at"),
    "articles": ("first_seen", "last_seen"),
    "captures": ("fetched_at",),
    "runs": ("started_at", "finished_at"),
}


class GrowingPortal:
    """What the portal shows: `reports` are numbers, the newest first; `asked` is what was asked for, in order.

    `pages` answers other addresses (path with query) by status, body and location; `unknown` what is none of them.
    """

    def __init__(self, reports: int) -> None:
        self.url = ""
        self.begin(reports)

    def begin(self, reports: int) -> None:
        """As on the first day, whatever was published and asked since."""
        self.reports = list(range(reports, 0, -1))
        self.asked: list[str] = []
        self.pages: dict[str, tuple[int, str, str]] = {}
        self.gone: set[str] = set()
        self.dates: dict[int, str] = {}
        self.unknown: Callable[[str], tuple[int, str, str]] = lambda path: (404, "<h1>Không tìm thấy trang</h1>", "")

    def night(self) -> list[str]:
        """What was asked for since this was called last, but for robots.txt, and the usual places of indexes."""
        asked, self.asked = self.asked, []
        return [path for path in asked if path not in ("/robots.txt", "/sitemap.xml", "/rss", "/rss.xml", "/feed")]

    def publish(self, count: int) -> set[str]:
        """Put new reports on top of the list; their paths."""
        newest = max(self.reports)
        new = range(newest + count, newest, -1)
        self.reports[:0] = new
        return {path_of(number) for number in new}

    def answer(self, target: str) -> tuple[int, str, str]:
        """Status, body and location for a path with its query."""
        parts = urlsplit(target)
        if target in self.gone:
            return 404, "<h1>Không tìm thấy trang</h1>", ""
        if target in self.pages:
            return self.pages[target]
        number = parts.path.removeprefix("/bai/tin-so-").removesuffix(".html")
        if number.isdigit() and int(number) in self.reports:
            return 200, f"<title>{title(int(number))}</title><h1>{title(int(number))}</h1>{3 * PROSE}", ""
        if parts.path == "/tin-tuc":
            return 200, self.list_page(int(parse_qs(parts.query).get("page", ["1"])[0])), ""
        if target == "/":
            return 200, f"<title>Bạch Hải</title><a href='/tin-tuc'>Tin tức</a>{self.links(self.reports[:5])}", ""
        return self.unknown(target)

    def list_page(self, number: int) -> str:
        shown = self.reports[(number - 1) * PER_PAGE : number * PER_PAGE]
        last = -(-len(self.reports) // PER_PAGE)
        others = sorted({1, *range(max(1, number - 2), min(last, number + 2) + 1), last} - {number})
        pager = "".join(f"<a href='/tin-tuc?page={n}'>{n}</a>" if n > 1 else "<a href='/tin-tuc'>1</a>" for n in others)
        side = f"<aside><h2>Tin mới</h2>{self.links(self.reports[:5])}</aside>"
        return f"<title>Tin tức</title><h1>Tin tức</h1>{self.links(shown)}<p>{pager}</p>{side}"

    def links(self, numbers: list[int]) -> str:
        items = "".join(
            f"<li><a href='{path_of(n)}'>{title(n)}</a> <span>{self.dates.get(n, '')}</span></li>" for n in numbers
        )
        return f"<ul>{items}</ul>"


def title(number: int) -> str:
    return f"Bạch Hải: ngư dân xã đảo ra khơi chuyến thứ {number} trong mùa cá mới"


def path_of(number: int) -> str:
    return f"/bai/tin-so-{number}.html"


@contextmanager
def growing(reports: int) -> Iterator[GrowingPortal]:
    portal = GrowingPortal(reports)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            portal.asked.append(self.path)
            status, text, location = portal.answer(self.path)
            body = text.encode()
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            xml = text.startswith(("<urlset", "<rss"))
            self.send_header("Content-Type", "text/xml" if xml else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    portal.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield portal
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def portal_of(site: GrowingPortal, **settings: Any) -> Portal:
    return Portal((f"{site.url}/",), key="bachhai", delay=0, allow_private=True, **settings)


def pass_time(archive: Archive, **spans: float) -> None:
    """As if all that the archive holds had happened so much earlier: `pass_time(archive, days=1)`."""
    span = timedelta(**spans)

    def earlier(text: str | None) -> str | None:
        moved = datetime.fromisoformat(text) - span if text and not text.startswith("9999") else None
        return moved.isoformat(timespec="microseconds") if moved else text

    archive.db.conn.create_function("earlier", 1, earlier)
    for table, columns in TIMES.items():
        archive.db.execute(f"UPDATE {table} SET {', '.join(f'{name} = earlier({name})' for name in columns)}")
    archive.db.conn.commit()
