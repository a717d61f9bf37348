"""Reports that are worth reading for a query: those with its rare words, and with its words side by side.

There are two ways to find words side by side. The index of pairs knows them at once, but only those of common words
(see `store.pairs`), and nothing of days; its rows go by the id of the article. The index of words has to hold the
places of both words against each other, which is cheap where one of them is rare, or among few reports.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from portal_archiver.store import pairs
from portal_archiver.store.search import matching
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.search.words import Words

# Entries of the index of words that may be looked at, about; a million of them take 50 to 100 ms.
BUDGET = 150_000
FETCHED = 30  # a number that is fetched costs about as much, and a common word alone says little
SMALLEST_WINDOW = 2_000  # reports
MOST_OF_ONE = 2_000  # reports that a word or a pair of words may propose
MOST_OF_MANY = 1_000  # the same where there are many pairs
MANY = 6
SHORT_LIST = 200  # reports whose length is looked up
_IDS = "SELECT a.id FROM json_each(?) j CROSS JOIN articles a ON a.docid = j.value"
_LISTED = "SELECT id, sz, id FROM articles_fts_docsize WHERE id IN (SELECT value FROM json_each(?))"
_LISTED_BY_ID = """
SELECT d.id, d.sz, a.id FROM json_each(?) j JOIN articles a ON a.id = j.value
  JOIN articles_fts_docsize d ON d.id = a.docid
