"""The times that archives write, and which of them can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from warcio.timeutils import iso_date_to_datetime

FIRST_YEAR = 1990  # earlier than the Web: a time that is none
DIGITS = "%Y%m%d%H%M%S"  # 14 digits, UTC: an ARC, an index of captures, the address of a memento


def moment_of(text: str) -> datetime | None:
    """The moment that 14 digits or an ISO 8601 time say; None for what is none, or cannot be."""
    try:
        made = (datetime.strptime(text, DIGITS) if text.isdecimal() else iso_date_to_datetime(text)).replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    return made if made.year >= FIRST_YEAR and made < datetime.now(UTC) + timedelta(days=1) else None


def digits_of(made: datetime) -> str:
    """A moment as 14 digits, in UTC."""
    return made.astimezone(UTC).strftime(DIGITS)
