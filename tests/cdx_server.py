"""A web archive on 127.0.0.1 that speaks all three interfaces, and misbehaves where a test says so.

`/cdx/search/cdx` and `/web/...` are as wayback-cdx-server and the Internet Archive have them, `/tinh/cdx` and
`/tinh/...` as pywb, `/collinfo.json` and what it leads to as Common Crawl. What an answer is to be instead is put into
`instead`, by a part of its address; every arrival is recorded.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = ("Content-Type", "text/html; charset=utf-8")
Headers = tuple[tuple[str, str], ...]
WARC = "crawl-data/CC-MAIN-2020-05/warc/a.warc.gz"


@dataclass(frozen=True, slots=True)
class Held:
    """A capture of the archive; `listed` is what its index says that is not so, `sent` what comes in its place."""

    url: str
    digits: str
    body: bytes
    headers: Headers = (HTML, ("ETag", '"1"'), ("Server", "BachHai"))
    mime: str = "text/html"
    status: str = "200"
    listed: tuple[tuple[str, str], ...] = ()

    @property
    def made(self) -> datetime:
        return datetime.strptime(self.digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    def fields(self) -> dict[str, str]:
        parts = urlsplit(self.url)
        key = f"{','.join(reversed(parts.netloc.removeprefix('www.').split('.')))}){parts.path.lower()}"
        digest = base64.b32encode(hashlib.sha1(self.body).digest()).decode()
        return {"urlkey": key, "timestamp": self.digits, "original": self.url, "mimetype": self.mime,
                "statuscode": self.status, "digest": digest, "length": "999"} | dict(self.listed)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `missing` bytes of the announced ones never come."""

    status: int = 200
    body: bytes = b""
    headers: Headers = (HTML,)
    missing: int = 0


@dataclass(slots=True)
class Arrival:
    """One request: its path with the query, and when it came."""

    path: str
    at: float = field(default_factory=time.monotonic)


class CdxServer(ThreadingHTTPServer):
    """The archive; it lives in a thread from `__enter__` to `__exit__`. `page` is how many lines it lists at once."""

    daemon_threads = True

    def __init__(self, *held: Held, page: int = 1000) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held = sorted(held, key=lambda one: (one.fields()["urlkey"], one.digits))
        self.page = page
        self.paged = False  # whether the pywb has an index with pages
        self.instead: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self.arrivals: list[Arrival] = []
        self.most_at_once = 0
        self.at_once = 0
        self.lock = threading.Lock()
        self.crawls = [{"id": "CC-MAIN-2020-05", "cdx-api": self.url("/CC-MAIN-2020-05-index")}]
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def asked(self, part: str) -> list[str]:
        """The addresses with this in them that were asked for."""
        return [arrival.path for arrival in self.arrivals if part in arrival.path]

    def warc(self) -> tuple[bytes, dict[Held, tuple[int, int]]]:
        """All captures as one WARC, and where the record of each begins and how long it is."""
        file, places = io.BytesIO(), {}
        writer = WARCWriter(file, gzip=True)
        for one in self.held:
            start = file.tell()
            http = StatusAndHeaders(f"{one.status} OK", list(one.headers), "HTTP/1.1")
            when = {"WARC-Date": f"{one.made:%Y-%m-%dT%H:%M:%SZ}", "WARC-Record-ID": f"<urn:uuid:{one.digits}>"}
            record = writer.create_warc_record(
                one.url, "response", io.BytesIO(one.body), len(one.body), http_headers=http, warc_headers_dict=when
            )
            writer.write_record(record)
            places[one] = start, file.tell() - start
        return file.getvalue(), places


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: CdxServer

    def log_message(self, *args: object) -> None:
        """Say nothing: arrivals are recorded."""

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.arrivals.append(Arrival(self.path))
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            self._send(self._instead() or self._answer())
        finally:
            with self.server.lock:
                self.server.at_once -= 1

    def _instead(self) -> Reply | None:
        queues = (replies for part, replies in self.server.instead.items() if part in self.path and replies)
        replies = next(queues, None)
        return replies.popleft() if replies else None

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + reply.missing))
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = bool(reply.missing)

    def _answer(self) -> Reply:
        path = urlsplit(self.path).path
        for pattern, answer in ROUTES:
            if found := pattern.match(self.path if answer is _memento else unquote(path)):
                return answer(self, found)
        return Reply(404, b"<h1>Not found</h1>")

    def wanted(self) -> tuple[list[Held], dict[str, str]]:
        """What the index has of the query, and its parameters; filters are left to whoever asks."""
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        host = query["url"].removeprefix("www.")
        below = query["matchType"] == "domain"
        since, until = query.get("from", "0"), query.get("to", "9")
        return [
            one
            for one in self.server.held
            if since <= one.digits <= until
            and (name := urlsplit(one.url).netloc.removeprefix("www.").removesuffix(":80"))
            and (name == host or (below and name.endswith(f".{host}")))
        ], query


