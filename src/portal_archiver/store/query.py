"""What a person types, as terms, and these as FTS5 expressions; only quoted words reach SQLite, so nothing raises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from portal_archiver.text import fold

# Words of a query that are looked for: FTS5 pays for every word and for every pair of them, so a pasted page is cut.
MAX_WORDS = 48
_WORDS = re.compile(r"[^\W_]+")
_TERMS = re.compile(r'(?P<minus>(?<!\S)-)?(?:["“”„](?P<phrase>[^"“”„]*)["“”„]?|(?P<chunk>[^\s"“”„]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand together: one word, a "quoted phrase", or a chunk such as 13/2023/NĐ-CP.

    `prefix` (nông*) lets the last word go on; `excluded` (-bóng) is what must not be there.
    """

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood."""

    wanted: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All wanted words in order, repetitions included."""
        return tuple(word for term in self.wanted for word in term.words)


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text as the index has them."""
    return tuple(_WORDS.findall(fold(text)))


def parse(text: str) -> Query:
    """Terms of a query; what holds no letter and no digit says nothing and is passed over."""
    wanted: list[Term] = []
    excluded: list[Term] = []
    left = MAX_WORDS
    for match in _TERMS.finditer(text):
        chunk = match["phrase"] if match["phrase"] is not None else match["chunk"]
        words = folded_words(chunk)[:left]
        left -= len(words)
        if words:
            term = Term(words, prefix=match["phrase"] is None and chunk.endswith("*"), excluded=bool(match["minus"]))
            (excluded if term.excluded else wanted).append(term)
    return Query(tuple(wanted), tuple(excluded))


def all_words(query: Query) -> str:
    """FTS5 expression: every term, and those beside each other as typed count for more.

    `b OR "a b"` finds exactly what `b` finds, but bm25 adds the pair's own, much rarer, weight.
    """
    parts = [_quoted(term.words, prefix=term.prefix) for term in query.wanted[:1]]
    for before, term in pairwise(query.wanted):
        alone = _quoted(term.words, prefix=term.prefix)
        pair = (*before.words[-1:], *term.words)
        parts.append(alone if before.prefix else f"({alone} OR {_quoted(pair, prefix=term.prefix)})")
    return " AND ".join(parts)


def any_word(query: Query) -> str:
    """FTS5 expression: any of the words, and any two of them beside each other as typed."""
    singles = [_quoted((word,)) for word in query.words]
    singles += [_quoted(term.words, prefix=True) for term in query.wanted if term.prefix]
    pairs = [_quoted(pair) for pair in pairwise(query.words)]
    return " OR ".join(dict.fromkeys(singles + pairs))


def any_term(terms: Iterable[Term]) -> str:
    """FTS5 expression: any of the terms as they stand."""
    return " OR ".join(_quoted(term.words, prefix=term.prefix) for term in terms)


def within(column: str, text: str) -> str:
    """FTS5 expression: the words of a text beside each other in one column, the last one perhaps unfinished."""
    return f"{column} : {_quoted(folded_words(text), prefix=True)}"


def _quoted(words: Iterable[str], *, prefix: bool = False) -> str:
    return f'"{" ".join(words)}"{" *" if prefix else ""}'
