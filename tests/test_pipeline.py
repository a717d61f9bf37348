"""From portal to archive, end to end: the demo portal over HTTP, real archive files, and the real program killed."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest

from hostile_server import PAGE, HostileServer
from portal_archiver import pipeline
from portal_archiver.demo import Expected, expected_license, serve, truth
from portal_archiver.demo import server as demo_server
from portal_archiver.errors import ArchiveError, LockedError, PortalArchiverError
from portal_archiver.model import Archived, Article, Dateline, Outcome, Page, Portal, RunReport
from portal_archiver.parser import parse_page
from portal_archiver.pipeline import Progress, crawl, crawl_all
from portal_archiver.store import Archive

# Of every report, by its path: kind, title, number of revisions, and the paths it is known under.
Contents = dict[str, tuple[str, str, int, tuple[str, ...]]]
PROGRAM = [sys.executable, "-m", "portal_archiver"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of the demo portal, as the portal saw it."""

    path: str
    status: int
    conditional: bool


@dataclass(slots=True)
class Log:
    """What was asked of the demo portal; `at` are things to do when the n-th answer begins."""

    asked: list[Asked] = field(default_factory=list)
    at: dict[int, Callable[[], None]] = field(default_factory=dict)

    def note(self, request: Any, code: int | str = "-", size: int | str = "-") -> None:
        """Stands in for `BaseHTTPRequestHandler.log_request`."""
        conditional = any(request.headers[name] for name in ("If-None-Match", "If-Modified-Since"))
        self.asked.append(Asked(request.path, int(code), conditional))
        self.at.get(len(self.asked), lambda: None)()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    monkeypatch.setattr(
        demo_server._Handler, "log_request", lambda self, code="-", size="-": log.note(self, code, size)
    )
    return log


def portal_at(url: str, key: str = "bachhai") -> Portal:
    return Portal((url,), key=key, delay=0, allow_private=True)


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reports_of(archive: Archive) -> dict[str, Archived]:
    """Everything that is archived as an article or document, by URL."""
    found = [archive.article(row["id"]) for row in archive.db.query("SELECT id FROM articles")]
    return {report.url: report for report in found}


def contents(archive: Archive, base: str) -> Contents:
    """What an archive holds, in a form that two archives of two ports can be compared in."""
    return {
        report.url.removeprefix(base): (
            report.kind,
            report.article.title,
            len(archive.revisions(report.id)),
            tuple(url.removeprefix(base) for url in report.urls),
        )
        for report in reports_of(archive).values()
    }


def iso(dateline: Dateline | None) -> str | None:
    if dateline is None:
        return None
    value = dateline.value
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