"""


class Proposal(NamedTuple):
    """A report: what of the query it is known to have, the words of its text, and whether it is sure to fit."""

    number: int
    score: float
    length: int
    fits: bool


@dataclass(frozen=True, slots=True)
class _Feature:
    """What a report may have: words side by side, about how many entries they cost, how common the rarest is."""

    words: tuple[str, ...]
    cost: int
    rarest: int


@dataclass(slots=True)
class Proposals:
    """Reports, each with the sum of what of the query it is known to have; gathered within the budget.

    Where something is `required` they should fit that, and `hits` are the newest that do: all of them, or as many as
    were asked for, then `more` is true; `sure` are those that are known to fit. `counted` is how common each pair of
    words is, `bounded` whether some reports were not looked at. The keys are ids of articles where the index of pairs
    can be asked, else numbers of the index of words.
    """

    scope: Scope
    words: Words
    required: str = ""
    hits: Sequence[int] = ()
    more: bool = False
    scores: dict[int, float] = field(default_factory=dict)
    sure: set[int] = field(default_factory=set)
    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    bounded: bool = False

    def gather(self) -> None:
        """Look for what is cheap everywhere, and for the rest among the newest reports."""
        self.bounded = self.more
        if not self.required:
            self._look_within_budget(list(self._features(alone=True)))
        elif self.more and self.scope.has_pairs:
            self._gather_beside()
        else:
            self._gather_among_hits()

    def best(self) -> list[Proposal]:
        """The short list, in no order."""
        scores = self.scores
        least = min(sorted(scores.values(), reverse=True)[:SHORT_LIST], default=0.0)
        promising = [(score, key) for key, score in scores.items() if score >= least]
        listed = {key: score for score, key in sorted(promising, reverse=True)[:SHORT_LIST]}
        asked = _LISTED_BY_ID if self.scope.has_pairs else _LISTED
        rows = self.scope.sql.execute(asked, (json.dumps(list(listed)),))
        return [Proposal(number, listed[key], _first_varint(sizes), key in self.sure) for number, sizes, key in rows]

    def _gather_beside(self) -> None:
        """Of more hits than can be looked at those that have the words side by side, then the newest."""
        self._look_within_budget(list(self._features(alone=False)))
        beside = self.words.pairs
        if beside and self.words.query.is_row and all(pairs.known(*pair) for pair in beside):
            weight = sum(self.words.frequencies.weight(self.counted[pair]) for pair in beside)
            in_a_row = self.scope.beside(pairs.expression(beside), limit=MOST_OF_ONE)
            self.scores.update(dict.fromkeys(in_a_row, weight))
            self.sure.update(in_a_row)
        if len(self.scores) < SHORT_LIST:
            newest = self._keys(self.hits[:SHORT_LIST])
            self.scores = dict.fromkeys(newest, 0.0) | self.scores
            self.sure.update(newest)

    def _gather_among_hits(self) -> None:
        """Which of the hits have words side by side."""
        self.scores = dict.fromkeys(self._keys(self.hits), 0.0)
        self.sure = set(self.scores)
        if len(self.hits) > 1 and not self.words.query.is_phrase:  # all have the same words side by side
            known = self.scope.between(min(self.hits), max(self.hits))
            for feature in self._features(alone=False):
                self._look(known, feature, 1.0)

    def _features(self, *, alone: bool) -> Iterator[_Feature]:
        found = self.words.found
        for pair in self.words.pairs:
            rare, common = sorted(found[word] for word in pair)
            yield _Feature(pair, self._most * 5 if self._is_known(pair) else rare * 2 + common // 3, rare)
        if alone:
            for word, number in found.items():
                yield _Feature((word,), number * FETCHED, number)

    @property
    def _most(self) -> int:
        return MOST_OF_MANY if len(self.words.pairs) > MANY else MOST_OF_ONE

    def _is_known(self, words: Sequence[str]) -> bool:
        return len(words) == 2 and self.scope.has_pairs and pairs.known(*words)

    def _look_within_budget(self, features: Sequence[_Feature]) -> None:
        left = BUDGET
        waiting = sorted(features, key=lambda feature: feature.cost)
        while waiting and waiting[0].cost <= left:
            left -= waiting[0].cost
            self._look(self.scope, waiting.pop(0), 1.0)
        waiting = [feature for feature in waiting if len(feature.words) > 1 or not self.scores]
        if waiting:
            self.bounded = True
            self._look_at_newest(waiting, left + BUDGET // 3)

    def _look_at_newest(self, waiting: Sequence[_Feature], budget: int) -> None:
        reports = self.words.frequencies.reports
        newest = max(reports * budget // sum(feature.cost for feature in waiting), SMALLEST_WINDOW)
        scope = self.scope
        if newest < reports:
            scope = scope.between(self.words.frequencies.newest(newest).first, scope.last)
        for feature in waiting:
            self._look(scope, feature, max(reports / newest, 1.0))

    def _look(self, scope: Scope, feature: _Feature, scale: float) -> None:
        if self._is_known(feature.words):
            first, second = feature.words
            keys: Sequence[int] = self.scope.beside(pairs.expression([(first, second)]), limit=self._most)
            found = len(keys)
            if found == self._most:
                # As many of the latest have it, so of all there are about so many.
                found = found * self.words.frequencies.reports // max(keys[0] - keys[-1], 1)
                self.bounded = True
        else:
            common = feature.rarest > MOST_OF_ONE
            numbers = scope.numbers(
                matching.words(*feature.words), order="DESC" if common else "", limit=MOST_OF_ONE if common else -1
            )
            self.bounded |= common and len(numbers) == MOST_OF_ONE
            found, keys = int(len(numbers) * scale), self._keys(numbers)
        weight = self.words.frequencies.weight(found if len(feature.words) > 1 else feature.rarest)
        if len(feature.words) == 2:
            self.counted[feature.words[0], feature.words[1]] = found
        self._add(keys, weight, among_known=bool(self.required) and not (self.more and self.scope.has_pairs))

    def _add(self, keys: Iterable[int], weight: float, *, among_known: bool) -> None:
        scores = self.scores
        if among_known:
            for key in scores.keys() & keys:
                scores[key] += weight
        elif scores:
            before = scores.get
            for key in keys:
                scores[key] = before(key, 0.0) + weight
        else:
            scores.update(dict.fromkeys(keys, weight))

    def _keys(self, numbers: Sequence[int]) -> Sequence[int]:
        """What these reports are known by here."""
        if not (numbers and self.scope.has_pairs):
            return numbers
        return [key for (key,) in self.scope.sql.execute(_IDS, (json.dumps(numbers),))]


def _first_varint(sizes: bytes) -> int:
    """The words of a report's text, from what FTS5 keeps (https://sqlite.org/fts5.html#fts5_data_structures).

    One size for each column, each in groups of seven bits; the first column is the text.
    """
    value = 0
    for byte in sizes:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value
