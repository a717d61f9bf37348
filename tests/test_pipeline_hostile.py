"""A crawl of everything that servers do on a bad day: each costs at most its page, and the archive says why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo_crawl import free_port
from hostile_server import ENDPOINTS, PAGE, HostileServer, portal_of
from portal_archiver.crawler import Reason
from portal_archiver.model import Portal, RunReport
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive

# What becomes of each endpoint that brings no page, asked once, with a second for each request; the rest bring one.
FAULTS = {
    "reset": "/reset /hangs-up /cut-status /cut-headers /flaky",
    "timeout": "/silent /slow-loris /slow-headers /slow-header /interim-for-ever",
    "incomplete": "/too-short /cut-chunks",
    "bad-http": "/no-http /http-0.9 /no-status /garbage-headers /huge-header /many-headers /two-lengths /minus-length",
    "bad-encoding": "/no-gzip /cut-gzip /unknown-coding",
    "too-large": "/endless /announces-much /bomb-gzip /bomb-gzip-twice /bomb-br /bomb-zstd",
    "not-html": "/file",
    "gone": "/gone",
    "not-found": "/gone-file",
    "forbidden": "/forbidden",
    "client-error": "/bad-request",
    "server-error": "/broken",
    "unexpected-status": "/no-content /lying-304 /switching /moved-nowhere",
    "redirect-loop": "/loop /loop-back",
    "too-many-redirects": "/chain",
    "file": "/to-file",
    "bad-url": "/to-mail /to-nowhere",
    "off-host": "/to-other-host /to-metadata /to-neighbor",
}
EXPECTED = {path: reason for reason, paths in FAULTS.items() for path in paths.split()}
# What ends one way or another, as the network happens to cut it; and what closes the whole host, tried elsewhere.
UNSURE = {"/too-long": {"", "bad-http"}, "/broken-chunks": {"bad-http", "incomplete", "timeout"}}
ELSEWHERE = {"/robots.txt", "/overloaded", *(path for path in ENDPOINTS if path.startswith("/busy-"))}
PAGES = [path for path in ENDPOINTS if path not in {*EXPECTED, *UNSURE, *ELSEWHERE}]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def mixed() -> list[str]:
    """All paths, the bad among the good: a host that only fails is left alone."""
    pairs = zip_longest([*EXPECTED, *UNSURE], PAGES * 2)
    return list(dict.fromkeys(path for path in chain.from_iterable(pairs) if path))


def reasons_of(archive: Archive, report: RunReport) -> dict[str, str]:
    return {urlsplit(event.url).path: event.reason for event in archive.events(report.id)}


def test_the_server_knows_more_than_thirty_ways_to_fail() -> None:
    assert set(EXPECTED) <= set(ENDPOINTS)
    assert len(EXPECTED) + len(UNSURE) > 30
    assert set(FAULTS) <= {str(reason) for reason in Reason}


def test_every_fault_costs_its_page_and_is_recorded_and_every_page_is_kept(archive: Archive) -> None:
    with HostileServer() as server:
        start = tuple(server.url(path) for path in mixed())
        portal = portal_of(server, start=start, key="bachhai", max_bytes=1_000_000, max_seconds=1.0, tries=1)
        report = crawl(portal, archive)
        reasons = reasons_of(archive, report)
    for path, possible in UNSURE.items():
        assert reasons.pop(path, "") in possible, path
    assert reasons == EXPECTED
    assert report.stopped is None
    kept = "SELECT url, body_id FROM captures WHERE status IN (200, 203)"
    captured = {urlsplit(row["url"]).path for row in archive.db.query(kept)}
    assert set(PAGES) <= captured
    assert captured.isdisjoint(EXPECTED)


def test_a_dead_host_is_told_by_how_it_is_dead(archive: Archive) -> None:
    with HostileServer() as server:
        for url, reason in {
            f"http://127.0.0.1:{free_port()}/": "refused",
            "http://bachhai.invalid/": "dns",
            server.url("/").replace("http:", "https:"): "tls",
        }.items():
            report = crawl(Portal((url,), key=reason, delay=0, allow_private=True, tries=1), archive)
            assert (report.stopped, dict(report.reasons)) == ("unreachable", {reason: 1})
            (event,) = archive.events(report.id)
            assert (event.url, event.reason, bool(event.detail)) == (url, reason, True)
        report = crawl(Portal((server.url("/"),), key="inside", delay=0, tries=1), archive)
        assert (report.requests, dict(report.reasons)) == (1, {"private-address": 1})
        assert server.arrivals == []


def test_an_etag_that_stays_while_the_page_changes_hides_no_page_that_is_sent(archive: Archive) -> None:
    with HostileServer() as server:
        portal = portal_of(server, start=(server.url("/lying-etag"),))
        for _ in range(3):
            crawl(portal, archive, recheck=True)
        assert server.paths().count("/lying-etag") == 3
    bodies = archive.db.query("SELECT DISTINCT body_id FROM captures WHERE url LIKE '%/lying-etag'")
    assert len(list(bodies)) == 3


def test_a_charset_that_is_not_true_leaves_the_bytes_as_they_came(archive: Archive) -> None:
    with HostileServer() as server:
        start = (server.url("/wrong-charset"), server.url("/unknown-charset"))
        assert crawl(portal_of(server, start=start), archive).failed == 0
    for row in list(archive.db.query("SELECT id FROM captures WHERE url LIKE '%-charset'")):
        assert archive.payload(row["id"]) == PAGE
