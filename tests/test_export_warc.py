"""A WARC tells what was received, no more and no less, and other tools read it."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidence import CANG, CAU, CU, HOST, LIST, OTHER, THIRD, WHEN, fill, page
from portal_archiver.errors import ArchiveError, DiskFullError, OutputError, PortalArchiverError
from portal_archiver.exports import Exported, export_warc
from portal_archiver.exports.surt import surt
from portal_archiver.store import Archive
from replay_tools import needs_tool, pywb, run_tool

Record = tuple[str, dict[str, str], Any, bytes]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    fill(tmp_path / "archive.db")
    return tmp_path / "archive.db"


def export(archive: Path, name: str = "a.warc.gz", **options: Any) -> tuple[Path, Exported]:
    with Archive(archive, read_only=True) as opened:
        return archive.parent / name, export_warc(opened, archive.parent / name, **options)


def read(file: Path) -> list[Record]:
    with file.open("rb") as stream:
        return [
            (record.rec_type, dict(record.rec_headers.headers), record.http_headers, record.raw_stream.read())
            for record in ArchiveIterator(stream)
        ]


def of(records: list[Record], kind: str, url: str = "") -> list[Record]:
    return [record for record in records if record[0] == kind and url in ("", record[1]["WARC-Target-URI"])]


def test_every_capture_is_there_once_with_its_payload_or_a_word_of_who_has_it(archive: Path) -> None:
    file, written = export(archive)
    records = read(file)
    assert Counter(kind for kind, *_ in records) == {
        "warcinfo": 1, "response": 8, "revisit": 2, "request": 10, "metadata": 3
    }  # fmt: skip
    assert written == Exported(10, 8, 2, file.stat().st_size)
    assert [body for *_, body in of(records, "response", CAU)] == [page("Thông xe cầu"), page("Thông xe cầu Bạch")]
    assert of(records, "response", OTHER)[0][3] == b"\x00\xff" + page("Tin xã")


def test_the_standard_checker_finds_every_digest_right(archive: Path) -> None:
    file, _ = export(archive)
    command = [str(Path(sys.executable).with_name("warcio")), "check", "--verbose", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert Counter(line.strip() for line in done.stdout.splitlines() if "digest" in line) == {
        "digest pass": 22,
        "digest present but not checked (revisit)": 2,
    }


def test_headers_say_what_is_true_of_the_payload_and_keep_what_was_true_on_the_wire(archive: Path) -> None:
    records = read(export(archive)[0])
    _, warc, http, body = of(records, "response", CAU)[0]
    assert (http.protocol, http.statusline) == ("HTTP/1.1", "200 OK")
    assert http.headers == [
        ("Content-Type", "text/html; charset=utf-8"), ("ETag", '"a1"'), ("X-Orig-Content-Encoding", "gzip"),
        ("X-Orig-Transfer-Encoding", "chunked"), ("Set-Cookie", "a=1"), ("Content-Length", str(len(body))),
    ]  # fmt: skip
    assert warc["WARC-IP-Address"] == "203.0.113.7"
    _, _, untouched, body = of(records, "response", CANG)[0]
    assert [name for name, _ in untouched.headers] == ["Content-Type", "ETag", "X-Ghi-Chu", "Content-Length"]


def test_a_header_that_is_no_ascii_is_written_as_the_bytes_that_came(archive: Path) -> None:
    assert b"\r\nX-Ghi-Chu: t\xfdnh\r\n" in export(archive, "a.warc")[0].read_bytes()


def test_a_line_break_in_a_header_makes_no_header_of_its_own(archive: Path) -> None:
    with Archive(archive) as opened:
        opened.db.execute("""UPDATE captures SET headers = '[["A", "b\\r\\nC: d"]]' WHERE url = ?""", [OTHER])
    (record,) = of(read(export(archive)[0]), "response", OTHER)
    assert [name for name, _ in record[2].headers] == ["A", "Content-Length"]


def test_the_digest_and_the_time_are_those_of_the_archive(archive: Path) -> None:
    _, warc, _, _ = of(read(export(archive)[0]), "response", CAU)[0]
    with Archive(archive, read_only=True) as opened:
        kept = opened.captures(1)[0]
    assert warc["WARC-Payload-Digest"] == f"sha256:{kept.sha256}"
    assert warc["WARC-Date"] == "2024-06-01T13:05:07.250000Z"
    assert kept.fetched_at == WHEN


def test_the_same_payload_at_another_address_is_a_revisit(archive: Path) -> None:
    records = read(export(archive)[0])
    (original,) = of(records, "response", LIST)
    (revisit,) = of(records, "revisit", LIST + "?trang=1")
    assert revisit[1]["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert revisit[1]["WARC-Refers-To-Target-URI"] == LIST
    assert revisit[1]["WARC-Refers-To-Date"] == original[1]["WARC-Date"]
    assert revisit[1]["WARC-Payload-Digest"] == original[1]["WARC-Payload-Digest"]
    assert revisit[2].get_header("ETag") == '"a1"'
    assert revisit[3] == b""


def test_a_304_refers_to_what_its_address_showed_then_and_its_headers_are_kept_beside_it(archive: Path) -> None:
    records = read(export(archive)[0])
    (revisit,) = of(records, "revisit", CAU)
    first, _ = of(records, "response", CAU)
    assert revisit[1]["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert revisit[1]["WARC-Refers-To-Date"] == first[1]["WARC-Date"]
    (beside,) = of(records, "metadata", CAU)
    assert beside[1]["WARC-Concurrent-To"] == revisit[1]["WARC-Record-ID"]
    assert beside[3] == b'http-status: 304 Not Modified\r\nhttp-header: ETag: "a1"\r\nhttp-header: Server: BH\r\n'


def test_a_304_of_which_the_file_has_no_page_is_what_it_was(archive: Path) -> None:
    ((_, _, http, body),) = of(read(export(archive)[0]), "response", f"{HOST}/la")
    assert (http.statusline, http.headers, body) == ("304 Not Modified", [("ETag", '"x"')], b"")


def test_after_a_redirect_the_bytes_belong_to_the_address_that_sent_them(archive: Path) -> None:
    records = read(export(archive)[0])
    assert of(records, "response", CU) == []
    ((_, _, _, beside),) = of(records, "metadata", CANG)
    assert beside == f"via: {CU}\r\nhopsFromSeed: R\r\n".encode()


def test_a_request_holds_what_is_known_of_it(archive: Path) -> None:
    _, warc, http, _ = of(read(export(archive)[0]), "request", CAU)[0]
    assert (http.protocol, http.statusline) == ("GET", "/tin/cau-1.html?b=2&a=1 HTTP/1.1")
    assert http.headers == [("Host", "www.bachhai.example"), ("User-Agent", "portal-archiver")]
    assert warc["WARC-Concurrent-To"] == of(read(export(archive, "b.warc")[0]), "response", CAU)[0][1]["WARC-Record-ID"]


def test_a_form_that_was_posted_is_told_from_an_address_that_was_asked_for(archive: Path) -> None:
    records = read(export(archive)[0])
    ((_, _, http, body),) = of(records, "request", LIST + "?muc=1")
    assert http.protocol == "POST"
    assert body == b"__EVENTTARGET=ctl00%24Main%24Grid&__EVENTARGUMENT=Page%243"
    assert of(records, "metadata", LIST + "?muc=1")[0][3] == f"via: {THIRD}\r\n".encode()


def test_the_same_captures_make_the_same_bytes_and_no_id_twice(archive: Path) -> None:
    first, second = export(archive)[0], export(archive, "b.warc.gz")[0]
    assert first.read_bytes() == second.read_bytes()
    ids = [warc["WARC-Record-ID"] for _, warc, _, _ in read(first)]
    assert len(set(ids)) == len(ids)


def test_a_portal_or_some_reports_alone_can_be_written(archive: Path) -> None:
    with Archive(archive, read_only=True) as opened:
        (bridge,) = opened.matching("cau bach")
        assert opened.matching("cau xyzzyplugh") == []
    assert export(archive, "xa.warc", portal="xa")[1].captures == 1
    file, written = export(archive, "cau.warc", articles=[bridge])
    assert written == Exported(3, 2, 1, file.stat().st_size)
    assert export(archive, "both.warc", articles=[bridge, 2])[1].captures == 4
    with pytest.raises(PortalArchiverError, match="holds no such capture"):
        export(archive, "none.warc", portal="xa", articles=[bridge])
    assert not archive.with_name("none.warc").exists()


def test_a_file_that_is_there_is_replaced_only_when_told_to(archive: Path) -> None:
    file = archive.with_name("a.warc.gz")
    file.write_bytes(b"cu")
    with pytest.raises(OutputError, match=r"a\.warc\.gz exists already.*--overwrite"):
        export(archive)
    assert file.read_bytes() == b"cu"
    assert export(archive, overwrite=True)[0].read_bytes().startswith(b"\x1f\x8b")
    archive.with_name("folder").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        export(archive, "folder")
    with pytest.raises(OutputError, match="No such file or directory"):
        export(archive, "none/a.warc")


def test_a_damaged_payload_is_told_and_leaves_no_half_file(archive: Path) -> None:
    with Archive(archive) as opened:
        opened.db.execute("UPDATE bodies SET sha256 = 'x' || substr(sha256, 2) WHERE id = 3")
    with pytest.raises(ArchiveError, match="damaged"):
        export(archive)
    assert {file.name for file in archive.parent.iterdir()} <= {"archive.db", "archive.db-shm", "archive.db-wal"}


def test_a_full_disk_has_its_exit_code_and_leaves_no_half_file(archive: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    archive.with_name("a.warc.gz.part").symlink_to(full)
    with pytest.raises(DiskFullError, match=r"a\.warc\.gz cannot be written, the disk is full") as caught:
        export(archive)
    assert caught.value.exit_code == 7
    assert not list(archive.parent.glob("a.warc*"))


# --- other tools ------------------------------------------------------------------------------------------------------


@needs_tool("wayback")
def test_pywb_replays_every_page_byte_for_byte(archive: Path) -> None:
    file, _ = export(archive)
    with pywb(archive.parent, file) as collection, Archive(archive, read_only=True) as opened:
        shown = 0
        last: dict[str, bytes] = {}
        with opened.evidence() as captures:
            records = [evidence.record for evidence in captures]
        for kept in records:
            status, body = fetched(f"{collection}{kept.fetched_at:%Y%m%d%H%M%S}id_/{kept.final_url}")
            if kept.final_url == THIRD:  # it has no address to ask for it by
                continue
            if kept.final_url.endswith("/la"):
                assert (status, body) == (304, b"")
                continue
            expected = last[kept.final_url] if kept.status == 304 else opened.payload(kept.id)
            assert (status, body) == (200 if kept.status == 304 else kept.status, expected), kept
            last[kept.final_url] = body
            shown += 1
    assert shown == 8


def fetched(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


KEYS = {
    "https://www.bachhai.example/Tin-Tuc/1.html?b=2&a=1": "example,bachhai)/tin-tuc/1.html?a=1&b=2",
    "http://bachhai.example:8080/a//b/": "example,bachhai:8080)/a/b",
    "http://127.0.0.1:8765/x?A=1&a": "1,0,0,127:8765)/x?a&a=1",
    "https://www2.bachhai.example/t%C3%AAn%20a.aspx?id=%E1%BA%BF": "example,bachhai)/t%c3%aan%20a.aspx?id=%e1%ba%bf",
    "https://bachhai.example/?": "example,bachhai)/",
    "https://bachhai.example": "example,bachhai)/",
    "https://bachhai.example/a/./b/../c": "example,bachhai)/a/c",
    "https://bachhai.example/a%2525?x=%26": "example,bachhai)/a%25?&x=",
    "https://bachhai.example/a?phpsessid=0123456789abcdef0123456789abcdef&x=1": "example,bachhai)/a?x=1",
    "https://bachhai.example/(S(0123456789abcdefghijklmn))/Tin.aspx?id=1": "example,bachhai)/tin.aspx?id=1",
}


@pytest.mark.parametrize("url", KEYS)
def test_a_surt_key_is_the_one_that_other_archives_look_for(url: str) -> None:
    assert surt(url) == KEYS[url]


@needs_tool("wayback")
def test_the_keys_above_are_those_of_the_surt_library(tmp_path: Path) -> None:
    script = "import sys, surt\nfor url in sys.argv[1:]: print(surt.surt(url))"
    done = run_tool("python", "-W", "ignore", "-c", script, *KEYS, cwd=tmp_path)
    assert done.stdout.splitlines() == list(KEYS.values())
