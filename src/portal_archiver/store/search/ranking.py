"""Which of many hits come first, without a look at all of them.

bm25 of FTS5 goes twice through all reports that have one of the words, and the words of Vietnamese are syllables: each
is in a third of all reports. So what is rare says where to look, within a budget; what is common only orders what was
found; and the first ones are read, and scored by their text.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from portal_archiver.store.search import matching
from portal_archiver.store.search.frequency import Frequencies
from portal_archiver.store.search.query import Query, Term, has_marks
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.search.scoring import K1, B, Text, Weights, exactness, text_of

# Entries of the index that one ranking may look at, about; a million of them take 50 to 100 ms.
BUDGET = 150_000
FETCHED = 30  # a number that is fetched costs about as much, and a common word alone says little
COUNTED = 100_000  # entries that may be looked at to count what has some of the words
SMALLEST_WINDOW = 2_000  # reports
MOST_OF_ONE = 2_000  # reports that a word or a pair of words may propose
SHORT_LIST = 200  # reports whose length is looked up
OF_LISTED = 0.5  # a report of usual length to those of the short list, which are long: they have any word somewhere
READ = 20  # reports that are read
EXACT_SHARE = 0.2  # of what words side by side with the diacritics as typed say
# Words that ask, and are in no answer more than in others.
ASKING = frozenset("gi nao ai dau sao may".split())

_TEXTS = """
SELECT a.docid, r.title,
       r.body || ' ' || coalesce(r.author, '') || ' ' || coalesce((SELECT group_concat(caption || ' '
       || coalesce(credit, ''), ' ') FROM photos WHERE revision_id = r.id), '')
  FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.docid IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The first hits, best first, and whether others were not looked at that might be as good."""

    numbers: tuple[int, ...]
    bounded: bool
    texts: dict[int, Text]


@dataclass(frozen=True, slots=True)
class _Feature:
    """What a report may have: words side by side, about how many entries they cost, how common the rarest is."""

    words: tuple[str, ...]
    cost: int
    rarest: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a query with how common each is."""

    query: Query
    found: dict[str, int]
    frequencies: Frequencies

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The words side by side, as typed."""
        return tuple(dict.fromkeys(pairwise(self.query.words)))

    @property
    def telling(self) -> tuple[str, ...]:
        """The words that make a report fit where none has all: the rarest ones, as many as can be counted in time."""
        asked = [word for word in self.found if word not in ASKING] or list(self.found)
        kept: list[str] = []
        budget = COUNTED
        for word in sorted(asked, key=self.found.__getitem__):
            budget -= self.found[word]
            if kept and budget < 0:
                break
            kept.append(word)
        return tuple(kept)

    def weights(self, pairs: dict[tuple[str, str], int]) -> Weights:
        """What words and pairs say; a pair whose reports were not counted is taken for as rare as chance makes it."""
        whole = self.frequencies.reports or 1
        weight = self.frequencies.weight
        guessed = {pair: self.found[pair[0]] * self.found[pair[1]] // whole for pair in self.pairs}
        return Weights(
            {word: weight(found) for word, found in self.found.items()},
            {pair: weight(found) for pair, found in (guessed | pairs).items()},
        )


def words_of(query: Query, frequencies: Frequencies) -> Words:
    """The words of a query, counted."""
    return Words(query, {word: frequencies.of(word) for word in dict.fromkeys(query.words)}, frequencies)


def rank(scope: Scope, words: Words, required: str = "", hits: Sequence[int] = ()) -> Head:
    """The best reports of a scope: those with some of the words, or those that fit `required`.

    `hits` are the newest of these: all of them, or MOST_OF_ONE.
    """
    proposals = _Proposals(scope, words, required, hits)
    proposals.gather()
    best, usual_length = _best(scope, proposals.scores, READ)
    texts = read_texts(scope, best)
    weights = words.weights(proposals.counted)
    scores = {number: weights.score(text, usual_length) for number, text in texts.items()}
    numbers = sorted(scores, key=lambda number: (scores[number], number), reverse=True)
    if has_marks(words.query.terms):
        typed = typed_pairs(words.query.terms, weights)
        exact = {number: exactness(texts[number], typed, usual_length) * EXACT_SHARE for number in numbers}
        numbers.sort(key=lambda number: (scores[number] + exact[number], number), reverse=True)
    return Head(tuple(numbers), proposals.bounded or len(proposals.scores) > len(best), texts)


def _best(scope: Scope, proposed: dict[int, float], most: int) -> tuple[list[int], float]:
    """The most promising reports, and the usual length: a long one has any word somewhere, so what it has says less."""
    listed = heapq.nlargest(SHORT_LIST, proposed.items(), key=lambda item: (item[1], item[0]))
    if not listed:
        return [], 1.0
    lengths = _lengths(scope.sql, [number for number, _ in listed])
    usual = sum(lengths.values()) / len(lengths) * OF_LISTED or 1.0
    value = {number: score / (1 + K1 * (1 - B + B * lengths[number] / usual)) for number, score in listed}
    return heapq.nlargest(most, value, key=lambda number: (value[number], number)), usual


def _lengths(sql: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, int]:
    """The words of the text of each report, from what FTS5 keeps (https://sqlite.org/fts5.html#fts5_data_structures)."""
    asked = "SELECT id, sz FROM articles_fts_docsize WHERE id IN (SELECT value FROM json_each(?))"
    rows = sql.execute(asked, (json.dumps(tuple(numbers)),))
    return {number: _second_varint(sizes) for number, sizes in rows}


def _second_varint(sizes: bytes) -> int:
    """One size for each column, each in groups of seven bits; the second column is the text."""
    column = value = 0
    for byte in sizes:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            if column:
                return value
            column, value = 1, 0
    return 0


def score_all(weights: Weights, texts: Mapping[int, Text]) -> dict[int, float]:
    """The scores of texts, their lengths held against the usual one among them."""
    usual = sum(text.length for text in texts.values()) / len(texts) if texts else 1.0
    return {number: weights.score(text, usual or 1.0) for number, text in texts.items()}


def read_texts(scope: Scope, numbers: Sequence[int]) -> dict[int, Text]:
    """The texts of reports by their numbers."""
    rows = scope.sql.execute(_TEXTS, (json.dumps(numbers),))
    return {number: text_of(title, rest) for number, title, rest in rows}


def typed_pairs(terms: Iterable[Term], weights: Weights) -> tuple[tuple[str, float], ...]:
    """The words side by side as they were typed, and what each pair says."""
    typed = [word for term in terms for word in term.typed.split()]
    folded = [word for term in terms for word in term.words]
    if len(typed) != len(folded):
        return ()
    return tuple(
        (" ".join(pair), weights.pairs.get((first, second), 0.0))
        for pair, (first, second) in zip(pairwise(typed), pairwise(folded), strict=True)
    )


@dataclass(slots=True)
class _Proposals:
    """Reports, each with the sum of what of the query it is known to have; gathered within the budget.

    `counted` is how common each pair of words is, `bounded` whether some were not looked for everywhere.
    """

    scope: Scope
    words: Words
    required: str
    hits: Sequence[int]
    scores: dict[int, float] = field(default_factory=dict)
    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    bounded: bool = False

    def gather(self) -> None:
        """Look for what is cheap everywhere, and for the rest among the newest reports."""
        self.scores = dict.fromkeys(self.hits, 0.0)
        self.bounded = len(self.hits) >= MOST_OF_ONE
        if self.required and len(self.hits) <= READ:
            return
        left = BUDGET
        if self.required:
            self._gather_required()
            return
        waiting = sorted(self._features(), key=lambda feature: feature.cost)
        while waiting and waiting[0].cost <= left:
            left -= waiting[0].cost
            self._look(self.scope, waiting.pop(0), 1.0)
        waiting = [feature for feature in waiting if len(feature.words) > 1 or not self.scores]
        if waiting:
            self.bounded = True
            self._look_at_newest(waiting, left + BUDGET // 3)

    def _gather_required(self) -> None:
        """Among reports with all the words: pairs of them in the newest hits, and the whole query as a phrase."""
        terms = self.words.query.terms
        if len(terms) < 2:
            return
        known = self.scope.between(min(self.hits), max(self.hits))
        pairs = list(self._features())
        for feature in pairs:
            self._look(known, feature, 1.0)
        if self.bounded and not any(term.prefix or term.name for term in terms):
            found = self.words.found
            words = self.words.query.words
            self._look_at_newest(
                [_Feature(words, sum(map(found.__getitem__, words)), min(found.values()))], BUDGET // 2
            )

    def _features(self) -> Iterator[_Feature]:
        found = self.words.found
        for pair in self.words.pairs:
            both = [found[word] for word in pair]
            yield _Feature(pair, sum(both), min(both))
        if not self.required:
            for word, number in found.items():
                yield _Feature((word,), number * FETCHED, number)

    def _look_at_newest(self, waiting: Sequence[_Feature], budget: int) -> None:
        reports = self.words.frequencies.reports
        newest = max(reports * budget // sum(feature.cost for feature in waiting), SMALLEST_WINDOW)
        scope = self.scope
        if newest < reports:
            scope = scope.between(self.words.frequencies.newest(newest).first, scope.last)
        for feature in waiting:
            self._look(scope, feature, max(reports / newest, 1.0))

    def _look(self, scope: Scope, feature: _Feature, scale: float) -> None:
        common = feature.rarest > MOST_OF_ONE
        numbers = scope.numbers(
            matching.words(*feature.words), order="DESC" if common else "", limit=MOST_OF_ONE if common else -1
        )
        if common and len(numbers) == MOST_OF_ONE:
            self.bounded = True
        found = int(len(numbers) * scale)
        if len(feature.words) == 2 and not self.required:
            self.counted[feature.words[0], feature.words[1]] = found
        weight = self.words.frequencies.weight(found if len(feature.words) > 1 else feature.rarest)
        if self.required and len(feature.words) < len(self.words.query.words):
            numbers = [number for number in numbers if number in self.scores]
        self._add(numbers, weight)

    def _add(self, numbers: Sequence[int], weight: float) -> None:
        scores = self.scores
        for number in numbers:
            scores[number] = scores.get(number, 0.0) + weight
