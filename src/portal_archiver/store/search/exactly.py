"""Diacritics as typed, which no index knows: what is found is read, and held against what was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from portal_archiver.store.folding import composed_and_folded, has_two_spellings, lowered, spelling
from portal_archiver.store.search.query import Term
from portal_archiver.store.search.ranking import TEXTS
from portal_archiver.store.search.scope import Scope

_TITLES = """
SELECT a.docid, r.title FROM articles a JOIN revisions r ON r.id = a.revision_id
 WHERE a.docid IN (SELECT value FROM json_each(?))
"""
OF_A_TITLE = 0.7  # share of the terms in a title from which on they may be words of it


def as_typed_first(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[int]:
    """The reports with those before that have more of the terms with their diacritics, then those with more in the
    title: of a title one remembers some words, of a sentence few are in any title."""
    has: dict[int, tuple[int, int]] = {}
    for number, title, text in _written(scope, numbers, terms):
        in_title = sum(map(_contains(title), terms))
        whole = sum(map(_contains(text), terms))
        has[number] = whole, in_title if in_title >= OF_A_TITLE * len(terms) else 0
    return sorted(numbers, key=lambda number: has[number], reverse=True)


def titles_first(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[int]:
    """The same for terms without diacritics: the reports with most of them in the title before the others."""
    rows = scope.sql.execute(_TITLES, (json.dumps(numbers),))
    titles = {number: f" {' '.join(composed_and_folded(title)[1].split())} " for number, title in rows}
    wanted = [f" {' '.join(term.words)}{'' if term.prefix else ' '}" for term in terms]
    has = {number: sum(words in title for words in wanted) for number, title in titles.items()}
    return sorted(numbers, key=lambda number: -has[number] if has[number] >= OF_A_TITLE * len(terms) else 0)


def exactly(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[int]:
    """Those of the reports that have all terms with their diacritics."""
    has = {number for number, _, text in _written(scope, numbers, terms) if all(map(_contains(text), terms))}
    return [number for number in numbers if number in has]


def _written(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[tuple[int, str, str]]:
    """The titles and the whole texts as `spelling` has them; a tone with two places is looked for only if a term has
    one."""
    written = spelling if any(term.prefix or has_two_spellings(term.typed) for term in terms) else lowered
    rows = scope.sql.execute(TEXTS, (json.dumps(numbers),))
    return [(number, written(title), written(f"{title} {rest}")) for number, title, rest in rows]


def _contains(written: str) -> Callable[[Term], bool]:
    """Whether a term stands in a text with the diacritics as typed."""
    return lambda term: _is_written(term, written)


def _is_written(term: Term, written: str) -> bool:
    words = term.written
    if not all(word in written for word in words):
        return False
    typed = re.compile(r"\b" + r"[\W_]+".join(map(re.escape, words)) + ("" if term.prefix else r"(?![^\W_])"))
    place = written.find(words[0]) if words else -1  # a regular expression takes ten times as long to find it
    while place >= 0 and not typed.match(written, place):
        place = written.find(words[0], place + 1)
    return place >= 0
