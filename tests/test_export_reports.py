"""Reports leave the archive as tables and citations: whole, harmless, and never all of them in memory."""

from __future__ import annotations

import csv
import io
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from citations import SHA256, SITE, URL, WHEN, citable, report
from evidence import HOST, at, fill
from evidence import report as saved
from portal_archiver.errors import DiskFullError, MissingPartError, OutputError, PortalArchiverError
from portal_archiver.exports import FORMS, ExportedReports, export_reports, stream_reports
from portal_archiver.exports.parquet import ROWS
from portal_archiver.exports.table import COLUMNS, FORMULA
from portal_archiver.model import Article, Attachment, Capture, Citable
from portal_archiver.store import Archive

FULL = citable(
    report(
        section="Văn hóa",
        attachments=(Attachment("https://www.bachhai.example/1.pdf"), Attachment("https://www.bachhai.example/2.pdf")),
    )
)
BARE = citable(Article("Thông báo", ""), number=13)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    fill(tmp_path / "archive.db")
    with Archive(tmp_path / "archive.db", read_only=True) as opened:
        yield opened


def written(form: str, *reports: Citable) -> bytes:
    return b"".join(FORMS[form].chunks(iter(reports)))


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_csv_begins_as_excel_wants_it_and_says_all_that_fits_a_row() -> None:
    data = written("csv", FULL, BARE)
    assert data.startswith(b"\xef\xbb\xbfid,portal,site,kind,title,")
    first, second = rows(data)
    assert list(first) == list(COLUMNS)
    assert first == {
        "id": "12",
        "portal": "bachhai",
        "site": SITE,
        "kind": "article",
        "title": "Khai mạc ngày hội non sông",
        "author": "Nguyễn Thị Minh Khai",
        "section": "Văn hóa",
        "language": "vi",
        "day": "2023-12-26",
        "published": "2023-12-26",
        "published_origin": "element",
        "url": URL,
        "lead": "",
        "body": "Sáng 26/12, ngày hội khai mạc.",
        "photos": "1",
        "photo_credits": "THẠCH PÍCH",
        "photo_captions": "Màn múa. Ảnh: THẠCH PÍCH",
        "attachments": "https://www.bachhai.example/1.pdf\nhttps://www.bachhai.example/2.pdf",
        "license": "",
        "attribution": "",
        "revision": "1",
        "first_seen": WHEN.isoformat(),
        "last_seen": WHEN.isoformat(),
        "captured_at": WHEN.isoformat(),
        "sha256": SHA256,
    }
    assert (second["id"], second["author"], second["day"], second["published_origin"]) == ("13", "", "", "")


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://la.example")', "+84 299", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    (row,) = rows(written("csv", citable(report(text, text))))
    assert (row["title"], row["author"]) == (f"'{text}", f"'{text}")
    told = json.loads(written("jsonl", citable(report(text, text))))
    assert told["article"]["title"] == text  # only a spreadsheet reads more than text in it


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(TEXT, TEXT)
def test_whatever_stands_in_a_text_stays_in_its_cell(title: str, author: str) -> None:
    first, second = rows(written("csv", citable(report(title, author)), BARE))
    for text, cell in ((title, first["title"]), (author, first["author"])):
        assert cell == (f"'{text}" if text.startswith(FORMULA) else text)
    assert (first["sha256"], second["title"]) == (SHA256, "Thông báo")


# --- JSON Lines -------------------------------------------------------------------------------------------------------


def test_json_lines_keep_everything_under_its_name() -> None:
    told = json.loads(written("jsonl", FULL))
    assert told["article"]["published"] == {
        "value": "2023-12-26", "precision": "day", "origin": "element", "raw": ""
    }  # fmt: skip
    assert told["article"]["photos"][0]["credit"] == "THẠCH PÍCH"
    assert [file["url"][-5:] for file in told["article"]["attachments"]] == ["1.pdf", "2.pdf"]
    assert told["license"]["attribution_source"] == SITE
    assert (told["id"], told["revision"], told["revisions"], told["sha256"]) == (12, 1, 1, SHA256)
    assert told["captured_at"] == "2023-12-27T02:15:07+00:00"


@given(TEXT)
def test_a_line_is_a_report_for_every_reader_of_lines(title: str) -> None:
    lines = written("jsonl", citable(report(title)), BARE).decode().splitlines()  # which knows nine more line breaks
    assert [json.loads(line)["article"]["title"] for line in lines] == [title, "Thông báo"]


# --- Parquet ----------------------------------------------------------------------------------------------------------


def test_parquet_has_the_same_columns_with_their_kinds() -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(written("parquet", FULL, BARE)))
    assert table.column_names == list(COLUMNS)
    first, second = table.to_pylist()
    assert (first["id"], first["day"], first["title"]) == (12, date(2023, 12, 26), "Khai mạc ngày hội non sông")
    assert first["captured_at"] == datetime(2023, 12, 27, 2, 15, 7, tzinfo=UTC)
    assert (second["author"], second["day"], second["photos"]) == (None, None, 0)


