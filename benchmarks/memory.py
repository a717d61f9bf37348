"""Memory while reading 10,000 different pages in a row: it levels off, or something is kept that should not be."""

from __future__ import annotations

import gc
import os
from itertools import cycle, islice
from pathlib import Path

from benchmarks.corpus import pages
from portal_archiver import parse_page

COUNTS = (1_000, 4_000, 7_000, 10_000)  # the caches of labels and addresses go on filling until about 16,000
LONGEST = 500_000  # bytes: a few huge pages would hide what many usual ones leave behind


def resident() -> float:
    """Memory in use, in MB (Linux)."""
    number_of_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return number_of_pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Prints the memory in use after so many pages, none of which is like another."""
    if not Path("/proc/self/statm").exists():
        print("Memory while reading: this system does not tell (no /proc)")
        return
    name, corpus = pages()
    usual = [(html, url) for html, url in corpus if len(html) <= LONGEST]
    print(f"Memory while reading {name}, over and over, each time with other words and another address")
    for number, (html, url) in enumerate(islice(cycle(usual), COUNTS[-1]), start=1):
        parse_page(html.replace(b"</p>", f" {number}</p>".encode()), f"{url}?n={number}")
        if number in COUNTS:
            gc.collect()
            print(f"  {number:6,} pages {resident():8.1f} MB")


if __name__ == "__main__":
    main()
