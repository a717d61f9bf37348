"""The pages beside Datasette's: the same archive, the same readers, in turns, while it is still and while it grows.

    python -m benchmarks.serving [REPORTS] [--archive FILE]

With --archive the archive is made there, or taken if it is there already. Datasette shows what of it comes closest: the
page of the index, searched, with 20 rows and without suggested facets; and the page of a report's version. No query and
no report is asked for twice of a server in one measurement.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.reports import fill, reports
from benchmarks.writing import writing

READERS = 4  # at once
ROUNDS = 3  # the servers take turns, so that what else the machine does meets both
ASKED = {"search": 24, "report": 240}  # in a round
TARGETS = {"search": 2.0, "report": 3.0}  # times the requests per second of the peer
START = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    """A server at work: its name, port, and the addresses of its pages, made of a query or the number of a report."""

    name: str
    port: int
    pages: dict[str, str]

    def address(self, page: str, asked: str | int) -> str:
        return self.pages[page].format(quote(str(asked)))


def main() -> None:
    """Prints requests per second, p50 and p95 of both pages of both servers, and the ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("reports", nargs="?", type=int, default=20_000)
    options.add_argument("--archive", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        if asked.archive and asked.archive.exists():
            shutil.copyfile(asked.archive, path)  # what is written while we measure is no part of it
        else:
            fill(path, reports(asked.reports))
            if asked.archive:
                shutil.copyfile(path, asked.archive)
        _measure(path)


def _measure(path: Path) -> None:
    with sqlite3.connect(path) as sql:
        number = sql.execute("SELECT count(*) FROM articles").fetchone()[0]
        queries = _queries(sql, number, (2 * ROUNDS + 1) * ASKED["search"])
    numbers = random.Random(2).sample(range(1, number + 1), min(number, (2 * ROUNDS + 1) * ASKED["report"]))
    print(f"Serving {number:,} reports to {READERS} readers at once; requests per second, p50 and p95 in ms")
    with _ours(path) as ours, _datasette(path) as peer:
        servers = [ours] + ([peer] if peer else [])
        work: dict[str, Iterator[str | int]] = {"search": iter(queries), "report": iter(numbers)}
        for server in servers:
            for page in ASKED:
                _ask(server, page, (queries if page == "search" else numbers)[-ASKED[page] :])  # what is made once
        for name, busy in (("while nobody writes", False), ("while a crawl writes", True)):
            with writing(path, busy=busy):
                _compare(name, servers, work)


def _compare(name: str, servers: Sequence[Server], work: dict[str, Iterator[str | int]]) -> None:
    for page, number in ASKED.items():
        times: dict[str, list[float]] = {server.name: [] for server in servers}
        took = dict.fromkeys(times, 0.0)
        for _ in range(ROUNDS):
            asked = [one for _, one in zip(range(number), work[page], strict=False)]
            for server in servers:
                start = time.perf_counter()
                times[server.name] += _ask(server, page, asked)
                took[server.name] += time.perf_counter() - start
        rates = {server: len(times[server]) / took[server] for server in times}
        shown = [f"{who} {rates[who]:6.1f}/s {_p(times[who], 50):6.1f} {_p(times[who], 95):6.1f}" for who in times]
        print(f"  {page:7s} {name:22s} " + "   ".join(shown) + _ratio(page, list(rates.values()), list(times.values())))


def _ratio(page: str, rates: Sequence[float], times: Sequence[Sequence[float]]) -> str:
    if len(rates) < 2:
        return ""
    slower = _p(times[0], 95) / _p(times[1], 95)
    return f"   {rates[0] / rates[1]:5.1f} times (at least {TARGETS[page]:.0f}), p95 {slower:.2f} of its"


def _p(times: Sequence[float], percent: int) -> float:
    return 1e3 * statistics.quantiles(times, n=100)[percent - 1]


def _ask(server: Server, page: str, asked: Sequence[str | int]) -> list[float]:
    """Have the readers ask, each over a connection of its own; the seconds that each answer took."""
    shares = [asked[reader::READERS] for reader in range(READERS)]
    with ThreadPoolExecutor(READERS) as readers:
        return [one for took in readers.map(lambda share: _read(server, page, share), shares) for one in took]


def _read(server: Server, page: str, share: Sequence[str | int]) -> list[float]:
    times = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=START) as connection:
        for one in share:
            address = server.address(page, one)
            start = time.perf_counter()
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            status = _answer(connection)
            times.append(time.perf_counter() - start)
            if status != b"200":
                raise RuntimeError(f"{server.name} answered {status.decode()} to {address}")
    return times


def _answer(connection: socket.socket) -> bytes:
    """Read an answer to its end, and return its status: a whole HTTP client would take as long as the server."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    size = len(body)
    while size < int(length[1]) if length else not body.endswith(b"0\r\n\r\n"):
        more = _some(connection)
        size += len(more)
        body = body[-5:] + more
    return head[9:12]


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 18)
    if not data:
        raise RuntimeError("a server closed the connection before its answer was at its end")
    return data


def _queries(sql: sqlite3.Connection, reports: int, number: int) -> list[str]:
    """One to three words that stand side by side somewhere, as people ask; each once."""
    chance = random.Random(1)
    made: dict[str, None] = {}
    while len(made) < number:
        wanted = chance.randrange(1, reports + 1)
        (body,) = sql.execute("SELECT body FROM revisions WHERE id = ?", (wanted,)).fetchone()
        words = re.findall(r"[^\W_]+", body.lower())
        first = chance.randrange(max(len(words) - 3, 1))
        made[" ".join(words[first : first + chance.choice((1, 2, 2, 3, 3))])] = None
    return list(made)


@contextmanager
def _ours(path: Path) -> Iterator[Server]:
    command = (sys.executable, "-m", "portal_archiver", "serve", "--archive", str(path), "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline().partition("127.0.0.1:")[2].partition("/")[0])
        try:
            _wait_for(port)
            yield Server("portal-archiver", port, {"search": "/?q={}", "report": "/report/{}"})
        finally:
            process.terminate()


@contextmanager
def _datasette(path: Path) -> Iterator[Server | None]:
    """Its fastest way to the same: no counts of facets are asked for, and none are suggested."""
    if importlib.util.find_spec("datasette") is None:
        print("  Datasette is not installed here")
        yield None
        return
    port = _free_port()
    options = ("--port", str(port), "--setting", "suggest_facets", "off", "--setting", "sql_time_limit_ms", "30000")
    command = (sys.executable, "-m", "datasette", "serve", str(path), *options)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        search = f"/archive/articles_fts?{urlencode({'_size': 20})}&_search={{}}"
        try:
            _wait_for(port)
            yield Server("Datasette", port, {"search": search, "report": "/archive/revisions/{}"})
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + START
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=START)
            connection.request("GET", "/")
            connection.getresponse().read()
            return connection.close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
