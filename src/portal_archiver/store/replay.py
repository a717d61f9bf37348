"""An article's history told anew: all its captures, the oldest first, as today's parser reads them.

What the portal changed is a revision, whoever noticed it; what only the parser changed is another reading of the same
one. A revision is never taken back: its number may stand in somebody's footnote. The one exception are those of a run
that has not yet ended: they are judged anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from portal_archiver.model import Article, Capture, Dateline, Kind, License, Page
from portal_archiver.store import articles, identity, index, licenses, revisions, stories
from portal_archiver.store.frontier import settle_kind
from portal_archiver.store.identity import Standing
from portal_archiver.store.revisions import Read
from portal_archiver.store.sighting import Sighting, sight


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture as the archive has it, its payload left out.

    `parser` is None for what is no page; `revision_id` is the revision that it showed as it was last read.
    """

    id: int
    article_id: int | None
    capture: Capture
    parser: str | None
    revision_id: int | None
    license_id: int | None
    body_id: int


class Change(NamedTuple):
    """A revision that is read differently: its number, and the report before and after."""

    number: int
    before: Article
    after: Article


@dataclass(slots=True)
class _Version:
    """One revision as it is told anew: `id` and `before` are None where it is a new one.

    `known` says that today's parser read it: where it could not, the next page that showed the same stands in.
    """

    capture_id: int
    read: Read
    content_key: str | None
    kind: Kind | None
    id: int | None = None
    before: Read | None = None
    known: bool = True


class _Seen(NamedTuple):
    """What a URL showed the last time."""

    sighting: Sighting
    version: _Version


class _Row(NamedTuple):
    """What follows for one capture that was read."""

    stored: Stored
    parser: str
    footer: License | None
    version: _Version | None


