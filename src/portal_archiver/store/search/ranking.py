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

from portal_archiver.store.folding import has_two_spellings
from portal_archiver.store.search.proposals import Proposal, Proposals
from portal_archiver.store.search.query import Query, Term, has_marks
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.search.scoring import K1, B, Text, Typed, Weights, text_of
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
    texts = _read_best(scope, words.query, listed, required, known)
    weights = words.weights(proposals.counted)
    scores = {number: weights.score(text, usual_length) for number, text in texts.items()}
    numbers = sorted(scores, key=lambda number: (scores[number], number), reverse=True)
    if has_marks(words.query.terms):
        typed = typed_pairs(words.query.terms, weights)
        exact = {number: typed.exactness(texts[number], usual_length) * EXACT_SHARE for number in numbers}
        numbers.sort(key=lambda number: (scores[number] + exact[number], number), reverse=True)
    return Head(tuple(numbers), proposals.bounded or len(proposals.scores) > len(texts), texts)


def _by_value(listed: list[Proposal]) -> tuple[list[Proposal], float]:
    """The most promising reports first, and the usual length: a long one has any word somewhere, and that says less."""
    usual = sum(one.length for one in listed) / len(listed) * OF_LISTED if listed else 0
    usual = usual or 1.0
    value = {one.number: one.score / (1 + K1 * (1 - B + B * one.length / usual)) for one in listed}
    return sorted(listed, key=lambda one: (value[one.number], one.number), reverse=True), usual


def _read_best(
    scope: Scope, query: Query, listed: Sequence[Proposal], required: str, known: Mapping[int, Text]
) -> dict[int, Text]:
    """The texts of the first so many that have what is required: of a row of words their text tells that soonest."""
    chosen: dict[int, Text] = {}
    for start in range(0, min(len(listed), MOST_TRIED), READ):
        batch = listed[start : start + READ]
        if required and not query.is_row:
            fitting = fits(scope, required, [one.number for one in batch if not one.fits])
            batch = [one for one in batch if one.fits or one.number in fitting]
        texts = dict(known) | read_texts(scope, [one.number for one in batch if one.number not in known])
        for number, sure in ((one.number, one.fits or not (required and query.is_row)) for one in batch):
            if sure or all(texts[number].has(*term.words) for term in query.terms):
                chosen[number] = texts[number]
        if len(chosen) >= READ:
            break
    return dict(list(chosen.items())[:READ])


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


def typed_pairs(terms: Iterable[Term], weights: Weights) -> Typed:
    """The words side by side as they were typed, and what each pair says."""
    typed = [word for term in terms for word in term.typed.split()]
    folded = [word for term in terms for word in term.words]
    if len(typed) != len(folded):
        return Typed((), spelled=False)
    pairs = [
        (" ".join(pair), weights.pairs.get(beside, 0.0))
        for pair, beside in zip(pairwise(typed), pairwise(folded), strict=True)
    ]
    return Typed(tuple(pairs), spelled=any(has_two_spellings(pair) for pair, _ in pairs))
