"""Search beside the default FTS5 index and tantivy: the same reports, the same queries, one core, everything warm.

    python -m benchmarks.searching [REPORTS] [--archive FILE]

With --archive the archive is made there, or taken if it is there already.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.quality import compare
from benchmarks.reports import fill, originals, reports
from portal_archiver import Archive
from portal_archiver.store import index

ASKED = 20  # queries of each class
LIMIT = 10  # hits of each
ROUNDS = 2  # the first one warms
PLAIN = ("tantivy", "and its snippets")  # asked for no dates and no counts
Search = Callable[["Asked"], Any]


class Asked(NamedTuple):
    """A query, and how it is meant: all of the words, any of them, or side by side; by date, or with counts."""

    words: tuple[str, ...]
    how: str = "all"
    extra: str = ""  # "dates" (a year, newest first) or "facets"


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
            compare(archive, _default_index(archive.db.conn, Path(folder) / "real-default.db"))


def _measure(archive: Archive, folder: Path) -> None:
    sql = archive.db.conn
    (number,) = sql.execute("SELECT count(*) FROM articles").fetchone()
    text = sql.execute("SELECT sum(length(CAST(title || body AS BLOB))) FROM revisions").fetchone()[0]
    peers: dict[str, Search] = {"portal-archiver": lambda asked: _ours(archive, asked)}
    print(f"Searching {number:,} reports, {text / 1e6:,.0f} MB of text")
    size = sum(
        sql.execute(f"SELECT sum(length(block)) FROM {name}_data").fetchone()[0]
        for name in ("articles_fts", "articles_pairs")
    )
    print(f"  {size / text:8.0%} of the text is the index; {_update(archive):.2f} ms to update a report in it")
    start = time.perf_counter()
    default = _default_index(sql, folder / "default.db")
    size = default.execute("SELECT sum(length(block)) FROM reports_data").fetchone()[0]
    print(f"  {size / text:8.0%} of the text is the default FTS5 index, built in {time.perf_counter() - start:.0f} s")
    peers["default FTS5"] = lambda asked: _plain(default, asked)
    # The same with what a list of hits shows, which the archive's own figures include.
    peers["and its snippets"] = lambda asked: _with_snippets(default, asked)
    if tantivy := _tantivy(sql, folder / "tantivy"):
        peers["tantivy"] = tantivy
    print(f"  {'p50 and p95 in CPU-ms':30s}" + "".join(f"{name:>22s}" for name in peers))
    for name, queries in _classes(sql).items():
        asked = [search for peer, search in peers.items() if peer not in PLAIN or not queries[0].extra]
        times = [_times(search, queries) for search in asked]
        print(f"  {name:30s}" + "".join(f"{p50:13.2f} {p95:8.2f}" for p50, p95 in times))


def _times(search: Search, queries: list[Asked]) -> tuple[float, float]:
    taken: list[float] = []
    for asked in queries:
        for _ in range(ROUNDS):
            start = time.process_time()
            search(asked)
            seconds = time.process_time() - start
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
        "a long question": [Asked(tuple(piece), "any") for piece in pieces[2 * ASKED : 3 * ASKED]],
        "a year, newest first": [Asked(words, extra="dates") for words in two[ASKED : 2 * ASKED]],
        "counts by portal and year": [Asked(words, extra="facets") for words in two[2 * ASKED : 3 * ASKED]],
    }


def _text(sql: sqlite3.Connection, number: int) -> list[str]:
    (body,) = sql.execute("SELECT body FROM revisions WHERE id = ?", (number,)).fetchone()
    return re.findall(r"[^\W_]+", body.lower())


# --- the three of them ------------------------------------------------------------------------------------------------


def _ours(archive: Archive, asked: Asked) -> Any:
    text = " ".join(asked.words)
    query = {"all": text, "any": f"{text}?", "phrase": f'"{text}"'}[asked.how]
    if asked.extra == "facets":
        return archive.facets(query)
    if asked.extra == "dates":
        return archive.search(query, limit=LIMIT, since="2019", until="2019", sort="newest")
    return archive.search(query, limit=LIMIT)


def _default_index(sql: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    default = sqlite3.connect(path, isolation_level=None)
    default.execute("PRAGMA cache_size = -200000")
    default.execute("CREATE TABLE facts (id INTEGER PRIMARY KEY, title, url, portal_id, published, body)")
    default.execute("CREATE VIRTUAL TABLE reports USING fts5 (title, body, content = 'facts', content_rowid = 'id')")
    default.execute("BEGIN")
    default.executemany(
        "INSERT INTO reports (rowid, title, body) VALUES (?, ?, ?)",
        sql.execute("SELECT id, title, body FROM revisions"),
    )
    facts = (
        "SELECT a.id, title, url, portal_id, a.published, body FROM articles a JOIN revisions r ON r.id = a.revision_id"
    )
    default.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", sql.execute(facts))
    default.execute("COMMIT")
    default.execute("CREATE INDEX facts_by_day ON facts (published)")
    return default


def _plain(default: sqlite3.Connection, asked: Asked) -> Any:
    quoted = [f'"{word}"' for word in asked.words]
    match = {"all": " ".join(quoted), "any": " OR ".join(quoted), "phrase": f'"{" ".join(asked.words)}"'}[asked.how]
    found = "FROM reports JOIN facts ON facts.id = reports.rowid WHERE reports MATCH ?"
    if asked.extra == "facets":
        years = default.execute(f"SELECT substr(published, 1, 4), count(*) {found} GROUP BY 1", (match,)).fetchall()
        return years, default.execute(f"SELECT portal_id, count(*) {found} GROUP BY 1", (match,)).fetchall()
    if asked.extra == "dates":
        year = "AND published BETWEEN '2019-01-01' AND '2019-12-31'"
        return default.execute(
            f"SELECT facts.title {found} {year} ORDER BY published DESC LIMIT {LIMIT}", (match,)
        ).fetchall()
    total = default.execute("SELECT count(*) FROM reports WHERE reports MATCH ?", (match,)).fetchone()
    return total, default.execute(
        f"SELECT facts.title, facts.url {found} ORDER BY bm25(reports) LIMIT {LIMIT}", (match,)
    ).fetchall()


def _with_snippets(default: sqlite3.Connection, asked: Asked) -> Any:
    """The hits with FTS5's own snippets in the place of their counts."""
    quoted = [f'"{word}"' for word in asked.words]
    match = {"all": " ".join(quoted), "any": " OR ".join(quoted), "phrase": f'"{" ".join(asked.words)}"'}[asked.how]
    return default.execute(
        "SELECT facts.title, facts.url, snippet(reports, 1, '<', '>', '...', 40)"
        " FROM reports JOIN facts ON facts.id = reports.rowid WHERE reports MATCH ?"
        f" ORDER BY bm25(reports) LIMIT {LIMIT}",
        (match,),
    ).fetchall()


