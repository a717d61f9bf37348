"""The first page: one box and what the archive holds, or what was found."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal_archiver.store import Archive, holdings
from portal_archiver.web.asked import Asked
from portal_archiver.web.histogram import histogram
from portal_archiver.web.overview import Overview
from portal_archiver.web.pages import render, words_of
from portal_archiver.web.reading import open_archive
from portal_archiver.web.results import marked, result_page
from portal_archiver.web.understanding import left_out, refused

router = APIRouter(include_in_schema=False)


@router.get("/")
def search(request: Request) -> HTMLResponse:
    """The search page, and the result page where anything is asked for (`?all=1`: for all reports)."""
    asked = Asked.read(request.query_params)
    if problem := refused(asked, words_of(request)):
        unfiltered = Asked(q=asked.q).link() if asked.q else "/"
        return render(request, "misunderstood.html", status=400, asked=asked, problem=problem, unfiltered=unfiltered)
    with open_archive(request) as archive, archive.snapshot() as sql:
        names = holdings.portal_names(sql)
        if asked.is_empty and not {"all", "q"} & set(request.query_params):
            return _home(request, archive, asked, names)
        return _found(request, archive, asked, names)


def _home(request: Request, archive: Archive, asked: Asked, names: dict[str, str]) -> HTMLResponse:
    overview: Overview = request.app.state.overview.of(archive)
    bars = histogram(overview.months, lambda when: Asked(since=when, until=when).link())
    context: dict[str, Any] = {"overview": overview, "bars": bars, "left_out": left_out(request.query_params)}
    return render(request, "home.html", asked=asked, marked=marked, names=names, **context)


def _found(request: Request, archive: Archive, asked: Asked, names: dict[str, str]) -> HTMLResponse:
    size = request.app.state.settings.page_size
    narrowed = asked.narrowed()
    results = archive.search(asked.q, limit=size, sort=asked.order, cursor=asked.cursor or None, **narrowed)
    facets = archive.facets(asked.q, **narrowed)
    page = result_page(asked, results, facets, size, words_of(request), lambda key: names.get(key, key))
    context: dict[str, Any] = {
        "examples": () if results.hits else request.app.state.overview.of(archive).examples,
        "left_out": left_out(request.query_params),
    }
    return render(request, "results.html", asked=asked, page=page, marked=marked, names=names, **context)
