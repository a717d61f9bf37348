"""The pages as a program gets them: the real server, asked over HTTP."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from portal_archiver.citations import STYLES, cite, coins, highwire, json_ld
from portal_archiver.store import Archive
from portal_archiver.store.search import counting
from portal_archiver.store.search.notes import NOTES
from portal_archiver.web import words_of_notes
from portal_archiver.web.app import create_app
from portal_archiver.web.settings import Settings
from web_server import NAME, demo_archive, in_process, serving

FACETS = import_module("portal_archiver.store.search.facets")  # the package has a function of this name


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_archive(tmp_path_factory.mktemp("pages") / "archive.db")


@pytest.fixture(scope="module")
def archive(path: Path) -> Iterator[Archive]:
    with Archive(path, create=False, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def web(path: Path) -> Iterator[httpx.Client]:
    with serving(path) as served, httpx.Client(base_url=served.url, headers={"Accept-Language": "en"}) as client:
        yield client


def page(web: httpx.Client, address: str, status: int = 200, **headers: str) -> str:
    answer = web.get(address, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return unescape(answer.text)


def hits(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<h3><a href="/report/(\d+)"', html)]


def links(html: str, rel: str) -> list[str]:
    return re.findall(rf'<a href="([^"]+)" rel="{rel} nofollow"', html)


# --- search -----------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_the_archive_holds(web: httpx.Client, archive: Archive) -> None:
    html = page(web, "/")
    total = archive.search("").total
    assert f"<strong>{total} reports</strong> · 1 portal" in html
    assert NAME in html
    assert hits(html) == [hit.article_id for hit in archive.search("", limit=8).hits]
    bars = re.findall(r'<a href="/\?since=(\d{4}-\d\d)&until=\1" tabindex="-1"><title>[^:]+: (\d+) report', html)
    assert bars == [(month, str(number)) for month, number in archive.facets("").months]


def test_every_example_finds_something(web: httpx.Client) -> None:
    part = page(web, "/").partition('class="examples"')[2].partition("</p>")[0]
    examples = re.findall(r'<a href="([^"]+)">', part)
    assert len(examples) == 5
    for example in examples:
        found = page(web, example)
        assert hits(found)
        assert "No report has all of these words" not in found


def test_a_search_marks_what_it_found_and_counts_it(web: httpx.Client, archive: Archive) -> None:
    html = page(web, "/?q=nong+thon+moi")
    found = archive.search("nong thon moi")
    assert hits(html) == [hit.article_id for hit in found.hits]
    assert f"1–{found.total} of {found.total}" in html
    assert "<mark>nông thôn mới</mark>" in html
    assert 'value="nong thon moi"' in html


def test_the_same_is_found_however_it_is_typed(web: httpx.Client) -> None:
    spellings = ("nong thon moi", "nông thôn mới", "NÔNG THÔN MỚI", "nông thôn mới")
    first, *others = (sorted(hits(page(web, str(httpx.URL("/", params={"q": said}))))) for said in spellings)
    assert first
    assert others == [first] * 3


def test_a_facet_leads_to_as_many_reports_as_it_says_and_back(web: httpx.Client) -> None:
    html = page(web, "/?q=xa")
    facets = re.findall(
        r'<li><a href="([^"]+)" rel="nofollow"><span>[^<]+</span> <b>(\d+)</b>', html.partition('class="facets"')[2]
    )
    assert len(facets) > 5
    for href, number in facets:
        narrowed = page(web, href)
        assert f"of {number}</p>" in narrowed, href
        assert "Remove the filter" in narrowed
    away = re.search(r'<ul class="filters".*?<a href="([^"]+)"', page(web, facets[0][0]), re.S)
    assert away
    assert away[1] == "/?q=xa"


def test_pages_follow_each_other_without_gap_or_overlap_and_lead_back(web: httpx.Client, archive: Archive) -> None:
    html = page(web, "/?all=1")
    seen, pages = hits(html), 1
    while following := links(html, "next"):
        html = page(web, following[0])
        seen += hits(html)
        pages += 1
    assert pages == 4
    assert seen == [hit.article_id for hit in archive.search("", limit=1000, sort="newest").hits]
    for _ in range(pages - 1):
        html = page(web, links(html, "prev")[0])
    assert hits(html) == seen[:20]
    assert not links(html, "prev")


def test_dates_photos_edits_and_orders_narrow_the_list(web: httpx.Client, archive: Archive) -> None:
    for query, found in {
        "since=2023&until=6/2023&sort=oldest": archive.search("", since="2023", until="6/2023", sort="oldest"),
        "photo=1": archive.search("", has_photo=True, sort="newest"),
        "file=1&all=1": archive.search("", has_attachment=True, sort="newest"),
        "photographer=hoai+nam": archive.search("", photographer="hoai nam", sort="newest"),
    }.items():
        html = page(web, f"/?{query}")
        assert hits(html) == [hit.article_id for hit in found.hits]
        assert f"of {found.total}</p>" in html
    assert len(hits(page(web, "/?revised=1"))) == 1


def test_what_has_not_all_words_says_so_and_what_is_not_understood_is_told(web: httpx.Client) -> None:
    assert "No report has all of these words" in page(web, "/?q=nong+thon+qzqzq")
    assert "“tittle:” is no field word: did you mean “title:”?" in page(web, "/?q=tittle:cau")


def test_nothing_found_leads_on(web: httpx.Client) -> None:
    html = page(web, "/?q=qzqzqz&portal=bachhai")
    assert "Nothing found" in html
    for href in ("/?q=qzqzqz", "/?all=1"):
        assert f'<a href="{href}">' in html
    meant = page(web, "/?q=nong+thom+moi")
    assert re.search(r'Did you mean\s+<a href="/\?q=nong\+thon\+moi">', meant)


def test_a_date_or_cursor_that_cannot_be_read_is_told_and_not_ignored(web: httpx.Client) -> None:
    said = "“hôm kia” under “From” is no date. Write a day, a month or a year: 15/11/2024, 11/2024, 2024."
    assert said in page(web, "/?q=xa&since=h%C3%B4m+kia", 400)
    assert "“2024-13” ở ô “Đến” không phải là ngày." in page(web, "/?q=xa&until=2024-13&lang=vi", 400)
    web.cookies.clear()
    for cursor in ("7", "9-20-A"):
        html = page(web, f"/?q=xa&cursor={cursor}", 400)
        assert "The link to this page of results is damaged." in html and "Results.cursor" not in html


def test_what_no_search_knows_is_told_and_the_rest_is_answered(web: httpx.Client) -> None:
    said = "Not understood, and left out of the search: sort=foo, photo=yes, tag=<b>"
    html = page(web, "/?q=xa&sort=foo&photo=yes&tag=%3Cb%3E&utm_source=thu")
    assert said in html and '<ol class="hits"' in html
    assert "tag=&lt;b&gt;" in web.get("/?q=xa&tag=%3Cb%3E").text
    assert "left out of the search: tag=x" in page(web, "/?tag=x")
    for fine in ("/", "/?all=1", "/?q=xa&sort=newest&photo=1&section=&lang=en"):
        assert "left out of" not in page(web, fine)


@pytest.mark.parametrize(
    "query", ['"', "*", "C++", "13/2023/NĐ-CP", "OR", "-", "title:", "\x00", "a" * 3000, "{{7*7}}"]
)
def test_nothing_that_is_typed_breaks_the_page(web: httpx.Client, query: str) -> None:
    answer = web.get("/", params={"q": query})
    assert answer.status_code == 200
    assert "49" not in re.findall(r'<input id="q"[^>]*value="([^"]*)"', answer.text)[0]


# --- a report ---------------------------------------------------------------------------------------------------------


def with_photos(archive: Archive) -> int:
    return archive.search('title:"Nước rút đến đâu"').hits[0].article_id


def edited(archive: Archive) -> int:
    return archive.search("", revised_since="2000").hits[0].article_id


def test_a_report_has_all_that_is_known_of_it(web: httpx.Client, archive: Archive) -> None:
    number = with_photos(archive)
    archived = archive.article(number)
    article, footer = archived.article, archived.license
    assert article.published
    assert footer
    html = page(web, f"/report/{number}")
    for text in (
        article.title, article.author, article.section, article.body.split("\n\n")[1], archived.url,
        "as shown on the page", "yes, when it was last seen", article.photos[0].caption, article.photos[0].credit,
        footer.attribution, footer.attribution_source, footer.number, footer.governing_body, "Never edited since",
        archive.revisions(number)[0].sha256,
    ):  # fmt: skip
        assert text
        assert text in html, text
    assert f'<time datetime="{article.published.value.isoformat()}">' in html
    assert footer.phones == ("02003000111", "02003000113")
    assert '<dd lang="vi">0200 3000 111, 0200 3000 113</dd>' in html


def test_a_report_says_how_it_is_cited_to_people_and_to_programs(web: httpx.Client, archive: Archive) -> None:
    number = edited(archive)
    for version in (1, 2):
        html = page(web, f"/report/{number}?version={version}")
        citable = archive.citable(number, version)
        for style in STYLES:
            assert cite(citable, style).strip().replace("\r\n", "\n") in html.replace("\r\n", "\n"), style
        for name, content in highwire(citable):
            assert f'<meta name="{name}" content="{content}">' in html
        (linked,) = re.findall(r'<script type="application/ld\+json">(.*)</script>', html)
        assert json.loads(linked) == json_ld(citable)
        assert f'<span class="Z3988" title="{coins(citable)}">' in html


def test_captured_pictures_and_files_come_from_the_archive(web: httpx.Client, archive: Archive) -> None:
    html = page(web, f"/report/{with_photos(archive)}")
    pictures = re.findall(r'<img src="(/capture/\d+/picture)"', html)
    assert len(pictures) == 2
    answer = web.get(pictures[0])
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    with_file = archive.search("", has_attachment=True).hits[0].article_id
    files = re.findall(r'href="(/capture/\d+/raw)">from the archive', page(web, f"/report/{with_file}"))
    assert web.get(files[0]).content.startswith(b"%PDF")


def test_the_lead_is_shown_once(web: httpx.Client, archive: Archive) -> None:
    number = with_photos(archive)
    html = page(web, f"/report/{number}")
    assert html.count(archive.article(number).article.lead) == 1


def test_an_edited_report_shows_what_changed_and_its_older_version(web: httpx.Client, archive: Archive) -> None:
    number = edited(archive)
    before, after = archive.revisions(number)
    html = page(web, f"/report/{number}")
    assert "Edited 1 time since it was first seen." in html
    assert after.article.title in html
    old = page(web, f"/report/{number}?version=1")
    assert before.article.title in old
    assert "You are reading version 1 of 2" in old
    assert old.count("Version 1 of 2, since changed; archived ") > 5 and "phiên bản 1 trên 2, đã bị sửa" in old
    assert "since changed" not in html
    changes = page(web, f"/report/{number}/changes?old=1&new=2")
    assert re.search(r"<del>.*?1\.982.*?</del>", changes)
    assert re.search(r"<ins>.*?1\.928.*?</ins>", changes)
    assert {before.sha256, after.sha256} <= set(re.findall(r"[0-9a-f]{64}", changes))
    assert page(web, f"/report/{number}/changes").count("<del>") == changes.count("<del>")


def test_all_captures_of_a_report_are_listed(web: httpx.Client, archive: Archive) -> None:
    number = edited(archive)
    html = page(web, f"/report/{number}/captures")
    listed = [int(one) for one in re.findall(r'<td><a href="/capture/(\d+)"', html)]
    assert listed == [record.id for record in archive.captures(number)][::-1]


def test_the_portals_are_listed_with_their_license(web: httpx.Client, archive: Archive) -> None:
    html = page(web, "/portals")
    footer = archive.article(with_photos(archive)).license
    assert footer
    assert footer.number
    assert footer.attribution
    assert NAME in html
    assert footer.number in html
    assert footer.attribution in html


# --- captures ---------------------------------------------------------------------------------------------------------


def test_the_bytes_and_headers_are_what_was_received(web: httpx.Client, archive: Archive) -> None:
    record = archive.captures(edited(archive))[0]
    raw = web.get(f"/capture/{record.id}/raw")
    assert hashlib.sha256(raw.content).hexdigest() == record.sha256
    assert raw.headers["content-type"] == "application/octet-stream"
    assert re.fullmatch(r'attachment; filename="[\w-]+\.html"', raw.headers["content-disposition"])
    headers = web.get(f"/capture/{record.id}/headers").text
    assert f"SHA-256: {record.sha256}\n" in headers
    assert "".join(f"{name}: {value}\n" for name, value in record.headers) in headers


def test_a_captured_page_loads_nothing_and_its_links_lead_into_the_archive(web: httpx.Client, archive: Archive) -> None:
    record = archive.captures(with_photos(archive))[0]
    banner = page(web, f"/capture/{record.id}")
    assert record.final_url in banner
    sandbox = "allow-top-navigation-by-user-activation"
    assert f'<iframe class="then" src="/capture/{record.id}/page" sandbox="{sandbox}"' in banner
    answer = web.get(f"/capture/{record.id}/page")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert archive.article(with_photos(archive)).article.title in unescape(answer.text)
    assert 'src="data:image/png;base64,' in answer.text
    assert not re.search(r'(?:src|background)="(?!data:)', answer.text)
    assert len(set(re.findall(r'href="(/capture/\d+)"', answer.text))) > 5
    assert "<script" not in answer.text


def test_a_capture_that_is_no_page_says_so(web: httpx.Client, archive: Archive) -> None:
    with archive.snapshot() as sql:
        (picture,) = sql.execute("SELECT min(id) FROM captures WHERE final_url LIKE '%.png'").fetchone()
        (pdf,) = sql.execute("SELECT min(id) FROM captures WHERE final_url LIKE '%.pdf'").fetchone()
        (unchanged,) = sql.execute("SELECT min(id) FROM captures WHERE status = 304").fetchone()
        (sitemap,) = sql.execute("SELECT min(id) FROM captures WHERE final_url LIKE '%sitemap.xml'").fetchone()
    assert f'<img class="then" src="/capture/{picture}/picture"' in page(web, f"/capture/{picture}")
    assert "it is application/pdf" in page(web, f"/capture/{pdf}")
    assert "the server answered 304 without a payload" in page(web, f"/capture/{unchanged}")
    assert "<iframe" in page(web, f"/capture/{sitemap}")
    assert "&lt;urlset" in web.get(f"/capture/{sitemap}/page").text
    for address in (f"/capture/{pdf}/page", f"/capture/{pdf}/picture", f"/capture/{sitemap}/picture"):
        page(web, address, 404)


# --- languages, errors, headers ---------------------------------------------------------------------------------------


def test_the_language_is_asked_for_remembered_or_the_browsers(web: httpx.Client) -> None:
    with httpx.Client(base_url=web.base_url) as client:  # cookies of its own
        assert '<html lang="en">' in client.get("/").text
        assert '<html lang="vi">' in client.get("/", headers={"Accept-Language": "vi-VN,vi;q=0.9,en;q=0.8"}).text
        assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "fr, vi;q=0.2, en;q=0.8"}).text
        first = client.get("/portals?lang=vi")
        assert "Các cổng trong kho" in first.text
        assert '<html lang="vi">' in client.get("/?q=xa").text
        assert '<html lang="en">' in client.get("/?q=xa&lang=en").text
        assert client.get("/?q=xa&lang=xx%0d%0aSet-Cookie:a").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/nope", "/report/0", "/report/x", "/report/99999", "/report/99999999999999999999", "/report/1?version=9",
     "/report/1?version=x", "/report/1/changes?old=7", "/capture/99999/page", "/capture/-1/raw", "/static/nope.css",
     "/static/..%2f..%2fapp.py", "/static/%2e%2e/%2e%2e/app.py", "/%2e%2e/%2e%2e/etc/passwd"],
)  # fmt: skip
def test_what_is_not_there_is_a_page_with_404(web: httpx.Client, address: str) -> None:
    html = page(web, address, 404)
    assert "There is no such page" in html
    assert "Traceback" not in html


def test_only_reading_is_possible(web: httpx.Client) -> None:
    head = web.head("/portals")
    assert (head.status_code, head.content) == (200, b"")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert web.request(method, "/").status_code == 405


@pytest.mark.parametrize(
    "address", ["/", "/?q=xa", "/report/1", "/capture/1", "/nope", "/static/style.css", "/portals"]
)
def test_every_answer_has_the_headers_that_fence_it_in(web: httpx.Client, address: str) -> None:
    headers = web.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_pages_name_no_file_of_others_and_hold_no_inline_code(web: httpx.Client, archive: Archive) -> None:
    for address in ("/", "/?q=xa", f"/report/{edited(archive)}", "/portals", "/capture/1"):
        html = web.get(address).text
        assert re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?!/)', html) == []
        assert not re.search(r'<script(?! type="application/ld\+json"| src=)|<style| style="| on\w+="', html)


def test_static_files_may_be_kept_and_change_their_address_with_their_content(web: httpx.Client) -> None:
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', web.get("/").text):
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer = web.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "english", "vietnamese"),
    [
        ("q=%F0%9F%90%9F", "There is no word in this query.", "Không có từ nào để tìm."),
        ("q=tilte:xa", "“tilte:” is no field word", "Không có từ khóa trường “tilte:”"),
        ("q=xa&section=%3Cqzq%3E", "has a section “&lt;qzq&gt;”", "thuộc chuyên mục “&lt;qzq&gt;”"),
        ("q=%3Dx%E1%BA%B5", "Reports have these words with other", "nhưng với dấu khác"),
        ("q=xa&since=2024-06&until=2024-01", "both since 2024-06", "vừa từ 2024-06"),
    ],
)
def test_what_can_find_nothing_is_told_in_the_readers_language(
    web: httpx.Client, asked: str, english: str, vietnamese: str
) -> None:
    assert vietnamese in web.get(f"/?{asked}&lang=vi").text
    assert english in web.get(f"/?{asked}&lang=en").text  # the last one, as the choice is kept in a cookie


def test_every_note_of_a_search_has_words_in_both_languages() -> None:
    assert {f"note.{name}" for name in NOTES} == set(words_of_notes.NOTES)
    for name, text in NOTES.items():
        fields = set(re.findall(r"{(\w+)}", text))
        assert all(set(re.findall(r"{(\w+)}", said)) == fields for said in words_of_notes.NOTES[f"note.{name}"])


def test_a_number_that_is_an_estimate_is_told_as_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with in_process(create_app(Settings(path))) as client:
        asked = "q=xa&sort=newest"
        assert " of about " not in page(client, f"/?{asked}")
        assert client.get(f"/api/v1/search?{asked}").json()["estimated"] is False
        monkeypatch.setattr(counting, "COUNTED_WHOLE", 10)
        monkeypatch.setattr(counting, "MOST_ENTRIES", 10)
        monkeypatch.setattr(counting, "SAMPLED_ENTRIES", 10)
        assert re.search(r"1–20 of about \d+", page(client, f"/?{asked}&section="))
        monkeypatch.setattr(FACETS, "LOOKED_AT", 10)
        assert "The numbers of the years are estimates." in page(client, f"/?{asked}&section=")
        told = client.get(f"/api/v1/search?{asked}&limit=2").json()
        assert (told["estimated"], len(told["hits"])) == (True, 2)