@dataclass(slots=True)
class Replay:
    """One article, told anew; see `begin`."""

    article_id: int
    portal_id: int
    url: str
    content_key: str | None
    latest: int
    held: dict[int, tuple[int, int, Read]]  # by capture: id, number and reading of the revisions there are
    unsettled: dict[int, tuple[int, int, Read]] = field(default_factory=dict)  # the same of those judged anew
    versions: list[_Version] = field(default_factory=list)
    _seen: dict[str, _Seen] = field(default_factory=dict)  # by the URL that answered
    _looks: dict[tuple[str, str | None, str], Sighting] = field(default_factory=dict)  # the last one of each three URLs
    _span: tuple[str, ...] = ()  # the first and the last moment in which it was seen
    _unread: int = 0
    _rows: list[_Row] = field(default_factory=list)
    _confirmed: list[tuple[Stored, _Version]] = field(default_factory=list)

    @property
    def is_lost(self) -> bool:
        """Whether all its pages were read, and none as an article."""
        return not self._seen and not self._unread

    @property
    def last(self) -> Stored:
        """The last of its captures that was read."""
        return self._rows[-1].stored

    @property
    def changes(self) -> Iterator[Change]:
        """The revisions that are read differently."""
        known = (self.held | self.unsettled).values()
        numbers = {revision_id: number for revision_id, number, _ in known}
        for version in self.versions:
            if version.id is not None and version.before and version.read.article != version.before.article:
                yield Change(numbers[version.id], version.before.article, version.read.article)

    @property
    def added(self) -> int:
        """How many revisions are new: edits that an earlier parser did not see."""
        return sum(version.id is None for version in self.versions)

    @property
    def footers(self) -> Iterator[tuple[int | None, License | None]]:
        """Of each page that was read: the id of the footer it is stored with, and the footer as it is read now."""
        return ((row.stored.license_id, row.footer) for row in self._rows)

    def see(self, stored: Stored, page: Page | None) -> None:
        """Take the next capture, in order of time; `page` is None where it is no page, or cannot be read."""
        self._unread += page is None and stored.parser is not None
        sighting = sight(stored.capture, page, self.portal_id, stored.id) if page else None
        if sighting is None and stored.id in self.unsettled:  # then it stays what it was
            self.held[stored.id] = self.unsettled.pop(stored.id)
        own = self.held.get(stored.id)
        if sighting is None:
            version = self._stand_still(stored, own)
        else:
            version = self._read_again(sighting, own[0], own[2]) if own else self._judge(stored, sighting)
            self._note(sighting, version)
        if page is not None:
            self._rows.append(_Row(stored, page.parser, page.license, version))

    def _note(self, sighting: Sighting, version: _Version) -> None:
        urls = (sighting.answered, sighting.claimed, sighting.asked)
        self._looks.pop(urls, None)
        self._looks[urls] = sighting
        self._seen[sighting.answered] = _Seen(sighting, version)
        self._span = (*self._span[:1], sighting.seen_at)

    def _stand_still(self, stored: Stored, own: tuple[int, int, Read] | None) -> _Version | None:
        """What shows no article leaves all as it is; a 304 confirms what its URL showed before."""
        if own:
            revision_id, _, read = own
            content_key = self.content_key if revision_id == self.latest else None
            self.versions.append(_Version(stored.id, read, content_key, None, revision_id, read, known=False))
            return self.versions[-1]
        if stored.capture.status == 304 and self.versions:
            seen = self._seen.get(identity.canonical(stored.capture.final_url))
            self._confirmed.append((stored, seen.version if seen else self.versions[-1]))
        return None

    def _read_again(self, sighting: Sighting, revision_id: int, before: Read) -> _Version:
        """Another reading of a revision that there is; it may be that an earlier page shows the same, as read now."""
        published = identity.reread_dateline(before.article.published, sighting.article.published)
        version = _version(sighting, published=published, revision_id=revision_id, before=before)
        latest = self.versions[-1] if self.versions else None
        if latest and latest.id is None and _alike(latest.read, version.read):
            version.capture_id = latest.capture_id
            self._replace(latest, version)
        else:
            self.versions.append(version)
        return version

    def _replace(self, former: _Version, version: _Version) -> None:
        self.versions[-1] = version
        self._rows = [row._replace(version=version) if row.version is former else row for row in self._rows]
        self._confirmed = [(stored, version if one is former else one) for stored, one in self._confirmed]
        for url, seen in self._seen.items():
            if seen.version is former:
                self._seen[url] = seen._replace(version=version)

    def _judge(self, stored: Stored, sighting: Sighting) -> _Version:
        """Any other page: the same as the latest version, or a new one; the rules are those of a crawl."""
        if not self.versions:
            return self._revise(sighting)
        latest = self.versions[-1]
        if not latest.known and stored.revision_id == latest.id:
            self._refresh(latest, sighting)
            return latest
        seen = self._seen.get(sighting.answered)
        found = identity.verdict(
            Standing(latest.read.digest, latest.read.article.published, latest.content_key),
            sighting.prints,
            sighting.article.published,
            shown=seen.sighting.prints.shown if seen else "",
            same_bytes=seen is not None and seen.sighting.sha256 == sighting.sha256,
        )
        if found == "edited":
            return self._revise(sighting)
        if found == "as before" and seen:
            return seen.version
        if found == "same" and self.url in (sighting.answered, sighting.asked):
            self._refresh(latest, sighting)
        return latest

    def _revise(self, sighting: Sighting) -> _Version:
        revision_id, _, before = self.unsettled.get(sighting.capture_id, (None, 0, None))
        version = _version(sighting, published=sighting.article.published, revision_id=revision_id, before=before)
        self.versions.append(version)
        return version

    def _refresh(self, version: _Version, sighting: Sighting) -> None:
        published = identity.better_dateline(version.read.article.published, sighting.article.published)
        renewed = _version(sighting, published=published)
        version.read, version.content_key, version.kind = renewed.read, renewed.content_key, renewed.kind
        version.known = True

    def write(self, sql: sqlite3.Connection) -> None:
        """Put the history as it is told now in the place of the one there is; what stays as it is, is not written."""
        if self.versions:
            self._write_versions(sql)
        for row in self._rows:
            _write_row(sql, row)
        for stored, version in self._confirmed:
            if stored.revision_id != version.id:
                sql.execute("UPDATE captures SET revision_id = ? WHERE id = ?", (version.id, stored.id))
        self._take_back(sql)
        for moment in self._span:
            articles.seen(sql, self.article_id, moment)
        for sighting in self._looks.values():
            articles.remember_urls(sql, self.article_id, sighting)
            settle_kind(sql, sighting.portal_id, sighting.asked, sighting.kind, answered=sighting.answered)

    def _take_back(self, sql: sqlite3.Connection) -> None:
        """Drop the revisions that were judged anew and are none."""
        kept = {version.id for version in self.versions}
        for revision_id in {one for one, _, _ in self.unsettled.values()} - kept:
            sql.execute(
                "UPDATE captures SET revision_id = ? WHERE revision_id = ?", (self.versions[-1].id, revision_id)
            )
            revisions.remove(sql, revision_id)

    def _write_versions(self, sql: sqlite3.Connection) -> None:
        latest = self.versions[-1]
        moved = latest.id != self.latest or latest.before is None or latest.read.article != latest.before.article
        if moved:
            index.remove(sql, self.article_id)
        renumbered = [version.id for version in self.versions] != self._in_order
        if renumbered:
            sql.execute("UPDATE revisions SET number = -number WHERE article_id = ?", (self.article_id,))
        for number, version in enumerate(self.versions, 1):
            if version.id is None:
                version.id = revisions.insert(sql, self.article_id, number, version.capture_id, version.read)
                continue
            if version.read != version.before:
                revisions.reread(sql, version.id, version.read)
            if version.capture_id not in self.held and version.capture_id not in self.unsettled:
                sql.execute("UPDATE revisions SET capture_id = ? WHERE id = ?", (version.capture_id, version.id))
            if renumbered:
                sql.execute("UPDATE revisions SET number = ? WHERE id = ?", (number, version.id))
        self._point_at(sql, latest)
        if moved:
            index.add(sql, self.article_id)
            stories.update(sql, self.article_id)

    @property
    def _in_order(self) -> list[int]:
        """The ids of the revisions that there are, by number."""
        known = sorted((self.held | self.unsettled).values(), key=lambda held: held[1])
        return [revision_id for revision_id, _, _ in known]

    def _point_at(self, sql: sqlite3.Connection, latest: _Version) -> None:
        published = latest.read.article.published
        sql.execute(
            "UPDATE articles SET revision_id = ?, published = ?, content_key = ?, kind = coalesce(?, kind)"
            " WHERE id = ?",
            (
                latest.id, published.value.isoformat() if published else None, latest.content_key, latest.kind,
                self.article_id,
            ),
        )  # fmt: skip


