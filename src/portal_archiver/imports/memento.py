"""One capture as a server hands it out (RFC 7089): its payload, and its headers freed from those of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from portal_archiver.crawler.exchange import Answer
from portal_archiver.imports.asked import bare
from portal_archiver.imports.cdx import Listed
from portal_archiver.imports.digests import Match, match
from portal_archiver.imports.servers import Kind
from portal_archiver.imports.warc import HTML, Found, Skipped, as_sent, opened
from portal_archiver.model import Capture, Source

Headers = tuple[tuple[str, str], ...]
PREFIX = "x-archive-orig-"  # before the name of a header that a page had when it was captured
# What a pywb says of itself; all other headers are the page's, some of them behind the prefix.
OWN = frozenset(
    "memento-datetime link content-location date server connection transfer-encoding cache-control expires vary"
    " preference-applied access-control-allow-origin keep-alive via".split()
)
PLAIN = frozenset({"content-type"})  # what the Internet Archive hands on without the prefix

CODINGS = frozenset({"content-encoding", "transfer-encoding"})
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
    said = {name.lower(): value for name, value in headers}
    if not HTML.match((said.get("content-type") or "text/html").strip()):
        return Skipped("not-html")
    body = _decoded(answer, said.get("content-encoding", ""), max_bytes)
    if isinstance(body, Skipped):
        return body
    url, status = bare(listed.url), int(listed.status) if listed.status else answer.status
    capture = Capture(url, "", listed.made, status, as_sent(headers), body, source=Source(archive, answer.url))
    coded = bool(answer.header("content-encoding")) or not CODINGS.isdisjoint(said)
    return checked(capture, listed, (answer.body, body), coded=coded)


def checked(capture: Capture, listed: Listed, payloads: tuple[bytes, ...], *, coded: bool) -> Found | Failed:
    """The capture, if its payload is the one that the index lists, or nobody can tell (see `digests.match`)."""
    found = match(listed.digest, payloads, coded=coded)
    if found is Match.OTHER:
        return Failed("wrong-digest", f"{listed.url} of {listed.digits}: the index says {listed.digest}")
    return Found(capture, unchecked=found is Match.UNKNOWN)


def _decoded(answer: Answer, coding: str, max_bytes: int) -> bytes | Skipped:
    """The payload without codings: that of the answer, or that of the page where the archive left it in place."""
    return opened(answer.body, answer.header("content-encoding") or coding, max_bytes)


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
