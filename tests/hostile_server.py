"""A server on 127.0.0.1 that does what servers do on a bad day; every arrival is recorded.

The endpoints are a table from path to a function that answers; `/robots.txt` is what the test says it is. Used as
`with HostileServer() as server: ... server.url("/slow") ... server.arrivals`; with `tls` it is https.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import brotli  # type: ignore[import-untyped]
import zstandard

from portal_archiver.model import Portal

PAGE = (
    "<!doctype html><html><title>Bạch Hải</title>" + 20 * "<p>Tỉnh Bạch Hải đón mùa cá mới.</p>" + "</html>"
).encode()
SITEMAP = b"<urlset>" + 300 * b"<url><loc>http://bachhai.example/</loc></url>" + b"</urlset>"
HTML = ("Content-Type", "text/html; charset=utf-8")
OK = b"HTTP/1.1 200 OK\r\n"
ETAG = '"mua-ca-1"'
MODIFIED = "Sat, 01 Aug 2026 02:30:00 GMT"
BOMB_BYTES = 50_000_000
SECTIONS = {"": "Bạch Hải", "tin-tuc": "Tin tức", "van-ban": "Văn bản", "du-lich": "Du lịch", "y-te": "Y tế"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as it came in: the path, the headers (names in lower case), seconds of a monotonic clock, and how
    many requests were in flight then, itself included."""

    path: str
    headers: dict[str, str]
    at: float
    in_flight: int


class HostileServer(ThreadingHTTPServer):
    """The server; it lives in a thread from `__enter__` to `__exit__`, on a port of its own."""

    daemon_threads = True
    block_on_close = True

    def __init__(self, robots: str | int = 404, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Hostile)
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.robots = robots
        self.robots_location = ""
        self.arrivals: list[Arrival] = []
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.in_flight = 0
        self.asked: Counter[str] = Counter()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on us is what the tests are about."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_address[1]}{path}"

    def paths(self) -> list[str]:
        return [arrival.path for arrival in self.arrivals]

    def gaps(self) -> list[float]:
        """The seconds between each arrival and the next."""
        times = [arrival.at for arrival in self.arrivals]
        return [after - before for before, after in pairwise(times)]


