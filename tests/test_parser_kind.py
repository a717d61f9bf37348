"""The kind of a page: a report, a document, a list of others, or nothing to be kept."""

from __future__ import annotations

import pytest

from fictional_page import BODY, FOOTER, HOST, OPENING, OTHERS, SITE, TITLE, URL, page, paragraphs, read
from portal_archiver.model import Portal

CLAIM = '<meta property="og:type" content="article"><meta property="og:title" content="Tin tức sự kiện">'
ROWS = (
    ("Số/Ký hiệu", "15/QĐ-UBND"),
    ("Ngày ban hành", "05/01/2024"),
    ("Cơ quan ban hành", "UBND tỉnh Bạch Hải"),
    ("Trích yếu", "Quy định mức thu phí neo đậu tại cầu tàu cá Bến Đăng"),
)
RECORD = "<table>" + "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in ROWS) + "</table>"
FILE = '<p><a href="/uploads/15-qd-ubnd.pdf">Quyết định số 15/QĐ-UBND</a></p>'
SCHEDULE = (
    "<table><tr><th>Ngày</th><th>Buổi</th><th>Nội dung</th></tr>"
    "<tr><td>03/6</td><td>Sáng</td><td>Họp giao ban</td></tr>"
    "<tr><td>04/6</td><td>Chiều</td><td>Tiếp công dân</td></tr></table>"
)


def teasers(*, leads: bool, count: int = 12) -> str:
    rows = []
    for number in range(count):
        text, slug = OTHERS[number % len(OTHERS)]
        lead = f"<p>{OPENING}</p>" if leads else ""
        rows.append(
            f'<li><a href="/tin-tuc/{slug}-{number}">{text} lần {number}</a> (2{number % 9}/05/2024){lead}</li>'
        )
    return f"<ul>{''.join(rows)}</ul>"


def kind(html: str, url: str = URL) -> str:
    found = read(html, url)
    assert (found.article is not None) == (found.kind in ("article", "document"))
    return found.kind


def test_a_headline_with_a_report_under_it_is_an_article() -> None:
    assert kind(page()) == "article"


def test_one_long_paragraph_and_one_short_one_are_articles() -> None:
    assert kind(page(paragraphs(OPENING))) == "article"
    assert kind(page(paragraphs("Mời bà con xã đảo đến nhận giống rau vào sáng thứ Bảy tuần này."))) == "article"


def test_a_picture_with_a_caption_is_an_article() -> None:
    assert kind(page('<p><img src="/a.jpg"></p><p><em>Bến cá lúc rạng đông. Ảnh: Lê Hoa</em></p>')) == "article"


@pytest.mark.parametrize("body", [RECORD, RECORD + FILE, FILE, SCHEDULE], ids=["record", "both", "file", "table"])
def test_a_record_a_file_or_a_table_alone_is_a_document(body: str) -> None:
    assert kind(page(body)) == "document"


def test_a_schedule_is_a_document_even_with_a_sentence_above() -> None:
    title = "Lịch tiếp công dân tháng 6 của lãnh đạo xã Mũi Sò"
    html = page(paragraphs(OPENING) + SCHEDULE, title=f"<h1>{title}</h1>")
    assert kind(html, f"{HOST}/lich-tiep-cong-dan-thang-6-cua-lanh-dao-xa-mui-so") == "document"


def test_a_report_with_a_file_or_a_table_stays_an_article() -> None:
    assert kind(page(paragraphs(*BODY) + FILE)) == "article"
    table = "<table><tr><td>Năm</td><td>Tấn</td></tr><tr><td>2023</td><td>42</td></tr></table>"
    assert kind(page(paragraphs(*BODY) + table)) == "article"


@pytest.mark.parametrize("head", ["", CLAIM], ids=["plain", "og:type=article"])
@pytest.mark.parametrize("leads", [False, True], ids=["headlines", "leads"])
@pytest.mark.parametrize("title", ["<h1>Kinh tế</h1>", '<div class="title">Tin tức - Sự kiện</div>', ""])
def test_a_listing_is_a_listing_whatever_it_claims(title: str, leads: bool, head: str) -> None:
    assert kind(page(teasers(leads=leads), title=title, head=head), f"{HOST}/kinh-te") == "listing"


