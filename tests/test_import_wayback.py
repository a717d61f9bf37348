"""What web archives hold of a portal comes back with the time it was captured at, politely and once."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cdx_server import HTML, CdxServer, Held, Reply
from fictional_page import page
from portal_archiver.errors import LockedError, PortalArchiverError
from portal_archiver.imports import query_of, server_of, walking
from portal_archiver.model import Portal, Source
from portal_archiver.pipeline import Retrieval, RetrievalOptions, import_wayback
from portal_archiver.store import Archive

HOST = "www.bachhai.example"
URL = f"https://{HOST}/tin-tuc/cau-tau-ca.html"
OTHER = f"https://{HOST}/tin-tuc/mua-ca.html"
BODY = page().encode()
EDITED = BODY.replace(b"42 t", b"24 t")
SECOND = page(title="<h1>Mùa cá mới</h1>").encode()
FIRST = Held(URL, "20190304050607", BODY)
LATER = Held(URL, "20200304050607", EDITED)
BESIDE = Held(OTHER, "20190701000000", SECOND)
KINDS = {"wayback": "", "pywb": "/tinh", "crawls": "/collinfo.json"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def access(**settings: Any) -> Portal:
    return Portal(("http://127.0.0.1/",), **{"delay": 0, "allow_private": True, "tries": 1} | settings)


def bring(archive: Archive | None, server: CdxServer, at: str = "", host: str = HOST, **options: Any) -> Retrieval:
    days = {name: options.pop(name, None) for name in ("since", "until")}
    query = query_of(host, **days)
    assert query
    return import_wayback(server_of(server.url(at)), query, archive, RetrievalOptions(**{"access": access()} | options))


def of_page(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Without the length, which a pywb sends as the page's whether or not the page had it."""
    return tuple((name, value) for name, value in headers if name != "Content-Length")


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


# --- misbehavior ------------------------------------------------------------------------------------------------------


def test_a_torn_payload_is_not_kept_and_comes_with_the_next_import(archive: Archive) -> None:
    with CdxServer(FIRST) as server:
        own = ("Memento-Datetime", "Mon, 04 Mar 2019 05:06:07 GMT")
        server.instead["/web/"].append(Reply(200, BODY[:-200], (HTML, own), missing=200))
        torn = bring(archive, server)
        assert (torn.pages, torn.waiting, sum(torn.failed.values())) == (0, 1, 1)
        assert set(torn.failed) <= {"incomplete", "reset"}
        assert bring(archive, server).pages == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_payload_that_is_not_the_one_listed_is_not_kept(archive: Archive, kind: str) -> None:
    with CdxServer(replace(FIRST, listed=(("digest", "Q4YULN754FHV2U6Q5JUT6Q2P57WEWNNY"),))) as server:
        report = bring(archive, server, KINDS[kind])
    assert (report.pages, report.failed) == (0, {"wrong-digest": 1})


@pytest.mark.parametrize(
    ("digest", "unchecked"),
    [
        ("", 1),
        ("-", 1),
        ("md4:0123", 1),
        (f"sha256:{hashlib.sha256(BODY).hexdigest()}", 0),
        (f"sha1:{hashlib.sha1(BODY).hexdigest()}", 0),
    ],
)
def test_a_digest_is_read_in_all_its_forms_and_one_that_says_nothing_is_told(
    archive: Archive, digest: str, unchecked: int
) -> None:
    with CdxServer(replace(FIRST, listed=(("digest", digest),))) as server:
        report = bring(archive, server)
    assert (report.pages, report.unchecked) == (1, unchecked)


CODED = gzip.compress(BODY, mtime=0)
SAYS_GZIP = (HTML, ("Content-Encoding", "gzip"))
ODD = (("digest", "Q4YULN754FHV2U6Q5JUT6Q2P57WEWNNY"),)


@pytest.mark.parametrize("kind", ["wayback", "pywb"])
@pytest.mark.parametrize(
    ("body", "listed", "unchecked"),
    [
        (CODED, (), 0),  # the digest is that of what was sent
        (CODED, (("digest", Held(URL, "2019", BODY).fields()["digest"]),), 0),  # or that of the page
        (CODED, ODD, 1),  # or of neither, the chunked form, say
        (BODY, (), 0),  # the archive has undone the coding, and not said so
    ],
)
def test_a_coded_payload_is_opened_and_checked_as_far_as_it_can_be(
    archive: Archive, kind: str, body: bytes, listed: tuple[tuple[str, str], ...], unchecked: int
) -> None:
    held = Held(URL, "20190304050607", body, SAYS_GZIP, listed=listed)
    with CdxServer(held) as server:
        report = bring(archive, server, KINDS[kind])
    assert (report.pages, report.failed, report.unchecked) == (1, {}, unchecked)
    assert archive.payload(1) == BODY
    assert of_page(archive.captures(1)[0].headers) == SAYS_GZIP


def answer(*headers: tuple[str, str], status: int = 200, body: bytes = BODY) -> Reply:
    return Reply(status, body, (HTML, *headers))


SHOWN = ("Memento-Datetime", "Mon, 04 Mar 2019 05:06:07 GMT")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(("Memento-Datetime", "Mon, 04 Mar 2019 05:06:08 GMT")), "other-capture"),
        (answer(("Location", "/web/20190305000000id_/https://x.example/"), status=302), "other-capture"),
        (answer(body=b"<h1>Please wait</h1>"), "no-memento"),
        (answer(("Memento-Datetime", "once")), "no-memento"),
        (answer(SHOWN, body=b"<h1>Please wait</h1>"), "wrong-digest"),
        (answer(SHOWN, status=403), "forbidden"),
        (answer(SHOWN, status=500), "server-error"),
    ],
)
def test_what_is_not_the_capture_asked_for_is_not_kept(archive: Archive, reply: Reply, reason: str) -> None:
    with CdxServer(FIRST) as server:
        server.instead["/web/"].append(reply)
        report = bring(archive, server)
    assert (report.pages, report.failed, report.stopped) == (0, {reason: 1}, None)
    assert archive.portals() == ()


