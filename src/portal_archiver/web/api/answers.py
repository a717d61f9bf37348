"""How an answer is made: nothing is looked up for a program that has it already, and JSON is written once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import TypeAdapter

from portal_archiver.store import Archive
from portal_archiver.web import fresh
from portal_archiver.web.problems import MEDIA_TYPE
from portal_archiver.web.reading import open_archive

PREFIX = "/api/v1"
_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    "required": ["type", "title", "status", "detail"],
}
_MEANINGS = {
    400: "A date, a cursor or an order that cannot be read: `detail` says which",
    401: "The archive is not open to all: send its token as `Authorization: Bearer TOKEN`",
    404: "The archive has nothing under this address",
    414: "The address is too long",
    421: "The server is not called by that name",
    422: "A parameter that is missing or cannot be: `detail` says which",
    503: "It took too long, or too many ask at once: try again after `Retry-After` seconds",
}
Responses = dict[int | str, dict[str, Any]]
# For the description: every one of them is a problem document.
PROBLEMS: Responses = {304: {"description": "As it was: the ETag of `If-None-Match` still holds"}}
for _status, _meaning in _MEANINGS.items():
    PROBLEMS[_status] = {"description": _meaning, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


def answer(request: Request, shape: type, make: Callable[[Archive], Any]) -> Response:
    """What `make` says of the archive, a record of `shape`, or 304."""
    tag = fresh.tag_of(request)
    if kept := fresh.unchanged(request, tag):
        return kept
    with open_archive(request) as archive:
        told = make(archive)
    return Response(_adapter(shape).dump_json(told), media_type="application/json", headers=fresh.headers(tag))


@cache
def _adapter(shape: type) -> TypeAdapter[Any]:
    return TypeAdapter(shape)
