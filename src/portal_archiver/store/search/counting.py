"""How many reports fit: counted by the index as long as that takes a moment, else estimated from the newest ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from portal_archiver.store import pairs
from portal_archiver.store.index import DATED
from portal_archiver.store.search.proposals import MOST_OF_ONE
from portal_archiver.store.search.ranking import read_texts
from portal_archiver.store.search.scope import LAST, Scope
from portal_archiver.store.search.scoring import Text
from portal_archiver.store.search.words import Words

COUNTED_WHOLE = 100_000  # reports of an archive in which everything is counted
# Entries of the index that are looked at for a count in a larger one: so many take 20 ms.
MOST_ENTRIES = 500_000
SAMPLED_ENTRIES = 150_000  # for an estimate, where that would be more
STRETCHES = 12  # of time, of each of which a share is counted for an estimate
OF_A_PHRASE = 2  # times as much does an entry cost where its places matter
MOST_CHECKED = 100  # reports with all pairs of a phrase that are read to see the phrase itself
_NUMBERS = "SELECT docid FROM articles WHERE id IN (SELECT value FROM json_each(?))"


class Counted(NamedTuple):
    """A number of reports, whether it is an estimate, and the reports and their texts where they are few and known."""

    total: int
    estimated: bool = False
    numbers: tuple[int, ...] | None = None
    texts: Mapping[int, Text] = MappingProxyType({})


def count(scope: Scope, match: str, words: Words, first: Sequence[int] = ()) -> Counted:
    """How many reports fit an expression that asks for these words; `first` are the oldest of them, if known."""
    whole = words.frequencies.reports
    days = Scope(scope.sql, first=scope.first, last=scope.last)
    entries = words.entries * (OF_A_PHRASE if words.query.is_phrase else 1)
    if whole > COUNTED_WHOLE and entries > MOST_ENTRIES:
        reports = whole if days.is_all else days.count()
        within = entries * reports / whole
        if within > MOST_ENTRIES:
            share = SAMPLED_ENTRIES / within
            about = int(_part(scope, match, days, share) * reports)
            return Counted(max(about, len(first)), estimated=True)
    rest = scope.between(first[-1] + 1, scope.last) if first else scope
    return Counted(len(first) + rest.count(match))


def _part(scope: Scope, match: str, days: Scope, share: float) -> float:
    """About which part of the reports of these days fit, from the same share of every stretch of time."""
    dated = days.between(DATED, LAST)
    ends = dated.numbers(order="ASC", limit=1) + dated.numbers(order="DESC", limit=1)
    if not ends:
        return scope.count(match) / max(days.count(), 1)
    stretch = (ends[1] - ends[0]) // STRETCHES + 1
    slices = [(begin, begin + int(stretch * share)) for begin in range(ends[0], ends[1] + 1, stretch)]
    fitting = sum(scope.between(*piece).count(match) for piece in slices)
    return fitting / max(sum(days.between(*piece).count() for piece in slices), 1)


def count_beside(scope: Scope, words: Words) -> Counted | None:
    """How many reports have a phrase, by the pairs of its words; None where these do not help."""
    if not (scope.has_pairs and all(pairs.known(*pair) for pair in words.pairs)):
        return None
    together = pairs.expression(words.pairs)
    if len(words.query.words) == 2:
        found = scope.beside(together, limit=MOST_OF_ONE)
        if len(found) < MOST_OF_ONE:
            return Counted(len(found), numbers=numbers_of(scope.sql, found))
        return Counted(scope.count_beside(together))
    found = scope.beside(together, limit=MOST_CHECKED + 1)
    if len(found) > MOST_CHECKED and words.entries * OF_A_PHRASE <= MOST_ENTRIES:
        return None
    checked = numbers_of(scope.sql, found[:MOST_CHECKED])
    texts = read_texts(scope, checked)
    fitting = tuple(number for number in checked if texts[number].has(*words.query.words))
    if len(found) <= MOST_CHECKED:
        return Counted(len(fitting), numbers=fitting, texts=texts)
    return Counted(scope.count_beside(together) * len(fitting) // len(checked), estimated=True)


def numbers_of(sql: sqlite3.Connection, ids: Sequence[int]) -> tuple[int, ...]:
    """The numbers of these articles in the index, the newest first."""
    return tuple(sorted((number for (number,) in sql.execute(_NUMBERS, (json.dumps(list(ids)),))), reverse=True))
