"""What others captured becomes part of the archive, whatever the file, the order and the damage."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demo_crawl import Crawled, contents
from fictional_page import TITLE, page
from portal_archiver.errors import LockedError
from portal_archiver.exports import export_warc
from portal_archiver.imports import Damage, Found, Skipped, read_warc
from portal_archiver.model import Portal, Source
from portal_archiver.pipeline import ImportOptions, ImportReport, import_warcs
from portal_archiver.store import Archive

HOST = "https://www.bachhai.example"
URL = f"{HOST}/tin-tuc/cau-tau-ca.html"
HTML = page().encode()
WHEN = datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC)
LIMIT = 10_000_000


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


class Warc:
    """A WARC as others write it."""

    def __init__(self, *, gzip: bool = True) -> None:
        self.file = io.BytesIO()
        self._writer = WARCWriter(self.file, gzip=gzip)

    def add(
        self,
        url: str = URL,
        body: bytes = HTML,
        when: datetime = WHEN,
        status: str = "200 OK",
        headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),),
        kind: str = "response",
        **warc: str,
    ) -> int:
        """Add a record; returns where it begins."""
        start = self.file.tell()
        date = {"WARC-Date": f"{when:%Y-%m-%dT%H:%M:%SZ}"}
        record = self._writer.create_warc_record(
            url, kind, io.BytesIO(body), len(body), http_headers=StatusAndHeaders(status, list(headers), "HTTP/1.1"),
            warc_headers_dict=date | {name.replace("_", "-"): value for name, value in warc.items()},
        )  # fmt: skip
        self._writer.write_record(record)
        return start

    def save(self, folder: Path, name: str = "a.warc.gz") -> Path:
        (folder / name).write_bytes(self.file.getvalue())
        return folder / name


def one(folder: Path, **record: Any) -> Found | Skipped | Damage:
    warc = Warc()
    warc.add(**record)
    (found,) = read_warc(warc.save(folder), max_bytes=LIMIT)
    return found


def take(archive: Archive, *files: Path, **options: Any) -> ImportReport:
    return import_warcs(files, archive, ImportOptions(**options))


# --- files ------------------------------------------------------------------------------------------------------------


def three() -> Warc:
    warc = Warc(gzip=False)
    for n in range(3):
        warc.add(f"{HOST}/tin/{n}.html", page(title=f"<h1>Tin số {n}</h1>").encode())
    return warc


def packed_by_record(plain: bytes) -> bytes:
    parts = plain.split(b"WARC/1.0\r\n")[1:]
    return b"".join(gzip.compress(b"WARC/1.0\r\n" + part) for part in parts)


PLAIN = three().file.getvalue()
FORMS = {
    "plain": PLAIN,
    "one member a record": packed_by_record(PLAIN),
    "one member": gzip.compress(PLAIN),
    "padded": packed_by_record(PLAIN) + bytes(512),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_file_holds_the_same_pages(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.warc").write_bytes(FORMS[form])
    found = list(read_warc(tmp_path / "a.warc", max_bytes=LIMIT))
    assert [item.capture.url[-6:] for item in found if isinstance(item, Found)] == ["0.html", "1.html", "2.html"]
    assert len(found) == 3


def test_an_arc_is_read_too(tmp_path: Path, archive: Archive) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
    head = b"1 0 Internet Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    arc = f"filedesc://a.arc 0.0.0.0 20090101000000 text/plain {len(head)}\n".encode() + head + b"\n"
    arc += f"{URL} 203.0.113.7 20090101020304 text/html {len(answer)}\n".encode() + answer + b"\n"
    (tmp_path / "a.arc").write_bytes(arc)
    assert take(archive, tmp_path / "a.arc").new == 1
    (kept,) = archive.captures(1)
    assert (kept.fetched_at, kept.source) == (datetime(2009, 1, 1, 2, 3, 4, tzinfo=UTC), Source("a.arc"))
    assert archive.payload(kept.id) == HTML


@pytest.mark.parametrize("packed", [True, False])
def test_what_comes_before_the_damage_is_kept_and_its_place_is_told(
    tmp_path: Path, archive: Archive, packed: bool
) -> None:
    warc = Warc(gzip=packed)
    warc.add(f"{HOST}/tin/1.html")
    start = warc.add(f"{HOST}/tin/2.html", page(title="<h1>Tin thứ hai</h1>").encode())
    file = warc.save(tmp_path, "a.warc")
    file.write_bytes(file.read_bytes()[:-300])
    report = take(archive, file)
    assert report.new == 1
    ((name, offset),) = ((damage.file, damage.offset) for damage in report.damaged)
    assert (name, offset) == ("a.warc", start)


def test_a_damaged_member_in_the_middle_ends_the_reading_there(tmp_path: Path) -> None:
    warc = Warc()
    starts = [warc.add(f"{HOST}/tin/{n}.html", bytes(range(256)) * 400 + b"%d" % n) for n in range(3)]
    data = bytearray(warc.file.getvalue())
    data[starts[1] + 40 : starts[1] + 60] = bytes(20)
    (tmp_path / "a.warc.gz").write_bytes(data)
    *found, damage = read_warc(tmp_path / "a.warc.gz", max_bytes=LIMIT)
    assert len(found) == 1
    assert isinstance(damage, Damage)
    assert damage.offset == starts[1]
    assert "gzip data cannot be read" in damage.why


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>Khong phai WARC</html>\n" * 9, bytes(99), b"\x1f\x8b", gzip.compress(b"x")],
    ids=["empty", "a page", "zeros", "a torn gzip", "a gzip"],
)
def test_a_file_that_is_no_warc_is_damage_at_its_beginning_and_an_empty_one_is_empty(
    tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "a.warc").write_bytes(data)
    found = list(read_warc(tmp_path / "a.warc", max_bytes=LIMIT))
    assert [item.offset for item in found if isinstance(item, Damage)] == ([0] if data else [])
    assert len(found) == bool(data)


@given(st.data())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_raises(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(list(FORMS.values()))))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.warc").write_bytes(raw[: data.draw(st.integers(1, len(raw)))])
    found = list(read_warc(tmp_path / "a.warc", max_bytes=LIMIT))
    assert all(isinstance(item, (Found, Skipped)) for item in found[:-1])


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_page_keeps_its_time_its_headers_and_where_it_came_from(tmp_path: Path, archive: Archive) -> None:
    warc = Warc()
    warc.add(headers=(("Content-Type", "text/html"), ("ETag", '"1"'), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
             WARC_Record_ID="<urn:uuid:7>")  # fmt: skip
    assert take(archive, warc.save(tmp_path)).new == 1
    (kept,) = archive.captures(1)
    assert kept.fetched_at == WHEN
    assert kept.headers[1:] == (("ETag", '"1"'), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    assert kept.source == Source("a.warc.gz", "<urn:uuid:7>")
    assert archive.payload(kept.id) == HTML
    assert archive.article(1).article.title == TITLE


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


CODED = {
    "gzip": (gzip.compress(HTML), (("Content-Encoding", "gzip"),)),
    "deflate": (zlib.compress(HTML), (("Content-Encoding", "deflate"),)),
    "chunked": (chunked(HTML), (("Transfer-Encoding", "chunked"),)),
    "both": (chunked(gzip.compress(HTML)), (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))),
    "said but not done": (HTML, (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))),
}


@pytest.mark.parametrize("coding", CODED)
def test_a_payload_is_kept_as_a_crawl_would(tmp_path: Path, coding: str) -> None:
    body, headers = CODED[coding]
    found = one(tmp_path, body=body, headers=(("Content-Type", "text/html"), *headers))
    assert isinstance(found, Found)
    assert found.capture.body == HTML
    assert found.capture.headers == (("Content-Type", "text/html"), *headers)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"status": "404 Not Found"}, "status"),
        ({"status": "302 Found"}, "status"),
        ({"headers": (("Content-Type", "image/png"),)}, "not-html"),
        ({"body": b"a" * (LIMIT + 1)}, "too-large"),
        ({"body": gzip.compress(b"a" * (LIMIT + 1)), "headers": (("Content-Encoding", "gzip"),)}, "too-large"),
        ({"body": b"\x01\x02" * 99, "headers": (("Content-Encoding", "gzip"),)}, "undecodable"),
        ({"when": datetime(1970, 1, 1)}, "unusable"),
        ({"when": datetime(2999, 1, 1)}, "unusable"),
        ({"status": "OK"}, "unusable"),
        ({"kind": "revisit", "body": b""}, "no-original"),
    ],
)
def test_what_is_no_page_is_left_out_with_a_reason(tmp_path: Path, record: dict[str, Any], reason: str) -> None:
    assert one(tmp_path, **record) == Skipped(reason)


def test_a_revisit_has_the_payload_it_refers_to_once_that_is_here(tmp_path: Path, archive: Archive) -> None:
    first, second = Warc(), Warc()
    first.add()
    later = WHEN + timedelta(days=30)
    second.add(when=later, kind="revisit", body=b"", WARC_Refers_To_Target_URI=URL,
               WARC_Refers_To_Date=f"{WHEN:%Y-%m-%dT%H:%M:%SZ}", WARC_Payload_Digest="sha1:A")  # fmt: skip
    files = [second.save(tmp_path, "2.warc.gz"), first.save(tmp_path, "1.warc.gz")]
    report = take(archive, *files)
    assert (report.new, report.skipped) == (1, {"no-original": 1})
    again = take(archive, *files)
    assert (again.unchanged, again.held, again.skipped) == (1, 1, {})
    assert [archive.payload(kept.id) for kept in archive.captures(1)] == [HTML, HTML]
    assert archive.article(1).last_seen == later


# --- the archive ------------------------------------------------------------------------------------------------------


def test_an_import_adds_nothing_the_second_time(tmp_path: Path, archive: Archive) -> None:
    file = three().save(tmp_path, "a.warc")
    assert take(archive, file, file) == ImportReport(pages=3, new=3, held=3)
    assert take(archive, file) == ImportReport(held=3)
    assert archive.db.execute("SELECT count(*) FROM captures").fetchone() == (3,)


def test_an_older_page_becomes_an_older_version(tmp_path: Path, archive: Archive) -> None:
    newer, older = Warc(), Warc()
    newer.add()
    older.add(body=HTML.replace(b"42 t", b"24 t"), when=WHEN - timedelta(days=400))
    assert take(archive, newer.save(tmp_path, "b.warc.gz")).new == 1
    assert take(archive, older.save(tmp_path)).changed == 1
    first, second = archive.revisions(1)
    assert ("24 t" in first.article.body, "42 t" in second.article.body) == (True, True)
    assert first.captured_at < second.captured_at == WHEN
    assert "42 t" in archive.article(1).article.body


def test_what_was_exported_comes_back_as_it_was(tmp_path: Path, archive: Archive, crawled: Crawled) -> None:
    export_warc(crawled.archive, tmp_path / "a.warc.gz")
    report = take(archive, tmp_path / "a.warc.gz", key="bachhai")
    assert contents(archive, crawled.url) == contents(crawled.archive, crawled.url)
    assert report.damaged == ()
    with crawled.archive.evidence() as captures:
        pages = [one.record for one in captures if one.record.status == 200 and one.title]
    with archive.evidence() as captures:
        kept = [one.record for one in captures if one.title]
    assert [(a.final_url, a.fetched_at, a.headers, a.sha256) for a in pages] == [
        (b.final_url, b.fetched_at, b.headers, b.sha256) for b in kept
    ]


def test_what_others_captured_is_exported_as_theirs(tmp_path: Path, archive: Archive) -> None:
    warc = Warc()
    warc.add(WARC_Record_ID="<urn:uuid:7>")
    take(archive, warc.save(tmp_path))
    export_warc(archive, tmp_path / "b.warc")
    written = (tmp_path / "b.warc").read_bytes()
    assert b"\r\nimportedFrom: a.warc.gz <urn:uuid:7>\r\n" in written
    assert b"WARC-Type: request" not in written
    assert take(archive, tmp_path / "b.warc").held == 1


def test_a_page_goes_to_the_portal_of_its_host(tmp_path: Path, archive: Archive) -> None:
    warc = Warc()
    for host in ("www.bachhai.example", "xa.bachhai.example", "khac.example"):
        warc.add(f"https://{host}/tin-tuc/1.html", page(title=f"<h1>Tin của {host}</h1>").encode())
    file = warc.save(tmp_path)
    portal = Portal((f"{HOST}/",), key="tinh", hosts=("*.bachhai.example",))
    report = take(archive, file, portals={"tinh": portal})
    assert (report.new, report.skipped) == (2, {"other-host": 1})
    assert [known.key for known in archive.portals()] == ["tinh"]
    assert take(archive, file).new == 1
    assert [(known.key, known.articles) for known in archive.portals()] == [("khac.example", 1), ("tinh", 2)]


def test_with_a_key_all_pages_are_of_that_portal(tmp_path: Path, archive: Archive) -> None:
    portals = {"tinh": Portal((f"{HOST}/",), key="tinh")}
    warc = Warc()
    warc.add("https://khac.example/tin-tuc/1.html")
    assert take(archive, warc.save(tmp_path), key="cu", portals=portals).new == 1
    assert archive.article(1).portal == "cu"


def test_a_page_that_was_imported_need_not_be_asked_for_again(tmp_path: Path, archive: Archive) -> None:
    file = three().save(tmp_path, "a.warc")
    portal = Portal((f"{HOST}/",), key="tinh")
    take(archive, file, portals={"tinh": portal})
    states = archive.db.execute("SELECT DISTINCT state, kind, due > fetched_at FROM urls").fetchall()
    assert states == [("fetched", "article", 1)]
    assert archive.frontier(portal).next() is None


def test_an_import_waits_for_no_crawl(tmp_path: Path, archive: Archive) -> None:
    file = three().save(tmp_path, "a.warc")
    with Archive(archive.path) as other, other.exclusive(), pytest.raises(LockedError):
        take(archive, file)
