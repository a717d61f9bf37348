"""Search beside the default FTS5 index, tantivy and PostgreSQL: the same reports and queries, one core, all warm.

    python -m benchmarks.searching [REPORTS] [--archive FILE]

With --archive the archive is made there, or taken if it is there already. PostgreSQL is asked where Debian's is
installed.

What is measured is CPU time: of this process, of PostgreSQL that of the server's. Who does what for it:

- The archive gives what `Archive.search` gives: the number of hits, and ten with their titles, portals, dates and
  snippets from texts that are read for it. It finds a word in every spelling, so one that is rare with its diacritics
  may be common for it: that is the p95 of rare words. Its pages are in SQLite's usual cache of 2 MB.
- The default FTS5 index (`unicode61`, `ORDER BY bm25`) gives the number and ten titles and addresses, no snippets: what
  a rare word costs the archive more is to read and to cut. Its cache is 200 MB. "with snippets" is the same with
  FTS5's own, by `ORDER BY rank`, which cuts those of the ten hits alone.
- tantivy gives the number and ten ids, PostgreSQL the number and ten titles, by `ts_rank` over all hits.

The ratios are the archive's time through that of the default index: below 1 it is the faster one.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.postgres import postgres
from benchmarks.quality import compare
from benchmarks.reports import fill, originals, reports
from benchmarks.search_peers import LIMIT, Asked, Peer, default_index, plain, tantivy_index, with_snippets
from portal_archiver import Archive
from portal_archiver.store import index

ASKED = 40  # queries of each class
ROUNDS = 2  # the first one warms
UPDATED = 200  # reports that are indexed anew to see what that costs
OURS, DEFAULT = "portal-archiver", "default FTS5"


def main() -> None:
    """Prints sizes, times to build and to update, and the latency of every class."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reports", nargs="?", type=int, default=20_000)
    asked.add_argument("--archive", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.archive or Path(folder) / "archive.db"
        if not path.exists():
            fill(path, reports(options.reports))
        with Archive(path) as archive:
            _measure(archive, Path(folder))
        real = Path(folder) / "real.db"
        fill(real, originals())
        with Archive(real) as archive:
            compare(archive, default_index(archive.db.conn, Path(folder) / "real-default.db"))


def _measure(archive: Archive, folder: Path) -> None:
    sql = archive.db.conn
    (number,) = sql.execute("SELECT count(*) FROM articles").fetchone()
    text = sql.execute("SELECT sum(length(CAST(title || body AS BLOB))) FROM revisions").fetchone()[0]
    peers = {OURS: Peer(lambda asked: _ours(archive, asked))}
    print(f"Searching {number:,} reports, {text / 1e6:,.0f} MB of text")
    size = sum(
        sql.execute(f"SELECT sum(length(block)) FROM {name}_data").fetchone()[0]
        for name in ("articles_fts", "articles_pairs")
    )
    print(f"  {size / text:8.0%} of the text is the index")
    start = time.perf_counter()
    default = default_index(sql, folder / "default.db")
    size = default.execute("SELECT sum(length(block)) FROM reports_data").fetchone()[0]
    print(f"  {size / text:8.0%} of the text is the default FTS5 index, built in {time.perf_counter() - start:.0f} s")
    peers[DEFAULT] = Peer(lambda asked: plain(default, asked))
    peers["with snippets"] = Peer(lambda asked: with_snippets(default, asked), knows_more=False)
    if tantivy := tantivy_index(sql, folder / "tantivy"):
        peers["tantivy"] = tantivy
    with postgres(sql, number) as server:
        if server:
            peers["PostgreSQL"] = server
        _compare_times(peers, _classes(sql))
    _update(archive)


def _compare_times(peers: dict[str, Peer], classes: dict[str, list[Asked]]) -> None:
    names = "".join(f"{name:>20s}" for name in peers)
    print(f"  {'p50 and p95 in CPU-ms':33s}{names}{'ratios':>12s}")
    for name, queries in classes.items():
        asked = {who: peer for who, peer in peers.items() if peer.knows_more or not queries[0].extra}
        times = {who: _times(peer, queries) for who, peer in asked.items()}
        cells = "".join(f"{times[who][0]:11.2f} {times[who][1]:8.2f}" if who in times else " " * 20 for who in peers)
        ratios = "".join(f"{ours / theirs:6.2f}" for ours, theirs in zip(times[OURS], times[DEFAULT], strict=True))
        print(f"  {name:33s}{cells}{ratios}")


def _times(peer: Peer, queries: list[Asked]) -> tuple[float, float]:
    taken: list[float] = []
    for asked in queries:
        for _ in range(ROUNDS):
            start = peer.clock()
            peer.search(asked)
            seconds = peer.clock() - start
        taken.append(seconds * 1e3)
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)]


