"""Counts of the hits by portal, year, month and section."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache

from portal_archiver.model import Facets
from portal_archiver.store.index import DATED, DAY_BITS, day_of, first_of
from portal_archiver.store.search import matching
from portal_archiver.store.search.counting import counted_share, slices
from portal_archiver.store.search.finding import find
from portal_archiver.store.search.frequency import frequencies
from portal_archiver.store.search.query import parse
from portal_archiver.store.search.scope import FIRST, LAST, Filters, Scope, scope
from portal_archiver.store.search.words import words_of

# Hits up to which each is looked at; of more the newest so many, but those of each year are counted by the index.
LOOKED_AT = 5_000
STRETCHES_OF_A_YEAR = 4  # of each of which a share is counted, where to count all would take too long
Counts = tuple[tuple[str, int], ...]
# The cross join has SQLite go through the numbers, and group what it finds.
_GROUPED = """
SELECT p.key, f.section, f.n
  FROM (SELECT a.portal_id, a.section, count(*) AS n FROM json_each(?) j CROSS JOIN articles a ON a.docid = j.value
         GROUP BY 1, 2) f
  JOIN portals p ON p.id = f.portal_id
"""


def facets(sql: sqlite3.Connection, text: str, filters: Filters, *, exact: bool = False) -> Facets:
    """The counts of all reports that a search finds."""
    query = parse(text, exact=exact)
    within, _ = scope(sql, filters, query)
    strict = "" if query.sentence or query.exact else matching.every_clause(query)
    numbers = within.numbers(strict, order="DESC", limit=LOOKED_AT) if strict else []
    if len(numbers) == LOOKED_AT:  # counted by year, which costs as much as to count them all
        share = counted_share(within, words_of(query, frequencies(within)))
        return _counted(
            sql, numbers, years=_years(within, strict, share), undated=_undated(within, strict), share=share
        )
    if numbers:
        return _counted(sql, numbers)
    found = find(within, query)
    if found.only_head:
        return _counted(sql, found.head, bounded=found.bounded)
    numbers = within.numbers(found.match, order="DESC", limit=LOOKED_AT)
    if len(numbers) < LOOKED_AT:
        return _counted(sql, numbers)
    return _counted(sql, numbers, years=_years(within, found.match), undated=_undated(within, found.match))


def _counted(
    sql: sqlite3.Connection,
    numbers: Sequence[int],
    *,
    years: Counts | None = None,
    undated: int = 0,
    bounded: bool = False,
    share: float = 1.0,
) -> Facets:
    """The counts of these reports; with `years` and `undated` there are more, which are counted by year alone."""
    portals: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    for portal, section, number in sql.execute(_GROUPED, (json.dumps(numbers),)):
        portals[portal] += number
        if section:
            sections[section] += number
    days = Counter(number >> DAY_BITS for number in numbers if number >= DATED)
    months: Counter[str] = Counter()
    for day, number in days.items():
        months[_month_of(day)] += number
    return Facets(
        total=len(numbers) if years is None else sum(number for _, number in years) + undated,
        portals=_most_first(portals),
        years=_years_of(months) if years is None else years,
        months=tuple(sorted(months.items())),
        sections=_most_first(sections),
        bounded=bounded or years is not None,
        estimated=share < 1,
    )


@cache
def _month_of(day: int) -> str:
    """The month (2024-05) of a day as the index counts them."""
    return date.fromordinal(day - (DATED >> DAY_BITS)).isoformat()[:7]


def _most_first(counts: Counter[str]) -> Counts:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _years_of(months: Counter[str]) -> Counts:
    years: Counter[str] = Counter()
    for month, number in months.items():
        years[month[:4]] += number
    return tuple(sorted(years.items()))


def _undated(within: Scope, match: str) -> int:
    return within.between(FIRST, DATED - 1).count(match)


def _years(within: Scope, match: str, share: float = 1.0) -> Counts:
    """Counts by year from the index alone: a year is a range of its numbers; of less than all, about so many."""
    dated = within.between(DATED, LAST)
    ends = [dated.numbers(match, order=order, limit=1) for order in ("ASC", "DESC")]
    first, last = (day_of(number) for (number,) in ends if number >= FIRST)
    if first is None or last is None:
        return ()
    counts: list[tuple[str, int]] = []
    for year in range(first.year, last.year + 1):
        days = first_of(date(year, 1, 1)), first_of(date(year + 1, 1, 1)) - 1
        looked_at = [days] if share == 1 else slices(*days, share, STRETCHES_OF_A_YEAR)
        number = sum(dated.between(*piece).count(match) for piece in looked_at)
        counts += [(str(year), int(number / share))] if number else []
    return tuple(counts)
