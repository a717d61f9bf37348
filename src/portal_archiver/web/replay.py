"""A capture: the page as it was, in a frame that can do nothing, and the bytes and headers as evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from portal_archiver.model import CaptureRecord, Evidence
from portal_archiver.store import Archive, holdings
from portal_archiver.text import decode
from portal_archiver.urls import slug_of
from portal_archiver.web import rewriting
from portal_archiver.web.markup import tamed
from portal_archiver.web.numbers import Number
from portal_archiver.web.pages import render
from portal_archiver.web.reading import open_archive
from portal_archiver.web.sniffing import charset, media_type, picture_type, shown_as
from portal_archiver.web.troubles import NotFoundError

router = APIRouter(include_in_schema=False, prefix="/capture/{capture_id}")

# What was captured never changes; and it is shown as nothing but what we say it is.
_EVIDENCE = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


class Held(NamedTuple):
    """What the archive holds of the addresses on a page: where links lead, and pictures as data: URLs."""

    places: Mapping[str, str]
    pictures: Mapping[str, str]


_NOTHING = Held({}, {})
_EXTENSIONS = {
    "text/html": "html",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}


@router.get("")
def capture(request: Request, capture_id: Number) -> HTMLResponse:
    """The page with the banner, around the frame."""
    with open_archive(request) as archive, archive.snapshot() as sql:
        found = _found(archive, capture_id)
        report = holdings.report_of(sql, capture_id)
        payload = archive.payload(capture_id)
    shown = shown_as(found.record, payload)
    if shown in ("page", "text") and len(payload) > rewriting.MOST:
        shown = "nothing"
    return render(
        request,
        "capture.html",
        evidence=found,
        record=found.record,
        report=report,
        shown=shown,
        media_type=media_type(found.record),
        sandbox=rewriting.SANDBOX,
    )


@router.get("/page")
def page(request: Request, capture_id: Number) -> HTMLResponse:
    """What stands in the frame."""
    held = _NOTHING
    with open_archive(request) as archive:
        found = _found(archive, capture_id)
        payload = archive.payload(capture_id)
        kind = shown_as(found.record, payload)
        if kind not in ("page", "text") or len(payload) > rewriting.MOST:
            raise NotFoundError(f"capture {capture_id} holds no page that can be shown")
        text = decode(payload, charset(found.record))
        if kind == "page":
            text = tamed(text)
            held = _held(archive, found, text)
    # The connection is for others again: what follows may take its time.
    html = rewriting.as_text(text) if kind == "text" else rewriting.rewritten(text, found.record.final_url, *held)
    return HTMLResponse(html, headers=_EVIDENCE | {"Content-Security-Policy": rewriting.POLICY})


@router.get("/picture")
def picture(request: Request, capture_id: Number) -> Response:
    """A picture that was captured."""
    with open_archive(request) as archive:
        _found(archive, capture_id)
        payload = archive.payload(capture_id)
    kind = picture_type(payload)
    if kind is None:
        raise NotFoundError(f"capture {capture_id} is no picture")
    return Response(payload, media_type=kind, headers=_EVIDENCE)


@router.get("/raw")
def raw(request: Request, capture_id: Number) -> Response:
    """The payload, byte for byte, to be kept in a file."""
    with open_archive(request) as archive:
        record = _found(archive, capture_id).record
        payload = archive.payload(capture_id)
    kept = _disposition(record, _EXTENSIONS.get(media_type(record), "bin"))
    return Response(payload, media_type="application/octet-stream", headers=_EVIDENCE | kept)


@router.get("/headers")
def headers(request: Request, capture_id: Number) -> Response:
    """What the server said with it, and what is known of the answer, as text."""
    with open_archive(request) as archive:
        record = _found(archive, capture_id).record
    blocks = (
        "".join(f"{name}: {_one_line(value)}\n" for name, value in part) for part in (_facts(record), record.headers)
    )
    text = "\n".join(blocks)
    kept = _disposition(record, "headers.txt")
    return Response(text.encode(), media_type="text/plain; charset=utf-8", headers=_EVIDENCE | kept)


def _found(archive: Archive, capture_id: int) -> Evidence:
    with archive.snapshot() as sql:
        found = holdings.capture(sql, capture_id)
    if found is None:
        raise NotFoundError(f"the archive has no capture {capture_id}")
    return found


def _held(archive: Archive, found: Evidence, html: str) -> Held:
    """Of the addresses on a page, where in the archive they lead, and the pictures."""
    wanted = rewriting.addresses(html, found.record.final_url)
    with archive.snapshot() as sql:
        moment = found.record.fetched_at
        places = {url: f"/report/{n}" for url, n in holdings.reports_at(sql, wanted.links, found.portal).items()}
        places |= {url: f"/capture/{n}" for url, n in holdings.nearest(sql, wanted.links, moment).items()}
        return Held(places, _pictures(archive, holdings.nearest(sql, wanted.pictures, moment).items()))


def _pictures(archive: Archive, captures: Iterable[tuple[str, int]]) -> dict[str, str]:
    """The pictures that were captured, as data: URLs, until there are too many."""
    found: dict[str, str] = {}
    size = 0
    for url, capture_id in captures:
        payload = archive.payload(capture_id)
        kind = picture_type(payload)
        size += len(payload)
        if kind and size <= rewriting.MOST_PICTURES:
            found[url] = rewriting.as_data(kind, payload)
    return found


def _facts(record: CaptureRecord) -> list[tuple[str, str]]:
    """What the archive knows of an answer, beside its headers."""
    facts = [
        ("Capture", str(record.id)),
        ("URL", record.url),
        ("Final-URL", record.final_url),
        ("Fetched-At", record.fetched_at.isoformat()),
        ("Status", str(record.status)),
        ("SHA-256", record.sha256),
        ("Size", str(record.size)),
    ]
    if record.peer:
        facts.append(("Peer", " ".join(filter(None, (record.peer.address, record.peer.tls, record.peer.cipher)))))
    if record.source:
        facts.append(("Source", f"{record.source.file} {record.source.record}".strip()))
    return facts


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


def _disposition(record: CaptureRecord, extension: str) -> dict[str, str]:
    """A name for the file made of the address: letters and digits of ASCII alone can break no header and no path."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", slug_of(record.final_url)).strip("-")[:60]
    name = "-".join(filter(None, ("capture", str(record.id), slug)))
    return {"Content-Disposition": f'attachment; filename="{quote(name)}.{extension}"'}
