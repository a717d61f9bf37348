"""Nights on a portal: what was asked of it."""

from __future__ import annotations

from growing_portal import GrowingPortal, pass_time, portal_of
from portal_archiver.model import Portal
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive

LISTS = 40  # pages of the list of news


def reports_in(asked: list[str]) -> set[str]:
    return {path for path in asked if path.startswith("/bai/")}


def lists_in(asked: list[str]) -> list[str]:
    """The pages of the list that there were from the beginning."""
    return sorted(path for path in asked if path in {"/tin-tuc", *(f"/tin-tuc?page={n}" for n in range(2, LISTS + 1))})


def first_night(site: GrowingPortal, archive: Archive, **settings: object) -> Portal:
    portal = rarely(site, **settings)
    assert crawl(portal, archive).waiting == 0
    assert len(reports_in(site.night())) == len(site.reports)
    pass_time(archive, days=1)
    return portal


def rarely(site: GrowingPortal, **settings: object) -> Portal:
    """The portal, of which no report is due for itself so soon."""
    return portal_of(site, recheck=(90,), **settings)
