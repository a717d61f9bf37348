"""Days as they are typed: 2024-05-31, 31/5/2024, 2024-05, 5/2024, 2024, last 30 days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

from portal_archiver.errors import PortalArchiverError

When = date | datetime | str | None

# The parts left out widen a day to a month or a year. Day comes before month.
_FORMS = (
    re.compile(r"(?P<year>[12]\d{3})(-(?P<month>\d{1,2})(-(?P<day>\d{1,2})([T ].*)?)?)?"),
    re.compile(r"((?P<day>\d{1,2})[/.-])?(?P<month>\d{1,2})[/.-](?P<year>[12]\d{3})"),
)
_RECENT = re.compile(r"(?:last )?(?P<number>\d{1,4}) ?(?P<unit>d|w|days?|weeks?)")


def first_day(when: date | datetime | str, name: str) -> date:
    """The first day of a span; PortalArchiverError names what cannot be read."""
    return _span(when, name)[0]


def last_day(when: date | datetime | str, name: str) -> date:
    """The last day of a span."""
    return _span(when, name)[1]


def _span(when: date | datetime | str, name: str) -> tuple[date, date]:
    if isinstance(when, datetime):
        return when.date(), when.date()
    if isinstance(when, date):
        return when, when
    text = " ".join(when.lower().split())
    if recent := _RECENT.fullmatch(text):
        days = int(recent["number"]) * (7 if recent["unit"].startswith("w") else 1)
        return date.today() - timedelta(days), date.today()
    match = next(filter(None, (form.fullmatch(text.upper()) for form in _FORMS)), None)
    try:
        if match:
            year, month, day = (int(match[part]) if match[part] else None for part in ("year", "month", "day"))
            first = date(year or 0, month or 1, day or 1)
            return first, first.replace(month=month or 12, day=day or monthrange(first.year, month or 12)[1])
    except ValueError:
        pass
    raise PortalArchiverError(f'{name}={when!r} is not a date; write it as 2024-11-15, 11/2024, 2024 or "last 30 days"')
