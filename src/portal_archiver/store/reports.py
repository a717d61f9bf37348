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
SELECT r.id, c.fetched_at, b.sha256, c.id, p.name,
       (SELECT max(s.number) FROM revisions s WHERE s.article_id = r.article_id)
  FROM revisions r JOIN captures c ON c.id = r.capture_id JOIN bodies b ON b.id = c.body_id
  JOIN articles a ON a.id = r.article_id JOIN portals p ON p.id = a.portal_id
 WHERE r.article_id = ? AND r.number = ?
"""
_AFTER = """
SELECT a.id FROM articles a
 WHERE a.id > ?1 AND (?2 IS NULL OR a.portal_id = (SELECT id FROM portals WHERE key = ?2))
   AND (?3 IS NULL OR a.id IN (SELECT value FROM json_each(?3)))
 ORDER BY a.id LIMIT ?4
"""


def citable(sql: sqlite3.Connection, article_id: int, number: int | None = None) -> Citable:
    """A revision of an article by its number, or the latest one; UnknownArticleError, UnknownRevisionError."""
    latest = articles.load(sql, article_id, with_frontier=False)
    row = sql.execute(_VERSION, (article_id, number or latest.revision)).fetchone()
    if row is None:
        it_has = "one revision only" if latest.revision == 1 else f"the revisions 1 to {latest.revision}"
        raise UnknownRevisionError(f"article {article_id} has no revision {number}: it has {it_has}")
    revision_id, captured_at, sha256, capture_id, name, count = row
    archived = latest
    if number not in (None, latest.revision):
        footer = licenses.load(sql, articles.license_in_force(sql, article_id, revision_id))
        archived = replace(latest, article=revisions.load(sql, revision_id), license=footer, revision=number)
    return Citable(archived, moment(captured_at), sha256, capture_id, count, name)


def after(
    sql: sqlite3.Connection, article_id: int, portal: str | None, wanted: Sequence[int] | None, limit: int
) -> list[Citable]:
    """The first `limit` articles behind one by their ids, of a portal or among those wanted if any are named."""
    chosen = None if wanted is None else json.dumps(wanted)
    rows = sql.execute(_AFTER, (article_id, portal, chosen, limit)).fetchall()
    return [citable(sql, found) for (found,) in rows]