class Hostile(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go in two writes; together they would cost 40 ms a request
    server: HostileServer

    def log_message(self, *args: object) -> None:
        """Say nothing: arrivals are recorded."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        with self.server.lock:
            self.server.in_flight += 1
            self.server.asked[path] += 1
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.arrivals.append(Arrival(self.path, headers, time.monotonic(), self.server.in_flight))
        try:
            answer = next((FOLDERS[folder] for folder in FOLDERS if path.startswith(folder)), not_found)
            ENDPOINTS.get(path, answer)(self)
        finally:
            with self.server.lock:
                self.server.in_flight -= 1

    def reply(self, status: int, body: bytes = b"", *headers: tuple[str, str], length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, location: str, *headers: tuple[str, str]) -> None:
        self.reply(302, b"", ("Location", location), *headers)

    def times(self) -> int:
        """How often this path has been asked for, this time included."""
        return self.server.asked[urlsplit(self.path).path]

    def hang_up(self, *, reset: bool = False) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def page(request: Hostile) -> None:
    request.reply(200, PAGE, HTML)


def slowish(request: Hostile) -> None:
    """Takes long enough for another request to arrive meanwhile, if one were sent."""
    request.server.closing.wait(0.03)
    request.reply(200, PAGE, HTML)


def slow(request: Hostile) -> None:
    """Is hard at work for every answer."""
    request.server.closing.wait(0.3)
    request.reply(200, PAGE, HTML)


def robots(request: Hostile) -> None:
    said = request.server.robots
    if request.server.robots_location:
        return request.redirect(request.server.robots_location)
    if isinstance(said, int):
        return request.reply(said, b"")
    return request.reply(200, said.encode(), ("Content-Type", "text/plain"))


def not_found(request: Hostile) -> None:
    request.reply(404, "Không tìm thấy".encode(), HTML)


def conditional(status: int) -> Callable[[Hostile], None]:
    """Answers with validators, and with a 304 to whoever brings them back."""
    validators = (("ETag", ETAG), ("Last-Modified", MODIFIED))

    def answer(request: Hostile) -> None:
        if request.headers["If-None-Match"] == ETAG or request.headers["If-Modified-Since"] == MODIFIED:
            return request.reply(304, b"", *validators)
        return request.reply(status, PAGE, HTML, *validators)

    return answer


def compressed(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[Hostile], None]:
    return lambda request: request.reply(200, pack(PAGE), HTML, ("Content-Encoding", coding))


@cache
def bomb_body(coding: str) -> bytes:
    """Much from little: 50 MB of zeros in some ten kilobytes (gzip, twice: a few hundred bytes)."""
    zeros = bytes(BOMB_BYTES)
    if coding == "br":
        return bytes(brotli.compress(zeros, quality=3))
    if coding == "zstd":
        return zstandard.compress(zeros)
    once = gzip.compress(zeros, 6)
    return gzip.compress(once) if "," in coding else once


def bomb(coding: str) -> Callable[[Hostile], None]:
    return lambda request: request.reply(200, bomb_body(coding), HTML, ("Content-Encoding", coding))


def endless(request: Hostile) -> None:
    """A body without length and without end."""
    request.send_response(200)
    request.send_header(*HTML)
    request.send_header("Connection", "close")
    request.end_headers()
    request.close_connection = True
    while not request.server.closing.is_set():
        request.wfile.write(b"<p>" + b"a" * 65536)


def slow_loris(request: Hostile) -> None:
    """One byte now and then."""
    request.send_response(200)
    request.send_header(*HTML)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while not request.server.closing.wait(0.02):
        request.wfile.write(b"a")


def silent(request: Hostile) -> None:
    """No answer at all."""
    request.server.closing.wait(30)
    request.hang_up()


def too_short(request: Hostile) -> None:
    request.reply(200, PAGE, HTML, length=len(PAGE) + 1000)
    request.hang_up()


def too_long(request: Hostile) -> None:
    request.reply(200, PAGE, HTML, length=len(PAGE) - 10)


def raw(*pieces: bytes) -> Callable[[Hostile], None]:
    """Sends bytes as they are, and hangs up."""

    def answer(request: Hostile) -> None:
        for piece in pieces:
            request.wfile.write(piece)
        request.hang_up()

    return answer


def dripping(piece: bytes, after: bytes = b"") -> Callable[[Hostile], None]:
    """Begins as it should, and goes on with the same piece for ever."""

    def answer(request: Hostile) -> None:
        request.wfile.write(after)
        while not request.server.closing.wait(0.02):
            request.wfile.write(piece)
        request.hang_up()

    return answer


def lying_etag(request: Hostile) -> None:
    """Another page each time, under the same ETag."""
    visit = f"<p>Lần {request.times()}</p>".encode()
    request.reply(200, PAGE.replace(b"</html>", visit + b"</html>"), HTML, ("ETag", ETAG))


def chunks(*pieces: bytes) -> Callable[[Hostile], None]:
    """A chunked body that goes wrong after its headers have arrived."""

    def answer(request: Hostile) -> None:
        request.send_response(200)
        request.send_header(*HTML)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for piece in pieces:
            request.server.closing.wait(0.05)
            request.wfile.write(piece)
        request.hang_up()

    return answer


def chain(request: Hostile) -> None:
    step = int(urlsplit(request.path).query or 0)
    request.redirect(f"/chain?{step + 1}")


def cookie_wall(request: Hostile) -> None:
    """Redirects to itself until its cookie comes back, as ASP.NET does."""
    if "seen=1" in (request.headers["Cookie"] or ""):
        return request.reply(200, PAGE, HTML)
    return request.redirect("/cookie-wall", ("Set-Cookie", "seen=1; Path=/"))


def listing(heading: str, links: dict[str, str], visitor: int) -> bytes:
    """A page that leads to others, and counts who looks at it."""
    items = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in links.items())
    return f"<!doctype html><title>{heading}</title><h1>{heading}</h1><ul>{items}</ul><p>Khách: {visitor}</p>".encode()


def mirror(request: Hostile) -> None:
    """Four lists in two languages that link to each other, relative to where one is: a new address at every step."""
    name = urlsplit(request.path).path.rsplit("/", 1)[-1]
    reports = {f"/reports/{name}-{n}": f"{SECTIONS[name]}: bài số {n} của tuần" for n in range(4)} if name else {}
    lists = {f"{folder}/{name}": text for folder in ("en", "vi") for name, text in SECTIONS.items() if name}
    visitor = len(request.server.arrivals)
    request.reply(200, listing(SECTIONS[name], reports | lists, visitor), HTML)


def calendar(request: Hostile) -> None:
    """A month without a meeting, which leads to its days, and to the next."""
    at = dict(parse_qsl(urlsplit(request.path).query))
    month = int(at.get("month", 1))
    days = {f"/calendar/?day={day}&month={month}": str(day) for day in range(1, 29)} if "day" not in at else {}
    links = {f"/calendar/?month={month + 1}": "Tháng sau", **days}
    request.reply(200, listing(f"Lịch công tác tháng {month}", links, 0), HTML)


def echo(request: Hostile) -> None:
    """Says with status 200 that there is no such page, by its name, and links on from there."""
    path = urlsplit(request.path).path
    name = path.rsplit("/", 1)[-1]
    links = {"/echo/": "Trang chủ", f"{path}/chi-tiet": "Xem chi tiết", f"/echo/tim?q={name}": "Tìm kiếm"}
    request.reply(200, listing(f"Không tìm thấy trang {name}", links, len(request.server.arrivals)), HTML)


def front_page_everywhere(request: Hostile) -> None:
    """Answers whatever is asked for with the front page, whose links are relative to where one is."""
    names = ("tin-tuc", "van-ban/", "du-lich/le-hoi", "../y-te")
    links = {name: f"Chuyên mục {name} của tỉnh" for name in names}
    request.reply(200, listing("Bạch Hải", links, len(request.server.arrivals)), HTML)


def overloaded(status: int, retry_after: Callable[[], str | None]) -> Callable[[Hostile], None]:
    """Fails the first time, and says when to come back."""

    def answer(request: Hostile) -> None:
        if request.times() > 1:
            return request.reply(200, PAGE, HTML)
        value = retry_after()
        return request.reply(status, b"", *([("Retry-After", value)] if value else []))

    return answer


def flaky(request: Hostile) -> None:
    """Resets the connection twice, then works."""
    if request.times() < 3:
        return request.hang_up(reset=True)
    return request.reply(200, PAGE, HTML)


ENDPOINTS: dict[str, Callable[[Hostile], None]] = {
    "/robots.txt": robots,
    "/": page,
    "/page": page,
    "/slowish": slowish,
    "/slow": slow,
    "/conditional": conditional(200),
    "/by-proxy": conditional(203),
    "/gzip": compressed("gzip", gzip.compress),
    "/gzip-twice": compressed("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "/deflate": compressed("deflate", zlib.compress),
    "/raw-deflate": compressed("deflate", lambda body: zlib.compress(body, wbits=-15)),
    "/br": compressed("br", brotli.compress),
    "/zstd": compressed("zstd", zstandard.compress),
    "/no-gzip": compressed("gzip", bytes),
    "/cut-gzip": compressed("gzip", lambda body: gzip.compress(body)[:-20]),
    "/unknown-coding": compressed("rot13", bytes),
    "/bomb-gzip": bomb("gzip"),
    "/bomb-gzip-twice": bomb("gzip, gzip"),
    "/bomb-br": bomb("br"),
    "/bomb-zstd": bomb("zstd"),
    "/endless": endless,
    "/slow-loris": slow_loris,
    "/silent": silent,
    "/announces-much": lambda request: request.reply(200, b"", HTML, length=10**12),
    "/too-short": too_short,
    "/too-long": too_long,
    "/reset": lambda request: request.hang_up(reset=True),
    "/hangs-up": lambda request: request.hang_up(),
    "/no-http": raw(b"\x00\x01 good day to you\r\n\r\n"),
    "/http-0.9": raw(PAGE),
    "/no-status": raw(b"HTTP/1.1 OK fine\r\nContent-Length: 0\r\n\r\n"),
    "/garbage-headers": raw(OK, b"\xff\xfe\x00 nonsense\r\nno colon here\r\n\r\n", PAGE),
    "/huge-header": raw(OK, b"X-Much: " + b"a" * 1_000_000, b"\r\n\r\n", PAGE),
    "/many-headers": raw(OK, *(b"X-%d: a\r\n" % n for n in range(5000)), b"\r\n", PAGE),
    "/cut-status": raw(OK[:10]),
    "/cut-headers": raw(OK, b"Content-Type: text/ht"),
    "/slow-headers": dripping(b"X-Wait: a\r\n", OK),
    "/slow-header": dripping(b"a", OK + b"X-Wait: "),
    "/two-lengths": raw(OK, b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n", b"<p>123456"),
    "/minus-length": raw(OK, b"Content-Length: -5\r\n\r\n", PAGE),
    "/early-hints": raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", OK, b"\r\n", PAGE),
    "/interim-for-ever": dripping(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "/switching": raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
    "/empty": lambda request: request.reply(200, b"", HTML),
    "/lying-etag": lying_etag,
    "/wrong-charset": lambda request: request.reply(200, PAGE, ("Content-Type", "text/html; charset=iso-8859-1")),
    "/unknown-charset": lambda request: request.reply(200, PAGE, ("Content-Type", "text/html; charset=x-vni")),
    "/broken-chunks": chunks(b"zz\r\nnot a chunk\r\n"),
    "/cut-chunks": chunks(b"3\r\n<p>\r\n"),
    "/flaky": flaky,
    "/file": lambda request: request.reply(200, b"%PDF-1.7" * 1000, ("Content-Type", "application/pdf")),
    "/sitemap-12kb": lambda request: request.reply(200, SITEMAP, ("Content-Type", "text/xml")),
    "/no-type": lambda request: request.reply(200, PAGE),
    "/gone": lambda request: request.reply(410, PAGE, HTML),
    "/gone-file": lambda request: request.reply(404, b"\x89PNG", ("Content-Type", "image/png")),
    "/forbidden": lambda request: request.reply(403, PAGE, HTML),
    "/bad-request": lambda request: request.reply(400, PAGE, HTML),
    "/no-content": lambda request: request.reply(204),
    "/broken": lambda request: request.reply(500, PAGE, HTML),
    "/lying-304": lambda request: request.reply(304),
    "/loop": lambda request: request.redirect("/loop-back"),
    "/loop-back": lambda request: request.redirect("/loop"),
    "/chain": chain,
    "/cookie-wall": cookie_wall,
    "/moved": lambda request: request.redirect("/page#top"),
    "/moved-utf8": lambda request: request.redirect("/tin-tức".encode().decode("latin-1")),
    "/tin-t%E1%BB%A9c": page,
    "/to-file": lambda request: request.redirect("/anh.jpg"),
    "/moved-nowhere": lambda request: request.reply(302),
    "/to-mail": lambda request: request.redirect("mailto:tin@bachhai.example"),
    "/to-nowhere": lambda request: request.redirect("http://[bad"),
    "/to-other-host": lambda request: request.redirect("http://khac.example/"),
    "/to-metadata": lambda request: request.redirect("http://169.254.169.254/latest/meta-data/"),
    "/to-neighbor": lambda request: request.redirect(request.server.url("/page", "127.0.0.2")),
    "/overloaded": lambda request: request.reply(503),
    "/busy-seconds": overloaded(503, lambda: "1"),
    "/busy-date": overloaded(429, lambda: formatdate(time.time() + 2, usegmt=True)),
    "/busy-silent": overloaded(429, lambda: None),
    "/busy-for-a-day": overloaded(429, lambda: "86400"),
    "/busy-nonsense": overloaded(503, lambda: "soon"),
}


# The same for all that lies below a path.
FOLDERS: dict[str, Callable[[Hostile], None]] = {
    "/mirror/": mirror,
    "/calendar/": calendar,
    "/echo/": echo,
    "/front/": front_page_everywhere,
}


def portal_of(server: HostileServer, **changes: Any) -> Portal:
    """A portal that starts at the server, unhurried."""
    return replace(Portal(start=(server.url("/"),), delay=0.0, allow_private=True), **changes)
