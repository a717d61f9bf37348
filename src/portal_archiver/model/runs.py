"""What a crawl did, and how a portal fares from night to night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Yield:
    """How many reports of a night have something: `have` of the `of` that might."""

    have: int
    of: int

    @property
    def share(self) -> float:
        """The share that has it, from 0 to 1; 0 of none is 0."""
        return self.have / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change for the worse of a portal: a template that drifted, or a portal gone silent.

    `field` is what is missing (see `pipeline.drift`): "date", "title", "report"...; `now` and `before` are the shares
    of the reports (0 to 1) that have it tonight and in the month before. Of "silence" they are days: since the newest
    report, and the longest pause before. `last_good` is the last day on which all was well, `examples` are URLs.
    """

    field: str
    now: float
    before: float
    last_good: date | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Night:
    """What an earlier run of a portal yielded, and the fields for which it raised an alarm."""

    day: date
    yields: Mapping[str, Yield] = field(default_factory=dict, hash=False)
    alarms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Learning:
    """What a run learned of its portal by itself, at its end.

    `profile` names what it kept (`0b7d11e4`), which rests on `pages`; "" where it kept nothing, and `reason` says why.
    `healed` are the alarms of the run that ended with it, as they were before.
    """

    profile: str = ""
    pages: int = 0
    reason: str = ""
    healed: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The last days on which a portal published something, and the URLs of its newest reports.

    `watched` is the day of its first run, None before that; `accepted` says that its silence since then is known of.
    """

    days: tuple[date, ...] = ()
    newest: tuple[str, ...] = ()
    watched: date | None = None
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one crawl of one portal did.

    Of the `requests` sent, `fetched` brought a page and `not_modified` the word that it is unchanged. Each page fetched
    is one of `new`, `changed`, `unchanged`, `duplicate` or `not_articles` (sitemaps and feeds among these). `failed`
    URLs brought nothing, counted by reason in `reasons`. `waiting` URLs are left for the next run. `stopped` says why
    the run ended before the work did: "signal", "budget", "time" or "unreachable"; "killed": it never came to its end
    (kill -9, a power cut, an error); "running": it is at work. Of these two the figures are what can be told from what
    they stored: `requests` are the answers kept, duplicates are counted as `unchanged`, `waiting` is 0, and
    `finished_at` is when they last stored something. `yields` says how many of the reports
    read had a date, a photo credit and so on, `alarms` what of it is a change for the worse, `learning` what
    the run learned of the portal's templates, if it tried. `id` is the run's number
    in the archive, 0 where it was never stored; it does not count when reports are compared.
    """

    portal: str
    started_at: datetime
    finished_at: datetime
    requests: int = 0
    fetched: int = 0
    not_modified: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    not_articles: int = 0
    failed: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict, hash=False)
    waiting: int = 0
    stopped: str | None = None
    yields: Mapping[str, Yield] = field(default_factory=dict, hash=False)
    alarms: tuple[Alarm, ...] = ()
    learning: Learning | None = None
    id: int = field(default=0, compare=False)

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class RunEvent:
    """What went wrong with one URL in a run: when (UTC), the reason as in the report, and a sentence for a person."""

    at: datetime
    url: str
    reason: str
    detail: str = ""
    portal: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report that is new in the archive, or has a new revision: its latest title and date.

    `seen_at` (UTC) is when it was seen first (`new`), or when the page was fetched that showed this `revision` first.
    """

    article_id: int
    portal: str
    outcome: Literal["new", "changed"]
    title: str
    url: str
    published: date | datetime | None
    seen_at: datetime
    revision: int = 1


@dataclass(frozen=True, slots=True)
class PortalStatus:
    """What the archive knows of a portal: how much it holds, the newest report, the last run and the last good one.

    The last run is one that is over: a run at work is not.
    `failing` pages could not be fetched the last time; `failing_since` is the first time that one of them failed since
    it last answered.
    """

    key: str
    name: str
    articles: int = 0
    newest: date | None = None
    waiting: int = 0
    failing: int = 0
    failing_since: datetime | None = None
    last_run: RunReport | None = None
    last_success: datetime | None = None
