"""The report's own text, complete and clean; its tables, files and section."""

from __future__ import annotations

import re
from html import unescape

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fictional_page import BODY, CLOSING, COUNTER, FOOTER, HOST, MIDDLE, OPENING, OTHERS, article, page, paragraphs

ALLOWED = frozenset("p h1 h2 h3 h4 h5 h6 ul li table tr td th strong em u sub sup a".split())
WORD = '<p class="MsoNormal"><span lang="VI" style="font-size:14pt">&nbsp;&nbsp;&nbsp; {}<o:p></o:p></span></p>'


@pytest.mark.parametrize(
    "body",
    [
        paragraphs(*BODY),
        "".join(f"<div>{text}</div><div>&nbsp;</div>" for text in BODY),
        "<br><br>".join(BODY),
        "<br/>\n".join(f"&nbsp;&nbsp;&nbsp;{text}" for text in BODY),
        "".join(f"<table><tr><td><table><tr><td>{text}</td></tr></table></td></tr></table>" for text in BODY),
        "".join(WORD.format(text) + '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>' for text in BODY),
        "".join(WORD.format(re.sub(r"(\w{3})(\w)", "\\1\u200b\\2", text).replace(" ", "\u00a0")) for text in BODY),
        "".join(f"<p>{text.replace(' ', chr(10) + '   ')}</p>" for text in BODY),
        "".join(f"<div><div><span><font face=Arial>{text}</font></span></div></div>" for text in BODY),
        f"{BODY[0]}<p>{BODY[1]}</p>{BODY[2]}",
    ],
    ids=["p", "div", "br", "nbsp", "nested tables", "word", "zero-width", "wrapped", "font", "loose"],
)
def test_paragraphs_survive_whatever_the_page_is_made_of(body: str) -> None:
    assert article(page(body)).body == "\n\n".join(BODY)


def test_nothing_around_a_report_gets_into_it() -> None:
    tools = '<div class="share">Chia sẻ Facebook</div><p>Lượt xem: 1.234</p><p>In bài viết</p><a href="/">Trang chủ</a>'
    comments = "<h3>Bình luận (0)</h3><p>Bạn cần đăng nhập để gửi ý kiến của mình về bài viết này cho ban biên tập.</p>"
    found = article(page(date='<div class="date">26/12/2023</div>', after=tools + comments))
    assert found.body == "\n\n".join(BODY)
    for other in (COUNTER, *FOOTER, *(text for text, _ in OTHERS), "26/12/2023", "Kinh tế", "Thống kê"):
        assert other not in found.body
        assert other not in found.body_html


@pytest.mark.parametrize(
    "heading",
    [
        "Tin liên quan",
        "TIN ĐÃ ĐƯA",
        "Các tin khác",
        "Cùng chuyên mục",
        "Tin cùng chuyên mục",
        "Bài viết khác:",
        "Đọc thêm",
    ],
)
def test_the_report_ends_where_other_reports_begin(heading: str) -> None:
    rows = "".join(f'<p><a href="/tin-tuc/{slug}">{text}</a></p>' for text, slug in OTHERS)
    assert article(page(after=f"<div><b>{heading}</b></div>{rows}")).body == "\n\n".join(BODY)


def test_the_lead_opens_the_body_and_is_named() -> None:
    lead = "Sau ba năm thi công, bến cá lớn nhất tỉnh đã bắt đầu hoạt động trong niềm vui của bà con."
    for markup in (f'<p class="sapo">{lead}</p>', f"<p><strong>{lead}</strong></p>", f"<h2>{lead}</h2>"):
        found = article(page(markup + paragraphs(*BODY)))
        assert (found.lead, found.body) == (lead, "\n\n".join((lead, *BODY)))
    assert article(page()).lead == ""


def test_sub_headings_and_lists_keep_their_place() -> None:
    body = f"<p>{OPENING}</p><h3>Nhanh gấp ba</h3><p>{MIDDLE}</p><ul><li>Hai cần cẩu</li><li>Một kho đá</li></ul>"
    found = article(page(body))
    assert found.body == "\n\n".join((OPENING, "Nhanh gấp ba", MIDDLE, "Hai cần cẩu", "Một kho đá"))
    assert "<h3>Nhanh gấp ba</h3>" in found.body_html
    assert re.search(r"<ul><li>Hai cần cẩu</li>\s*<li>Một kho đá</li></ul>", found.body_html)


def test_a_table_is_text_row_by_row_and_stays_a_table_in_html() -> None:
    rows = (("Năm", "Sản lượng"), ("2022", "31 tấn"), ("2023", "42 tấn"))
    table = "".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in rows)
    found = article(page(f"<p>{OPENING}</p><table border=1>{table}</table><p>{CLOSING}</p>"))
    lines = "Năm | Sản lượng\n2022 | 31 tấn\n2023 | 42 tấn"
    assert found.body == f"{OPENING}\n\n{lines}\n\n{CLOSING}"
    assert "<tr><td>2022</td><td>31 tấn</td></tr>" in found.body_html


