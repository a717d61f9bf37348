"""Reading archived pages anew, as after an upgrade: unpacking, parsing and writing, beside parsing alone.

On a machine that is busy with other things a second process gets no core of its own. So beside the time on the clock
stands a bound, not a measurement: the CPU time of one process alone, divided by that of the busiest one of several. The
one that hands out the pages counts too, so that on two cores less is to be expected.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import pages
from portal_archiver import Archive, Capture, Portal, parse_page
from portal_archiver.pipeline import ReparseOptions, reparse

PORTAL = Portal(("https://bench.example/",), key="bench")
AT_LEAST = 2_000  # captures: starting the processes is to be a small part


class Speed(NamedTuple):
    """Pages per second on the clock, CPU seconds of the busiest process, and how many cores were at work."""

    rate: float
    busiest: float
    cores: float


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
        first: Speed | None = None
        for processes in dict.fromkeys((1, 2, os.cpu_count() or 1)):
            speed = _speed(archive, processes)
            first = first or speed
            print(
                f"  {speed.rate:8.1f} pages/s, {speed.rate / alone:4.2f} x that, by reparse with processes={processes};"
                f" {speed.rate / first.rate:4.2f} x one process, {first.busiest / speed.busiest:4.2f} x by CPU time;"
                f" {speed.cores:4.2f} cores"
            )


def _speed(archive: Archive, processes: int) -> Speed:
    for table in ("captures", "revisions"):
        archive.db.execute(f"UPDATE {table} SET parser = '0' WHERE parser IS NOT NULL")
    start, here, others = time.perf_counter(), time.process_time(), _of_children()
    (report,) = reparse([PORTAL], archive, ReparseOptions(processes=processes))
    seconds, here, others = time.perf_counter() - start, time.process_time() - here, _of_children() - others
    return Speed(report.captures / seconds, max(here, others / processes), (here + others) / seconds)


def _of_children() -> float:
    """The CPU seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
