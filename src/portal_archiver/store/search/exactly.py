"""Diacritics as typed, which no index knows: what is found is read, and held against what was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from portal_archiver.store.folding import has_two_spellings, lowered, spelling
from portal_archiver.store.search.query import Term
from portal_archiver.store.search.ranking import TEXTS
from portal_archiver.store.search.scope import Scope


def as_typed_first(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[int]:
    """The reports with those before that have more of the terms with their diacritics."""
    has = {number: sum(map(_contains(text), terms)) for number, text in _written(scope, numbers, terms)}
    return sorted(numbers, key=lambda number: -has[number])


def exactly(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[int]:
    """Those of the reports that have all terms with their diacritics."""
    has = {number for number, text in _written(scope, numbers, terms) if all(map(_contains(text), terms))}
    return [number for number in numbers if number in has]


def _written(scope: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[tuple[int, str]]:
    """The texts as `spelling` has them; where no term has a tone with two places, none is looked for."""
    written = spelling if any(term.prefix or has_two_spellings(term.typed) for term in terms) else lowered
    rows = scope.sql.execute(TEXTS, (json.dumps(numbers),))
    return [(number, written(f"{title} {rest}")) for number, title, rest in rows]


def _contains(written: str) -> Callable[[Term], bool]:
    """Whether a term stands in a text with the diacritics as typed."""
    return lambda term: _is_written(term, written)


def _is_written(term: Term, written: str) -> bool:
    words = re.findall(r"[^\W_]+", term.typed)
    if not all(word in written for word in words):
        return False
    typed = re.compile(r"\b" + r"[\W_]+".join(map(re.escape, words)) + ("" if term.prefix else r"(?![^\W_])"))
    place = written.find(words[0]) if words else -1  # a regular expression takes ten times as long to find it
    while place >= 0 and not typed.match(written, place):
        place = written.find(words[0], place + 1)
    return place >= 0
