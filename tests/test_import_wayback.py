"""What web archives hold of a portal comes back with the time it was captured at, politely and once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cdx_server import CdxServer, Held, Reply
from portal_archiver.errors import LockedError, PortalArchiverError
from portal_archiver.imports import walking
from portal_archiver.model import Portal, Source
from portal_archiver.store import Archive
from wayback_import import BESIDE, BODY, EDITED, FIRST, HOST, KINDS, LATER, SECOND, URL, access, bring, of_page


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


# --- the three kinds of servers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_server_brings_the_same_captures_with_their_own_times(archive: Archive, kind: str) -> None:
    with CdxServer(FIRST, LATER, BESIDE) as server:
        report = bring(archive, server, KINDS[kind])
    assert (report.new, report.changed, report.listed, report.waiting, report.failed) == (2, 1, 3, 0, {})
    assert (report.first, report.last, report.unchecked) == (FIRST.made, LATER.made, 0)
    first, last = archive.captures(1)
    assert (first.url, first.final_url, first.fetched_at, first.status) == (URL, URL, FIRST.made, 200)
    assert last.fetched_at == LATER.made
    assert of_page(first.headers) == FIRST.headers
    assert archive.payload(first.id) == BODY
    assert ["42 t" in revision.article.body for revision in archive.revisions(1)] == [True, False]


@pytest.mark.parametrize(("kind", "captures"), [("wayback", "/web/"), ("pywb", "/tinh/")])
def test_a_capture_says_where_it_was_had(archive: Archive, kind: str, captures: str) -> None:
    with CdxServer(FIRST) as server:
        bring(archive, server, KINDS[kind])
        (kept,) = archive.captures(1)
        assert kept.source == Source(server.url(captures), server.url(f"{captures}20190304050607id_/{URL}"))


def test_a_capture_of_common_crawl_names_its_file_and_record(archive: Archive) -> None:
    with CdxServer(FIRST) as server:
        bring(archive, server, "/collinfo.json")
        (kept,) = archive.captures(1)
        url = server.url("/crawl-data/CC-MAIN-2020-05/warc/a.warc.gz")
    assert kept.source == Source(url, "<urn:uuid:20190304050607>")


@pytest.mark.parametrize("kind", ["wayback", "pywb", "crawls"])
def test_an_index_in_many_parts_is_read_to_its_end(archive: Archive, kind: str) -> None:
    held = [Held(f"https://{HOST}/tin/{n}.html", f"202001{n + 1:02}000000", b"<p>%d</p>" % n) for n in range(7)]
    with CdxServer(*held, page=2) as server:
        server.paged = True
        report = bring(archive, server, KINDS[kind])
        assert len(server.asked("matchType")) == (4 if kind == "wayback" else 5)
    assert (report.listed, report.pages) == (7, 7)


def test_an_index_without_pages_is_asked_for_less_at_once_where_it_may_be_cut(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MAX_ROWS", 3)
    held = [Held(f"https://{HOST}/tin/{n}.html", f"20{n + 10}0101000000", b"<p>%d</p>" % n) for n in range(9)]
    with CdxServer(*held) as server:
        report = bring(archive, server, "/tinh")
    assert (report.listed, report.pages, report.failed) == (9, 9, {})


def test_only_crawls_of_the_time_asked_for_are_looked_into(archive: Archive) -> None:
    with CdxServer(FIRST) as server:
        api = server.url("/CC-MAIN-2019-10-index")
        server.crawls = [
            {"id": "b", "cdx-api": server.url("/CC-MAIN-2021-05-index"), "from": "2021-01-15T00:00:00"},
            {"id": "a", "cdx-api": api, "from": "2019-03-01T00:00:00", "to": "2019-03-30T00:00:00"},
        ]
        report = bring(archive, server, "/collinfo.json", until=datetime(2020, 1, 1, tzinfo=UTC).date())
        assert report.pages == 1
        assert len(server.asked("CC-MAIN-2019-10-index")) == 2
        assert server.asked("CC-MAIN-2021-05-index") == []


def test_an_index_of_one_crawl_that_fails_keeps_no_other_from_being_read(archive: Archive) -> None:
    with CdxServer(FIRST) as server:
        server.crawls = [{"id": n, "cdx-api": server.url(f"/CC-MAIN-20{n}-05-index")} for n in ("19", "20")]
        server.instead["/CC-MAIN-2019"].append(Reply(500))
        report = bring(archive, server, "/collinfo.json")
    assert (report.pages, report.failed, report.stopped) == (1, {"server-error": 1}, None)


# --- what is worth having ---------------------------------------------------------------------------------------------


def test_what_is_no_page_of_the_host_is_not_asked_for(archive: Archive) -> None:
    held = [
        FIRST,
        replace(FIRST, digits="20190305000000", status="404"),
        replace(FIRST, url=f"https://{HOST}/a.png", mime="image/png"),
        replace(FIRST, url=f"https://{HOST}/a.pdf"),
        replace(FIRST, url="http://bachhai.example:80/tin/2.html", digits="20180101000000", body=SECOND),
        replace(FIRST, url="https://khac.example/1.html"),
    ]
    with CdxServer(*held) as server:
        report = bring(archive, server)
        assert len(server.asked("/web/")) == 2
    assert (report.listed, report.skipped) == (2, {"status": 1, "not-html": 2})
    addresses = {row["final_url"] for row in archive.db.query("SELECT final_url FROM captures")}
    assert addresses == {URL, "http://bachhai.example/tin/2.html"}
    assert [portal.key for portal in archive.portals()] == [HOST]


def test_the_answer_to_a_form_is_not_taken_for_what_its_address_shows(archive: Archive) -> None:
    posted = replace(FIRST, listed=(("urlkey", "example,bachhai)/tin?__wb_method=post&page=3"),))
    told = replace(BESIDE, listed=(("method", "POST"),))
    with CdxServer(posted, told, LATER) as server:
        report = bring(archive, server, "/tinh")
        assert len(server.asked("id_/")) == 1
    assert (report.pages, report.skipped) == (1, {"posted": 2})


def test_a_revisit_comes_with_the_payload_that_the_server_shows(archive: Archive) -> None:
    unknown = (("mimetype", "warc/revisit"), ("statuscode", "-"))
    back = replace(FIRST, digits="20210101000000", listed=unknown)
    with CdxServer(FIRST, LATER, back) as server:
        assert bring(archive, server).changed == 2
    assert [(kept.status, kept.fetched_at.year) for kept in archive.captures(1)] == [
        (200, 2019),
        (200, 2020),
        (200, 2021),
    ]
    assert archive.payload(3) == BODY


def test_addresses_come_through_as_they_are(archive: Archive) -> None:
    paths = ["tin.aspx?a=1&b=%E1%BA%BF", "tin%20a.html", "tin;x=1?q=%23muc", "T%C3%8An//x.html", "~a/(S(1))/b,c.html"]
    held = [Held(f"https://{HOST}/{path}", f"2019010{n + 1}000000", BODY + b"%d" % n) for n, path in enumerate(paths)]
    broken = replace(FIRST, listed=(("original", f"https://{HOST}/\ud800"),))
    with CdxServer(*held, broken) as server:
        report = bring(archive, server)
    assert (report.pages, report.failed) == (5, {"not-found": 1})
    addresses = [row["final_url"] for row in archive.db.query("SELECT final_url FROM captures ORDER BY id")]
    assert addresses == [one.url for one in held]


def test_the_days_asked_for_count_both_and_hold_whatever_the_server_lists(archive: Archive) -> None:
    days = ("20181231235959", "20190101000000", "20191231235959", "20200101000000")
    held = [Held(URL, digits, BODY + digits.encode()) for digits in days]
    with CdxServer(*held) as server:
        year = datetime(2019, 1, 1).date(), datetime(2019, 12, 31).date()
        report = bring(archive, server, since=year[0], until=year[1])
        assert "from=20190101000000&to=20191231235959" in server.arrivals[0].path
    assert [kept.fetched_at.year for kept in archive.captures(1)] == [2019, 2019]
    assert report.listed == 2


def test_all_hosts_below_one_are_portals_of_their_own(archive: Archive) -> None:
    below = Held("https://xa.bachhai.example/tin/1.html", "20190101000000", SECOND)
    with CdxServer(FIRST, below) as server:
        assert bring(archive, server, host="*.bachhai.example").new == 2
        assert "matchType=domain" in server.arrivals[0].path
    assert {portal.key for portal in archive.portals()} == {HOST, "xa.bachhai.example"}


def test_the_same_payload_once_more_is_left_out_but_not_after_another(archive: Archive) -> None:
    times = [("2019", BODY), ("2020", BODY), ("2021", EDITED), ("2022", BODY)]
    held = [Held(URL, f"{year}0101000000", body) for year, body in times]
    with CdxServer(*held) as server:
        report = bring(archive, server)
    assert (report.listed, report.skipped) == (3, {"repeated": 1})
    assert [kept.fetched_at.year for kept in archive.captures(1)] == [2019, 2021, 2022]
    assert len(archive.revisions(1)) == 3


def test_where_the_first_of_the_same_payload_fails_the_next_one_is_asked_for(archive: Archive) -> None:
    with CdxServer(FIRST, replace(FIRST, digits="20200101000000")) as server:
        server.instead["/web/2019"].append(Reply(404, b"Blocked"))
        report = bring(archive, server)
    assert (report.pages, report.failed, report.skipped, report.waiting) == (1, {"not-found": 1}, {}, 0)
    assert archive.captures(1)[0].fetched_at.year == 2020


# --- once, and in order -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_archive_holds_is_not_asked_for_again(archive: Archive, kind: str) -> None:
    with CdxServer(FIRST, LATER, BESIDE) as server:
        bring(archive, server, KINDS[kind])
        asked = len(server.arrivals)
        again = bring(archive, server, KINDS[kind])
        later = [arrival.path for arrival in server.arrivals[asked:]]
    assert [path for path in later if "matchType" not in path and "collinfo" not in path] == []
    assert (again.pages, again.held, again.listed, again.waiting) == (0, 3, 3, 0)
    assert archive.db.execute("SELECT count(*) FROM captures").fetchone() == (3,)


def test_an_import_that_was_cut_short_goes_on_and_ends_like_one_that_was_not(archive: Archive, tmp_path: Path) -> None:
    held = [Held(f"https://{HOST}/tin/{n}.html", f"20200101{n:02}0000", BODY + b"%d" % n) for n in range(6)]
    stop = threading.Event()
    with CdxServer(*held) as server, Archive(tmp_path / "whole.db") as whole:
        budget = bring(archive, server, max_pages=2)
        assert (budget.stopped, budget.pages, budget.waiting) == ("budget", 2, 4)
        time = bring(archive, server, max_time=0.0)
        assert (time.stopped, time.pages) == ("time", 0)
        told: list[tuple[str, int, int | None]] = []

        def watch(*done: Any) -> None:
            told.append(done)
            if len(told) == 4:
                stop.set()

        signal = bring(archive, server, stop=stop, on_progress=watch)
        assert told == [(HOST, number, 6) for number in range(1, 5)]
        assert (signal.stopped, signal.pages) == ("signal", 1)
        server.instead["/web/2020010104"].extend([Reply(429, headers=(("Retry-After", "999"),))])
        closed = bring(archive, server)
        assert (closed.stopped, closed.pages) == ("unreachable", 1)
        end = bring(archive, server)
        assert (end.stopped, end.pages, end.waiting) == (None, 2, 0)
        bring(whole, server)
        columns = "SELECT url, fetched_at, status, headers FROM captures ORDER BY id"
        assert archive.db.execute(columns).fetchall() == whole.db.execute(columns).fetchall()


def test_older_captures_become_older_versions_whenever_they_come(archive: Archive) -> None:
    with CdxServer(LATER) as server:
        bring(archive, server)
    with CdxServer(FIRST, LATER) as server:
        report = bring(archive, server, "/tinh")
    assert (report.changed, report.held) == (1, 1)
    assert [revision.captured_at for revision in archive.revisions(1)] == [FIRST.made, LATER.made]
    assert "24 t" in archive.article(1).article.body


def test_a_crawl_at_work_is_not_disturbed(archive: Archive) -> None:
    with CdxServer(FIRST) as server, Archive(archive.path) as other, other.exclusive():
        with pytest.raises(LockedError):
            bring(archive, server)
        assert server.arrivals == []


def test_a_dry_run_asks_for_the_index_alone_and_writes_nothing(archive: Archive) -> None:
    with CdxServer(FIRST, LATER, BESIDE) as server:
        report = bring(archive, server, dry_run=True)
        assert (report.listed, report.waiting, report.first, report.last) == (3, 3, FIRST.made, LATER.made)
        assert server.asked("/web/") == []
        bring(archive, server, until=datetime(2019, 12, 31).date())
        assert bring(None, server).waiting == 3
        assert bring(archive, server, dry_run=True).waiting == 1
    assert archive.db.execute("SELECT count(*) FROM captures").fetchone() == (2,)


# --- which portal -----------------------------------------------------------------------------------------------------


def test_captures_go_to_the_portal_of_their_host_with_and_without_www(archive: Archive) -> None:
    held = [FIRST, Held("http://bachhai.example/tin/2.html", "20190101000000", SECOND)]
    portals = {"tinh": Portal(("https://bachhai.example/",), key="tinh")}
    with CdxServer(*held) as server:
        assert bring(archive, server, portals=portals).new == 2
        assert bring(archive, server).held == 2
        with pytest.raises(PortalArchiverError, match=r"no portal of the configuration has the host khac\.example"):
            bring(archive, server, host="khac.example", portals=portals)
    assert [portal.key for portal in archive.portals()] == ["tinh"]


# --- politeness -------------------------------------------------------------------------------------------------------


def test_one_request_at_a_time_with_a_pause_between(archive: Archive) -> None:
    with CdxServer(FIRST, LATER, BESIDE) as server:
        bring(archive, server, access=access(delay=0.2))
        times = [arrival.at for arrival in server.arrivals]
        assert (len(times), server.most_at_once) == (4, 1)
        assert server.asked("robots.txt") == []
    assert min(after - before for before, after in pairwise(times)) >= 0.2


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_pause_gets_it(archive: Archive, status: int) -> None:
    with CdxServer(FIRST) as server:
        server.instead["/web/"].append(Reply(status, headers=(("Retry-After", "2"),)))
        report = bring(archive, server, access=access(tries=2))
        _, refused, again = (arrival.at for arrival in server.arrivals)
    assert (report.pages, report.failed) == (1, {})
    assert again - refused >= 2


def test_a_private_address_is_refused_unless_it_is_allowed(archive: Archive) -> None:
    with CdxServer(FIRST) as server:
        report = bring(archive, server, access=access(allow_private=False))
        assert server.arrivals == []
    assert (report.stopped, report.failed) == ("unreachable", {"private-address": 1})
    assert "--allow-private" in report.failures[0].detail


def test_a_redirect_leads_to_no_other_host(archive: Archive) -> None:
    with CdxServer(FIRST) as server, CdxServer() as other:
        elsewhere = other.url("/web/20190304050607id_/").replace("127.0.0.1", "localhost")
        server.instead["/web/"].append(Reply(302, headers=(("Location", elsewhere + URL),)))
        assert bring(archive, server).failed == {"other-capture": 1}
        assert other.arrivals == []
