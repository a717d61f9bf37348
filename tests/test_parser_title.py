"""The headline: the one a reader sees, not the window's, the site's or a module's."""

from __future__ import annotations

import pytest

from fictional_page import BODY, HOST, OTHERS, SITE, TITLE, URL, article, page, paragraphs
from portal_archiver.model import Link

SILENT = f"{HOST}/index.php?id=4711"  # an address that says nothing
LONG = (
    "Hội nghị sơ kết hai năm thực hiện đề án khôi phục nghề làm muối truyền thống gắn với du lịch "
    "cộng đồng giai đoạn 2022 - 2024 trên địa bàn tỉnh Bạch Hải"
)


@pytest.mark.parametrize(
    "markup",
    [
        f"<h1>{TITLE}</h1>",
        f"<h2>{TITLE}</h2>",
        f'<div class="news-title">{TITLE}</div>',
        f'<p class="tieu-de">{TITLE}</p>',
        f'<p style="text-align:center"><b>{TITLE}</b></p>',
        f'<table><tr><td><font size="5"><b>{TITLE}</b></font></td></tr></table>',
        f"<div><span><strong>{TITLE}</strong></span></div>",
        "<h1>\n  Cầu tàu cá <em>Bến Đăng</em>\n đón chuyến&nbsp;hàng đầu\u200b tiên </h1>",
    ],
)
@pytest.mark.parametrize("url", [URL, f"{URL}-4711.html", f"{HOST}/kinh-te/{URL.rsplit('/', 1)[1]}.aspx?id=3"])
def test_the_headline_is_found_whatever_its_markup(markup: str, url: str) -> None:
    assert article(page(title=markup), url).title == TITLE


@pytest.mark.parametrize("markup", [f"<h1>{TITLE}</h1>", f'<div class="title"><b>{TITLE}</b></div>'])
def test_an_address_that_says_nothing_is_no_hindrance(markup: str) -> None:
    assert article(page(title=markup, date='<div class="date">26/12/2023</div>'), SILENT).title == TITLE


@pytest.mark.parametrize(
    "first",
    [
        f"<h1>{SITE}</h1>",
        "<h1>Chi tiết tin</h1>",
        "<h2>Tin ảnh</h2>",
        "<h1>Thông tin cần biết</h1>",
        '<h1><a href="/">Trang chủ</a></h1>',
        f'<h1><a href="/tin-tuc/{OTHERS[0][1]}">{OTHERS[0][0]}</a></h1>',
    ],
)
def test_the_name_of_the_site_or_of_a_module_in_the_first_h1_is_no_headline(first: str) -> None:
    html = page(title=f'<div class="title">{TITLE}</div>', before=first)
    assert article(html).title == TITLE
    assert article(html, SILENT).title == TITLE


@pytest.mark.parametrize(
    "window",
    [SITE, f"{TITLE} | {SITE}", f"Chi tiết tin - {SITE}", "Trang chủ", "", OTHERS[0][0]],
)
def test_the_window_title_does_not_override_what_is_shown(window: str) -> None:
    assert article(page(head=f"<title>{window}</title>")).title == TITLE


@pytest.mark.parametrize(
    "head",
    [
        f'<meta property="og:title" content="{SITE}">',
        '<meta property="og:title" content="">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "</script>',
        '<script type="application/ld+json">{"@type": "WebSite", "name": "x"}</script>',
    ],
)
def test_metadata_that_speaks_of_the_site_or_is_broken_does_no_harm(head: str) -> None:
    assert article(page(head=head), SILENT).title == TITLE


def test_metadata_decides_between_two_blocks_that_look_alike() -> None:
    html = page(title=f"<p><b>{OTHERS[2][0]}</b></p><p><b>{TITLE}</b></p>")
    head = f'<meta property="og:title" content="{TITLE}">'
    assert article(html.replace("<title>", head + "<title>"), SILENT).title == TITLE


def test_what_the_listing_called_it_decides_where_the_page_is_unsure() -> None:
    html = page(title=f"<p><b>{OTHERS[2][0]}</b></p><p><b>{TITLE}</b></p>")
    assert article(html, SILENT, seen_as=Link(SILENT, TITLE)).title == TITLE
    assert article(html, SILENT, seen_as=Link(SILENT, OTHERS[2][0])).title == OTHERS[2][0]


def test_a_long_headline_with_a_shortened_slug_is_kept_whole() -> None:
    url = f"{HOST}/tin-tuc/hoi-nghi-so-ket-hai-nam-thuc-hien-de-an"
    assert article(page(title=f'<div class="title">{LONG}</div>'), url).title == LONG


@pytest.mark.parametrize("tail", ["( 2019-05-16T05:00:00.000Z )", "( )", "(26/12/2023)", "(26/12/2023 14:35)"])
def test_what_a_template_hangs_on_a_headline_is_not_its_words(tail: str) -> None:
    assert article(page(title=f"<h1>{TITLE} {tail}</h1>")).title == TITLE


def test_brackets_that_belong_to_the_headline_stay() -> None:
    title = f"{TITLE} (phần cuối)"
    assert article(page(title=f"<h1>{title}</h1>")).title == title


