"""Bylines, source lines and photo credits: who wrote, who photographed, where it was taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portal_archiver.parser.vocabulary import DOCUMENT_LABEL
from portal_archiver.text import fold

MAX_LENGTH = 90  # characters of a byline
LONGEST_NAME = 50
MOST_WORDS = 10  # of a name: "Văn phòng Đăng ký đất đai tỉnh Bạch Hải"
# Labelled bylines, on the text as written. Each row: pattern with groups `name`, whether the name also took the photos.
BYLINE_FORMS: tuple[tuple[re.Pattern[str], bool], ...] = (
    # "Tin, ảnh: Lê Hoa", "Bài và ảnh: LÊ HOA", "Tin & ảnh Lê Hoa"
    (re.compile(r"^\(?(?:tin|bài|bài viết)\s*(?:,|-|–|/|&|và)?\s*ảnh\s*[:\-–]?\s*(?P<name>[^:]+?)\)?$", re.I), True),
    # "Tác giả: Lê Hoa", "Bài: Lê Hoa", "PV: Lê Hoa", "Viết bởi: Lê Hoa", "Người đăng: Ban Biên tập"
    (
        re.compile(
            r"^\(?(?:(?:bài|ghi chép|phóng sự) của|tác giả(?: bài viết)?|tin|bài|bài viết|thực hiện|PV|phóng viên"
            r"|người (?:viết|đăng|gửi|soạn|thực hiện)|(?:được )?(?:viết|đăng|gửi|soạn) bởi"
            r"|(?:posted |submitted |written |text )?by|bởi)"
            r"\s*:?\s+(?P<name>[^:]+?)\)?$",
            re.I,
        ),
        False,
    ),
)
# "Ảnh: Lê Hoa" alone on a line, "Bài: Trà My; Ảnh: Lê Hoa": whose the photos are that have no credit of their own.
PHOTOGRAPHER = re.compile(
    r"^\(?(?:(?:(?:tin|bài)\s*:|text by\s)[^:]+[;,.|–-]\s*)?(?:(?:chùm ảnh|ảnh|photos?)\s*:|photos? by\s)\s*"
    r"(?P<name>[^:]+?)\)?\.?$",
    re.I,
)
# "Lê Hoa. Ảnh: Thạch Pích", without a label: a caption may look so, too
SIGNATURE = re.compile(r"^(?P<author>[^:.;]+)[.;–-]\s*ảnh\s*:\s*(?P<name>[^:]+?)\.?$", re.I)
# ... and what follows in such a line: "Bài: Trà My; Ảnh: Lê Hoa", "Phóng viên: Lê Hoa | Quay phim: Thạch Pích"
_AND_OTHERS = re.compile(
    r"^((?:(?:tin|bài|phóng viên)\s*:|text by\s)[^:]+?)\s*[;,.|–-]\s*"
    r"(?:(?:ảnh|quay phim|kỹ thuật|dựng)\s*:|photos? by\s).*$",
    re.I,
)
# What stands with a name in the card of an author, apart from it
AUTHORS = re.compile(
    r"(?:phong vien|tac gia|noi dung|bai(?: viet)?|thuc hien|nha bao|bien tap(?: vien)?|cong tac vien|pv|ctv|btv"
    r"|reporter|author)\W*$"
)
PHOTOGRAPHERS = re.compile(r"(?:(?:phong vien )?anh|nhiep anh(?: gia)?|photos?|photographer)\W*$")
# What a byline adds to its name: "Hoàng Yến (thực hiện)", "Ban Biên tập Đăng trong Văn hóa".
_ADDED = re.compile(
    r"\s*(?:\((?:thực hiện|tổng hợp|ghi|sưu tầm|st|biên tập|lược ghi|t/h|th)\)\s*|(?:đăng trong|posted in)\b.*)$", re.I
)
# "PV", "BBT", "T.H", "N.T.H", "HTN"
INITIALS = re.compile(
    r"^(?!(?:PDF|RSS|TOP|DOC|XLS|VND|USD|GMT|FAQ|TV)$)(?:TTXVN|(?:[A-ZĐ]\.\s?){1,3}[A-ZĐ]\.?|[A-ZĐ]{2,3})$"
)
SOURCE_LINE = re.compile(
    r"^[(\[–\-*\s]*(?:"
    r"(?:nguồn|theo nguồn|nguồn tin)(?:\s+(?:tin|bài|từ))?\s*[:\-–“\"]\s*\S.*"  # (Nguồn: Báo ...)
    r"|theo\s+(?:http|www\.|báo|trang|cổng|tạp chí|ttx|vgp|vov|vtv|đài|chinhphu)\S*.*"  # Theo Báo ..., Theo http://...
    r"|theo\s+[\w.\-]+\.(?:vn|com|net|org)\S*"  # Theo baochinhphu.vn
    r"|(?:source)\s*:\s*\S.*"
    r")[)\]\s.]*$",
    re.I,
)
# A photo's credit at the end of its caption, on the text as written.
CREDIT = re.compile(
    r"(?:^|[\s.(\[–\-*/,;|…!?”\"])"
    r"(?:(?:nguồn\s+ảnh|ảnh\s+(?:tư\s+liệu|chụp|minh\s+họa|minh\s+hoạ)|ảnh|photos?(?:\s+credits?)?|nguồn)\s*"
    r"(?:[:：]|\s[\-–]\s)|photos?\s+(?:by|courtesy\s+of)\s(?=(?-i:[A-Z])))"
    r"\s*(?:st\s*[\-–]\s*)?(?P<name>[^:()\[\]\n]{2,80}?)\s*[)\].,;]*$",
    re.I,
)
# With their diacritics: "Minh Hòa" takes photos.
NO_CREDIT = re.compile(r"^(?:minh h(?:ọa|oạ)|internet|tư liệu|sưu tầm|st|kt|cttđt)\W*$", re.I)
# "Đại úy Nguyễn Văn An", "Thượng tá QNCN Lê Hoa"
_RANK = re.compile(r"^(?:(?:đại|thượng|trung|thiếu) (?:tướng|tá|úy)|hạ sĩ|binh nhất)(?: QNCN| CN)? ", re.I)
_NO_NAME = re.compile(r"[?!:;“”\"]|\./\.$")
_NAME_WORD = re.compile(r"^(?:[^\W\d_][\w’'.]*|[A-ZĐ]{2,6}-\w+)$")  # "Rey Ann Pilapil, PIO-Lunawan"
_LOWER_PARTICLES = frozenset(("và", "-", "–", "&", "của", "and"))
_VERBS = frozenset(("đang", "đã", "sẽ", "được", "bị", "phải", "là"))  # of a sentence that opens like a unit's name
# Words that open a signature or a heading, not a person's name.
NOT_NAMES = re.compile(
    r"\b(?:cong hoa|doc lap|ket luan|muc tieu|noi dung|thong bao|ke hoach|quyet dinh|chu tich|giam doc|truong phong|"
    r"noi nhan|tai lieu|phu luc|hoi nghi|chuong trinh|xem|tin|thoi gian|dia diem|so dien thoai|giai phap|nhiem vu)\b"
)
# Who posts for whoever runs the site: "Super User" is Joomla's first account
NOBODY = re.compile(r"^(?:super user|(?:site )?admin(?:istrator)?|quan tri(?: vien| web| he thong)?|webmaster)$")
# With their diacritics: "Sở Nội vụ" is one, "Số ý kiến" none.
ORGANIZATION = re.compile(
    r"^(?!(?:báo cáo|báo động|vụ việc|vụ án|trường hợp|tổ chức|đoàn kết|hội thảo|hội thi|bộ phận)\b)"
    r"(?:ban|bộ|sở|phòng|cục|chi cục|vụ|trung tâm|(?:[uủ][ỷy]|uỷ) ban|ubnd|hđnd|(?:tỉnh|thành|huyện|đảng) (?:ủy|uỷ)"
    r"|văn phòng|công an|trường|đoàn|hội|liên đoàn|báo|bảo tàng|tạp chí|đài|cổng|ttxvn|thư viện|bệnh viện|công ty|hạt"
    r"|nhóm|tổ|đội)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline as read: the name, and whether its owner also took the photos."""

    name: str
    photos_too: bool = False


