"""How moments and days are written in the archive: ISO 8601, moments in UTC and of one width, so that they sort."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment for the archive: 2024-11-15T01:30:00.000000+00:00."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """What `stamp` wrote."""
    return datetime.fromisoformat(text)


def maybe_moment(text: str | None) -> datetime | None:
    """What `stamp` wrote, where there may be nothing."""
    return datetime.fromisoformat(text) if text else None


def day_or_moment(text: str) -> date | datetime:
    """A dateline's value as `isoformat` wrote it: a date, or a time of day with its offset."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
