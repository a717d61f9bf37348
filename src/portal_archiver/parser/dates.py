"""Dates and times as Vietnamese portals write them: a table of forms, read day first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from portal_archiver.text import fold

VIETNAM = timezone(timedelta(hours=7), "+07")  # one zone, no summer time since 1975

# The days, in the order they are tried at one place of a text. Each row: a name, the pattern, a real form.
_D, _M, _Y = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", r"(?P<y>\d{4})"
_MONTH_WORDS = {
    "mot": 1, "gieng": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
    "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_WORDS = "|".join(sorted(_MONTH_WORDS, key=len, reverse=True))
DAY_FORMS = (
    ("iso", r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"),  # 2019-05-16T05:00:00.000Z
    ("slashes", rf"(?<![\d/.\-]){_D}\s?(?P<s>[/.\-])\s?{_M}\s?(?P=s)\s?{_Y}(?!\d)"),  # 26/12/2023, 05.08.2019
    ("ngay-thang-nam", rf"(?<!\d){_D}\s+thang\s+{_M}\s*(?:,|nam)\s*{_Y}(?!\d)"),  # ngày 3 tháng 1 năm 2024
    ("ngay-thang", rf"(?<!\d){_D}\s+thang\s+{_M}\s+{_Y}(?!\d)"),  # 3 tháng 1 2024
    ("words", rf"(?<!\d){_D}\s+thang\s+(?P<w>{_WORDS})\s*(?:,|nam\s)?\s*{_Y}(?!\d)"),  # 26 Tháng Mười Hai 2023
    ("thang-day", rf"thang\s+{_M}\s+{_D},\s*{_Y}(?!\d)"),  # Tháng 1 26, 2024
    ("words-day", rf"thang\s+(?P<w>{_WORDS})\s+{_D},\s*{_Y}(?!\d)"),  # Tháng Mười Một 1, 2023
    ("th", rf"(?<!\d){_D}[\s/]+thg?\.?\s?{_M}[,/]?\s*{_Y}(?!\d)"),  # 26 Th12, 2023; 26 thg 12, 2023
    ("th-day", rf"\bthg?\.?\s?{_M}\s+{_D},\s*{_Y}(?!\d)"),  # Th12 26, 2023
    ("year-first", rf"(?<![\d/]){_Y}/{_M}/{_D}(?![\d/])"),  # 2023/12/26
    ("english", rf"(?<!\d){_D}\s+(?P<e>{_MONTHS})\.?,?\s+{_Y}(?!\d)"),  # 26 Dec 2023
    ("english-us", rf"\b(?P<e>{_MONTHS})\.?\s+{_D},?\s+{_Y}(?!\d)"),  # December 26, 2023
    ("month-first", rf"(?<![\d/]){_M}/(?P<d>1[3-9]|2\d|3[01])/{_Y}(?=[\s,\-|]+\d{{1,2}}:\d\d)"),  # 9/25/2006 3:07:45 PM
    (
        "month-first-short",
        rf"(?<![\d/]){_M}/(?P<d>1[3-9]|2\d|3[01])/(?P<yy>\d\d)(?=,? \d{{1,2}}:\d\d)",
    ),  # 3/29/24 4:12 PM
    ("short-year", rf"(?<![\d/]){_D}/{_M}/(?P<yy>\d\d)(?=,? (?:luc )?\d{{1,2}}[:h]\d\d)"),  # 22/03/18 09:05
    ("spaces", r"(?<!\d)(?P<d>\d{2}) (?P<m>\d{2}) (?P<y>(?:19|20)\d{2})(?!\d)"),  # thứ năm, 08 08 2019 08:51
)
RELATIVE_FORMS = (
    ("today", r"\bhom nay\b", 0),  # Hôm nay, 08:30
    ("yesterday", r"\bhom qua\b", 1),  # Hôm qua, 08:30
)
AGO = re.compile(r"(?<!\d)(?P<n>\d{1,3})\s+(?P<unit>phut|gio|tieng|ngay|tuan)\s+truoc\b")  # 3 giờ trước
AGO_UNITS = {"phut": "minutes", "gio": "hours", "tieng": "hours", "ngay": "days", "tuan": "weeks"}
TIME = re.compile(
    r"(?<![\d/.\-:])(?P<H>[01]?\d|2[0-4])\s?(?P<c>:|h|g(?![a-z])|gio)\s?"  # 14:35, 14h30, 8 giờ 05 phút
    r"(?:(?P<M>[0-5]\d?)(?![\d/])(?:\s?:\s?[0-5]\d(?:\.\d+)?)?\s?(?:'|phut|p\b(?!\.m))?)?"
    r"\s?(?P<z>z\b|(?:gmt|utc)?\s?[+-]\d{2}:?\d{2})?\s?(?P<ap>am|pm|a\.m\.|p\.m\.|sang|sa|chieu|ch|toi)?(?![\w])"
)
# What may stand between a day and its time, and nothing else.
GLUE = re.compile(
    r"^(?:[\s,;|()\[\]–\-:.t•·]|luc|hoi|vao|ngay|thu\s(?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|hom nay|hom qua|icon"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)(?:\w{0,3}day)?)*$"
)
WEEKDAY = 12  # characters before a date in which its weekday stands
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})(?:[a-z]{{0,3}}day)?,\s$")  # of "Thu, 06/09/2022"
_CLOSING = re.compile(r"[\s)\].]*")
_DIGITS = re.compile(r"\d{4}|\d/\d\d?/\d\d")
_DAYS = [(name, re.compile(pattern)) for name, pattern in DAY_FORMS]
_RELATIVE = [(name, re.compile(pattern), days) for name, pattern, days in RELATIVE_FORMS]


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: its value (a date, or an aware datetime), where it stands as [start, end), the form's name."""

    value: date | datetime
    start: int
    end: int
    form: str

    @property
    def day(self) -> date:
        """The calendar day."""
        return self.value.date() if isinstance(self.value, datetime) else self.value


