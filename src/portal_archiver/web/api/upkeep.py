"""Portals, runs, and what the archive holds in figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from portal_archiver.model import PortalStatus
from portal_archiver.store import Archive, holdings
from portal_archiver.web.api.answers import PREFIX, PROBLEMS, answer
from portal_archiver.web.api.shapes import Count, Portals, Run, Runs, Stats, counts
from portal_archiver.web.numbers import Number
from portal_archiver.web.troubles import NotFoundError

MOST_RUNS = 500
MOST_EVENTS = 1_000
router = APIRouter(prefix=PREFIX, responses=PROBLEMS, tags=["upkeep"])


@router.get("/portals", response_model=Portals)
def portals(request: Request) -> Response:
    """How every portal stands: what it holds, its last run and its last good one."""
    return answer(request, Portals, lambda archive: Portals(archive.portals()))


@router.get("/portals/{key}", response_model=PortalStatus)
def portal(request: Request, key: Annotated[str, Path(min_length=1, max_length=200)]) -> Response:
    """How one portal stands."""

    def make(archive: Archive) -> PortalStatus:
        found = next((one for one in archive.portals() if one.key == key), None)
        if found is None:
            raise NotFoundError(f"the archive has no portal {key[:60]!r}: {PREFIX}/portals lists them")
        return found

    return answer(request, PortalStatus, make)


@router.get("/runs", response_model=Runs)
def runs(
    request: Request,
    portal: Annotated[str | None, Query(max_length=200, description="The key of a portal")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = 20,
) -> Response:
    """The last runs, of all portals or one; those at work and killed ones among them."""
    return answer(request, Runs, lambda archive: Runs(archive.runs(portal=portal or None, limit=limit)))


@router.get("/runs/{run_id}", response_model=Run)
def run(request: Request, run_id: Number) -> Response:
    """One run, with the addresses that failed (the first 1,000) and why."""

    def make(archive: Archive) -> Run:
        events = archive.events(run_id, limit=MOST_EVENTS + 1)
        return Run(archive.run(run_id), events[:MOST_EVENTS], len(events) <= MOST_EVENTS)

    return answer(request, Run, make)


@router.get("/stats", response_model=Stats)
def stats(request: Request) -> Response:
    """What the archive holds, in figures."""

    def make(archive: Archive) -> Stats:
        statuses = archive.portals()
        with archive.snapshot() as sql:
            reports = holdings.reports(sql)
            captures, first, last = holdings.captured(sql)
            months = holdings.by_month(sql)
        return Stats(
            reports=reports,
            captures=captures,
            first=first,
            last=last,
            newest=max((one.newest for one in statuses if one.newest), default=None),
            portals=tuple(Count(one.key, one.articles) for one in statuses),
            months=counts(months),
        )

    return answer(request, Stats, make)
