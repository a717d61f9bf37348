"""What may have been meant: words of the archive a letter away from those that it does not have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

from portal_archiver.store.search import matching
from portal_archiver.store.search.query import Query
from portal_archiver.store.search.scope import Scope

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST = 3
COUNTED = 500  # reports; a word in more is common enough
LONGEST = 24  # letters


def suggestions(sql: sqlite3.Connection, query: Query) -> tuple[str, ...]:
    """Up to three queries, folded, in which every word that no report has is one that some have."""
    archive = Scope(sql)
    words = query.words
    missing = [n for n, word in enumerate(words) if not archive.count(matching.words(word), up_to=1)]
    if not missing:
        return ()
    first, *others = missing
    choices = _near(archive, words, first)
    found: list[str] = []
    for choice in choices[:MOST]:
        said = list(choice)
        for _ in others:
            left = [n for n, word in enumerate(said) if not archive.count(matching.words(word), up_to=1)]
            if not left:
                break
            better = _near(archive, tuple(said), left[0])
            if not better:
                break
            said = list(better[0])
        found.append(" ".join(said))
    return tuple(dict.fromkeys(found))


def _near(archive: Scope, words: tuple[str, ...], place: int) -> list[tuple[str, ...]]:
    """The words with other ones at a place that the archive has, the most common first; whole words before parts."""
    before, word, after = words[:place], words[place], words[place + 1 :]
    if len(word) > LONGEST:
        return []
    found = {(*before, *parts, *after): _count(archive, *parts) for parts in _splits(word)}
    if after:
        found[(*before, word + after[0], *after[1:])] = _count(archive, word + after[0])
    if before:
        found[(*before[:-1], before[-1] + word, *after)] = _count(archive, before[-1] + word)
    if not any(found.values()):
        found |= {(*before, edited, *after): _beside(archive, before, edited, after) for edited in _edits(word)}
    return sorted((said for said, reports in found.items() if reports), key=lambda said: -found[said])


def _count(archive: Scope, *parts: str) -> int:
    return archive.count(matching.words(*parts), up_to=COUNTED)


def _beside(archive: Scope, before: tuple[str, ...], word: str, after: tuple[str, ...]) -> int:
    """In how many reports a word is; one that stands beside its neighbors counts for much more."""
    alone = _count(archive, word)
    if not alone:
        return 0
    beside = (matching.words(*pair) for pair in pairwise((*before[-1:], word, *after[:1])))
    return alone + COUNTED * 2 * sum(bool(archive.count(pair, up_to=1)) for pair in beside)


def _splits(word: str) -> Iterator[tuple[str, str]]:
    yield from ((word[:n], word[n:]) for n in range(1, len(word)))


def _edits(word: str) -> set[str]:
    """All that is one letter left out, put in, or changed, or two changed places, away."""
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    return (
        {left + right[1:] for left, right in cuts if len(word) > 1 and right}
        | {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
        | {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
        | {left + letter + right for left, right in cuts for letter in LETTERS}
    ) - {word, ""}
