"""Feeds: any search, and each portal, as Atom."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from portal_archiver.model import Citable
from portal_archiver.store import Archive, holdings
from portal_archiver.web import atom, fresh, language
from portal_archiver.web.asked import Asked
from portal_archiver.web.reading import open_archive
from portal_archiver.web.troubles import NotFoundError

ENTRIES = 50
VARIES = {"Vary": "Accept-Language, Cookie"}
router = APIRouter(include_in_schema=False)


@router.get("/feed.atom")
def feed(request: Request) -> Response:
    """What a search finds, the newest first; all reports where nothing is asked for."""
    return _answer(request, replace(Asked.read(request.query_params), cursor=""))


@router.get("/portal/{key}/feed.atom")
def portal_feed(request: Request, key: Annotated[str, Path(max_length=200)]) -> Response:
    """The newest reports of a portal."""
    return _answer(request, Asked(portal=key))


def _answer(request: Request, asked: Asked) -> Response:
    words = language.of(request)
    tag = fresh.tag_of(request, words.lang)
    if kept := fresh.unchanged(request, tag):
        kept.headers.update(VARIES)
        return kept
    with open_archive(request) as archive:
        with archive.snapshot() as sql:
            names = holdings.portal_names(sql)
        if asked.portal and asked.portal not in names:
            raise NotFoundError(f"the archive has no portal {asked.portal[:60]!r}: /portals lists them")
        name = names.get(asked.portal, "")
        reports = _reports(archive, asked)
    site = str(request.base_url).rstrip("/")
    said = asked.q or ("" if name else words("results.all"))
    made = atom.Feed(
        title=" · ".join(filter(None, (said, name, words("site")))),
        identity=asked.link("search"),
        address=f"{site}{request.url.path}{'?' if request.url.query else ''}{request.url.query}",
        page=f"{site}{asked.link('/', sort='newest')}",
        site=site,
        author=name or words("site"),
        language=words.lang,
    )
    body = atom.feed(made, reports)
    return Response(body, media_type=f"{atom.MEDIA_TYPE}; charset=utf-8", headers=fresh.headers(tag) | VARIES)


def _reports(archive: Archive, asked: Asked) -> list[Citable]:
    """The newest reports that have all that is asked for."""
    found = archive.search(asked.q, limit=ENTRIES, sort="newest", **asked.narrowed())
    numbers = [] if found.relaxed else [hit.article_id for hit in found.hits]
    reports = {report.archived.id: report for report in archive.citables(articles=numbers)}
    return [reports[number] for number in numbers]
