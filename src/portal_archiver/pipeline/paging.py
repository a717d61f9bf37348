"""The pages of a list that have no address: asked for by the form of the page that leads to them."""

from __future__ import annotations

from portal_archiver.crawler import Fetcher, Reason
from portal_archiver.model import Capture, Fetch, Portal, Target
from portal_archiver.pipeline.reading import form_for
from portal_archiver.store import Archive
from portal_archiver.urls import postback_of, without_fragment


def is_turned_to(target: Target) -> bool:
    """Whether a target is a page that only a form leads to."""
    return postback_of(target.url) is not None


async def turn_page(fetcher: Fetcher, archive: Archive, portal: Portal, target: Target) -> Fetch:
    """What a target brings whose URL stands for a `Postback`; nothing is remembered but what the archive holds.

    The form is that of the page the target was found on, as it was captured last. Where there is none, or the server
    does not take it any more, the list's own page is asked for (and kept), and its form tried: once.
    """
    brought = None
    before = archive.latest_page(target.found_on, portal=portal.key)
    if before:
        brought = await _press(fetcher, target, before)
        if brought.reason != Reason.STALE_FORM:
            return brought
    first = without_fragment(target.url)
    fresh = await fetcher.fetch(first)
    if fresh.capture is None or fresh.reason:
        return Fetch(target.url, reason=fresh.reason, detail=fresh.detail)
    archive.keep(fresh.capture, portal=portal.key)
    again = await _press(fetcher, target, fresh.capture)
    if again.reason != Reason.NOT_LINKED or target.found_on == first:
        return again
    # The first page of a list need not lead to its tenth: in the next run the ninth may.
    return brought or Fetch(target.url, reason=Reason.STALE_FORM, detail=f"no recent capture of {target.found_on}")


async def _press(fetcher: Fetcher, target: Target, page: Capture) -> Fetch:
    form = form_for(target, page)
    if form is None:
        detail = f"{page.url[:300]}: {Reason.NOT_LINKED.sentence}"
        return Fetch(target.url, reason=Reason.NOT_LINKED, detail=detail)
    return await fetcher.fetch(target.url, form=form)