def test_a_capture_that_is_too_large_is_left_out(archive: Archive) -> None:
    small = {"tinh": Portal((URL,), key="tinh", max_bytes=len(BODY) - 1)}
    with CdxServer(FIRST) as server:
        for at in KINDS.values():
            assert bring(archive, server, at, portals=small).skipped == {"too-large": 1}


@pytest.mark.parametrize("damage", ["torn", "other", "whole file", "nowhere"])
def test_a_record_that_is_not_the_one_listed_is_not_kept(archive: Archive, damage: str) -> None:
    with CdxServer(FIRST, LATER) as server:
        data, places = server.warc()
        start, length = places[FIRST]
        bodies = {"torn": data[: length // 2], "other": data[length:], "whole file": data}
        if damage == "nowhere":
            server.held = [replace(FIRST, listed=(("filename", ""),))]
        else:
            status = 200 if damage == "whole file" else 206
            server.instead["/crawl-data/"].append(Reply(status, bodies[damage][:length]))
        report = bring(archive, server, "/collinfo.json", until=datetime(2019, 12, 31).date())
    expected = {"torn": "damaged", "other": "other-capture", "whole file": "no-range", "nowhere": "no-place"}
    if damage == "other":  # as many bytes as were asked for may be too few of the other one
        assert set(report.failed) <= {"other-capture", "damaged"}
    else:
        assert report.failed == {expected[damage]: 1}
    assert (start, report.pages) == (0, 0)


@pytest.mark.parametrize("kind", ["wayback", "pywb"])
def test_a_line_that_cannot_be_read_costs_that_line_alone(archive: Archive, kind: str) -> None:
    with CdxServer(FIRST, BESIDE) as server:
        names = "urlkey timestamp original mimetype statuscode digest length".split()
        ours = {"pywb": "urlkey timestamp url mime status digest length".split(), "wayback": names}[kind]
        rows = [one.fields() for one in server.held]
        bad = ["x", "20209999000000", URL, "text/html", "200", "A", "1"], "@@@ hong"
        if kind == "wayback":
            text = (
                f"[{names}, {list(rows[0].values())},\n{bad[0]},\n{bad[1]},\n{list(rows[1].values())}]".replace(
                    "'", '"'
                )
            ).replace("],", "],\n")
        else:
            lines = [dict(zip(ours, row.values(), strict=True)) for row in rows]
            text = "\n".join([str(lines[0]), bad[1], str(dict(zip(ours, bad[0], strict=True))), str(lines[1]), ""])
            text = text.replace("'", '"')
            server.instead["showNumPages"].append(Reply(200, b""))
        server.instead["matchType"].append(Reply(200, text.encode()))
        report = bring(archive, server, KINDS[kind])
    assert (report.pages, report.failed) == (2, {"bad-line": 2})


NO_INDEX = {
    "a web page": Reply(200, b"<html><h1>Wayback Machine</h1></html>"),
    "an error": Reply(502, b"Bad gateway"),
    "an error in JSON": Reply(200, b'{"message": "out of order"}'),
    "not there": Reply(404, b"<h1>Not found</h1>"),
    "noise": Reply(200, bytes(range(256))),
    "denied": Reply(403, b"no"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", NO_INDEX)
def test_a_server_without_an_index_counts_as_unreachable(archive: Archive, kind: str, what: str) -> None:
    with CdxServer(FIRST) as server:
        server.instead[""].extend([NO_INDEX[what]] * 3)
        report = bring(archive, server, KINDS[kind])
    assert (report.stopped, report.pages, report.listed) == ("unreachable", 0, 0)
    assert report.failures[0].detail.startswith(server.url())


def test_an_index_that_breaks_off_is_told_and_what_it_listed_is_fetched(archive: Archive) -> None:
    with CdxServer(FIRST, BESIDE) as server:
        names, *rows = [list(FIRST.fields()), list(FIRST.fields().values()), list(BESIDE.fields().values())]
        text = f"[{names},\n{rows[0]},\n{rows[1]}".replace("'", '"')[:-40]
        server.instead["/cdx/"].append(Reply(200, text.encode()))
        report = bring(archive, server)
    assert (report.pages, report.failed, report.stopped) == (1, {"bad-line": 1, "cut": 1}, None)


@pytest.mark.parametrize("key", ["the same", "always another"])
def test_an_index_that_leads_on_for_ever_is_left_there(archive: Archive, key: str) -> None:
    with CdxServer(FIRST) as server:
        text = f'[{list(FIRST.fields())},\n{list(FIRST.fields().values())},\n[],\n["KEY"]]'.replace("'", '"')
        server.instead["/cdx/"].extend(
            Reply(200, text.replace("KEY", f"{number}" if key == "always another" else "a").encode())
            for number in range(200)
        )
        report = bring(archive, server)
        assert len(server.asked("/cdx/")) == 2
    assert (report.pages, report.failed) == (1, {"endless": 1})


def test_a_server_that_hangs_up_is_unreachable_and_one_that_is_not_there(archive: Archive) -> None:
    with CdxServer(FIRST) as server:
        gone = server
    report = bring(archive, gone)
    assert (report.stopped, report.failed, report.pages) == ("unreachable", {"refused": 1}, 0)
