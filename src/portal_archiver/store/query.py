"""What a person types, as terms, and these as FTS5 expressions; only quoted words reach SQLite, so nothing raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from portal_archiver.text import fold

# Words of a query that are looked for: FTS5 pays for every word and for every pair of them, so a pasted page is cut.
MAX_WORDS = 48
# More words than this are a sentence: no report can be expected to have them all (Vietnamese writes each syllable as a
# word, so a long report has any common ones somewhere, and scattered they say nothing).
LONGEST_LIST = 10
# What makes a question of a few words, as written, and as typed without diacritics where fewer are unmistakable
# ("nao" is also "não", "ai" stands in "Ai Cập").
_ASKING = re.compile(
    r"\b(?:gì|nào|mấy|những ai|bởi ai|là ai|ai (?:là|đã)"  # "Bạch Hải có những gì", "Ai là chủ tịch"
    r"|bao (?:nhiêu|lâu|giờ|xa)"  # "bao nhiêu xã đạt chuẩn"
    r"|(?:ở|từ|đến|tới|đi|là) đâu|(?:tại|vì|ra|làm) sao"  # "nộp hồ sơ ở đâu", "tại sao hoãn"
    r"|(?:phải|có|hay|được) không)\b"
)
_ASKING_FOLDED = re.compile(
    r"\b(?:gi|(?:the|khi|luc|nguoi|nam|noi) nao|la ai|ai (?:la|da)|bao (?:nhieu|lau|gio|xa)"
    r"|(?:o|tu|den|toi|di) dau|(?:tai|vi|ra|lam) sao|(?:phai|hay) khong)\b"
)
_WORDS = re.compile(r"[^\W_]+")
_TERMS = re.compile(r'(?P<minus>(?<!\S)-)?(?:["“”„](?P<phrase>[^"“”„]*)["“”„]?|(?P<chunk>[^\s"“”„]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand together: one word, a "quoted phrase", or a chunk such as 13/2023/NĐ-CP.

    `quoted` is what stood in quotation marks; `prefix` (nông*) lets the last word go on.
    """

    words: tuple[str, ...]
    quoted: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood; a `sentence` (a question, or many words in a row) is no list of required words."""

    wanted: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    sentence: bool = False

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
            quoted = match["phrase"] is not None
            term = Term(words, quoted=quoted, prefix=not quoted and chunk.endswith("*"))
            (excluded if match["minus"] else wanted).append(term)
    plain = not excluded and not any(term.prefix or term.quoted for term in wanted)
    return Query(tuple(wanted), tuple(excluded), plain and len(wanted) > 1 and _is_sentence(text, MAX_WORDS - left))


def _is_sentence(text: str, length: int) -> bool:
    lowered = unicodedata.normalize("NFC", text).lower().strip()
    asking = _ASKING_FOLDED if lowered == fold(lowered) else _ASKING
    return length > LONGEST_LIST or lowered.endswith("?") or asking.search(lowered) is not None


class Match(NamedTuple):
    """Two FTS5 expressions that find the same: `ranked` for bm25, `counted` for where its order does not matter.

    `b OR "a b"` finds exactly what `b` finds, but bm25 adds the much rarer pair's own weight: words that stand beside
    each other as typed count for more. Pairs are what costs, so they are left out of counts and of sorting by date.
    """

    ranked: str
    counted: str


def all_words(query: Query) -> Match:
    """Every term."""
    singles = [_quoted(term.words, prefix=term.prefix) for term in query.wanted]
    ranked = singles[:1]
    for (before, term), alone in zip(pairwise(query.wanted), singles[1:], strict=True):
        pair = _quoted((*before.words[-1:], *term.words), prefix=term.prefix)
        ranked.append(alone if before.prefix else f"({alone} OR {pair})")
    return Match(" AND ".join(ranked), " AND ".join(singles))


def any_word(query: Query) -> Match:
    """Any of the words."""
    singles = [_quoted((word,)) for word in query.words]
    singles += [_quoted(term.words, prefix=True) for term in query.wanted if term.prefix]
    pairs = [_quoted(pair) for pair in pairwise(query.words)]
    return Match(" OR ".join(dict.fromkeys(singles + pairs)), " OR ".join(dict.fromkeys(singles)))


def word_for_word(query: Query) -> str:
    """FTS5 expression: the whole query as it stands."""
    return _quoted(query.words)


def any_term(terms: Iterable[Term]) -> str:
    """FTS5 expression: any of the terms as they stand."""
    return " OR ".join(_quoted(term.words, prefix=term.prefix) for term in terms)


def within(column: str, text: str) -> str:
    """FTS5 expression: the words of a text beside each other in one column, the last one perhaps unfinished."""
    return f"{column} : {_quoted(folded_words(text), prefix=True)}"


def _quoted(words: Iterable[str], *, prefix: bool = False) -> str:
    return f'"{" ".join(words)}"{" *" if prefix else ""}'
