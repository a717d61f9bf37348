"""RIS: a tag a line, as EndNote, Zotero and Mendeley import it."""

from __future__ import annotations

from collections.abc import Iterator

from portal_archiver.citations.csl import notes
from portal_archiver.citations.reference import Reference


def ris(reference: Reference) -> str:
    """A record: lines end with CR LF, and no text has one of its own."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in _lines(reference) if value or tag == "ER")


def _lines(reference: Reference) -> Iterator[tuple[str, str]]:
    yield "TY", "ELEC"
    yield "ID", reference.key
    yield "TI", reference.title
    for author in reference.authors:
        yield "AU", author.inverted
    if reference.published:
        yield "PY", str(reference.published.day.year)
        yield "DA", f"{reference.published.day:%Y/%m/%d}/"
    yield "T2", reference.site
    yield "PB", reference.site
    yield "UR", reference.url
    if reference.captured_at:
        yield "Y2", f"{reference.captured_at:%Y/%m/%d}/"
    yield "LA", reference.language
    for note in notes(reference):
        yield "N1", note
    yield "ER", ""
