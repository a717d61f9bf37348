"""Versions of reports, each whole with the capture that shows it: what citations and exports are made of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from portal_archiver.errors import UnknownRevisionError
from portal_archiver.model import Citable
from portal_archiver.store import articles, licenses, revisions
from portal_archiver.store.times import moment

_VERSION = """
SELECT r.id, c.fetched_at, b.sha256, c.id, p.name
  FROM revisions r JOIN captures c ON c.id = r.capture_id JOIN bodies b ON b.id = c.body_id
  JOIN articles a ON a.id = r.article_id JOIN portals p ON p.id = a.portal_id
 WHERE r.article_id = ? AND r.number = ?
"""
_OF_PORTAL = "(?1 IS NULL OR portal_id = (SELECT id FROM portals WHERE key = ?1))"
_AFTER = f"SELECT id FROM articles WHERE {_OF_PORTAL} AND id > ?2 ORDER BY id LIMIT ?3"
_AMONG = f"SELECT id FROM articles WHERE {_OF_PORTAL} AND id IN (SELECT value FROM json_each(?2)) ORDER BY id"


def citable(sql: sqlite3.Connection, article_id: int, number: int | None = None) -> Citable:
    """A revision of an article by its number, or the latest one; UnknownArticleError, UnknownRevisionError."""
    archived = articles.load(sql, article_id, with_frontier=False)
    latest = archived.revision
    wanted = latest if number is None else number
    row = sql.execute(_VERSION, (article_id, wanted)).fetchone()
    if row is None:
        it_has = "one revision only" if latest == 1 else f"the revisions 1 to {latest}"
        raise UnknownRevisionError(f"article {article_id} has no revision {number}: it has {it_has}")
    revision_id, captured_at, sha256, capture_id, name = row
    if wanted != latest:
        footer = licenses.load(sql, articles.license_in_force(sql, article_id, revision_id))
        archived = replace(archived, article=revisions.load(sql, revision_id), license=footer, revision=wanted)
    return Citable(archived, moment(captured_at), sha256, capture_id, latest, name)


def after(sql: sqlite3.Connection, article_id: int, portal: str | None, limit: int) -> list[Citable]:
    """The first `limit` articles behind one by their ids, of a portal if one is named."""
    rows = sql.execute(_AFTER, (portal, article_id, limit)).fetchall()
    return [citable(sql, found) for (found,) in rows]


def among(sql: sqlite3.Connection, wanted: Sequence[int], portal: str | None) -> list[Citable]:
    """Those of some articles that there are, of a portal if one is named, by their ids."""
    rows = sql.execute(_AMONG, (portal, json.dumps(wanted))).fetchall()
    return [citable(sql, found) for (found,) in rows]