def read_byline(text: str) -> Byline | None:
    """The byline that a whole line is by its own label ("Tin, ảnh: X", "Tác giả: X"), or None."""
    if len(text) > MAX_LENGTH:
        return None
    for pattern, photos_too in BYLINE_FORMS:
        if match := pattern.match(_AND_OTHERS.sub(r"\1", text)):
            name = clean_name(match["name"])
            name += ")" * (name.count("(") - name.count(")"))  # "Tin, ảnh: Văn Khoa (Phòng Kinh tế)"
            if name and not any(char.isdigit() for char in name) and (photos_too or looks_like_name(name)):
                return Byline(name, photos_too)
    return None


def card_of(parts: Iterable[str]) -> tuple[str, bool] | None:
    """The name in the card of an author, whose texts are these, and whether its owner took the photos; else None."""
    name, *roles = [part.strip() for part in parts if part.strip()] or [""]
    folded = [fold(role) for role in roles]
    if not roles or not looks_like_name(name):
        return None
    if all(map(AUTHORS.match, folded)):
        return clean_name(name), False
    return (clean_name(name), True) if all(map(PHOTOGRAPHERS.match, folded)) else None


def read_signature(text: str) -> tuple[str, str] | None:
    """The author and the photographer of a line at the end: "Lê Hoa. Ảnh: Thạch Pích"."""
    match = SIGNATURE.match(text) if len(text) <= MAX_LENGTH else None
    if match is None or not looks_like_name(match["author"]) or NO_CREDIT.match(match["name"]):
        return None
    return clean_name(match["author"]), clean_name(match["name"])


