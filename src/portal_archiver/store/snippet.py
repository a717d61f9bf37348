"""Snippets: the stretch of the original text with the most of what was asked for, and where in it the matches are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

WIDTH = 220
LEAD_IN = 40
ELLIPSIS = "…"


class Snippet(NamedTuple):
    """Original text on one line, with the (start, end) offsets of the matched words in it."""

    text: str
    marks: tuple[tuple[int, int], ...]


class _Folding(dict[int, str]):
    """A `str.translate` table that folds one letter to one letter, so that offsets hold in the original; it learns."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFD", char.lower())[:1].replace("đ", "d") or char
        self[code] = base
        return base


_FOLDING = _Folding()


def pattern(words: Iterable[str], *, prefixes: Iterable[str] = ()) -> re.Pattern[str] | None:
    """What finds the folded words, whole, in a folded text; None for no words."""
    open_ended = set(prefixes)
    choices = sorted(re.escape(word) + (r"[^\W_]*" if word in open_ended else "") for word in {*words, *open_ended})
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(choices)})(?![^\W_])") if choices else None


def snippet(texts: Iterable[str], wanted: re.Pattern[str] | None) -> Snippet:
    """The best stretch of the first of these texts that has a match; the beginning of the first one when none has."""
    candidates = [unicodedata.normalize("NFC", text) for text in texts if text.strip()]
    for text in candidates if wanted else ():
        assert wanted is not None
        found = [(match.start(), match.end(), match[0]) for match in wanted.finditer(text.translate(_FOLDING))]
        if found:
            return _cut(text, _best_start(found), wanted)
    return _cut(candidates[0], 0, None) if candidates else Snippet("", ())


def _best_start(found: list[tuple[int, int, str]]) -> int:
    """Where a window of WIDTH characters holds the most different words, then the most words beside each other."""
    best, best_score = 0, (0, 0)
    for i, (start, _, _) in enumerate(found):
        inside = [hit for hit in found[i : i + 30] if hit[1] <= start + WIDTH - LEAD_IN]
        beside = sum(later[0] - hit[1] == 1 for hit, later in pairwise(inside))
        score = (len({word for _, _, word in inside}), beside)
        if score > best_score:
            best, best_score = start, score
    return best


def _cut(text: str, match_start: int, wanted: re.Pattern[str] | None) -> Snippet:
    start = _word_start(text, max(match_start - LEAD_IN, 0))
    end = _word_end(text, start, min(start + WIDTH, len(text)))
    body = " ".join(text[start:end].split())
    shown = (ELLIPSIS if start and text[:start].strip() else "") + body + (ELLIPSIS if text[end:].strip() else "")
    found = list(wanted.finditer(shown.translate(_FOLDING))) if wanted else []
    return Snippet(shown, tuple(_telling(found)))


def _telling(found: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """The matches to mark: not the "mỗi" that merely folds to a word which stands in the phrase "nông thôn mới" too."""
    beside = {i for i, (hit, later) in enumerate(pairwise(found)) if later.start() - hit.end() == 1}
    in_phrase = beside | {i + 1 for i in beside}
    of_phrase = {found[i][0] for i in in_phrase}
    yield from (hit.span() for i, hit in enumerate(found) if i in in_phrase or hit[0] not in of_phrase)


def _word_start(text: str, position: int) -> int:
    """The first word that begins at or after a position, unless a paragraph or sentence does so just before it."""
    while 0 < position < len(text) and not text[position - 1].isspace():
        position += 1
    return position


def _word_end(text: str, start: int, position: int) -> int:
    """The end of the last word that ends at or before a position; a single endless word is cut in its middle."""
    if position == len(text):
        return position
    end = position
    while end > start and not text[end].isspace():
        end -= 1
    return end if end > start else position
