"""Which of many hits come first, without a look at all of them.

bm25 of FTS5 goes twice through all reports that have one of the words, and the words of Vietnamese are syllables: each
is in a third of all reports. So what is rare says where to look, within a budget; what is common only orders what was
found; and the first ones are read, and scored by their text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from portal_archiver.store.search.proposals import Proposal, Proposals
from portal_archiver.store.search.query import Term, has_marks
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.search.scoring import K1, B, Text, Weights, exactness, text_of
from portal_archiver.store.search.words import Words

OF_LISTED = 0.5  # a report of usual length to those of the short list, which are long: they have any word somewhere
READ = 20  # reports that are read
MOST_TRIED = 60  # proposals that are held against what is required, to have as many
EXACT_SHARE = 0.2  # of what words side by side with the diacritics as typed say

# Between two columns stands a word that nobody looks for, so that no words are side by side across them.
_APART = " zzcolumnzz "
TEXTS = f"""
SELECT a.docid, r.title, r.body || coalesce('{_APART}' || r.author, '') || coalesce('{_APART}' || r.section, '')
       || coalesce((SELECT group_concat('{_APART}' || caption || coalesce('{_APART}' || credit, ''), '')
                      FROM photos WHERE revision_id = r.id), '')
  FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.docid IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The first hits, best first, and whether others were not looked at that might be as good."""

    numbers: tuple[int, ...]
    bounded: bool
    texts: dict[int, Text]


def rank(
    scope: Scope,
    words: Words,
    required: str = "",
    hits: Sequence[int] = (),
    *,
    more: bool = False,
    known: Mapping[int, Text] = MappingProxyType({}),
) -> Head:
    """The best reports of a scope: those with some of the words, or those that fit `required`.

    `hits` are the newest of these: all of them, or there are `more`; `known` are texts that have been read.
    """
    proposals = Proposals(scope, words, required, hits, more)
    proposals.gather()
    listed, usual_length = _by_value(proposals.best())
    texts = _read_best(scope, listed, required, known)
    weights = words.weights(proposals.counted)
    scores = {number: weights.score(text, usual_length) for number, text in texts.items()}
    numbers = sorted(scores, key=lambda number: (scores[number], number), reverse=True)
    typed = typed_pairs(words.query.terms, weights) if has_marks(words.query.terms) else ()
    if typed:
        exact = {number: exactness(texts[number], typed, usual_length) * EXACT_SHARE for number in numbers}
        numbers.sort(key=lambda number: (scores[number] + exact[number], number), reverse=True)
    return Head(tuple(numbers), proposals.bounded or len(proposals.scores) > len(texts), texts)


def _by_value(listed: list[Proposal]) -> tuple[list[Proposal], float]:
    """The most promising reports first, and the usual length: a long one has any word somewhere, and that says less."""
    usual = sum(one.length for one in listed) / len(listed) * OF_LISTED if listed else 0
    usual = usual or 1.0
    value = {one.number: one.score / (1 + K1 * (1 - B + B * one.length / usual)) for one in listed}
    return sorted(listed, key=lambda one: (value[one.number], one.number), reverse=True), usual


def _read_best(scope: Scope, listed: Sequence[Proposal], required: str, known: Mapping[int, Text]) -> dict[int, Text]:
    """The texts of the first so many that have what is required."""
    chosen: list[int] = []
    for start in range(0, min(len(listed), MOST_TRIED), READ):
        batch = listed[start : start + READ]
        fitting = fits(scope, required, [one.number for one in batch if not one.fits]) if required else set()
        chosen += [one.number for one in batch if not required or one.fits or one.number in fitting]
        if len(chosen) >= READ:
            break
    chosen = chosen[:READ]
    texts = {number: known[number] for number in chosen if number in known}
    return texts | read_texts(scope, [number for number in chosen if number not in known])


def fits(scope: Scope, match: str, numbers: Sequence[int]) -> set[int]:
    """Which of these few reports fit an expression."""
    return {number for number in numbers if scope.between(number, number).count(match)}


def score_all(weights: Weights, texts: Mapping[int, Text]) -> dict[int, float]:
    """The scores of texts, their lengths held against the usual one among them."""
    usual = sum(text.length for text in texts.values()) / len(texts) if texts else 1.0
    return {number: weights.score(text, usual or 1.0) for number, text in texts.items()}


def read_texts(scope: Scope, numbers: Sequence[int]) -> dict[int, Text]:
    """The texts of reports by their numbers."""
    if not numbers:
        return {}
    rows = scope.sql.execute(TEXTS, (json.dumps(numbers),))
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
