"""What fits a query: all reports that do, how many, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from portal_archiver.store import pairs
from portal_archiver.store.search import matching
from portal_archiver.store.search.counting import Counted, count, count_beside, numbers_of
from portal_archiver.store.search.exactly import as_typed_first, exactly, titles_first
from portal_archiver.store.search.frequency import frequencies
from portal_archiver.store.search.proposals import MOST_OF_ONE, SHORT_LIST
from portal_archiver.store.search.query import Query, has_marks
from portal_archiver.store.search.ranking import READ, rank, read_texts, score_all
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.search.scoring import Text
from portal_archiver.store.search.words import Words, words_of

# Entries of the index up to which bm25 over a list of hits costs less than reading some of them.
CHEAP = 80_000
FEW = 100  # hits of one word that are fetched before it is known whether there are many
EXACT_FIRST = 20  # hits that are put in order by the diacritics as typed
# For an exact search, which no index knows, reports are read, so many at once, until enough are found.
EXACT_STEP = 1_000
ENOUGH_EXACT = 100
MOST_EXACT = 10_000
TELLING_PAIRS = 5  # the rarest ones of a sentence
MOST_QUOTING = 150  # reports that are read to see whether a sentence stands in them


@dataclass(frozen=True, slots=True)
class Found:
    """What fits a query: the scope, the expression, how many reports, and the best of them where they are known.

    Those that are not in `head` follow it, the newest first, unless `only_head` says that there are no others.
    """

    scope: Scope
    match: str
    total: int
    head: tuple[int, ...] = ()
    relaxed: bool = False
    bounded: bool = False
    only_head: bool = False
    estimated: bool = False


def find(within: Scope, query: Query, *, best: int = 0) -> Found:
    """The reports with all that is asked for, or with some of it where none has all.

    `best` is how many of them are wanted in the order of relevance; 0: they are wanted by date.
    """
    strict = matching.every_clause(query)
    if not strict:
        return Found(within, "", within.count())
    if query.exact:
        return _exactly(within, strict, query)
    if not query.sentence:
        found = _with_all(within, strict, query, best)
        if found.total or len(query.words) == 1:
            return found
    return _with_some(within, strict, query, best)


def _with_some(within: Scope, strict: str, query: Query, best: int) -> Found:
    """The reports with a telling word, the best first.

    A sentence that stands somewhere is a quotation (a headline, say): then its words are meant as they stand.
    """
    words = words_of(query, frequencies(within))
    if query.sentence and (quoting := _quoting(within, words, _with_known_pairs(within, words))):
        return quoting
    head = rank(within, words)
    if query.sentence and any(text.has(*query.words) for text in head.texts.values()):
        numbers = within.numbers(matching.words(*query.words), limit=MOST_QUOTING)
        if quoting := _quoting(within, words, numbers):
            return quoting
    prefixes = [term.words[-1] for term in query.terms if term.prefix]
    match = matching.any_of(
        [*map(matching.words, words.telling), *(matching.words(prefix, prefix=True) for prefix in prefixes)]
    )
    # A report whose common words stand side by side as asked may be among the best with no telling word at all.
    beside = [number for number in head.numbers if best and not _tells(head.texts[number], words, prefixes)]
    total = within.count(match) + len(beside)
    return Found(within, match, total, head.numbers if best else (), total > 0, head.bounded or total > READ)


def _tells(text: Text, words: Words, prefixes: Sequence[str]) -> bool:
    begun = (f" {prefix}" in part for prefix in prefixes for part in (text.folded, text.folded_title))
    return any(map(text.has, words.telling)) or any(begun)


def _quoting(within: Scope, words: Words, numbers: Sequence[int]) -> Found | None:
    """Those of the reports in which a sentence stands as it was typed, in the title first; None where there is none."""
    texts = {number: text for number, text in read_texts(within, numbers).items() if text.has(*words.query.words)}
    if not texts:
        return None
    sentence = words.query.words
    fit = {number: (text.is_titled(*sentence), text.times(*sentence), number) for number, text in texts.items()}
    best = sorted(fit, key=fit.__getitem__, reverse=True)
    phrase = matching.words(*sentence)
    return Found(within, phrase, len(best), tuple(best), bounded=len(numbers) == MOST_QUOTING, only_head=True)


def _with_known_pairs(within: Scope, words: Words) -> Sequence[int]:
    """The latest reports that have all pairs that the index knows; those that have the rarest of them, if as few do."""
    if not within.has_pairs:
        return ()
    known = sorted((pair for pair in words.pairs if pairs.known(*pair)), key=words.guess)
    found = within.beside(pairs.expression(known[:TELLING_PAIRS]), limit=MOST_QUOTING) if known else []
    if len(found) == MOST_QUOTING:
        found = within.beside(pairs.expression(known), limit=MOST_QUOTING)
    return numbers_of(within.sql, found)


def _with_all(within: Scope, strict: str, query: Query, best: int) -> Found:
    """The reports with all that is asked for."""
    words = words_of(query, frequencies(within)) if query.is_phrase else None
    if words and (counted := count_beside(within, words)):
        return _of_phrase(within, strict, words, counted, best)
    first, are_all = _oldest_hits(within, strict, query) if best else ([], False)
    if are_all:
        return _few(within, strict, query, first, best, words)
    words = words or words_of(query, frequencies(within))
    counted = count(within, strict, words, first)
    total, estimated = counted.total, counted.estimated
    if not (best and total):
        return Found(within, strict, total, estimated=estimated)
    newest = within.numbers(strict, order="DESC", limit=SHORT_LIST if within.has_pairs else MOST_OF_ONE)
    head = rank(within, words, strict, newest, more=True)
    return Found(within, strict, total, head.numbers, bounded=True, estimated=estimated)


def _oldest_hits(within: Scope, strict: str, query: Query) -> tuple[list[int], bool]:
    """The first hits of the index, and whether there are no others; to fetch hits costs more than to count them."""
    most = FEW if len(query.words) == 1 else MOST_OF_ONE
    hits = within.numbers(strict, order="ASC", limit=most)
    if most == FEW == len(hits) and within.count(strict, up_to=MOST_OF_ONE) < MOST_OF_ONE:
        return within.numbers(strict), True
    return hits, len(hits) < most


def _of_phrase(within: Scope, strict: str, words: Words, counted: Counted, best: int) -> Found:
    """The reports with a phrase, which were counted by its pairs."""
    found = Found(within, strict, counted.total, estimated=counted.estimated)
    if counted.numbers is not None and not best:
        return replace(found, head=counted.numbers, only_head=True)
    if not (best and counted.total):
        return found
    head = rank(within, words, strict, counted.numbers or (), more=counted.numbers is None, known=counted.texts)
    return replace(found, head=head.numbers, bounded=counted.total > len(head.numbers))


def _few(within: Scope, strict: str, query: Query, hits: Sequence[int], best: int, words: Words | None = None) -> Found:
    """All of few hits in the order of bm25 where that is cheap, else the best ones first."""
    if len(hits) < 2:
        return Found(within, strict, len(hits), tuple(hits), only_head=True)
    if not (within.is_all and query.is_row and len(query.words) == 1):  # else the hits are all there is to look at
        words = words or words_of(query, frequencies(within))
    if words and _costs(words) > CHEAP:
        head = rank(within, words, strict, sorted(hits, reverse=True))
        return Found(within, strict, len(hits), head.numbers, bounded=len(hits) > len(head.numbers))
    numbers = within.ranked(strict, _with_pairs(query), limit=max(best, EXACT_FIRST), offset=0)
    if has_marks(query.terms):
        numbers = as_typed_first(within, numbers[:EXACT_FIRST], query.terms) + numbers[EXACT_FIRST:]
    elif len(query.terms) > 1:  # of one word bm25 knows whether the title has it
        numbers = titles_first(within, numbers[:EXACT_FIRST], query.terms) + numbers[EXACT_FIRST:]
    return Found(within, strict, len(hits), tuple(numbers), only_head=True)


def _costs(words: Words) -> int:
    """The entries of the index that bm25 looks at: of each word, and once more for each pair that it is in."""
    return sum(words.found.values()) + sum(words.found[word] for pair in words.pairs for word in pair)


def _with_pairs(query: Query) -> str:
    """`b OR "a b"` finds what `b` finds, but bm25 adds the pair's own weight: side by side as typed counts more."""
    parts = [[matching.term(term) for term in clause if term.is_text] for clause in query.wanted]
    clauses = [clause for clause in query.wanted if any(term.is_text for term in clause)]
    for n, (before, after) in enumerate(pairwise(clauses), 1):
        if len(before) == len(after) == 1 and not (before[0].prefix or before[0].name or after[0].name):
            pair = matching.words(before[0].words[-1], *after[0].words, prefix=after[0].prefix)
            parts[n].append(pair)
    return matching.every(matching.any_of(part) for part in parts if part)


def _exactly(within: Scope, strict: str, query: Query) -> Found:
    """The reports whose text has the exact terms: the newest ones, if there are many that have the words at all."""
    kept: list[int] = []
    for offset in range(0, MOST_EXACT, EXACT_STEP):
        numbers = within.numbers(strict, order="DESC", limit=EXACT_STEP, offset=offset)
        kept += exactly(within, numbers, query.exact)
        if len(kept) >= ENOUGH_EXACT or len(numbers) < EXACT_STEP:
            break
    weights = words_of(query, frequencies(within)).weights({})
    scores = score_all(weights, read_texts(within, kept))
    best = sorted(kept, key=lambda number: (scores[number], number), reverse=True)
    return Found(within, strict, len(kept), tuple(best), bounded=len(numbers) == EXACT_STEP, only_head=True)
