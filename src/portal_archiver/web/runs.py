"""The runs: whether the archive can be trusted, at a glance, and what went wrong where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal_archiver.model import PortalStatus, RunReport
from portal_archiver.store import holdings
from portal_archiver.web.nights import NIGHTS, SIDE, STATES, STEP, Fared, fared, state_of
from portal_archiver.web.numbers import Number
from portal_archiver.web.pages import render
from portal_archiver.web.plots import HEIGHT, WIDTH, plots
from portal_archiver.web.reading import open_archive
from portal_archiver.web.troubles import NotFoundError

MOST_RUNS = 10_000  # of all portals together: a hundred portals, and more than one run a night
MOST_EVENTS = 500
PLOTTED = 3  # portals whose plots stand on the page of all
router = APIRouter(include_in_schema=False)


@router.get("/runs")
def runs(request: Request, portal: str = "") -> HTMLResponse:
    """The last nights of all portals, or of one with its plots."""
    now = datetime.now().astimezone()
    with open_archive(request) as archive:
        statuses = [one for one in archive.portals() if not portal or one.key == portal]
        since = now - timedelta(days=NIGHTS)
        found = archive.runs(portal=portal or None, limit=MOST_RUNS, since=since)
    if portal and not statuses:
        raise NotFoundError(f"the archive has no portal {portal[:60]!r}")
    told = _fared(statuses, found, now)
    return render(
        request,
        "runs.html",
        portal=portal,
        fared=told,
        well=[one for one in told if not one.troubles],
        plots={one.status.key: plots(one.runs) for one in told} if len(told) <= PLOTTED else {},
        states=STATES,
        drawing={"step": STEP, "side": SIDE, "width": NIGHTS * STEP, "plot": (WIDTH, HEIGHT)},
    )


def _fared(statuses: Sequence[PortalStatus], found: Sequence[RunReport], now: datetime) -> list[Fared]:
    """Those that need a look first, then by name."""
    by_portal: dict[str, list[RunReport]] = {}
    for run in found:
        by_portal.setdefault(run.portal, []).append(run)
    told = [fared(one, by_portal.get(one.key, ()), now) for one in statuses]
    return sorted(told, key=lambda one: (not one.troubles, one.status.name or one.status.key))


@router.get("/runs/{run_id}")
def run(request: Request, run_id: Number) -> HTMLResponse:
    """One run: its figures, its alarms, and the addresses that failed."""
    with open_archive(request) as archive:
        found = archive.run(run_id)
        events = archive.events(run_id, limit=MOST_EVENTS)
        with archive.snapshot() as sql:
            name = holdings.portal_names(sql)[found.portal]
    return render(request, "run.html", run=found, state=state_of(found), events=events, name=name)
