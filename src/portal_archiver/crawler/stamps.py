"""Dates as feeds and sitemaps write them: W3C datetimes, RFC 822 dates, and the day-first form of Vietnam."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime

VIETNAM = timezone(timedelta(hours=7))  # the zone of a portal's clock when nothing else is said; no summer time
FIRST_YEAR = 1990  # earlier than any portal: 0001-01-01 and 1970-01-01 are how software spells "not known"
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\D+(\d{1,2}):(\d\d)(?::\d\d)?)?")
_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")


def parse_stamp(text: str) -> date | datetime | None:
    """The date, or aware datetime, that a stamp stands for; None for what cannot be read. Never raises.

    A time without a zone is Vietnam's, and one in UTC is turned into Vietnam's, so that its day is the portal's day.
    """
    for read in (_iso, _mail, _day_first):
        try:
            stamp = read(text.strip())
        except (ValueError, OverflowError):
            continue
        if stamp is not None and stamp.year >= FIRST_YEAR:
            return _localized(stamp) if isinstance(stamp, datetime) else stamp
    return None


def latest_moment(stamp: date | datetime, known_at: datetime) -> datetime:
    """The last moment (UTC) that a stamp may mean: the end of a bare day, but never later than when it was read."""
    if not isinstance(stamp, datetime):
        stamp = datetime.combine(stamp, time.max, VIETNAM)
    return min(stamp, known_at).astimezone(UTC)


def _iso(text: str) -> date | datetime | None:
    """2026-08-01, 2026-08-01T09:30:00+07:00, 2026-08 (W3C-DTF)."""
    if len(text) > 10:
        return datetime.fromisoformat(text)
    month = _MONTH.fullmatch(text)
    return date(int(month[1]), int(month[2] or 1), 1) if month else date.fromisoformat(text)


def _mail(text: str) -> datetime:
    """Sat, 01 Aug 2026 09:30:00 +0700 (RFC 822)."""
    return parsedate_to_datetime(text)


def _day_first(text: str) -> date | datetime | None:
    """01/08/2026 09:30, 1-8-2026."""
    found = _DAY_FIRST.match(text)
    if found is None:
        return None
    day = date(int(found[3]), int(found[2]), int(found[1]))
    return datetime.combine(day, time(int(found[4]), int(found[5]))) if found[4] else day


def _localized(stamp: datetime) -> datetime | None:
    if stamp.tzinfo is None:
        return stamp.replace(tzinfo=VIETNAM)
    if stamp.utcoffset():
        return stamp
    return stamp.astimezone(VIETNAM) if stamp.year < MAXYEAR else None
