"""What is said of most pages at once says nothing of any: a sitemap that dates all it lists "now", a list "today"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta

from portal_archiver.crawler.stamps import latest_moment
from portal_archiver.model import Link

# Of fewer pages the same may well be true. A list is short, and the day of a change is all that it tells.
IN_SITEMAP, IN_LIST = 10, 4
JUST_NOW = timedelta(minutes=15)


def commonplace(values: Iterable[Hashable], many: int = IN_SITEMAP) -> Hashable:
    """The value that is shared by more than half, and by so many; None where there is none."""
    counted = Counter(values)
    if not counted:
        return None
    value, times = counted.most_common(1)[0]
    return value if times >= many and 2 * times > counted.total() else None


def minute_of(modified: datetime, known_at: datetime) -> datetime:
    """The minute that a change is said to be of; for what is hardly older than the saying, that of the saying."""
    moment = known_at if known_at - modified <= JUST_NOW else modified
    return moment.replace(second=0, microsecond=0)


def dated_anew(links: Sequence[Link], known_at: datetime) -> list[tuple[Link, datetime]]:
    """The links of a list whose dates may tell of a change, each with the last moment (UTC) that its date may mean."""
    dated = [(link, link.published) for link in links if link.published]
    common = commonplace((published.day for _, published in dated), IN_LIST)
    return [(link, latest_moment(published.day, known_at)) for link, published in dated if published.day != common]
