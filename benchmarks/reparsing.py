"""Reading archived pages anew, as after an upgrade: unpacking, parsing and writing, beside parsing alone."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import pages
from portal_archiver import Archive, Capture, Portal, parse_page
from portal_archiver.pipeline import ReparseOptions, reparse

PORTAL = Portal(("https://bench.example/",), key="bench")
AT_LEAST = 1_000  # captures: starting the processes is to be a small part


def main() -> None:
    """Prints pages per second of wall-clock time: parsed alone, then read anew by one process and by one a core."""
    name, corpus = pages()
    rounds = -(-AT_LEAST // len(corpus))
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "archive.db") as archive:
        captures = [Capture(url, body=html + b"<!-- %d -->" % n) for n in range(rounds) for html, url in corpus]
        start = time.perf_counter()
        read = [parse_page(capture.body, capture.url) for capture in captures]
        alone = len(read) / (time.perf_counter() - start)
        for capture, page in zip(captures, read, strict=True):
            archive.save(capture, page, portal=PORTAL.key)
        print(f"Reading {name} anew, each captured {rounds} times")
        print(f"  {alone:8.1f} pages/s by parse_page alone")
        for processes in dict.fromkeys((1, os.cpu_count() or 1)):
            speed = _speed(archive, processes)
            print(f"  {speed:8.1f} pages/s, {speed / alone:4.2f} x that, by reparse with processes={processes}")


def _speed(archive: Archive, processes: int) -> float:
    for table in ("captures", "revisions"):
        archive.db.execute(f"UPDATE {table} SET parser = '0' WHERE parser IS NOT NULL")
    start = time.perf_counter()
    (report,) = reparse([PORTAL], archive, ReparseOptions(processes=processes))
    return report.captures / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