def test_quotes_digits_and_entities_of_a_headline_stay_verbatim() -> None:
    title = "“Cá cơm & muối”: 42 tấn hàng đầu tiên về Bến Đăng, 3/4 tàu đã cập bến"
    assert article(page(title=f"<h1>{title.replace('&', '&amp;')}</h1>")).title == title


def test_the_related_reports_never_give_the_headline() -> None:
    headline = article(page(title=f"<p>{TITLE}</p>", date="<p>26/12/2023</p>")).title
    assert headline == TITLE


def test_a_headline_in_capitals_is_kept_as_written() -> None:
    assert article(page(title=f"<h1>{TITLE.upper()}</h1>")).title == TITLE.upper()


def test_the_headline_repeated_in_the_body_is_left_out_of_it() -> None:
    found = article(page(paragraphs(TITLE, *BODY)))
    assert found.title == TITLE
    assert TITLE not in found.body


def test_a_date_line_or_a_number_in_bold_is_no_headline() -> None:
    html = page(title=f"<h2>Thứ Bảy, 01/06/2024 | 09:59</h2><h2>22/2024/NQ-HĐND</h2><p><b>{TITLE}</b></p>")
    assert article(html).title == TITLE


HALVES = ("Cầu tàu cá Bến Đăng", "đón chuyến hàng đầu tiên")
DATE = '<div class="date">26/12/2023</div>'


@pytest.mark.parametrize(
    "markup",
    [
        "<h1>{}<br>{}</h1>",
        '<p align="center"><font size="5"><b>{}<br>{}</b></font></p>',
        '<p align="center"><b>{}</b></p><p align="center"><b>{}</b></p>',
    ],
)
@pytest.mark.parametrize("url", [URL, SILENT])
def test_a_headline_of_two_lines_is_one(markup: str, url: str) -> None:
    assert article(page(title=markup.format(*HALVES), date=DATE), url).title == TITLE


@pytest.mark.parametrize("style", ["font-size:22px", "font-size: 18pt; color:red", "font-size:1.5em;font-weight:600"])
def test_a_larger_type_tells_a_headline_where_nothing_else_does(style: str) -> None:
    title = f'<div>Khuyến ngư</div><div style="{style}">{TITLE}</div><div>{LONG}</div>'
    assert article(page(title=title), SILENT).title == TITLE


def test_a_label_set_above_the_line_is_not_the_headlines() -> None:
    assert article(page(title=f'<h2 class="itemTitle">{TITLE} <span><sup>Nổi bật</sup></span></h2>')).title == TITLE


def test_a_date_in_front_of_a_headline_is_not_its_beginning() -> None:
    line = f"<div><span>Thứ năm, 16/05/2024, 15:20 GMT+7</span> {TITLE}</div>"
    found = article(page(title=line), SILENT)
    assert found.title == TITLE
    assert found.published is not None and found.published.value.isoformat() == "2024-05-16T15:20:00+07:00"


@pytest.mark.parametrize(
    "label", ["Lấy ý kiến nhân dân", "Chi tiết tin", "THÔNG BÁO", "Trang chủ » Kinh tế » Khuyến ngư"]
)
def test_the_name_of_a_section_above_is_not_the_headline(label: str) -> None:
    title = f'<h2 class="portlet-title">{label}</h2><div style="font-size:20px">{TITLE}</div>'
    assert article(page(title=title, date=DATE), f"{HOST}/Pages/chi-tiet-tin.aspx?id=12").title == TITLE


def test_a_documents_number_is_no_headline_though_the_address_is_made_of_it() -> None:
    record = "<dl><dt>Số, ký hiệu</dt><dd>15/QĐ-UBND</dd><dt>Loại văn bản</dt><dd>Quyết định</dd></dl>"
    html = page(record + paragraphs(*BODY), title=f"<div>{TITLE}</div>")
    assert article(html, f"{HOST}/van-ban/15-qd-ubnd").title == TITLE


def test_what_stands_above_an_official_letter_is_no_headline() -> None:
    head = "".join(
        f'<p align="center"><b>{line}</b></p>'
        for line in (
            "ỦY BAN NHÂN DÂN TỈNH BẠCH HẢI",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
        )
    )
    title = f'{head}<p align="center"><b>QUYẾT ĐỊNH</b></p><p align="center"><b>{LONG}</b></p>'
    assert article(page(title=title), SILENT).title == LONG


def test_chapters_do_not_outweigh_the_headline_above_them() -> None:
    chapters = "".join(f"<h2>Chương {name}</h2>{paragraphs(*BODY)}" for name in ("mở đầu", "giữa", "kết"))
    assert article(page(chapters, title=f'<div style="font-size:24px">{TITLE}</div>'), SILENT).title == TITLE


@pytest.mark.parametrize("name", ["Ban Quản lý cảng Bến Đăng", "Trang chủ - Cảng Bến Đăng xã Mũi Sò"])
def test_a_name_that_the_address_of_the_site_is_made_of_is_no_headline(name: str) -> None:
    shown = f'<h1 style="text-align:center"><b>{name}</b></h1>'
    html = page(title=f"<p>{TITLE}</p>", before=shown, head=f"<title>{name}</title>")
    assert article(html, "https://banquanlycang.bendang.example/index.php?id=4711").title == TITLE
