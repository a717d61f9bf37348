"""Reading pages: ours beside trafilatura, which reads fewer fields, and Beautiful Soup, merely building its tree."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

from benchmarks.corpus import Pages, pages
from portal_archiver import parse_page

ROUNDS = 2


def _ours(html: bytes, url: str) -> object:
    return parse_page(html, url)


def _trafilatura(html: bytes, url: str) -> object:
    from trafilatura import bare_extraction

    return bare_extraction(html, url=url, with_metadata=True)


def _beautiful_soup(html: bytes, url: str) -> object:
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "lxml").find("title")


READERS: dict[str, Callable[[bytes, str], object]] = {
    "portal-archiver": _ours,
    "trafilatura, with metadata": _trafilatura,
    "Beautiful Soup + lxml, tree only": _beautiful_soup,
}


def rate(read: Callable[[bytes, str], object], corpus: Pages) -> float:
    """Pages per CPU-second."""
    start = time.process_time()
    for html, url in corpus:
        read(html, url)
    return len(corpus) / (time.process_time() - start)


def main() -> None:
    """Prints the best of a few interleaved rounds for each reader, and ours as a multiple of the others."""
    warnings.simplefilter("ignore")
    name, corpus = pages()
    for read in READERS.values():
        rate(read, corpus[:5])
    rates = {reader: [0.0] * ROUNDS for reader in READERS}
    for turn in range(ROUNDS):
        for reader, read in READERS.items():
            rates[reader][turn] = rate(read, corpus)
    best = {reader: max(found) for reader, found in rates.items()}
    ours = best["portal-archiver"]
    print(f"Reading {name}, best of {ROUNDS} rounds")
    for reader, found in best.items():
        print(f"  {reader:34} {found:8.1f} pages/CPU-s   {ours / found:5.1f} x")


if __name__ == "__main__":
    main()
