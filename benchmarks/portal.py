"""A portal to crawl on loopback: the pages of the corpus and lists of them, from a process of its own."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit
from urllib.request import urlopen
from zlib import crc32

from aiohttp import web

from benchmarks.corpus import Pages, pages

PER_LIST = 50
LONGEST = 500_000  # bytes: as in memory.py, a few huge pages would hide what many usual ones take
# Links of the pages lead to pages of this portal, as they would on their own one; not those to files, or to elsewhere.
_LINK = re.compile(rb"""(<a\s[^>]*?href\s*=\s*["']?)(?![a-z]+:|//|#)([^"'>]+?)(?=["'>])""", re.I)
_FILE = re.compile(rb"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|jpe?g|png|gif|mp[34]|wm[av])$", re.I)
# A repeated page would claim to be another address of the first one, and the feeds of its portal are not here.
_ELSEWHERE = re.compile(rb"<link\b[^>]*\b(?:canonical|alternate)\b[^>]*>", re.I)


@contextmanager
def served(count: int) -> Iterator[str]:
    """The address of a portal with so many different pages, until the block ends.

    Any other number gets a page too (`/p/1000000`, `/p/slug-1000000`), but no list leads to it.
    """
    command = (sys.executable, "-m", "benchmarks.portal", str(count))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def sent(base: str) -> int:
    """How many different pages the portal has sent since it was asked this last."""
    with urlopen(f"{base}sent") as answer:
        return int(answer.read())


def rate(base: str, count: int) -> float:
    """Pages per second that the portal sends to a client that does nothing with them, one after the other."""
    connection = HTTPConnection(urlsplit(base).netloc)
    start = time.perf_counter()
    for number in range(count):
        connection.request("GET", f"/p/{number}")
        connection.getresponse().read()
    seconds = time.perf_counter() - start
    connection.close()
    sent(base)
    return count / seconds


class _Site:
    """The pages by their number: the corpus over and over, each time with other words."""

    def __init__(self, corpus: Pages, count: int) -> None:
        self.count = count
        self.sent: set[int] = set()
        mixed = sorted(corpus, key=lambda page: crc32(page[1].encode()))  # a few of each host, however few in all
        self.bodies = [self._at_home(html) for html, _ in mixed if len(html) <= LONGEST][:count]

    def _at_home(self, html: bytes) -> bytes:
        def lead_here(link: re.Match[bytes]) -> bytes:
            to_file = _FILE.search(link[2].partition(b"?")[0])
            return link[0] if to_file else b"%s/p/%d" % (link[1], crc32(link[2]) % self.count)

        return _LINK.sub(lead_here, _ELSEWHERE.sub(b"", html))

    async def page(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        self.sent.add(number)
        mark = b" %d" % number
        html = self.bodies[number % len(self.bodies)]
        for ending in (b"</p>", b"</h1>", b"</title>"):
            html = html.replace(ending, mark + ending)
        return web.Response(body=html, headers={"Content-Type": "text/html"})  # the page itself says its charset

    async def sum_up(self, _request: web.Request) -> web.Response:
        answer = web.Response(text=str(len(self.sent)))
        self.sent.clear()
        return answer

    async def front(self, _request: web.Request) -> web.Response:
        lists = range((self.count + PER_LIST - 1) // PER_LIST)
        return _listing("Cổng thông tin điện tử", [(f"/danh-muc/{n}", f"Danh mục tin số {n}") for n in lists])

    async def listing(self, request: web.Request) -> web.Response:
        first = int(request.match_info["number"]) * PER_LIST
        numbers = range(first, min(first + PER_LIST, self.count))
        return _listing("Danh mục tin", [(f"/p/{n}", f"Bản tin số {n} của tỉnh Bạch Hải") for n in numbers])


def _listing(title: str, links: list[tuple[str, str]]) -> web.Response:
    items = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in links)
    html = f"<!DOCTYPE html><html lang=vi><title>{title}</title><body><h1>{title}</h1><ul>{items}</ul></body></html>"
    return web.Response(text=html, content_type="text/html")


async def _robots(_request: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nAllow: /\n")


async def _serve(site: _Site) -> None:
    app = web.Application()
    app.router.add_get("/", site.front)
    app.router.add_get("/robots.txt", _robots)
    app.router.add_get("/sent", site.sum_up)
    app.router.add_get(r"/danh-muc/{number:\d+}", site.listing)
    app.router.add_get(r"/p/{slug:(?:.*-)?}{number:\d+}", site.page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    print(f"http://{host}:{port}/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(_Site(pages()[1], int(sys.argv[1]))))
