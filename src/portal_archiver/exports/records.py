"""WARC records (ISO 28500, WARC/1.1) of captures: what was received, said as the standard wants it.

The same capture makes the same bytes wherever and whenever it is written: ids follow from it, and no clock is read.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders

from portal_archiver.exports.ledger import Original
from portal_archiver.exports.software import PRODUCT, SOFTWARE
from portal_archiver.model import CaptureRecord, Evidence
from portal_archiver.urls import postback_of, without_fragment

NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# What a header says of the bytes on the wire, and is no longer true of the payload as it is kept, after
# content-decoding. It goes on under this name, as Browsertrix and ArchiveWeb.page write it.
WIRE = {"content-encoding", "transfer-encoding", "content-length"}
ORIGINAL = "X-Orig-"
_LINE_BREAKS = re.compile(r"[\r\n]+\s*")
_DESCRIPTION = (
    "Payloads are kept after content-decoding; what headers said of their coding and length on the wire stands under "
    f"{ORIGINAL}*. Requests and reason phrases are not kept: of a request its method, URL and the product token of the "
    "user agent are known, of a posted form the fields that name its button. Reason phrases are those of RFC 9110. The "
    "headers of a 304 stand in the metadata beside it."
)


class Headers(StatusAndHeaders):  # type: ignore[misc]
    """HTTP headers, written as the bytes that were received: warcio would escape what is not ASCII."""

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        """The block of headers as bytes."""
        text = self.to_str(header_filter)
        try:
            self.headers_buff = text.encode("latin-1") + b"\r\n"
        except UnicodeEncodeError:
            self.headers_buff = text.encode("utf-8", "replace") + b"\r\n"


class Builder:
    """Makes the records of one file; `newest` is when the last of its captures was made."""

    def __init__(self, newest: datetime) -> None:
        self._build = RecordBuilder(warc_version="1.1")
        self._newest = newest
        self._info = record_id("warcinfo", newest.isoformat(), SOFTWARE)

    def warcinfo(self) -> Any:
        """The first record of a file."""
        fields = (
            ("software", SOFTWARE),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("description", _DESCRIPTION),
        )
        headers = {"WARC-Record-ID": self._info, "WARC-Date": warc_date(self._newest)}
        return self._record("warcinfo", "", headers, _fields(fields))

    def response(self, kept: CaptureRecord, payload: bytes) -> Any:
        """What the server sent."""
        headers = self._headers(kept, "response") | _address(kept)
        headers["WARC-Payload-Digest"] = digest_of(kept)
        return self._record("response", sent_url(kept), headers, payload, _answer(kept))

    def revisit(self, kept: CaptureRecord, original: Original) -> Any:
        """The same payload once more, or (a 304) the server's word that it still stands.

        Of a 304 the headers stand in its metadata: with them here, a reader would be shown an empty page.
        """
        headers = self._headers(kept, "response") | _address(kept)
        headers |= {
            "WARC-Profile": NOT_MODIFIED if kept.status == 304 else RecordBuilder.REVISIT_PROFILE_1_1,
            "WARC-Refers-To-Target-URI": original.url,
            "WARC-Refers-To-Date": original.date,
            "WARC-Payload-Digest": original.digest,
        }
        return self._record("revisit", sent_url(kept), headers, b"", None if kept.status == 304 else _answer(kept))

    def request(self, kept: CaptureRecord) -> Any:
        """As much of the request as is known."""
        posted = posted_fields(kept.final_url)
        parts = urlsplit(sent_url(kept))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [("Host", parts.netloc.rpartition("@")[2]), ("User-Agent", PRODUCT)]
        if posted:
            lines += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(posted)))]
        headers = self._headers(kept, "request", beside="response")
        http = Headers(f"{target} HTTP/1.1", lines, "POST" if posted else "GET")
        return self._record("request", sent_url(kept), headers, posted.encode(), http)

    def metadata(self, kept: CaptureRecord, fields: Iterable[tuple[str, str]]) -> Any:
        """What no other record has a place for."""
        headers = self._headers(kept, "metadata", beside="response")
        return self._record("metadata", sent_url(kept), headers, _fields(fields))

    def records(self, evidence: Evidence, payload: bytes, original: Original | None) -> Iterator[Any]:
        """All records of a capture, the one that shows its page first."""
        kept = evidence.record
        yield self.revisit(kept, original) if original else self.response(kept, payload)
        if kept.source is None:  # what others asked, and as whom, is not known here
            yield self.request(kept)
        if fields := tuple(_beside(kept, original)):
            yield self.metadata(kept, fields)

    def _headers(self, kept: CaptureRecord, kind: str, beside: str = "") -> dict[str, str]:
        headers = {
            "WARC-Record-ID": _id_of(kept, kind),
            "WARC-Date": warc_date(kept.fetched_at),
            "WARC-Warcinfo-ID": self._info,
        }
        return headers | ({"WARC-Concurrent-To": _id_of(kept, beside)} if beside else {})

    def _record(self, kind: str, url: str, headers: dict[str, str], payload: bytes, http: Headers | None = None) -> Any:
        if http:
            http.compute_headers_buffer()
        block = (http.headers_buff if http else b"") + payload
        headers["WARC-Block-Digest"] = f"sha256:{hashlib.sha256(block).hexdigest()}"
        if kind != "warcinfo":  # where there is none yet, warcio would add one of another kind
            headers.setdefault("WARC-Payload-Digest", f"sha256:{hashlib.sha256(payload).hexdigest()}")
        return self._build.create_warc_record(
            url, kind, io.BytesIO(payload), len(payload), warc_headers_dict=headers, http_headers=http
        )


def posted_fields(url: str) -> str:
    """What is known of the form that was posted where a URL stands for a `Postback`; "" for one that was asked for."""
    postback = postback_of(url)
    fields = {"__EVENTTARGET": postback.pager, "__EVENTARGUMENT": f"Page${postback.number}"} if postback else {}
    return urlencode(fields)


def sent_url(kept: CaptureRecord) -> str:
    """The URL as the server saw it."""
    return without_fragment(kept.final_url)


def digest_of(kept: CaptureRecord) -> str:
    """The payload's digest as a WARC has it: the very SHA-256 that the archive shows."""
    return f"sha256:{kept.sha256}"


