"""Dates: every written form that portals use, and which of a page's dates is the report's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fictional_page import BODY, NOW, OPENING, TITLE, URL, article, page, paragraphs
from portal_archiver.model import Dateline, Link
from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.explain import explain
from portal_archiver.parser.foreign_dates import find_foreign
from portal_archiver.parser.meta_line import is_date_line

# Each form as written on portals, and what it says. `now` is Saturday 1 June 2024, 10:00 in Vietnam.
FORMS = (
    ("Thứ ba, 26/12/2023, 14:35 (GMT+7)", "2023-12-26T14:35+07:00"),
    ("26-12-2023 | 14:35", "2023-12-26T14:35+07:00"),
    ("Cập nhật lúc 8 giờ 05 phút, ngày 3 tháng 1 năm 2024", "2024-01-03T08:05+07:00"),
    ("14h30 ngày 16/4/2018", "2018-04-16T14:30+07:00"),
    ("20/04/2018 14:35 PM", "2018-04-20T14:35+07:00"),
    ("(05.08.2019 16:32)", "2019-08-05T16:32+07:00"),
    ("thứ năm, 08 08 2019 08:51", "2019-08-08T08:51+07:00"),
    ("Thứ Sáu, 5/1/2024 | 3:20 CH", "2024-01-05T15:20+07:00"),
    ("Đăng lúc: 09:15 - 02/11/2022", "2022-11-02T09:15+07:00"),
    ("26 Tháng Mười Hai 2023", "2023-12-26"),
    ("3 giờ trước", "2024-06-01T07:00+07:00"),
    ("25 phút trước", "2024-06-01T09:35+07:00"),
    ("2 ngày trước", "2024-05-30"),
    ("1 tuần trước", "2024-05-25"),
    ("Hôm qua, 08:30", "2024-05-31T08:30+07:00"),
    ("Hôm nay, 08:30", "2024-06-01T08:30+07:00"),
    ("2019-05-16T05:00:00.000Z", "2019-05-16T12:00+07:00"),
    ("2023-12-26T14:35:00+07:00", "2023-12-26T14:35+07:00"),
    ("2023-12-26T23:35:00+0000", "2023-12-27T06:35+07:00"),
    ("2023-12-26", "2023-12-26"),
    ("26/12/2023", "2023-12-26"),
    ("Ngày 3 tháng 1 năm 2024", "2024-01-03"),
    ("Ngày 03 tháng 01, 2024", "2024-01-03"),
    ("3 tháng 1 2024", "2024-01-03"),
    ("Tháng 1 26, 2024", "2024-01-26"),
    ("5 Tháng Giêng, 2024", "2024-01-05"),
    ("11 tháng mười một năm 2023", "2023-11-11"),
    ("26 Dec 2023", "2023-12-26"),
    ("December 26, 2023", "2023-12-26"),
    ("Thứ Hai, 23/11/2020 | 21:48:58", "2020-11-23T21:48+07:00"),
    ("07 giờ 30, 12/3/2021", "2021-03-12T07:30+07:00"),
    ("12/3/2021 7:30 SA", "2021-03-12T07:30+07:00"),
    ("12/3/2021 12:15 SA", "2021-03-12T00:15+07:00"),
    ("NGÀY ĐĂNG: 3 / 1 / 2024", "2024-01-03"),
    ("22/03/18 09:05", "2018-03-22T09:05+07:00"),
    ("9/25/2006 3:07:45 PM", "2006-09-25T15:07+07:00"),  # month first, where nothing else is possible
    ("3/29/24 4:12 PM", "2024-03-29T16:12+07:00"),
    ("26 thg 12, 2023", "2023-12-26"),
    ("Th12 26, 2023", "2023-12-26"),
    ("05-06-2023, lúc 4:10 chiều", "2023-06-05T16:10+07:00"),
    ("13/12/2023•09:15", "2023-12-13T09:15+07:00"),
    ("09:12 AM, Monday, December 4, 2017", "2017-12-04T09:12+07:00"),
    ("26/12/2023 00:00", "2023-12-26"),  # a CMS that knows only the day prints midnight
)


def iso(text: str, now: datetime | None = NOW) -> list[str]:
    return [
        found.value.isoformat(timespec="minutes") if isinstance(found.value, datetime) else found.value.isoformat()
        for found in find_dates(text, now)
    ]


@pytest.mark.parametrize(("written", "wanted"), FORMS)
def test_every_form_that_portals_write_is_read(written: str, wanted: str) -> None:
    assert iso(written) == [wanted]


@pytest.mark.parametrize(("written", "wanted"), FORMS)
def test_a_form_is_read_the_same_inside_a_sentence_and_in_capitals(written: str, wanted: str) -> None:
    assert iso(f"Tin tức: {written}") == [wanted]
    if "T05" not in written:
        assert iso(written.upper()) == [wanted]


def test_of_two_times_beside_a_date_the_nearer_is_its_own() -> None:
    assert iso("Dập tắt đám cháy sau 5 giờ (12/02/2021 07:40:46)") == ["2021-02-12T07:40+07:00"]
    assert iso("Posted on Sun, Mar 30, 2025 6:15 p.m.") == ["2025-03-30T18:15+07:00"]


def test_the_day_comes_before_the_month() -> None:
    assert iso("05/04/2023") == ["2023-04-05"]
    assert iso("5.4.2023") == ["2023-04-05"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02/2023",
        "12/26/2023",
        "0/1/2024",
        "Văn bản số 13/2023/NĐ-CP",
        "Điện thoại: 0200.3000113",
        "tỷ lệ 12/13, tăng 3.5",
        "26/12",
        "năm 2023",
        "giai đoạn 2021 - 2025",
        "1/1/1823",
        "đường dây 1900 1234 2023",
    ],
)
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert iso(text) == []


def test_all_dates_of_a_text_are_found_in_order_and_where_they_stand() -> None:
    text = "Từ 26/12/2023 đến ngày 3 tháng 1 năm 2024"
    found = find_dates(text)
    assert [text[date.start : date.end] for date in found] == ["26/12/2023", "3 tháng 1 năm 2024"]
    assert [date.day.isoformat() for date in found] == ["2023-12-26", "2024-01-03"]


def test_a_time_belongs_to_the_day_beside_it_alone() -> None:
    assert iso("Khai mạc 26/12/2023, các đại biểu có mặt lúc 14:35") == ["2023-12-26"]


def test_relative_forms_need_a_now_to_count_from() -> None:
    assert iso("3 giờ trước", None) == iso("Hôm qua, 08:30", None) == []
    late = datetime(2024, 5, 31, 18, 30, tzinfo=UTC)  # already 1 June in Vietnam
    assert iso("Hôm nay, 08:30", late) == ["2024-06-01T08:30+07:00"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Thứ ba, 26/12/2023, 14:35 (GMT+7)", True),
        ("Ngày đăng: 3/1/2024 - Lượt xem: 12", True),
        ("Sáng 26/12/2023, tại thị xã Cửa Sa, tỉnh đoàn Bạch Hải tổ chức hội thi bơi chải.", False),
        ("Kế hoạch có hiệu lực từ 26/12/2023.", False),
        ("Lượt xem: 12", False),
    ],
)
def test_a_date_line_says_little_but_its_date(text: str, wanted: bool) -> None:
    assert is_date_line(text) is wanted


@given(st.text(max_size=300))
def test_any_text_is_searched_for_dates_without_an_error(text: str) -> None:
    for found in find_dates(text, NOW):
        assert 0 <= found.start < found.end <= len(text)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)), st.sampled_from("/.-"))
def test_any_day_with_any_time_survives_being_written_down(moment: datetime, mark: str) -> None:
    moment = moment.replace(second=0, microsecond=0)
    wanted = moment.isoformat(timespec="minutes") + "+07:00" if (moment.hour, moment.minute) != (0, 0) else None
    assert iso(f"{moment.day}{mark}{moment.month}{mark}{moment.year} {moment:%H:%M}") == [
        wanted or moment.date().isoformat()
    ]


def published(html: str, url: str = URL, *, seen_as: Link | None = None) -> tuple[str, str] | None:
    found = article(html, url, seen_as=seen_as).published
    return (found.value.isoformat(), found.origin) if found else None


SHOWN = '<div class="date">26/12/2023 14:35</div>'
LD = '<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{}"}}</script>'
LISTED = Link(URL, TITLE, Dateline(datetime(2022, 2, 2).date(), origin="listing", raw="02/02/2022"))


@pytest.mark.parametrize(
    "written",
    [written for written, _ in FORMS if "trước" not in written],
)
def test_the_dateline_under_the_headline_is_the_reports(written: str) -> None:
    found = article(page(date=f'<div class="meta"><span>{written}</span></div>')).published
    assert found is not None
    assert (found.value.isoformat()[:16], found.origin) == (dict(FORMS)[written][:16], "element")
    assert written in found.raw
    assert found.precision == ("minute" if "T" in dict(FORMS)[written] else "day")


@pytest.mark.parametrize(
    "other",
    [
        "<div>Thời gian: 12/12/2023</div>",
        "<div>Giấy phép cấp ngày 5/9/2021</div>",
        "<div>Ngày ban hành: 5/9/2021</div>",
    ],
)
def test_another_date_on_the_page_is_not_the_reports(other: str) -> None:
    html = page(date=SHOWN).replace('<div class="banner">', f'<div class="banner">{other}')
    assert published(html) == ("2023-12-26T14:35:00+07:00", "element")
    assert published(page(after=other)) is None


def test_the_pages_clock_is_not_the_dateline_of_a_report_that_shows_none() -> None:
    clock = '<div class="clock">Thứ Sáu, 31/05/2024 | 09:59:58</div>'
    assert published(page().replace('<div class="banner">', f'<div class="banner">{clock}')) is None


def test_a_related_items_date_is_not_the_reports() -> None:
    html = page().replace("</a></li></ul></div></div>", "</a> <span>(25/12/2023)</span></li></ul></div></div>")
    assert "(25/12/2023)" in html
    assert published(html) is None


def test_what_is_shown_comes_before_metadata_and_that_before_listing_url_and_prose() -> None:
    ld = LD.format("2021-03-04T05:06:00+07:00")
    dated_url = "https://bachhai.example/2020/02/03/cau-tau-ca-ben-dang-don-chuyen-hang-dau-tien"
    prose = paragraphs("Sáng ngày 1/2/2019, " + OPENING, *BODY[1:])
    assert published(page(prose, date=SHOWN, head=ld), dated_url, seen_as=LISTED) == (
        "2023-12-26T14:35:00+07:00",
        "element",
    )
    assert published(page(prose, head=ld), dated_url, seen_as=LISTED) == ("2021-03-04T05:06:00+07:00", "metadata")
    assert published(page(prose), dated_url, seen_as=LISTED) == ("2022-02-02", "listing")
    assert published(page(prose), dated_url) == ("2020-02-03", "url")
    assert published(page(prose)) == ("2019-02-01", "body")
    assert published(page()) is None


def test_metadata_adds_the_time_to_a_day_that_it_agrees_with() -> None:
    shown = '<div class="date">26/12/2023</div>'
    agrees, differs = LD.format("2023-12-26T14:35:00+07:00"), LD.format("2023-12-20T14:35:00+07:00")
    assert published(page(date=shown, head=agrees)) == ("2023-12-26T14:35:00+07:00", "element")
    assert published(page(date=shown, head=differs)) == ("2023-12-26", "element")


@pytest.mark.parametrize(
    "opening",
    [
        "Sáng ngày 1/2/2019, ",
        "Chiều 1/2/2019, ",
        "(BH) - Tối 01/02/2019, ",
        "Ngày 1 tháng 2 năm 2019, ",
        "Trong ngày 1/2/2019, ",
    ],
)
def test_the_day_that_opens_the_prose_is_the_last_resort(opening: str) -> None:
    assert published(page(paragraphs(opening + OPENING, *BODY[1:]))) == ("2019-02-01", "body")


def test_a_day_deep_in_the_prose_is_an_events() -> None:
    text = "Theo kế hoạch được hội đồng nhân dân xã thông qua hồi ngày 1/2/2019, "
    assert published(page(paragraphs(text + OPENING, *BODY[1:]))) is None


def test_no_dateline_lies_in_the_future_of_the_capture() -> None:
    tomorrow = NOW + timedelta(days=3)
    assert published(page(date=f'<div class="date">{tomorrow:%d/%m/%Y}</div>')) is None
    assert published(page(head=LD.format(tomorrow.isoformat()))) is None
    assert published(page(), seen_as=Link(URL, TITLE, Dateline(tomorrow.date(), origin="listing"))) is None


def test_a_page_updated_later_says_both() -> None:
    html = page(date='<div class="date">Ngày đăng: 3/1/2024 08:00</div><div>Cập nhật: 5/1/2024 09:30</div>')
    found = article(html)
    assert found.published is not None
    assert found.published.value.isoformat() == "2024-01-03T08:00:00+07:00"
    assert found.updated is not None
    assert found.updated.value.isoformat() == "2024-01-05T09:30:00+07:00"


def test_a_dateline_at_the_end_counts_when_it_says_that_it_is_one() -> None:
    assert published(page(after="<p>Ngày đăng: 3/1/2024</p>")) == ("2024-01-03", "element")
    assert published(page(after="<p>Ngày đăng: </p>")) is None


def test_relative_datelines_count_from_the_capture() -> None:
    assert published(page(date='<div class="date">3 giờ trước</div>')) == ("2024-06-01T07:00:00+07:00", "element")


def test_a_time_element_adds_the_time_of_day_to_the_day_it_shows() -> None:
    shown = '<div>Đăng ngày <time datetime="2024-03-12T16:05:33+07:00">12 Tháng Ba, 2024</time></div>'
    assert published(page(date=shown)) == ("2024-03-12T16:05:00+07:00", "element")
    other = shown.replace("2024-03-12T", "2024-03-13T")
    assert published(page(date=other)) == ("2024-03-12", "element")


def test_a_label_in_the_cell_before_says_whose_date_it_is() -> None:
    cells = "<tr><td>{}</td><td>05/02/2024 08:41</td></tr>"
    rows = cells.format("Ngày ban hành") + cells.format("Hạn góp ý")
    assert published(page(f"<table>{rows}</table>" + paragraphs(*BODY))) is None
    assert published(page(f"<table>{rows}{cells.format('Ngày đăng tải')}</table>" + paragraphs(*BODY))) == (
        "2024-02-05T08:41:00+07:00",
        "element",
    )


@pytest.mark.parametrize(
    "line",
    ["Bạch Hải, ngày 12 tháng 3 năm 2024", "75/KH-UBND • 07/03/2024 • UBND tỉnh", "Hôm nay: 10/11/2023"],
)
def test_a_letters_a_documents_or_the_clocks_date_is_not_the_reports(line: str) -> None:
    assert published(page(date=f"<p>{line}</p>")) is None


def test_particulars_behind_the_report_date_it() -> None:
    assert published(page(after="<div>Tin gửi lúc: 25/9/2023 15:07 Số lần đọc: 216</div>")) == (
        "2023-09-25T15:07:00+07:00",
        "element",
    )


@pytest.mark.parametrize(
    ("language", "written", "wanted"),
    [
        ("km-KH", "៥ មករា ២០២៤", "2024-01-05"),
        ("zh-cn", "2024年3月5日 08:30", "2024-03-05T08:30:00+07:00"),
        ("fr", "Le 11 décembre 2023 à 09:00", "2023-12-11T09:00:00+07:00"),
        ("es", "12 de marzo de 2024", "2024-03-12"),
    ],
)
def test_a_date_in_the_language_that_the_page_declares_is_read(language: str, written: str, wanted: str) -> None:
    html = page(date=f'<div class="date">{written}</div>')
    assert published(html) is None
    assert published(html.replace('lang="vi"', f'lang="{language}"')) == (wanted, "element")


def test_a_language_that_nobody_knows_is_no_error() -> None:
    assert find_foreign("12 de marzo de 2024", "qq") == find_foreign("x" * 200 + "2024", "fr") == []


def test_why_a_date_was_refused_is_explained() -> None:
    html = page(paragraphs(*BODY * 4, "Hội thi diễn ra ngày 12/5/2024.", *BODY * 4), date=SHOWN)
    reasons = next(item for item in explain(html, URL) if item.field == "published").reasons
    assert ("2024-05-12", "refused, amid the report: Hội thi diễn ra ngày 12/5/2024.") in [
        (reason.value, reason.why) for reason in reasons
    ]
