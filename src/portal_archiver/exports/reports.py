"""Reports in formats that other programs read, a few at a time: as a file, or as bytes for whoever streams them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from portal_archiver.citations import cite
from portal_archiver.errors import PortalArchiverError
from portal_archiver.exports.lines import jsonl_chunks
from portal_archiver.exports.output import new_file
from portal_archiver.exports.parquet import parquet_chunks
from portal_archiver.exports.table import csv_chunks
from portal_archiver.model import Citable
from portal_archiver.store import Archive

PIECE = 64 * 1024  # bytes that are handed on together, at least


def _citations(reports: Iterable[Citable], style: str, between: str) -> Iterator[bytes]:
    return ((cite(report, style) + between).encode() for report in reports)


class Form(NamedTuple):
    """A format: its media type, and what makes its bytes of reports."""

    media_type: str
    chunks: Callable[[Iterable[Citable]], Iterator[bytes]]


FORMS = {
    "csv": Form("text/csv; charset=utf-8", csv_chunks),
    "jsonl": Form("application/jsonl; charset=utf-8", jsonl_chunks),
    "parquet": Form("application/vnd.apache.parquet", parquet_chunks),
    "bibtex": Form("application/x-bibtex; charset=utf-8", partial(_citations, style="bibtex", between="\n")),
    "ris": Form("application/x-research-info-systems; charset=utf-8", partial(_citations, style="ris", between="\r\n")),
}


@dataclass(frozen=True, slots=True)
class ExportedReports:
    """What an export of `reports` reports wrote; `bytes` is the size of the file."""

    reports: int
    bytes: int


def stream_reports(
    archive: Archive, form: str, *, portal: str | None = None, articles: Iterable[int] | None = None
) -> Iterator[bytes]:
    """The latest version of every report, of one portal or some if they are named, as bytes in one of FORMS.

    However many there are, few are in memory at a time. MissingPartError, at once: the format needs a library more.
    """
    return _in_pieces(FORMS[form].chunks(archive.citables(portal=portal, articles=articles)))


def _in_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer chunks: each costs a server a turn."""
    piece = bytearray()
    for chunk in chunks:
        piece += chunk
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def export_reports(
    archive: Archive,
    path: Path,
    form: str,
    *,
    portal: str | None = None,
    articles: Iterable[int] | None = None,
    overwrite: bool = False,
) -> ExportedReports:
    """Write what `stream_reports` gives to a file, which gets its name once it is whole, or to STDOUT.

    OutputError, DiskFullError: the file cannot be made. PortalArchiverError: there is no such report.
    """
    reports = archive.citables(portal=portal, articles=articles)
    first = next(reports, None)
    if first is None:
        raise PortalArchiverError(f"{archive.path} holds no such report: nothing to export")
    written = 0

    def counted() -> Iterator[Citable]:
        nonlocal written
        for written, report in enumerate(chain([first], reports), 1):  # noqa: B007
            yield report

    chunks = FORMS[form].chunks(counted())
    with new_file(path, overwrite=overwrite) as file:
        for chunk in chunks:
            file.write(chunk)
        size = file.tell()
    return ExportedReports(written, size)
