"""The answers of the API, beside the records of the model that they are made of: their names are a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal_archiver.model import (
    Article,
    CaptureRecord,
    Citable,
    Facets,
    Hit,
    License,
    PortalStatus,
    Results,
    Revision,
    RunEvent,
    RunReport,
    StoryLink,
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many reports have a name: a portal, a section, a year (2024) or a month (2024-05)."""

    name: str
    reports: int


@dataclass(frozen=True, slots=True)
class Facetted:
    """How all that was found is spread; where `bounded`, all but `years` count the newest reports alone.

    The numbers of `years` are about right where they are `estimated`.
    """

    portals: tuple[Count, ...]
    years: tuple[Count, ...]
    months: tuple[Count, ...]
    sections: tuple[Count, ...]
    bounded: bool
    estimated: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; `cursor` asks for the next one, null where there is none.

    `total` reports fit, about so many where it is `estimated`. Where `relaxed`, these have some of the words: none has
    all, or nobody expects that of a `sentence`. Where `bounded`, not every hit was looked at for the order. `notes` say
    what of the query was not understood, `suggestions` what may have been meant. The (start, end) `marks` of a hit are
    characters of its `snippet`.
    """

    total: int
    estimated: bool
    relaxed: bool
    sentence: bool
    bounded: bool
    notes: tuple[str, ...]
    suggestions: tuple[str, ...]
    hits: tuple[Hit, ...]
    cursor: str | None
    facets: Facetted | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A report as it stands now, and the capture (its time in UTC, SHA-256 and id) that first showed this version.

    `revisions` is how many versions there are, `stories` what other portals have of its text. `gone_since` is when its
    address was first found gone.
    """

    id: int
    portal: str
    portal_name: str
    url: str
    urls: tuple[str, ...]
    kind: str
    article: Article
    license: License | None
    revision: int
    revisions: int
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    captured_at: datetime
    sha256: str
    capture_id: int
    stories: tuple[StoryLink, ...]


@dataclass(frozen=True, slots=True)
class Revisions:
    """All versions of a report, the first one first."""

    article_id: int
    revisions: tuple[Revision, ...]


@dataclass(frozen=True, slots=True)
class Captures:
    """All captures of a report's addresses in order of time, 304s among them."""

    article_id: int
    captures: tuple[CaptureRecord, ...]


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture, its portal, the report whose address it is of, and the headline it showed ("" for none)."""

    capture: CaptureRecord
    portal: str
    article_id: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A version of a report in a style: one line of text, or lines in a format for programs."""

    article_id: int
    revision: int
    style: str
    citation: str


@dataclass(frozen=True, slots=True)
class Portals:
    """How every portal stands, by key."""

    portals: tuple[PortalStatus, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """The last runs, the newest first."""

    runs: tuple[RunReport, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A run, and what went wrong in it in the order of time; `complete` where these are all that `failed`."""

    run: RunReport
    events: tuple[RunEvent, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """What the archive holds: captures from `first` to `last` (UTC), the day of the newest report, reports by month."""

    reports: int
    captures: int
    first: datetime | None
    last: datetime | None
    newest: date | None
    portals: tuple[Count, ...]
    months: tuple[Count, ...]


def found(results: Results, facets: Facets | None) -> Found:
    """An answer to a search."""
    return Found(
        results.total,
        results.estimated,
        results.relaxed,
        results.sentence,
        results.bounded,
        results.notes,
        results.suggestions,
        results.hits,
        results.cursor,
        facetted(facets) if facets else None,
    )


def facetted(facets: Facets) -> Facetted:
    """Facets as objects with names."""
    return Facetted(
        portals=counts(facets.portals),
        years=counts(facets.years),
        months=counts(facets.months),
        sections=counts(facets.sections),
        bounded=facets.bounded,
        estimated=facets.estimated,
    )


def counts(pairs: tuple[tuple[str, int], ...]) -> tuple[Count, ...]:
    """Pairs as objects with names."""
    return tuple(Count(name, number) for name, number in pairs)


def whole(cited: Citable, gone_since: datetime | None, stories: tuple[StoryLink, ...]) -> Whole:
    """A report in one piece."""
    archived = cited.archived
    return Whole(
        id=archived.id,
        portal=archived.portal,
        portal_name=cited.portal_name,
        url=archived.url,
        urls=archived.urls,
        kind=archived.kind,
        article=archived.article,
        license=archived.license,
        revision=archived.revision,
        revisions=cited.revisions,
        first_seen=archived.first_seen,
        last_seen=archived.last_seen,
        gone_since=gone_since,
        captured_at=cited.captured_at,
        sha256=cited.sha256,
        capture_id=cited.capture_id,
        stories=stories,
    )
