"""The words of the page around a report: what modules, buttons, related lists and error pages say, as data.

All patterns are matched against folded text (lower case, no diacritics), each row with a real example.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MARK = r"[\s\[\](){}|>»«<•·:\-–,.*+/]"  # what stands around a label and says nothing
_MARKS = _MARK + "*"


def _opening(*rows: str) -> re.Pattern[str]:
    """Matches a text that begins with one of the rows."""
    return re.compile(rf"^{_MARKS}(?:{'|'.join(rows)})")


def _whole(*rows: str) -> re.Pattern[str]:
    """Matches a text that is one of the rows, or several with marks between them, and nothing more."""
    row = f"(?:{'|'.join(rows)})"
    return re.compile(rf"^{_MARKS}{row}(?:{_MARK}{_MARKS}{row})*{_MARKS}$")


# Headings after which nothing belongs to the report any more.
AFTER_THE_REPORT = _opening(
    r"(?:cac |nhung |danh sach )?(?:tin|bai|bai viet|tin bai|tin tuc|van ban)(?: bai)?(?: viet)? "
    r"(?:lien quan|khac|da dua|cu hon|moi hon|moi nhat|moi|tiep theo|noi bat"  # "TIN ĐÃ ĐƯA", "Các tin khác"
    r"|cung (?:chuyen muc|muc|loai))",  # "Tin cùng chuyên mục"
    r"(?:cac|nhung) (?:tin|bai)(?: viet)? (?:da dang|truoc day|truoc do|cu)",  # "Những bài đã đăng trước đây:"
    r"cung (?:mot )?chuyen muc|tin tiep theo|co the ban quan tam|doc them|xem tiep",  # "Cùng chuyên mục"
    r"binh luan|y kien (?:ban doc|cua ban|phan hoi)",  # "Bình luận (0)"
    r"gui (?:y kien|binh luan|phan hoi)|phan hoi(?: cua ban)?$",  # "Gửi phản hồi"
    r"tu khoa|tags?\b|chu de\s*:|danh gia bai viet|chia se bai viet",  # "Từ khóa: nông thôn mới"
    r"cau hoi moi nhat|lien ket (?:website|web)",  # "Câu hỏi mới nhất"
    r"(?:so )?luot (?:truy cap|xem trang)|thong ke truy cap",  # "SỐ LƯỢT TRUY CẬP"
    r"(?:so )?(?:luot |nguoi )?(?:dang )?(?:truc tuyen|online)\b",  # "SỐ LƯỢT ĐANG ONLINE"
    r"related|other news|comments?$|share this|most read",
)
# Whole short blocks that are furniture, wherever they stand.
FURNITURE = _whole(
    r"(?:xem (?:chi tiet|them|file|tai lieu)|chi tiet)"
    r"(?:\s+(?:tai day|bai viet|o day|file dinh kem))?",  # "Xem chi tiết tại đây"
    r"xem (?:cac|tat ca)? ?(?:tin|bai)(?: viet)? (?:cua tac gia|khac)",  # "Xem các bài viết của tác giả"
    r"tai day|tai ve|download|tai file|nghe (?:doc )?bai(?: viet)?|doc bai viet",  # "Tải về", "Nghe đọc bài"
    r"in(?: (?:bai viet|trang|trang nay|bai|tin|tin nay))?|ban in|print|luu bai(?: viet)?",  # "In bài viết"
    r"gui (?:email|mail|cho ban be|bai viet)|email",  # "Gửi cho bạn bè"
    r"chia se(?: (?:bai viet|qua|len|facebook|zalo|twitter))*",  # "Chia sẻ qua Zalo"
    r"facebook|zalo|twitter|google\+?|linkedin|like|share",
    r"(?:co chu|phong chu|font size|a|a[+\-]|a a|mac dinh|doc|tang|giam|nho|lon|to)"
    r"(?:\s*[|:+\-]?\s*(?:a|[+\-]|nho|lon))*",  # "Cỡ chữ: A- | A+"
    r"(?:so )?(?:luot|lan) (?:xem|doc)(?: trang)?\s*:?\s*[\d.,]*",  # "Lượt xem: 1.234", "Số lần đọc: 12"
    r"[\d.,]+ (?:luot|lan) (?:xem|doc)",  # "1.234 lượt xem"
    r"da xem\s*:?\s*[\d.,]+|views?\s*:?\s*[\d.,]*",  # "Đã xem: 12"
    r"(?:quay )?(?:ve dau trang|len dau trang|tro lai|quay lai|ve trang chu|top)|back",  # "Về đầu trang"
    r"trang truoc|trang sau|(?:tom tat|noi dung)(?: noi dung)?\s*:?",  # "Trang sau", "Nội dung:"
    r"(?:tin )?dang (?:duoc )?cap nhat|quang cao|video|audio|icon",  # "Tin đang được cập nhật"
    r"file dinh kem\s*:?|(?:cac )?(?:tep|tap tin|tai lieu|van ban|file) (?:dinh kem|kem theo)\s*:?",  # "Tệp đính kèm:"
    r"trung binh \(?\d+ phieu\)?|dang nhap de gui y kien|xem co chu",  # "Trung bình (0 Phiếu)"
    r"danh gia\s*:?|(?:\d )?(?:binh chon|danh gia)|<o:p>(?:</o:p>)?|[x×`_=~]+",
)
# Names of modules, never a headline: the h1 of a portlet, a box title.
MODULE_TITLES = _whole(
    r"trang chu|home|root|dieu huong|noi dung(?: chi tiet)?",  # "Trang chủ"
    r"chi tiet(?: (?:tin|tuc|bai|viet|van ban|thong bao|su kien))*",  # "Chi tiết tin bài"
    r"chuyen muc|danh muc|tin anh|video|thu vien (?:anh|video)",  # "Tin ảnh"
    r"tim kiem|dang nhap|lien ket(?: website| web)?|thong ke truy cap|menu|banner|quang cao",
    r"lich cong tac|y kien gop y|hoi dap|cau hoi moi nhat|ban can biet|thong tin can biet",
    r"skip to content|breadcrumbs?",
)
SITE_NAMES = re.compile(
    r"^(?:(?:cong|trang) (?:thong tin|tin)(?: dien tu)?|bao dien tu|dai phat thanh|chuyen trang|website|trang web)\b"
)
# Labels of a document's particulars (Decree 30/2020/NĐ-CP on administrative documents).
DOCUMENT_LABELS = re.compile(
    r"so\s?/?\s?(?:va )?ky hieu|so hieu|ngay ban hanh|ngay (?:co )?hieu luc|co quan ban hanh|trich yeu|loai van ban"
    r"|nguoi ky"
)
# "LỊCH CÔNG TÁC TUẦN", "Lịch tiếp công dân quý II"
SCHEDULE_TITLES = re.compile(r"^(?:thong bao )?lich (?:cong tac|lam viec|tiep|truc|hop|tuan|thi dau|cat dien)\b")
# A page that says in so many words that it has nothing.
NOTHING_HERE = re.compile(
    r"khong tim thay|khong ton tai|khong co (?:noi dung|du lieu|ket qua|bai viet|tin nao|ban ghi)|da bi xoa"
    r"|noi dung (?:dang )?(?:duoc )?cap nhat|dang xay dung"  # "Nội dung đang được cập nhật"
    r"|chua co (?:du lieu|noi dung|bai viet|thong tin)|server error in|runtime error"
    r"|error 40[34]|40[34] (?:not found|error|forbidden)|page not found"
    r"|dang (?:duoc )?bao tri|bao tri,? (?:va )?nang cap|he thong (?:dang )?(?:qua tai|gian doan)"
    r"|khong co quyen truy cap|ban chua dang nhap|trang ban (?:dang )?(?:tim|yeu cau)"
)
# Addresses and headlines of pages that serve, and report nothing.
SERVICE_PAGES = re.compile(
    r"/(?:dang-nhap|dang-ky|login|signin|register|tim-kiem|search|so-do-(?:site|trang|web)|sitemap|rss|lien-he|gop-y"
    r"|thanh-vien|user|account|quen-mat-khau)(?:\.\w+)?(?:/|$)"
)
SERVICE_TITLES = re.compile(
    r"^(?:tra cuu|(?:ket qua )?tim kiem|dang nhap|dang ky|search|log ?in|so do (?:site|trang)|lien he"
    r"|video(?: clip)?s?$|(?:thu vien|album) (?:anh|video|hinh anh))\b"
)
# How prose goes on, and a caption never begins: "Tại hội nghị, ...", "Nhân dịp này, ...".
OPENS_PROSE = re.compile(
    r"^(?:(?:tai|trong|sau|theo|truoc|ngoai|ben canh|nhan|qua|cung voi|song song|phat bieu)\b[^.]{0,60}?,"
    r"|theo |cung |tuy nhien|dong thoi|do do|vi vay|ngoai ra|ben canh do|duoc biet|hien nay|hien,|nhu vay|cu the"
    r"|trong do)"
)
# What a place is called in class names and ids. Words of the trade, not of one site.
HINTS = {
    "title": re.compile(r"title|headline|tieu-?de|heading|subject|ten-?bai"),
    "box_title": re.compile(r"box|module|widget|portlet|block-title|relat|other|menu|nav|foot|banner|tab"),
    "chrome": re.compile(
        r"\b(?:nav|foot(?:er)?|banner|bread-?crumb|copyright|header-top|topbar|logo|brand|masthead)"
        r"|menu|sitemap|popup|site-?(?:title|name)|header-?site|slogan"
    ),
    "date": re.compile(r"date|time|ngay|publish|posted|pubdate|createdate|thoi-?gian"),
    "caption": re.compile(r"caption|chu-?thich|photo-?desc|img-?desc|image-?desc|\bdesc-?img|pcaption|\bimage\b"),
    "lead": re.compile(r"sapo|lead|summary|description|desc\b|trich-?yeu|tom-?tat|intro|abstract|chapeau"),
    "section": re.compile(r"categor|folder|crumb|chuyen-?muc|section|\bcate?\b|duong-?dan|sitemappath"),
    "author": re.compile(r"author|tac-?gia|byline|writer|but-?danh|nguoi-?viet"),
    "related": re.compile(r"relat|lien-?quan|other|tin-?khac|same-?cate|cung-?chuyen|recommend|most-?(?:read|view)"),
    "share": re.compile(r"share|social|toolbar|print|rating|comment|like|tags?\b|icon"),
}
NOWHERE = ("#", "javascript:", "mailto:", "tel:")  # what a link begins with that leads to no page
FILE_ENDINGS = {
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
    ".zip": "application/zip",
    ".rar": "application/vnd.rar",
    ".7z": "application/x-7z-compressed",
    ".csv": "text/csv",
}


# Addresses that deliver a file without its ending: /api/file/download/8812, DownloadFile.aspx?f=KH15, ?download=1
_DELIVERY = re.compile(r"(?:^|[/?&_.\-])(?:download(?:file)?|getfile|tai-?(?:ve|file|xuong))(?:$|[/?&=.\-_])", re.I)


@lru_cache(maxsize=16384)
def is_file(href: str) -> bool:
    """Whether a link leads to a document rather than a page: by its ending, or by how such links are made."""
    path, _, query = href.split("#")[0].lower().partition("?")
    if path.endswith(tuple(FILE_ENDINGS)) or query.endswith(tuple(FILE_ENDINGS)):
        return True
    return bool(_DELIVERY.search(href))


@lru_cache(maxsize=16384)
def leads_to_page(href: str) -> bool:
    """Whether a link leads to another page: not to a place on this one, a script, an address, a file."""
    return bool(href) and not href.lower().startswith(NOWHERE) and not is_file(href)
