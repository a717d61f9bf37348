"""`portal-archiver export`: what the archive holds, for other tools."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.filesize import decimal

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, must_hold, whole
from portal_archiver.cli.screen import count, emit, err, out, quiet_end
from portal_archiver.errors import OutputError, PortalArchiverError
from portal_archiver.store import Archive

if TYPE_CHECKING:
    from portal_archiver.exports import Exported, ExportedReports

EXAMPLE = "Example: portal-archiver export csv bachhai.csv --portal bachhai"


class Format(StrEnum):
    """The formats that can be written: captures in the first two, reports in the others."""

    WARC = "warc"
    WACZ = "wacz"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    BIBTEX = "bibtex"
    RIS = "ris"


TEXTS = {Format.CSV, Format.JSONL, Format.BIBTEX, Format.RIS}
PIPED = {"-", "/dev/stdout"}


def export_file(
    form: Annotated[Format, typer.Argument(metavar="FORMAT", help="warc, wacz, csv, jsonl, parquet, bibtex or ris.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make (.warc.gz: compressed), or -.")],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    portal: Annotated[str | None, typer.Option(metavar="KEY", help="Only what is of this portal.")] = None,
    search: Annotated[
        str | None, typer.Option(metavar="QUERY", help="Only what is of reports that have all these words.")
    ] = None,
    article: Annotated[
        list[int] | None,
        typer.Option(parser=whole(1), metavar="ID", help="Only what is of this report; may be given again."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write captures or reports to a file for other programs.

    warc and wacz hold captures, for replay elsewhere: the same captures make the same bytes. The others hold reports,
    each as it stands now: csv for Excel, jsonl with all that is known of each, parquet (needs pyarrow), and bibtex and
    ris, which are citations. All of them, unless --portal, --search or --article say which. With - for the file, they
    go to standard output.
    """
    from portal_archiver.exports import STDOUT

    is_piped = str(file) in PIPED
    file = STDOUT if is_piped else file
    if is_piped and as_json:
        raise typer.BadParameter("--json has nowhere to go when the export itself goes to standard output: give a FILE")
    if is_piped and form not in TEXTS and sys.stdout.isatty():
        raise OutputError(f"{form.value} is no text that a terminal can show: give a FILE, or send it on with > or |")
    with existing(archive) as opened:
        if portal is not None:
            must_hold(opened, portal)
        chosen = _articles(opened, portal, search, article)
        try:
            written, summary = _write(opened, form, file, portal=portal, articles=chosen, overwrite=overwrite)
        except BrokenPipeError:  # who reads has seen enough
            quiet_end()
    if is_piped:
        err().say(f"{summary}; {decimal(written.bytes)}")
    elif as_json:
        emit({"archive": archive, "file": file, "format": form.value, "written": written})
    else:
        out().say(f"{file}: {summary}; {decimal(written.bytes)}")


def _write(opened: Archive, form: Format, file: Path, **chosen: Any) -> tuple[Exported | ExportedReports, str]:
    """Make the file; what was written, as figures and in words."""
    from portal_archiver.exports import FORMS, export_reports, export_wacz, export_warc

    if form in FORMS:
        reports = export_reports(opened, file, form, **chosen)
        return reports, count(reports.reports, "report")
    captures = (export_warc if form is Format.WARC else export_wacz)(opened, file, **chosen)
    seen = f"{captures.revisits:,} of them a payload that was seen before"
    return captures, f"{count(captures.captures, 'capture')}, {seen}"


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