def warc_date(moment: datetime) -> str:
    """A moment in UTC, to the microsecond where it is known so (W3C-DTF, WARC/1.1)."""
    return moment.replace(tzinfo=None).isoformat() + "Z"


def record_id(*parts: str) -> str:
    """A WARC-Record-ID that follows from what the record holds."""
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join((PRODUCT, *parts))).urn}>"


def _id_of(kept: CaptureRecord, kind: str) -> str:
    return record_id(kind, kept.url, kept.final_url, kept.fetched_at.isoformat(), str(kept.status), kept.sha256)


def _address(kept: CaptureRecord) -> dict[str, str]:
    return {"WARC-IP-Address": kept.peer.address} if kept.peer and kept.peer.address else {}


def _answer(kept: CaptureRecord) -> Headers:
    """Status line and headers, true of the payload as it is kept."""
    headers = list(_lines(kept.headers))
    said = [(name.lower(), value.strip()) for name, value in headers if name.lower() in WIRE]
    if said != [("content-length", str(kept.size))]:
        headers = [(ORIGINAL + name if name.lower() in WIRE else name, value) for name, value in headers]
        if kept.status != 304:
            headers.append(("Content-Length", str(kept.size)))
    return Headers(f"{kept.status} {_phrase(kept.status)}".strip(), headers, "HTTP/1.1")


def _lines(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each header on a line of its own."""
    return ((_LINE_BREAKS.sub(" ", name), _LINE_BREAKS.sub(" ", value)) for name, value in headers)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _fields(fields: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("utf-8", "replace")


def _beside(kept: CaptureRecord, original: Original | None) -> Iterator[tuple[str, str]]:
    """Which URL was asked for, where another one answered; whose capture it is, where it is not ours; the headers of a
    304 that is a revisit.
    """
    if kept.url != sent_url(kept):
        yield "via", kept.url
    if kept.url != kept.final_url:
        yield "hopsFromSeed", "R"
    if kept.source:
        yield "importedFrom", f"{kept.source.file} {kept.source.record}".strip()
    if kept.status == 304 and original:
        yield "http-status", f"304 {_phrase(304)}"
        yield from (("http-header", ": ".join(line)) for line in _lines(kept.headers))
