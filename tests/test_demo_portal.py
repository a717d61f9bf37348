"""The demo portal keeps what it promises: every other test and the first minute of every user stand on it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import tomllib
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from bs4 import BeautifulSoup

import portal_archiver.demo
from portal_archiver.demo import Expected, expected_license, serve, truth
from portal_archiver.demo.content import load
from portal_archiver.demo.files import encode, png
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Origin
from portal_archiver.text import decode, fold, plain

DATA = Path(portal_archiver.demo.__file__).parent
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture(scope="module")
def expected(base: str) -> dict[str, Expected]:
    return truth(base)


def text_of(response: httpx.Response) -> str:
    return plain(BeautifulSoup(decode(response.content, response.charset_encoding), "html.parser").get_text(" "))


def links_of(response: httpx.Response) -> list[str]:
    found = BeautifulSoup(response.content, "lxml").find_all(["a", "img", "link"])
    return [urljoin(str(response.url), str(tag.get("href") or tag.get("src"))).split("#")[0] for tag in found]


def still(page: str) -> str:
    """A page without what moves at every request: the clock, the counters."""
    page = re.sub(r"\d\d:\d\d:\d\d", "", plain(page))
    return re.sub(
        r"(Lượt xem: |Số lần đọc: |online: |truy cập: |Hôm nay: |ngày: |tuyến: |Tất cả: )[\d.]+|\d+ lượt xem", "", page
    )


def lastmods(client: httpx.Client, base: str) -> dict[str, str]:
    entries = ET.fromstring(client.get(f"{base}sitemap.xml").content).iter(f"{SITEMAP}url")
    return {
        url.findtext(f"{SITEMAP}loc", "").removeprefix(base): url.findtext(f"{SITEMAP}lastmod", "") for url in entries
    }


def test_about_sixty_reports_are_published_and_weigh_little(expected: dict[str, Expected]) -> None:
    assert len(expected) >= 60
    assert sum(record.kind == "document" for record in expected.values()) >= 5
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.suffix in {".toml", ".html", ".css"}) < 400_000


def test_every_page_shows_what_its_record_says(base: str, client: httpx.Client, expected: dict[str, Expected]) -> None:
    for url, record in expected.items():
        shown = text_of(client.get(url).raise_for_status())
        parts = [record.title, *record.paragraphs, *record.cells, *(photo.caption for photo in record.photos)]
        parts += (
            [] if record.broken else [record.section, record.author or "", *(file.title for file in record.attachments)]
        )
        assert [part for part in parts if part not in shown] == [], url


def test_a_credit_stands_in_its_caption_or_in_the_byline() -> None:
    for item in load().items:
        line = item.byline or item.author or ""
        assert not item.author or item.author in line
        for picture in item.pictures:
            assert not picture.credit or picture.credit in picture.caption or picture.credit in line


def test_the_reports_differ_in_all_their_paragraphs(expected: dict[str, Expected]) -> None:
    paragraphs = [text for record in expected.values() for text in record.paragraphs]
    assert len(set(paragraphs)) == len(paragraphs)
    for record in expected.values():
        assert record.kind == "document" or len(record.paragraphs) + bool(record.cells) >= 3, record.url


@pytest.mark.parametrize(("query", "at_least"), [("nong thon moi", 5), ("chuyen doi so", 5), ("13 2023 nd cp", 1)])
def test_what_people_will_type_first_is_there_to_be_found(
    expected: dict[str, Expected], query: str, at_least: int
) -> None:
    texts = [fold(" ".join([record.title, *record.paragraphs])) for record in expected.values()]
    assert sum(query in re.sub(r"[\W_]+", " ", text) for text in texts) >= at_least


def test_dates_are_shown_only_where_the_record_says(
    base: str, client: httpx.Client, expected: dict[str, Expected]
) -> None:
    for url, record in expected.items():
        year, month, day = record.published[:10].split("-")
        numeric = rf"\b0?{int(day)}[-./]0?{int(month)}[-./]{year}\b"
        spelled = rf"ngày {int(day)} tháng {int(month)} năm {year}"
        shown = text_of(client.get(url))
        prose = " ".join(record.paragraphs)
        in_prose = bool(re.search(numeric, prose))
        origins: dict[Origin, bool] = {"element": True, "body": True, "listing": False, "metadata": False}
        assert bool(re.search(f"{numeric}|{spelled}", shown)) == origins[record.origin], url
        assert not in_prose if record.origin == "listing" else in_prose >= (record.origin == "body"), url


def test_the_day_that_a_page_hides_stands_in_its_listing(client: httpx.Client, base: str) -> None:
    shown = text_of(client.get(f"{base}thong-bao/"))
    record = next(record for record in truth(base).values() if record.origin == "listing")
    assert f"{record.title} (24/07/2024)" in shown


def test_dates_in_the_prose_alone_are_in_no_listing_and_no_feed(client: httpx.Client, base: str) -> None:
    pages = "".join(client.get(base + path).text for path in ("", "du-lich/", "rss.xml"))
    assert "27/04/2024" not in pages
    assert "27 Apr 2024" not in pages


def test_paging_reaches_every_report(client: httpx.Client, base: str, expected: dict[str, Expected]) -> None:
    seen: set[str] = set()
    waiting = {base + section.path.lstrip("/") for section in load().sections}
    while waiting:
        page = waiting.pop()
        seen.add(page)
        pager = links_of(client.get(page).raise_for_status())
        waiting |= {url for url in pager if re.search(r"[?]page=\d+$|/page/\d+/$", url)} - seen
        seen |= {url for url in pager if url in expected}
    assert set(expected) <= seen
    assert any("?page=2" in url for url in seen)
    assert any("/page/2/" in url for url in seen)


def test_sitemap_and_feed_are_where_a_crawler_looks(
    client: httpx.Client, base: str, expected: dict[str, Expected]
) -> None:
    assert f"Sitemap: {base}sitemap.xml" in client.get(f"{base}robots.txt").text
    dated = {path for path, lastmod in lastmods(client, base).items() if lastmod}
    assert dated == {url.removeprefix(base) for url, record in expected.items() if record.origin != "listing"}
    feed = ET.fromstring(client.get(f"{base}rss.xml").content)
    assert len(feed.findall(".//item/pubDate")) == load().feed_items
    assert {item.text for item in feed.findall(".//item/link")} <= set(expected)


def test_all_links_resolve(client: httpx.Client, base: str) -> None:
    seen: set[str] = set()
    waiting = {base}
    while waiting:
        url = waiting.pop()
        seen.add(url)
        answer = client.get(url, follow_redirects=True)
        assert answer.status_code == 200, url
        if answer.headers["content-type"].startswith("text/html"):
            waiting |= {link for link in links_of(answer) if link.startswith(base)} - seen
    assert len(seen) > 140


def test_a_counter_and_a_clock_change_at_every_request(client: httpx.Client, expected: dict[str, Expected]) -> None:
    for url in list(expected)[::7]:
        first, second = client.get(url), client.get(url)
        if not expected[url].broken:
            assert first.content != second.content
        assert still(decode(first.content)) == still(decode(second.content))


def test_what_did_not_change_is_answered_with_304(client: httpx.Client, base: str) -> None:
    for path in ("kinh-te/", "thong-bao/page/2/", "sitemap.xml", "rss.xml", "static/portal.css"):
        first = client.get(base + path)
        by_tag = client.get(base + path, headers={"If-None-Match": first.headers["etag"]})
        by_date = client.get(base + path, headers={"If-Modified-Since": first.headers["last-modified"]})
        assert (by_tag.status_code, by_tag.content, by_date.status_code) == (304, b"", 304)
        assert by_tag.headers["etag"] == first.headers["etag"]
        other = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
        assert client.get(base + path, headers=other).status_code == 200


def test_about_half_the_sections_send_validators(client: httpx.Client, expected: dict[str, Expected]) -> None:
    answers = [client.head(url) for url in expected]
    with_tag = [answer for answer in answers if "etag" in answer.headers]
    assert 0.3 < len(with_tag) / len(answers) < 0.7
    assert all(answer.headers["etag"].startswith('W/"') for answer in with_tag)
    assert all(answer.content == b"" and int(answer.headers["content-length"]) > 0 for answer in answers)
    again = [client.get(answer.url, headers={"If-None-Match": answer.headers["etag"]}) for answer in with_tag]
    assert {answer.status_code for answer in again} == {304}


def test_the_page_in_windows_1258_is_truly_in_it(client: httpx.Client, expected: dict[str, Expected]) -> None:
    (record,) = [record for record in expected.values() if record.encoding == "windows-1258"]
    answer = client.get(record.url)
    assert answer.headers["content-type"] == "text/html; charset=windows-1258"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert b"&#" not in answer.content
    assert record.paragraphs[0] in plain(answer.content.decode("cp1258"))


def test_every_vietnamese_letter_survives_windows_1258() -> None:
    vowels = "aăâeêioôơuưy"
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = plain(" ".join(vowel + mark for vowel in vowels + vowels.upper() for mark in marks) + " đ Đ “–”")
    assert plain(encode(letters, "windows-1258").decode("cp1258")) == letters
    assert encode("₫ → 漢", "windows-1258").decode("cp1258") == "₫ &#8594; &#28450;"


def test_the_broken_page_is_broken_and_still_holds_its_text(
    client: httpx.Client, expected: dict[str, Expected]
) -> None:
    (record,) = [record for record in expected.values() if record.broken]
    page = client.get(record.url).text
    assert "\x00" in page
    assert "</p>" not in page
    assert "</html>" not in page
    assert page.endswith('<div class="foo')
    assert record.last in page


def test_one_report_has_four_addresses(client: httpx.Client, base: str, expected: dict[str, Expected]) -> None:
    (record,) = [record for record in expected.values() if record.aliases]
    second, short, bare = (client.get(url) for url in record.aliases)
    assert f'<link rel="canonical" href="{record.url}">' in second.text
    assert (short.status_code, urljoin(base, short.headers["location"])) == (301, record.url)
    assert "canonical" not in bare.text
    assert record.paragraphs[-1] in bare.text
    assert record.title in client.get(f"{record.url}?utm_source=zalo&utm_medium=social").text
    front = client.get(base).text
    assert all(url.removeprefix(base) in front for url in record.aliases[:2])
    assert record.aliases[2].removeprefix(base) in client.get(record.url).text


def test_an_edit_changes_one_report_and_nothing_else() -> None:
    with serve() as before, serve(edited=True) as after, httpx.Client() as client:
        old, new = truth(before), truth(after, edited=True)
        pairs = [(old[url], new[url.replace(before, after)]) for url in old]
        (changed,) = [(a, b) for a, b in pairs if (a.title, a.paragraphs) != (b.title, b.paragraphs)]
        others = [(a, b) for a, b in pairs if (a, b) != changed]
        for a, b in others:
            assert (a.author, a.published, a.cells) == (b.author, b.published, b.cells)
            pages = still(decode(client.get(a.url).content)), still(decode(client.get(b.url).content))
            assert pages[0] == pages[1].replace(after, before).replace(changed[1].title, changed[0].title)
        assert changed[0].photos[0].caption != changed[1].photos[0].caption
        assert changed[0].published == changed[1].published
        path = changed[0].url.removeprefix(before)
        maps = lastmods(client, before), lastmods(client, after)
        assert [loc for loc in maps[0] if maps[0][loc] != maps[1][loc]] == [path]
        assert maps[0][path] < maps[1][path]
        tag = client.get(changed[0].url).headers["etag"]
        assert client.get(changed[1].url, headers={"If-None-Match": tag}).status_code == 200


def test_a_page_unchanged_keeps_its_etag_from_one_night_to_the_next() -> None:
    tags = []
    for _ in range(2):
        with serve() as base, httpx.Client() as client:
            tags.append(
                {path: client.head(base + path).headers["etag"] for path in ("kinh-te/", "sitemap.xml", "van-ban/")}
            )
    assert tags[0] == tags[1]


def test_attachments_are_real_pdf_files(client: httpx.Client, expected: dict[str, Expected]) -> None:
    files = [file for record in expected.values() for file in record.attachments]
    assert len(files) >= 10
    for file in files:
        answer = client.get(file.url)
        assert answer.headers["content-type"] == "application/pdf"
        body = answer.content
        table = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", body)[0])
        assert body.startswith(b"%PDF-1.4")
        assert body[table:].startswith(b"xref\n0 6\n")
        offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n", body[table:])]
        assert [body[at:].split(b" ", 1)[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5"]


def test_pictures_are_small_real_images(client: httpx.Client, expected: dict[str, Expected]) -> None:
    answers = [client.get(photo.url) for record in expected.values() for photo in record.photos]
    assert len(answers) >= 40
    assert all(answer.content.startswith(b"\x89PNG") and len(answer.content) < 2000 for answer in answers)
    assert png("a") != png("b")


def test_the_footer_the_law_requires_is_on_every_whole_page(client: httpx.Client, base: str) -> None:
    for path in (
        "",
        "kinh-te/",
        "thong-bao/",
        "van-hoa-xa-hoi/",
        "in/1204",
        "tim-kiem?q=OCOP",
        "khong-co",
        "dang-nhap",
    ):
        shown = text_of(client.get(base + path))
        assert all(line in shown for line in load().footer)


def test_the_expected_license_is_the_footer_read_aright() -> None:
    terms = expected_license()
    values = [terms.governing_body, terms.managing_unit, terms.number, terms.issuer, terms.responsible_person]
    values += [terms.responsible_role, terms.address, terms.attribution, terms.attribution_source, *terms.emails]
    assert [value for value in values if not value or value not in terms.text] == []
    assert terms.issued_on
    assert f"{terms.issued_on:%d}/{terms.issued_on.month}/{terms.issued_on.year}" in terms.text
    digits = re.sub(r"[.\s]", "", terms.text)
    assert all(number in digits for number in terms.phones + terms.faxes)


def test_pages_that_are_no_reports_answer_as_on_real_portals(client: httpx.Client, base: str) -> None:
    soft, hard = client.get(f"{base}kinh-te/da-go-bo-1.html"), client.get(f"{base}khong-co")
    assert (soft.status_code, hard.status_code) == (200, 404)
    assert "Không tìm thấy nội dung" in soft.text
    assert all(client.get(base + path.lstrip("/")).status_code == 200 for path, _ in load().removed)
    assert 'type="password"' in client.get(f"{base}dang-nhap").text
    assert "Tìm thấy 0 kết quả" in client.get(f"{base}tim-kiem", params={"q": "nong thon moi"}).text
    assert "Tìm thấy 3 kết quả" in client.get(f"{base}tim-kiem", params={"q": "nông thôn mới"}).text
    assert "<b>" not in client.get(f"{base}tim-kiem", params={"q": "<i>x"}).text.split("Tìm thấy")[1].split("</p>")[0]


def test_the_warts_are_there(client: httpx.Client, expected: dict[str, Expected]) -> None:
    pages = [client.get(url).text for url, record in expected.items() if record.encoding == "utf-8"]
    for wart in (
        "<o:p>",
        "\u200b",
        "&nbsp;&nbsp;",
        "<figcaption>",
        "application/ld+json",
        "<time datetime=",
        "<br /><br />",
    ):
        assert any(wart in page for page in pages), wart
    captions = " | ".join(photo.caption for record in expected.values() for photo in record.photos)
    for form in (". Ảnh: ", "(Ảnh: ", "Ảnh - ", "/TTXBH", "Ảnh minh họa"):
        assert form in captions, form


def test_sections_share_out_their_templates_dates_and_habits() -> None:
    sections = load().sections
    assert {section.template for section in sections} == {"soup", "tables", "semantic"}
    assert len({item.date for item in load().items}) == 9
    assert len({section.caption for section in sections}) == 3
    assert len({section.url for section in sections}) == len(sections)
    assert [section.order for section in sections] == list(range(1, len(sections) + 1))
    assert all(a.published.year >= b.published.year for a, b in pairwise(load().items))


def test_the_data_files_are_read_whole() -> None:
    for path in (DATA / "articles").glob("*.toml"):
        for article in tomllib.loads(path.read_text("utf-8"))["article"]:
            assert article.get("text", "").count("[ảnh]") == len(article.get("photos", ())), article["slug"]
            wrong = [pair[0] for pair in article.get("edited", {}).get("replace", ())]
            assert all(text in article["text"] + str(article["photos"]) for text in wrong)


def test_the_portal_shuts_down_cleanly_under_open_connections() -> None:
    before = threading.active_count()
    with warnings.catch_warnings(), httpx.Client() as client:
        warnings.simplefilter("error")
        with serve() as base:
            client.get(base)
        assert threading.active_count() == before
        with pytest.raises(httpx.TransportError):
            client.get(base)


def test_the_portal_can_be_looked_at_until_ctrl_c() -> None:
    command = [sys.executable, "-m", "portal_archiver.demo"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests run in the background ignore it
    ) as process:
        assert process.stdout
        assert process.stderr
        url = process.stdout.readline().split()[0]
        assert "Bạch Hải" in httpx.get(url).text
        process.send_signal(signal.SIGINT)
        assert (process.wait(timeout=10), process.stderr.read()) == (0, "")


def test_a_port_in_use_is_told_in_one_sentence(base: str) -> None:
    port = httpx.URL(base).port or 0
    with pytest.raises(PortalArchiverError, match=f"127.0.0.1:{port} .*: choose another port"), serve(port):
        pass
