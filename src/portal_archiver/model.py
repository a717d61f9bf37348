"""The records that pass between the rooms: frozen, slotted, and importing nothing of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["article", "document", "listing", "other"]
Precision = Literal["day", "minute"]
Origin = Literal["element", "metadata", "listing", "url", "body"]
Outcome = Literal["new", "changed", "unchanged", "duplicate", "not-an-article"]
REPORT_KINDS = frozenset({"article", "document"})  # the kinds of pages that are kept as reports
PAGE_STATUSES = frozenset({200, 203})  # a page, and one that a proxy changed on its way (RFC 9110 §15.3)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who answered, as the connection itself shows: the IP `address` that was connected to, and how it was secured.

    Without TLS `verified` is None and the rest empty. With it, `verified` says whether the certificate was checked
    against the authorities trusted and the name of the host; `tls` is the version ("TLSv1.3"), `cipher` its name as
    OpenSSL spells it, and `certificate` the SHA-256 (hex) of the server's own certificate (DER).
    """

    address: str
    verified: bool | None = None
    tls: str = ""
    cipher: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a capture comes from that was made by others: the name of the file, and the record's id in it."""

    file: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """What a server answered for one URL: the evidence, kept before anybody tries to understand it.

    `fetched_at` is an aware datetime and is kept in UTC. `body` is the payload after content-decoding.
    `final_url` (after redirects) defaults to `url`; `sha256` (hex, of `body`) is computed when left out.
    A 304 is a capture with an empty body: the server's word that nothing changed. `peer` is who gave the answer of
    `final_url`, where that is known. A `url` that ends in
    `#__doPostBack(...)` was asked for by posting the form of another page (see `urls.Postback`). `source` is where it
    was imported from; None for what was fetched here.
    """

    url: str
    final_url: str = ""
    fetched_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    sha256: str = ""
    peer: Peer | None = None
    source: Source | None = None

    def __post_init__(self) -> None:
        if self.fetched_at.tzinfo is None:
            raise ValueError(f"Capture.fetched_at of {self.url} has no time zone: pass an aware datetime, best in UTC")
        object.__setattr__(self, "fetched_at", self.fetched_at.astimezone(UTC))
        object.__setattr__(self, "final_url", self.final_url or self.url)
        object.__setattr__(self, "sha256", self.sha256 or hashlib.sha256(self.body).hexdigest())

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Dateline:
    """When a report says it was published.

    `value` is a date, or an aware datetime where a time of day is shown; `precision` follows from it.
    `origin` says where it was read; `body` (from the prose) is a last resort. `raw` is the text as written.
    """

    value: date | datetime
    precision: Precision = "day"
    origin: Origin = "element"
    raw: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "precision", "minute" if isinstance(self.value, datetime) else "day")

    @property
    def day(self) -> date:
        """The calendar day, in the time zone the dateline was written in."""
        return self.value.date() if isinstance(self.value, datetime) else self.value


