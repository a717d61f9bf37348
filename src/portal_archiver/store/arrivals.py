"""What came into the archive since a moment: reports that are new, and those that were edited."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from portal_archiver.model import Arrival
from portal_archiver.store.times import day_or_moment, moment, stamp

# What was not seen since cannot have changed since: that spares a look at the revisions, which hold the texts.
_ARRIVALS = """
WITH arrived (id, portal_id, url, revision_id, outcome, seen_at) AS (
    SELECT id, portal_id, url, revision_id, 'new', first_seen FROM articles WHERE first_seen >= :since
    UNION ALL
    SELECT a.id, a.portal_id, a.url, a.revision_id, 'changed', c.fetched_at
      FROM articles a JOIN revisions r ON r.id = a.revision_id JOIN captures c ON c.id = r.capture_id
     WHERE a.last_seen >= :since AND a.first_seen < :since AND r.number > 1 AND c.fetched_at >= :since
)
SELECT a.id, p.key, a.outcome, r.title, a.url, r.published, a.seen_at, r.number
  FROM arrived a JOIN portals p ON p.id = a.portal_id JOIN revisions r ON r.id = a.revision_id
 WHERE :portal IS NULL OR p.key = :portal
 ORDER BY p.key, a.outcome, r.published IS NULL, r.published DESC, a.id DESC
"""


def since(sql: sqlite3.Connection, begin: datetime, *, portal: str | None) -> tuple[Arrival, ...]:
    """Reports that came, or whose latest revision was made, at this moment or later; see `Archive.arrivals`."""
    rows = sql.execute(_ARRIVALS, {"since": stamp(begin), "portal": portal})
    return tuple(
        Arrival(article_id, key, outcome, title, url, published and day_or_moment(published), moment(seen), number)
        for article_id, key, outcome, title, url, published, seen, number in rows
    )
