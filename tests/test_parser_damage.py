"""Damage: whatever bytes come in, a Page comes out, in work that grows with the size and no faster."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fictional_page import BODY, HOST, NOW, SITE, TITLE, URL, page, paragraphs, read
from portal_archiver.demo.content import load
from portal_archiver.demo.files import encode, pdf, png
from portal_archiver.demo.pages import STILL, article, home, listing
from portal_archiver.model import Page
from portal_archiver.parser import parse_page

DEMO = load()
TEMPLATES = {item.section.template: item for item in DEMO.items if item.pictures}
PAGES = [article(DEMO, item, STILL) for item in TEMPLATES.values()]
PAGES += [home(DEMO, STILL), listing(DEMO, DEMO.sections[0], STILL), page()]
PAYLOADS = [html.encode() for html in PAGES]
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(body: bytes | str, url: str = URL) -> Page:
    found = parse_page(body, url, fetched_at=NOW)
    assert isinstance(found, Page)
    assert found.url == url
    assert (found.article is not None) == (found.kind in ("article", "document"))
    assert all(isinstance(warning, str) and warning for warning in found.warnings)
    assert found.article is None or "\x00" not in found.article.title + found.article.body + found.article.body_html
    return found


@SLOW
@given(st.binary(max_size=3000))
def test_any_bytes_are_a_page(body: bytes) -> None:
    survives(body)


@SLOW
@given(st.text(max_size=2000), st.text(max_size=80))
def test_any_text_at_any_address_is_a_page(html: str, url: str) -> None:
    survives(html, url)


@SLOW
@given(st.text(alphabet="<>/=\"'&;!-# \n\x00abdhipstr1\u200bđ", max_size=2000))
def test_any_tangle_of_markup_is_a_page(html: str) -> None:
    survives(html)


@SLOW
@given(st.sampled_from(PAYLOADS), st.floats(0, 1))
def test_a_page_cut_off_anywhere_is_a_page(body: bytes, share: float) -> None:
    survives(body[: int(len(body) * share)])


@SLOW
@given(st.sampled_from(PAYLOADS), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=20))
def test_a_page_with_bytes_overwritten_is_a_page(body: bytes, wounds: list[tuple[float, bytes]]) -> None:
    damaged = bytearray(body)
    for place, wound in wounds:
        start = int(place * len(body))
        damaged[start : start + len(wound)] = wound
    survives(bytes(damaged))


@SLOW
@given(st.sampled_from(PAGES), st.floats(0, 1), st.floats(0, 1))
def test_a_page_with_a_piece_torn_out_is_a_page(html: str, start: float, end: float) -> None:
    first, last = sorted((int(start * len(html)), int(end * len(html))))
    survives(html[:first] + html[last:])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n\t",
        b"\x00" * 5000,
        gzip.compress(PAYLOADS[0]),
        gzip.compress(PAYLOADS[0])[:500],
        png("x"),
        pdf("x"),
        bytes(range(256)) * 40,
        b'{"error": "not found"}',
        b'<?xml version="1.0"?><rss><channel><item><title>x</title></item></channel></rss>',
        b"<!--" + PAYLOADS[0],
        b"<frameset><frame src=a></frameset>",
        b"<html" * 500,
        b"<" * 5000,
        b"&#" * 5000,
        b'<base href="http://[::1"><a href="http://[x/">a</a><link rel=canonical href="http://[y">',
        b'<script type="application/ld+json">' + b"[" * 20_000,
        b'<script type="application/ld+json">{"@type": ["NewsArticle"], "headline": {"a": 1}, "author": [[]]}</script>',
        b'<script type="application/ld+json">{"@type": "Article", "datePublished": 2024, "headline": null}</script>',
        b'<script type="application/ld+json">{"@type": [{}], "@graph": [[1], null, {"@type": [[]]}]}</script>',
    ],
)
def test_what_is_no_report_is_never_taken_for_one(body: bytes) -> None:
    assert survives(body).kind in ("other", "listing")


@pytest.mark.parametrize(
    "url", ["", "x", "http://[", "http://", "javascript:x", "file:///etc", "http://h:99999/", "\x00"]
)
def test_an_address_that_is_none_is_survived(url: str) -> None:
    assert survives(PAGES[0], url).canonical_url == (read(PAGES[0], url).canonical_url or url)


def read_of(body: bytes) -> tuple[str, str]:
    found = survives(body).article
    return (found.title, found.body) if found else ("", "")


def garbled(html: str) -> bytes:
    return html.encode().decode("latin-1").encode()


@pytest.mark.parametrize(
    "damage",
    [
        lambda html: html.encode("utf-16"),
        lambda html: b"\xfe\xff" + html.encode("utf-16-be"),
        lambda html: html.encode("utf-16-le"),
        lambda html: html.encode("utf-8-sig"),
        lambda html: encode(html, "windows-1258"),
        lambda html: encode(html.replace('charset="utf-8"', 'charset="windows-1258"'), "windows-1258"),
        lambda html: html.replace('charset="utf-8"', 'charset="iso-8859-1"').encode(),
        lambda html: html.replace('charset="utf-8"', 'charset="no-such"').encode(),
        garbled,
        lambda html: html.encode().replace(b" ", b" \x00"),
        lambda html: html.replace("</p>", "").replace("</div></body></html>", "").encode(),
        lambda html: html.upper().replace(html.upper(), html).replace("\n", "\r\n").encode(),
        lambda html: (html + html[-3:] * 50).encode(),
    ],
    ids=["utf-16", "utf-16-be", "no mark", "mark", "1258", "1258 declared", "latin-1", "unknown", "mojibake", "nul",
         "unclosed", "crlf", "tail"],
)  # fmt: skip
def test_a_report_is_read_through_the_damage(damage: Callable[[str], bytes]) -> None:
    assert read_of(damage(page())) == (TITLE, "\n\n".join(BODY))


def test_a_report_cut_off_after_its_body_is_still_whole() -> None:
    html = page()
    assert read_of(html[: html.index("Tin liên quan")].encode()) == (TITLE, "\n\n".join(BODY))
    cut = read_of(html[: html.index(BODY[1]) + 40].encode())
    assert cut == (TITLE, f"{BODY[0]}\n\n{BODY[1][:40].strip()}")


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "a href=x", "font"])
def test_nesting_fifty_thousand_deep_is_survived(tag: str) -> None:
    found = survives(f"<h1>{TITLE}</h1>" + f"<{tag}>" * (50_000 // (1 + tag.count("><"))) + BODY[0])
    assert found.kind in ("article", "document", "listing", "other")


def test_the_text_at_the_bottom_of_a_deep_page_is_read() -> None:
    html = f"<h1>{TITLE}</h1>" + "<div>" * 5_000 + "".join(f"<p>{text}</p>" for text in BODY)
    assert all(text in read_of(html.encode())[1] for text in BODY)


def calls(html: str) -> int:
    """How many calls, of Python's functions and of C's, reading a page takes: work that no noise of a machine moves."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        parse_page(html, URL, fetched_at=NOW)
    finally:
        sys.setprofile(before)
    return count


