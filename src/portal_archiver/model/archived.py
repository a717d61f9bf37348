"""What the archive holds of a report: its revisions, and the captures that showed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from portal_archiver.model.captures import Peer, Source
from portal_archiver.model.pages import Article, Kind, License

Outcome = Literal["new", "changed", "unchanged", "duplicate", "not-an-article"]


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
class Citable:
    """A version of a report with all that a citation of it needs, and all that an export tells of it.

    `archived` is the report as that revision has it, with the footer that was beside it; its `gone_since` stays unsaid.
    It has `revisions` in all. `captured_at` (UTC), `sha256` (hex, of the payload) and `capture_id` are of the capture
    that first showed the revision. `portal_name` is "" where the portal has none but its key.
    """

    archived: Archived
    captured_at: datetime
    sha256: str
    capture_id: int
    revisions: int = 1
    portal_name: str = ""