@pytest.mark.parametrize("url", [f"{HOST}/", HOST, f"{HOST}/index.html", f"{HOST}/Default.aspx", f"{HOST}/trang-chu"])
def test_the_front_page_is_a_listing_even_when_it_shows_a_report(url: str) -> None:
    assert kind(page(), url) == "listing"
    assert kind(page(teasers(leads=True), title=f"<h1>{SITE}</h1>"), url) == "listing"


@pytest.mark.parametrize("path", ["tim-kiem?q=muoi", "search/?q=muoi", "dang-nhap.aspx", "lien-he", "so-do-trang/"])
def test_the_address_of_a_service_is_no_report(path: str) -> None:
    assert kind(page(head=CLAIM), f"{HOST}/{path}") == "other"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Không tìm thấy nội dung", "Bài viết đã bị gỡ hoặc đường dẫn không còn tồn tại."),
        ("Thông báo từ hệ thống", "Xin lỗi, trang bạn yêu cầu không tồn tại trên cổng thông tin này."),
        ("404 Not Found", "The page that you asked for cannot be found on this server."),
        (TITLE, "Nội dung đang được cập nhật."),
        (TITLE, "Bạn chưa đăng nhập hoặc không có quyền truy cập nội dung này."),
        ("Đăng nhập hệ thống", "Tên đăng nhập và mật khẩu do quản trị viên của cổng cấp cho từng đơn vị."),
        ("Kết quả tìm kiếm", "Có 0 kết quả phù hợp với từ khóa mà bạn vừa nhập vào ô tìm kiếm của cổng."),
    ],
)
@pytest.mark.parametrize("head", ["", CLAIM], ids=["plain", "og:type=article"])
def test_a_page_that_says_it_has_nothing_is_never_kept(title: str, text: str, head: str) -> None:
    assert kind(page(paragraphs(text), title=f"<h1>{title}</h1>", head=head)) in ("other", "listing")


@pytest.mark.parametrize("head", ["", CLAIM], ids=["plain", "og:type=article"])
def test_an_empty_template_is_never_kept(head: str) -> None:
    assert kind(page("", title="", head=head)) in ("other", "listing")
    assert kind(page("", title='<h1 class="title"></h1>', date='<div class="date"></div>', head=head)) != "article"
    assert kind(page("")) in ("other", "listing")


def test_a_frame_without_anything_in_it_is_other_and_says_why() -> None:
    found = read(f"<html><body><p>{FOOTER[0]}</p></body></html>")
    assert (found.kind, found.article) == ("other", None)
    assert any(warning.startswith("Not stored") for warning in found.warnings)


def test_a_report_about_an_error_page_is_still_a_report() -> None:
    text = "Lỗi 404 “không tìm thấy” trên cổng cũ đã được khắc phục, đại diện đơn vị vận hành cho biết."
    assert kind(page(paragraphs(*BODY, *BODY, text))) == "article"


def test_a_report_with_links_in_its_prose_is_no_listing() -> None:
    pairs = zip(BODY, OTHERS, strict=False)
    linked = [f'{text} Xem thêm <a href="/tin-tuc/{slug}">{other}</a>.' for text, (other, slug) in pairs]
    assert kind(page(paragraphs(*linked))) == "article"


def test_the_portals_own_patterns_come_before_any_guess() -> None:
    def kind_for(articles: tuple[str, ...] = (), listings: tuple[str, ...] = ()) -> str:
        return read(page(), portal=Portal((HOST,), articles=articles, listings=listings)).kind

    assert kind_for() == "article"
    assert kind_for(articles=("*/tin-tuc/*",)) == "article"
    assert kind_for(articles=("*/bai-viet/*",)) == "other"
    assert kind_for(listings=("/tin-tuc/*",)) == "listing"
    assert kind_for(listings=("/tin-tuc/*",), articles=("*",)) == "listing"


def test_an_articles_pattern_makes_an_article_of_a_page_that_looks_like_a_list() -> None:
    links = "".join(f'<p><a href="/tin-tuc/{slug}">{text}</a></p>' for text, slug in OTHERS)
    assert kind(page(links)) == "listing"
    assert read(page(links), portal=Portal((HOST,), articles=("*/tin-tuc/*",))).kind == "article"


