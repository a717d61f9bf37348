"""What is asked of a portal, and which of its URLs come next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from portal_archiver.model.pages import Kind, Link


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal to archive. Only `start` (URLs) is needed; the rest is found out or has a default.

    `key` names the portal in the archive (default: the host of the first start URL); `hosts` are those the crawl may
    visit (default: the hosts of `start`); `articles` and `listings` are URL patterns (`*` matches anything);
    `select` maps a field to a CSS selector, `learned` does so for each template that the portal's pages taught;
    with `learn` a crawl finds that out by itself;
    `delay` is the pause between two requests to a host, in seconds;
    `budget` is the number of pages fetched in one run, `budgets` that of pages whose URLs fit a pattern; `max_depth`
    is how many links from a start URL a page may lie; `recheck` are the days between two looks at a report while it is
    up to 2, 7, 30, 180 days old, and older (the last number holds for the rest; empty: never);
    `save` names what is kept of a report beside its page: "images", "attachments"; `allow_private` permits private and
    loopback addresses; `contact` (an address or URL) goes into the user agent.

    A page may have `max_bytes`, one request with its body may take `max_seconds`, `max_redirects` are followed, and
    what may heal is asked for `tries` times. `ca` is the text of PEM certificates that are trusted beside the usual
    ones; without `verify` no certificate is checked at all, and every capture says so.
    """

    start: tuple[str, ...]
    key: str = ""
    name: str = ""
    hosts: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    select: Mapping[str, str] = field(default_factory=dict, hash=False)
    learned: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    learn: bool = True
    delay: float = 1.0
    budget: int = 2000
    budgets: Mapping[str, int] = field(default_factory=dict, hash=False)
    max_depth: int = 100
    recheck: tuple[int, ...] = (1, 3, 7, 30, 90)
    save: tuple[str, ...] = ()
    allow_private: bool = False
    contact: str | None = None
    max_bytes: int = 10_000_000
    max_seconds: float = 60.0
    max_redirects: int = 10
    tries: int = 3
    ca: str = field(default="", repr=False)
    verify: bool = True

    def __post_init__(self) -> None:
        start = (self.start,) if isinstance(self.start, str) else tuple(self.start)
        if not start:
            raise ValueError("Portal.start is empty: give at least one URL to begin at")
        hosts = tuple(dict.fromkeys((urlsplit(url).hostname or "").lower() for url in start))
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "key", self.key or hosts[0])
        object.__setattr__(self, "hosts", tuple(host.lower() for host in self.hosts) or hosts)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the pages of a portal taught, as `Portal.learned` has it, and for which of its captures it holds.

    It is in force for captures from `since` on, until the next one is; the first one for those before it, too. `digest`
    names it in the version of a reading (`3~0b7d11e4`), `from_run` is the last run before it was learned, `lesson` says
    what it rests on: support, runners-up and examples by field, doubts.
    """

    templates: tuple[Mapping[str, str], ...]
    since: datetime
    learned_at: datetime
    digest: str
    from_run: int | None = None
    lesson: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose turn it is, with what is remembered of it.

    `depth` counts links from a start URL, `found_on` is the page that led to it first; `etag` and `last_modified` are
    the validators of the last answer; `kind` is what the page was the last time it was read, `state` what came of
    asking ("new" if it never was), `tried_at` when that was, `due` since when it waits.
    """

    url: str
    depth: int = 0
    etag: str | None = None
    last_modified: str | None = None
    kind: Kind | None = None
    seen_as: Link | None = None
    found_on: str = ""
    is_file: bool = False
    state: str = "new"
    due: datetime | None = None
    tried_at: datetime | None = None
