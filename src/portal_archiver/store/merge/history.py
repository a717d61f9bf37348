"""What one archive would have made of the captures of both: the sightings of an article in order of time, replayed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Dateline
from portal_archiver.store import identity
from portal_archiver.store.identity import Standing
from portal_archiver.store.revisions import Read


@dataclass(frozen=True, slots=True)
class Reading:
    """A revision as one of the archives has it; `row` is its id among ours, None where it is theirs."""

    version: str
    article: Article
    parser: str = ""
    row: int | None = None

    @property
    def shown(self) -> str:
        """The digest of what the page itself shows."""
        return identity.shown_digest(self.version, self.article.published)

    @property
    def prints(self) -> identity.Fingerprints:
        """What it is compared by."""
        return replace(identity.fingerprints(self.article), version=self.version, shown=self.shown)

    @property
    def source(self) -> tuple[str, bool]:
        """Which parser read it, and for which archive: one alone has told an edit from another way to read."""
        return self.parser, self.row is not None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture (by our id) of the URL that answered, and the revision that its archive says it shows.

    `parser` is the one that read it as a page, None for a 304, which has no payload. Only what is `exact` was read so
    itself; a 304, or a copy that was seen beside the report, just says which revision stood then.
    """

    at: str
    url: str
    capture: int
    reading: Reading
    parser: str | None = ""
    sha256: str = ""
    exact: bool = True


@dataclass(slots=True)
class Version:
    """A revision of the merged article, from the sighting that first showed it."""

    first: Sighting
    published: Dateline | None
    captures: dict[int, str | None] = field(default_factory=dict)  # that show it, and the parser that read each
    readings: dict[str, Reading] = field(default_factory=dict)
    sources: set[tuple[str, bool]] = field(default_factory=set)
    parser: str = ""  # that read it last

    def take(self, sighting: Sighting) -> None:
        """One more reading of it."""
        reading = sighting.reading
        self.published = identity.better_dateline(self.published, reading.article.published)
        digest = identity.reading_digest(reading.article)
        known = self.readings.pop(digest, None)
        self.readings[digest] = known if known and known.row is not None else reading
        self.sources.add(reading.source)
        self.parser = reading.parser

    def attach(self, sighting: Sighting) -> None:
        """One more capture that shows it; where both read one capture, ours counts."""
        if sighting.reading.row is not None or sighting.capture not in self.captures:
            self.captures[sighting.capture] = sighting.parser

    @property
    def latest(self) -> Reading:
        """As it was read last."""
        return list(self.readings.values())[-1]

    @property
    def standing(self) -> Standing:
        """What pages are compared with."""
        return Standing(self.first.reading.version, self.published, self.latest.prints.content_key)

    @property
    def read(self) -> Read:
        """As it was read last, with the best date."""
        article = replace(self.latest.article, published=self.published)
        return Read(article, self.first.reading.version, self.parser)

    @property
    def rows(self) -> list[int]:
        """Rows of ours that hold it already."""
        return [reading.row for reading in self.readings.values() if reading.row is not None]

    def holds(self, reading: Reading) -> bool:
        """Whether a reading is one of this version."""
        return reading.version == self.first.reading.version and not identity.datelines_differ(
            self.published, reading.article.published
        )


class _Seen(NamedTuple):
    """What a URL showed the last time."""

    shown: str
    sha256: str
    version: Version


class History(NamedTuple):
    """The revisions, and the captures with a 304 that are contradicted by the page seen before at their URL."""

    versions: list[Version]
    contradicted: list[int]


def replay(sightings: Iterable[Sighting]) -> History:
    """The revisions, by the rules of a crawl (`identity.verdict`): A, B, A are three.

    PortalArchiverError where two parsers may have read the same text differently: that would look like an edit.
    """
    versions: list[Version] = []
    seen: dict[str, _Seen] = {}
    contradicted: dict[str, int] = {}
    for each in sorted(sightings, key=_order):
        if not versions or (each.exact and _is_edit(versions[-1], each, seen.get(each.url))):
            versions.append(Version(each, each.reading.article.published))
        version = _shown_by(each, versions, seen.get(each.url))
        version.attach(each)
        contradicted.pop(each.url, None)
        if each.exact or each.parser is not None:
            seen[each.url] = _Seen(each.reading.shown if each.exact else "", each.sha256, version)
        elif each.url in seen and seen[each.url].version is not version:
            contradicted[each.url] = each.capture
    return History(versions, list(contradicted.values()))


def _order(sighting: Sighting) -> tuple[str, str, bool, str, str]:
    reading = sighting.reading
    digest = identity.reading_digest(reading.article)
    return sighting.at, sighting.url, not sighting.exact, reading.version, digest


def _is_edit(latest: Version, sighting: Sighting, seen: _Seen | None) -> bool:
    if _verdict(latest, sighting, seen) != "edited":
        return False
    if not any(
        parser == sighting.reading.parser or ours == sighting.reading.source[1] for parser, ours in latest.sources
    ):
        raise PortalArchiverError(
            f"{sighting.url} was read by two versions of the parser, and would seem edited where it may not be; run "
            "`portal-archiver reparse` on both archives first"
        )
    return True


def _verdict(latest: Version, sighting: Sighting, seen: _Seen | None) -> identity.Verdict:
    return identity.verdict(
        latest.standing,
        sighting.reading.prints,
        sighting.reading.article.published,
        shown=seen.shown if seen else "",
        same_bytes=seen is not None and seen.sha256 == sighting.sha256,
    )


def _shown_by(sighting: Sighting, versions: list[Version], seen: _Seen | None) -> Version:
    """The version that a sighting is of."""
    latest = versions[-1]
    if not sighting.exact:
        return next((version for version in reversed(versions) if version.holds(sighting.reading)), latest)
    if latest.first is sighting or _verdict(latest, sighting, seen) == "same":
        latest.take(sighting)
        return latest
    return seen.version if seen and seen.shown else latest
