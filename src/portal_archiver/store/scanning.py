"""Reading a table whose pages may be damaged: every row that can be read, and the ids of those that cannot."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

BATCH = 200
# Ids that are tried one by one behind a damaged page; a page further up in the tree covers some tens of thousands.
PROBES = 1_000_000

# What tells how far the ids of a table go, should the table itself not; the first of each is exact.
_LAST = {
    "bodies": ("SELECT max(id) FROM bodies", "SELECT max(body_id) FROM captures"),
    "captures": (
        "SELECT max(id) FROM captures",
        "SELECT max(id) FROM captures INDEXED BY captures_of_article WHERE article_id IS NOT NULL",
        "SELECT max(capture_id) FROM revisions",
    ),
    "articles": (
        "SELECT max(id) FROM articles",
        "SELECT max(article_id) FROM article_urls",
        "SELECT max(article_id) FROM revisions",
    ),
    "revisions": ("SELECT max(id) FROM revisions", "SELECT max(revision_id) FROM articles"),
}

Row = tuple[Any, ...]
Lost = Callable[[int], None]


def rows(sql: sqlite3.Connection, table: str, columns: str, lost: Lost) -> Iterator[Row]:
    """The rows of a table by id, which comes first in each; `lost` is called with each id that cannot be read.

    Memory stays flat, and no transaction is open between two batches.
    """
    following = f"SELECT id, {columns} FROM {table} WHERE id > ? ORDER BY id LIMIT {BATCH}"
    one = f"SELECT id, {columns} FROM {table} WHERE id = ?"
    last, end, left = 0, -1, PROBES
    while True:
        batch, damaged = _read(sql, following, last)
        yield from batch
        last = batch[-1][0] if batch else last
        if not damaged:
            if len(batch) < BATCH:
                return
            continue
        end = last_id(sql, table) if end < 0 else end
        while damaged and last < end and left:
            last, left = last + 1, left - 1
            batch, damaged = _read(sql, one, last, last - 1)
            yield from batch
            if damaged:
                lost(last)
        if last >= end or not left:
            return


def _read(sql: sqlite3.Connection, select: str, value: int, last: int | None = None) -> tuple[list[Row], bool]:
    """The rows behind id `last` that can be read in their order, and whether something is damaged behind them."""
    last = value if last is None else last
    found: list[Row] = []
    try:
        for row in sql.execute(select, (value,)):
            if row[0] <= last:  # garbage in the place of ids: never go in a circle
                return found, True
            found.append(row)
            last = row[0]
    except sqlite3.Error:
        return found, True
    return found, False


def last_id(sql: sqlite3.Connection, table: str) -> int:
    """The highest id of a table, as far as it can be told; 0 when it cannot."""
    return max((_number(sql, select) for select in _LAST[table]), default=0)


def _number(sql: sqlite3.Connection, select: str) -> int:
    try:
        return int(sql.execute(select).fetchone()[0] or 0)
    except sqlite3.Error:
        return 0
