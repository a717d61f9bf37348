"""From portal to archive, end to end, night after night: the demo portal over HTTP, real archive files."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest

from demo_crawl import Contents, Crawled, Log, contents, iso, port_of, portal_at, reports_of
from hostile_server import HostileServer
from portal_archiver.demo import expected_license, serve, truth
from portal_archiver.model import Outcome, Portal
from portal_archiver.pipeline import Progress, crawl
from portal_archiver.pipeline.options import LEARNING
from portal_archiver.pipeline.run import IN_FLIGHT
from portal_archiver.store import Archive

# --- the first night --------------------------------------------------------------------------------------------------


def test_every_report_of_the_portal_is_archived_and_nothing_else(crawled: Crawled) -> None:
    stored = reports_of(crawled.archive)
    assert set(stored) == set(crawled.expected)
    assert {url: report.kind for url, report in stored.items()} == {
        url: record.kind for url, record in crawled.expected.items()
    }
    assert {report.portal for report in stored.values()} == {"bachhai"}
    assert {len(crawled.archive.revisions(report.id)) for report in stored.values()} == {1}


def test_a_run_leaves_the_index_in_few_parts(crawled: Crawled) -> None:
    for name in ("fts", "pairs"):
        parts = crawled.archive.db.execute(f"SELECT count(DISTINCT segid) FROM articles_{name}_idx")
        assert parts.fetchone()[0] <= 2 < len(crawled.expected)


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
    *told, last = [one for one in crawled.progress if one.outcome != LEARNING] + [crawled.progress[-1]]
    assert (last.outcome, last.waiting) == (LEARNING, 0)  # the portal has enough reports to be learned from
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
        assert second.requests < 20  # further pages of lists are not due
        assert second.not_modified > 5
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


def test_a_stop_ends_a_run_after_what_is_in_flight_and_the_next_goes_on(tmp_path: Path, uncut: Contents) -> None:
    stop, told = threading.Event(), list[Progress]()

    def watch(progress: Progress) -> None:
        told.append(progress)
        if progress.done == 9:
            stop.set()

    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive, on_progress=watch, stop=stop)
        assert report.stopped == "signal"
        assert 9 <= len(told) < 9 + IN_FLIGHT
        assert 0 < told[-1].waiting <= report.waiting < told[-1].waiting + IN_FLIGHT  # some were given back
        assert archive.runs() == (report,)
        assert crawl(portal_at(url), archive).stopped is None
        assert contents(archive, url) == uncut


def test_a_run_whose_time_is_over_ends_after_what_is_in_flight_and_the_next_goes_on(
    tmp_path: Path, uncut: Contents
) -> None:
    told: list[Progress] = []

    def dawdle(progress: Progress) -> None:
        told.append(progress)
        time.sleep(0.3)

    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        portal = portal_at(url)
        report = crawl(portal, archive, on_progress=dawdle, max_time=0.3)
        assert report.stopped == "time"
        assert len(told) <= IN_FLIGHT
        assert report.waiting > 0
        assert crawl(portal, archive, max_time=3600).stopped is None
        assert contents(archive, url) == uncut
        assert archive.runs()[-1] == report


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