def _version(
    sighting: Sighting,
    published: Dateline | None,
    revision_id: int | None = None,
    before: Read | None = None,
) -> _Version:
    read = sighting.read._replace(article=replace(sighting.article, published=published))
    return _Version(sighting.capture_id, read, sighting.prints.content_key, sighting.kind, revision_id, before)


def _alike(one: Read, other: Read) -> bool:
    """Whether two readings are of the same version of a report."""
    return one.digest == other.digest and not identity.datelines_differ(one.article.published, other.article.published)


def _write_row(sql: sqlite3.Connection, row: _Row) -> None:
    """Note who read a capture, what it showed, and the footer beside it; what it once showed, it showed."""
    stored = row.stored
    after = (row.parser, row.version.id if row.version else stored.revision_id, licenses.ensure(sql, row.footer))
    if after != (stored.parser, stored.revision_id, stored.license_id):
        sql.execute("UPDATE captures SET parser = ?, revision_id = ?, license_id = ? WHERE id = ?", (*after, stored.id))


def begin(sql: sqlite3.Connection, article_id: int, unsettled: Collection[int] = ()) -> Replay:
    """An article that exists, ready to be told anew: `see` its captures, then `write`.

    Whether one of the `unsettled` captures (ids) shows a revision of its own is judged anew.
    """
    portal_id, url, content_key, latest = sql.execute(
        "SELECT portal_id, url, content_key, revision_id FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    rows = sql.execute(
        "SELECT capture_id, id, number, digest, parser FROM revisions WHERE article_id = ?", (article_id,)
    ).fetchall()
    held = {
        capture_id: (revision_id, number, Read(revisions.load(sql, revision_id), digest, parser))
        for capture_id, revision_id, number, digest, parser in rows
    }
    open_ones = {capture_id: held.pop(capture_id) for capture_id in unsettled if capture_id in held}
    return Replay(article_id, portal_id, url, content_key, latest, held, open_ones)
