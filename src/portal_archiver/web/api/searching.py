"""Searching, and taking what was found along."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from portal_archiver.store import Archive
from portal_archiver.web.api.answers import PREFIX, PROBLEMS, Responses, answer
from portal_archiver.web.api.shapes import Found, found
from portal_archiver.web.asked import LONGEST_CURSOR, LONGEST_QUERY
from portal_archiver.web.exporting import Source, Streamed, exported

MOST = 100  # hits of a page
router = APIRouter(prefix=PREFIX, responses=PROBLEMS, tags=["search"])

Text = Annotated[str | None, Query(max_length=200)]
Day = Annotated[str | None, Query(max_length=40, description="2024-11-15, 15/11/2024, 11/2024, 2024, last 30 days")]


class Sort(StrEnum):
    """The orders of hits."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Form(StrEnum):
    """The formats of an export."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    BIBTEX = "bibtex"
    RIS = "ris"
    WACZ = "wacz"


def source(
    q: Annotated[
        str,
        Query(
            max_length=LONGEST_QUERY,
            description='Words, with or without diacritics; "a phrase", -word, a OR b, word*, =exact, title:word',
        ),
    ] = "",
    portal: Annotated[str | None, Query(max_length=200, description="The key of a portal")] = None,
    section: Text = None,
    author: Text = None,
    photographer: Text = None,
    since: Day = None,
    until: Day = None,
    has_photo: bool | None = None,
    has_attachment: bool | None = None,
    revised_since: Day = None,
    exact: Annotated[bool, Query(description="With these diacritics")] = False,
) -> Source:
    """What is asked for, and what narrows it; each is None where it is not said."""
    narrowed: dict[str, Any] = {
        "portal": portal,
        "section": section,
        "author": author,
        "photographer": photographer,
        "since": since,
        "until": until,
        "has_photo": has_photo,
        "has_attachment": has_attachment,
        "revised_since": revised_since,
    }
    return Source(q, {name: None if value == "" else value for name, value in narrowed.items()} | {"exact": exact})


Asked = Annotated[Source, Depends(source)]


@router.get("/search", response_model=Found)
def search(
    request: Request,
    asked: Asked,
    sort: Sort | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[
        str | None, Query(max_length=LONGEST_CURSOR, description="From the page before; goes on where that ended")
    ] = None,
    facets: Annotated[bool, Query(description="Count by portal, year, month and section, too")] = False,
) -> Response:
    """Reports with all the words of `q`, or with some of them (`relaxed`) where none has all; all reports without `q`.

    The order is by relevance where words are asked for, else the newest come first.
    """
    order = sort or (Sort.RELEVANCE if asked.query else Sort.NEWEST)

    def make(archive: Archive) -> Found:
        results = archive.search(asked.query, limit=limit, sort=order, cursor=cursor or None, **asked.narrowed)
        return found(results, archive.facets(asked.query, **asked.narrowed) if facets else None)

    return answer(request, Found, make)


_SENT: Responses = {
    200: {
        "description": "A file, sent while it is made",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    501: PROBLEMS[404] | {"description": "The server has no library for this format"},
}


@router.get("/export/{form}", response_class=Response, responses=_SENT)
def export(request: Request, form: Form, asked: Asked) -> Streamed:
    """All reports that have all that is asked for, as a file; `wacz` has their captures.

    A file that breaks off is not whole: what is sent ends with the connection then.
    """
    return exported(request, form, asked)
