"""A page of a province that does not exist, put together from parts: what the parser's tests read."""

from __future__ import annotations

from datetime import UTC, datetime

from portal_archiver.model import Article, Link, Page, Portal
from portal_archiver.parser import parse_page

HOST = "https://bachhai.example"
URL = f"{HOST}/tin-tuc/cau-tau-ca-ben-dang-don-chuyen-hang-dau-tien"
NOW = datetime(2024, 6, 1, 3, 0, tzinfo=UTC)
SITE = "Cổng thông tin điện tử tỉnh Bạch Hải"
TITLE = "Cầu tàu cá Bến Đăng đón chuyến hàng đầu tiên"
OPENING = (
    "Cầu tàu cá Bến Đăng vừa đón chuyến hàng đầu tiên với 42 tấn cá cơm của đội tàu xóm chài Mũi Sò, "
    "sớm hơn hai tháng so với kế hoạch mà ban quản lý cảng đưa ra hồi đầu năm."
)
MIDDLE = (
    "Ông Đinh Văn Thuyền, tổ trưởng tổ bốc xếp, cho biết mỗi chuyến hàng nay lên bờ trong bốn mươi phút, "
    "nhanh gấp ba lần khi còn phải chuyển bằng thúng chai qua bãi cạn."
)
CLOSING = (
    "Cảng dự kiến lắp thêm hai cần cẩu nhỏ và một kho đá vảy trước mùa cá năm sau, "
    "bằng tiền đóng góp của các chủ tàu và một phần ngân sách của xã."
)
BODY = (OPENING, MIDDLE, CLOSING)
COUNTER = "Tổng lượt truy cập: 1.254.307"
FOOTER = (
    "Cơ quan chủ quản: UBND tỉnh Bạch Hải",
    "Giấy phép số 07/GP-STTTT do Sở Thông tin và Truyền thông cấp ngày 5/9/2021.",
)
OTHERS = (
    ("Làng muối Cồn Nhạn vào vụ thu hoạch sớm", "lang-muoi-con-nhan-vao-vu-thu-hoach-som"),
    ("Học sinh xã đảo có thêm chuyến đò buổi tối", "hoc-sinh-xa-dao-co-them-chuyen-do-buoi-toi"),
    ("Khởi công trạm bơm Đồng Sậy giai đoạn hai", "khoi-cong-tram-bom-dong-say-giai-doan-hai"),
    ("Bạch Hải mở lớp dạy nghề vá lưới miễn phí", "bach-hai-mo-lop-day-nghe-va-luoi-mien-phi"),
)


def paragraphs(*texts: str) -> str:
    return "\n".join(f"<p>{text}</p>" for text in texts)


def page(
    body: str = paragraphs(*BODY),
    *,
    title: str = f'<h1 class="title">{TITLE}</h1>',
    date: str = "",
    head: str = f"<title>{SITE}</title>",
    before: str = "",
    after: str = "",
) -> str:
    """A whole page: banner, menu, crumb, `title`, `date`, `body`, related links, side box with a counter, footer."""
    menu = "".join(f'<li><a href="/{slug}">{text}</a></li>' for text, slug in (
        ("Trang chủ", ""), ("Giới thiệu", "gioi-thieu"), ("Kinh tế", "kinh-te"), ("Du lịch", "du-lich"),
    ))  # fmt: skip
    related = "".join(f'<li><a href="/tin-tuc/{slug}">{text}</a></li>' for text, slug in OTHERS)
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">{head}</head><body>
<div class="banner"><a href="/">{SITE}</a></div><ul class="menu">{menu}</ul>
<div class="main"><div class="breadcrumb"><a href="/">Trang chủ</a> &raquo; <a href="/kinh-te">Kinh tế</a></div>
<div class="detail">{before}{title}{date}
<div class="content">{body}</div>{after}</div>
<div class="box"><div class="box-title">Tin liên quan</div><ul>{related}</ul></div></div>
<div class="side"><div class="box-title">Thống kê truy cập</div><p>{COUNTER}</p></div>
<div class="footer">{"".join(f"<p>{line}</p>" for line in FOOTER)}</div></body></html>"""


def read(
    html: str | bytes,
    url: str = URL,
    *,
    portal: Portal | None = None,
    seen_as: Link | None = None,
    fetched_at: datetime | None = NOW,
) -> Page:
    return parse_page(html, url, portal=portal, seen_as=seen_as, fetched_at=fetched_at)


def article(
    html: str | bytes,
    url: str = URL,
    *,
    portal: Portal | None = None,
    seen_as: Link | None = None,
    fetched_at: datetime | None = NOW,
) -> Article:
    found = read(html, url, portal=portal, seen_as=seen_as, fetched_at=fetched_at)
    assert found.article is not None, (found.kind, found.warnings)
    return found.article
