"""The footer on a whole page: found wherever it stands at the end, without the report and without the menu."""

from __future__ import annotations

import json

import pytest

from portal_archiver.parser import parse_page
from portal_archiver.parser.licensing.footer import footer_span, lines_of
from portal_archiver.parser.licensing.license import parse_license
from portal_archiver.parser.outline import outline, parse
from real_data import DATA, needs

SEED = DATA / "seed"
FRAGMENTS = DATA / "footers/footers_with_html.json"

LINES = [
    "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH BẠCH HẢI",
    "Cơ quan chủ quản: UBND tỉnh Bạch Hải",
    "Giấy phép số 07/GP-STTTT do Sở Thông tin và Truyền thông cấp ngày 5/9/2021.",
    "Địa chỉ: 5 Bến Cảng, Phường 1, Tp Bạch Hải. Điện thoại: 0299.3811001",
    "Ghi rõ nguồn “Cổng thông tin điện tử tỉnh Bạch Hải” khi phát hành lại thông tin.",
]
FOOTER = "\n".join(LINES)
MENU = "<ul>" + "".join(f'<li><a href="/{n}">Mục tin {n}</a></li>' for n in range(12)) + "</ul>"
REPORT = "<h1>Tàu cá về bến</h1>" + "".join(
    f"<p>Sáng ngày {day}/6, hơn ba mươi tàu cá của ngư dân các xã ven biển đã cập cảng Bạch Hải an toàn sau chuyến đi "
    "dài ngày. Theo ban quản lý cảng, sản lượng đánh bắt vụ này tăng so với cùng kỳ, giá thu mua ổn định. Mọi ý kiến "
    "của bà con xin gửi về ban quản lý cảng, điện thoại 0299 3811 009.</p>"
    for day in range(1, 7)
)
SHAPES = {
    "named": '<div id="footer">' + "<br>".join(LINES) + "</div>",
    "table": "<table>" + "".join(f"<tr><td><font>{line}</font></td></tr>" for line in LINES) + "</table>",
    "loose": "".join(f"<p>{line}</p>" for line in LINES),
    "nested": "<div><div><div>" + "".join(f"<div><b>{line[:9]}</b>{line[9:]}</div>" for line in LINES) + "</div></div>",
}


def page(footer: str, body: str = REPORT) -> str:
    return f"<html><body>{MENU}<div>{body}</div>{footer}</body></html>"


def found(html: str) -> str | None:
    root = parse(html).root
    assert root is not None
    laid_open = outline(root)
    span = footer_span(laid_open)
    return lines_of(laid_open, span) if span else None


@pytest.mark.parametrize("shape", SHAPES)
def test_the_footer_is_found_in_any_markup_line_by_line(shape: str) -> None:
    assert found(page(SHAPES[shape])) == FOOTER


@pytest.mark.parametrize("shape", SHAPES)
def test_a_menu_above_and_links_below_stay_out(shape: str) -> None:
    links = '<div><a href="/a">Trang chủ</a> | <a href="/b">Liên hệ</a> | <a href="/c">Sơ đồ cổng</a></div>'
    assert found(page(links + SHAPES[shape] + links)) == FOOTER


def test_a_report_about_licenses_is_no_footer() -> None:
    prose = "<p>Sở Thông tin và Truyền thông cho biết giấy phép số 12/GP-STTTT đã hết hạn; " + "cơ sở phải dừng. " * 20
    address = "<p>Địa chỉ: 9 Bến Cảng</p><p>Điện thoại: 0299 3811 009</p><p>Email: cang@bachhai.example</p>"
    assert found(page("", REPORT + prose + address)) is None


def test_of_a_report_and_a_footer_the_footer_is_taken() -> None:
    contact = "<p>Địa chỉ: 9 Bến Cảng</p><p>Điện thoại: 0299 3811 009</p><p>Bản quyền ảnh thuộc tác giả</p>"
    assert found(page(SHAPES["table"], contact + REPORT)) == FOOTER


SHORT = [
    "Sáng 12/6, bão số 3 đổ bộ vào ba xã ven biển của tỉnh Bạch Hải với sức gió cấp 9.",
    "Hơn bốn mươi căn nhà bị tốc mái, rất may không có thiệt hại về người trong đêm qua.",
    "Ngôi nhà có địa chỉ tại số 5 đường Bến Cảng bị sập hoàn toàn, gia đình đã kịp sơ tán.",
    "Lực lượng xung kích của các xã đã giúp bà con lợp lại mái nhà ngay trong buổi sáng.",
    "Chủ tịch xã cho biết các hộ bị hư hại nhà cửa sẽ được hỗ trợ gạo và mì trong tuần này.",
    "Mực nước trên các sông đang xuống chậm, tàu thuyền vẫn được neo giữ trong bến an toàn.",
]


@pytest.mark.parametrize("byline", ["Tin, ảnh: Lê Hoa", "Lê Hoa"])
@pytest.mark.parametrize("container", ["article", "main", "div"])
@pytest.mark.parametrize("frame", ["footer", 'div role="contentinfo"', "div"])
@pytest.mark.parametrize("lines", [LINES, LINES[2:3]], ids=["whole", "a line"])
def test_a_footer_takes_no_line_of_a_short_text_right_above_it(
    lines: list[str], frame: str, container: str, byline: str
) -> None:
    text = "".join(f"<p>{line}</p>" for line in SHORT) + f"<p><b>{byline}</b></p>"
    footer = f"<{frame}>" + "".join(f"<p>{line}</p>" for line in lines) + f"</{frame.split()[0]}>"
    html = f"<html><body><h1>Bão số 3 ở Bạch Hải</h1><{container}>{text}</{container}>{footer}</body></html>"
    read = parse_page(html, "https://benca.example/tin/bao-so-3.html")
    assert read.article is not None and read.license is not None
    assert read.article.body.split("\n\n") == SHORT
    assert read.article.author == "Lê Hoa"
    assert read.license.text.split("\n") == lines


def test_what_stands_before_the_report_is_no_footer() -> None:
    assert found(f"<html><body><p>© 2021 Cổng tỉnh Bạch Hải</p><div>{REPORT}</div></body></html>") is None


@pytest.mark.parametrize("html", ["", "<p>", "<html><body></body></html>", "\x00<<<", "<table><tr><td>" * 2000])
def test_a_page_without_a_footer_has_none(html: str) -> None:
    assert found(html) is None


@needs(SEED)
def test_the_footer_of_the_first_page_is_exact() -> None:
    text = found((SEED / "soctrang_article.html").read_text("utf-8"))
    read = parse_license(text or "")
    wanted = json.loads((SEED / "soctrang_article.json").read_text("utf-8"))["expected"]["license"]
    assert read is not None
    for name, value in wanted.items():
        got = getattr(read, name.removeprefix("licence_"))
        if isinstance(value, list):
            got = list(got)
        assert (got.isoformat() if name == "licence_issued_on" else got) == value, name


@needs(FRAGMENTS)
def test_real_footers_are_found_in_their_markup() -> None:
    rows = json.loads(FRAGMENTS.read_text("utf-8"))
    hits = 0
    for row in rows:
        wanted, read = parse_license(row["text"]), parse_license(found(row["html"]) or "")
        names = ("number", "governing_body", "managing_unit", "attribution")
        hits += wanted is None or (read is not None and all(getattr(read, n) == getattr(wanted, n) for n in names))
    assert hits >= 0.9 * len(rows)
