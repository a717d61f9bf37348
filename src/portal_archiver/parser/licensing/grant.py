"""The grant in a footer: the license's number, who issued it and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from portal_archiver.parser.licensing.labels import BLANK, OTHER_LABEL, Run, trim

Grant = tuple[str | None, str | None, date | None]
NO_GRANT: Grant = (None, None, None)
_REACH = 700  # characters of text that one license label can rule
# Asked for, not granted: "đang chờ xin giấy phép", "giấy phép đang xin cấp"
_APPLIED = re.compile(r"(?:xin|chờ)(?: được)?(?: cấp)? $|(?:chờ|đang|xin)(?: được)? cấp(?!\w)", re.I)
_BUSINESS = re.compile(r"\W*(?:đăng ký|kinh doanh|đkkd|đkdn|chứng nhận)", re.I)
# "16/GPTTĐT-STTTT", "133/GP - TTĐT", "36/GP-ICP-STTTT", "303/GP", "12 GP-TTĐT"; Ð is a look-alike of Đ often typed
_APART = r"\s?[/\-–]\s?(?!ubnd(?!\w))(?-i:[A-ZĐÐ&]{1,12})(?!\w)"  # " - BTTTT", an abbreviation after a dash with blanks
_TIGHT = r"[/\-–](?!sở|bộ|cục)[\w&]{1,16}"  # "/GPTTĐT", anything after a dash without
_NUMBER = rf"\d{{1,10}}[A-Za-z]?(?:{_APART}|{_TIGHT})*(?:\sgp[\w&]{{0,16}}(?:{_TIGHT})*)?"
_NUMBER_PLACES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?<!\w)(?:số|no\.?)\s?:?\s*({_NUMBER})(?!\w)",  # "... hoạt động báo điện tử số 306/GP-BTTTT"
        rf"^\W*({_NUMBER})(?!\w)",  # "Giấy phép: 612/GP-STTTT"
        r"(?<![\d/])(\d{1,6}\s?/\s?GP[\w&]*(?:\s?[-–/]\s?[A-ZĐÐ&]+)*)(?!\w)",  # "Giấy phép ICP 64/GP-TTĐT"
    )
)
_BLANK_NUMBER = re.compile(r"(?<!\w)số\s?:?\s*(?:[.…_]{2,}|/)", re.I)  # "số: ........./GP-STTTT"
# A later license begins: "thay thế giấy phép 258/GP-TTĐT"
_REPLACED = re.compile(r"(?<!\w)(?:thay thế|thay cho|gia hạn|sửa đổi|bổ sung|và giấy phép)", re.I)
DATE = re.compile(
    r"(?<!\d)(\d{1,2})\s?(?:(?P<s>[/.\-–])\s?(\d{1,2})\s?(?P=s)\s?(\d{4}|\d{2})"  # 22/9/2021, 24.3.2020, 16-09-2013
    r"|tháng (\d{1,2})(?:,| năm|/)? ?(\d{4}))(?!\d)",  # ngày 21 tháng 10 năm 2016
    re.I,
)
# An issuer by how its name begins, and what ends it
_OFFICE = r"(?:sở|bộ|cục|tổng cục|chi cục)\s[^;:()\d]{2,200}?"
_BODY = rf"(?:{_OFFICE}|(?:ubnd|ủy ban|uỷ ban|ban|phòng|văn phòng)\s[^;:()\d]{{2,200}}?)"
_END = (
    r"(?=\s*(?:[,.–-]\s?)?(?:(?:đã )?(?:ký )?cấp(?!\w)|(?:ký |ra )?ngày(?!\w)|số\s?:?\s?(?:\d|$)|về việc|"
    r"[;:()\d]|$|(?<!(?<!\w)tp)\.\s))"
)
_ISSUER_PLACES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?:nơi|cơ quan|đơn vị|được) cấp(?: phép)?\s?:?\s({_BODY}){_END}",  # "Cơ quan cấp: Sở Thông tin"
        rf"(?<!\w)(?:do|của|bởi)\s?:?\s({_BODY}){_END}",  # "do Cục ... - Bộ ... cấp ngày", "ngày ... của Cục Báo chí"
        rf"[,.–\-]\s?({_OFFICE}){_END}",  # "09/GP-BTTTT, Bộ Thông tin và Truyền thông cấp"
        rf"^\W*({_BODY})(?=\s*cấp(?!\w))",  # "Sở ... cấp" on the line after
        r"(?<!\w)do\s([^;:()\d]{3,200}?)(?=\s*cấp(?!\w))",  # "do Tổng cục X cấp"
    )
)
_ANNOUNCED = re.compile(r"(?<!\w)số\s?:?\s*$", re.I)  # "Giấy phép số:", the number on the line after
_GRANT_LINE = re.compile(
    r"\W*(?:(?:ký )?ngày|cấp|(?:nơi|cơ quan|đơn vị) cấp|do|bởi|số\s?:?\s?\d+\s?[/\-–])(?!\w)", re.I
)
_ISSUED_ABOVE = re.compile(rf"(?:do|được|bởi|^)\W*({_BODY})\s+cấp\s*$", re.I)  # "do Sở Văn hóa cấp giấy phép số"


def grant(runs: Iterable[Run]) -> Grant:
    """Number, issuer and date of the first license that has a number; else what is said of the issuer."""
    read = [(_BUSINESS.match(run.lines[0]) is not None, _read(run)) for run in runs if run.field == "license"]
    read.sort(key=lambda row: (row[1][0] is None, row[0], row[1] == NO_GRANT))
    return read[0][1] if read else NO_GRANT


def _read(run: Run) -> Grant:
    text = _text(run)
    if _APPLIED.search(run.before) or _APPLIED.search(text[:40]):
        return NO_GRANT
    number = None if _BLANK_NUMBER.search(text) else _first(_NUMBER_PLACES, text)
    head, rest = ("", text) if number is None else (text[: number.start(1)], text[number.end(1) :])
    rest = _REPLACED.split(rest, maxsplit=1)[0]
    issuer = _first(_ISSUER_PLACES, rest) or _first(_ISSUER_PLACES[:2], head) or _ISSUED_ABOVE.search(run.before)
    return (
        re.sub(r"\s*([-–/])\s*", r"\1", number[1]).strip() if number else None,
        trim(issuer[1]) if issuer else None,
        issued_on(rest) if number else None,
    )


def _text(run: Run) -> str:
    """The rest of the label's line and the lines after it that go on about the grant ("Cấp ngày 28/8/2015")."""
    pieces = [run.lines[0]]
    for line in run.lines[1:]:
        if (
            BLANK.fullmatch(pieces[-1])
            or _GRANT_LINE.match(line)
            or (line[:1].isdigit() and _ANNOUNCED.search(pieces[-1]))
        ):
            pieces.append(line)
        elif line and not OTHER_LABEL.match(line):
            break
    return " ".join(pieces)[:_REACH].strip()


def issued_on(text: str) -> date | None:
    """The first date of a text, day first; None when there is none or when the calendar has no such day."""
    match = DATE.search(text)
    if not match:
        return None
    day, month, year = (int(part) for part in match.group(1, 3, 4, 5, 6) if part)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(text))), None)
