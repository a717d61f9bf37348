"""Feeds and files of a search, read back by readers of others: feedparser, csv, pyarrow, rispy, warcio."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import struct_time
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import httpx
import pyarrow.parquet
import pytest
import rispy
from warcio.archiveiterator import ArchiveIterator

from citations import citable, report
from portal_archiver.citations import cite
from portal_archiver.store import Archive
from portal_archiver.web import atom
from portal_archiver.web.exporting import Room, Source, file_name
from portal_archiver.web.troubles import BusyError
from web_server import NAME, demo_archive, serving

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_archive(tmp_path_factory.mktemp("feeds") / "archive.db")


@pytest.fixture(scope="module")
def archive(path: Path) -> Iterator[Archive]:
    with Archive(path, create=False, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def web(path: Path) -> Iterator[httpx.Client]:
    with serving(path) as served, httpx.Client(base_url=served.url, headers={"Accept-Language": "en"}) as client:
        yield client


def followed(web: httpx.Client, address: str) -> Any:
    answer = web.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    return feed


def day(when: struct_time) -> datetime:
    return datetime(*when[:6], tzinfo=UTC)


# --- feeds ------------------------------------------------------------------------------------------------------------


def test_a_search_is_a_feed_of_its_newest_reports(web: httpx.Client, archive: Archive) -> None:
    feed = followed(web, "/feed.atom?q=nong+thon+moi")
    hits = archive.search("nong thon moi", sort="newest", limit=50).hits
    assert [entry.title for entry in feed.entries] == [hit.title for hit in hits]
    for entry, hit in zip(feed.entries, hits, strict=True):
        archived = archive.article(hit.article_id)
        assert entry.link == f"{web.base_url}/report/{hit.article_id}".replace("//report", "/report")
        assert entry.id == atom.tag(archived.url)
        assert day(entry.published_parsed) == archived.first_seen.replace(microsecond=0)
        assert day(entry.updated_parsed) >= day(entry.published_parsed)
        assert entry.author
        assert entry.summary
    assert feed.feed.title.startswith("nong thon moi")
    assert feed.feed.updated_parsed == max(entry.updated_parsed for entry in feed.entries)


def test_an_edit_makes_an_entry_new_and_its_id_stays(web: httpx.Client, archive: Archive) -> None:
    (edited,) = archive.search("", revised_since="2000").hits
    (entry,) = (it for it in followed(web, "/feed.atom?revised=1").entries if it.title == edited.title)
    assert day(entry.updated_parsed) == archive.revisions(edited.article_id)[-1].captured_at.replace(microsecond=0)
    assert day(entry.updated_parsed) > day(entry.published_parsed)
    assert entry.id in {it.id for it in followed(web, "/portal/bachhai/feed.atom").entries}


def test_a_portal_has_its_feed_and_the_pages_lead_there(web: httpx.Client) -> None:
    feed = followed(web, "/portal/bachhai/feed.atom")
    assert NAME in feed.feed.title
    assert len(feed.entries) == 50
    assert 'type="application/atom+xml" title="' in web.get("/portals").text
    assert 'href="/portal/bachhai/feed.atom"' in web.get("/portals").text
    assert 'href="/feed.atom?q=xa&amp;portal=bachhai"' in web.get("/?q=xa&portal=bachhai&sort=oldest").text
    assert web.get("/portal/nope/feed.atom").status_code == 404


def test_a_feed_is_in_the_language_of_the_pages_for_the_same_reader(web: httpx.Client) -> None:
    english, vietnamese = (web.get("/feed.atom", headers={"Accept-Language": code}) for code in ("en", "vi"))
    for answer, title in ((english, "All reports · Portal archive"), (vietnamese, "Tất cả bài · Kho lưu trữ cổng")):
        assert feedparser.parse(answer.content).feed.title.startswith(title)
    assert english.headers["etag"] != vietnamese.headers["etag"]
    kept = web.get("/feed.atom", headers={"Accept-Language": "en", "If-None-Match": english.headers["etag"]})
    assert kept.status_code == 304
    for answer in (english, kept):
        assert {"Accept-Language", "Cookie"} <= set(answer.headers["vary"].replace(" ", "").split(","))


def test_a_reader_that_has_a_feed_is_not_sent_it_again(web: httpx.Client) -> None:
    first = web.get("/feed.atom?q=xa")
    assert web.get("/feed.atom?q=xa", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_a_feed_has_all_that_the_standard_asks_for_whatever_is_archived() -> None:
    bad = citable(
        report("Lỗi \x0b & <b>\ud800".replace("\ud800", "\ufffe"), "A & B"), url="http://bad.example:81/đ?a=b c"
    )
    said = atom.Feed("T", "search?q=đ", "http://h/feed.atom?q=đ", "http://h/?q=đ", "http://h", "Kho")
    root = ET.fromstring(atom.feed(said, [bad]))
    for needed in ("id", "title", "updated", "author"):
        assert root.find(ATOM + needed) is not None, needed
    (entry,) = root.findall(ATOM + "entry")
    assert entry.findtext(ATOM + "title") == "Lỗi \ufffd & <b>\ufffd"
    assert entry.findtext(ATOM + "id") == "tag:bad.example,2026:portal-archiver/%C4%91?a=b%20c"
    assert [link.get("rel") for link in entry.findall(ATOM + "link")] == ["alternate", "via"]
    empty = ET.fromstring(atom.feed(said, []))
    assert empty.findtext(ATOM + "updated") == "1970-01-01T00:00:00Z"


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(archive: Archive) -> list[int]:
    return archive.matching("nong thon moi", since="2021")


@pytest.mark.parametrize("base", ["/export", "/api/v1/export"])
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "bibtex", "ris", "wacz"])
def test_a_search_is_a_file_of_all_it_finds(
    web: httpx.Client, archive: Archive, found: list[int], base: str, form: str
) -> None:
    answer = web.get(f"{base}/{form}?q=nong+thon+moi&since=2021")
    assert answer.status_code == 200
    ending = {"bibtex": "bib"}.get(form, form)
    name = f"reports-nong-thon-moi-2021.{ending}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert READ[form](answer.content, archive, found)


def _csv(data: bytes, archive: Archive, found: list[int]) -> bool:
    assert data.startswith(b"\xef\xbb\xbf")
    return sorted(int(row["id"]) for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))) == sorted(found)


def _jsonl(data: bytes, archive: Archive, found: list[int]) -> bool:
    return sorted(json.loads(line)["id"] for line in data.splitlines()) == sorted(found)


def _parquet(data: bytes, archive: Archive, found: list[int]) -> bool:
    return sorted(pyarrow.parquet.read_table(io.BytesIO(data))["id"].to_pylist()) == sorted(found)


def _bibtex(data: bytes, archive: Archive, found: list[int]) -> bool:
    return all(cite(archive.citable(number), "bibtex") in data.decode() for number in found)


def _ris(data: bytes, archive: Archive, found: list[int]) -> bool:
    return len(rispy.loads(data.decode())) == len(found)


def _wacz(data: bytes, archive: Archive, found: list[int]) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        with package.open("archive/data.warc.gz") as warc:
            urls = {record.rec_headers["WARC-Target-URI"] for record in ArchiveIterator(warc)}
    return {archive.article(number).url for number in found} <= urls


READ = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "bibtex": _bibtex, "ris": _ris, "wacz": _wacz}


def test_all_reports_are_sent_where_nothing_is_asked_for(web: httpx.Client, archive: Archive) -> None:
    lines = web.get("/export/jsonl").content.splitlines()
    assert len(lines) == archive.search("").total


def status_when_there_is_room(web: httpx.Client) -> int:
    """Begin an export and break it off; the one before may still be on its way out."""
    until = time.monotonic() + 20
    while True:
        with web.stream("GET", "/export/wacz") as answer:
            if answer.status_code != 503 or time.monotonic() > until:
                return answer.status_code
            assert answer.headers["retry-after"]
        time.sleep(0.1)


def test_what_is_broken_off_makes_room_and_what_has_none_says_so(path: Path, web: httpx.Client) -> None:
    for _ in range(5):  # more than may be sent at once
        assert status_when_there_is_room(web) == 200
    room = Room(1)
    room.enter()
    with pytest.raises(BusyError):
        room.enter()
    room.leave()
    room.enter()


def test_a_full_house_and_an_export_that_there_is_not_are_told(path: Path) -> None:
    with serving(path) as served, httpx.Client(base_url=served.url) as client:
        assert client.get("/export/docx").status_code == 404
        assert "choose one of csv" in client.get("/export/docx").text
        assert client.get("/export/csv?q=qzqzqz").status_code == 404
        assert client.get("/export/csv?since=abc").status_code == 400


def test_parquet_without_its_library_is_told_before_anything_is_sent(path: Path) -> None:
    script = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from starlette.testclient import TestClient\n"
        "from portal_archiver.web.app import create_app\n"
        "from portal_archiver.web.settings import Settings\n"
        f"client = TestClient(create_app(Settings({str(path)!r})), base_url='http://127.0.0.1')\n"
        "answer = client.get('/api/v1/export/parquet')\n"
        "print(answer.status_code, answer.json()['detail'])\n"
        "html = client.get('/?q=xa').text\n"
        "print('/export/csv?' in html, '/export/parquet?' in html)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("501 Parquet is written by pyarrow, which is not installed: install it with")
    assert done.stdout.splitlines()[1] == "True False"


@pytest.mark.parametrize(
    ("query", "narrowed", "name"),
    [
        ("", {}, "reports.csv"),
        ('Đường "mới" ../../etc', {"portal": "bachhai", "exact": True}, "reports-duong-moi-etc-bachhai.csv"),
        ("x" * 300, {}, f"reports-{'x' * 60}.csv"),
    ],
)
def test_a_file_is_named_by_what_was_asked_for(query: str, narrowed: dict[str, Any], name: str) -> None:
    assert file_name(Source(query, narrowed), "csv") == name
