"""A line of particulars near a headline: its date, its author, a counter, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from portal_archiver.parser.byline import looks_like_name
from portal_archiver.parser.dates import Found, find_dates
from portal_archiver.parser.dom import UNASKED, Block
from portal_archiver.parser.vocabulary import is_furniture
from portal_archiver.text import fold

LONGEST = 140  # characters
_DIGIT = re.compile(r"\d")
NAME = 40  # characters of a section's name, or of whoever entered the report
# Words that stand beside a date in such a line: "Thứ ba, 26/12/2023, 14:35 (GMT+7)", "Cập nhật lần cuối: ..."
_WORDS = frozenset(
    "thu hai ba tu nam sau bay chu nhat cn ngay thang gio phut luc hoi vao cap nhat dang xuat ban phat hanh tao gui "
    "viet boi tin bai co chu gmt utc luot xem doc lan so cuoi moi hom nay qua truoc am pm sa ch s icon calendar "
    "t2 t3 t4 t5 t6 t7 chia se in email print mon tue wed thu fri sat sun monday tuesday wednesday thursday friday "
    "saturday sunday a tang giam quay lai tro ve binh luan phan hoi thich khong danh gia nghe lien he font size reads "
    "publish published posted post on at in update updated last modified created date time views view hits read min "
    "reads viewed download da duoc tai sua chinh lai "
    # names of icons, which icon fonts write as text: Material Icons
    "event visibility schedule access today range person remove red eye star border month clock "
    "account circle google news bao".split()
)
# What introduces the author in it: "Viết bởi: Lê Hoa", "Submitted by Lê Hoa on ...", "Người đăng: Lê Hoa".
BY = re.compile(
    r"\b(?:(?:được\s+)?(?:viết|đăng|gửi|soạn)\s+bởi|người\s+(?:đăng|gửi|soạn|viết|tạo)(?:\s+(?:tin|bài)(?:\s+viết)?)?|"
    r"tác\s+giả(?:\s+bài\s+viết)?|bút\s+danh|nguồn(?:\s+tin)?|(?:posted|submitted|written|published)\s+by|by|bởi)\b\s*:?",
    re.I,
)
_SEPARATORS = re.compile(r"\s+[-–—]\s+|[|•·/,;()\[\]]|\s{2,}|:\s|\b(?:on|at|lúc|ngày|vào|thứ)\b", re.I)
_PARTS = re.compile(r"\s+[-–—/]\s+|[|•·\[\]]")
_BARS = re.compile(r"[|•·]|\s/\s")
# Whoever it is "by", set apart from the rest
_SIGNED = re.compile(
    rf"(?:^|[|•·/]|\s[-–—]\s)\s*(?:{BY.pattern})\s*(?:\|\s*)?(?P<who>[^|•·/]{{2,40}}?)\s*(?=[|•·/]|$)", re.I
)
# What no sentence has beside a date, in folded text: a counter, a time zone, seconds, the label of a date, a weekday
# set apart. A section's name or a user's may stand in such a line.
_PLAINLY = re.compile(
    r"\b(?:luot|so lan|lan) (?:xem|doc)\b|\bda xem\b|\bdoc \d+ lan\b|\bview(?:s|ed)?\b"
    r"|\bgmt\b|\d:\d\d:\d\d|\d{4}-\d\d-\d\dt\d\d"
    r"|\b(?:ngay|thoi gian) (?:dang|tao|viet|xuat ban)\b|\b(?:dang|cap nhat|gui|viet) (?:luc|ngay|vao|lan cuoi)\b"
    r"|\b(?:cap nhat|posted|published|updated)(?: on)?\s*:"
    r"|(?:^|[|(\[•·-]\s*)(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat),? ?(?:ngay )?\d"
)


@dataclass(frozen=True, slots=True)
class MetaLine:
    """What such a line says: its dates in order, its text with spans apart, the author if it names one.

    `is_plain` is set where it could be nothing else, not even a headline that ends with a date; then one name may stand
    in it that is no person's, a section's as a rule.
    """

    dates: tuple[Found, ...]
    text: str
    author: str | None = None
    is_plain: bool = False
    name: str | None = None


def meta_line_of(block: Block) -> MetaLine | None:
    """The same for a block: spans side by side are words apart, whatever the markup puts between them."""
    if block.meta is UNASKED:
        block.meta = _line(block)
    return block.meta


def _line(block: Block) -> MetaLine | None:
    if len(block.text) > LONGEST or not _DIGIT.search(block.text):
        return None
    apart = " | ".join(filter(None, [text.strip() for text, _, _ in block.parts])) if len(block.parts) > 1 else ""
    return (read_meta_line(apart) if apart else None) or read_meta_line(block.text)


def read_meta_line(text: str) -> MetaLine | None:
    """Reads a line of particulars; None for prose, and for a headline that ends with a date.

    "26/12/2023 - Lê Hoa | Lượt xem: 77" has a date and an author; "Kết quả tiếp công dân ngày 15/5/2019" is prose.
    """
    return _read(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=4096)
def _read(text: str) -> MetaLine | None:
    """The same, remembered: the headline, the dateline and the body all ask of the same few blocks."""
    found = find_dates(text)
    if not found or text[-1] in ";":
        return None
    rest, end = [], 0
    for date in found:
        rest.append(text[end : date.start])
        end = date.end
    left = " | ".join([*rest, text[end:]])
    is_plain = _PLAINLY.search(fold(text)) is not None
    is_plain = is_plain or any(map(is_furniture, filter(None, map(str.strip, left.split("|")))))  # buttons
    unknown = _unknown(BY.sub(" | ", left), _SEPARATORS)
    if not unknown:
        return MetaLine(tuple(found), text, is_plain=is_plain)
    if len(unknown) == 1 and looks_like_name(unknown[0]):
        return MetaLine(tuple(found), text, unknown[0], is_plain)
    if signed := _SIGNED.search(left):  # "Kinh tế / By admin / April 5, 2022"
        unsigned = f"{left[: signed.start()]} | {left[signed.end() :]}"
        names = _unknown(unsigned, _BARS if _BARS.search(left) else _PARTS)  # "Văn hóa - Xã hội" is one
        if len(names) < 2 and not any(len(name) > NAME or name[-1] in ".!?" for name in names):
            who = signed["who"].strip()
            author = who if looks_like_name(who) else None
            return MetaLine(tuple(found), text, author, is_plain=True, name=names[0] if names else None)
    names = _unknown(left, _PARTS)
    if is_plain and len(names) == 1 and len(names[0]) <= NAME and names[0][-1] not in ".!?":
        return MetaLine(tuple(found), text, is_plain=True, name=names[0])
    return None


def _unknown(text: str, separators: re.Pattern[str]) -> list[str]:
    return [part.strip(" .:-–") for part in separators.split(text) if not _is_known(part)]


def _is_known(part: str) -> bool:
    """Whether a part has only words of the trade, numbers and marks, or is a button: "In trang"."""
    return all(word in _WORDS or not word.isalpha() for word in re.findall(r"\w+", fold(part))) or is_furniture(part)


def is_date_line(text: str) -> bool:
    """Whether a line says little but a date."""
    return read_meta_line(text) is not None
