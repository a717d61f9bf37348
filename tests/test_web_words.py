"""What the pages are made of, by themselves: words, addresses, bars, cleaned HTML, what a payload is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from string import Formatter
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from portal_archiver.differences import differences
from portal_archiver.model import Article, CaptureRecord, Hit
from portal_archiver.web.asked import Asked
from portal_archiver.web.changes import paragraphs
from portal_archiver.web.histogram import histogram
from portal_archiver.web.language import TABLE, WORDS, preferred
from portal_archiver.web.markup import cleaned
from portal_archiver.web.pages import STATIC, environment, web_only
from portal_archiver.web.results import marked
from portal_archiver.web.sniffing import picture_type, shown_as

NOON = datetime(2024, 11, 5, 8, 5, tzinfo=timezone(timedelta(hours=7)))
WORDS_AND_BREAKS = st.sampled_from(["một", "hai", "ba", "tư", "\n\n"])
ENVIRONMENT = environment("en")
TEMPLATES = {name: ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0] for name in ENVIRONMENT.list_templates()}  # type: ignore[union-attr]


# --- words ------------------------------------------------------------------------------------------------------------


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    for key, (english, vietnamese) in TABLE.items():
        assert english, key
        assert vietnamese, key
        assert all(names(form) == names(vietnamese) for form in english.split("|")), key
        assert "|" not in vietnamese, key


def test_every_word_of_a_template_is_in_the_table_and_every_word_in_the_table_is_used() -> None:
    said = {key for text in TEMPLATES.values() for key in re.findall(r"""\bt\("([\w.]+)"[,)]""", text)}
    assert said <= set(TABLE)
    source = "".join(path.read_text(encoding="utf-8") for path in STATIC.parent.glob("*.py"))
    dynamic = (*"sort. facet. filter. origin. license. field. export. night. stopped. yield. run. note.".split(),)
    unused = {key for key in TABLE if key not in said and not key.startswith(dynamic) and source.count(f'"{key}"') < 2}
    assert unused == set()


def test_numbers_days_and_moments_are_written_as_each_language_does() -> None:
    en, vi = WORDS["en"], WORDS["vi"]
    assert (en("reports", n=1), en("reports", n=1204), vi("reports", n=1204)) == (
        "1 report",
        "1,204 reports",
        "1.204 bài",
    )
    assert (en.day(NOON), vi.day(NOON.date())) == ("5 Nov 2024", "05/11/2024")
    assert (en.when(NOON), vi.when(NOON)) == ("5 Nov 2024, 08:05 (UTC+7)", "05/11/2024, 08:05 (UTC+7)")
    assert en.when(NOON.astimezone(UTC)) == "5 Nov 2024, 01:05 (UTC)"
    assert en.when(NOON.astimezone(timezone(timedelta(hours=-3.5)))).endswith("(UTC−3:30)")
    assert (en.when(date(2024, 11, 5)), en.day(None)) == ("5 Nov 2024", "undated")
    assert (en.month("2024-11"), vi.month("2024-11"), en.month("2024")) == ("Nov 2024", "11/2024", "2024")


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "en"), ("vi", "vi"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en-US,en;q=0.9,vi;q=0.8", "en"), ("fr,de", "en"),
        ("fr, vi;q=0.1", "vi"), ("vi;q=0", "en"), ("vi;q=x", "en"), ("en;q=0.5,vi;q=0.7", "vi"), ("*", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_the_browser_likes_best(accepted: str, lang: str) -> None:
    assert preferred(accepted) == lang


# --- addresses --------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from("q portal section since photo exact sort cursor all lang".split()), st.text()))
def test_an_address_says_again_what_it_was_read_from(params: dict[str, str]) -> None:
    asked = Asked.read(QueryParams(params))
    link = asked.link(cursor=asked.cursor)
    assert Asked.read(QueryParams(link.partition("?")[2])) == asked
    assert link.isascii()
    assert set(dict(parse_qsl(link.partition("?")[2]))) <= set(params)


def test_a_change_begins_again_at_the_first_page() -> None:
    asked = Asked(q="xã", photo=True, cursor="7-20")
    assert asked.link(sort="newest") == "/?q=x%C3%A3&photo=1&sort=newest"
    assert asked.without("photo") == "/?q=x%C3%A3"
    assert asked.toggled("exact") == "/?q=x%C3%A3&photo=1&exact=1"


def test_only_addresses_of_the_web_are_linked() -> None:
    assert web_only("https://bachhai.example/a") == "https://bachhai.example/a"
    assert {web_only(url) for url in ("javascript:alert(1)", " https://x", "", "data:text/html,x")} == {"#"}


# --- bars -------------------------------------------------------------------------------------------------------------


def test_months_without_reports_have_their_room_and_long_times_are_shown_by_year() -> None:
    bars = histogram([("2023-11", 2), ("2024-02", 4)], lambda when: f"/{when}")
    assert bars
    assert [(bar.when, bar.number, bar.height) for bar in bars.bars] == [
        ("2023-11", 2, 50), ("2023-12", 0, 0), ("2024-01", 0, 0), ("2024-02", 4, 100),
    ]  # fmt: skip
    assert [bar.x for bar in bars.bars] == [0, 25, 50, 75]
    assert (bars.by_year, bars.top.when, bars.top.href) == (False, "2024-02", "/2024-02")
    assert bars.ticks == ((0, "2023"), (50, "2024"))
    years = histogram([("2004-01", 1), ("2004-09", 1), ("2024-02", 1)], str)
    assert years
    assert (years.by_year, len(years.bars), years.top.when, years.top.number) == (True, 21, "2004", 2)
    assert len(years.ticks) <= 6
    assert histogram([("2024-02", 4)], str) is None
    assert histogram([], str) is None


# --- texts ------------------------------------------------------------------------------------------------------------


def test_a_phrase_is_marked_as_one_and_the_whole_snippet_is_there() -> None:
    hit = Hit(1, "", "", "xã nông thôn mới, nông thôn", None, marks=((3, 7), (8, 12), (13, 16), (18, 22), (23, 27)))
    assert marked(hit) == (("xã ", False), ("nông thôn mới", True), (", ", False), ("nông thôn", True))
    assert marked(Hit(1, "", "", "", None)) == ()


def test_cleaned_html_keeps_headings_tables_and_links_and_nothing_that_acts() -> None:
    html = (
        "<h3>Mục</h3><p onclick=a style=b><strong>A</strong> <a href='https://x.example/' target=_top>x</a></p>"
        "<table><tr><td colspan=2 rowspan=9999>1</td></tr></table><img src=x><script>1</script>"
        "<a href='javascript:1'>y</a>"
    )
    assert cleaned(html, "") == (
        '<h3>Mục</h3><p><strong>A</strong> <a href="https://x.example/" rel="noopener noreferrer">x</a></p>'
        '<div class="wide" tabindex="0"><table><tbody><tr><td colspan="2">1</td></tr></tbody></table></div>'
        '<a rel="noopener noreferrer">y</a>'
    )
    assert cleaned("", "a <b>\n\nc") == "<p>a &lt;b&gt;</p><p>c</p>"


@given(
    st.lists(st.sampled_from(["một", "hai", "ba", "\n\n"]), max_size=300),
    st.lists(st.sampled_from(["hai", "tư", "\n\n"])),
)
def test_a_diff_shows_every_word_that_came_or_went(before: list[str], after: list[str]) -> None:
    found = differences(Article("t", " ".join(before)), Article("t", " ".join(after)))
    for difference in found:
        pieces = [piece for line in paragraphs(difference) for piece in line]
        count = {op: sum(len(piece.text.split()) for piece in pieces if piece.op == op) for op in ("added", "removed")}
        assert count == {"added": difference.added, "removed": difference.removed}


def test_a_long_stretch_that_is_the_same_is_cut_short() -> None:
    same = " ".join(f"w{n}" for n in range(500))
    (difference,) = differences(Article("t", f"a {same} b {same} c"), Article("t", f"x {same} y {same} z"))
    (line,) = paragraphs(difference)
    shown = [(piece.op, len(piece.text.split())) for piece in line if piece.op in ("equal", "gap")]
    assert shown == [("equal", 60), ("gap", 1), ("equal", 60)] * 2
    assert [piece.text for piece in line if piece.op == "gap"] == ["380", "380"]


# --- payloads ---------------------------------------------------------------------------------------------------------


def record(media_type: str) -> CaptureRecord:
    return CaptureRecord(1, "u", "u", NOON, 200, (("content-type", media_type),) if media_type else (), "", 1)


@pytest.mark.parametrize(
    ("media_type", "payload", "shown"),
    [
        ("text/html; charset=utf-8", b"<p>a", "page"), ("", b" <!-- x --><!DOCTYPE html>", "page"),
        ("", b"\x00\x01", "file"), ("text/html", b"\x89PNG\r\n\x1a\n...", "picture"), ("text/html", b"", "nothing"),
        ("image/svg+xml", b"<svg/>", "file"), ("text/plain", b"a", "text"), ("application/json", b"{}", "text"),
        ("application/pdf", b"%PDF", "file"),
    ],
)  # fmt: skip
def test_a_payload_is_shown_as_what_it_is(media_type: str, payload: bytes, shown: str) -> None:
    assert shown_as(record(media_type), payload) == shown


def test_pictures_are_told_by_their_first_bytes() -> None:
    assert picture_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert picture_type(b"\x00\x00\x00 ftypavif") == "image/avif"
    assert picture_type(b"<svg/>") is None
    assert picture_type(b"") is None