def is_source_line(text: str) -> bool:
    """A whole line that names where the text was taken from, such as "(Nguồn: Báo Tin Mới)"."""
    is_sentence = len(text) > MAX_LENGTH and text.endswith(".")  # "Theo Đài Khí tượng thủy văn tỉnh, ngày 19/5 ..."
    return len(text) <= 160 and not is_sentence and bool(SOURCE_LINE.match(text))


def clean_name(text: str) -> str:
    """A name without the marks around it and what a byline adds: "HOÀNG YẾN (thực hiện)" is "HOÀNG YẾN"."""
    return _ADDED.sub("", text.strip()).strip(" .()*-–•·|")


def read_photographer(text: str) -> str | None:
    """Whose all photos are, by a line of its own ("Chùm ảnh: Lê Hoa"), or None."""
    match = PHOTOGRAPHER.match(text) if len(text) <= MAX_LENGTH else None
    name = clean_name(match["name"]) if match else ""
    return name if name and not NO_CREDIT.match(name) else None


def looks_like_name(text: str) -> bool:
    """Two to six capitalized words without digits: "Lê Hoa", "THẠCH PÍCH", "Hà Thư - Vũ Luyện", "Ban Biên tập"."""
    bare = clean_name(text)
    if INITIALS.match(bare):
        return True
    if SOURCE_LINE.match(bare):  # "Theo Báo Bạch Hải"
        return False
    bare = _RANK.sub("", bare)
    name, dash, unit = bare.partition(" - ")
    if dash and ORGANIZATION.match(unit):  # "Thái Bảo - Phòng Kinh tế và Hạ tầng"
        return len(unit) <= 60 and looks_like_name(name)
    parts = bare.replace("/", " ").replace(",", " ").split()
    if (
        not 1 < len(parts) <= MOST_WORDS
        or len(bare) > 50
        or any(char in bare for char in '?!:;“”"')
        or text.endswith("./.")
    ):
        return False
    folded = fold(bare)
    if NOT_NAMES.search(folded) or NOBODY.match(folded) or DOCUMENT_LABEL.match(folded):
        return False
    if ORGANIZATION.match(bare):
        return parts[0][0].isupper() and _VERBS.isdisjoint(parts)
    return all(part in _LOWER_PARTICLES or (_NAME_WORD.match(part) and part[0].isupper()) for part in parts)


def is_unit(text: str) -> bool:
    """Whether a name is an organization's: "Phòng Văn hóa và Thông tin"."""
    return bool(ORGANIZATION.match(clean_name(text)))


def read_credit(caption: str) -> str | None:
    """Who took the picture, verbatim, from its caption line ("... Ảnh: THẠCH PÍCH"); None when it does not say."""
    match = CREDIT.search(caption)
    if match is None:
        return None
    name = match["name"].strip(" .-–*")
    if not name or NO_CREDIT.match(name) or len(name.split()) > 9:
        return None
    return name
