"""What is an edit and what is none, as pages show it: from the bytes of a page through the parser into the archive."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fictional_page import BODY, COUNTER, HOST, TITLE, URL, page, paragraphs
from portal_archiver.model import Capture, Revision
from portal_archiver.parser import VERSION, parse_page
from portal_archiver.store import Archive

START = datetime(2024, 6, 1, 20, tzinfo=UTC)
DATE = '<span class="date">Ngày đăng: 30/05/2024 08:15</span>'
FIGURE = (
    '<figure><img src="/anh/cau-tau.jpg?v=1"><figcaption>Tàu cập cầu cảng Bến Đăng. Ảnh: Ngọc Vy</figcaption></figure>'
)
BYLINE = '<p style="text-align:right"><b>Đinh Văn Thuyền</b></p>'
REPORT = page(FIGURE + paragraphs(*BODY) + BYLINE, date=DATE)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def nights(archive: Archive, *htmls: str, url: str = URL) -> tuple[Revision, ...]:
    """The revisions of a report whose page is this HTML, one night after the other."""
    for night, html in enumerate(htmls):
        capture = Capture(url, fetched_at=START + timedelta(days=night), body=html.encode())
        archive.save(capture, parse_page(capture.body, url, fetched_at=capture.fetched_at))
    return archive.revisions(1)


def edit(old: str, new: str, html: str = REPORT) -> str:
    assert html.count(old) >= 1
    return html.replace(old, new)


def test_the_page_shows_all_that_can_be_edited(archive: Archive) -> None:
    (revision,) = nights(archive, REPORT)
    report = revision.article
    assert (report.title, report.author) == (TITLE, "Đinh Văn Thuyền")
    assert report.published and report.published.value.isoformat() == "2024-05-30T08:15:00+07:00"
    assert [(photo.url, photo.credit) for photo in report.photos] == [(f"{HOST}/anh/cau-tau.jpg?v=1", "Ngọc Vy")]


@pytest.mark.parametrize(
    "edited",
    [
        edit("chuyến hàng đầu tiên</h1>", "hai chuyến hàng đầu tiên</h1>"),
        edit("42 tấn cá cơm", "24 tấn cá cơm"),
        edit("/anh/cau-tau.jpg", "/anh/ben-cang.jpg"),
        edit(FIGURE, ""),
        edit("Tàu cập cầu cảng", "Tàu rời cầu cảng"),
        edit("Ảnh: Ngọc Vy", "Ảnh: Hải Đăng"),
        edit("Đinh Văn Thuyền</b>", "Minh Khuê</b>"),
        edit("30/05/2024 08:15", "31/05/2024 08:15"),
        edit("30/05/2024 08:15", "30/05/2024 09:15"),
    ],
    ids="title body photo no-photo caption credit byline day time".split(),
)
def test_an_edit_is_a_revision_and_taking_it_back_is_another(archive: Archive, edited: str) -> None:
    first, second, third = nights(archive, REPORT, edited, REPORT, REPORT)
    assert first.article == third.article != second.article
    assert [revision.number for revision in (first, second, third)] == [1, 2, 3]


@pytest.mark.parametrize(
    "touched",
    [
        edit(COUNTER, "Tổng lượt truy cập: 1.254.398"),
        edit(DATE, DATE + '<span class="views">Lượt xem: 1.204</span>'),
        edit("cau-tau.jpg?v=1", "cau-tau.jpg?v=2&amp;token=8f3a"),
        edit('src="/anh/', 'src="https://bachhai.example:443/anh/'),
        edit("</head>", '<meta name="csrf-token" content="d41d8cd98f"></head>'),
        edit('<div class="detail">', '<div class="detail"><input type="hidden" name="__VIEWSTATE" value="dDwtMTk">'),
        edit('<div class="side">', '<div class="side"><div class="quangcao"><a href="/qc/7">Vay vốn</a></div>'),
        edit("Làng muối Cồn Nhạn vào vụ thu hoạch sớm", "Cồn Nhạn mở hội đua thuyền thúng"),
        edit("lang-muoi-con-nhan-vao-vu-thu-hoach-som", "hoi-dua-thuyen-thung"),
        edit(BODY[0], BODY[0].replace(" ", "\n   ")),
        edit(f"<p>{BODY[1]}</p>", f'\n\n<p class="MsoNormal" style="margin:0"><span>{BODY[1]}</span></p>\n'),
        edit("<p>" + BODY[2], "<p><em></em>" + BODY[2].replace("hai cần cẩu", "<b>hai</b> cần&nbsp;cẩu")),
        edit('<h1 class="title">', '<h1 class="detail-title" id="t9">'),
    ],
    ids=(
        "counter views photo-token photo-host csrf viewstate ad related related-url white-space markup inline-markup"
        " classes"
    ).split(),
)
def test_what_changes_around_a_report_is_no_revision(archive: Archive, touched: str) -> None:
    assert touched != REPORT
    (revision,) = nights(archive, REPORT, touched, REPORT, touched)
    assert (revision.captured_at, revision.last_seen) == (START, START + timedelta(days=3))


def test_unicode_forms_and_invisible_characters_are_no_edit(archive: Archive) -> None:
    nfd = unicodedata.normalize("NFD", REPORT)
    assert len(nights(archive, REPORT, nfd, edit("chuyến hàng", "chuyến\u200b hàng"))) == 1


def test_each_revision_knows_when_it_was_seen_first_and_last(archive: Archive) -> None:
    edited = edit("42 tấn cá cơm", "24 tấn cá cơm")
    counted = edit(COUNTER, "Tổng lượt truy cập: 2.000.000")
    first, second = nights(archive, REPORT, counted, edited)
    archive.keep(Capture(URL, fetched_at=START + timedelta(days=9), status=304))
    archive.keep(Capture(URL, fetched_at=START + timedelta(days=10), status=404, body=b"het"))
    first, second = archive.revisions(1)
    assert (first.captured_at, first.last_seen) == (START, START + timedelta(days=1))
    assert (second.captured_at, second.last_seen) == (START + timedelta(days=2), START + timedelta(days=9))
    assert (first.url, first.parser) == (URL, str(VERSION))


def test_a_page_that_is_sent_again_byte_for_byte_is_no_edit_whatever_the_hour(archive: Archive) -> None:
    """`3 giờ trước` is another day when it is read on another day."""
    relative = edit("Ngày đăng: 30/05/2024 08:15", "3 giờ trước")
    (revision,) = nights(archive, relative, relative, relative)
    assert revision.article.published and revision.article.published.day.isoformat() == "2024-06-02"  # in Vietnam