CARD = (
    '<h3><a href="/tin-tuc/{0}?view=full">{1}</a></h3><p><img src="/a.jpg"></p>'
    '<p>{2}</p><p><a href="/tin-tuc/{0}">Đọc tiếp »</a></p>'
)


def test_one_headline_with_its_lead_and_a_read_on_is_a_list_of_one() -> None:
    card = CARD.format(OTHERS[0][1], OTHERS[0][0], OPENING)
    assert kind(page(card, title="<h1>Khuyến ngư</h1>"), f"{HOST}/khuyen-ngu") == "listing"


def test_headings_that_lead_to_other_pages_make_a_list_however_long_their_texts() -> None:
    items = "".join(f'<h3><a href="/su-kien/{slug}">{text}</a></h3>{paragraphs(*BODY)}' for text, slug in OTHERS)
    assert kind(page(items, title="<h1>Sự kiện tháng 6/2024</h1>"), f"{HOST}/su-kien/202406") == "listing"


def test_letters_of_several_citizens_are_a_list_and_the_letter_of_one_is_a_report() -> None:
    letter = f"<p>Người hỏi: Trần Thị Út</p><p>Câu hỏi:</p><p>{OPENING}</p><p>Trả lời:</p><p>{BODY[1]}</p>"
    assert kind(page(letter)) == "article"
    assert kind(page(letter * 3, title="<h1>Hỏi đáp về nghề cá</h1>"), f"{HOST}/hoi-dap") == "listing"


@pytest.mark.parametrize(
    "title", ["Nội dung này chỉ dành cho thành viên", "Không tìm thấy trang", "403 Forbidden", "Bạn không có quyền xem"]
)
def test_a_headline_that_says_there_is_nothing_to_read_is_believed(title: str) -> None:
    assert kind(page(title=f"<h1>{title}</h1>"), f"{HOST}/login_form") == "other"


def test_the_head_of_a_table_of_documents_makes_a_list() -> None:
    head = "".join(f"<th>{label}</th>" for label in ("STT", "Số/Ký hiệu", "Ngày ban hành", "Trích yếu nội dung"))
    row = f"<tr><td>{{0}}</td><td><a href='/vb/{{0}}'>{{0}}/KH-UBND</a></td><td>06/05/2024</td><td>{OPENING}</td></tr>"
    table = f"<table><tr>{head}</tr>{''.join(row.format(number) for number in range(1, 6))}</table>"
    assert kind(page(table, title="<h1>Văn bản chỉ đạo điều hành</h1>"), f"{HOST}/van-ban") == "listing"


def test_a_numbered_table_with_a_file_in_each_row_is_a_list() -> None:
    rows = "".join(
        f"<tr><td>{n}</td><td>Dự toán quý {n}</td><td><a href='/{n}.pdf'>Tải về</a></td></tr>" for n in range(4)
    )
    table = f"<table><tr><th>STT</th><th>Tên tài liệu</th><th>Tệp</th></tr>{rows}</table>"
    assert kind(page(table, title="<h1>Công khai ngân sách</h1>"), f"{HOST}/cong-khai-ngan-sach") == "listing"


def test_a_document_with_the_related_ones_below_it_is_still_one() -> None:
    related = "".join(f'<li><a href="/vb/{slug}">{text}</a> (02/05/2024)</li>' for text, slug in OTHERS)
    body = f"{RECORD}{FILE}<h4>Văn bản cùng lĩnh vực</h4><ul>{related}</ul>"
    assert kind(page(body)) == "document"


def test_lines_with_a_date_each_are_a_list_and_a_chronicle_is_a_report() -> None:
    days = [f"<p>{day:02}/6/2024</p>" for day in range(1, 8)]
    lines = "".join(f"<p>{text}</p>{day}" for (text, _), day in zip(OTHERS * 3, days, strict=False))
    assert kind(page(body=lines)) == "listing"
    assert kind(page(body="".join(f"{day}<p>{OPENING}</p>" for day in days))) == "article"


def test_the_results_of_a_poll_are_no_report() -> None:
    rows = "".join(f"<tr><td>{text}</td><td>(1.{n}02 phiếu)</td></tr>" for n, (text, _) in enumerate(OTHERS))
    found = kind(page(f"<table>{rows}</table>", title="<h1>Kết quả thăm dò ý kiến</h1>"), f"{HOST}/poll")
    assert found in ("other", "listing")
