"""How many reports fit: counted by the index as long as that takes a moment, else estimated from the newest ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from portal_archiver.store import pairs
from portal_archiver.store.search.proposals import MOST_OF_ONE
from portal_archiver.store.search.ranking import read_texts
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.search.scoring import Text
from portal_archiver.store.search.words import Words

# Entries of the index that are looked at for a count: a million take 30 to 40 ms.
MOST_ENTRIES = 1_000_000
OF_A_PHRASE = 2  # times as much does an entry cost where its places matter
MOST_CHECKED = 100  # reports with all pairs of a phrase that are read to see the phrase itself
_NUMBERS = "SELECT docid FROM articles WHERE id IN (SELECT value FROM json_each(?))"


class Counted(NamedTuple):
    """A number of reports, whether it is an estimate, and the reports and their texts where they are few and known."""

    total: int
    estimated: bool = False
    numbers: tuple[int, ...] | None = None
    texts: Mapping[int, Text] = MappingProxyType({})


def count(scope: Scope, match: str, words: Words) -> Counted:
    """How many reports fit an expression that asks for these words."""
    entries = words.entries * (OF_A_PHRASE if words.query.is_phrase else 1)
    if entries <= MOST_ENTRIES:
        return Counted(scope.count(match))
    days = Scope(scope.sql, first=scope.first, last=scope.last)
    reports = days.count()
    window = words.frequencies.reports * MOST_ENTRIES // entries
    if reports <= window:
        return Counted(scope.count(match))
    oldest = days.oldest_of(window, reports)
    return Counted(scope.between(oldest, scope.last).count(match) * reports // window, estimated=True)


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
