"""One capture as a server hands it out (RFC 7089): its payload, and its headers freed from those of the archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from portal_archiver.crawler.exchange import Answer
from portal_archiver.imports.asked import bare
from portal_archiver.imports.cdx import Listed
from portal_archiver.imports.digests import Match, match
from portal_archiver.imports.servers import Kind
from portal_archiver.imports.warc import HTML, Found, Skipped, opened
from portal_archiver.model import Capture, Source

Headers = tuple[tuple[str, str], ...]
PREFIX = "x-archive-orig-"  # before the name of a header that a page had when it was captured
# What a pywb says of itself; all other headers are the page's, some of them behind the prefix.
OWN = frozenset(
    "memento-datetime link content-location date server connection transfer-encoding cache-control expires vary"
    " preference-applied access-control-allow-origin keep-alive via".split()
)
PLAIN = frozenset({"content-type"})  # what the Internet Archive hands on without the prefix

# Why a capture that an index lists was not brought back; beside these stand the reasons of the crawler.
FAILURES = {
    "other-capture": "the server shows another capture in its place",
    "no-memento": "the answer is none of an archived page",
    "wrong-digest": "the payload is not the one that the index lists",
    "damaged": "the record is damaged",
    "no-place": "the index does not say where the record is",
    "no-range": "the server does not send the part of a file that was asked for",
    "no-index": "an answer that is no index of captures",
    "bad-line": "lines of the index that cannot be read",
    "cut": "a part of the index that is not complete",
    "endless": "an index that leads on for ever",
}


@dataclass(frozen=True, slots=True)
class Failed:
    """A capture that should have come: a reason (of the crawler's, or of FAILURES), and a sentence."""

    reason: str
    detail: str


def read_memento(answer: Answer, listed: Listed, kind: Kind, archive: str, max_bytes: int) -> Found | Skipped | Failed:
    """The capture in an answer; `archive` is where it comes from."""
    shown = moment_shown(answer)
    if shown is None:
        return Failed("no-memento", f"{answer.url} has no Memento-Datetime")
    if shown != listed.made:
        return Failed("other-capture", f"{answer.url} shows the capture of {shown:%Y-%m-%d %H:%M:%S}")
    headers = original_headers(answer.headers, kind)
    url, status = bare(listed.url), int(listed.status) if listed.status else answer.status
    capture = Capture(url, "", listed.made, status, headers, source=Source(archive, answer.url))
    if not HTML.match((capture.header("content-type") or "text/html").strip()):
        return Skipped("not-html")
    body = _decoded(answer, capture, max_bytes)
    if isinstance(body, Skipped):
        return body
    coded = bool(answer.header("content-encoding"))
    return checked(replace(capture, body=body, sha256=""), listed, (answer.body, body), coded=coded)


def checked(capture: Capture, listed: Listed, payloads: tuple[bytes, ...], *, coded: bool = False) -> Found | Failed:
    """The capture, if its payload is the one that the index lists, or nobody can tell."""
    was_coded = coded or any(capture.header(name) for name in ("content-encoding", "transfer-encoding"))
    found = match(listed.digest, payloads, coded=was_coded)
    if found is Match.OTHER:
        return Failed("wrong-digest", f"{listed.url} of {listed.digits}: the index says {listed.digest}")
    return Found(capture, unchecked=found is Match.UNKNOWN)


def _decoded(answer: Answer, capture: Capture, max_bytes: int) -> bytes | Skipped:
    """The payload without codings: that of the answer, and that of the page where the archive left it in place."""
    body = opened(answer.body, answer.header("content-encoding"), max_bytes)
    if isinstance(body, Skipped) or answer.header("content-encoding"):
        return body
    return opened(body, capture.header("content-encoding") or "", max_bytes)


def moment_shown(answer: Answer) -> datetime | None:
    """When the capture was made that an answer shows."""
    try:
        made = parsedate_to_datetime(answer.header("memento-datetime"))
    except (ValueError, OverflowError, TypeError):
        return None
    return made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)


def original_headers(headers: Headers, kind: Kind) -> Headers:
    """The headers as the page had them, as far as the server tells."""
    prefixed = {name.lower() for name, _ in headers if name.lower().startswith(PREFIX)}
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        lower = name.lower()
        if lower in prefixed:
            kept.append((name[len(PREFIX) :], value))
        elif PREFIX + lower not in prefixed and _is_handed_on(lower, kind):
            kept.append((name, value))
    return tuple(kept)


def _is_handed_on(name: str, kind: Kind) -> bool:
    if kind is Kind.WAYBACK:
        return name in PLAIN
    return name not in OWN and not name.startswith("x-archive-")