@dataclass(frozen=True, slots=True)
class Link:
    """What a listing said about a page: its URL, the anchor text, and the date beside it.

    A bare `date` or `datetime` given as `published` becomes a `Dateline` of origin `listing`.
    """

    url: str
    text: str = ""
    published: Dateline | None = None

    def __post_init__(self) -> None:
        if isinstance(self.published, date):
            object.__setattr__(self, "published", Dateline(self.published, origin="listing", raw=str(self.published)))


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a report: absolute `url` ("" when the page lost it), the caption line verbatim, who took it."""

    url: str = ""
    caption: str = ""
    credit: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a report: absolute `url`, the link's text, its media type if known."""

    url: str
    title: str = ""
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A news item, a notice, or a document (whose `body` may be empty).

    `body` is plain text, paragraphs separated by a blank line, the lead included; `body_html` is the same as a small,
    clean subset of HTML.
    """

    title: str
    body: str
    lead: str = ""
    body_html: str = ""
    published: Dateline | None = None
    updated: Dateline | None = None
    author: str | None = None
    section: str | None = None
    language: str | None = None
    photos: tuple[Photo, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class License:
    """What a portal's footer says, as Decree 72/2013/NĐ-CP (art. 24) and its successors require of it.

    Values are verbatim; `phones` and `faxes` keep their digits and a leading +. `text` is the whole footer, verbatim.
    """

    governing_body: str | None = None
    managing_unit: str | None = None
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    responsible_person: str | None = None
    responsible_role: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    faxes: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    attribution: str | None = None
    attribution_source: str | None = None
    copyright: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as understood: what it is, its article if it is one, the footer's license, the links on it.

    `article` is set for kinds `article` and `document`. `warnings` are sentences for a person. `parser` is the version
    of the parser that read it, "" for a page that none did; it does not count when pages are compared.
    """

    url: str
    canonical_url: str
    kind: Kind
    article: Article | None = None
    license: License | None = None
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
    parser: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal to archive. Only `start` (URLs) is needed; the rest is found out or has a default.

    `key` names the portal in the archive (default: the host of the first start URL); `hosts` are those the crawl may
    visit (default: the hosts of `start`); `articles` and `listings` are URL patterns (`*` matches anything);
    `select` maps a field to a CSS selector; `delay` is the pause between two requests to a host, in seconds;
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
class Form:
    """What a browser sends when a button of a page is pressed: names and values, in order, to the URL `action`."""

    action: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """What came of asking for one URL: a capture, or the reason (from `crawler.reasons`) why there is none.

    A 404 has both a capture and a reason. `detail` is a sentence for a person.
    """

    url: str
    capture: Capture | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RobotsText:
    """What a host said of robots at one `location` (https://www.bachhai.example/robots.txt), and when (UTC).

    `text` is empty where it has no such file: `status` is a 4xx then.
    """

    location: str
    fetched_at: datetime
    status: int
    text: str


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