@dataclass(frozen=True, slots=True)
class Crawled:
    """The demo portal, crawled once into an archive."""

    url: str
    archive: Archive
    report: RunReport
    progress: list[Progress]

    @property
    def expected(self) -> dict[str, Expected]:
        return truth(self.url)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl for all the tests that only look at what came of it."""
    progress: list[Progress] = []
    with serve() as url, Archive(tmp_path_factory.mktemp("crawled") / "archive.db") as archive:
        report = crawl(portal_at(url), archive, on_progress=progress.append)
        yield Crawled(url, archive, report, progress)


@pytest.fixture(scope="module")
def uncut(crawled: Crawled) -> Contents:
    return contents(crawled.archive, crawled.url)


# --- the first night --------------------------------------------------------------------------------------------------


def test_every_report_of_the_portal_is_archived_and_nothing_else(crawled: Crawled) -> None:
    stored = reports_of(crawled.archive)
    assert set(stored) == set(crawled.expected)
    assert {url: report.kind for url, report in stored.items()} == {
        url: record.kind for url, record in crawled.expected.items()
    }
    assert {report.portal for report in stored.values()} == {"bachhai"}
    assert {len(crawled.archive.revisions(report.id)) for report in stored.values()} == {1}


def test_no_front_page_listing_search_login_or_apology_is_a_report(crawled: Crawled) -> None:
    visited = {urlsplit(one.url).path: one.outcome for one in crawled.progress}
    soft = [path for path in visited if path.endswith("-1009.html")]
    for path in ("/", "/tim-kiem", "/dang-nhap", "/quan-tri/", "/kinh-te/", "/thong-bao/page/2/", *soft):
        assert visited.get(path, "not-an-article") == "not-an-article", path
    assert visited["/"] == visited["/kinh-te/"] == "not-an-article"
    assert soft
    assert (visited["/sitemap.xml"], visited["/rss.xml"]) == ("index", "index")


def test_every_report_reads_as_it_was_published(crawled: Crawled) -> None:
    stored = reports_of(crawled.archive)
    for url, record in crawled.expected.items():
        article = stored[url].article
        names = tuple(dict.fromkeys(photo.credit for photo in article.photos if photo.credit))
        assert article.title == record.title
        assert (url, article.author, article.section) == (url, record.author, record.section)
        assert (url, names) == (url, record.credits)
        assert [(photo.url, photo.caption) for photo in article.photos] == [
            (photo.url, photo.caption) for photo in record.photos
        ]
        assert article.attachments == record.attachments
        assert article.lead == record.lead
        assert [part for part in (*record.paragraphs, *record.cells) if part not in article.body] == [], url


def test_every_date_shown_on_a_page_is_read_from_there(crawled: Crawled) -> None:
    stored = reports_of(crawled.archive)
    shown = {url: record for url, record in crawled.expected.items() if record.origin != "listing"}
    read = {url: stored[url].article.published for url in shown}
    assert {url: iso(dateline) for url, dateline in read.items()} == {
        url: record.published for url, record in shown.items()
    }
    assert {url: dateline.origin for url, dateline in read.items() if dateline} == {
        url: record.origin for url, record in shown.items()
    }


def test_every_date_that_a_listing_alone_shows_is_taken_from_there(crawled: Crawled) -> None:
    stored = reports_of(crawled.archive)
    listed = {url: record.published for url, record in crawled.expected.items() if record.origin == "listing"}
    assert {url: iso(stored[url].article.published) for url in listed} == listed


def test_a_report_under_four_addresses_is_one(crawled: Crawled) -> None:
    (record,) = [record for record in crawled.expected.values() if record.aliases]
    stored = reports_of(crawled.archive)[record.url]
    assert set(stored.urls) == {record.url, *record.aliases}
    assert len({capture.url for capture in crawled.archive.captures(stored.id)}) == 4
    assert crawled.report.duplicate + crawled.report.unchanged == 3
    assert crawled.archive.search(f'"{record.title}"').total == 1


def test_the_footer_in_force_is_kept_with_every_whole_page(crawled: Crawled) -> None:
    stored = reports_of(crawled.archive)
    for url, record in crawled.expected.items():
        found = stored[url].license
        if not record.broken:
            assert found, url
            assert (found.number, found.attribution) == (expected_license().number, expected_license().attribution)


def test_what_was_crawled_is_found_without_diacritics(crawled: Crawled) -> None:
    results = crawled.archive.search("nong thon moi")
    assert results.total >= 5
    assert {hit.url for hit in results.hits} <= set(crawled.expected)
    assert all(hit.marks for hit in results.hits)


def test_the_payloads_are_kept_byte_for_byte(crawled: Crawled) -> None:
    (record,) = [record for record in crawled.expected.values() if record.encoding == "windows-1258"]
    (capture,) = crawled.archive.captures(reports_of(crawled.archive)[record.url].id)
    body = crawled.archive.payload(capture.id)
    assert len(body) == capture.size
    assert ("Content-Type", "text/html; charset=windows-1258") in capture.headers
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_the_report_of_a_run_adds_up_and_is_stored_as_it_was_returned(crawled: Crawled) -> None:
    report = crawled.report
    outcomes = Counter(one.outcome for one in crawled.progress)
    assert (report.new, report.changed, report.failed, report.waiting) == (len(crawled.expected), 0, 0, 0)
    assert (report.stopped, dict(report.reasons)) == (None, {})
    assert outcomes["index"] > 0
    assert report.not_articles == outcomes["not-an-article"] + outcomes["index"]
    assert report.fetched == report.new + report.changed + report.unchanged + report.duplicate + report.not_articles
    assert report.requests >= report.fetched
    assert report.finished_at >= report.started_at
    assert crawled.archive.runs(portal="bachhai")[-1] == report


def test_progress_is_told_for_each_address_once(crawled: Crawled) -> None:
    told = crawled.progress
    assert [one.done for one in told] == list(range(1, len(told) + 1))
    assert len({one.url for one in told}) == len(told)
    assert {one.url for one in told} >= set(crawled.expected)
    assert {one.portal for one in told} == {"bachhai"}
    assert {one.outcome for one in told} <= {*get_args(Outcome), "not-modified", "index", "not-found"}
    assert told[-1].waiting == 0
    assert max(one.waiting for one in told) > 20


# --- the second night -------------------------------------------------------------------------------------------------


def validated_paths(archive: Archive) -> set[str]:
    """The addresses whose answer came with a validator: their body need not be downloaded twice."""
    rows = archive.db.query("SELECT final_url, headers FROM captures WHERE status = 200")
    return {
        urlsplit(row["final_url"])._replace(scheme="", netloc="").geturl()
        for row in rows
        if re.search('"(etag|last-modified)"', row["headers"].lower())
    }


@pytest.mark.parametrize("recheck", [False, True])
def test_a_second_night_writes_no_revision_and_downloads_no_body_it_need_not(
    tmp_path: Path, log: Log, recheck: bool
) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        portal = portal_at(url)
        first = crawl(portal, archive)
        before, validated = contents(archive, url), validated_paths(archive)
        assert not any(asked.conditional for asked in log.asked)
        log.asked.clear()
        second = crawl(portal, archive, recheck=recheck)
        assert contents(archive, url) == before
    assert (second.new, second.changed, second.duplicate, second.failed) == (0, 0, 0, 0)
    again = [asked for asked in log.asked if asked.path in validated]
    assert again
    assert {(asked.status, asked.conditional) for asked in again} == {(304, True)}
    assert second.not_modified == sum(asked.status == 304 for asked in log.asked) == len(again)
    assert second.requests == len(log.asked)
    if recheck:
        assert second.requests == first.requests
        assert second.not_modified > 40
        assert second.unchanged > 20  # pages without validators, whose counter moved
    else:
        assert second.requests < 30
        assert second.not_modified > 10
        assert second.unchanged == 0


def test_a_visitor_counter_makes_new_bytes_but_no_revision(tmp_path: Path) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        for recheck in (False, True, True):
            report = crawl(portal_at(url), archive, recheck=recheck)
        moved = [
            stored
            for stored in reports_of(archive).values()
            if len({capture.sha256 for capture in archive.captures(stored.id) if capture.status == 200}) == 3
        ]
        assert len(moved) > 20
        assert {len(archive.revisions(stored.id)) for stored in reports_of(archive).values()} == {1}
        assert report.unchanged > 20


def test_a_correction_becomes_the_second_revision_of_one_report(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        with serve() as url:
            crawl(portal_at(url), archive)
            before = contents(archive, url)
        with serve(port_of(url), edited=True) as url:
            report = crawl(portal_at(url), archive, recheck=True)
            after = contents(archive, url)
        old, new = truth(url), truth(url, edited=True)
        (edited,) = [one for one in new if new[one].title != old[one].title]
        assert (report.new, report.changed, report.failed) == (0, 1, 0)
        assert [path for path in after if after[path] != before[path]] == [edited.removeprefix(url)]
        assert set(after) == set(before)
        stored = reports_of(archive)[edited]
        first, second = archive.revisions(stored.id)
        assert (first.article.title, second.article.title) == (old[edited].title, new[edited].title)
        assert stored.article == second.article
        assert first.captured_at < second.captured_at
        assert old[edited].paragraphs[-1] in first.article.body
        assert [part for part in new[edited].paragraphs if part not in second.article.body] == []
        assert archive.search(f'"{new[edited].title}"').total == 1


# --- a run cut short --------------------------------------------------------------------------------------------------


def test_runs_of_a_few_pages_end_with_the_archive_of_one_long_run(tmp_path: Path, uncut: Contents) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        reports = [crawl(portal_at(url), archive, max_pages=25)]
        while reports[-1].stopped and len(reports) < 20:
            reports.append(crawl(portal_at(url), archive, max_pages=25))
        assert contents(archive, url) == uncut
    assert {report.stopped for report in reports[:-1]} == {"budget"}
    assert reports[-1].stopped is None
    assert len(reports) > 3
    assert all(report.waiting > 0 for report in reports[:-1])
    assert {report.fetched + report.not_modified + report.failed for report in reports[:-1]} <= {23, 24, 25}
    assert sum(report.new for report in reports) == len(uncut)  # no page twice, none lost


def test_the_budget_of_a_portal_counts_where_no_number_is_given(tmp_path: Path) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        portal = Portal((url,), delay=0, allow_private=True, budget=7)
        told: list[Progress] = []
        assert crawl(portal, archive, on_progress=told.append).stopped == "budget"
        assert len(told) == 7


def test_a_budget_smaller_than_the_listings_still_reaches_every_report(tmp_path: Path) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        for _ in range(30):
            crawl(portal_at(url), archive, max_pages=10)
        assert len(reports_of(archive)) == len(truth(url))


def test_a_stop_ends_a_run_after_the_page_in_flight_and_the_next_goes_on(tmp_path: Path, uncut: Contents) -> None:
    stop, told = threading.Event(), list[Progress]()

    def watch(progress: Progress) -> None:
        told.append(progress)
        if progress.done == 9:
            stop.set()

    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive, on_progress=watch, stop=stop)
        assert (report.stopped, len(told)) == ("signal", 9)
        assert report.waiting == told[-1].waiting > 0
        assert archive.runs() == (report,)
        assert crawl(portal_at(url), archive).stopped is None
        assert contents(archive, url) == uncut


def test_a_stop_before_the_first_page_asks_for_no_page(tmp_path: Path, log: Log) -> None:
    stop = threading.Event()
    stop.set()
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        assert crawl(portal_at(url), archive, stop=stop).stopped == "signal"
    assert {asked.path for asked in log.asked} <= {"/robots.txt"}


def test_a_page_that_a_proxy_has_changed_on_its_way_is_read_and_asked_for_like_any_other(tmp_path: Path) -> None:
    """Status 203 (RFC 9110 §15.3.4)."""
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        portal = portal_at(server.url("/by-proxy"))
        told: list[Progress] = []
        crawl(portal, archive, on_progress=told.append)
        assert (told[0].url, told[0].outcome) == (server.url("/by-proxy"), "not-an-article")
        assert crawl(portal, archive, recheck=True).not_modified == 1


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_an_unreachable_portal_is_a_report_and_holds_up_no_other(tmp_path: Path) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        dead = portal_at(f"http://127.0.0.1:{free_port()}/", key="xa-dong")
        first, second = crawl_all([dead, portal_at(url)], archive)
        assert (first.portal, first.stopped, first.fetched) == ("xa-dong", "unreachable", 0)
        assert dict(first.reasons) == {"refused": 1}
        assert (second.portal, second.stopped, second.new) == ("bachhai", None, len(truth(url)))
        assert second.finished_at < first.finished_at  # the dead one was still being asked
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
        assert crawl(portal_at(url), archive).stopped == "unreachable"
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
        if progress.done == 3:
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
            assert archive.runs() == ()  # it did not end, and nobody says it did
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
            broken.setattr(pipeline, "parse_page", break_down)
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
        assert (mended.fetched, mended.failed, archive.portals()[0].failing) == (1, 0, 0)
        assert server.paths().count("/conditional") == 2
        assert not any("if-none-match" in arrival.headers for arrival in server.arrivals)


def test_a_page_whose_text_no_archive_can_hold_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a surrogate pair is text to Python, but not to UTF-8."""

    def read(body: bytes, url: str, **context: Any) -> Page:
        page = parse_page(body, url, **context)
        return replace(page, kind="article", article=Article("Tin \ud83d", "Nội dung"))

    monkeypatch.setattr(pipeline, "parse_page", read)
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
            crawl_all([portal_at(url), portal_at(other, "xa")], archive, on_progress=fail)


