"""The past of an article: where a capture belongs that is older than others of it, and what follows for its versions.

Versions are numbered in the order of time, whatever the order in which captures came: `A B` and then an `A` from before
and after the `B` are `A B A`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from portal_archiver.model import Article, Capture, Outcome, Page
from portal_archiver.store import captures, identity, revisions

if TYPE_CHECKING:
    from portal_archiver.store.articles import Sighting

Reread = Callable[[Capture], Page]

_VERSIONS = """
SELECT r.id, r.number, r.digest, c.id, c.body_id, c.fetched_at, c.final_url
  FROM revisions r JOIN captures c ON c.id = r.capture_id WHERE r.article_id = ? ORDER BY r.number
"""
_SEEN_AGAIN = """
SELECT id, status, body_id FROM captures
 WHERE article_id = ? AND final_url = ? AND fetched_at > ? AND fetched_at < ? AND status IN (200, 203, 304)
 ORDER BY fetched_at, id
"""
FOREVER = "9999"


class Version(NamedTuple):
    """A revision, and the capture that first showed it."""

    id: int
    number: int
    digest: str
    capture_id: int
    body_id: int
    seen_at: str
    url: str


class Placed(NamedTuple):
    """What came of a capture from the past; `latest` is the revision it made, if that is the latest of the article."""

    outcome: Outcome
    latest: int | None = None


def is_past(sql: sqlite3.Connection, article_id: int, seen_at: str) -> bool:
    """Whether an article was seen after this moment."""
    (last_seen,) = sql.execute("SELECT last_seen FROM articles WHERE id = ?", (article_id,)).fetchone()
    return bool(seen_at < last_seen)


def insert(sql: sqlite3.Connection, article_id: int, sighting: Sighting, reread: Reread | None) -> Placed:
    """Give a sighting its place: as a version of its own, as the first sight of the next one, or as neither."""
    versions = [Version(*row) for row in sql.execute(_VERSIONS, (article_id,))]
    before = next((version for version in reversed(versions) if version.seen_at <= sighting.seen_at), None)
    after = next((version for version in versions if version.seen_at > sighting.seen_at), None)
    if before and _shows(sql, before, sighting):
        return Placed("unchanged")
    if any(_is_mirrored(sql, version, sighting) for version in (before, after) if version):
        return Placed("duplicate")
    again = _seen_again(sql, article_id, before, sighting, after.seen_at if after else FOREVER, reread)
    if after and again is None and _shows(sql, after, sighting):
        sql.execute("UPDATE revisions SET capture_id = ? WHERE id = ?", (sighting.capture_id, after.id))
        return Placed("unchanged")
    number = before.number + 1 if before else 1
    _make_room(sql, article_id, number, 1 if again is None else 2)
    prints = sighting.prints
    revision_id = revisions.insert(sql, article_id, number, sighting.capture_id, prints.version, sighting.article)
    if before and again is not None:
        article = revisions.load(sql, before.id)
        revision_id = revisions.insert(sql, article_id, number + 1, again, before.digest, article)
        if after is None:  # the latest version says what it said: the index need not know
            sql.execute("UPDATE articles SET revision_id = ? WHERE id = ?", (revision_id, article_id))
        return Placed("changed")
    return Placed("changed", None if after else revision_id)


def _shows(sql: sqlite3.Connection, version: Version, sighting: Sighting) -> bool:
    """Whether a page shows this version; the page of one address may be read as another's (see `_compare`)."""
    if version.digest != sighting.prints.version:
        return False
    return not identity.datelines_differ(revisions.load(sql, version.id).published, sighting.article.published)


def _is_mirrored(sql: sqlite3.Connection, version: Version, sighting: Sighting) -> bool:
    """Whether another address shows this version, perhaps without its photos: a page to be printed, say."""
    key = sighting.prints.content_key
    if key is None or identity.canonical(version.url) == sighting.answered:
        return False
    return identity.fingerprints(revisions.load(sql, version.id)).content_key == key


def _seen_again(
    sql: sqlite3.Connection,
    article_id: int,
    before: Version | None,
    sighting: Sighting,
    until: str,
    reread: Reread | None,
) -> int | None:
    """The first capture after a sighting, and before `until`, that shows the version from before it once more."""
    if before is None:
        return None
    prints = {before.digest}
    for capture_id, status, body_id in sql.execute(
        _SEEN_AGAIN, (article_id, before.url, sighting.seen_at, until)
    ).fetchall():
        if status == 304 or body_id == before.body_id:
            return int(capture_id)
        if reread is None:
            continue
        if len(prints) == 1:  # what was read then may have been read otherwise than it is today
            prints.add(_version(reread, captures.load(sql, before.capture_id)))
        if _version(reread, captures.load(sql, capture_id)) in prints:
            return int(capture_id)
    return None


def _version(reread: Reread, capture: Capture) -> str:
    article: Article | None = reread(capture).article
    return identity.fingerprints(article).version if article else ""


def _make_room(sql: sqlite3.Connection, article_id: int, number: int, places: int) -> None:
    """Move the versions from `number` on; by way of negative numbers, for no two may ever be the same."""
    sql.execute(
        "UPDATE revisions SET number = -(number + ?) WHERE article_id = ? AND number >= ?", (places, article_id, number)
    )
    sql.execute("UPDATE revisions SET number = -number WHERE article_id = ? AND number < 0", (article_id,))
