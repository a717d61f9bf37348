"""What citeproc-py makes of the facts of a report, kept: a citation of the same build only has other words in it.

citeproc walks the tree of the style for every citation, two milliseconds each, and a page shows five. But what a style
does depends on little of what is cited: which facts there are, how many authors, the month, and the punctuation at the
ends of a text (two full stops become one). So it is asked once for a citation of marks, and the words are put in.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

KEPT = 4_096  # builds
_FIRST, _MOST = 0xE000, 0x1000  # marks, from the private use area: see `is_markable`
_MARK = re.compile("[\ue000-\uf8ff]")
_EDGES = re.compile(r"^\W+|\W+$")
# The numbers that stand for others: a year, and a digit of a day that is in no year here. No style has one of its own.
_YEARS = {"issued": 8801, "accessed": 8802}
_DIGITS = "97653"
_rendering = threading.Lock()  # a style keeps what it is at in its own tree


@dataclass(frozen=True, slots=True)
class Facts:
    """What a citation says, in the names that CSL has for it; "" and None are left out."""

    texts: tuple[tuple[str, str], ...]
    authors: tuple[str, ...] = ()
    issued: date | None = None
    circa: bool = False
    accessed: date | None = None


def rendered(facts: Facts, style: str) -> str:
    """A citation as one line of plain text."""
    if not is_markable(facts):
        return render(style, facts)
    words: dict[str, str] = {}
    days = _days_for_all(facts, words)
    build = Facts(
        texts=tuple((name, _marked(text, words)) for name, text in facts.texts),
        authors=tuple(_marked(name, words) for name in facts.authors),
        circa=facts.circa,
        **days,
    )
    stand_ins = re.compile("|".join(sorted(words, key=len, reverse=True)) or "$^")
    return stand_ins.sub(lambda found: words[found[0]], _rendered(style, build))


def is_markable(facts: Facts) -> bool:
    """Whether no text has a character of the private use area, as pages with a font of their own have them."""
    texts = (*(text for _, text in facts.texts), *facts.authors)
    return len(texts) < _MOST and not any(map(_has_mark, texts))


def _marked(text: str, words: dict[str, str]) -> str:
    """A text with a mark in the place of all between the punctuation at its ends."""
    before, inner, after = _parted(text)
    if not inner:
        return text
    mark = chr(_FIRST + len(words))
    words[mark] = inner
    return f"{before}{mark}{after}"


@lru_cache(512)  # each style asks for the same ones
def _parted(text: str) -> tuple[str, str, str]:
    """The punctuation before a text, the text, and the punctuation behind it."""
    inner = _EDGES.sub("", text)
    before, _, after = text.partition(inner) if inner else (text, "", "")
    return before, inner, after


@lru_cache(512)
def _has_mark(text: str) -> bool:
    return _MARK.search(text) is not None


def _days_for_all(facts: Facts, words: dict[str, str]) -> dict[str, date]:
    """Days that stand for all of the same month with as many digits, whose numbers are nowhere else in the line."""
    days = {name: day for name in _YEARS if (day := getattr(facts, name))}
    months = {str(day.month) for day in days.values()}
    spare = iter(digit for digit in _DIGITS if digit not in months)
    made = {}
    for name, day in days.items():
        stand_in = f"{'1' if day.day > 9 else ''}{next(spare)}"
        words |= {str(_YEARS[name]): str(day.year), stand_in: str(day.day)}
        made[name] = date(_YEARS[name], day.month, int(stand_in))
    return made


def render(style: str, facts: Facts) -> str:
    """A citation, by citeproc."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography
    from citeproc.formatter import plain
    from citeproc.source import BibliographySource
    from citeproc.source import Reference as Item

    source = BibliographySource()
    source.add(Item("it", "webpage", **dict(_fields(facts))))
    with _rendering:
        bibliography = CitationStylesBibliography(_loaded(style), source, plain)
        bibliography.register(Citation([CitationItem("it")]))
        (line,) = bibliography.bibliography()
    return str(line)


_rendered = lru_cache(KEPT)(render)


@cache
def _loaded(style: str) -> Any:
    from citeproc import CitationStylesStyle

    with (files("portal_archiver.citations") / "styles" / f"{style}.csl").open("rb") as file:
        return CitationStylesStyle(file, validate=False)  # the tests validate it


def _fields(facts: Facts) -> Iterator[tuple[str, Any]]:
    """The variables of the style, as citeproc's own kinds of text: of a plain string it would read markup."""
    from citeproc.source import Date, Name
    from citeproc.string import String

    for name, text in facts.texts:
        yield name, String(text)
    if facts.authors:
        yield "author", [Name(literal=name) for name in facts.authors]
    if facts.issued:
        yield "issued", Date(**_parts(facts.issued), circa=facts.circa)
    if facts.accessed:
        yield "accessed", Date(**_parts(facts.accessed))


def _parts(day: date) -> Mapping[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
