"""Reports as rows of a table: its columns, what each cell of them holds, and the table as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from portal_archiver.citations import site_of
from portal_archiver.model import Citable

Cell = int | str | date | datetime | None
# What a spreadsheet takes for the beginning of a formula, in any of the widths it is written in (OWASP, CSV Injection).
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_BOM = "\ufeff"  # without it Excel reads UTF-8 as the code page of the machine


# The columns and the kinds of their cells, any of which may be empty (None). `day` sorts; `published` is as precise as
# the page is: a day, or a time with its offset. Of several photos or attachments each has a line of its own.
COLUMNS: dict[str, type[int] | type[str] | type[date] | type[datetime]] = {
    "id": int,
    "portal": str,
    "site": str,
    "kind": str,
    "title": str,
    "author": str,
    "section": str,
    "language": str,
    "day": date,
    "published": str,
    "published_origin": str,
    "url": str,
    "lead": str,
    "body": str,
    "photos": int,
    "photo_credits": str,
    "photo_captions": str,
    "attachments": str,
    "license": str,
    "attribution": str,
    "revision": int,
    "first_seen": datetime,
    "last_seen": datetime,
    "captured_at": datetime,
    "sha256": str,
}


def row(report: Citable) -> tuple[Cell, ...]:
    """The cells of a report, in the order of COLUMNS."""
    archived, article = report.archived, report.archived.article
    published, footer = article.published, archived.license
    return (
        archived.id,
        archived.portal,
        site_of(archived, report.portal_name),
        archived.kind,
        article.title,
        article.author,
        article.section,
        article.language,
        published.day if published else None,
        published.value.isoformat() if published else None,
        published.origin if published else None,
        archived.url,
        article.lead,
        article.body,
        len(article.photos),
        _lines(photo.credit for photo in article.photos),
        _lines(photo.caption for photo in article.photos),
        _lines(file.url for file in article.attachments),
        footer.number if footer else None,
        footer.attribution if footer else None,
        archived.revision,
        archived.first_seen,
        archived.last_seen,
        report.captured_at,
        report.sha256,
    )


def csv_chunks(reports: Iterable[Citable]) -> Iterator[bytes]:
    """CSV that Excel opens as it is (RFC 4180, UTF-8 with a byte-order mark), a chunk for each row.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; all else is verbatim. Excel shows
    no more than the first 32,767 characters of a cell.
    """
    yield (_BOM + _line(COLUMNS)).encode()
    for report in reports:
        yield _line(map(_harmless, row(report))).encode()


def _harmless(cell: Cell) -> str | int:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    if isinstance(cell, date):  # a datetime is one, too
        return cell.isoformat()
    return "" if cell is None else cell


def _line(cells: Iterable[str | int]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _lines(texts: Iterable[str | None]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))
