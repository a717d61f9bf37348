"""Archives of any size for the search benchmark: reports of about 4 KB, sentences of real ones put together anew.

What a search does depends on how many reports have a word, not on their sense. Where the data folder does not stand
beside the checkout, the sentences are the demo portal's, and the figures say less.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import DATA, pages
from portal_archiver import Archive, parse_page
from portal_archiver.store import index

SIZE = 4000  # bytes of a report
DAYS = 20 * 365
LAST_DAY = date(2024, 12, 31)
PORTALS = tuple(f"cong-{n}" for n in range(34))
SECTIONS = tuple("Kinh tế|Xã hội|Nông nghiệp|Giáo dục|Y tế|Văn hóa|Du lịch|Chính trị|Pháp luật|Thông báo".split("|"))
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


class Report(NamedTuple):
    """A made-up report; `day` counts from the first one."""

    title: str
    body: str
    day: int
    portal: int
    section: str


def reports(number: int) -> Iterator[Report]:
    """So many reports, the oldest first; the same ones for the same number."""
    chance = random.Random(number)
    sources = [(title, _SENTENCES.split(text)) for title, text in _sources()]
    for n in range(number):
        title, main = chance.choice(sources)
        parts: list[str] = []
        size = 0
        while size < SIZE:
            sentences = main if chance.random() < 0.5 else chance.choice(sources)[1]
            first = chance.randrange(len(sentences))
            parts.append(" ".join(sentences[first : first + 4]))
            size += len(parts[-1].encode())
        portal = min(int(chance.expovariate(0.15)), len(PORTALS) - 1)
        yield Report(title, "\n\n".join(parts), n * DAYS // number, portal, chance.choice(SECTIONS))


def originals() -> Iterator[Report]:
    """The real ones, each once, as they are."""
    for n, (title, text) in enumerate(_sources()):
        yield Report(title, text, n % DAYS, n % len(PORTALS), SECTIONS[n % len(SECTIONS)])


def _sources() -> list[tuple[str, str]]:
    news = DATA / "search" / "news_sample.jsonl.gz"
    if news.exists():
        with gzip.open(news, "rt", encoding="utf-8") as lines:
            return [(row["title"], f"{row['lead']} {row['body']}") for row in map(json.loads, lines)]
    read = [parse_page(html, url).article for html, url in pages()[1]]
    return [(article.title, article.body) for article in read if article and article.body]


def fill(path: Path, made: Iterable[Report]) -> None:
    """A new archive of reports: rows as the archive writes them, without the pages that nobody searches."""
    with Archive(path) as archive:
        sql = archive.db.conn
        sql.execute("PRAGMA cache_size = -200000")
        with archive.transaction():
            sql.executemany("INSERT INTO portals (key) VALUES (?)", [(key,) for key in PORTALS])
            sql.execute("INSERT INTO bodies (sha256, size, data) VALUES (?, 0, x'')", (hashlib.sha256().hexdigest(),))
            sql.execute(
                "INSERT INTO captures (portal_id, url, final_url, fetched_at, status, headers, body_id)"
                " VALUES (1, '', '', '2025-01-01', 200, '[]', 1)"
            )
            for n, report in enumerate(made, 1):
                _insert(sql, n, report)
        with archive.transaction():
            index.rebuild(sql)


def _insert(sql: sqlite3.Connection, n: int, report: Report) -> None:
    published = (LAST_DAY - timedelta(DAYS - 1 - report.day)).isoformat()
    sql.execute(
        "INSERT INTO articles (id, portal_id, url, kind, section, published, first_seen, last_seen)"
        " VALUES (?, ?, ?, 'article', ?, ?, '2025-01-01', '2025-01-01')",
        (n, report.portal + 1, f"https://{PORTALS[report.portal]}.example/{n}", report.section, published),
    )
    sql.execute(
        "INSERT INTO revisions (id, article_id, number, capture_id, digest, reading, title, lead, body, body_html,"
        " section, published, published_origin, published_raw)"
        " VALUES (?, ?, 1, 1, '', '', ?, '', ?, '', ?, ?, 'element', '')",
        (n, n, report.title, report.body, report.section, published),
    )
    sql.execute("UPDATE articles SET revision_id = id WHERE id = ?", (n,))
