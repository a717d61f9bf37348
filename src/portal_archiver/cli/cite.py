"""`portal-archiver cite`: a report in the style somebody cites in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from portal_archiver.citations import FORMATS, STYLES, reference_to
from portal_archiver.citations import cite as citation_of
from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, whole
from portal_archiver.cli.screen import emit, out, safe

EXAMPLE = "Example: portal-archiver cite 12 --style chicago"


def cite(
    article_id: Annotated[
        int, typer.Argument(parser=whole(1), metavar="ID", help="The number of the report in a result list.")
    ],
    style: Annotated[str, typer.Option(metavar="STYLE", help=f"{', '.join(STYLES)}.")] = "apa",
    revision: Annotated[
        int | None, typer.Option(parser=whole(1), metavar="N", help="A revision; the last one, if left out.")
    ] = None,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Print a citation of a report, ready to be copied.

    With when it was archived and the SHA-256 of the capture that shows it; below it, who is to be credited for its
    photos. bibtex, biblatex, ris and csl-json are for programs, and have all of that in their fields.
    """
    with existing(archive) as opened:
        cited = opened.citable(article_id, revision)
    citation, credit = citation_of(cited, style), reference_to(cited).credit
    if as_json:
        told = {"article_id": article_id, "style": style, "citation": citation, "credit": credit}
        version = {"revision": cited.archived.revision, "revisions": cited.revisions}
        emit(told | version | {"captured_at": cited.captured_at, "sha256": cited.sha256})
        return
    _print(citation.replace("\r\n", "\n").rstrip())
    if credit and style not in FORMATS:
        out().print()
        _print(credit)


def _print(text: str) -> None:
    """In one piece, whatever the width of the terminal: a line break in it would be copied."""
    out().print(Text(safe(text)), soft_wrap=True)
