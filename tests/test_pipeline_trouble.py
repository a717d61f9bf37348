"""What goes wrong between portal and archive: a dead portal, a full disk, a page that breaks the parser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo_crawl import Contents, contents, free_port, port_of, portal_at
from hostile_server import PAGE, HostileServer
from portal_archiver.demo import serve, truth
from portal_archiver.errors import ArchiveError, LockedError, PortalArchiverError
from portal_archiver.model import Article, Page, Portal, RunReport
from portal_archiver.parser import parse_page
from portal_archiver.pipeline import Options, Progress, crawl, crawl_all, reading
from portal_archiver.pipeline.options import LEARNING
from portal_archiver.store import Archive


def test_an_unreachable_portal_is_a_report_and_holds_up_no_other(tmp_path: Path) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        dead = portal_at(f"http://127.0.0.1:{free_port()}/", key="xa-dong")
        told: list[Progress] = []
        first, second = crawl_all([dead, portal_at(url)], archive, Options(on_progress=told.append))
        assert (first.portal, first.stopped, first.fetched) == ("xa-dong", "unreachable", 0)
        assert dict(first.reasons) == {"refused": 1}
        assert (second.portal, second.stopped, second.new) == ("bachhai", None, len(truth(url)))
        assert told[0].portal == "bachhai"  # while the dead one was still being asked
        assert set(archive.runs()) == {first, second}
        statuses = {status.key: status for status in archive.portals()}
        assert (statuses["xa-dong"].articles, statuses["xa-dong"].last_success) == (0, None)
        assert statuses["bachhai"].last_success == second.finished_at


def test_portals_on_one_host_share_its_patience_and_its_robots_txt(tmp_path: Path) -> None:
    with HostileServer(robots="User-agent: *\nAllow: /\n") as server, Archive(tmp_path / "archive.db") as archive:
        quick = Portal((server.url("/slowish?a=1"),), key="a", delay=0, allow_private=True)
        slow = Portal((server.url("/slowish?b=1"),), key="b", delay=0.1, allow_private=True)
        assert [report.failed for report in crawl_all([quick, slow], archive)] == [0, 0]
        assert server.paths().count("/robots.txt") == 1
        assert {"/slowish?a=1", "/slowish?b=1"} <= set(server.paths())
        assert max(arrival.in_flight for arrival in server.arrivals) == 1
        assert min(server.gaps()[1:]) >= 0.1


def test_a_portal_that_is_gone_for_a_night_loses_nothing(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        with serve() as url:
            crawl(portal_at(url), archive)
            before = contents(archive, url)
        assert crawl(replace(portal_at(url), tries=1), archive).stopped == "unreachable"
        assert contents(archive, url) == before
        with serve(port_of(url)) as url:
            back = crawl(portal_at(url), archive)
        assert (back.stopped, back.new, back.changed, back.failed) == (None, 0, 0, 0)


def test_a_crawl_in_a_running_event_loop_is_told_what_to_do_and_that_works(tmp_path: Path) -> None:
    async def notebook(portal: Portal, archive: Archive) -> RunReport:
        with pytest.raises(PortalArchiverError, match=r"await asyncio\.to_thread\(crawl, portal, archive\)"):
            crawl(portal, archive)
        return await asyncio.to_thread(crawl, portal, archive)

    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        assert asyncio.run(notebook(portal_at(server.url("/page")), archive)).fetched == 1
        assert len(archive.runs()) == 1


def test_a_second_crawl_at_the_same_time_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    refused: list[LockedError] = []

    def crawl_too(progress: Progress) -> None:
        if progress.done == 3 and progress.outcome != LEARNING:
            with Archive(tmp_path / "archive.db") as other, pytest.raises(LockedError, match="in use by") as caught:
                crawl(portal_at(progress.url), other)
            refused.append(caught.value)

    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive, on_progress=crawl_too)
        assert (report.stopped, report.new) == (None, len(truth(url)))
        assert [error.exit_code for error in refused] == [6]
        assert crawl(portal_at(url), archive).stopped is None  # the lock is free again


def test_a_disk_that_fills_up_comes_out_as_itself_and_what_was_stored_stays(tmp_path: Path, uncut: Contents) -> None:
    def fill(progress: Progress) -> None:
        if progress.done == 20:
            archive.db.execute(f"PRAGMA max_page_count = {archive.db.execute('PRAGMA page_count').fetchone()[0]}")

    with serve() as url:
        with Archive(tmp_path / "archive.db") as archive, pytest.raises(ArchiveError, match="full"):
            crawl(portal_at(url), archive, on_progress=fill)
        with Archive(tmp_path / "archive.db") as archive:
            kept = contents(archive, url)
            assert kept
            assert {path: one[:3] for path, one in kept.items() if one[:3] != uncut[path][:3]} == {}
            assert [report.stopped for report in archive.runs()] == ["killed"]  # nobody says that it came to its end
            crawl(portal_at(url), archive)
            assert contents(archive, url) == uncut


@pytest.mark.parametrize(
    "error", [KeyError("ngày"), RecursionError(), MemoryError(), StopIteration(), ValueError("\ud83d")]
)
def test_a_page_that_breaks_the_parser_is_kept_and_read_once_the_parser_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        poison, other = server.url("/conditional"), server.url("/page")
        portal = Portal((poison, other), key="bachhai", delay=0, allow_private=True)

        def break_down(body: bytes, url: str, **context: Any) -> Page:
            if url == poison:
                raise error
            return parse_page(body, url, **context)

        told: list[Progress] = []
        with monkeypatch.context() as broken:
            broken.setattr(reading, "parse_page", break_down)
            report = crawl(portal, archive, on_progress=told.append)
        assert (report.stopped, report.fetched, dict(report.reasons)) == (None, 1, {"unreadable": 1})
        assert [(one.url, one.outcome) for one in told[:2]] == [(poison, "unreadable"), (other, "not-an-article")]
        (event,) = archive.db.query("SELECT url, reason, detail FROM run_events")
        assert (event["url"], event["reason"]) == (poison, "unreadable")
        assert event["detail"].startswith(type(error).__name__)
        (kept,) = archive.db.query("SELECT id FROM captures WHERE url = ?", [poison])
        assert archive.payload(kept["id"]) == PAGE
        assert archive.portals()[0].failing == 1

        mended = crawl(portal, archive, on_progress=told.append)
        assert (mended.fetched, mended.failed, archive.portals()[0].failing) == (2, 0, 0)
        assert server.paths().count("/conditional") == 2
        assert not any("if-none-match" in arrival.headers for arrival in server.arrivals)


def test_a_page_whose_text_no_archive_can_hold_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a surrogate pair is text to Python, but not to UTF-8."""

    def read(body: bytes, url: str, **context: Any) -> Page:
        page = parse_page(body, url, **context)
        return replace(page, kind="article", article=Article("Tin \ud83d", "Nội dung"))

    monkeypatch.setattr(reading, "parse_page", read)
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(server.url("/page")), archive)
        assert (report.stopped, report.new, dict(report.reasons)) == (None, 0, {"unreadable": 1})
        (event,) = archive.db.query("SELECT detail FROM run_events")
        assert event["detail"].startswith("UnicodeEncodeError")
        (kept,) = archive.db.query("SELECT id FROM captures WHERE url = ?", [server.url("/page")])
        assert archive.payload(kept["id"]) == PAGE
        assert archive.search("").total == 0


def test_an_error_of_the_callers_own_comes_out_as_itself(tmp_path: Path) -> None:
    def fail(progress: Progress) -> None:
        raise ZeroDivisionError(progress.url)

    with serve() as url, serve() as other, Archive(tmp_path / "archive.db") as archive:
        with pytest.raises(ZeroDivisionError):
            crawl(portal_at(url), archive, on_progress=fail)
        with pytest.raises(ZeroDivisionError):
            crawl_all([portal_at(url), portal_at(other, "xa")], archive, Options(on_progress=fail))
