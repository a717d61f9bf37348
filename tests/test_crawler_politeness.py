"""Politeness, as the server sees it: arrivals are what is judged, never the clock of the crawler."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile_server import HostileServer, portal_of
from portal_archiver.crawler import Fetcher, Limits, Politeness, Reason
from portal_archiver.crawler.exchange import Answer
from portal_archiver.crawler.retry import asked_wait
from portal_archiver.model import Fetch, Portal

LIMITS = Limits(retry_wait=0.01, max_wait=5.0)
DELAY = 0.12


def fetch_together(portal: Portal, *urls: str, limits: Limits = LIMITS) -> list[Fetch]:
    async def run() -> list[Fetch]:
        async with Fetcher(portal, limits=limits) as fetcher:
            async with asyncio.timeout(20):  # far less than the waits that no test should come to
                fetches = await asyncio.gather(*(fetcher.fetch(url) for url in urls))
        return list(fetches)

    return asyncio.run(run())


def test_the_delay_lies_between_any_two_requests(server: HostileServer) -> None:
    """Retries, redirects and robots.txt are requests like all others."""
    urls = [server.url(path) for path in ("/page", "/moved", "/missing", "/flaky", "/gzip")]
    fetches = fetch_together(portal_of(server, delay=DELAY), *urls)
    assert [fetch.reason for fetch in fetches] == ["", "", "not-found", "", ""]
    assert len(server.arrivals) == 1 + 1 + 2 + 1 + 3 + 1
    assert min(server.gaps()) >= DELAY


def test_a_crawl_delay_longer_than_ours_is_kept(server: HostileServer) -> None:
    server.robots = f"User-agent: portal-archiver\nCrawl-delay: {2 * DELAY}\n"
    fetch_together(portal_of(server, delay=DELAY), server.url("/page"), server.url("/gzip"))
    assert min(server.gaps()) >= 2 * DELAY


def test_our_delay_is_kept_where_the_crawl_delay_is_shorter(server: HostileServer) -> None:
    server.robots = "User-agent: *\nCrawl-delay: 0\n"
    fetch_together(portal_of(server, delay=DELAY), server.url("/page"), server.url("/gzip"))
    assert min(server.gaps()) >= DELAY


def test_a_crawl_delay_no_run_can_keep_closes_the_host(server: HostileServer) -> None:
    server.robots = "User-agent: *\nCrawl-delay: 3600\n"
    (fetch,) = fetch_together(portal_of(server), server.url("/page"))
    assert fetch.reason == Reason.ROBOTS
    assert "3600 s" in fetch.detail
    assert server.paths() == ["/robots.txt"]


def test_a_host_that_is_slow_to_answer_is_asked_less_often(server: HostileServer) -> None:
    """Of 0.3 s of work and a pause of 0.01 s it would have no rest."""
    urls = [server.url(f"/slow?{number}") for number in range(4)]
    fetch_together(portal_of(server, delay=0.01), *urls)
    gaps = server.gaps()[2:]  # after robots.txt and the first page, the host is not known to be slow
    assert min(gaps) >= 0.3 + 0.1
    assert gaps[-1] >= 0.3 + 0.18  # the average of one quick and three slow answers, and rising


def test_a_slow_host_is_not_waited_for_without_bound_nor_where_no_delay_is_asked_for(server: HostileServer) -> None:
    urls = [server.url(f"/slow?{number}") for number in range(5)]

    def seconds(delay: float, limits: Limits = LIMITS) -> float:
        began = time.monotonic()
        fetch_together(portal_of(server, delay=delay), *urls, limits=limits)
        return time.monotonic() - began

    patient = seconds(0.01)
    assert seconds(0.01, replace(LIMITS, max_pause=0.02)) < patient
    assert seconds(0.0) < patient


def test_one_request_at_a_time_is_in_flight_to_a_host(server: HostileServer) -> None:
    urls = [server.url(f"/slowish?{number}") for number in range(8)]
    fetches = fetch_together(portal_of(server), *urls)
    assert all(fetch.capture for fetch in fetches)
    assert max(arrival.in_flight for arrival in server.arrivals) == 1


def test_hosts_do_not_wait_for_each_other(server: HostileServer) -> None:
    urls = [server.url("/slowish", host) for host in ("127.0.0.1", "localhost") for _ in range(8)]
    fetch_together(portal_of(server, hosts=("127.0.0.1", "localhost")), *urls)
    assert max(arrival.in_flight for arrival in server.arrivals) == 2


def fetch_side_by_side(*portals: Portal, url: str, limits: Limits = LIMITS) -> list[Fetch]:
    """The same page for several portals at once, as `crawl_all` would."""

    async def one(portal: Portal, politeness: Politeness) -> Fetch:
        async with Fetcher(portal, limits=limits, politeness=politeness) as fetcher:
            return await fetcher.fetch(url)

    async def run() -> list[Fetch]:
        politeness = Politeness(limits)
        async with asyncio.timeout(20):
            return list(await asyncio.gather(*(one(portal, politeness) for portal in portals)))

    return asyncio.run(run())


def test_portals_on_one_host_wait_for_each_other_as_long_as_any_of_them_asks(server: HostileServer) -> None:
    server.robots = "User-agent: *\nAllow: /\n"
    portals = [portal_of(server, key=key, delay=delay) for key, delay in (("a", 0), ("b", DELAY), ("c", 0))]
    fetches = fetch_side_by_side(*portals, url=server.url("/slowish"))
    assert [fetch.reason for fetch in fetches] == ["", "", ""]
    assert server.paths() == ["/robots.txt"] + 3 * ["/slowish"]
    assert max(arrival.in_flight for arrival in server.arrivals) == 1
    assert min(server.gaps()[1:]) >= DELAY  # b may come to the host only after robots.txt was read for a


def test_a_crawl_delay_that_one_portal_agrees_to_closes_the_host_to_the_others_alone(server: HostileServer) -> None:
    server.robots = "User-agent: *\nCrawl-delay: 0.3\n"
    hasty, patient = portal_of(server, key="hasty"), portal_of(server, key="patient", delay=0.3)
    limits = replace(LIMITS, max_wait=0.1)
    refused, page = fetch_side_by_side(hasty, patient, url=server.url("/page"), limits=limits)
    assert (refused.reason, page.reason) == (Reason.ROBOTS, "")
    assert server.gaps()[0] >= 0.3


def test_a_portal_that_may_not_go_inside_does_not_close_the_inside_to_another(server: HostileServer) -> None:
    inside = server.url("/page", "localhost")
    hosts = ("localhost",)
    portals = portal_of(server, hosts=hosts, allow_private=False), portal_of(server, hosts=hosts)
    refused, page = fetch_side_by_side(*portals, url=inside)
    assert (refused.reason, page.reason) == (Reason.PRIVATE_ADDRESS, "")


@pytest.mark.parametrize("path", ["/busy-seconds", "/busy-date"])
def test_retry_after_holds_the_whole_host_back(server: HostileServer, path: str) -> None:
    fetches = fetch_together(portal_of(server), server.url(path), server.url("/page"))
    assert [fetch.reason for fetch in fetches] == ["", ""]
    assert len(server.arrivals) == 4
    assert server.gaps()[1] >= 0.9  # a date has whole seconds: "in two seconds" is more than one


@pytest.mark.parametrize("path", ["/busy-silent", "/busy-nonsense"])
def test_an_overloaded_server_that_names_no_time_is_given_some(server: HostileServer, path: str) -> None:
    fetches = fetch_together(portal_of(server), server.url(path), server.url("/page"), limits=Limits(retry_wait=0.2))
    assert [fetch.reason for fetch in fetches] == ["", ""]
    assert server.gaps()[1] >= 0.2


def test_a_host_that_asks_for_a_day_is_left_alone_for_the_run(server: HostileServer) -> None:
    patient = Limits(retry_wait=60.0)
    first, other = fetch_together(portal_of(server), *map(server.url, ("/busy-for-a-day", "/page")), limits=patient)
    assert (first.reason, other.reason) == (Reason.TOO_MANY_REQUESTS, Reason.TOO_MANY_REQUESTS)
    assert "86400 s" in other.detail
    assert server.paths() == ["/robots.txt", "/busy-for-a-day"]


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (503, "120", 120.0),
        (429, "Sat, 01 Aug 2026 00:02:00 GMT", 120.0),
        (429, "Fri, 31 Jul 2026 00:00:00 GMT", 0.0),
        (503, "9" * 400, 999_999_999.0),
        (503, "-5", None),
        (503, "Mon, 99 Foo 2026", None),
        (503, "", None),
        (500, "120", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(status: int, value: str, seconds: float | None) -> None:
    answer = Answer("http://bachhai.example/", status, (("Retry-After", value),))
    assert asked_wait(answer, datetime(2026, 8, 1, tzinfo=UTC)) == seconds


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ Aug \d{1,6} \d+:\d+:\d+ [+-]\d+"))
def test_any_retry_after_is_read_or_passed_over(value: str) -> None:
    seconds = asked_wait(Answer("http://bachhai.example/", 503, (("Retry-After", value),)))
    assert seconds is None or seconds >= 0


def test_a_host_that_is_always_overloaded_is_given_up(server: HostileServer) -> None:
    urls = [server.url(f"/overloaded?{number}") for number in range(6)]
    fetches = fetch_together(portal_of(server), *urls, limits=Limits(retry_wait=0.001, failures=7))
    assert {fetch.reason for fetch in fetches} == {Reason.TOO_MANY_REQUESTS}
    assert len(server.arrivals) == 1 + 7


def test_robots_txt_is_asked_once_and_obeyed(server: HostileServer) -> None:
    server.robots = "User-agent: *\nDisallow: /\n\nUser-agent: portal-archiver\nDisallow: /gzip\nAllow: /\n"
    page, closed, moved = fetch_together(portal_of(server), *map(server.url, ("/page", "/gzip", "/moved")))
    assert (page.reason, closed.reason, moved.reason) == ("", Reason.ROBOTS, "")
    assert server.paths().count("/robots.txt") == 1
    assert "/gzip" not in server.paths()


def test_a_redirect_into_a_disallowed_place_ends_there(server: HostileServer) -> None:
    server.robots = "User-agent: *\nDisallow: /page\n"
    (fetch,) = fetch_together(portal_of(server), server.url("/moved"))
    assert fetch.reason == Reason.ROBOTS
    assert server.paths() == ["/robots.txt", "/moved"]


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_host_without_robots_txt_allows_all(server: HostileServer, status: int) -> None:
    server.robots = status
    assert fetch_together(portal_of(server), server.url("/page"))[0].reason == ""


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_host_that_cannot_say_what_it_allows_allows_nothing(server: HostileServer, status: int) -> None:
    server.robots = status
    fetches = fetch_together(portal_of(server), server.url("/page"), server.url("/gzip"))
    assert [fetch.reason for fetch in fetches] == [Reason.ROBOTS_UNREACHABLE] * 2
    assert str(status) in fetches[0].detail
    assert server.paths() == ["/robots.txt"] * LIMITS.tries


def test_what_stands_beyond_500_kib_of_robots_txt_is_not_read(server: HostileServer) -> None:
    server.robots = "User-agent: *\nDisallow: /gzip\n" + "#" * 600_000 + "\nDisallow: /page\n"
    page, closed = fetch_together(portal_of(server), server.url("/page"), server.url("/gzip"))
    assert (page.reason, closed.reason) == ("", Reason.ROBOTS)


def test_robots_txt_may_be_moved_to_another_place(server: HostileServer) -> None:
    with HostileServer(robots="User-agent: *\nDisallow: /gzip\n") as other:
        server.robots_location = other.url("/robots.txt", "localhost")
        page, closed = fetch_together(portal_of(server), server.url("/page"), server.url("/gzip"))
    assert (page.reason, closed.reason) == ("", Reason.ROBOTS)


@pytest.mark.parametrize("location", ["http://[bad", "ftp://bachhai.example/robots.txt", "/" + 5000 * "a"])
def test_a_robots_txt_that_is_moved_nowhere_counts_as_none(server: HostileServer, location: str) -> None:
    server.robots_location = location
    server.robots = 404
    assert fetch_together(portal_of(server), server.url("/page"))[0].reason == ""
    assert set(server.paths()) == {"/robots.txt", "/page"}


def test_a_robots_txt_that_is_a_web_page_forbids_nothing(server: HostileServer) -> None:
    server.robots = "<!doctype html><html><title>404</title>\x00\ufeff<p>Disallow nothing</p></html>"
    assert fetch_together(portal_of(server), server.url("/page"))[0].reason == ""