def test_parquet_of_no_report_is_an_empty_table() -> None:
    assert pyarrow.parquet.read_table(io.BytesIO(written("parquet"))).num_rows == 0


def test_without_pyarrow_the_way_to_it_is_told_and_no_file_is_begun(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    script = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from portal_archiver.cli import run\n"
        "sys.exit(run(['export', 'parquet', 'a.parquet']))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'portal-archiver[parquet]'" in done.stderr
    assert list(tmp_path.glob("a.parquet*")) == []


def test_a_stream_that_cannot_be_made_says_so_before_its_first_byte(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPartError):
        stream_reports(archive, "parquet")


# --- citations --------------------------------------------------------------------------------------------------------


def test_bibtex_and_ris_are_read_back_with_a_key_for_each_report(archive: Archive) -> None:
    entries = parse_string(b"".join(stream_reports(archive, "bibtex")).decode(), "bibtex").entries
    assert list(entries) == ["bachhai-1", "bachhai-2", "xa-3"]
    records = rispy.loads(b"".join(stream_reports(archive, "ris")).decode())
    assert [record["title"] for record in records] == ["Thông xe cầu Bạch", "Cảng mới", "Tin xã"]


# --- which, and how many at a time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, [1, 2, 3]),
        ({"portal": "xa"}, [3]),
        ({"portal": "la"}, []),
        ({"articles": [3, 1, 3]}, [1, 3]),
        ({"articles": [2, 3, 4711], "portal": "bachhai"}, [2]),
        ({"articles": []}, []),
    ],
)
def test_a_portal_or_some_reports_alone_can_be_had(archive: Archive, chosen: Any, expected: list[int]) -> None:
    assert [it.archived.id for it in archive.citables(**chosen)] == expected


def many(number: int, taken: list[int]) -> Iterator[Citable]:
    for n in range(number):
        taken.append(n)
        yield FULL


@pytest.mark.parametrize("form", FORMS)
def test_of_100_000_reports_few_are_taken_before_bytes_come(form: str) -> None:
    taken: list[int] = []
    chunks = FORMS[form].chunks(many(100_000, taken))
    most = ROWS if form == "parquet" else 1
    for number, _ in enumerate(itertools.islice(chunks, 3), 1):
        assert len(taken) <= most * number
    assert taken


def test_the_archive_reads_a_few_at_a_time_and_others_can_write_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_archiver.store.archive.reading.AT_A_TIME", 2)
    fill(tmp_path / "archive.db")
    with Archive(tmp_path / "archive.db") as archive:
        asked: list[str] = []
        archive.db.conn.set_trace_callback(asked.append)
        reports = archive.citables()
        assert next(reports).archived.id == 1
        assert sum(statement.startswith("SELECT title, lead") for statement in asked) == 2
        archive.db.conn.set_trace_callback(None)
        with Archive(tmp_path / "archive.db") as other:
            saved(other, Capture(f"{HOST}/tin/4", fetched_at=at(9), body=b"4"), "Tin thứ tư", body="D" * 90)
        assert [it.archived.article.title for it in reports] == ["Cảng mới", "Tin xã", "Tin thứ tư"]


def test_threads_may_take_turns_with_a_stream(archive: Archive) -> None:
    stream, got = stream_reports(archive, "csv"), []
    for _ in range(2):
        thread = threading.Thread(target=lambda: got.append(next(stream, b"")))
        thread.start()
        thread.join()
    assert len(rows(b"".join(got))) == 3


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_what_a_stream_gives(archive: Archive, form: str) -> None:
    file = archive.path.with_name(f"a.{form}")
    done = export_reports(archive, file, form)
    assert done == ExportedReports(3, file.stat().st_size)
    assert file.read_bytes() == b"".join(stream_reports(archive, form))
    with pytest.raises(OutputError, match="exists already"):
        export_reports(archive, file, form)
    assert export_reports(archive, file, form, portal="xa", overwrite=True).reports == 1


def test_nothing_to_export_is_no_file(archive: Archive) -> None:
    with pytest.raises(PortalArchiverError, match="holds no such report"):
        export_reports(archive, archive.path.with_name("a.csv"), "csv", portal="xa", articles=[1])
    assert not list(archive.path.parent.glob("a.csv*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_leaves_no_half_file(archive: Archive, form: str) -> None:
    archive.path.with_name(f"a.{form}.part").symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match="the disk is full"):
        export_reports(archive, archive.path.with_name(f"a.{form}"), form)
    assert not list(archive.path.parent.glob(f"a.{form}*"))
