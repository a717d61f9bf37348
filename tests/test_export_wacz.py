"""A WACZ is a ZIP that the standard validator accepts, with an index that leads to every record."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidence import CAU, at, fill
from portal_archiver.exports import export_wacz
from portal_archiver.model import Capture
from portal_archiver.store import Archive
from replay_tools import needs_tool, run_tool


@pytest.fixture
def wacz(tmp_path: Path) -> Path:
    fill(tmp_path / "archive.db")
    with Archive(tmp_path / "archive.db") as archive:
        for n in range(400):  # more than one block of the index
            archive.keep(
                Capture(f"https://bachhai.example/{n}", fetched_at=at(100 + n), body=b"%d" % n), portal="bachhai"
            )
        export_wacz(archive, tmp_path / "a.wacz")
    return tmp_path / "a.wacz"


def test_the_index_leads_to_every_record(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as container:
        warc = container.read("archive/data.warc.gz")
        lines = gzip.decompress(container.read("indexes/index.cdx.gz")).decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 410
    for line in lines:
        fields = json.loads(line.split(" ", 2)[2])
        start = int(fields["offset"])
        (record,) = ArchiveIterator(io.BytesIO(warc[start : start + int(fields["length"])]))
        assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == fields["digest"]
        assert (record.rec_type == "revisit") == (fields.get("mime") == "warc/revisit")


def test_each_block_of_the_index_can_be_read_alone(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as container:
        index = container.read("indexes/index.cdx.gz")
        head, *places = container.read("indexes/index.idx").decode().splitlines()
    assert head == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert len(places) == 2
    for place in places:
        key, _, fields = place.partition(" {")
        where = json.loads("{" + fields)
        block = gzip.decompress(index[where["offset"] : where["offset"] + where["length"]]).decode()
        assert block.startswith(key)


def test_the_pages_are_the_reports_with_the_headline_they_had_then(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as container:
        head, *pages = map(json.loads, container.read("pages/pages.jsonl").decode().splitlines())
    assert head["format"] == "json-pages-1.0"
    titles = [(page["ts"][:16], page["title"]) for page in pages if page["url"] == CAU]
    assert titles == [("2024-06-01T13:05", "Thông xe cầu"), ("2024-06-01T13:10", "Thông xe cầu Bạch")]
    assert len(pages) == 4


def test_what_is_compressed_is_stored_and_the_same_captures_make_the_same_bytes(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as container:
        stored = {info.filename for info in container.infolist() if info.compress_type == zipfile.ZIP_STORED}
    assert stored == {"archive/data.warc.gz", "indexes/index.cdx.gz"}
    with Archive(wacz.with_name("archive.db"), read_only=True) as archive:
        export_wacz(archive, wacz.with_name("b.wacz"))
    assert wacz.with_name("b.wacz").read_bytes() == wacz.read_bytes()


@needs_tool("wacz")
def test_the_standard_validator_accepts_it(wacz: Path) -> None:
    done = run_tool("wacz", "validate", "-f", wacz)
    assert "Validation succeeded" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@needs_tool("cdxj-indexer")
def test_the_standard_indexer_makes_the_same_index(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as container:
        container.extract("archive/data.warc.gz", wacz.parent)
        ours = gzip.decompress(container.read("indexes/index.cdx.gz")).decode()
    done = run_tool("cdxj-indexer", "--sort", "--post-append", wacz.parent / "archive" / "data.warc.gz")
    assert done.stdout == ours
