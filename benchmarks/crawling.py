"""The whole way of a page (fetched, read, stored, indexed) beside Scrapy + trafilatura + SQLite on the same portal."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

from benchmarks import corpus, portal, process

ROUNDS = 3
COUNT = 200
# How each is called here, the program that crawls, and where its file has the reports.
CRAWLERS = {
    "portal-archiver": ("our_crawl", "articles"),
    "Scrapy + trafilatura + FTS5": ("scrapy_crawl", "pages"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one crawl: pages per second of wall clock and of CPU, memory and file in MB, reports in the file."""

    rate: float
    cpu_rate: float
    memory: float
    file: float
    reports: float


def crawl(base: str, module: str, table: str) -> Figures:
    """One crawl into a new file; an error when it did not ask for all pages, for its rate would say nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        cost = process.run(module, base, str(path))
        if (asked := portal.sent(base)) != COUNT:
            raise SystemExit(f"{module} asked for {asked} of {COUNT} pages")
        with closing(sqlite3.connect(path)) as sql:
            (reports,) = sql.execute(f"SELECT count(*) FROM {table}").fetchone()
        return Figures(COUNT / cost.seconds, COUNT / cost.cpu, cost.memory, path.stat().st_size / 1e6, reports)


def typical(rounds: list[Figures]) -> Figures:
    """The median of each figure."""
    return Figures(*(median(figure) for figure in zip(*map(astuple, rounds), strict=True)))


def main() -> None:
    """Prints the median of a few alternating rounds for each crawler, and ours as a multiple of the other."""
    if not corpus.real():
        print(f"Crawling: no real pages in {corpus.DATA / 'pages'}, and a peer is not measured on pages of our making")
        return
    with portal.served(COUNT) as base:
        bare = portal.rate(base, COUNT)
        rounds = [{name: crawl(base, *crawler) for name, crawler in CRAWLERS.items()} for _ in range(ROUNDS)]
    print(f"Crawling a portal of {COUNT} real pages into a new file, start-up included, median of {ROUNDS} rounds")
    print(f"  {'':30} {'pages/s':>9} {'pages/CPU-s':>12} {'peak MB':>9} {'file MB':>9} {'reports':>9}")
    medians = {name: typical([each[name] for each in rounds]) for name in CRAWLERS}
    for name, found in medians.items():
        figures = f"{found.rate:9.1f} {found.cpu_rate:12.1f} {found.memory:9.1f} {found.file:9.1f} {found.reports:9.0f}"
        print(f"  {name:30} {figures}")
    ours, peer = medians.values()
    ratios = (one / (other or 1) for one, other in zip(astuple(ours), astuple(peer), strict=True))
    rate, cpu_rate, memory, file, _ = ratios
    print(f"  {'ours to theirs':30} {rate:7.1f} x {cpu_rate:10.1f} x {memory:7.2f} x {file:7.2f} x")
    print(f"  (the portal alone sends {bare:.0f} pages/s, one after the other)")


if __name__ == "__main__":
    main()
