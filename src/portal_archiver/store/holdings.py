"""What a reader of the archive asks besides searching: one capture, what it has of an address, how much it holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from portal_archiver.model import Evidence, License
from portal_archiver.store import captures, licenses
from portal_archiver.store.times import maybe_moment, stamp

_ARTICLE = "SELECT article_id, revision_id FROM captures WHERE id = ?"
# Of one address the capture nearest to a moment: a page is shown with the picture it had then.
_NEAREST = """
SELECT wanted.value,
       (SELECT c.id FROM captures c JOIN bodies b ON b.id = c.body_id
         WHERE c.final_url = wanted.value AND c.status IN (200, 203) AND b.size > 0
         ORDER BY abs(julianday(c.fetched_at) - julianday(?2)) LIMIT 1)
  FROM json_each(?1) wanted
"""
_REPORTS = """
SELECT x.url, x.article_id FROM json_each(?1) wanted CROSS JOIN portals p
  JOIN article_urls x ON x.portal_id = p.id AND x.url = wanted.value WHERE p.key = ?2
"""
_MONTHS = """
SELECT substr(published, 1, 7), count(*) FROM articles WHERE published IS NOT NULL GROUP BY 1 ORDER BY 1
"""

# The footer last seen beside the newest reports of each portal.
_FOOTERS = """
SELECT p.key,
       (SELECT c.license_id
          FROM (SELECT id FROM articles WHERE portal_id = p.id ORDER BY published DESC, id DESC LIMIT 50) a
          JOIN captures c ON c.article_id = a.id
         WHERE c.license_id IS NOT NULL ORDER BY c.fetched_at DESC, c.id DESC LIMIT 1)
  FROM portals p
"""


def capture(sql: sqlite3.Connection, capture_id: int) -> Evidence | None:
    """One capture with its portal and headline; None where there is none of this id."""
    return captures.one(sql, capture_id)


def report_of(sql: sqlite3.Connection, capture_id: int) -> int | None:
    """The report whose address a capture is of, if it is one's."""
    row = sql.execute(_ARTICLE, (capture_id,)).fetchone()
    return row[0] if row else None


def nearest(sql: sqlite3.Connection, urls: Iterable[str], moment: datetime) -> dict[str, int]:
    """Of the addresses that brought a payload, each by its final URL: the capture made nearest to a moment."""
    wanted = list(dict.fromkeys(urls))
    if not wanted:
        return {}
    rows = sql.execute(_NEAREST, (json.dumps(wanted), stamp(moment)))
    return {url: found for url, found in rows if found is not None}


def reports_at(sql: sqlite3.Connection, urls: Iterable[str], portal: str) -> dict[str, int]:
    """Of some canonical addresses those that are known as a report's of this portal, with the id of that."""
    return dict(sql.execute(_REPORTS, (json.dumps(list(dict.fromkeys(urls))), portal)).fetchall())


def by_month(sql: sqlite3.Connection) -> tuple[tuple[str, int], ...]:
    """How many reports were published in each month (2024-05) that has any, the earliest first."""
    return tuple(sql.execute(_MONTHS))


def reports(sql: sqlite3.Connection) -> int:
    """How many reports there are."""
    return int(sql.execute("SELECT count(*) FROM articles").fetchone()[0])


def captured(sql: sqlite3.Connection) -> tuple[int, datetime | None, datetime | None]:
    """How many captures there are, and when the first and the last was made."""
    number, first, last = sql.execute("SELECT count(*), min(fetched_at), max(fetched_at) FROM captures").fetchone()
    return number, maybe_moment(first), maybe_moment(last)


def portal_names(sql: sqlite3.Connection) -> dict[str, str]:
    """What to call each portal, by its key, which is its name where it has no other."""
    return dict(sql.execute("SELECT key, coalesce(nullif(name, ''), key) FROM portals"))


def count_captures(sql: sqlite3.Connection, article_id: int) -> int:
    """How many captures there are of a report's addresses."""
    return int(sql.execute("SELECT count(*) FROM captures WHERE article_id = ?", (article_id,)).fetchone()[0])


def footers(sql: sqlite3.Connection) -> dict[str, License]:
    """The footer last seen beside the newest reports of each portal, by its key; portals without one are left out."""
    found = ((key, licenses.load(sql, license_id)) for key, license_id in sql.execute(_FOOTERS))
    return {key: footer for key, footer in found if footer}
