"""Lists whose pages have no address: the whole crawl over HTTP, night after night, against a server that checks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aspnet_portal import CLOSED, DOCUMENTS, GRID, NEWS, NEXT, PER_PAGE, AspNetPortal, Handler, numbers_of, published
from demo_crawl import reports_of
from portal_archiver.model import RunReport
from portal_archiver.pipeline import Progress, crawl
from portal_archiver.store import Archive

GRID_PAGES = [(GRID, f"Page${number}") for number in (2, 3, 4, 5)]
ALL_PAGES = Counter([*GRID_PAGES, (NEXT, ""), (NEXT, ""), (NEXT, "")])


@pytest.fixture
def site() -> Iterator[AspNetPortal]:
    with AspNetPortal() as site:
        yield site


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        yield archive


def night(site: AspNetPortal, archive: Archive, *, delay: float = 0, stop_after: int = 0) -> RunReport:
    """One crawl; with `stop_after`, it is told to stop after so many URLs."""
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.done == stop_after:
            stop.set()

    return crawl(site.portal(delay), archive, on_progress=watch, stop=stop)


def archived(archive: Archive) -> list[int]:
    return numbers_of(reports_of(archive))


def everything(site: AspNetPortal) -> list[int]:
    return sorted(site.rows[NEWS] + site.rows[DOCUMENTS])


def page_of(site: AspNetPortal, number: int) -> str:
    return f"{site.url}{NEWS}#__doPostBack({GRID},Page${number})"


def test_every_report_is_found_and_each_page_of_a_list_is_asked_for_once(site: AspNetPortal, archive: Archive) -> None:
    report = night(site, archive)
    assert archived(archive) == everything(site)
    assert Counter(site.posts()) == ALL_PAGES
    assert (report.failed, report.waiting) == (1, 0)  # what robots.txt forbids
    assert dict(report.reasons) == {"robots": 1}


def test_no_button_is_ever_pressed_that_logs_in_votes_or_searches(site: AspNetPortal, archive: Archive) -> None:
    night(site, archive)
    night(site, archive)
    assert site.posts()
    assert site.pressed == {}
    sent = {name for arrival in site.arrivals for name, _ in arrival.fields}
    assert not sent & {"ctl00$Login1$LoginButton", "ctl00$Poll1$btnVote", "ctl00$Search1$btnSearch"}
    assert {"__VIEWSTATE", "__VIEWSTATEGENERATOR", "ctl00$Main$ddlSort", "ctl00$Login1$LoginButton$text"} <= sent
    assert not any(arrival.path.startswith(CLOSED) for arrival in site.arrivals)


def test_a_second_night_turns_the_pages_of_a_list_with_news_and_revises_nothing(
    site: AspNetPortal, archive: Archive
) -> None:
    night(site, archive)
    first = len(site.arrivals)
    site.rows[NEWS].insert(0, 50)
    report = night(site, archive)
    again = [arrival.event for arrival in site.arrivals[first:] if arrival.method == "POST"]
    assert Counter(again) <= Counter({**ALL_PAGES, (GRID, "Page$6"): 1})  # where nothing is new, no further page
    assert {(GRID, "Page$2"), (GRID, "Page$6")} <= set(again)
    assert (report.new, report.changed) == (1, 0)
    assert archived(archive) == everything(site)
    posted = [arrival for arrival in site.arrivals if arrival.method == "POST"]
    assert not any({"if-none-match", "if-modified-since"} & set(arrival.headers) for arrival in posted)


def test_the_dates_beside_reports_on_later_pages_are_theirs(site: AspNetPortal, archive: Archive) -> None:
    night(site, archive)
    for url, stored in reports_of(archive).items():
        (number,) = numbers_of([url])
        assert stored.article.published
        assert (stored.article.published.day, stored.article.published.origin) == (published(number), "listing")


def test_each_page_of_a_list_has_captures_of_its_own(site: AspNetPortal, archive: Archive) -> None:
    night(site, archive)
    for number in (2, 3, 4, 5):
        capture = archive.latest_page(page_of(site, number), portal="bachhai")
        assert capture
        assert capture.url == capture.final_url == page_of(site, number)
        assert f'?id={(number - 1) * PER_PAGE}"'.encode() in capture.body
    kinds = archive.db.query("SELECT kind FROM urls WHERE url LIKE '%doPostBack%'")
    assert [row["kind"] for row in kinds] == ["listing"] * 7


@pytest.mark.parametrize("stop_after", [3, 7, 12, 20])
def test_a_run_that_was_stopped_goes_on_where_it_was(site: AspNetPortal, archive: Archive, stop_after: int) -> None:
    assert night(site, archive, stop_after=stop_after).stopped == "signal"
    before = set(site.posts())
    report = night(site, archive)
    assert (report.stopped, report.waiting) == (None, 0)
    assert archived(archive) == everything(site)
    assert before <= set(site.posts()) == set(ALL_PAGES)
    assert site.pressed == {}


@pytest.mark.parametrize("refusal", [Handler.fail, Handler.apologize, Handler.lead_away])
def test_a_form_that_is_too_old_is_fetched_anew_and_tried_once_more(
    site: AspNetPortal, archive: Archive, refusal: Callable[[Handler], None]
) -> None:
    site.refusal = refusal
    site.expires_before = {1}
    report = night(site, archive)
    assert dict(report.reasons) == {"robots": 1}
    assert archived(archive) == everything(site)
    # Only the forms of the first pages were captured before: one button of each list is pressed twice.
    assert Counter(site.posts()) == ALL_PAGES + Counter([(GRID, "Page$2"), (NEXT, "")])
    assert not any(arrival.path.startswith("/loi.aspx") for arrival in site.arrivals)


def test_a_form_that_is_never_accepted_costs_its_page_and_two_tries(site: AspNetPortal, archive: Archive) -> None:
    site.expires_before = set(range(100))
    report = night(site, archive)
    assert dict(report.reasons) == {"robots": 1, "stale-form": 4}
    assert archived(archive) == sorted([*site.rows[NEWS][:PER_PAGE], *site.rows[DOCUMENTS][:PER_PAGE]])
    assert Counter(site.posts()) == dict.fromkeys([*GRID_PAGES[:3], (NEXT, "")], 2)
    site.expires_before.clear()
    assert night(site, archive).failed == 0  # the next night it is well
    assert archived(archive) == everything(site)


def test_a_page_that_a_list_leads_to_no_more_is_gone(site: AspNetPortal, archive: Archive) -> None:
    night(site, archive)
    before = len(site.posts())
    del site.rows[NEWS][3 * PER_PAGE :]
    report = night(site, archive)
    assert report.reasons["not-linked"] == 1
    assert Counter(site.posts()[before:])[GRID, "Page$4"] == 0
    assert len(archived(archive)) == 9 * PER_PAGE


def test_a_server_that_leads_back_to_the_list_shows_its_page_all_the_same(site: AspNetPortal, archive: Archive) -> None:
    site.in_session = True
    night(site, archive)
    assert archived(archive)[: 5 * PER_PAGE] == site.rows[NEWS]
    assert Counter(site.posts())[GRID, "Page$2"] == 1


def test_forms_are_posted_as_politely_as_pages_are_asked_for(site: AspNetPortal, archive: Archive) -> None:
    del site.rows[NEWS][2 * PER_PAGE :]
    del site.rows[DOCUMENTS][PER_PAGE:]
    night(site, archive, delay=0.05)
    assert site.posts() == [(GRID, "Page$2")]
    assert min(site.gaps()) >= 0.05
