"""Servers of web archives that misbehave: what they cost, and what is told."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from cdx_server import HTML, CdxServer, Held, Reply
from portal_archiver.model import Portal
from portal_archiver.store import Archive
from wayback_import import BESIDE, BODY, FIRST, KINDS, LATER, URL, bring, of_page


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


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
