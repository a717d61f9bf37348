"""Counts of the hits by portal, year, month and section."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from datetime import date
from functools import cache

from portal_archiver.model import Facets
from portal_archiver.store.index import DATED, DAY_BITS, day_of, first_of
from portal_archiver.store.search.answer import Paging, find
from portal_archiver.store.search.query import parse
from portal_archiver.store.search.scope import FIRST, LAST, Filters, Scope, scope

# Hits up to which each is looked at; of more the newest so many, but those of each year are counted by the index.
LOOKED_AT = 10_000


def facets(sql: sqlite3.Connection, text: str, filters: Filters, *, exact: bool = False) -> Facets:
    """The counts of all reports that a search finds."""
    query = parse(text, exact=exact)
    within, _ = scope(sql, filters, query)
    found = find(within, query, Paging(0, 0, "newest"))
    numbers = list(found.head) if found.only_head else within.numbers(found.match, order="DESC", limit=LOOKED_AT)
    portals: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    for portal, section, number in _grouped(sql, numbers):
        portals[portal] += number
        if section:
            sections[section] += number
    days = Counter(number >> DAY_BITS for number in numbers if number >= DATED)
    months: Counter[str] = Counter()
    for day, number in days.items():
        months[_month_of(day)] += number
    complete = found.only_head or len(numbers) < LOOKED_AT
    return Facets(
        total=found.total,
        portals=_most_first(portals),
        years=_years_of(months) if complete else _years(within, found.match),
        months=tuple(sorted(months.items())),
        sections=_most_first(sections),
        bounded=not complete or found.bounded,
    )


@cache
def _month_of(day: int) -> str:
    """The month (2024-05) of a day as the index counts them."""
    return date.fromordinal(day - (DATED >> DAY_BITS)).isoformat()[:7]


def _grouped(sql: sqlite3.Connection, numbers: list[int]) -> list[tuple[str, str | None, int]]:
    rows = "SELECT portal_id, section FROM articles WHERE docid IN (SELECT value FROM json_each(?))"
    return sql.execute(
        f"SELECT p.key, f.section, f.n FROM (SELECT portal_id, section, count(*) AS n FROM ({rows}) GROUP BY 1, 2) f"
        " JOIN portals p ON p.id = f.portal_id",
        (json.dumps(numbers),),
    ).fetchall()


def _most_first(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _years_of(months: Counter[str]) -> tuple[tuple[str, int], ...]:
    years: Counter[str] = Counter()
    for month, number in months.items():
        years[month[:4]] += number
    return tuple(sorted(years.items()))


def _years(within: Scope, match: str) -> tuple[tuple[str, int], ...]:
    """Counts by year from the index alone: a year is a range of its numbers."""
    dated = within.between(DATED, LAST)
    ends = [dated.numbers(match, order=order, limit=1) for order in ("ASC", "DESC")]
    first, last = (day_of(number) for (number,) in ends if number >= FIRST)
    if first is None or last is None:
        return ()
    counts = (
        (str(year), dated.between(first_of(date(year, 1, 1)), first_of(date(year + 1, 1, 1)) - 1).count(match))
        for year in range(first.year, last.year + 1)
    )
    return tuple((year, number) for year, number in counts if number)
