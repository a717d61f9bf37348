"""BibTeX and BibLaTeX entries in UTF-8, in which no text can close a brace or begin a command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from portal_archiver.citations.csl import notes
from portal_archiver.citations.names import Author
from portal_archiver.citations.reference import Reference

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# TeX's own signs. BibTeX counts braces whatever stands before them, so none may be left alone, not even as \{.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "#$%&_"},
    }
)  # fmt: skip
_UNSAFE_IN_URL = re.compile(r"[\\{}\s^`\"<>|]")


def bibtex(reference: Reference) -> str:
    """An entry for BibTeX itself: @misc, as it knows no page on the web."""
    return _entry("misc", reference.key, _bibtex_fields(reference))


def biblatex(reference: Reference) -> str:
    """An entry for BibLaTeX and biber: @online."""
    return _entry("online", reference.key, _biblatex_fields(reference))


def _bibtex_fields(reference: Reference) -> Iterator[tuple[str, str]]:
    yield from _common(reference)
    yield "howpublished", _braced(reference.site)
    if reference.published:
        day = reference.published.day
        yield "year", _braced(str(day.year))
        yield "month", MONTHS[day.month - 1]
        yield "day", _braced(str(day.day))
    yield "url", _verbatim(reference.url)
    yield "note", _braced("; ".join(notes(reference)))


def _biblatex_fields(reference: Reference) -> Iterator[tuple[str, str]]:
    yield from _common(reference)
    yield "organization", _braced(reference.site)
    if reference.published:
        about = "~" if reference.is_guessed else ""  # as EDTF and so biber write it
        yield "date", f"{{{reference.published.day.isoformat()}{about}}}"
    yield "url", _verbatim(reference.url)
    if reference.captured_at:
        yield "urldate", _braced(f"{reference.captured_at:%Y-%m-%d}")
    yield "note", _braced("; ".join(notes(reference)))


def _common(reference: Reference) -> Iterator[tuple[str, str]]:
    yield "author", _names(reference.authors)
    yield "title", f"{{{_braced(reference.title)}}}" if reference.title else ""  # twice: no style may change a letter
    yield "langid", {"vi": "{vietnamese}", "en": "{english}"}.get(reference.language, "")


def _entry(kind: str, key: str, fields: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"  {name} = {value},\n" for name, value in fields if value)
    return f"@{kind}{{{key},\n{lines}}}\n"


def _names(authors: Iterable[Author]) -> str:
    names = " and ".join(map(_name, authors))
    return f"{{{names}}}" if names else ""


def _name(author: Author) -> str:
    """A person's with its comma; any other in braces, so that no comma and no "and" in it parts it."""
    return author.inverted.translate(_TEX) if author.family else _braced(author.name)


def _braced(text: str) -> str:
    return f"{{{text.translate(_TEX)}}}" if text else ""


def _verbatim(url: str) -> str:
    """A URL, which is read as it stands: what would break out of its braces is percent-encoded."""
    return f"{{{_UNSAFE_IN_URL.sub(lambda found: quote(found[0]), url)}}}" if url else ""
