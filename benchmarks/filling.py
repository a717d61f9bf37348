"""Archives of any size, to measure what a save costs in them: all that `Archive.save` writes, the indexes in bulk.

The rows are written by `Archive.save` itself. Only what it does to the full-text index and to the bands of stories is
left to the end, where both are made at one go: that ends in the same tables. Links of made-up reports are left out.
Beyond 100,000 the reports come again, on further portals and under addresses of their own; identical pages are stored
once, as ever. So a large archive has ten copies of each text, more than a real one, and fewer payloads.

    python -m benchmarks.filling REPORTS FILE
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from benchmarks.corpus import pages
from benchmarks.reports import DAYS, LAST_DAY, PORTALS, Report, reports
from portal_archiver import Archive, Article, Capture, Dateline, License, Page, Photo, parse_page
from portal_archiver.store import index, stories

Saving = tuple[Capture, Page, str]  # and the portal's key
Batch = list[tuple[int, Report]]
Waiting = list[tuple[list[int], Future[list[list[int]]]]]  # reports, and their bands when they are there

DIFFERENT = 100_000  # reports, at most
BATCH = 5_000  # reports of a transaction
SHORT = 40_000  # bytes: of real pages that reports are put into, so that the largest archive is made within an hour
FIRST_NIGHT = datetime(2025, 1, 1, tzinfo=UTC)
HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"), ("Cache-Control", "private"))
# Nothing is lost when this is killed: it is made anew.
QUICK = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -2000000")
# What a report has rows in, and the columns of those that are numbers of its portal, of itself, and its address.
TABLES = {
    "captures": ("portal_id", ("id", "article_id", "revision_id"), ("url", "final_url")),
    "articles": ("portal_id", ("id", "revision_id"), ("url",)),
    "article_urls": ("portal_id", ("article_id",), ("url",)),
    "revisions": ("", ("id", "article_id", "capture_id"), ()),
    "photos": ("", ("revision_id",), ()),
    "story_bands": ("", ("article_id",), ()),
}


class Dresser:
    """Makes pages of reports: real ones, one for each portal, with a report put before their end."""

    def __init__(self) -> None:
        read = [(html, parse_page(html, url)) for html, url in pages()[1] if len(html) < SHORT and b"</body" in html]
        real = [(html, page.license) for html, page in read if page.article]
        self._templates = [real[n * len(real) // len(PORTALS)] for n in range(len(PORTALS))]

    def dress(self, n: int, report: Report) -> Saving:
        """What a crawl would save for a report; `n` is its number."""
        portal = PORTALS[report.portal]
        url = f"https://{portal}.example/tin-tuc/{n}"
        html, footer = self._templates[report.portal]
        body_html = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in report.body.split("\n\n"))
        head, end, tail = html.rpartition(b"</body")
        payload = b"".join((head, f"<h1>{escape(report.title)}</h1>{body_html}".encode(), end, tail))
        day = LAST_DAY - timedelta(DAYS - 1 - report.day)
        article = Article(
            title=report.title,
            body=report.body,
            body_html=body_html,
            section=report.section,
            language="vi",
            published=Dateline(day, origin="element", raw=f"{day:%d/%m/%Y}"),
            photos=(Photo(f"https://{portal}.example/anh/{n}.jpg", f"Ảnh {n}", "Bạch Hải", 0),),
        )
        capture = Capture(url, url, FIRST_NIGHT + timedelta(seconds=n), 200, HEADERS, payload)
        return capture, Page(url, url, "article", article, footer or License(text=portal), parser="1"), portal


def fill(path: Path, number: int) -> None:
    """A new archive of so many reports, each with its page; beyond 100,000 a multiple of that."""
    dresser, made = Dresser(), enumerate(reports(min(number, DIFFERENT)), 1)
    with _opened(path) as archive, ProcessPoolExecutor(1) as other:
        sql = archive.db.conn
        sql.execute("CREATE TEMP TABLE made (band INTEGER, article_id INTEGER)")
        waiting: Waiting = []
        while batch := list(islice(made, BATCH)):
            bands = other.submit(bands_of_all, [report.body for _, report in batch])
            waiting.append((_save(archive, dresser, batch), bands))
            _note_bands(sql, waiting, left=2)
        _note_bands(sql, waiting, left=0)
        with archive.transaction():
            sql.execute("INSERT OR IGNORE INTO story_bands SELECT band, article_id FROM made ORDER BY 1, 2")
            _multiply(sql, number // DIFFERENT)
            index.rebuild(sql)
        sql.execute("DROP TABLE made")


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    """An archive to be filled in a hurry, which is one like any other in the end."""
    with Archive(path) as archive:
        for pragma in QUICK:
            archive.db.execute(f"PRAGMA {pragma}")
        yield archive
        archive.db.execute("PRAGMA journal_mode = WAL")


def _save(archive: Archive, dresser: Dresser, batch: Batch) -> list[int]:
    with archive.transaction(), patch.object(index, "add"), patch.object(stories, "update"):
        saved = (archive.save(*saving[:2], portal=saving[2]) for saving in (dresser.dress(*one) for one in batch))
        return [one.article_id or 0 for one in saved]


def bands_of_all(bodies: list[str]) -> list[list[int]]:
    """The bands of some texts, none of those that are too short for a story."""
    all_runs = map(stories.runs_of, bodies)
    return [list(stories.bands_of(runs)) if len(runs) >= stories.SHORTEST else [] for runs in all_runs]


def _note_bands(
    sql: sqlite3.Connection, waiting: list[tuple[list[int], Future[list[list[int]]]]], *, left: int
) -> None:
    while len(waiting) > left:
        ids, bands = waiting.pop(0)
        rows = ((band, number) for number, of_one in zip(ids, bands.result(), strict=True) for band in of_one)
        sql.executemany("INSERT INTO made VALUES (?, ?)", rows)


def _multiply(sql: sqlite3.Connection, times: int) -> None:
    """Bring what there is once more, on portals of their own, until it is there so many times."""
    (portals,), (number,) = (
        sql.execute(f"SELECT max(id) FROM {table}").fetchone() for table in ("portals", "captures")
    )
    for n in range(1, times):
        asked = f"SELECT id + {n * portals}, key || '-{n}' FROM portals WHERE id <= {portals}"
        sql.execute(f"INSERT INTO portals (id, key) {asked}")
        for table, (of_portal, of_report, addresses) in TABLES.items():
            names = [name for _, name, *_ in sql.execute(f"PRAGMA table_info({table})")]
            changed = {
                **dict.fromkeys((of_portal,), "{} + " + str(n * portals)),
                **dict.fromkeys(of_report, "{} + " + str(n * number)),
                **dict.fromkeys(addresses, "replace({}, '.example/', '-" + str(n) + ".example/')"),
            }
            values = ", ".join(changed.get(name, "{}").format(name) for name in names)
            where = f"{of_report[0]} <= {number}"
            sql.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {where}")


if __name__ == "__main__":
    start = time.perf_counter()
    fill(Path(sys.argv[2]), int(sys.argv[1]))
    print(f"{sys.argv[2]}: {int(sys.argv[1]):,} reports in {time.perf_counter() - start:,.0f} s")
