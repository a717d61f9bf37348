"""PostgreSQL full text beside the archive: a cluster of its own in a temporary folder, asked through psql.

Words are folded before PostgreSQL sees them, as the archive's are, so both find the same reports; all hits are ordered
by `ts_rank`, which goes by how often and how near each other the words stand. There are no snippets.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.search_peers import LIMIT, Asked, Peer
from portal_archiver.text import fold

MOST_REPORTS = 50_000  # ts_rank reads every hit, and the index takes ten times as long to build as the others
ACCOUNT = "postgres"  # PostgreSQL refuses to run as root
PATIENCE = 30  # seconds that a server may take to answer for the first time
_INSTALLED = Path("/usr/lib/postgresql")  # where Debian has it: a folder for each version
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "jit": "off",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "1GB",
    "max_parallel_workers_per_gather": "0",  # one core
    "max_parallel_maintenance_workers": "0",
}
_TABLE = """
CREATE UNLOGGED TABLE given (id int, portal int, published date, title text, folded text);
\\copy given FROM '{file}'
CREATE UNLOGGED TABLE reports AS SELECT id, portal, published, title, to_tsvector('simple', folded) AS words FROM given;
CREATE INDEX reports_by_word ON reports USING gin (words);
CREATE INDEX reports_by_day ON reports (published);
VACUUM ANALYZE reports;
"""
_ROWS = """
SELECT a.id, a.portal_id, a.published, r.title, r.body FROM articles a JOIN revisions r ON r.id = a.revision_id
"""
_END = "-- end of the answer --"


class Postgres:
    """A table of reports with a GIN index of their words, and a session in which it is asked."""

    def __init__(self, psql: list[str], who: str | None) -> None:
        self._psql = subprocess.Popen(
            psql, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", user=who
        )
        (self._backend,) = self.ask("SELECT pg_backend_pid()")

    def ask(self, sql: str) -> list[str]:
        """The lines of the answer to one statement or more."""
        assert self._psql.stdin and self._psql.stdout
        self._psql.stdin.write(f"{sql};\n\\echo {_END}\n")
        self._psql.stdin.flush()
        lines = iter(self._psql.stdout.readline, "")
        return [line.rstrip("\n") for line in iter(lambda: next(lines), f"{_END}\n")]

    def clock(self) -> float:
        """Seconds of CPU that the server's process of this session has had; where Linux does not say, of the wall."""
        try:
            return int(Path(f"/proc/{self._backend}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            return time.perf_counter()

    def search(self, asked: Asked) -> list[str]:
        """A total and the best hits; or those of a year, the newest first; or counts by year and by portal."""
        quoted = [f"''{fold(word)}''" for word in asked.words]
        said = {"all": " & ", "any": " | ", "phrase": " <-> "}[asked.how].join(quoted)
        found = f"FROM reports, to_tsquery('simple', '{said}') said WHERE words @@ said"
        if asked.extra == "facets":
            years = f"SELECT extract(year FROM published), count(*) {found} GROUP BY 1"
            return self.ask(f"{years}; SELECT portal, count(*) {found} GROUP BY 1")
        if asked.extra == "dates":
            year = "AND published BETWEEN '2019-01-01' AND '2019-12-31'"
            return self.ask(f"SELECT title {found} {year} ORDER BY published DESC LIMIT {LIMIT}")
        best = f"SELECT id, title {found} ORDER BY ts_rank(words, said) DESC LIMIT {LIMIT}"
        return self.ask(f"SELECT count(*) {found}; {best}")

    def close(self) -> None:
        """End the session."""
        self._psql.communicate()


@contextmanager
def postgres(sql: sqlite3.Connection, reports: int) -> Iterator[Peer | None]:
    """A server with the reports of an archive; None, and a line that says why, where there cannot be one."""
    programs = _programs()
    if programs is None or reports > MOST_REPORTS:
        why = f"is asked about up to {MOST_REPORTS:,} reports" if programs else "is not installed here"
        print(f"           PostgreSQL {why}")
        yield None
        return
    who = ACCOUNT if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if who:
            shutil.chown(folder, who)
        run: dict[str, Any] = {"user": who, "check": True, "stdout": subprocess.DEVNULL}
        data, file = folder / "data", folder / "reports.txt"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "bench", "-E", "UTF8", "--locale=C", "--auth=trust", "-N"], **run
        )
        settings = [f"--{key}={value}" for key, value in _SETTINGS.items()]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings], user=who, stderr=subprocess.DEVNULL
        )
        psql = [str(programs / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", name, "-U", "bench", "postgres"]
        try:
            _wait(programs, folder)
            start = time.perf_counter()
            _write(sql, file)
            subprocess.run(psql, input=_TABLE.format(file=file).encode(), **run)
            session = Postgres(psql, who)
            (size,) = session.ask("SELECT pg_relation_size('reports_by_word')")
            seconds = time.perf_counter() - start
            print(f"           PostgreSQL takes {int(size) / 1e6:,.0f} MB, built in {seconds:.0f} s")
            try:
                yield Peer(session.search, session.clock)
            finally:
                session.close()
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown
            server.wait()


def _programs() -> Path | None:
    """The folder of the newest version that is installed."""
    versions = sorted(_INSTALLED.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _wait(programs: Path, folder: Path) -> None:
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-t", str(PATIENCE)]
    end = time.monotonic() + PATIENCE
    while subprocess.run(ready).returncode and time.monotonic() < end:
        time.sleep(0.1)


def _write(sql: sqlite3.Connection, file: Path) -> None:
    """The reports as COPY reads them."""
    with file.open("w", encoding="utf-8") as out:
        for number, portal, published, title, body in sql.execute(_ROWS):
            texts = (" ".join(text.replace("\\", " ").split()) for text in (title, fold(f"{title} {body}")))
            out.write("\t".join((str(number), str(portal), published or "\\N", *texts)) + "\n")
    file.chmod(0o644)
