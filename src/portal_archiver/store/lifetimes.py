"""How old an article is, and since when its address is gone."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from portal_archiver.store.times import maybe_moment

_AGE_DAY = """
SELECT coalesce(a.published, a.first_seen) FROM portals p
  JOIN article_urls u ON u.portal_id = p.id JOIN articles a ON a.id = u.article_id WHERE p.key = ? AND u.url = ?
"""
# The first 404 or 410 since the article was last seen, unless one of its addresses gave another answer the last time.
_GONE_SINCE = """
SELECT min(c.fetched_at) FROM captures c JOIN articles a ON a.id = c.article_id
 WHERE c.article_id = :article AND c.status IN (404, 410) AND c.fetched_at > a.last_seen
   AND NOT EXISTS (SELECT 1 FROM article_urls au JOIN urls u ON u.portal_id = au.portal_id AND u.url = au.url
                    WHERE au.article_id = :article AND u.tried_at IS NOT NULL AND u.state <> 'gone')
"""


def age_day(sql: sqlite3.Connection, portal: str, url: str) -> date | None:
    """The day from which the article known under a URL ages: of publication, or (in UTC) when it was first seen."""
    row = sql.execute(_AGE_DAY, (portal, url)).fetchone()
    return date.fromisoformat(row[0][:10]) if row else None


def gone_since(sql: sqlite3.Connection, article_id: int) -> datetime | None:
    """When an article was first found gone; None while any of its addresses answers, or fails otherwise."""
    return maybe_moment(sql.execute(_GONE_SINCE, {"article": article_id}).fetchone()[0])
