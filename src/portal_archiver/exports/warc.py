"""WARC files: captures as records, one gzip member each, written as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from warcio.warcwriter import WARCWriter

from portal_archiver.errors import PortalArchiverError
from portal_archiver.exports.ledger import Ledger, Original
from portal_archiver.exports.output import new_file
from portal_archiver.exports.records import Builder, digest_of, sent_url, warc_date
from portal_archiver.model import PAGE_STATUSES, Evidence
from portal_archiver.store import Archive


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote: `captures`, of which `responses` have a record with their payload.

    `revisits` (304s, and payloads that another record has) refer to one. `bytes` is the size of the file.
    """

    captures: int = 0
    responses: int = 0
    revisits: int = 0
    bytes: int = 0


class Sink(Protocol):
    """Where a WARC goes: it need not be a file of its own."""

    def write(self, data: bytes, /) -> Any:
        """Take some bytes."""

    def flush(self) -> Any:
        """Let go of what was taken."""

    def tell(self) -> int:
        """How many bytes were taken."""


class Placed(NamedTuple):
    """A capture that was written, and where the record that shows its page stands; `revisit` if it has no payload."""

    evidence: Evidence
    digest: str
    revisit: bool
    offset: int
    length: int


def export_warc(
    archive: Archive,
    path: Path,
    *,
    portal: str | None = None,
    articles: Iterable[int] | None = None,
    overwrite: bool = False,
) -> Exported:
    """Write captures, of all or of one portal, of all pages or of some articles, as a WARC; `.gz` compresses it.

    The same captures make the same bytes. `path` may be STDOUT. OutputError, DiskFullError: the file cannot be made.
    PortalArchiverError: there is no such capture. ArchiveError: a payload is damaged.
    """
    chosen = None if articles is None else list(articles)
    newest = newest_of(archive, portal, chosen)
    responses = revisits = 0
    evidence = archive.evidence(portal=portal, articles=chosen)
    with new_file(path, overwrite=overwrite) as file, Ledger() as ledger, evidence as captures:
        for placed in write_warc(file, archive, captures, ledger, newest, gzip=path.suffix == ".gz"):
            responses, revisits = responses + (not placed.revisit), revisits + placed.revisit
        size = file.tell()
    return Exported(responses + revisits, responses, revisits, size)


def newest_of(archive: Archive, portal: str | None, articles: list[int] | None) -> datetime:
    """When the last of the captures was made; PortalArchiverError where there are none."""
    newest = archive.newest_capture(portal=portal, articles=articles)
    if newest is None:
        raise PortalArchiverError(f"{archive.path} holds no such capture: nothing to export")
    return newest


def write_warc(
    sink: Sink, archive: Archive, captures: Iterable[Evidence], ledger: Ledger, newest: datetime, *, gzip: bool = True
) -> Iterator[Placed]:
    """Write captures (in order of time, the last of them made at `newest`), each when it is asked for."""
    builder, writer = Builder(newest), WARCWriter(sink, gzip=gzip, warc_version="1.1")
    writer.write_record(builder.warcinfo())
    for evidence in captures:
        original = _original(ledger, evidence)
        payload = b"" if original else archive.payload(evidence.record.id)
        start = sink.tell()
        first, *others = builder.records(evidence, payload, original)
        writer.write_record(first)
        length = sink.tell() - start
        for record in others:
            writer.write_record(record)
        _note(ledger, evidence, original)
        digest = original.digest if original else digest_of(evidence.record)
        yield Placed(evidence, digest, original is not None, start, length)


def _original(ledger: Ledger, evidence: Evidence) -> Original | None:
    """The record that has the payload of a capture, if it need not be written again.

    A 304 is a revisit of what its URL showed last; where that is not in the file, it is a response without a payload.
    """
    kept = evidence.record
    if kept.status == 304:
        return ledger.last_answer(kept.final_url)
    return ledger.original(digest_of(kept)) if kept.size else None


def _note(ledger: Ledger, evidence: Evidence, original: Original | None) -> None:
    kept = evidence.record
    if kept.status == 304 or not kept.size:
        return
    if original is None:
        ledger.note_payload(Original(sent_url(kept), warc_date(kept.fetched_at), digest_of(kept)))
    if kept.status in PAGE_STATUSES:
        ledger.note_answer(kept.final_url, digest_of(kept))
