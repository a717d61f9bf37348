"""The words of the page around a report: what modules, buttons, related lists and error pages say, as data.

All patterns are matched against folded text (lower case, no diacritics), each row with a real example.
"""

from __future__ import annotations

import re
from functools import lru_cache

from portal_archiver.text import fold

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
    r"(?:cac |nhung |danh sach )?(?:tin|bai|bai viet|tin bai|tin tuc|van ban|thong bao)(?: bai)?(?: viet)?"
    r"(?:, ?(?:tin|bai|van ban))? "
    r"(?:lien quan|khac|da (?:dua|dang)|cu hon"
    r"|moi(?! (?:thau|chao|hop|tham|quy|cac|ban(?! hanh)|dai|du|ong|ba|cong|viet|bao|quan|nha|don)\b)"  # "mời thầu"
    r"|tiep theo|noi bat"  # "TIN ĐÃ ĐƯA", "Các tin khác"
    r"|cung (?:chuyen muc|muc|loai|linh vuc|chu de|nhom|don vi|co quan|tac gia)"
    r"|(?:duoc )?(?:xem|doc) nhieu(?: nhat)?|nhieu nguoi (?:xem|doc))",  # "Tin đọc nhiều"
    r"(?:thong tin|tai lieu|su kien|chu de|noi dung) (?:lien quan|khac)\b",  # "Thông tin liên quan:"
    r"(?:cac )?(?:ke hoach|du thao|goi thau|cau hoi|an pham|video|album|du an|chuyen muc) khac\W*$",  # "Gói thầu khác"
    r"(?:cac|nhung) (?:tin|bai)(?: viet)? (?:da dang|truoc day|truoc do|cu)",  # "Những bài đã đăng trước đây:"
    r"cung (?:mot )?chuyen muc|tin tiep theo|co the ban quan tam|doc them|xem tiep",  # "Cùng chuyên mục"
    r"(?:\d+ )?binh luan|\d+ phan hoi\b|y kien (?:ban doc|cua ban|phan hoi)",  # "Bình luận (0)", "2 bình luận"
    r"de lai (?:mot )?(?:binh luan|phan hoi|tra loi)|leave a (?:reply|comment)",  # WordPress
    r"(?:bai|tin) (?:truoc|sau|tiep theo)\s*(?:[:»›>].*)?$",  # "Bài trước »"
    r"(?:newer|older|previous|next)(?: (?:news|posts?|articles?))?\W*$",
    r"gui (?:y kien|binh luan|phan hoi)|phan hoi(?: cua ban)?$",  # "Gửi phản hồi"
    r"tu khoa|tags?\b|chu de\s*:|danh gia bai viet|chia se bai viet",  # "Từ khóa: nông thôn mới"
    r"co lien quan\W*$",  # Jetpack
    r"(?:cac )?cau hoi (?:moi nhat|khac|lien quan|cung)|lien ket (?:website|web)",  # "Câu hỏi mới nhất"
    r"(?:so )?luot (?:truy cap|xem trang)|thong ke truy cap",  # "SỐ LƯỢT TRUY CẬP"
    r"(?:so )?(?:luot |nguoi )?(?:dang )?(?:truc tuyen|online)\b",  # "SỐ LƯỢT ĐANG ONLINE"
    r"related|(?:other|more|latest) (?:news|articles|posts|stories|projects|documents)",
    r"(?:\d+ )?comments?$|share this|most (?:read|viewed)",
)
# What readers write below a report: "Bình luận (0)", "Ý kiến bạn đọc"
COMMENTS = _opening(r"(?:\d+ |de lai (?:mot )?)?(?:binh luan|phan hoi)|y kien|gui y kien|(?:\d+ )?comments?\b|leave a")
# The tags of a report, or a field of a search form: "Từ khóa"
TAGS = _opening(r"(?:tu khoa|tags?\b)")
# What announces the files of a report: "Tệp đính kèm:", "Tải về tập tin đính kèm:", "Tài liệu kèm theo"
ATTACHED = _opening(
    r"(?:tai ve )?(?:cac )?(?:tep|tap tin|tai lieu|van ban|file)s? (?:tin )?(?:dinh kem|kem theo)|attachments?\b"
)
# Whole short blocks that are furniture, wherever they stand.
FURNITURE = _whole(
    r"(?:xem (?:chi tiet|them|file|tai lieu)|chi tiet)"
    r"(?:\s+(?:tai day|bai viet|o day|file dinh kem))?",  # "Xem chi tiết tại đây"
    r"xem (?:cac|tat ca)? ?(?:tin|bai)(?: viet)? (?:cua tac gia|khac)",  # "Xem các bài viết của tác giả"
    r"tai day|tai ve|download|tai file|nghe (?:doc )?bai(?: viet)?|doc bai viet",  # "Tải về", "Nghe đọc bài"
    r"in(?: (?:bai viet|trang|trang nay|bai|tin|tin nay))?|ban in|print|luu bai(?: viet)?",  # "In bài viết"
    r"gui (?:email|mail|cho ban be|bai(?: viet)?)|e-?mail",  # "Gửi cho bạn bè"
    r"chia se(?: (?:bai viet|qua|len|facebook|zalo|twitter))*",  # "Chia sẻ qua Zalo"
    r"facebook|zalo|twitter|tweet|google\+?|linkedin|like(?: \d+)?|share|sao chep lien ket|(?:#[\w \-]{2,30})+",
    r"(?:co chu|phong chu|font size|a|a[+\-]|a a|mac dinh|doc|tang|giam|nho|lon|to)"
    r"(?:\s*[|:+\-]?\s*(?:a|[+\-]|nho|lon))*",  # "Cỡ chữ: A- | A+"
    r"(?:so )?(?:luot|lan) (?:xem|doc)(?: trang)?\s*:?\s*[\d.,]*",  # "Lượt xem: 1.234", "Số lần đọc: 12"
    r"[\d.,]+ (?:luot|lan) (?:xem|doc)|\d+ phut doc|\d+ min(?:ute)?s? read",  # "1.234 lượt xem", "2 phút đọc"
    r"da xem\s*:?\s*[\d.,]+|views?\s*:?\s*[\d.,]*",  # "Đã xem: 12"
    r"(?:quay )?(?:ve dau trang|lai trang day du|len dau trang|ve trang chu)|top|back",  # "Về đầu trang"
    r"tro lai|quay lai",
    r"trang truoc|trang sau|(?:tom tat|noi dung)(?: noi dung)?\s*:?",  # "Trang sau", "Nội dung:"
    r"(?:bai viet nay duoc dang trong|this entry was posted in) [^!?]*",  # WordPress, and then the section and the tags
    r"(?:tin )?dang (?:duoc )?cap nhat|quang cao|video|audio|icon",  # "Tin đang được cập nhật"
    r"file dinh kem\s*:?|(?:cac )?(?:tep|tap tin|tai lieu|van ban|file) (?:dinh kem|kem theo)\s*:?|attachments?\s*:?",
    r"trung binh \(?\d+ phieu\)?|xem co chu|\d+ (?:phut|gio|ngay|tuan|thang|nam) truoc",  # "Trung bình (0 Phiếu)"
    r"(?:vui long )?dang nhap de (?:gui y kien|binh luan)|chua co (?:binh luan|y kien|phan hoi)[^!?]*",
    r"\(?[\d.,]+ ?(?:k|kb|mb|bytes)\)?",  # the size of a file
    r"(?:hay )?la nguoi binh luan dau tien|hay la nguoi binh luan dau tien!?|danh gia muc nay",  # Joomla K2
    r"\(?\d+ (?:bau chon|phieu|votes?|binh luan|phan hoi|comments?|reads?)\)?|(?:un)?like \d+|(?:khong )?thich \d*",
    r"printer-friendly version|send by email|log in to post comments|tro ve|tuong phan|nghe bai viet",
    r"danh gia(?: bai viet)?\s*:[^.!?]*(?:star|phieu|luot|diem|binh chon)[^.!?]*",  # "Đánh giá bài viết: (0 lượt)"
    r"(?:facebook|zalo|twitter|google\+?|pinterest|linkedin) [\d.,]+k?|[\d.,]+k? (?:shares?|luot chia se)",  # "Zalo 19"
    r"theo doi (?:chung toi )?(?:bao [^.:]{3,40} )?tren(?: (?:google news|facebook|zalo))*|google news",
    r"trinh duyet (?:cua ban )?khong ho tro[^.]*|\d?\d:\d\d",  # of a video: that it cannot be shown, how long it is
    r"(?:chuyen muc|tac gia|the loai|tu khoa|danh muc|category|section)\s*:",  # a label, its value apart
    r"muc luc(?: bai viet)?|noi dung chinh|table of contents",  # and then links to the chapters
    r"(?:nghe (?:doc )?bai(?: viet| bao)?|giong (?:nu|nam))\b[^.!?]*\d+:\d\d(?:\s*/\s*\d+:\d\d)?(?: ?giong (?:nu|nam))?"
    r"(?: ?\dx)?",  # "Nghe bài viết Giọng nữ 0:00 / 4:33", "Giọng nữ miền Bắc 3:27"
    r"tai (?:ung dung|app)\b.*\b(?:app ?store|google play|ch play)\b.*",  # "Tải ứng dụng ... trên App Store"
    r"danh gia\s*:?(?: ?\d{1,5})?|(?:\d )?(?:binh chon|danh gia)|<o:p>(?:</o:p>)?|[x×`_=~]+",
)
# Names of modules, never a headline: the h1 of a portlet, a box title.
MODULE_TITLES = _whole(
    r"trang chu|home|root|dieu huong|noi dung(?: chi tiet)?",  # "Trang chủ"
    r"chi tiet(?: (?:tin|tuc|bai|viet|van ban|thong bao|su kien|ke hoach|du thao|du an))*",  # "Chi tiết tin bài"
    r"chi tiet (?:hoi dap|cau hoi|thu tuc|an pham)",
    r"chuyen muc|danh muc|tin anh|video|thu vien (?:anh|video)",  # "Tin ảnh"
    r"tim kiem|dang nhap|lien ket(?: website| web)?|thong ke truy cap|menu|banner|quang cao",
    r"lich cong tac|y kien gop y|hoi dap|cau hoi moi nhat|ban can biet|thong tin can biet",
    r"skip to content|breadcrumbs?|trang nhat|you are here|ban dang (?:o|xem)(?: day)?|vi tri",  # "Bạn đang ở:"
)
SITE_NAMES = re.compile(
    r"^(?:trang chu \W+|(?:cong|trang) (?:thong tin|tin)(?: dien tu)?|bao dien tu|dai phat thanh|chuyen trang|website"
    r"|trang web)\b"
)
# What a bar at the top of every page leads to beside "Trang chủ", and a breadcrumb never: "Liên hệ", "Sơ đồ site"
TOP_BAR = _whole(
    r"lien he|gioi thieu|toa soan|quang cao|so do (?:site|trang|website|cong)(?: web)?|rss|e?mail|webmail"
    r"|hop thu(?: \w+)*|dang (?:nhap|ky)|tim kiem|english|tieng \w+|hoi dap|gop y|dat bao(?: \w+)*|thu vien \w+"
)
# The levels of a breadcrumb that say nothing: its label, the front page, the page itself
CRUMB_ENDS = _whole(
    r"trang (?:chu|nhat)|home(?: ?page)?|root|breadcrumbs?|you are here|ban dang (?:o|xem)(?: day)?|vi tri"
    r"|dieu huong|skip to content|noi dung(?: chi tiet)?"
    r"|chi tiet(?: (?:tin|tuc|bai|viet|van ban|thong bao|su kien|ke hoach|du thao|du an))*"
    r"|chi tiet (?:hoi dap|cau hoi|thu tuc|an pham)"
)
# "Chuyên mục: Kinh tế", "Đăng trong: Tin tức"
SECTION_LABEL = _opening(r"(?:chuyen muc|danh muc|the loai|linh vuc|dang trong|posted in|category|section)\s*[:|]")
# What stands above the headline of an official letter (Decree 30/2020/NĐ-CP, appendix I): "CỘNG HÒA XÃ HỘI ...",
# "ỦY BAN NHÂN DÂN TỈNH BẠCH HẢI", "Độc lập - Tự do - Hạnh phúc", "Số: 27/2022/QĐ-UBND"
LETTERHEAD = re.compile(
    r"^(?:cong hoa xa hoi chu nghia viet nam|doc lap\W+tu do\W+hanh phuc|so\s*:"
    r"|(?:uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd)"
    r"(?: (?:tinh|thanh pho|tp\.?|huyen|quan|thi xa|thi tran|xa|phuong) \S+(?: \S+){0,4})?\W*$)"
)
# The kind of a document, which stands above what it is about: "QUYẾT ĐỊNH", "THÔNG BÁO"
DOCUMENT_KIND = re.compile(
    r"^(?:quyet dinh|nghi quyet|thong bao|ke hoach|chi thi|to trinh|cong dien|giay moi|bao cao|huong dan|thong tu"
    r"|nghi dinh|quy dinh|thu moi)\W*$"
)
# Labels of a document's particulars (Decree 30/2020/NĐ-CP on administrative documents).
DOCUMENT_LABELS = re.compile(
    r"so\s?[/,]?\s?(?:va )?ky hieu|so hieu|ngay ban hanh|ngay (?:co )?hieu luc|co quan ban hanh|trich yeu|loai van ban"
    r"|nguoi ky"
)
# The same, where a whole cell is one: "Số ký hiệu:", "Lĩnh vực", "Tài liệu đính kèm"
DOCUMENT_LABEL = re.compile(
    rf"^{_MARKS}(?:stt|so(?: van ban)?|(?:{DOCUMENT_LABELS.pattern})(?: noi dung| van ban)?|linh vuc|pham vi"
    r"|hinh thuc|(?:het )?hieu luc"
    r"|(?:co quan|noi|nguoi|don vi) (?:ban hanh|ky|soan thao|chu tri)|chuc (?:danh|vu)"
    r"|ngay (?:bh|hl|het hieu luc|bat dau|ket thuc|dang(?: tai)?|cong bo|gui)|(?:tinh trang|trang thai)(?: hieu luc)?"
    r"|(?:file|tep|tap tin|tai lieu)(?: van ban)? (?:dinh kem|kem theo))\W*$"
)
# A label and its value in one line: "Số ký hiệu: 31/2018/QĐ-UBND"
LABELED_VALUE = re.compile(rf"^{_MARKS}(?P<label>{DOCUMENT_LABELS.pattern}|linh vuc)\s*:\s*\w")
# What leads from a lead to the report: "Đọc tiếp »", "Xem chi tiết", "Đọc thêm: Sinh hoạt chuyên môn ...", "Read more"
READ_ON = re.compile(
    rf"^{_MARKS}(?:(?:doc|xem) (?:tiep|them|chi tiet|toan bo)|chi tiet|read (?:more|on)|more|continue reading)\b"
)
# Who asks and who answers: "Người hỏi: Trần Văn An", "Câu hỏi:"
QUESTION = re.compile(rf"^{_MARKS}(?P<label>nguoi (?:hoi|gui)|cau hoi|hoi|ho (?:va )?ten)\b[^:]{{0,20}}:")
# "LỊCH CÔNG TÁC TUẦN", "Lịch tiếp công dân quý II"
SCHEDULE_TITLES = re.compile(r"^(?:thong bao )?lich (?:cong tac|lam viec|tiep|truc|hop|tuan|thi dau|cat dien)\b")
# A page that says in so many words that it has nothing.
NOTHING_HERE = re.compile(
    r"khong tim thay|khong ton tai|khong co (?:noi dung|du lieu|ket qua|bai viet|tin nao|ban ghi)|da bi xoa"
    r"|noi dung (?:dang )?(?:duoc )?cap nhat|dang xay dung"  # "Nội dung đang được cập nhật"
    r"|chua co (?:du lieu|noi dung|bai viet|thong tin)|server error in|runtime error"
    r"|error 40[34]|40[34] (?:not found|error|forbidden)|page not found"
    r"|dang (?:duoc )?bao tri|bao tri,? (?:va )?nang cap|he thong (?:dang )?(?:qua tai|gian doan)"
    r"|chi (?:danh )?cho (?:thanh vien|nguoi dung)|(?:chua|khong) the hien thi|(?:vui long|yeu cau) dang nhap"
    r"|khong co quyen truy cap|ban chua dang nhap|trang ban (?:dang )?(?:tim|yeu cau)"
)
# Addresses and headlines of pages that serve, and report nothing.
SERVICE_PAGES = re.compile(
    r"/(?:dang-nhap|dang-ky|login|signin|register|tim-kiem|search|so-do-(?:site|trang|web)|sitemap|rss|lien-he|gop-y"
    r"|thanh-vien|user|account|quen-mat-khau)(?:\.\w+)?(?:/|$)"
)
SERVICE_TITLES = re.compile(
    r"^(?:tra cuu|danh ba|(?:ket qua )?tim kiem|dang nhap|dang ky|search|log ?in|so do (?:site|trang)|lien he"
    r"|video(?: clip)?s?$|(?:thu vien|album) (?:anh|video|hinh anh)(?: (?:-|/|trang) ?\d+)?$)\b"
)
# Headlines that say that there is nothing to read: "Nội dung này chỉ dành cho thành viên", "Không tìm thấy trang"
DENIED_TITLES = re.compile(
    r"^(?:(?:loi )?40[34]\b|noi dung (?:nay )?(?:chi|khong)|(?:ban )?khong (?:co|du) quyen|vui long dang nhap"
    r"|(?:trang|bai viet)(?: (?:nay|ban \w+))? khong ton tai|khong tim thay (?:trang|bai|noi dung)"
    r"|access denied|(?:page )?not found|insufficient privileges|members only)"
)
# How prose goes on, and a caption never begins: "Tại hội nghị, ...", "Nhân dịp này, ...".
OPENS_PROSE = re.compile(
    r"^(?:(?:tai|trong|sau|theo|truoc|ngoai|ben canh|nhan|qua|cung voi|song song|phat bieu)\b[^.]{0,60}?,"
    r"|theo |cung |tuy nhien|dong thoi|do do|vi vay|ngoai ra|ben canh do|duoc biet|hien nay|hien,|nhu vay|cu the"
    r"|trong do)"
)
# What a place is called in class names and ids. Words of the trade, not of one site.
HINTS = {
    "title": re.compile(
        r"title|headline|\b(?:vb|doc|news|item|post|bai|tin|article)-?(?:name|head)\b|tieu-?de|heading|subject|ten-?bai"
    ),
    "box_title": re.compile(r"box|module|widget|portlet|block-title|relat(?!ive)|other|menu|nav|foot|banner|tab"),
    "chrome": re.compile(
        r"\b(?:nav|foot(?:er)?|banner|bread-?crumb|copyright|header-top|topbar|logo|brand|masthead)"
        r"|menu|sitemap|popup|site-?(?:title|name)|header-?site|slogan"
    ),
    "date": re.compile(r"date|time|ngay|publish|posted|pubdate|createdate|thoi-?gian"),
    "caption": re.compile(r"caption|chu-?thich|photo-?desc|img-?desc|image-?desc|\bdesc-?img|pcaption|\bimage\b"),
    "lead": re.compile(r"sapo|lead|summary|description|desc\b|trich-?yeu|tom-?tat|intro|abstract|chapeau"),
    "crumb": re.compile(r"crumb|duong-?dan|sitemappath|\bpath(?:way)?\b"),
    "section": re.compile(r"categor|folder|crumb|chuyen-?muc|section|\bcate?\b|duong-?dan|sitemappath"),
    "author": re.compile(r"author|tac-?gia|byline|writer|but-?danh|nguoi-?viet|\w__sign\b"),
    "author_box": re.compile(r"author-?(?:box|bio|about|desc)|about-?(?:the-?)?author|box-?tac-?gia"),
    "related": re.compile(
        r"relat(?!ive)|lien-?quan|other|tin-?khac|same-?cate|cung-?chuyen|recommend|most-?(?:read|view)"
        r"|post-?nav|nav-?(?:previous|next)|(?:prev|next)-?(?:post|next|prev)"
    ),
    "share": re.compile(r"share|social|toolbar|print|rating|comment|like|tags?\b|icon"),
}
NO_PLACE: frozenset[str] = frozenset()
LONGEST_FURNITURE = 160  # characters
REMEMBERED = 200  # characters: no longer text is kept for the next page
# Where the name of an author leads: /tac-gia/le-hoa-12.html, /author/lehoa
AUTHOR_PAGE = re.compile(r"[/?&=](?:tac-gia|authors?|but-danh|phong-vien|ctv)\b", re.I)
# Where the name of a section leads: /category/kinh-te/, /chuyen-muc/kinh-te
SECTION_PAGE = re.compile(r"/(?:category|chuyen-muc|danh-muc|the-loai)/", re.I)
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
PICTURE_ENDINGS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
ENLARGED = re.compile(r"(?:xem )?(?:anh|hinh)\b|xem (?:to|lon)|phong to|enlarge|zoom")  # what leads to a larger picture
_ENDING = "|".join(ending.removeprefix(".") for ending in sorted(FILE_ENDINGS, key=len, reverse=True))
# Addresses that deliver a file without its ending, or behind it: /api/file/download/8812, DownloadFile.aspx?f=KH15,
# ?download=1, LinkClick.aspx?fileticket=Zk8v, /documents/30401/Phieu.doc/7ad0f6b2-5b1c?version=1.0
_DELIVERY = re.compile(
    r"(?:^|[/?&_.\-])(?:download(?:file)?|getfile|tai-?(?:ve|file|xuong)|fileticket)(?:$|[/?&=.\-_])"
    rf"|\.(?:{_ENDING})/[0-9a-f][0-9a-f-]{{3,}}(?:$|\?)",
    re.I,
)
_FILE_NAME = re.compile(rf"\.(?:{_ENDING})\s*(?:\([^()]*\))?$", re.I)  # "Mau01_Don.docx (28 KB)"


