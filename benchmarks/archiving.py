"""Keeping pages: fetched pages parsed and saved, and what an archived page takes on disk beside gzip."""

from __future__ import annotations

import gzip
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import pages
from portal_archiver import Archive, Capture, parse_page


def main() -> None:
    """Prints pages per second parsed and saved, and bytes per page beside one gzip member a page."""
    name, corpus = pages()
    read = [(Capture(url, body=html), parse_page(html, url)) for html, url in corpus]
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "archive.db") as archive:
        start = time.process_time()
        for capture, page in read:
            archive.save(capture, page, portal="bench")
        seconds = time.process_time() - start
        size = archive.db.execute("SELECT sum(length(data)) FROM bodies").fetchone()[0]
    zipped = sum(len(gzip.compress(html)) for html, _ in corpus)
    print(f"Saving {name}")
    print(f"  {len(corpus) / seconds:8.1f} pages/CPU-s into an empty archive")
    print(f"  {size / len(corpus):8.0f} bytes a page kept, {zipped / size:.2f} x less than one gzip a page")


if __name__ == "__main__":
    main()
