"""A form that is posted: under the rules of every other request, and no oftener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from aspnet_portal import CLOSED, GRID, NEWS, AspNetPortal, Handler
from portal_archiver.crawler import Fetcher, Limits, Reason
from portal_archiver.model import Fetch, Form
from portal_archiver.parser import read_form
from portal_archiver.urls import Postback

SECOND = f"#__doPostBack({GRID},Page$2)"


@pytest.fixture
def site() -> Iterator[AspNetPortal]:
    with AspNetPortal() as site:
        yield site


def press(site: AspNetPortal, *, path: str = NEWS, action: str = "", allow_private: bool = True) -> Fetch:
    """Get the list, and press the button of its second page; the form may name another action."""

    async def run() -> Fetch:
        portal = replace(site.portal(), allow_private=allow_private)
        async with Fetcher(portal, limits=Limits(retry_wait=0.005)) as fetcher:
            url = site.url + NEWS
            form = Form(url)
            if allow_private:
                listed = await fetcher.fetch(url)
                assert listed.capture
                form = read_form(listed.capture.body, url, Postback(GRID, 2)) or form
            form = replace(form, action=action or form.action)
            return await fetcher.fetch(f"{site.url}{path}{SECOND}", form=form)

    return asyncio.run(run())


def test_the_answer_is_a_capture_under_the_name_of_its_page(site: AspNetPortal) -> None:
    fetch = press(site)
    assert fetch.capture
    assert (fetch.reason, fetch.capture.status) == ("", 200)
    assert fetch.capture.url == fetch.capture.final_url == f"{site.url}{NEWS}{SECOND}"
    assert b"?id=4" in fetch.capture.body
    assert b"?id=0" not in fetch.capture.body
    assert site.arrivals[-1].path == NEWS
    assert "content-type" in site.arrivals[-1].headers


@pytest.mark.parametrize("refusal", [Handler.fail, Handler.apologize, Handler.lead_away])
def test_a_form_that_the_server_does_not_take_is_sent_once(
    site: AspNetPortal, refusal: Callable[[Handler], None]
) -> None:
    site.refusal, site.expires_before = refusal, set(range(10))
    assert press(site).reason == Reason.STALE_FORM
    assert site.posts() == [(GRID, "Page$2")]


def test_a_redirect_after_a_form_is_got_and_a_307_posted_again_but_not_for_ever(site: AspNetPortal) -> None:
    site.in_session = True
    assert press(site).capture
    assert [arrival.method for arrival in site.arrivals[-2:]] == ["POST", "GET"]
    site.expires_before = set(range(10))
    site.refusal = lambda request: request.answer(b"", 307, location=request.path)
    site.arrivals.clear()
    site.pages.clear()
    assert press(site).reason == Reason.REDIRECT_LOOP
    assert [arrival.method for arrival in site.arrivals if arrival.path == NEWS] == ["GET", "POST", "POST"]


def test_a_form_is_sent_to_no_address_that_may_not_be_asked_for(site: AspNetPortal) -> None:
    assert press(site, action="http://khac.example/list.aspx").reason == Reason.OFF_HOST
    assert press(site, action=site.url + CLOSED).reason == Reason.ROBOTS
    assert press(site, path=CLOSED).reason == Reason.ROBOTS
    assert press(site, allow_private=False).reason == Reason.PRIVATE_ADDRESS
    assert site.posts() == []