def places(hint: str) -> frozenset[str]:
    """The kinds of place (keys of `HINTS`) that class names and ids speak of."""
    if not hint:
        return NO_PLACE
    return _places(hint) if len(hint) <= REMEMBERED else _places.__wrapped__(hint)


@lru_cache(maxsize=16384)
def _places(hint: str) -> frozenset[str]:
    """The same, remembered: the pages of a portal repeat the names in their template."""
    return frozenset(kind for kind, words in HINTS.items() if words.search(hint))


@lru_cache(maxsize=16384)
def is_file(href: str) -> bool:
    """Whether a link leads to a document rather than a page: by its ending, or by how such links are made."""
    path, _, query = href.split("#")[0].lower().partition("?")
    if path.endswith(tuple(FILE_ENDINGS)) or query.endswith(tuple(FILE_ENDINGS)):
        return True
    return bool(_DELIVERY.search(href))


def is_picture(href: str) -> bool:
    """Whether a link leads to a picture, as those around photos often do."""
    return href.split("?")[0].lower().endswith(tuple(PICTURE_ENDINGS))


def is_furniture(text: str) -> bool:
    """Whether a text is a button, a counter or the like, and nothing else."""
    return len(text) <= LONGEST_FURNITURE and _is_furniture(text)


@lru_cache(maxsize=16384)
def _is_furniture(text: str) -> bool:
    return FURNITURE.match(fold(text)) is not None


def names_file(text: str) -> bool:
    """Whether the words of a link are a file's name: what it leads to is one, whatever its address."""
    return bool(_FILE_NAME.search(text))


@lru_cache(maxsize=16384)
def leads_to_page(href: str) -> bool:
    """Whether a link leads to another page: not to a place on this one, a script, an address, a file."""
    return bool(href) and not href.lower().startswith(NOWHERE) and not is_file(href)
