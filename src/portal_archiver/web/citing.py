"""The citations of a report: in the box of its page, in the head for Zotero and its like, and as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from portal_archiver.citations import FORMATS, cite, coins, highwire, json_ld, reference_to
from portal_archiver.model import Citable
from portal_archiver.web.numbers import Number, Version
from portal_archiver.web.reading import open_archive
from portal_archiver.web.troubles import NotFoundError

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


class Download(NamedTuple):
    """A citation as a file: its style, and its media type."""

    style: str
    media_type: str


DOWNLOADS = {
    "bib": Download("biblatex", "application/x-bibtex; charset=utf-8"),
    "ris": Download("ris", "application/x-research-info-systems; charset=utf-8"),
    "json": Download("csl-json", "application/vnd.citationstyles.csl+json; charset=utf-8"),
}
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation: its style, the name of that, the text, and whether the text is for a program (BibTeX, RIS)."""

    style: str
    label: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """All that a page says of how it may be cited: for people, and (`meta`, `linked`, `span`) for programs.

    `files` are the endings of `/report/ID/cite.`, and `query` is what the address of an older version has behind that.
    """

    citations: tuple[Citation, ...]
    credit: str
    meta: tuple[tuple[str, str], ...]
    linked: dict[str, Any]
    span: str
    files: tuple[str, ...]
    query: str

    def type_of(self, ending: str) -> str:
        """The media type of a file."""
        return DOWNLOADS[ending].media_type.partition(";")[0]


def cited(citable: Citable) -> Cited:
    """The citations of one version of a report."""
    reference = reference_to(citable)
    texts = ((style, label, cite(reference, style)) for style, label in LABELS.items())
    return Cited(
        citations=tuple(Citation(style, label, text.strip(), style in FORMATS) for style, label, text in texts),
        credit=reference.credit,
        meta=highwire(reference),
        linked=json_ld(citable, reference),
        span=coins(reference),
        files=tuple(DOWNLOADS),
        query=f"?version={citable.archived.revision}" if citable.archived.revision < citable.revisions else "",
    )


@router.get("/report/{article_id}/cite.{ending}")
def cite_file(
    request: Request, article_id: Number, ending: Annotated[str, Path(max_length=10)], version: Version = None
) -> Response:
    """A citation for a program of the reader's: BibLaTeX, RIS or CSL-JSON."""
    download = DOWNLOADS.get(ending)
    if download is None:
        raise NotFoundError(f"a citation comes as {', '.join(f'cite.{name}' for name in DOWNLOADS)}")
    with open_archive(request) as archive:
        citable = archive.citable(article_id, version)
    name = f"{reference_to(citable).key}.{ending}"  # letters and digits of ASCII
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(cite(citable, download.style), media_type=download.media_type, headers=headers)
