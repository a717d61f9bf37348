"""When to look at a URL again: often while it is young, rarely once it is old."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal_archiver.model import REPORT_KINDS, Kind

# A nightly run reaches a page a little earlier or later than the night before: without this slack
# it would find "in one day" not quite over, and look only every second night.
SLACK = timedelta(hours=6)

# Up to this age of the report (days) -> days until the next look. Edits come early, if they come at all.
BY_AGE = (
    (2, 1),
    (7, 3),
    (30, 7),
    (180, 30),
)
WHEN_OLD = 90
WHEN_UNDATED = 7
BY_KIND = {"listing": 0, "other": 7}
BY_STATE = {"failed": 0, "gone": 30, "skipped": 90}


def next_due(kind: Kind | None, fetched_at: datetime, published: date | None, state: str) -> datetime:
    """When a URL fetched at `fetched_at` is due again; a time that is not later means: in the next run.

    Listings, sitemaps, feeds and what was never read (`kind` None) are due in every run, as is what failed;
    articles and documents by the age of what they report; what is gone after 30 days, what was skipped after 90.
    """
    if state in BY_STATE:
        days = BY_STATE[state]
    elif kind in REPORT_KINDS:
        days = _by_age(fetched_at, published) if published else WHEN_UNDATED
    else:
        days = BY_KIND.get(kind or "listing", 0)
    return fetched_at + timedelta(days=days) - SLACK if days else fetched_at


def _by_age(fetched_at: datetime, published: date) -> int:
    day = published.date() if isinstance(published, datetime) else published
    age = (fetched_at.date() - day).days
    return next((days for limit, days in BY_AGE if age <= limit), WHEN_OLD)
