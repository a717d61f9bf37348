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
    share = counted_share(scope, words)
    if share < 1:
        about = int(_part(scope, match, share) * _reports(scope, words))
        return Counted(max(about, len(first)), estimated=True)
    rest = scope.between(first[-1] + 1, scope.last) if first else scope
    return Counted(len(first) + rest.count(match))


def counted_share(scope: Scope, words: Words) -> float:
    """Which share of the reports is looked at to count those with these words; 1 where all are."""
    whole = words.frequencies.reports
    entries = words.entries * (OF_A_PHRASE if words.query.is_phrase else 1)
    if whole <= COUNTED_WHOLE or entries <= MOST_ENTRIES:
        return 1.0
    within = entries * _reports(scope, words) / whole
    return SAMPLED_ENTRIES / within if within > MOST_ENTRIES else 1.0


def slices(first: int, last: int, share: float, number: int) -> list[tuple[int, int]]:
    """The same share of each of so many equal stretches of the numbers of the index, from their beginnings on."""
    stretch = (last - first) // number + 1
    return [(begin, begin + int(stretch * share)) for begin in range(first, last + 1, stretch)]


def _reports(scope: Scope, words: Words) -> int:
    """About how many reports there are on the days of a scope."""
    days = _days(scope)
    return words.frequencies.reports if days.is_all else days.count()


def _days(scope: Scope) -> Scope:
    return Scope(scope.sql, first=scope.first, last=scope.last)


def _part(scope: Scope, match: str, share: float) -> float:
    """About which part of the reports of these days fit, from the same share of every stretch of time."""
    dated = _days(scope).between(DATED, LAST)
    ends = dated.numbers(order="ASC", limit=1) + dated.numbers(order="DESC", limit=1)
    if not ends:
        return scope.count(match) / max(_days(scope).count(), 1)
    looked_at = slices(ends[0], ends[1], share, STRETCHES)
    fitting = sum(scope.between(*piece).count(match) for piece in looked_at)
    return fitting / max(sum(dated.between(*piece).count() for piece in looked_at), 1)


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
    if len(found) > MOST_CHECKED and counted_share(scope, words) == 1:
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
