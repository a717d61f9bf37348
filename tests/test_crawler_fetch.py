"""The fetcher: whatever a server does costs at most a page, and the reason is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from hostile_server import BOMB_BYTES, ETAG, MODIFIED, PAGE, HostileServer, portal_of
from portal_archiver.crawler import Fetcher, Limits, Reason
from portal_archiver.crawler.decoding import DecodingError, TooLargeError, decoded
from portal_archiver.crawler.reasons import TABLE
from portal_archiver.model import Fetch, Portal

QUICK = Limits(max_bytes=1_000_000, max_seconds=20, retry_wait=0.005, max_wait=3.0)
IMPATIENT = replace(QUICK, max_seconds=0.2)


def fetch_all(portal: Portal, *urls: str, limits: Limits = QUICK) -> list[Fetch]:
    async def run() -> list[Fetch]:
        async with Fetcher(portal, limits=limits) as fetcher:
            return [await fetcher.fetch(url) for url in urls]

    return asyncio.run(run())


def test_a_page_comes_with_all_that_the_server_said(server: HostileServer) -> None:
    (fetch,) = fetch_all(portal_of(server, contact="https://thuvien.example"), server.url("/conditional"))
    assert fetch.capture is not None
    assert (fetch.reason, fetch.capture.status, fetch.capture.body) == ("", 200, PAGE)
    assert fetch.capture.header("etag") == ETAG
    assert ("Content-Type", "text/html; charset=utf-8") in fetch.capture.headers
    agent = server.arrivals[-1].headers["user-agent"]
    assert agent.startswith("portal-archiver/")
    assert agent.endswith("(+https://thuvien.example)")


def test_an_unchanged_page_is_not_sent_again(server: HostileServer) -> None:
    async def run() -> tuple[Fetch, Fetch]:
        async with Fetcher(portal_of(server)) as fetcher:
            url = server.url("/conditional")
            return await fetcher.fetch(url, etag=ETAG), await fetcher.fetch(url, last_modified=MODIFIED)

    for fetch in asyncio.run(run()):
        assert fetch.capture is not None
        assert (fetch.reason, fetch.capture.status, fetch.capture.body) == ("", 304, b"")


def test_validators_that_cannot_be_sent_are_left_out(server: HostileServer) -> None:
    async def run() -> Fetch:
        async with Fetcher(portal_of(server)) as fetcher:
            return await fetcher.fetch(server.url("/conditional"), etag='"đ\r\nX: y"', last_modified="")

    fetch = asyncio.run(run())
    assert fetch.capture is not None
    assert fetch.capture.status == 200
    assert "if-none-match" not in server.arrivals[-1].headers


@pytest.mark.parametrize("path", ["/gzip", "/gzip-twice", "/deflate", "/raw-deflate", "/br", "/zstd", "/no-type"])
def test_every_content_coding_is_undone(server: HostileServer, path: str) -> None:
    (fetch,) = fetch_all(portal_of(server), server.url(path))
    assert fetch.capture is not None
    assert fetch.capture.body == PAGE


@pytest.mark.parametrize(
    ("path", "reason", "requests"),
    [
        ("/missing", Reason.NOT_FOUND, 1),
        ("/gone", Reason.GONE, 1),
        ("/gone-file", Reason.NOT_FOUND, 1),
        ("/forbidden", Reason.FORBIDDEN, 1),
        ("/bad-request", Reason.CLIENT_ERROR, 1),
        ("/no-content", Reason.UNEXPECTED_STATUS, 1),
        ("/lying-304", Reason.UNEXPECTED_STATUS, 1),
        ("/broken", Reason.SERVER_ERROR, 3),
        ("/reset", Reason.RESET, 3),
        ("/hangs-up", Reason.RESET, 3),
        ("/too-short", Reason.INCOMPLETE, 3),
        ("/no-http", Reason.BAD_HTTP, 1),
        ("/http-0.9", Reason.BAD_HTTP, 1),
        ("/no-status", Reason.BAD_HTTP, 1),
        ("/garbage-headers", Reason.BAD_HTTP, 1),
        ("/huge-header", Reason.BAD_HTTP, 1),
        ("/many-headers", Reason.BAD_HTTP, 1),
        ("/two-lengths", Reason.BAD_HTTP, 1),
        ("/minus-length", Reason.BAD_HTTP, 1),
        ("/cut-status", Reason.RESET, 3),
        ("/cut-headers", Reason.RESET, 3),
        ("/switching", Reason.UNEXPECTED_STATUS, 1),
        ("/moved-nowhere", Reason.UNEXPECTED_STATUS, 1),
        ("/cut-chunks", Reason.INCOMPLETE, 3),
        ("/endless", Reason.TOO_LARGE, 1),
        ("/announces-much", Reason.TOO_LARGE, 1),
        ("/no-gzip", Reason.BAD_ENCODING, 1),
        ("/cut-gzip", Reason.BAD_ENCODING, 1),
        ("/unknown-coding", Reason.BAD_ENCODING, 1),
        ("/file", Reason.NOT_HTML, 1),
        ("/loop", Reason.REDIRECT_LOOP, 2),
        ("/chain", Reason.TOO_MANY_REDIRECTS, 11),
        ("/to-file", Reason.FILE, 1),
        ("/to-mail", Reason.BAD_URL, 1),
        ("/to-nowhere", Reason.BAD_URL, 1),
        ("/to-other-host", Reason.OFF_HOST, 1),
        ("/to-metadata", Reason.OFF_HOST, 1),
    ],
)
def test_every_fault_has_its_reason_and_only_what_heals_is_tried_again(
    server: HostileServer, path: str, reason: Reason, requests: int
) -> None:
    fetch, after = fetch_all(portal_of(server), server.url(path), server.url("/page"))
    assert (fetch.reason, bool(fetch.detail)) == (reason, True)
    assert len(server.arrivals) == 1 + requests + 1  # robots.txt before, the page after
    assert after.capture is not None
    assert after.capture.body == PAGE


@pytest.mark.parametrize("path", ["/early-hints", "/wrong-charset", "/unknown-charset", "/empty"])
def test_what_is_odd_but_no_fault_is_taken_byte_for_byte(server: HostileServer, path: str) -> None:
    (fetch,) = fetch_all(portal_of(server), server.url(path))
    assert fetch.capture is not None
    assert (fetch.reason, fetch.capture.status) == ("", 200)
    assert fetch.capture.body == (b"" if path == "/empty" else PAGE)


def test_what_is_gone_is_kept_with_its_reason(server: HostileServer) -> None:
    gone, file, broken = fetch_all(
        portal_of(server), server.url("/gone"), server.url("/gone-file"), server.url("/broken")
    )
    assert gone.capture is not None
    assert file.capture is not None
    assert (gone.capture.status, gone.capture.body) == (410, PAGE)
    assert (file.capture.status, file.capture.body) == (404, b"")
    assert broken.capture is None


def test_a_body_longer_than_announced_never_runs_into_the_next(server: HostileServer) -> None:
    fetch, after = fetch_all(portal_of(server), server.url("/too-long"), server.url("/page"))
    # Whether the client sees the surplus depends on how the network cuts the stream.
    assert fetch.reason == Reason.BAD_HTTP or (fetch.capture is not None and fetch.capture.body == PAGE[:-10])
    assert after.capture is not None
    assert after.capture.body == PAGE


@pytest.mark.parametrize("path", ["/slow-loris", "/slow-headers", "/slow-header", "/interim-for-ever", "/silent"])
def test_a_server_that_takes_its_time_gets_no_more_than_the_limit(server: HostileServer, path: str) -> None:
    (fetch,) = fetch_all(portal_of(server), server.url(path), limits=IMPATIENT)
    assert (fetch.reason, fetch.capture) == (Reason.TIMEOUT, None)
    assert server.paths().count(path) == IMPATIENT.tries


def test_a_body_that_breaks_its_framing_costs_no_more_than_the_limit(server: HostileServer) -> None:
    limits = replace(QUICK, max_seconds=1, tries=1)
    fetch, after = fetch_all(portal_of(server), server.url("/broken-chunks"), server.url("/page"), limits=limits)
    assert fetch.reason in (Reason.BAD_HTTP, Reason.INCOMPLETE, Reason.TIMEOUT)  # aiohttp's C parser stays silent
    assert after.capture is not None


@pytest.mark.parametrize("path", ["/bomb-gzip", "/bomb-gzip-twice", "/bomb-br", "/bomb-zstd"])
def test_a_decompression_bomb_stops_at_the_limit(server: HostileServer, path: str) -> None:
    (fetch,) = fetch_all(portal_of(server), server.url(path), limits=QUICK)
    assert fetch.reason == Reason.TOO_LARGE
    assert QUICK.max_bytes < BOMB_BYTES


def test_a_body_of_exactly_the_limit_is_taken(server: HostileServer) -> None:
    exactly, more = (replace(QUICK, max_bytes=len(PAGE) - less) for less in (0, 1))
    for path in ("/page", "/gzip"):
        assert fetch_all(portal_of(server), server.url(path), limits=exactly)[0].reason == ""
        assert fetch_all(portal_of(server), server.url(path), limits=more)[0].reason == Reason.TOO_LARGE


def test_a_sitemap_may_be_larger_than_a_page(server: HostileServer) -> None:
    limits = replace(QUICK, max_bytes=1000)
    (fetch,) = fetch_all(portal_of(server), server.url("/sitemap-12kb"), limits=limits)
    assert fetch.capture is not None
    assert len(fetch.capture.body) > limits.max_bytes


def test_a_portal_sets_its_own_limits(server: HostileServer) -> None:
    """Each of them makes the difference; what is given to the fetcher itself wins."""

    def reason(path: str, limits: Limits | None = None, **settings: float) -> str:
        async def run() -> Fetch:
            async with Fetcher(portal_of(server, **settings), limits=limits) as fetcher:
                return await fetcher.fetch(server.url(path))

        return asyncio.run(run()).reason

    assert reason("/page", max_bytes=len(PAGE) - 1) == Reason.TOO_LARGE
    assert reason("/page", max_bytes=len(PAGE)) == ""
    assert reason("/silent", max_seconds=0.1, tries=1) == Reason.TIMEOUT
    assert reason("/moved", max_redirects=0) == Reason.TOO_MANY_REDIRECTS
    assert reason("/moved", max_redirects=1) == ""
    assert reason("/reset", tries=1) == Reason.RESET
    assert server.paths().count("/reset") == 1
    assert reason("/page", Limits(), max_bytes=1) == ""


def test_a_portal_that_sets_no_limits_has_the_usual_ones() -> None:
    portal = Portal(("https://bachhai.example/",))
    assert Limits.of(portal) == Limits()
    patient = Limits.of(replace(portal, max_seconds=600.0))
    assert (patient.read_seconds, patient.connect_seconds) == (300.0, 150.0)
    assert Limits.of(replace(portal, max_seconds=5.0)) == replace(Limits(), max_seconds=5.0)


def test_redirects_are_followed_and_the_last_address_is_told(server: HostileServer) -> None:
    moved, vietnamese, cookie = fetch_all(
        portal_of(server), server.url("/moved"), server.url("/moved-utf8"), server.url("/cookie-wall")
    )
    assert moved.capture is not None
    assert (moved.capture.url, moved.capture.final_url) == (server.url("/moved"), server.url("/page"))
    assert vietnamese.capture is not None
    assert vietnamese.capture.final_url == server.url("/tin-t%E1%BB%A9c")
    assert cookie.capture is not None
    assert cookie.capture.body == PAGE


def test_what_heals_is_tried_until_it_works(server: HostileServer) -> None:
    (fetch,) = fetch_all(portal_of(server), server.url("/flaky"))
    assert (fetch.reason, server.paths().count("/flaky")) == ("", 3)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (lambda server: f"http://127.0.0.1:{free_port()}/", Reason.REFUSED),
        (lambda server: "http://bachhai.invalid/", Reason.DNS),
        (lambda server: server.url("/").replace("http:", "https:"), Reason.TLS),
    ],
)
def test_an_unreachable_portal_says_so_at_once(
    server: HostileServer, url: Callable[[HostileServer], str], reason: Reason
) -> None:
    start = url(server)
    (fetch,) = fetch_all(Portal(start=(start,), delay=0.0, allow_private=True), start)
    assert (fetch.reason, fetch.capture) == (reason, None)
    assert Reason(fetch.reason).unreachable
    assert "robots.txt" in fetch.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_private_address_is_connected_to_unless_the_portal_says_so(server: HostileServer, host: str) -> None:
    start = server.url("/page", host)
    forbidden = Portal(start=(start,), delay=0.0)
    assert fetch_all(forbidden, start)[0].reason == Reason.PRIVATE_ADDRESS
    assert server.arrivals == []
    assert fetch_all(replace(forbidden, allow_private=True), start)[0].reason == ""


def test_a_redirect_leads_to_no_private_address(server: HostileServer) -> None:
    """As if 127.0.0.1 were public and 127.0.0.2 were not: the rule is asked about the address connected to."""
    portal = portal_of(server, hosts=("127.0.0.1", "127.0.0.2"))
    asked: list[str] = []

    def may_connect(address: str) -> bool:
        asked.append(address)
        return address == "127.0.0.1"

    async def run() -> Fetch:
        async with Fetcher(portal, limits=QUICK, may_connect=may_connect) as fetcher:
            return await fetcher.fetch(server.url("/to-neighbor"))

    assert asyncio.run(run()).reason == Reason.PRIVATE_ADDRESS
    assert asked[-1] == "127.0.0.2"
    assert server.paths() == ["/robots.txt", "/to-neighbor"]


def test_a_dead_host_is_given_up_after_some_tries(server: HostileServer) -> None:
    urls = [server.url(f"/reset?{number}") for number in range(20)]
    fetches = fetch_all(portal_of(server), *urls, limits=replace(QUICK, failures=6))
    assert [fetch.reason for fetch in fetches] == [Reason.RESET] * 20
    assert len(server.arrivals) == 1 + 6


def test_every_reason_has_a_sentence_and_a_consequence() -> None:
    assert set(TABLE) == set(Reason)
    for reason in Reason:
        assert reason.sentence
        assert reason.state in ("failed", "gone", "skipped")
        assert not reason.heals or reason.state == "failed"


def test_more_than_three_layers_of_compression_are_no_accident() -> None:
    with pytest.raises(DecodingError):
        decoded(b"", "gzip, gzip, gzip, gzip", 10)
    with pytest.raises(TooLargeError):
        decoded(b"12345678901", "identity", 10)
