"""When to look at a URL again: often while it is young, rarely once it is old, and ever more rarely once it is gone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from portal_archiver.crawler.paging import is_further
from portal_archiver.model import REPORT_KINDS, Kind, Target

# A nightly run reaches a page a little earlier or later than the night before: without this slack
# it would find "in one day" not quite over, and look only every second night.
SLACK = timedelta(hours=6)
DAY = timedelta(days=1)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)

# Up to these ages of a report (days) the first, second... number of `Portal.recheck` holds; the last one for the rest.
# Edits come early, if they come at all.
AGES = (2, 7, 30, 180)
# Days until the second look, and the most that they become by doubling while nothing changes.
GONE = (30, 360)
OTHER = (7, 30)
WHEN_SKIPPED = 90
# Days between two looks at a further page of a list; which of them is the URL's own, so that the pages of a long list
# come due one after another.
FURTHER = (7, 30)


def next_due(
    target: Target,
    at: datetime,
    *,
    recheck: Sequence[int],
    state: str = "fetched",
    kind: Kind | None = None,
    day: date | None = None,
    fruitful: bool = False,
) -> datetime:
    """When a URL that was asked for at `at` (aware) is due again; a time that is not later means: in the next run.

    Due in every run: the first pages of lists, sitemaps, feeds, what was never read (`kind` None), and what failed.
    Articles and documents by their age, counted from `day` (of publication, or when they were first seen), as `recheck`
    says, never where that is empty; further pages of a list after 7 to 30 days; what is gone after 30, what was skipped
    after 90, any other page after 7 unless it was `fruitful` (led to new pages) each time after twice as long.
    """
    days = _days(target, at, recheck, state, kind, day, fruitful)
    if days is None:
        return NEVER
    return at + timedelta(days=days) - SLACK if days else at


def _days(
    target: Target,
    at: datetime,
    recheck: Sequence[int],
    state: str,
    kind: Kind | None,
    day: date | None,
    fruitful: bool,
) -> int | None:
    if state == "gone":
        return _rarer(target, *GONE) if target.state == "gone" else GONE[0]
    if state != "fetched":
        return WHEN_SKIPPED if state == "skipped" else 0
    if kind in REPORT_KINDS:
        return by_age((at.date() - (day or at.date())).days, recheck)
    if kind == "other":
        again = target.kind == "other" and target.state == "fetched" and not fruitful
        return _rarer(target, *OTHER) if again else OTHER[0]
    return _of_list(target) if kind == "listing" else 0


def by_age(age: int, recheck: Sequence[int]) -> int | None:
    """Days until the next look at a report of some age in days; None for never."""
    if not recheck:
        return None
    step = next((number for number, limit in enumerate(AGES) if age <= limit), len(AGES))
    return recheck[min(step, len(recheck) - 1)]


def _rarer(target: Target, first: int, most: int) -> int:
    """Twice the days that it was to wait the last time."""
    if target.due is None or target.tried_at is None:
        return first
    waited = round((target.due - target.tried_at + SLACK) / DAY)
    return min(most, max(first, 2 * waited))


def _of_list(target: Target) -> int:
    text = target.seen_as.text if target.seen_as else ""
    if not is_further(target.url, text, target.found_on):
        return 0
    first, last = FURTHER
    return first + zlib.crc32(target.url.encode()) % (last - first + 1)