ITEM = '<li><a href="/tin-tuc/bai-{0}">Bài viết số {0} của chuyên mục</a> <span>2{0}/05/2024</span></li>'
GROWING: dict[str, Callable[[int], str]] = {
    "paragraphs": lambda size: page(paragraphs(*(BODY * size))),
    "one paragraph": lambda size: page(paragraphs(" ".join(BODY * size))),
    "breaks": lambda size: page("<br>".join(BODY * size)),
    "links": lambda size: page("".join(ITEM.format(number) for number in range(3 * size)), title="<h1>Tin tức</h1>"),
    "links in one block": lambda size: page(" ".join(f'<a href="/{n}">{BODY[0]}</a>' for n in range(3 * size))),
    "table rows": lambda size: page("<table>" + "<tr><td>Năm</td><td>42 tấn</td></tr>" * 3 * size + "</table>"),
    "tables": lambda size: page("<table><tr><td>Năm</td><td>1</td></tr><tr><td>2</td><td>3</td></tr></table>" * size),
    "nested tables": lambda size: page("<table><tr><td>" * size + BODY[0]),
    "pictures": lambda size: page('<p><img src="/a.jpg"></p><p><em>Bến cá. Ảnh: Lê Hoa</em></p>' * size),
    "dates": lambda size: page(paragraphs(*["26/12/2023 14:35"] * 3 * size)),
    "dates in one block": lambda size: page(paragraphs("26/12/2023 14:35, " * 3 * size)),
    "headings": lambda size: page("".join(f"<h2>{TITLE} {n}</h2>" for n in range(2 * size))),
    "deep": lambda size: page("<div>" * 20 * size + BODY[0]),
    "deep bold": lambda size: page("<b>" * 20 * size + BODY[0]),
    "divs around each": lambda size: page("".join(f"<div>{text}" for text in BODY * size)),
    "footers": lambda size: page() + f"<div class=footer>Giấy phép số 7 của {SITE}, {HOST}</div>" * size,
    "spaces": lambda size: page(paragraphs(*BODY) + "&nbsp;\n" * 50 * size),
}


@pytest.mark.parametrize("shape", GROWING)
def test_four_times_the_page_is_about_four_times_the_work(shape: str) -> None:
    grow = GROWING[shape]
    calls(grow(20))  # what is done once and remembered is done
    small, large = calls(grow(100)), calls(grow(400))
    assert large < 6 * small


def test_a_page_of_megabytes_is_read_to_its_end() -> None:
    found = read_of(page(paragraphs(*(f"{number}. {text}" for number in range(1_000) for text in BODY))).encode())
    assert found[0] == TITLE
    assert found[1].endswith(f"999. {BODY[2]}")
