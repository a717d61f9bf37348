"""The demo portal on a socket: HTTP/1.1 with conditional requests, started and stopped by `serve`."""

from __future__ import annotations

import hashlib
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, cast

from portal_archiver.demo.content import LOCAL, load
from portal_archiver.demo.pages import STILL, View
from portal_archiver.demo.routes import Resource, find, routes
from portal_archiver.errors import PortalArchiverError

HOST = "127.0.0.1"


@contextmanager
def serve(port: int = 0, *, edited: bool = False) -> Iterator[str]:
    """The base URL of the demo portal (`http://127.0.0.1:PORT/`), served from a thread until the block ends.

    Port 0 takes any free one. `edited` serves the portal after a correction to one of its reports.
    Raises PortalArchiverError when the port cannot be had.
    """
    try:
        server = _Server(port, edited=edited)
    except OSError as error:
        raise PortalArchiverError(
            f"the demo portal cannot listen on {HOST}:{port} ({error.strerror}): choose another port, or 0 for any"
        ) from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"{server.base}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Guards what requests share: the portal, the visitor counter, and the sockets to hang up on at the end."""

    daemon_threads = False  # server_close() then waits for the handlers, so that no socket outlives it
    request_queue_size = 128

    def __init__(self, port: int, *, edited: bool) -> None:
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), _Handler)
        self.base = f"http://{HOST}:{self.server_port}"
        self.site = load(edited=edited)
        self.table = routes(self.site)
        self.visits = itertools.count(1)
        self.etag = lru_cache(maxsize=1024)(_etag)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own would ask the DNS for this machine's name
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def view(self) -> View:
        return View(self.base, datetime.now(LOCAL), next(self.visits))

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for request in tuple(self._open):
            with suppress(OSError):  # the client has hung up first
                request.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    protocol_version = "HTTP/1.1"
    server_version = "BachHaiPortal"
    disable_nagle_algorithm = True  # headers and body are two writes: unsent, the second would wait for an ACK

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        resource = find(server.table, server.site, self.path)
        etag = server.etag(resource) if resource.etag else ""
        if resource.status == 200 and self._fresh(etag, resource.modified):
            self._reply(304, resource, etag)
            return
        body = resource.render(server.view())
        self._reply(resource.status, resource, etag, body.encode() if isinstance(body, str) else body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """Say nothing: the crawler's own log tells what was asked."""

    def _fresh(self, etag: str, modified: datetime | None) -> bool:
        """Whether the client holds this version: If-None-Match, else the date (RFC 9110 §13.2.2)."""
        if (tags := self.headers["If-None-Match"]) is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return bool(etag) and not known.isdisjoint({etag.removeprefix("W/"), "*"})
        since = _http_date(self.headers["If-Modified-Since"])
        return bool(since and modified and modified <= since)

    def _reply(self, status: int, resource: Resource, etag: str, body: bytes | None = None) -> None:
        self.send_response(status)
        if resource.location:
            self.send_header("Location", resource.location)
        if etag:
            self.send_header("ETag", etag)
        if resource.modified:
            self.send_header("Last-Modified", format_datetime(resource.modified.astimezone(UTC), usegmt=True))
        if body is not None:
            self.send_header("Content-Type", resource.media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)


def _etag(resource: Resource) -> str:
    """A validator of what stays when clock and counter stand still; weak where the bytes still differ each time."""
    body = resource.render(STILL)
    digest = hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()[:16]
    return f'W/"{digest}"' if resource.etag == "weak" else f'"{digest}"'


def _http_date(value: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
