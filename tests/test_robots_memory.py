"""robots.txt from one run to the next: remembered for a day and no longer, in a real archive, and never a failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hostile_server import HostileServer
from portal_archiver.model import Portal, RobotsText, RunReport
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive

CLOSED = "User-agent: *\nDisallow: /\n"
OPEN = "User-agent: *\nDisallow: /gzip\n"
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def location(server: HostileServer) -> str:
    return server.url("/robots.txt")


def night(server: HostileServer, archive: Archive, path: str = "/page", *, recheck: bool = False) -> RunReport:
    portal = Portal((server.url(path),), key="bachhai", delay=0, allow_private=True, tries=1)
    return crawl(portal, archive, recheck=recheck)


def asked(server: HostileServer) -> int:
    return server.paths().count("/robots.txt")


def aged(server: HostileServer, archive: Archive, age: timedelta) -> None:
    """Make what is remembered as old as this; a negative age is what a clock that jumped back leaves."""
    known = archive.remembered_robots(location(server))
    assert known
    archive.remember_robots(RobotsText(known.location, datetime.now(UTC) - age, known.status, known.text))


def test_it_is_asked_for_once_a_day_and_obeyed_in_every_run(archive: Archive) -> None:
    with HostileServer(robots=OPEN) as server:
        for path in ("/page", "/gzip", "/conditional"):
            assert dict(night(server, archive, path).reasons) == ({"robots": 1} if path == "/gzip" else {})
        assert asked(server) == 1
        assert "/gzip" not in server.paths()
        known = archive.remembered_robots(location(server))
        assert known
        assert (known.status, known.text) == (200, OPEN)
        assert datetime.now(UTC) - known.fetched_at < MINUTE


def test_what_was_not_asked_is_not_counted(archive: Archive) -> None:
    with HostileServer() as server:
        first, second = night(server, archive), night(server, archive)
        assert first.requests + second.requests == len(server.arrivals)
        assert asked(server) == 1


@pytest.mark.parametrize(
    ("age", "again"),
    [(DAY - MINUTE, False), (DAY + MINUTE, True), (400 * DAY, True), (-MINUTE, True), (-400 * DAY, True)],
)
def test_it_is_believed_for_a_day_whatever_the_clock_does(archive: Archive, age: timedelta, again: bool) -> None:
    with HostileServer(robots=CLOSED) as server:
        assert set(night(server, archive).reasons) == {"robots"}
        server.robots = OPEN
        aged(server, archive, age)
        assert ("robots" in night(server, archive, "/page?2").reasons) != again
        assert ("/page?2" in server.paths()) == again
        assert asked(server) == (2 if again else 1)
        known = archive.remembered_robots(location(server))
        assert known
        assert known.text == (OPEN if again else CLOSED)


def test_a_recheck_asks_anew_and_remembers_the_answer(archive: Archive) -> None:
    with HostileServer(robots=CLOSED) as server:
        night(server, archive)
        server.robots = OPEN
        assert not night(server, archive, recheck=True).reasons
        assert not night(server, archive, "/conditional").reasons
        assert asked(server) == 2
        assert {"/page", "/conditional"} <= set(server.paths())


def test_that_there_is_none_is_remembered_too(archive: Archive) -> None:
    with HostileServer(robots=404) as server:
        assert [night(server, archive, path).failed for path in ("/page", "/conditional")] == [0, 0]
        assert asked(server) == 1
        known = archive.remembered_robots(location(server))
        assert known
        assert (known.status, known.text) == (404, "")


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failure_is_not_remembered(archive: Archive, status: int) -> None:
    with HostileServer(robots=status) as server:
        assert set(night(server, archive).reasons) == {"robots-unreachable"}
        assert archive.remembered_robots(location(server)) is None
        server.robots = OPEN
        assert not night(server, archive, "/conditional").reasons
        assert asked(server) == 2
        assert "/conditional" in server.paths()


def test_a_failure_leaves_what_was_remembered_and_closes_the_host_all_the_same(archive: Archive) -> None:
    """What is older than a day is not believed because nothing newer came (RFC 9309 §2.3.1.4)."""
    with HostileServer(robots=OPEN) as server:
        night(server, archive)
        aged(server, archive, DAY + MINUTE)
        server.robots = 503
        assert set(night(server, archive, "/conditional").reasons) == {"robots-unreachable"}
        assert "/conditional" not in server.paths()


def test_a_crawl_delay_that_is_remembered_is_kept(archive: Archive) -> None:
    with HostileServer(robots="User-agent: *\nCrawl-delay: 0.2\n") as server:
        night(server, archive)
        before = len(server.arrivals)
        night(server, archive, "/conditional")
        assert asked(server) == 1
        assert len(server.gaps()[before:]) > 0
        assert min(server.gaps()[before:]) >= 0.2


def test_hosts_and_ports_are_told_apart(archive: Archive) -> None:
    with HostileServer(robots=CLOSED) as server, HostileServer(robots=OPEN) as other:
        assert set(night(server, archive).reasons) == {"robots"}
        assert not night(other, archive).reasons
        assert (asked(server), asked(other)) == (1, 1)


def test_any_text_comes_back_as_it_was_read(archive: Archive) -> None:
    with HostileServer(robots="Disallow: /\x00\ufffd\r\n# Bạch Hải 🐟\n" + 600_000 * "a") as server:
        night(server, archive)
        known = archive.remembered_robots(location(server))
        assert known
        assert known.text.startswith("Disallow: /\x00\ufffd\r\n# Bạch Hải 🐟\n")
        assert len(known.text.encode()) == 500 * 1024
