"""Reports, their versions, citations and captures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from portal_archiver.citations import STYLES, cite
from portal_archiver.model import Revision
from portal_archiver.store import Archive, holdings
from portal_archiver.web import fresh, replay
from portal_archiver.web.api.answers import PREFIX, PROBLEMS, answer
from portal_archiver.web.api.shapes import Captured, Captures, Cited, Revisions, Whole, whole
from portal_archiver.web.numbers import LARGEST, Number
from portal_archiver.web.reading import open_archive
from portal_archiver.web.troubles import NotFoundError

router = APIRouter(prefix=PREFIX, responses=PROBLEMS, tags=["reports"])
Versioned = Annotated[int, Path(ge=1, le=LARGEST, description="The number of a version, from 1")]


@router.get("/articles/{article_id}", response_model=Whole)
def article(request: Request, article_id: Number) -> Response:
    """A report as it stands now; its id never changes."""

    def make(archive: Archive) -> Whole:
        cited = archive.citable(article_id)
        return whole(cited, archive.article(article_id).gone_since, archive.story(article_id))

    return answer(request, Whole, make)


@router.get("/articles/{article_id}/revisions", response_model=Revisions)
def revisions(request: Request, article_id: Number) -> Response:
    """All versions of a report, whole."""
    return answer(request, Revisions, lambda archive: Revisions(article_id, archive.revisions(article_id)))


@router.get("/articles/{article_id}/revisions/{number}", response_model=Revision)
def revision(request: Request, article_id: Number, number: Versioned) -> Response:
    """One version of a report."""

    def make(archive: Archive) -> Revision:
        kept = archive.revisions(article_id)
        found = next((one for one in kept if one.number == number), None)
        if found is None:
            raise NotFoundError(f"article {article_id} has {len(kept)} revisions: none is {number}")
        return found

    return answer(request, Revision, make)


@router.get("/articles/{article_id}/captures", response_model=Captures)
def captures(request: Request, article_id: Number) -> Response:
    """What servers answered for a report's addresses, without the payloads."""
    return answer(request, Captures, lambda archive: Captures(article_id, archive.captures(article_id)))


@router.get("/articles/{article_id}/citation", response_model=Cited)
def citation(
    request: Request,
    article_id: Number,
    style: Annotated[str, Query(description=f"One of {', '.join(STYLES)}", json_schema_extra={"enum": [*STYLES]})] = (
        "apa"
    ),
    revision: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Response:
    """A version of a report (the latest one) as it is cited."""

    def make(archive: Archive) -> Cited:
        cited = archive.citable(article_id, revision)
        return Cited(article_id, cited.archived.revision, style, cite(cited, style))

    return answer(request, Cited, make)


@router.get("/captures/{capture_id}", response_model=Captured)
def capture(request: Request, capture_id: Number) -> Response:
    """A capture: what the server said, and the SHA-256 of what it sent."""

    def make(archive: Archive) -> Captured:
        with archive.snapshot() as sql:
            found = holdings.capture(sql, capture_id)
            if found is None:
                raise NotFoundError(f"the archive has no capture {capture_id}: a report's /captures list its own")
            return Captured(found.record, found.portal, holdings.report_of(sql, capture_id), found.title)

    return answer(request, Captured, make)


@router.get(
    "/captures/{capture_id}/payload",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes as they were received, whatever they are",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def payload(request: Request, capture_id: Number) -> Response:
    """The payload of a capture, to be kept in a file; its ETag is its SHA-256."""
    with open_archive(request) as archive, archive.snapshot() as sql:
        found = holdings.capture(sql, capture_id)
    tag = f'"{found.record.sha256}"' if found else ""
    kept = fresh.unchanged(request, tag) if tag else None
    if kept is None:
        kept = replay.raw(request, capture_id)
        kept.headers["ETag"] = tag
    return kept