def _classes(sql: sqlite3.Connection) -> dict[str, list[Asked]]:
    """Queries of each class, from the sentences of the reports."""
    chance = random.Random(1)
    ids = [number for (number,) in sql.execute("SELECT id FROM revisions")]
    texts = [_text(sql, number) for number in chance.sample(ids, min(400, len(ids)))]
    spread: dict[str, int] = {}
    for text in texts:
        for word in {*text}:
            spread[word] = spread.get(word, 0) + 1
    rare = sorted(word for word, n in spread.items() if n == 1)
    common = sorted(word for word, n in spread.items() if 0.25 < n / len(texts) < 0.4)
    pieces = [text[place : place + 16] for text in texts for place in (chance.randrange(max(len(text) - 16, 1)),)]
    two = [tuple(piece[:2]) for piece in pieces]
    return {
        "a rare word": [Asked((word,)) for word in chance.sample(rare, ASKED)],
        "a word in a third of them": [Asked((word,)) for word in chance.sample(common, min(ASKED, len(common)))],
        "two words side by side, unquoted": [Asked(words) for words in two[:ASKED]],
        "three words": [Asked(tuple(piece[:3])) for piece in pieces[:ASKED]],
        "a phrase": [Asked(tuple(piece[:3]), "phrase") for piece in pieces[ASKED : 2 * ASKED]],
        "a sentence that stands somewhere": [Asked(tuple(piece), "any") for piece in pieces[2 * ASKED : 3 * ASKED]],
        "a long question": [Asked(tuple(piece), "any") for piece in _mixed(pieces[3 * ASKED : 5 * ASKED])],
        "a year, newest first": [Asked(words, extra="dates") for words in two[ASKED : 2 * ASKED]],
        "counts by portal and year": [Asked(words, extra="facets") for words in two[2 * ASKED : 3 * ASKED]],
    }


def _mixed(pieces: list[list[str]]) -> Iterator[list[str]]:
    """Half of one piece of a text before half of another: such a sentence stands nowhere."""
    for first, second in zip(pieces[::2], pieces[1::2], strict=True):
        yield first[: len(first) // 2] + second[: len(second) // 2]


def _text(sql: sqlite3.Connection, number: int) -> list[str]:
    (body,) = sql.execute("SELECT body FROM revisions WHERE id = ?", (number,)).fetchone()
    return re.findall(r"[^\W_]+", body.lower())


def _ours(archive: Archive, asked: Asked) -> Any:
    text = " ".join(asked.words)
    query = {"all": text, "any": f"{text}?", "phrase": f'"{text}"'}[asked.how]
    if asked.extra == "facets":
        return archive.facets(query)
    if asked.extra == "dates":
        return archive.search(query, limit=LIMIT, since="2019", until="2019", sort="newest")
    return archive.search(query, limit=LIMIT)


def _update(archive: Archive) -> None:
    """What the index costs when a report is saved: a new one is added, an edited one taken out and added again.

    With a commit for each page, as a crawl has it, FTS5 also writes a part of the index for each, and merges the parts.
    What was built as a whole is merged first: that is told apart. Nothing else is saved, and reports stay as they are.
    """
    ids = [number for (number,) in archive.db.execute("SELECT id FROM articles ORDER BY random()")]
    rounds = [ids[first * UPDATED : (first + 1) * UPDATED] for first in range(3)]
    settling, _ = _in_ms(archive, rounds[0], index.remove, index.add)
    edited, alone = _in_ms(archive, rounds[1], index.remove, index.add)
    _in_ms(archive, rounds[2], index.remove)
    new, new_alone = _in_ms(archive, rounds[2], index.add)
    print(f"  CPU-ms to index a report: a new one {new_alone:.2f}, {new:.2f} with its commit;", end=" ")
    print(f"an edited one {alone:.2f}, {edited:.2f} with its commit ({settling:.2f} while parts of the build merge)")


def _in_ms(archive: Archive, ids: list[int], *steps: Callable[[sqlite3.Connection, int], None]) -> tuple[float, float]:
    """Milliseconds a report with its commit, and without."""
    sql, start, alone = archive.db.conn, time.process_time(), 0.0
    for number in ids:
        with archive.transaction():
            begun = time.process_time()
            for step in steps:
                step(sql, number)
            alone += time.process_time() - begun
    return (time.process_time() - start) / len(ids) * 1e3, alone / len(ids) * 1e3


if __name__ == "__main__":
    main()
