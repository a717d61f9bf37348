"""A crawl's writing without the crawl: made-up reports, saved one after the other as a crawl of some portals would."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.reports import reports
from portal_archiver import Archive, Article, Capture, Page

EVERY = 0.1  # seconds: ten portals, each asked once a second


@contextmanager
def writing(path: Path, *, busy: bool = True) -> Iterator[None]:
    """While the block lasts another program saves reports in the archive, if it is to be `busy`."""
    if not busy:
        yield
        return
    with subprocess.Popen((sys.executable, "-m", "benchmarks.writing", str(path))) as process:
        try:
            yield
        finally:
            if process.poll() is not None:
                raise RuntimeError("the writer ended before it was told to")
            process.terminate()


def main(path: Path) -> None:
    """Save a report every tenth of a second until the process is ended."""
    stamp = time.time_ns()
    with Archive(path) as archive:
        for n, report in enumerate(reports(100_000)):
            url = f"https://www.bachhai.example/{stamp}/{n}"
            body = f"{report.body}\n\n{stamp} {n}"
            page = Page(url, url, "article", Article(f"{report.title} {n}", body, section=report.section))
            archive.save(Capture(url, body=body.encode()), page, portal="bachhai")
            time.sleep(EVERY)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
