"""Who searches the same reports beside the archive: the default FTS5 index of SQLite, and tantivy."""

from __future__ import annotations

import importlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

LIMIT = 10  # hits of each query


class Asked(NamedTuple):
    """A query, and how it is meant: all of the words, any of them, or side by side; by date, or with counts."""

    words: tuple[str, ...]
    how: str = "all"
    extra: str = ""  # "dates" (a year, newest first) or "facets"


class Peer(NamedTuple):
    """Who is asked, the clock that shows the CPU time it takes, and whether it knows dates and counts."""

    search: Callable[[Asked], Any]
    clock: Callable[[], float] = time.process_time
    knows_more: bool = True


def default_index(sql: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A file with the reports of an archive and an FTS5 index of titles and texts as SQLite makes it by default."""
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


def plain(default: sqlite3.Connection, asked: Asked) -> Any:
    """A total and the best hits; or those of a year, the newest first; or counts by year and by portal."""
    match = _match(asked)
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


def with_snippets(default: sqlite3.Connection, asked: Asked) -> Any:
    """The same with FTS5's own snippets; ordered by `rank`, as `bm25()` has it cut those of other hits as well."""
    match = _match(asked)
    total = default.execute("SELECT count(*) FROM reports WHERE reports MATCH ?", (match,)).fetchone()
    return total, default.execute(
        "SELECT facts.title, facts.url, snippet(reports, 1, '<', '>', '...', 40)"
        " FROM reports JOIN facts ON facts.id = reports.rowid WHERE reports MATCH ?"
        f" ORDER BY rank LIMIT {LIMIT}",
        (match,),
    ).fetchall()


def _match(asked: Asked) -> str:
    quoted = [f'"{word}"' for word in asked.words]
    return {"all": " ".join(quoted), "any": " OR ".join(quoted), "phrase": f'"{" ".join(asked.words)}"'}[asked.how]


def tantivy_index(sql: sqlite3.Connection, folder: Path) -> Peer | None:
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

    return Peer(search, knows_more=False)