def find_dates(text: str, now: datetime | None = None) -> list[Found]:
    """All dates in a text, in order, each with the time of day beside it if there is one.

    `now` (aware) is what "3 giờ trước" counts from; without it the relative forms are passed over. Day comes first;
    an impossible date is no date.
    """
    if now is None and not may_have_date(text):
        return []
    folded = _fold_in_place(text)
    times = [match for match in TIME.finditer(folded) if match["M"] or match["c"] != ":"]
    found: list[Found] = []
    for form, day, start, end in sorted(_days(folded, now), key=lambda row: row[2]):
        if found and start < found[-1].end:
            continue
        found.append(_with_time(folded, form, day, start, end, times))
    return found or list(_ago(folded, now))


@lru_cache(maxsize=4096)
def without_date(text: str) -> str:
    """A text without the date at its end: "Mùa cơm mới (15/06/2024)", "Mời chào giá - 20/06/2023"."""
    found = find_dates(text)
    if not found or not _CLOSING.fullmatch(text[found[-1].end :]):
        return text
    return text[: found[-1].start].rstrip(" -–—([|,:")


def may_have_date(text: str) -> bool:
    """Whether a text has the digits that each of the forms has: a year's four, or a day, a month and a short year."""
    return _DIGITS.search(text) is not None


def _fold_in_place(text: str) -> str:
    """Folded text of the same length, so that positions stay true."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded
    return "".join((fold(char) or " ")[0] for char in text)


def _days(folded: str, now: datetime | None) -> Iterator[tuple[str, date, int, int]]:
    for form, pattern in _DAYS:
        for match in pattern.finditer(folded):
            if day := _day(match.groupdict()):
                before = folded[max(0, match.start() - WEEKDAY) : match.start()]
                yield form, _by_weekday(day, before), match.start(), match.end()
    if now is not None:
        for form, pattern, back in _RELATIVE:
            for match in pattern.finditer(folded):
                yield form, now.astimezone(VIETNAM).date() - timedelta(days=back), match.start(), match.end()


def _by_weekday(day: date, before: str) -> date:
    """The day, or the one of an American date, where the English weekday before it says that: "Thu, 06/09/2022"."""
    weekday = _WEEKDAY.search(before)
    wanted = _WEEKDAYS.index(weekday[1]) if weekday else day.weekday()
    if wanted == day.weekday() or day.day > 12:
        return day
    other = day.replace(month=day.day, day=day.month)
    return other if other.weekday() == wanted else day


def _day(groups: dict[str, str | None]) -> date | None:
    if word := groups.get("w"):
        month = _MONTH_WORDS[word]
    elif english := groups.get("e"):
        month = _ENGLISH.index(english[:3]) + 1
    else:
        month = int(groups["m"] or 0)
    try:
        year = int(groups.get("y") or f"20{groups.get('yy')}")
        day = date(year, month, int(groups["d"] or 0))
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def _with_time(folded: str, form: str, day: date, start: int, end: int, times: list[re.Match[str]]) -> Found:
    near = list(_near(folded, start, end, times))
    if len(near) > 1:
        near.sort(key=lambda one: ("(" in one[0], len(one[0])))
    for between, match in near:
        if len(between) > 40 or not GLUE.match(between):
            continue
        if clock := _clock(match):
            moment = datetime.combine(day, clock)
            if match["z"]:
                moment = moment.astimezone(VIETNAM)
            return Found(moment, min(start, match.start()), max(end, match.end()), form)
    return Found(day, start, end, form)


def _near(folded: str, start: int, end: int, times: list[re.Match[str]]) -> Iterator[tuple[str, re.Match[str]]]:
    """Each time with what stands between it and a day: "sau 5 giờ (12/02/2021 07:40)" has two."""
    for match in times:
        yield folded[end : match.start()] if match.start() >= end else folded[match.end() : start], match


def _clock(match: re.Match[str]) -> time | None:
    hour, minute, half = int(match["H"]), int(match["M"] or 0), (match["ap"] or "").replace(".", "")
    if half in ("pm", "ch", "chieu", "toi") and hour < 12:
        hour += 12
    if half in ("am", "sa", "sang") and hour == 12:
        hour = 0
    if hour > 23 or (hour, minute, half) == (0, 0, ""):  # midnight is what a CMS prints when it knows only the day
        return None
    return time(hour, minute, tzinfo=_zone(match["z"]))


def _zone(written: str | None) -> timezone:
    if not written:
        return VIETNAM
    digits = re.search(r"([+-])(\d{2}):?(\d{2})", written)
    if digits is None:
        return UTC
    offset = timedelta(hours=int(digits[2]), minutes=int(digits[3]))
    return timezone(-offset if digits[1] == "-" else offset)


def _ago(folded: str, now: datetime | None) -> Iterator[Found]:
    if now is None:
        return
    for match in AGO.finditer(folded):
        unit = AGO_UNITS[match["unit"]]
        moment = (now - timedelta(**{unit: int(match["n"])})).astimezone(VIETNAM).replace(second=0, microsecond=0)
        yield Found(moment if unit in ("minutes", "hours") else moment.date(), match.start(), match.end(), "ago")