def test_spanning_cells_keep_their_spans() -> None:
    head = "<table><tr><th colspan=2>Sản lượng</th></tr>"
    table = f"{head}<tr><td>2022</td><td>31</td></tr><tr><td>2023</td><td>42</td></tr></table>"
    assert '<th colspan="2">Sản lượng</th>' in article(page(f"<p>{OPENING}</p>{table}<p>{CLOSING}</p>")).body_html


def test_body_html_keeps_emphasis_and_links_and_nothing_that_runs() -> None:
    body = (
        f'<p onclick="x()" style="color:red">{OPENING} <b>Rất vui</b> và <i>nhanh</i>, '
        '<a href="/tin-tuc/cho-ca?utm_source=zalo" onmouseover="x()">chợ cá</a> cũng vậy.</p>'
        f'<script>alert(1)</script><iframe src="//evil.example"></iframe>'
        f"<p>{MIDDLE} {CLOSING} &lt;script&gt;alert(2)&lt;/script&gt; "
        f'<a href="javascript:alert(3)">bấm vào đây</a> &amp; <img src=x onerror=alert(4)></p><style>p {{}}</style>'
    )
    html = article(page(body)).body_html
    assert "<strong>Rất vui</strong>" in html
    assert "<em>nhanh</em>" in html
    assert f'<a href="{HOST}/tin-tuc/cho-ca">chợ cá</a>' in html
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in html
    for bad in ("<script", "<iframe", "<style", "<img", "onclick", "onerror", "onmouseover", "style=", "javascript:"):
        assert bad not in html


def is_clean(html: str) -> bool:
    tags = BeautifulSoup(html, "html.parser").find_all(True)
    attributes = {(tag.name, name) for tag in tags for name in tag.attrs}
    hrefs = [str(tag["href"]) for tag in tags if tag.has_attr("href")]
    spans = {(cell, name) for cell in ("td", "th") for name in ("colspan", "rowspan")}
    return (
        {tag.name for tag in tags} <= ALLOWED
        and attributes <= {("a", "href"), *spans}
        and all(href.startswith(("http://", "https://")) for href in hrefs)
    )


NASTY = st.sampled_from(
    ["<script>", "</script>", "<p>", "</p>", "<svg onload=x>", "<a href='javascript:x'>", "</a>", "&lt;img src=x&gt;",
     "&lt;script&gt;", "<b", ">", '"', "'", "<!--", "-->", "<table><tr><td>", "<td colspan='2\"><script>'>", "</table>",
     "<![CDATA[", "<o:p>", "<base href='javascript:'>", "<a href='data:text/html,x'>", "<style>", "</style>", "<math>",
     "<a href='//x.example/\"><script>'>", "<template>", "<noscript>", "bến cá ", "&#x3c;script&#x3e;", "</div>"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NASTY, max_size=12))
def test_body_html_is_safe_whatever_the_page_holds(parts: list[str]) -> None:
    found = article(page(f"<p>{OPENING}</p>{''.join(parts)}<p>{MIDDLE}</p><p>{CLOSING}</p>" + paragraphs(*BODY)))
    assert is_clean(found.body_html)


def test_body_and_body_html_say_the_same() -> None:
    found = article(page(f"<p>{OPENING} <b>Giá</b> &lt; 5 &amp; hơn.</p><p>{MIDDLE}</p>"))
    said = [unescape(re.sub(r"<[^>]+>", "", line)) for line in found.body_html.splitlines()]
    assert said == found.body.split("\n\n")


@pytest.mark.parametrize(
    "line", ["(Nguồn: Báo Tin Biển)", "Nguồn: bachhai.example", "Theo Báo Tin Biển", "Theo tinbien.vn"]
)
def test_the_source_line_is_neither_body_nor_author(line: str) -> None:
    found = article(page(paragraphs(*BODY, line)))
    assert (found.author, found.body) == (None, "\n\n".join(BODY))
    both = article(page(paragraphs(*BODY, "Tác giả: Trúc Lam", line)))
    assert (both.author, both.body) == ("Trúc Lam", "\n\n".join(BODY))


