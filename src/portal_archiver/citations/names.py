"""Bylines as authors: who of them is a person whose family name is known, and who stands as written.

A literal name is never wrong: every style prints it as the byline has it. So a name is parted into family and given
name only where the family name is beyond doubt: "Nguyễn Thị Minh Khai" is, "Minh Anh", "PV" and "Ban Biên tập" are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal_archiver.text import clean

MOST_SYLLABLES = 6  # of a personal name: "Công Tằng Tôn Nữ Minh Anh" is left whole
# Family names, which come first. With two syllables only the first row counts: "Hoàng Yến" and "Kim Ngân" may be given
# names alone, as a pen name is.
SURE = frozenset(
    "nguyễn trần lê phạm huỳnh phan võ đặng bùi đỗ hồ ngô lý đinh trịnh lương tạ thạch trương phùng đoàn"
    " nguyen tran pham huynh truong".split()
)
LIKELY = SURE | frozenset(
    "hoàng vũ dương mai cao lâm hà châu thái đào kim sơn danh quách la vi lò sầm nông hứa giàng vàng sùng điểu liêu"
    " tăng từ lục mạc kiều chu khổng nghiêm tống diệp đàm giáp tô triệu văn vương quàng lường ma lã cù ninh".split()
)
# How the name of an office or a paper begins; a person's has a capital on every syllable beside.
_OFFICE = re.compile(
    r"^(?:ban|bbt|tòa soạn|toà soạn|bộ|sở|phòng|cục|chi cục|vụ|trung tâm|(?:ủy|uỷ) ban|ub|ubnd|ubmttq|hđnd|vp"
    r"|văn phòng|(?:tỉnh|thành|huyện|thị|đảng) (?:ủy|uỷ|đoàn)|tỉnh|huyện|xã|phường|công an|cảnh sát|bộ đội|biên phòng"
    r"|đoàn (?:thanh niên|trường|xã|phường|cơ sở|khối|đại biểu)|hội|liên đoàn|công đoàn|mặt trận|báo|bảo tàng|tạp chí"
    r"|trường(?! \w+(?:$| ?[-–,;]))"  # "Trường Sơn" is a pen name
    r"|đài|cổng|trang|thông tấn|ttxvn|thư viện|bệnh viện|công ty|tập đoàn|hạt|nhóm|tổ|đội|viện|kho bạc|tòa án|toà án"
    r"|nhà (?:văn hóa|văn hoá|xuất bản|máy)|ngân hàng|bảo hiểm|cơ quan|chi nhánh|quỹ)(?!\w)",
    re.I,
)
# What a byline has before its name: "Bài, ảnh: THẠCH PÍCH", "Tác giả: Lê Hoa", "Theo TTXVN".
_LABEL = re.compile(
    r"^(?:(?:tin|bài(?: viết)?|nội dung)(?:\s*(?:,|và|&|-|–|/)?\s*(?:tin|bài|ảnh|hình|video|clip))*\s*:"
    r"|(?:tác giả|người viết|thực hiện|biên tập|nguồn(?: tin)?|phóng viên|pv|by)\s*:|theo\s)\s*",
    re.I,
)
# Whoever took the photos did not write the report for that: "Bài: Minh Anh - Ảnh: Thạch Pích".
_PHOTOS = re.compile(r"^(?:chùm |hình )?(?:ảnh|photos?|video|clip)\s*:", re.I)
_ROLE = re.compile(
    r"\s*\((?:tổng hợp|t/h|th|sưu tầm|st|lược ghi|ghi|thực hiện|biên tập|dịch|biên dịch|lược dịch)\)\s*$", re.I
)
_BETWEEN = re.compile(r"\s*;\s*|\s*\|\s*|\s+[-–—/&]\s+|\s+[-–—/]|[-–—/]\s+|\s*,\s*|\s+và\s+|\s+and\s+", re.I)
_EDGES = " .,;:–—-|/*•·"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a report: the `name` as written, and where it is a person's for sure its `family` and `given` name.

    `office` says that the name is that of an organization, not of a person.
    """

    name: str
    family: str = ""
    given: str = ""
    office: bool = False

    @property
    def inverted(self) -> str:
        """`Nguyễn, Thị Minh Khai` for formats that know a family name by the comma behind it; else the name.

        They would take a comma in the name of an office for such a one, and know no mark that says otherwise: there it
        becomes the sign U+201A, which looks the same.
        """
        return f"{self.family}, {self.given}" if self.family else self.name.replace(",", "\u201a")


def authors_of(byline: str | None) -> tuple[Author, ...]:
    """The authors that a byline names, in its order, each once; none for what only says whose the photos are."""
    names = dict.fromkeys(_names(clean(byline or "")))
    return tuple(author_of(name) for name in names)


def author_of(name: str) -> Author:
    """One name: an office, a person with a family name, or (a pen name, initials, a foreign name) as it is."""
    if _OFFICE.match(name):
        return Author(name, office=True)
    syllables = name.split()
    if not 2 <= len(syllables) <= MOST_SYLLABLES or not all(map(_is_capitalized, syllables)):
        return Author(name)
    known = SURE if len(syllables) == 2 else LIKELY
    return Author(name, syllables[0], " ".join(syllables[1:])) if syllables[0].lower() in known else Author(name)


def _names(byline: str) -> Iterator[str]:
    """The names in a byline, one by one; an office has all the rest, for its own name has commas and dashes too."""
    rest = byline
    while rest := _LABEL.sub("", rest):
        between = None if _OFFICE.match(rest) else _BETWEEN.search(rest)
        part, rest = (rest[: between.start()], rest[between.end() :]) if between else (rest, "")
        if not _PHOTOS.match(part) and (name := _ROLE.sub("", part).strip(_EDGES)):
            yield name


def _is_capitalized(syllable: str) -> bool:
    return syllable.isalpha() and syllable[0].isupper()
