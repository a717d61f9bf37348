"""WARC and ARC files, compressed or not: the pages in them, as captures."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader

from portal_archiver.crawler.decoding import DecodingError, TooLargeError, decoded
from portal_archiver.imports.moments import moment_of
from portal_archiver.imports.unpacked import DamagedError, Unpacked
from portal_archiver.model import PAGE_STATUSES, Capture, Source
from portal_archiver.urls import host_of

logging.getLogger("warcio").addHandler(logging.NullHandler())  # what it complains of is told here, with its place

MAX_FIELDS = 10_000  # bytes of a metadata record that are looked at
HTML = re.compile(r"text/html|application/xhtml\+xml", re.I)
# How an export of ours, and Browsertrix, say what was true of a payload on the wire and is not of the one kept.
ORIGINAL = re.compile(r"x-orig-(content-encoding|transfer-encoding|content-length)", re.I)


class Original(NamedTuple):
    """Which capture has the payload of a revisit: its URL and time."""

    url: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A page. That of a revisit has no payload: `original` has it.

    `unchecked`: it was to be held against a digest, but could not be.
    """

    capture: Capture
    original: Original | None = None
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """A response that is no page to keep, and why: a key of REASONS."""

    reason: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Where a file (`file`: its name) cannot be read on, and why; what comes before was read."""

    file: str
    offset: int
    why: str


REASONS = {
    "status": "answers that are no page: redirects, errors",
    "not-html": "pictures, scripts and other files",
    "too-large": "pages that are larger than the limit",
    "unusable": "without a usable address, time or HTTP header",
    "undecodable": "compressed in a way that cannot be undone",
    "no-original": "revisits of a page that is in no file imported so far",
    "other-host": "pages of hosts that belong to no portal",
    "posted": "answers to forms, which no address shows",
    "other-time": "captures from before or after the time asked for",
    "repeated": "captures with the payload of the one before",
    "unreadable": "pages that broke the parser",
}


@dataclass(frozen=True, slots=True)
class _Redirected:
    """What a metadata record says of the response with this id: the URL that led to it by a redirect."""

    record: str
    via: str


def read_warc(path: Path, *, max_bytes: int) -> Iterator[Found | Skipped | Damage]:
    """The responses of a file one by one; pages of more than `max_bytes` are skipped. After a Damage nothing comes.

    Requests and the like are passed over. OSError: the file cannot be opened or read.
    """
    with path.open("rb") as file:
        yield from read_records(file, path.name, max_bytes=max_bytes)


def read_records(file: BinaryIO, name: str, *, max_bytes: int) -> Iterator[Found | Skipped | Damage]:
    """The same of an open file; `name` is what it is called as a source."""
    last: Found | None = None  # what is said of a response may stand behind it
    for item in _records(file, name, max_bytes):
        if isinstance(item, _Redirected):
            if last and last.capture.source and last.capture.source.record == item.record:
                last = replace(last, capture=replace(last.capture, url=item.via))
            continue
        if last:
            yield last
        last = item if isinstance(item, Found) else None
        if not last:
            yield item
    if last:
        yield last


def _records(file: BinaryIO, name: str, max_bytes: int) -> Iterator[Found | Skipped | Damage | _Redirected]:
    source = Unpacked(file)
    records = ArchiveIterator(source)
    records.reader = BufferedReader(source)  # its own would unpack once more, and be silent on damage
    while True:
        try:
            with redirect_stderr(io.StringIO()):
                record = next(records)
                found = _read(record, name, max_bytes)
                _drain(record.raw_stream)
        except StopIteration:
            return
        except OSError:
            raise
        except Exception as error:  # whatever warcio stumbles over is in the file
            yield Damage(name, *_place(error, source, records))
            return
        if found:
            yield found


def _place(error: Exception, source: Unpacked, records: Any) -> tuple[int, str]:
    if isinstance(error, DamagedError):
        return error.offset, str(error)
    why = " ".join(str(error).split())[:200] or type(error).__name__
    return (source.offset if source.packed else records.offset), f"it holds no record there ({why})"


def _drain(stream: Any) -> None:
    """Read what is left of a record; DamagedError where the file ends before it does."""
    while stream.read(1 << 16):
        pass
    if getattr(stream, "limit", 0) > 0:
        raise EOFError("the file ends in the middle of a record")


def _read(record: Any, file: str, max_bytes: int) -> Found | Skipped | _Redirected | None:
    if record.rec_type == "metadata":
        return _redirected(record)
    if record.rec_type not in ("response", "revisit") or record.http_headers is None:
        return _bare_revisit(record)
    is_arc = record.format == "arc"
    url = record.rec_headers.get_header("uri" if is_arc else "WARC-Target-URI") or ""
    made = _moment(record, "archive-date" if is_arc else "WARC-Date")
    status = record.http_headers.get_statuscode()
    if made is None or not host_of(url) or not status.isdecimal():
        return Skipped("unusable")
    if int(status) not in PAGE_STATUSES:
        return Skipped("status")
    headers = tuple((str(name), str(value)) for name, value in record.http_headers.headers)
    capture = Capture(url, "", made, int(status), as_sent(headers), source=_source(record, file))
    if record.rec_type == "revisit":
        return _revisit(record, capture)
    if not HTML.match((capture.header("content-type") or "text/html").strip()):
        return Skipped("not-html")
    return _with_payload(record, capture, headers, max_bytes)


def _bare_revisit(record: Any) -> Skipped | None:
    """A revisit without HTTP headers says no more than that nothing changed."""
    return Skipped("status") if record.rec_type == "revisit" else None


def _redirected(record: Any) -> _Redirected | None:
    """As Heritrix writes it: `hopsFromSeed` ends with an R where `via` led here by a redirect."""
    lines = record.raw_stream.read(MAX_FIELDS).decode("utf-8", "replace").splitlines()
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    beside = record.rec_headers.get_header("WARC-Concurrent-To")
    if not beside or not host_of(fields.get("via", "")) or not fields.get("hopsFromSeed", "").endswith("R"):
        return None
    return _Redirected(beside, fields["via"])


def _revisit(record: Any, capture: Capture) -> Found | Skipped:
    url, made = record.rec_headers.get_header("WARC-Refers-To-Target-URI"), _moment(record, "WARC-Refers-To-Date")
    return Found(capture, Original(url, made)) if url and made else Skipped("no-original")


def _with_payload(
    record: Any, capture: Capture, headers: tuple[tuple[str, str], ...], max_bytes: int
) -> Found | Skipped:
    raw = record.raw_stream.read(max_bytes + 1)
    if len(raw) > max_bytes:
        return Skipped("too-large")
    said = {name.lower(): value for name, value in headers}
    if "chunked" in said.get("transfer-encoding", "").lower():
        raw = ChunkedDataReader(io.BytesIO(raw)).read()
    body = opened(raw, said.get("content-encoding", ""), max_bytes)
    return body if isinstance(body, Skipped) else Found(replace(capture, body=body, sha256=""))


def opened(raw: bytes, codings: str, max_bytes: int) -> bytes | Skipped:
    """A payload with its content codings undone, if they are there to be undone."""
    try:
        return decoded(raw, codings, max_bytes)
    except TooLargeError:
        return Skipped("too-large")
    except DecodingError:
        # Else it was decoded before it was written, and its header left as it was.
        return raw if b"<" in raw[:1000] else Skipped("undecodable")


def as_sent(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The headers that the server sent, where a writer has set others in the place of some."""
    if not any(ORIGINAL.fullmatch(name) for name, _ in headers):
        return headers
    kept = ((name, value) for name, value in headers if name.lower() != "content-length")
    return tuple((name[len("x-orig-") :] if ORIGINAL.fullmatch(name) else name, value) for name, value in kept)


def _moment(record: Any, name: str) -> datetime | None:
    """A moment of a record's header; None for one that is missing, or cannot be."""
    return moment_of(record.rec_headers.get_header(name) or "")


def _source(record: Any, file: str) -> Source:
    """The place of a record; an ARC has no ids: its URL and time must do."""
    return Source(file, "" if record.format == "arc" else record.rec_headers.get_header("WARC-Record-ID") or "")