def test_the_reports_own_files_are_attached_and_the_sites_are_not() -> None:
    files = '<p><a href="/uploads/Ke%20hoach.PDF">Kế hoạch số 12</a></p>'
    files += '<p><a href="phu-luc.xlsx"><img src="/xls.png"></a></p>'
    html = page(paragraphs(*BODY) + files).replace(
        '<div class="side">', '<div class="side"><a href="/mau-don.doc">Mẫu đơn</a>'
    )
    found = article(html).attachments
    assert [(file.url, file.title, file.media_type) for file in found] == [
        (f"{HOST}/uploads/Ke%20hoach.PDF", "Kế hoạch số 12", "application/pdf"),
        (
            f"{HOST}/tin-tuc/phu-luc.xlsx",
            "phu-luc.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ]
    assert "Kế hoạch số 12" not in article(html).body


def test_the_section_is_what_the_breadcrumb_says() -> None:
    assert article(page()).section == "Kinh tế"
    deeper = page().replace(
        '<a href="/kinh-te">Kinh tế</a></div>', '<a href="/kt">Kinh tế</a> &raquo; <a href="/ts">Thủy sản</a></div>'
    )
    assert article(deeper).section == "Kinh tế > Thủy sản"


def test_hidden_text_is_not_read() -> None:
    hidden = '<p style="display:none">Nội dung ẩn mà không người đọc nào của cổng từng nhìn thấy.</p><p hidden>Ẩn</p>'
    assert article(page(f"<p>{OPENING}</p>{hidden}{paragraphs(MIDDLE, CLOSING)}")).body == "\n\n".join(BODY)


def test_vietnamese_is_told_by_its_letters_and_other_languages_by_what_is_declared() -> None:
    assert article(page()).language == "vi"
    assert article(page().replace('lang="vi"', 'lang="en-us"')).language == "vi"
    english = paragraphs(*["The fishing boats of the province came back to port after a long journey at sea."] * 4)
    title = '<h1 class="title">The boats are back in port</h1>'
    assert article(page(english, title=title).replace('lang="vi"', 'lang="en"')).language == "en"
    assert article(page(english, title=title).replace(' lang="vi"', "")).language is None


RELATED = (
    '<div class="inline"><b>Tin liên quan</b><ul>'
    '<li><a href="/tin-tuc/lang-muoi">Làng muối Cồn Nhạn vào vụ thu hoạch sớm</a> <span>14/05/2024</span></li>'
    "</ul></div>"
)


def test_a_box_of_related_reports_between_two_paragraphs_ends_no_report() -> None:
    body = f"<p>{OPENING}</p><p>{MIDDLE}</p>{RELATED}<p>{CLOSING}</p>"
    assert article(page(body)).body == "\n\n".join(BODY)


@pytest.mark.parametrize(
    ("href", "text"),
    [
        ("/documents/30401/33518/Phieu.doc/7ad0f6b2-5b1c-4f0a?version=1.0", "Phiếu đăng ký"),
        ("/LinkClick.aspx?fileticket=Zk8vQ3dX2aE%3d&tabid=12", "Kế hoạch số 95"),
        ("/api/tep/8812", "Mau01_Don.docx (28 KB)"),
    ],
)
def test_a_file_is_told_by_its_address_or_by_its_name(href: str, text: str) -> None:
    found = article(page(paragraphs(*BODY) + f'<p><a href="{href}">{text}</a></p>'))
    assert [(file.url, file.title) for file in found.attachments] == [(f"{HOST}{href}", text)]
    assert found.body == "\n\n".join(BODY)


def test_files_announced_behind_the_report_are_its_own() -> None:
    behind = (
        '<div class="tags">Từ khóa: <a href="/tag/ca">cá</a></div><div>Tải về tập tin đính kèm:</div>'
        '<ul><li><a href="/item/download/45_8a7c">1288_KH.pdf</a> (132 lần tải)</li></ul>'
        '<div>Chuyên mục</div><p><a href="/quy-che.pdf">Quy chế của cổng</a></p>'
    )
    assert [file.title for file in article(page(after=behind)).attachments] == ["1288_KH.pdf"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('<p>Xem chi tiết <a href="/img/cong-van.jpg">tại đây</a></p>', ["image/jpeg"]),
        ('<p>Xem <a href="/img/anh.jpg">ảnh lớn</a></p>', []),
        ('<p><a href="/img/anh.jpg"><img src="/img/nho.jpg" width="400"></a></p>', []),
        ('<p><img src="/img/anh.jpg" width="400"></p><p><a href="/img/anh.jpg">Bản đồ</a></p>', []),
    ],
)
def test_a_scanned_page_is_attached_and_a_larger_picture_is_not(line: str, wanted: list[str]) -> None:
    found = article(page(paragraphs(*BODY) + line))
    assert [file.media_type for file in found.attachments] == wanted


@pytest.mark.parametrize(
    ("crumb", "wanted"),
    [
        ("<div>Tin tức » Khuyến ngư</div>", "Tin tức > Khuyến ngư"),
        ('<div><a href="/a">Tin tức</a> / <a href="/b">Khuyến ngư</a></div>', "Tin tức > Khuyến ngư"),
        ("<ul class='breadcrumb'><li>Bạn đang ở:</li><li>Trang nhất</li><li>Khuyến ngư</li></ul>", "Khuyến ngư"),
        ("<div>Khuyến ngư | Thứ Năm, 16/05/2024, 14:27 (GMT+7)</div>", "Khuyến ngư"),
    ],
)
def test_a_breadcrumb_is_told_by_its_arrows_its_name_or_its_start(crumb: str, wanted: str) -> None:
    html = page(before=crumb).replace('<div class="breadcrumb"><a href="/">Trang chủ</a> &raquo; ', "<div>")
    assert article(html).section == wanted


def test_the_bar_at_the_top_of_every_page_is_no_breadcrumb() -> None:
    bar = '<div><a href="/">Trang chủ</a> | <a href="/lien-he">Liên hệ</a> | <a href="/so-do">Sơ đồ site</a></div>'
    html = page(before=f"{bar}<div>Khuyến ngư</div>").replace(
        '<div class="breadcrumb"><a href="/">Trang chủ</a> &raquo; ', "<div>"
    )
    assert article(html).section == "Khuyến ngư"
