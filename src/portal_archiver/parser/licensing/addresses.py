"""The address of a footer: the first in the text, whether a label announces it or the line speaks for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from portal_archiver.parser.licensing.labels import (
    BULLETS,
    EMAIL,
    OTHER_LABEL,
    Run,
    cut_other,
    starts_with_label,
    trim,
    value_of,
)

# Words that only addresses have so often: two of them, or one and a house number, make a line an address
_WORD = re.compile(
    r"(?<!\w)(?:số \d+|đường|phố|ngõ|ngách|hẻm|tầng|lầu|tòa (?:nhà|tháp)|toà nhà|thôn|ấp|tổ dân phố|đại lộ|quốc lộ|"
    r"khu (?:đô thị|phố|hành chính|công nghiệp)|phường|quận|huyện|thị xã|thị trấn|thành phố|tỉnh|xã|"
    r"tp\.?(?:\s?hcm)?|p\.\s?\w+|q\.\s?\w+|hà nội|hồ chí minh|đà nẵng|hải phòng|cần thơ|việt nam)(?!\w)",
    re.I,
)
_NUMBERED = re.compile(r"(?:số (?:nhà )?)?\d{1,4}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?){0,4},? [^\W\d_]", re.I)
_FIRST = re.compile(r"(?:số (?:nhà )?\d|tầng|lầu|tòa|toà|khu|đường|phố|phòng \d|lô|ngõ|tổ|thôn|ấp|p\d|căn|\d)", re.I)
_NOT_ADDRESS = re.compile(r"giấy phép|bản quyền|copyright|©|\bngày\b|cấp phép|https?:|www\.", re.I)
_ADMIN = re.compile(r"(?:phường|quận|huyện|thị xã|thị trấn|thành phố|tỉnh|xã|tp)[\s.]+[\w]", re.I)
# A full stop that ends the address: not that of "Q. Hải Châu" or "TP. Bạch Hải", nor one between two parts of it
_SENTENCE = re.compile(
    r"(?<!\b[^\W\d_])(?<!\b[tk][pxt])\.\s+(?=\w)"
    r"(?!(?:số \d|tầng|đường|phố|phường|quận|huyện|thành phố|tp|tỉnh|xã|thị)(?!\w))",
    re.I,
)
_LONGEST = 250


def address(runs: Iterable[Run]) -> str | None:
    """The first address, the lines it was wrapped over joined, without the punctuation around it."""
    return next((found for run in runs for found in _candidates(run)), None)


def _candidates(run: Run) -> Iterator[str]:
    if run.field == "address":
        value, following = value_of(run)
        if _is_labeled_address(value) and (found := trim(_with_next_line(_end(value), following))):
            yield found
            return
    first = 0 if run.field in ("", "other") else 1
    for line in run.lines[first:]:
        yield from (found for part in line.split(";") if _is_plain_address(part) and (found := trim(_end(part))))


def _end(value: str) -> str:
    """A value up to whatever is no address any more: ";", another label, a new sentence, an email."""
    value = EMAIL.split(value.split(";")[0])[0]
    return cut_other(_SENTENCE.split(value, maxsplit=1)[0])[:_LONGEST].lstrip(BULLETS)


def _with_next_line(value: str, following: tuple[str, ...]) -> str:
    """Wrapped lines are one: the first has no comma yet ("02 Tô / Hiến Thành, ..."), or the next is a district."""
    line = next(iter(following), "")
    if not line or len(line) > 120 or starts_with_label(line) or line[-1] == ":" or EMAIL.search(line):
        return value
    unfinished = "," not in value and " - " not in value and "," in line and not _FIRST.match(line)
    return f"{value} {_end(line)}" if unfinished or (_ADMIN.match(line) and value[-1] != ".") else value


def _is_labeled_address(value: str) -> bool:
    head = value[:_LONGEST]
    if not head or EMAIL.match(head) or _NOT_ADDRESS.match(head) or OTHER_LABEL.match(head):
        return False
    return bool(re.search(r"\d", head) or _WORD.search(head) or "," in head or " - " in head)


def _is_plain_address(part: str) -> bool:
    text = part.strip(BULLETS)
    if not 12 <= len(text) <= _LONGEST or _NOT_ADDRESS.search(text) or OTHER_LABEL.match(text) or EMAIL.search(text):
        return False
    words = len({match[0].lower() for match in _WORD.finditer(text)})
    commas = text.count(",") + text.count(" - ")
    if not commas or not _FIRST.match(text):
        return False
    return (
        words >= 2
        or (words >= 1 and _NUMBERED.match(text) is not None)
        or (commas >= 2 and _NUMBERED.match(text) is not None)
    )
