"""What lists and sitemaps tell the frontier: which of the URLs they show are news, and which are due at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_archiver.store.times import moment, now, stamp

# A complete run leaves nothing unasked; a longer time ago, what was found since says nothing of where a list was read.
LOOKING_BACK = timedelta(days=7)

_LAST_COMPLETE = """
SELECT finished_at FROM runs WHERE portal_id = ? AND finished_at IS NOT NULL AND stopped IS NULL
 ORDER BY id DESC LIMIT 1
"""
# CROSS JOIN keeps the order: a look-up for each of the few URLs asked about.
_FRESH = """
SELECT link.value FROM json_each(:urls) AS link
 CROSS JOIN urls AS u ON u.portal_id = :portal AND u.url = link.value
 WHERE u.id > :newest OR coalesce(
       (SELECT a.first_seen FROM article_urls AS au JOIN articles AS a ON a.id = au.article_id
         WHERE au.portal_id = u.portal_id AND au.url = u.url),
       CASE WHEN u.tried_at IS NULL THEN u.due END) > :since
"""
_PUT_OFF = """
SELECT u.url FROM json_each(:urls) AS link CROSS JOIN urls AS u ON u.portal_id = :portal AND u.url = link.value
 WHERE u.kind IN ('listing', 'other') AND u.due > :now AND u.tried_at < :began
"""
_MAKE_DUE = "UPDATE urls SET due = :now WHERE portal_id = :portal AND url = :url AND due > :now"
_TOUCH = f"{_MAKE_DUE} AND fetched_at < :modified"
# `listed` stays: it is the date of publication, and this may be the one of a change.
_DATED_ANEW = f"{_TOUCH} AND substr(listed, 1, 10) < :day"
_FETCHED = """
SELECT link.key FROM json_each(:twins) AS link
 WHERE NOT EXISTS (SELECT 1 FROM urls WHERE portal_id = :portal AND url = link.key)
   AND EXISTS (SELECT 1 FROM urls WHERE portal_id = :portal AND url = link.value AND state = 'fetched'
                  AND kind IS NOT 'other')
"""


@dataclass(frozen=True, slots=True)
class News:
    """What is news to one portal in one run.

    `newest` is the last URL known when the run began. What was found after `since`, the end of the last complete run,
    by a run that was cut short, is still news: the lists may not have been read. `began` is the begin of this run.
    """

    sql: sqlite3.Connection
    portal_id: int
    newest: int
    since: str
    began: str

    @classmethod
    def since_last_run(cls, sql: sqlite3.Connection, portal_id: int, began: str) -> News:
        """As a run finds it that begins now."""
        (newest,) = sql.execute("SELECT coalesce(max(id), 0) FROM urls").fetchone()
        row = sql.execute(_LAST_COMPLETE, (portal_id,)).fetchone()
        recent = row is not None and now() - moment(row[0]) <= LOOKING_BACK
        return cls(sql, portal_id, newest, row[0] if recent else "9999", began)

    def fresh(self, urls: Iterable[str]) -> list[str]:
        """Those of the URLs that nobody knew of before."""
        values = {"urls": json.dumps(list(urls)), "portal": self.portal_id, "newest": self.newest, "since": self.since}
        return [url for (url,) in self.sql.execute(_FRESH, values)]

    def put_off(self, urls: Iterable[str]) -> list[str]:
        """Those of the URLs that are no reports, were not tried in this run, and are not due yet."""
        values = {"urls": json.dumps(list(urls)), "portal": self.portal_id, "now": stamp(now()), "began": self.began}
        return [url for (url,) in self.sql.execute(_PUT_OFF, values)]

    def make_due(self, urls: Iterable[str]) -> int:
        """Make URLs due now; how many were not."""
        rows = [{"portal": self.portal_id, "url": url, "now": stamp(now())} for url in urls]
        return self.sql.executemany(_MAKE_DUE, rows).rowcount if rows else 0

    def touch(self, url: str, modified: datetime) -> int:
        """Make a URL due if our last answer is older than a change at `modified` (aware); 1 if it was not."""
        values = {"portal": self.portal_id, "url": url, "now": stamp(now()), "modified": stamp(modified)}
        return self.sql.execute(_TOUCH, values).rowcount

    def date_anew(self, url: str, day: str, modified: datetime) -> int:
        """The same where a list shows a later day (ISO 8601) for a URL than before; `modified` is that day's end."""
        values = {"portal": self.portal_id, "url": url, "now": stamp(now()), "modified": stamp(modified), "day": day}
        return self.sql.execute(_DATED_ANEW, values).rowcount

    def answered_as(self, twins: dict[str, str]) -> list[str]:
        """Those of the keys that are not known, while the URL that is their value is, and brought something."""
        values = {"twins": json.dumps(twins), "portal": self.portal_id}
        return [url for (url,) in self.sql.execute(_FETCHED, values)]
