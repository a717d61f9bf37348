"""The past of an article: where a capture belongs that is older than others of it, and what follows for its versions.

Versions are numbered in the order of time, whatever the order in which captures came: `A B` and then an `A` from before
and after the `B` are `A B A`. Only the versions beside the newcomer are looked at (replay.py reads all pages of an
article anew): an import may bring thousands of one address.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from portal_archiver.errors import ArchiveError
from portal_archiver.model import Article, Capture, Outcome, Page
from portal_archiver.store import captures, identity, revisions
from portal_archiver.store.revisions import Read
from portal_archiver.store.sighting import Sighting

Reread = Callable[[Capture], Page | None]

_VERSION = """
SELECT r.id, r.number, r.digest, r.parser, c.id, c.body_id, c.fetched_at, c.final_url
  FROM revisions r JOIN captures c ON c.id = r.capture_id WHERE r.article_id = ?
"""
_BEFORE = f"{_VERSION} AND c.fetched_at <= ? ORDER BY r.number DESC LIMIT 1"
_AFTER = f"{_VERSION} AND c.fetched_at > ? ORDER BY r.number LIMIT 1"
# Of captures from before the archive noted what each of them showed, only a look at them can tell.
_SEEN_AGAIN = """
SELECT id, fetched_at, revision_id IS NOT NULL OR status = 304 OR body_id = ? FROM captures
 WHERE article_id = ? AND final_url = ? AND fetched_at > ? AND fetched_at < ?
   AND (revision_id = ? OR revision_id IS NULL AND (status = 304 OR parser = ''))
 ORDER BY fetched_at, id
"""
_SHOW = """
UPDATE captures SET revision_id = ?1
 WHERE id = ?2 OR article_id = ?3 AND revision_id = ?4 AND (fetched_at, id) > (?5, ?2)
"""
FOREVER = "9999"


class Version(NamedTuple):
    """A revision as it is stored, and the capture that first showed it."""

    id: int
    number: int
    digest: str
    parser: str
    capture_id: int
    body_id: int
    seen_at: str
    url: str


class Neighbor(NamedTuple):
    """The version before or after a sighting, as the sighting's parser reads it."""

    version: Version
    read: Read


class Placed(NamedTuple):
    """What came of a capture from the past: which revision it shows, and whether that one is now to be the latest."""

    outcome: Outcome
    revision_id: int
    is_latest: bool = False


def is_past(sql: sqlite3.Connection, article_id: int, seen_at: str) -> bool:
    """Whether an article was seen after this moment."""
    (last_seen,) = sql.execute("SELECT last_seen FROM articles WHERE id = ?", (article_id,)).fetchone()
    return bool(seen_at < last_seen)


def insert(sql: sqlite3.Connection, article_id: int, sighting: Sighting, reread: Reread | None) -> Placed:
    """Give a sighting its place: as a version of its own, as the first sight of the next one, or as neither."""
    before, after = (_neighbor(sql, article_id, sighting, reread, which) for which in (_BEFORE, _AFTER))
    if before and _shows(before, sighting):
        return Placed("unchanged", before.version.id)
    for neighbor in (before, after):
        if neighbor and _is_mirrored(neighbor, sighting):
            return Placed("duplicate", neighbor.version.id)
    again = _seen_again(sql, article_id, before, sighting, after.version.seen_at if after else FOREVER, reread)
    if after and again is None and _shows(after, sighting):
        sql.execute("UPDATE revisions SET capture_id = ? WHERE id = ?", (sighting.capture_id, after.version.id))
        return Placed("unchanged", after.version.id)
    number = before.version.number + 1 if before else 1
    _make_room(sql, article_id, number, 1 if again is None else 2)
    revision_id = revisions.insert(sql, article_id, number, sighting.capture_id, sighting.read)
    if before and again is not None:
        _repeat(sql, article_id, before.version, number + 1, again, is_latest=after is None)
    return Placed("changed", revision_id, is_latest=after is None and again is None)


def _neighbor(
    sql: sqlite3.Connection, article_id: int, sighting: Sighting, reread: Reread | None, which: str
) -> Neighbor | None:
    row = sql.execute(which, (article_id, sighting.seen_at)).fetchone()
    if row is None:
        return None
    version = Version(*row)
    stored = Read(revisions.load(sql, version.id), version.digest, version.parser)
    if version.parser == sighting.parser or (article := _read(sql, version.capture_id, reread)) is None:
        return Neighbor(version, stored)
    published = identity.reread_dateline(stored.article.published, article.published)
    digest = identity.fingerprints(article).version
    return Neighbor(version, Read(replace(article, published=published), digest, sighting.parser))


def _read(sql: sqlite3.Connection, capture_id: int, reread: Reread | None) -> Article | None:
    """The report that a stored page shows, as today's parser reads it; None where it cannot be read."""
    if reread is None:
        return None
    try:
        page = reread(captures.load(sql, capture_id))
    except ArchiveError:  # damaged: what was read of it once is what there is
        return None
    return page.article if page else None


def _shows(neighbor: Neighbor, sighting: Sighting) -> bool:
    """Whether a page shows this version; the page of one address may be read as another's (see `_is_mirrored`)."""
    if neighbor.read.digest != sighting.prints.version:
        return False
    return not identity.datelines_differ(neighbor.read.article.published, sighting.article.published)


def _is_mirrored(neighbor: Neighbor, sighting: Sighting) -> bool:
    """Whether another address shows this version, perhaps without its photos: a page to be printed, say."""
    key = sighting.prints.content_key
    if key is None or identity.canonical(neighbor.version.url) == sighting.answered:
        return False
    return identity.fingerprints(neighbor.read.article).content_key == key


def _seen_again(
    sql: sqlite3.Connection,
    article_id: int,
    before: Neighbor | None,
    sighting: Sighting,
    until: str,
    reread: Reread | None,
) -> tuple[int, str] | None:
    """The first capture after a sighting, and before `until`, that shows the version from before it once more."""
    if before is None:
        return None
    version = before.version
    rows = sql.execute(
        _SEEN_AGAIN, (version.body_id, article_id, version.url, sighting.seen_at, until, version.id)
    ).fetchall()
    for capture_id, seen_at, is_certain in rows:
        if is_certain:
            return capture_id, seen_at
        article = _read(sql, capture_id, reread)
        if article and identity.fingerprints(article).version in (version.digest, before.read.digest):
            return capture_id, seen_at
    return None


def _repeat(
    sql: sqlite3.Connection, article_id: int, version: Version, number: int, again: tuple[int, str], *, is_latest: bool
) -> None:
    """A version stood again after another one: that is a version too, and what was seen from then on shows it."""
    capture_id, seen_at = again
    read = Read(revisions.load(sql, version.id), version.digest, version.parser)
    revision_id = revisions.insert(sql, article_id, number, capture_id, read)
    sql.execute(_SHOW, (revision_id, capture_id, article_id, version.id, seen_at))
    if is_latest:  # it says what the latest said: neither the index nor the stories need know
        sql.execute("UPDATE articles SET revision_id = ? WHERE id = ?", (revision_id, article_id))


def _make_room(sql: sqlite3.Connection, article_id: int, number: int, places: int) -> None:
    """Move the versions from `number` on; by way of negative numbers, for no two may ever be the same."""
    sql.execute(
        "UPDATE revisions SET number = -(number + ?) WHERE article_id = ? AND number >= ?", (places, article_id, number)
    )
    sql.execute("UPDATE revisions SET number = -number WHERE article_id = ? AND number < 0", (article_id,))
