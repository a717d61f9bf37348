"""The citations of a report as its page shows them, and what tells Zotero and search engines what the page holds."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal_archiver.citations import FORMATS, cite, coins, highwire, json_ld, reference_to
from portal_archiver.model import Citable

# Styles and formats in the order in which they are shown, with their names.
LABELS = {
    "apa": "APA",
    "chicago": "Chicago",
    "mla": "MLA",
    "harvard": "Harvard",
    "vietnamese": "Việt Nam",
    "bibtex": "BibTeX",
    "biblatex": "BibLaTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
}
KEPT = 256  # reports whose citations are remembered: five styles take ten milliseconds
_LOCK = threading.Lock()  # one at a time: the styles are shared, and were not made for threads


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation: the name of its style, the text, and whether that is for a program (BibTeX, RIS)."""

    style: str
    label: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """All that a page says of how it may be cited: for people, and (`meta`, `linked`, `span`) for programs."""

    citations: tuple[Citation, ...]
    credit: str
    meta: tuple[tuple[str, str], ...]
    linked: dict[str, Any]
    span: str


def cited(citable: Citable) -> Cited:
    """The citations of one version of a report."""
    with _LOCK:
        return _cited(citable)


@lru_cache(KEPT)
def _cited(citable: Citable) -> Cited:
    texts = ((style, label, cite(citable, style)) for style, label in LABELS.items())
    return Cited(
        tuple(Citation(style, label, text.strip(), style in FORMATS) for style, label, text in texts),
        reference_to(citable).credit,
        highwire(citable),
        json_ld(citable),
        coins(citable),
    )