def _arrays(handler: _Handler, found: re.Match[str]) -> Reply:
    captures, query = handler.wanted()
    start = int(query.get("resumeKey", "0"))
    end = start + min(int(query["limit"]), handler.server.page)
    rows: list[Any] = [list(one.fields().values()) for one in captures[start:end]]
    if rows:
        rows.insert(0, list(captures[0].fields()))
    if end < len(captures):
        rows += [[], [str(end)]]
    text = ",\n ".join(json.dumps(row) for row in rows)
    return Reply(body=f"[{text}]\n".encode(), headers=(("Content-Type", "application/json"),))


def _lines(handler: _Handler, found: re.Match[str]) -> Reply:
    captures, query = handler.wanted()
    places = handler.server.warc()[1]
    crawl = handler.path.startswith("/CC-MAIN")
    size = handler.server.page
    if (crawl or handler.server.paged) and "showNumPages" in query:
        return Reply(body=json.dumps({"pages": -(-len(captures) // size), "pageSize": 5, "blocks": 1}).encode())
    if "page" in query:
        captures = captures[int(query["page"]) * size :][:size]
    lines = []
    for one in captures[: int(query.get("limit", "1000"))]:
        names = {"original": "url", "mimetype": "mime", "statuscode": "status"}
        fields = {names.get(name, name): value for name, value in one.fields().items()}
        if crawl:
            fields |= {"filename": WARC, "offset": str(places[one][0]), "length": str(places[one][1])} | dict(
                one.listed
            )
        lines.append(json.dumps(fields) + "\n")
    if crawl and not lines:
        return Reply(404, b'{"message": "No Captures found for: bachhai.example"}')
    return Reply(body="".join(lines).encode(), headers=(("Content-Type", "text/x-ndjson"),))


def _memento(handler: _Handler, found: re.Match[str]) -> Reply:
    digits, url = found["digits"], found["url"]
    one = next((one for one in handler.server.held if (one.digits, one.url) == (digits, url)), None)
    if one is None:
        return Reply(404, b"<h1>Khong co</h1>")
    prefixed = {"etag", "server"} if found["at"] == "tinh" else {name.lower() for name, _ in one.headers[1:]}
    headers = [(f"X-Archive-Orig-{name}" if name.lower() in prefixed else name, value) for name, value in one.headers]
    own = (
        ("Memento-Datetime", format_datetime(one.made, usegmt=True)),
        ("Link", f'<{url}>; rel="original"'),
        ("Server", "nginx"),
        ("Date", format_datetime(datetime.now(UTC), usegmt=True)),
    )
    return Reply(int(one.status), one.body, (*headers, *own))


def _crawls(handler: _Handler, found: re.Match[str]) -> Reply:
    return Reply(body=json.dumps(handler.server.crawls).encode())


def _range(handler: _Handler, found: re.Match[str]) -> Reply:
    data = handler.server.warc()[0]
    wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers["Range"] or "")
    if wanted is None:
        return Reply(200, data)
    return Reply(206, data[int(wanted[1]) : int(wanted[2]) + 1], (("Content-Type", "application/octet-stream"),))


ROUTES = (
    (re.compile(r"/cdx/search/cdx$"), _arrays),
    (re.compile(r"/(tinh/cdx|CC-MAIN-[\d-]+-index)$"), _lines),
    (re.compile(r"/(?P<at>web|tinh)/(?P<digits>\d{14})id_/(?P<url>.+)"), _memento),
    (re.compile(r"/collinfo\.json$"), _crawls),
    (re.compile(r"/crawl-data/"), _range),
)
