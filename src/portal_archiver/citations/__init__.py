"""Citations: a report in the styles that people cite in, and in the formats that their programs read."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial

from portal_archiver.citations import csl
from portal_archiver.citations.bibtex import biblatex, bibtex
from portal_archiver.citations.embedded import coins, highwire, json_ld
from portal_archiver.citations.reference import Reference, credit_line, reference_to, site_of
from portal_archiver.citations.ris import ris
from portal_archiver.errors import UnknownStyleError
from portal_archiver.model import Archived, Article, Citable

__all__ = [
    "FORMATS", "STYLES", "Reference", "cite", "coins", "credit_line", "highwire", "json_ld", "reference_to", "site_of",
]  # fmt: skip

# Every name that `cite` takes: the styles for people, then the formats for programs.
FORMATS: dict[str, Callable[[Reference], str]] = {
    "bibtex": bibtex,
    "biblatex": biblatex,
    "ris": ris,
    "csl-json": csl.csl_json,
}
STYLES: dict[str, Callable[[Reference], str]] = {
    **{name: partial(csl.in_words, style=name) for name in csl.STYLES},
    **FORMATS,
}


def cite(article: Article | Archived | Citable | Reference, style: str = "apa") -> str:
    """A citation of a report in a style (APA unless another is named) or a format; UnknownStyleError names them all.

    What `Archive.citable` gives has everything: the revision, when it was archived, and the SHA-256 of the capture that
    shows it. Of an `Archived` these two are not told, of an `Article` alone no address and no site either.
    A name is never taken apart or abbreviated in the text: see `citations.csl`. Without a date it says "n.d.", in
    Vietnamese "không rõ ngày"; a date that was read from the prose is shown as approximate. Styles give one line of
    plain text, formats lines.
    """
    if style not in STYLES:
        near = difflib.get_close_matches(style.lower(), STYLES, n=1)
        meant = f'did you mean "{near[0]}"? ' if near else ""
        raise UnknownStyleError(f'there is no citation style "{style}": {meant}the choices are {", ".join(STYLES)}')
    return STYLES[style](reference_to(article))
