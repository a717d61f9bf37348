"""A search as a file: reports as CSV, JSONL, Parquet, BibTeX or RIS, their captures as WACZ, sent as it is made."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from portal_archiver.errors import PortalArchiverError
from portal_archiver.exports import FORMS, stream_reports, stream_wacz
from portal_archiver.store import Archive
from portal_archiver.text import fold
from portal_archiver.web.asked import Asked
from portal_archiver.web.reading import open_archive
from portal_archiver.web.troubles import BusyError, NotFoundError

ENDINGS = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet", "bibtex": "bib", "ris": "ris", "wacz": "wacz"}
NEEDS = {"parquet": "pyarrow"}  # a library that may be missing
LONGEST_NAME = 60  # characters made of a query
router = APIRouter(include_in_schema=False)


@cache
def offered() -> tuple[str, ...]:
    """The formats that this machine can make; a library is looked up, not loaded, which would take a while."""
    return tuple(form for form in ENDINGS if form not in NEEDS or find_spec(NEEDS[form]))


class Source(NamedTuple):
    """What an export is made of: the query, and what narrows it as `Archive.search` has it."""

    query: str
    narrowed: dict[str, Any]


class Room:
    """The exports that may be sent at once."""

    def __init__(self, number: int) -> None:
        self._places = threading.BoundedSemaphore(number)

    def enter(self) -> None:
        """BusyError where all places are taken."""
        if not self._places.acquire(blocking=False):
            raise BusyError

    def leave(self) -> None:
        """Make room for another one."""
        self._places.release()


class Streamed(StreamingResponse):
    """A response that ends what it is made of, whether it was sent to its end, broken off, or never begun."""

    def __init__(self, pieces: Iterator[bytes], ended: Callable[[], None], media_type: str, name: str) -> None:
        self._pieces, self._ended = pieces, ended
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        super().__init__(pieces, media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await run_in_threadpool(self._end)

    def _end(self) -> None:
        close = getattr(self._pieces, "close", None)
        if close:
            close()
        self._ended()


@router.get("/export/{form}")
def export(request: Request, form: str) -> Streamed:
    """The reports that a search finds, as a file."""
    asked = Asked.read(request.query_params)
    return exported(request, form, Source(asked.q, asked.narrowed()))


def exported(request: Request, form: str, source: Source) -> Streamed:
    """A file of all that a search finds.

    NotFoundError: there is no such format, or no such report. BusyError: others are being sent. MissingPartError: a
    library that the format needs is not installed.
    """
    if form not in ENDINGS:
        raise NotFoundError(f"there is no export as {form[:20]!r}: choose one of {', '.join(offered())}")
    with open_archive(request) as archive:  # within the time of a page
        chosen = _chosen(archive, source)
    room: Room = request.app.state.room
    room.enter()
    try:
        archive = Archive(request.app.state.settings.archive, create=False, read_only=True)
    except BaseException:
        room.leave()
        raise

    def ended() -> None:
        archive.close()
        room.leave()

    try:
        pieces = _pieces(archive, form, chosen)
    except BaseException:
        ended()
        raise
    media_type = "application/wacz" if form == "wacz" else FORMS[form].media_type
    return Streamed(pieces, ended, media_type, file_name(source, ENDINGS[form]))


def _chosen(archive: Archive, source: Source) -> list[int] | None:
    """The reports that are meant; None for all of them."""
    if not (source.query or any(value not in (None, False) for value in source.narrowed.values())):
        return None
    found = archive.matching(source.query, **source.narrowed)
    if not found:
        raise NotFoundError("no report has all that is asked for: there is nothing to export")
    return found


def _pieces(archive: Archive, form: str, chosen: list[int] | None) -> Iterator[bytes]:
    if form != "wacz":
        return stream_reports(archive, form, articles=chosen)
    try:
        return stream_wacz(archive, articles=chosen)
    except PortalArchiverError as error:
        raise NotFoundError(str(error)) from error


def file_name(source: Source, ending: str) -> str:
    """A name that says what was asked for, of letters and digits of ASCII."""
    said = (source.query, *(str(value) for value in source.narrowed.values() if isinstance(value, str)))
    words = re.sub(r"[^a-z0-9]+", "-", fold(" ".join(said))).strip("-")[:LONGEST_NAME].rstrip("-")
    return f"{'-'.join(filter(None, ('reports', words)))}.{ending}"