@dataclass(frozen=True, slots=True)
class Saved:
    """What `Archive.save` did: the article's id (None for a page that is none) and the outcome."""

    article_id: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article and the capture that first showed it: `captured_at` in UTC, `sha256` of the payload.

    `url` is the address that showed it, `last_seen` (UTC) when a capture last did, or a 304 last confirmed it. `parser`
    is the version of the parser that read it last, "" where that was not noted.
    """

    number: int
    article: Article
    captured_at: datetime
    sha256: str
    capture_id: int
    url: str = ""
    last_seen: datetime | None = None
    parser: str = ""


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One capture of an article without its payload: `Archive.payload(id)` has the bytes."""

    id: int
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    sha256: str
    size: int
    peer: Peer | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One capture as it is handed on: its record, its portal's key, and the headline ("" for none) it showed."""

    record: CaptureRecord
    portal: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Archived:
    """An article as the archive holds it: the latest revision, where it came from, and the footer then in force.

    `gone_since` is when its address was first found gone (404, 410), None while any of its addresses answers.
    """

    id: int
    portal: str
    url: str
    kind: Kind
    article: Article
    license: License | None
    revision: int
    first_seen: datetime
    last_seen: datetime
    urls: tuple[str, ...] = ()
    gone_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoryLink:
    """A report of the same story: another portal's, with (nearly) the same text."""

    article_id: int
    portal: str
    title: str
    url: str
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result. `snippet` is original text, `marks` the (start, end) offsets in it that matched."""

    article_id: int
    title: str
    url: str
    snippet: str
    published: date | datetime | None
    portal: str = ""
    section: str | None = None
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """An answer to a search: `total` reports match, `hits` are the page of them that was asked for.

    `relaxed` is true when no report has all the words and those with some of them are shown instead; `total` then
    counts those with a telling word, as very common ones are in most reports. `bounded` is true when not every hit was
    looked at for the order: the best come first, the others follow, the newest first. `notes` say what of the query was
    not understood, `suggestions` are queries that may have been meant, and `cursor` leads to the next page. `total` is
    `estimated` where counting would take too long: very common words among a million reports.
    """

    total: int
    hits: tuple[Hit, ...]
    relaxed: bool = False
    bounded: bool = False
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    cursor: str | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """How the reports that a search finds are spread: (name, reports) each, portals and sections by number.

    Months are written 2024-05. `total` and `years` count all of them; where `bounded` is true, the others count the
    newest 5,000 alone.
    """

    total: int
    portals: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[str, int], ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    sections: tuple[tuple[str, int], ...] = ()
    bounded: bool = False


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
    read had a date, a photo credit and so on, `alarms` what of it is a change for the worse. `id` is the run's number
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
    id: int = field(default=0, compare=False)

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Rewording:
    """A field that is read differently from the same page: in which revision of which report, and what there was."""

    article_id: int
    revision: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ReparseReport:
    """What reading a portal's captures anew brought, or (`dry_run`) would bring.

    `captures` pages were read, all those of `articles` reports and others. `reread` revisions read differently now:
    `fields` counts in what, `examples` has a few of each. `new` reports were none before, and `revisions` are edits
    that an earlier parser did not see; a dry run does not count those of reports that are new. Of the reports in `lost`
    no page reads as one any more: they are kept as they were. `damaged` payloads are no longer what was stored, and
    `unreadable` pages broke the parser; `troubles` tells some of them. `stopped` is "signal" where it was stopped.
    """

    portal: str
    started_at: datetime
    finished_at: datetime
    parser: str
    dry_run: bool = False
    captures: int = 0
    articles: int = 0
    reread: int = 0
    new: int = 0
    revisions: int = 0
    lost: tuple[int, ...] = ()
    damaged: int = 0
    unreadable: int = 0
    troubles: tuple[str, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict, hash=False)
    examples: Mapping[str, tuple[Rewording, ...]] = field(default_factory=dict, hash=False)
    stopped: str | None = None

    @property
    def seconds(self) -> float:
        """How long it took."""
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


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing in an archive that is not as it was stored.

    `what` is "payload", "capture", "report" (`id` is its number then), "table" or "rule" (of a whole table), or "index"
    (of the full-text index). `detail` is a sentence for a person.
    """

    what: Literal["payload", "capture", "report", "table", "rule", "index"]
    detail: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Affected:
    """A capture or a report that damage takes something from; `url` is "" where it cannot be read any more."""

    id: int
    url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of holding an archive against what it says of itself.

    `payloads`, `captures` and `articles` are how many it holds, as far as that can be told; a `quick` one reads no
    payload. `damages` are the causes, `lost_captures` and `marred_articles` what they cost. Only the full-text index
    is damaged where `repairable` is true: it can be made anew, and nothing is lost.
    """

    payloads: int
    captures: int
    articles: int
    quick: bool = False
    damages: tuple[Damage, ...] = ()
    lost_captures: tuple[Affected, ...] = ()
    marred_articles: tuple[Affected, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damages

    @property
    def repairable(self) -> bool:
        """Whether the full-text index alone is damaged."""
        return bool(self.damages) and all(damage.what == "index" for damage in self.damages)


@dataclass(frozen=True, slots=True)
class Copied:
    """A backup that was made: where it is, its `size` in bytes, and what it holds.

    Where it was `verified`, SQLite found it sound, and `payloads_checked` of its payloads were held against their
    digests.
    """

    path: Path
    size: int
    verified: bool
    payloads_checked: int
    portals: int
    articles: int
    revisions: int
    captures: int
    payloads: int
    runs: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge added to an archive, by kind; two of its own articles may have turned out to be one."""

    other: Path
    portals: int
    articles: int
    revisions: int
    captures: int
    payloads: int
    runs: int
    urls: int
    licenses: int
