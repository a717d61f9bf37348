"""Saving into archives that are small and large, beside sqlite-utils with a plain FTS5 index that holds as many.

    python -m benchmarks.saving [REPORTS ...] [--folder FOLDER]

With --folder the archives are made there, or taken where they are there already; 1,000 reports are added to a copy.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from sqlite_utils import Database

from benchmarks.filling import Dresser, Saving, fill
from benchmarks.reports import reports
from portal_archiver import Archive, Capture, Page
from portal_archiver.store import index, payloads, stories

SIZES = (0, 1_000, 10_000, 100_000)
ADDED = 1_000  # reports that none of the archives has
WARM = 200  # of them are not measured
LARGEST_PEER = 100_000  # reports; filling a larger one takes as long as all the rest
FIRST = 100_000_000  # their numbers
PARTS = {"index": (index, "add"), "stories": (stories, "update"), "payload": (payloads, "store")}
NAMES = ("url", "portal", "title", "body", "body_html", "section", "published", "fetched_at")
# What the peer is to hold before.
HELD = """
SELECT a.url, p.key, r.title, r.body, r.body_html, r.section, r.published, c.fetched_at, b.data
  FROM archive.revisions r JOIN archive.articles a ON a.id = r.article_id JOIN archive.portals p ON p.id = a.portal_id
  JOIN archive.captures c ON c.id = r.capture_id JOIN archive.bodies b ON b.id = c.body_id
"""


class Speed(NamedTuple):
    """Reports per CPU-second and per second of wall clock, and CPU milliseconds that parts of each take."""

    cpu: float
    wall: float
    parts: dict[str, float]


def main() -> None:
    """Prints the speed for each size, relative to that for the smallest one, and to the peer's."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reports", nargs="*", type=int, default=SIZES)
    asked.add_argument("--folder", type=Path)
    options = asked.parse_args()
    dresser = Dresser()
    added = [dresser.dress(n, report) for n, report in enumerate(islice(reports(ADDED + 1), ADDED), FIRST)]
    print(f"Saving {ADDED - WARM:,} new reports of 4 KB, each with its page, in a transaction of its own")
    print(
        f"  {'reports there':>13} {'per CPU-s':>10} {'to first':>9} {'per s':>7} {'to first':>9} {'sqlite-utils':>13}",
        end="",
    )
    print(f" {'ours to it':>11}   CPU-ms for {', '.join(PARTS)}")
    first: Speed | None = None
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for number in options.reports:
            path = _archive(options.folder or Path(folder), Path(folder), number)
            peer = _peer(path, Path(folder) / "peer.db", added) if number <= LARGEST_PEER else None
            speed = _ours(path, added)
            first = first or speed
            path.unlink()
            to_first = (
                f"{speed.cpu:10.0f} {speed.cpu / first.cpu:9.2f} {speed.wall:7.0f} {speed.wall / first.wall:9.2f}"
            )
            to_peer = f"{peer:13.0f} {speed.cpu / peer:11.2f}" if peer else f"{'-':>13} {'-':>11}"
            parts = ", ".join(f"{ms:.2f}" for ms in speed.parts.values())
            print(f"  {number:13,} {to_first} {to_peer}   {parts}", flush=True)


def _archive(kept: Path, folder: Path, number: int) -> Path:
    """A copy of an archive of so many reports."""
    made, copy = kept / f"{number}.db", folder / f"copy-{number}.db"
    if not made.exists():
        fill(made, number)
    shutil.copyfile(made, copy)
    return copy


def _ours(path: Path, added: list[Saving]) -> Speed:
    with Archive(path) as archive, ExitStack() as stack:
        parts = {name: stack.enter_context(_timed(*part)) for name, part in PARTS.items()}

        def save(saving: Saving) -> None:
            archive.save(*saving[:2], portal=saving[2])

        def forget() -> None:
            for spent in parts.values():
                spent.clear()

        cpu, wall = _rates(save, added, forget)
        return Speed(cpu, wall, {name: sum(spent) / (ADDED - WARM) * 1e3 for name, spent in parts.items()})


@contextmanager
def _timed(module: Any, name: str) -> Iterator[list[float]]:
    """The CPU seconds of each call of a function."""
    spent: list[float] = []
    function = getattr(module, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent.append(time.process_time() - start)

    with patch.object(module, name, call):
        yield spent


def _rates(save: Callable[[Saving], object], added: list[Saving], warmed: Callable[[], object]) -> tuple[float, float]:
    """Reports per CPU-second and per second."""
    for saving in added[:WARM]:
        save(saving)
    warmed()
    cpu, wall = time.process_time(), time.perf_counter()
    for saving in added[WARM:]:
        save(saving)
    number = len(added) - WARM
    return number / (time.process_time() - cpu), number / (time.perf_counter() - wall)


def _peer(archive: Path, path: Path, added: list[Saving]) -> float:
    """Reports per CPU-second that sqlite-utils saves into a file that holds what the archive does."""
    db = Database(path)
    db.enable_wal()
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("ATTACH ? AS archive", (str(archive),))
    table = db.table("reports", pk="url")
    table.create({**dict.fromkeys(NAMES, str), "page": bytes})
    with db.atomic():
        db.execute(f"INSERT INTO reports ({', '.join(NAMES)}, page) {HELD}")
    db.execute("DETACH archive")
    table.enable_fts(["title", "body"], create_triggers=True)
    cpu, _ = _rates(lambda saving: table.insert(_record(*saving)), added, lambda: None)
    db.close()
    path.unlink()
    return cpu


def _record(capture: Capture, page: Page, portal: str) -> dict[str, object]:
    """What the peer keeps of a report: less than the archive does."""
    assert page.article and page.article.published
    return {
        "url": page.url,
        "portal": portal,
        "title": page.article.title,
        "body": page.article.body,
        "body_html": page.article.body_html,
        "section": page.article.section,
        "published": page.article.published.value.isoformat(),
        "fetched_at": capture.fetched_at.isoformat(),
        "page": zlib.compress(capture.body),
    }


if __name__ == "__main__":
    main()
