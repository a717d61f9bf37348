"""Answers that a program has already: ETags (RFC 9110) of what the archive is at, known before anything is read."""

from __future__ import annotations

import zlib

from fastapi import Request
from fastapi.responses import Response

from portal_archiver.web.reading import Readers

KEPT = {"Cache-Control": "private, no-cache"}  # kept, but asked for whether it is still so


def tag_of(request: Request, language: str = "") -> str:
    """The ETag of what an address says (in a language) while nobody writes to the archive.

    A weak one: the bytes may differ.
    """
    readers: Readers = request.app.state.readers
    address = f"{request.url.path}?{request.url.query}{language}".encode()
    return f'W/"{readers.version()}-{zlib.crc32(address):08x}"'


def unchanged(request: Request, tag: str) -> Response | None:
    """304 where the program has an answer with this tag, else None."""
    given = request.headers.get("if-none-match", "")
    if tag.removeprefix("W/") not in (one.strip().removeprefix("W/") for one in given.split(",")):
        return None
    return Response(status_code=304, headers=headers(tag))


def headers(tag: str) -> dict[str, str]:
    """What an answer says of itself so that it need not be sent twice."""
    return KEPT | {"ETag": tag}