# --- kill -9 ----------------------------------------------------------------------------------------------------------


# At which answer of the portal a process is killed, and how many milliseconds after it began: at once, so that the
# page never arrives; or later, while it is being read or written.
KILLS = ((2, 0), (12, 5), (23, 12), (29, 0), (31, 8))


def test_a_killed_run_ends_like_an_unkilled_one(tmp_path: Path, log: Log, uncut: Contents) -> None:
    path = tmp_path / "archive.db"
    seen: list[int] = []
    with serve() as url:
        (tmp_path / "portals.toml").write_text(
            f'[portal.bachhai]\nstart = "{url}"\nallow_private = true\ndelay = 0\n', encoding="utf-8"
        )
        for answer, milliseconds in KILLS:
            assert crawl_killed(tmp_path, log, answer, milliseconds) == -signal.SIGKILL
            seen.append(articles_after_a_kill(path))
        log.at.clear()
        done = subprocess.run([*PROGRAM, "crawl"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout.count("Traceback")) == (0, 0), done.stderr
        with Archive(path) as archive:
            assert contents(archive, url) == uncut
            (last,) = archive.runs()  # the killed ones never ended
            assert (last.stopped, last.failed, last.waiting) == (None, 0, 0)
            assert last.new == len(uncut) - seen[-1]  # nothing that was stored is fetched as new again
    assert seen == sorted(seen)
    assert 0 < seen[-1] < len(uncut)
    assert len(set(seen)) > 2
    articles_after_a_kill(path)


def crawl_killed(folder: Path, log: Log, answer: int, milliseconds: int) -> int:
    """Start the program and kill it; returns how it ended."""
    log.asked.clear()
    with subprocess.Popen([*PROGRAM, "crawl"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:

        def kill() -> None:
            os.kill(run.pid, signal.SIGKILL)

        log.at = {answer: threading.Timer(milliseconds / 1000, kill).start if milliseconds else kill}
        return run.wait(60)


def articles_after_a_kill(path: Path) -> int:
    """How many articles there are; the file and its index must be whole, and every article complete."""
    with closing(sqlite3.connect(path)) as archive:
        assert archive.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert archive.execute("PRAGMA foreign_key_check").fetchall() == []
        archive.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
        torn = "SELECT count(*) FROM articles WHERE revision_id IS NULL OR id NOT IN (SELECT article_id FROM captures)"
        assert archive.execute(torn).fetchone() == (0,)
        claimed = "SELECT count(*) FROM urls WHERE fetched_at IS NULL AND state = 'fetched'"
        assert archive.execute(claimed).fetchone() == (0,)
        return int(archive.execute("SELECT count(*) FROM articles").fetchone()[0])