def _tantivy(sql: sqlite3.Connection, folder: Path) -> Search | None:
    """Its plain way, where it is installed: no dates and no counts of facets."""
    try:
        tantivy = importlib.import_module("tantivy")
    except ImportError:
        print("           tantivy is not installed here")
        return None
    start = time.perf_counter()
    schema = tantivy.SchemaBuilder().add_integer_field("id", stored=True).add_text_field("body").build()
    folder.mkdir()
    found = tantivy.Index(schema, path=str(folder))
    writer = found.writer(num_threads=1)
    for number, title, body in sql.execute("SELECT id, title, body FROM revisions"):
        writer.add_document(tantivy.Document(id=number, body=f"{title}\n{body}"))
    writer.commit()
    writer.wait_merging_threads()
    found.reload()
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"           tantivy takes {size / 1e6:,.0f} MB, built in {time.perf_counter() - start:.0f} s")
    searcher = found.searcher()

    def search(asked: Asked) -> Any:
        text = {"all": " AND ".join(asked.words), "any": " ".join(asked.words), "phrase": f'"{" ".join(asked.words)}"'}
        return searcher.search(found.parse_query(text[asked.how], ["body"]), LIMIT, count=True)

    return search


def _update(archive: Archive) -> float:
    """CPU milliseconds that the index costs when a report is saved anew, each in a transaction of its own."""
    ids = [number for (number,) in archive.db.execute("SELECT id FROM articles ORDER BY random() LIMIT 200")]
    sql, start = archive.db.conn, time.process_time()
    for number in ids:
        with archive.transaction():
            index.remove(sql, number)
            index.add(sql, number)
    return (time.process_time() - start) / len(ids) * 1e3


if __name__ == "__main__":
    main()
