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

# The styles, and the formats that people paste, as they call them; the first one stands open.
LABELS = {
    "apa": "APA",
    "chicago": "Chicago",
    "mla": "MLA",
    "harvard": "Harvard",
    "vietnamese": "Việt Nam",
    "bibtex": "BibTeX",
    "ris": "RIS",
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
class Citing:
    """All that a page holds so that its report can be cited.

    `citations` are for people, `meta` (Highwire), `linked` (JSON-LD) and `coins` for programs; `files` are the endings
    of `/report/ID/cite.`, and `query` what the address of an older version has behind that.
    """

    citations: tuple[Citation, ...]
    meta: tuple[tuple[str, str], ...]
    linked: dict[str, Any]
    coins: str
    files: tuple[str, ...]
    query: str

    def type_of(self, ending: str) -> str:
        """The media type of a file."""
        return DOWNLOADS[ending].media_type.partition(";")[0]


def citing(cited: Citable) -> Citing:
    """The citations of one version of a report."""
    reference = reference_to(cited)
    return Citing(
        tuple(Citation(style, LABELS[style], cite(reference, style), style in FORMATS) for style in LABELS),
        highwire(reference),
        json_ld(cited, reference),
        coins(reference),
        tuple(DOWNLOADS),
        f"?version={cited.archived.revision}" if cited.archived.revision < cited.revisions else "",
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
        cited = archive.citable(article_id, version)
    name = f"{reference_to(cited).key}.{ending}"  # letters and digits of ASCII
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(cite(cited, download.style), media_type=download.media_type, headers=headers)
