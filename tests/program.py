"""The real program in a process of its own, and small portals for it to crawl."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PROGRAM = [sys.executable, "-m", "portal_archiver"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")} | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # as in an active virtual environment
}


def cli(folder: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = ENVIRONMENT | environment
    return subprocess.run([*PROGRAM, *args], cwd=folder, env=env, capture_output=True, text=True, timeout=60)


@contextmanager
def pages(answers: dict[str, tuple[int, str]], hold: threading.Event | None = None) -> Iterator[str]:
    """A portal with these pages (status, HTML); with `hold`, what is under /slow/ waits for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if hold and self.path.startswith("/slow/"):
                hold.wait(30)
            status, html = answers.get(self.path, (404, "<h1>Không tìm thấy</h1>"))
            body = html.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        if hold:
            hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


def configure(folder: Path, tries: int = 3, **portals: str) -> None:
    """A portals.toml of private, unhurried portals: key and start; with one try, one that is gone is told at once."""
    more = "allow_private = true\ndelay = 0\n" + ("" if tries == 3 else f"tries = {tries}\n")
    tables = (f'[portal.{key}]\nstart = "{url}"\n{more}' for key, url in portals.items())
    (folder / "portals.toml").write_text("\n".join(tables), encoding="utf-8")
