"""What one archive would have made of the captures of both: the sightings of an article in order of time, replayed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from portal_archiver.model import Article, Dateline
from portal_archiver.store import identity


@dataclass(frozen=True, slots=True)
class Reading:
    """A revision as one of the archives has it; `row` is its id among ours, None where it is theirs."""

    version: str
    article: Article
    row: int | None = None

    @property
    def shown(self) -> str:
        """The digest of what the page itself shows."""
        return identity.shown_digest(self.version, self.article.published)

    @property
    def content_key(self) -> str | None:
        """The same for two URLs that show the same report."""
        return identity.fingerprints(self.article).content_key


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture (by our id) of the URL that answered, and the revision that it shows."""

    at: str
    url: str
    capture: int
    reading: Reading


@dataclass(slots=True)
class Version:
    """A revision of the merged article, from the sighting that first showed it."""

    first: Sighting
    published: Dateline | None
    captures: list[int] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)

    def take(self, sighting: Sighting) -> None:
        """One more capture that shows it."""
        reading = sighting.reading
        self.captures.append(sighting.capture)
        self.published = identity.better_dateline(self.published, reading.article.published)
        digest = identity.reading_digest(reading.article)
        known = self.readings.pop(digest, None)
        self.readings[digest] = known if known and known.row is not None else reading

    @property
    def article(self) -> Article:
        """As it was read last, with the best date."""
        return replace(list(self.readings.values())[-1].article, published=self.published)

    @property
    def rows(self) -> list[int]:
        """Rows of ours that hold it already."""
        return [reading.row for reading in self.readings.values() if reading.row is not None]


def replay(sightings: Iterable[Sighting]) -> list[Version]:
    """The revisions, by the rules of `store.articles`.

    A URL that shows what it showed before has not changed, whatever another one showed since, and a URL seen for the
    first time with the same title and body is a duplicate: neither makes a revision. A, B, A are three.
    """
    versions: list[Version] = []
    shown: dict[str, str] = {}
    for each in sorted(sightings, key=_order):
        last = versions[-1] if versions else None
        if last is None or (_differs(last, each) and not _is_nothing_new(last, each, shown)):
            last = Version(each, each.reading.article.published)
            versions.append(last)
        if not _differs(last, each):
            last.take(each)
        shown[each.url] = each.reading.shown
    return versions


def _order(sighting: Sighting) -> tuple[str, str, str, str]:
    reading = sighting.reading
    return sighting.at, sighting.url, reading.version, identity.reading_digest(reading.article)


def _differs(version: Version, sighting: Sighting) -> bool:
    reading = sighting.reading
    if reading.version != version.first.reading.version:
        return True
    return identity.datelines_differ(version.published, reading.article.published)


def _is_nothing_new(version: Version, sighting: Sighting, shown: dict[str, str]) -> bool:
    if sighting.url in shown:
        return shown[sighting.url] == sighting.reading.shown
    key = sighting.reading.content_key
    return key is not None and key == version.first.reading.content_key
