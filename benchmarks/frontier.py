"""A million URLs that wait: what it takes to queue them, to get the next one, and to crawl on; it should not grow."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zlib import crc32

from benchmarks import our_crawl, portal, process
from portal_archiver import Archive, Dateline, Link
from portal_archiver.store import Frontier

QUEUED = (1_000, 100_000, 1_000_000)
PER_PAGE = 100  # links
PAGES = 50  # whose links are added under the clock
AT_ONCE = 100_000  # links in one transaction, where it is not
TURNS = 2_000  # the pages of one run, as a portal has them where nobody says otherwise
CRAWLED = 300
TODAY = date(2024, 11, 15)


def link(base: str, number: int) -> Link:
    """As a list has it: an address with a slug, in no order; a headline; the day beside it."""
    url = f"{base}p/{crc32(str(number).encode()):08x}-hoi-nghi-tong-ket-phong-trao-xay-dung-nong-thon-moi-{number}"
    text = f"Hội nghị tổng kết phong trào xây dựng nông thôn mới lần thứ {number}"
    return Link(url, text, Dateline(TODAY - timedelta(days=number % 4000), origin="listing"))


def add(frontier: Frontier, base: str, numbers: range) -> float:
    """Adds the links of so many pages, one transaction a page unless there is one around; how many a CPU-second."""
    seconds = 0.0
    for first in numbers[::PER_PAGE]:
        links = [link(base, number) for number in range(first, first + PER_PAGE)]
        start = time.process_time()
        frontier.add(links, depth=2, found_on=f"{base}danh-muc/{first}")
        seconds += time.process_time() - start
    return len(numbers) / seconds


def fill(path: Path, base: str, numbers: range) -> None:
    """The same, as fast as it goes."""
    with Archive(path) as archive:
        frontier = archive.frontier(our_crawl.portal_at(base))
        archive.db.execute("PRAGMA cache_size = -400000")  # KB; the figures are those of an archive that has no such
        for first in numbers[::AT_ONCE]:
            with archive.transaction():
                add(frontier, base, range(first, min(first + AT_ONCE, numbers.stop)))


def turns(frontier: Frontier) -> Iterator[tuple[float, float]]:
    """For some URLs, the CPU milliseconds of their turn (next and settle), and those of counting the rest."""
    due = datetime.now(UTC) + timedelta(days=90)
    for _ in range(TURNS):
        start = time.process_time()
        target = frontier.next()
        assert target is not None
        frontier.settle(target, state="fetched", due=due, kind="article")
        settled = time.process_time()
        frontier.waiting()
        yield (settled - start) * 1e3, (time.process_time() - settled) * 1e3


def grow(path: Path, base: str) -> None:
    """Prints what adding and a turn cost at each size; leaves an archive with a little more than the largest."""
    print(f"A frontier that grows to {QUEUED[-1]:,} URLs, {PER_PAGE} links a page, none of them known")
    print(f"  {'waiting':>9} {'added/CPU-s':>12} {'CPU-ms a turn':>14} {'counting':>9} {'bytes a URL':>12}")
    added = 0
    for size in QUEUED:
        fill(path, base, range(added, size))
        with Archive(path) as archive:
            frontier = archive.frontier(our_crawl.portal_at(base))
            added = size + PAGES * PER_PAGE
            rate = add(frontier, base, range(size, added))
            taken, counting = (sum(each) / TURNS for each in zip(*turns(frontier), strict=True))
        print(f"  {size:9,} {rate:12,.0f} {taken:14.2f} {counting:9.2f} {path.stat().st_size / added:12.0f}")


def main() -> None:
    """Prints the figures of each size, and of a crawl from the largest beside one from an empty archive."""
    with portal.served(CRAWLED) as base, tempfile.TemporaryDirectory() as folder:
        full, empty = Path(folder) / "full.db", Path(folder) / "empty.db"
        grow(full, base)
        for name, path in (("an empty one", empty), ("this one", full)):
            cost = process.run("our_crawl", base, str(path), str(CRAWLED))
            rate = CRAWLED / cost.cpu
            print(f"  {CRAWLED} pages from {name:12} {rate:8.1f} pages/CPU-s {cost.memory:8.1f} MB at most")


if __name__ == "__main__":
    main()
