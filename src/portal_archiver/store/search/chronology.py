"""Hits by date: the numbers of the index go by day; within a day the time decides, then the order of arrival."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from itertools import groupby

from portal_archiver.store.index import DATED, DAY_BITS, DAY_SIZE
from portal_archiver.store.search.scope import FIRST, LAST, Scope


def by_date(scope: Scope, match: str, *, newest: bool, limit: int, offset: int) -> list[int]:
    """Numbers of a page of the reports that fit, the newest or the oldest first; those without a date come last."""
    if newest:
        return _page(scope, match, "DESC", limit, offset)
    dated = scope.between(DATED, LAST)
    found = _page(dated, match, "ASC", limit, offset)
    if len(found) == limit:
        return found
    before = offset + len(found) if found else dated.count(match)
    undated = scope.between(FIRST, DATED - 1)
    return found + undated.numbers(match, order="ASC", limit=limit - len(found), offset=max(offset - before, 0))


def _page(scope: Scope, match: str, order: str, limit: int, offset: int) -> list[int]:
    numbers = scope.numbers(match, order=order, limit=limit, offset=offset)
    if not numbers:
        return []
    # The days at both ends are taken whole, as another order within them may bring others to this page.
    low, high = sorted((numbers[0], numbers[-1]))
    first = low if low < DATED else low >> DAY_BITS << DAY_BITS
    last = high if high < DATED else (high >> DAY_BITS << DAY_BITS) + DAY_SIZE - 1
    before = 0
    if offset:
        front = scope.between(last + 1, LAST) if order == "DESC" else scope.between(FIRST, first - 1)
        before = front.count(match)
    found = scope.between(first, last).numbers(match, order=order)
    return _days_in_order(scope.sql, found)[offset - before :][:limit]


def in_order(sql: sqlite3.Connection, numbers: Iterable[int], *, newest: bool) -> list[int]:
    """Reports by date, the newest or the oldest first; those without a date come last."""
    if newest:
        return _days_in_order(sql, sorted(numbers, reverse=True))
    return _days_in_order(sql, sorted(numbers, key=lambda number: (number < DATED, number)))


def _days_in_order(sql: sqlite3.Connection, numbers: list[int]) -> list[int]:
    """The numbers, which are in the order of their days, those of a day by their time."""
    ordered: list[int] = []
    for _, group in groupby(numbers, key=lambda number: number >> DAY_BITS if number >= DATED else None):
        of_day = list(group)
        ordered += of_day if len(of_day) < 2 or of_day[0] < DATED else _by_time(sql, of_day)
    return ordered


def _by_time(sql: sqlite3.Connection, numbers: list[int]) -> list[int]:
    order = "DESC" if numbers[0] > numbers[-1] else "ASC"
    rows = sql.execute(
        f"SELECT docid FROM articles WHERE docid IN (SELECT value FROM json_each(?))"
        f" ORDER BY published {order}, id {order}",
        (json.dumps(numbers),),
    )
    return [number for (number,) in rows]
