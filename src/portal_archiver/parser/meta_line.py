"""A line of particulars near a headline: its date, its author, a counter, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from portal_archiver.parser.byline import looks_like_name
from portal_archiver.parser.dates import Found, find_dates
from portal_archiver.text import fold

LONGEST = 140  # characters
# Words that stand beside a date in such a line: "Thứ ba, 26/12/2023, 14:35 (GMT+7)", "Cập nhật lần cuối: ..."
_WORDS = frozenset(
    "thu hai ba tu nam sau bay chu nhat cn ngay thang gio phut luc hoi vao cap nhat dang xuat ban phat hanh tao gui "
    "viet boi tin bai co chu gmt utc luot xem doc lan so cuoi moi hom nay qua truoc am pm sa ch s icon calendar "
    "t2 t3 t4 t5 t6 t7 chia se in email print mon tue wed thu fri sat sun monday tuesday wednesday thursday friday "
    "saturday sunday "
    "publish published posted post on at in update updated last modified created date time views view hits".split()
)
# What introduces the author in it: "Viết bởi: Lê Hoa", "Submitted by Lê Hoa on ...", "Người đăng: Lê Hoa".
_BY = re.compile(
    r"\b(?:(?:được\s+)?(?:viết|đăng|gửi|soạn)\s+bởi|người\s+(?:đăng|gửi|soạn|viết)|tác\s+giả|bút\s+danh|"
    r"(?:posted|submitted|written|published)\s+by|by|bởi)\b\s*:?",
    re.I,
)
_SEPARATORS = re.compile(r"\s+[-–—]\s+|[|•·/,;()\[\]]|\s{2,}|:\s|\b(?:on|at|lúc|ngày|vào|thứ)\b", re.I)


@dataclass(frozen=True, slots=True)
class MetaLine:
    """What such a line says: its dates in order, the author if it names one."""

    dates: tuple[Found, ...]
    author: str | None = None


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
    left = _BY.sub(" | ", " | ".join([*rest, text[end:]]))
    unknown = [part.strip(" .:-–") for part in _SEPARATORS.split(left) if not _is_known(part)]
    if not unknown:
        return MetaLine(tuple(found))
    if len(unknown) == 1 and looks_like_name(unknown[0]):
        return MetaLine(tuple(found), unknown[0])
    return None


def _is_known(part: str) -> bool:
    """Whether a part has only words of the trade, numbers and marks."""
    return all(word in _WORDS or not word.isalpha() for word in re.findall(r"\w+", fold(part)))


def is_date_line(text: str) -> bool:
    """Whether a line says little but a date."""
    return read_meta_line(text) is not None
