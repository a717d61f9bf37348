"""A monitor on 127.0.0.1 that takes pings, as healthchecks.io does, and remembers them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Monitor:
    """Its `url`, and the pings that came: path and text. It answers with `status`, not before `hold` is set."""

    url: str = ""
    status: int = 200
    hold: threading.Event = field(default_factory=threading.Event)
    pings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.pings]


@contextmanager
def monitor(status: int = 200, *, silent: bool = False) -> Iterator[Monitor]:
    known = Monitor(status=status)
    if not silent:
        known.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            known.pings.append((self.path, text))
            known.hold.wait(300)
            self.send_response(known.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up is what a test is about
    known.url = f"http://127.0.0.1:{server.server_port}/ping/0a1b"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield known
    finally:
        known.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
