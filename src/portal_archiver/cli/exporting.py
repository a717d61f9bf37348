"""`portal-archiver export`: what the archive holds, for other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, must_hold, whole
from portal_archiver.cli.screen import count, emit, out
from portal_archiver.errors import PortalArchiverError
from portal_archiver.store import Archive

EXAMPLE = "Example: portal-archiver export wacz bachhai.wacz --portal bachhai"


class Format(StrEnum):
    """The formats that can be written."""

    WARC = "warc"
    WACZ = "wacz"


def export_captures(
    form: Annotated[Format, typer.Argument(metavar="FORMAT", help="warc or wacz.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make; .warc.gz for a compressed WARC.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    portal: Annotated[str | None, typer.Option(metavar="KEY", help="Only captures of this portal.")] = None,
    search: Annotated[
        str | None, typer.Option(metavar="QUERY", help="Only captures of reports that have all these words.")
    ] = None,
    article: Annotated[
        list[int] | None,
        typer.Option(parser=whole(1), metavar="ID", help="Only captures of this report; may be given again."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write captures as WARC or WACZ files, for replay elsewhere.

    All of them, unless --portal, --search or --article say which. The same captures make the same bytes.
    """
    from portal_archiver.exports import export_wacz, export_warc

    write = {Format.WARC: export_warc, Format.WACZ: export_wacz}[form]
    with existing(archive) as opened:
        if portal is not None:
            must_hold(opened, portal)
        chosen = _articles(opened, portal, search, article)
        written = write(opened, file, portal=portal, articles=chosen, overwrite=overwrite)
    if as_json:
        emit({"archive": archive, "file": file, "format": form.value, "written": written})
        return
    captures = f"{count(written.captures, 'capture')}, {written.revisits:,} of them a payload that was seen before"
    out().say(f"{file}: {captures}; {decimal(written.bytes)}")


def _articles(opened: Archive, portal: str | None, search: str | None, wanted: list[int] | None) -> list[int] | None:
    """The reports that are meant; None for everything."""
    for article_id in wanted or ():
        opened.article(article_id)
    if search is None:
        return wanted or None
    found = opened.matching(search, portal=portal)
    if not found:
        raise PortalArchiverError(
            f"--search: no report has all the words of {search!r}: `search` shows which have some"
        )
    return [article_id for article_id in found if not wanted or article_id in wanted]
