"""The portals of the archive: how much of each, and under what license."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal_archiver.model import License, PortalStatus
from portal_archiver.store import holdings
from portal_archiver.web.asked import Asked
from portal_archiver.web.pages import render
from portal_archiver.web.reading import open_archive

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A portal, the footer that it showed last, and where its reports are, what is new, and how its runs went."""

    status: PortalStatus
    license: License | None
    href: str
    feed: str
    runs: str


@router.get("/portals")
def portals(request: Request) -> HTMLResponse:
    """All portals by key."""
    with open_archive(request) as archive, archive.snapshot() as sql:
        footers = holdings.footers(sql)
        statuses = request.app.state.overview.of(archive).portals
    entries = [_entry(one, footers.get(one.key)) for one in statuses]
    return render(request, "portals.html", entries=entries)


def _entry(status: PortalStatus, footer: License | None) -> Entry:
    asked = Asked(portal=status.key)
    key = quote(status.key, safe="")
    return Entry(status, footer, asked.link(sort="newest"), f"/portal/{key}/feed.atom", asked.link("/runs"))
