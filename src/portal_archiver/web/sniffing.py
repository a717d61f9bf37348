"""What the payload of a capture is, by its bytes first: a server may call anything anything."""

from __future__ import annotations

import re
from typing import Literal

from portal_archiver.model import CaptureRecord

Shown = Literal["page", "text", "picture", "file", "nothing"]

# The first bytes of pictures that browsers show, and that cannot hold a script (SVG can).
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
_TEXTS = ("text/", "application/json", "application/xml", "application/rss+xml", "application/atom+xml")
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|title|meta|div|p|table)\b", re.I | re.S)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)


def picture_type(payload: bytes) -> str | None:
    """The media type of a picture, None for what is none."""
    if payload[:4] == b"RIFF" and payload[8:12] == b"WEBP":
        return "image/webp"
    if payload[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return next((name for start, name in _PICTURES if payload.startswith(start)), None)


def header(record: CaptureRecord, name: str) -> str:
    """The first value of a header, whatever the case of its name; "" where there is none."""
    return next((value for key, value in record.headers if key.lower() == name.lower()), "")


def media_type(record: CaptureRecord) -> str:
    """What the server called it: text/html; "" where it said nothing."""
    return header(record, "Content-Type").partition(";")[0].strip().lower()


def charset(record: CaptureRecord) -> str | None:
    """The encoding that the server declared."""
    match = _CHARSET.search(header(record, "Content-Type"))
    return match[1] if match else None


def shown_as(record: CaptureRecord, payload: bytes) -> Shown:
    """How a payload can be shown to a reader."""
    if not payload:
        return "nothing"
    if picture_type(payload):
        return "picture"
    named = media_type(record)
    if named in ("text/html", "application/xhtml+xml") or (not named and _HTML.match(payload[:4096])):
        return "page"
    return "text" if named.startswith(_TEXTS) and not named.startswith("image/") else "file"
