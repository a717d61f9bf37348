"""Snippets: up to three stretches of the original text around what was asked for, and where in them the matches are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from portal_archiver.store.folding import composed_and_folded, spelling

WIDTH = 220  # characters of one stretch that stands alone
WIDTH_OF_SEVERAL = (130, 80, 80)  # of the best one, and of those with words that it lacks
LEAD_IN = 40
ELLIPSIS = "…"
BETWEEN = " … "
MOST_MATCHES = 400  # of a text that are looked at


class Snippet(NamedTuple):
    """Original text on one line, with the (start, end) offsets of the matched words in it."""

    text: str
    marks: tuple[tuple[int, int], ...]


class Match(NamedTuple):
    """A word of a text that was asked for."""

    start: int
    end: int
    word: str


class Wanted(NamedTuple):
    """Folded words that are looked for, those that may go on, and how those must be written whose diacritics matter."""

    words: frozenset[str]
    prefixes: tuple[str, ...] = ()
    written: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def matches(self, text: str, folded: str) -> list[Match]:
        """Where they stand in a text, which is given folded in place as well, each as the word that was asked for."""
        padded = f" {folded} "
        found = [match for word in self.words for match in _places(padded, word)]
        found += [match for prefix in self.prefixes for match in _beginnings(folded, prefix)]
        if self.written:
            found = [match for match in found if self._is_written(match, text)]
        return sorted(found)[:MOST_MATCHES]

    def _is_written(self, match: Match, text: str) -> bool:
        return match.word not in self.written or spelling(text[match.start : match.end]).startswith(
            self.written[match.word]
        )


def wanted(words: Iterable[str], *, prefixes: Iterable[str] = (), exact: Iterable[tuple[str, str]] = ()) -> Wanted:
    """What is looked for; `exact` are words whose diacritics matter, each folded and as a `spelling`."""
    open_ended = tuple(dict.fromkeys(prefixes))
    written: dict[str, tuple[str, ...]] = {}
    for word, spelled in exact:
        written[word] = (*written.get(word, ()), spelled)
    return Wanted(frozenset(words) - set(open_ended), open_ended, written)


def _places(padded: str, word: str) -> Iterator[Match]:
    """Where a word stands in a text that has a space before it and one behind it."""
    alone, length = f" {word} ", len(word)
    start = padded.find(alone)
    while start >= 0:
        yield Match(start, start + length, word)
        start = padded.find(alone, start + length + 1)


def _beginnings(folded: str, prefix: str) -> Iterator[Match]:
    end = -1
    while (start := folded.find(prefix, end + 1)) >= 0:
        end = start + len(prefix)
        while end < len(folded) and folded[end] != " ":
            end += 1
        if not start or folded[start - 1] == " ":
            yield Match(start, end, prefix)


def snippet(texts: Iterable[str], looked_for: Wanted) -> Snippet:
    """The best stretches of the first of these texts that has a match; the beginning of the first one when none has."""
    first = None
    for text, folded in map(composed_and_folded, filter(str.strip, texts)):
        if found := looked_for.matches(text, folded):
            return _joined([_cut(text, start, width, found) for start, width in _stretches(found)], text)
        first = first or text
    return _joined([_cut(first, 0, WIDTH, [])], first) if first else Snippet("", ())


def _stretches(found: Sequence[Match]) -> list[tuple[int, int]]:
    """Where the stretches begin that are shown, and their widths: the best one, then what it lacks."""
    best = _best(found, WIDTH)
    shown = _within(found, best, WIDTH)
    missing = {match.word for match in found} - {match.word for match in shown}
    if not missing:
        return [(best, WIDTH)]
    chosen = [(best, WIDTH_OF_SEVERAL[0])]
    missing = {match.word for match in found} - {match.word for match in _within(found, *chosen[0])}
    for width in WIDTH_OF_SEVERAL[1:]:
        rest = [match for match in found if match.word in missing and _is_apart(match.start, chosen)]
        if not rest:
            break
        chosen.append((_best(rest, width), width))
        missing -= {match.word for match in _within(rest, *chosen[-1])}
    return sorted(chosen)


def _is_apart(start: int, chosen: Iterable[tuple[int, int]]) -> bool:
    return all(not other - 2 * LEAD_IN - WIDTH_OF_SEVERAL[1] < start < other + width for other, width in chosen)


def _within(found: Iterable[Match], start: int, width: int) -> list[Match]:
    return [match for match in found if match.start >= start and match.end <= start + width - LEAD_IN]


def _best(found: Sequence[Match], width: int) -> int:
    """Where a stretch holds the most different words, then the most words beside each other."""
    best, best_score = found[0].start, (0, 0)
    words = dict.fromkeys((match.word for match in found), 0)  # of the stretch that begins with a match
    beside = [later.start - match.end == 1 for match, later in pairwise(found)]
    last = different = pairs = 0  # the first match after the stretch; different words, and pairs side by side, in it
    for first, (start, _, word) in enumerate(found):
        end = start + width - LEAD_IN
        while last < len(found) and found[last].end <= end:
            different += not words[found[last].word]
            words[found[last].word] += 1
            pairs += last > first and beside[last - 1]
            last += 1
        if (different, pairs) > best_score:
            best, best_score = start, (different, pairs)
        if last > first:
            words[word] -= 1
            different -= not words[word]
            pairs -= first + 1 < last and beside[first]
        else:
            last = first + 1
    return best


class _Piece(NamedTuple):
    """A stretch of a text on one line, with its place and its marks."""

    start: int
    end: int
    text: str
    marks: tuple[tuple[int, int], ...]


def _cut(text: str, match_start: int, width: int, found: Sequence[Match]) -> _Piece:
    start = _word_start(text, max(match_start - LEAD_IN, 0))
    end = _word_end(text, start, min(start + width, len(text)))
    inside = [match for match in found if match.start >= start and match.end <= end]
    return _Piece(start, end, *_on_one_line(text, start, end, [(m.start, m.end) for m in _telling(inside)]))


def _on_one_line(
    text: str, start: int, end: int, marks: list[tuple[int, int]]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A stretch with every run of white space one space, and the marks where they are then."""
    line, moved, done = "", [], start
    for first, last in marks:
        before = " ".join(text[done:first].split())
        gap = " " if before and line and text[done].isspace() else ""
        line += gap + before
        if line and text[first - 1].isspace():
            line += " "
        moved.append((len(line), len(line) + last - first))
        line += text[first:last]
        done = last
    rest = " ".join(text[done:end].split())
    return line + (" " if rest and line and text[done].isspace() else "") + rest, tuple(moved)


def _joined(pieces: Sequence[_Piece], text: str) -> Snippet:
    line, marks = ELLIPSIS if text[: pieces[0].start].strip() else "", []
    for n, piece in enumerate(pieces):
        line += BETWEEN if n else ""
        marks += [(start + len(line), end + len(line)) for start, end in piece.marks]
        line += piece.text
    return Snippet(line + (ELLIPSIS if text[pieces[-1].end :].strip() else ""), tuple(marks))


def _telling(found: Sequence[Match]) -> Iterator[Match]:
    """The matches to mark: not the "mỗi" that merely folds to a word which stands in the phrase "nông thôn mới" too."""
    beside = {i for i, (match, later) in enumerate(pairwise(found)) if later.start - match.end == 1}
    in_phrase = beside | {i + 1 for i in beside}
    of_phrase = {found[i].word for i in in_phrase}
    yield from (match for i, match in enumerate(found) if i in in_phrase or match.word not in of_phrase)


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
