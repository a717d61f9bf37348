"""Captures as the server sent them: the payload (see payloads.py), the rest as JSON."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import NamedTuple

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Capture, CaptureRecord, Peer
from portal_archiver.store import payloads
from portal_archiver.store.identity import canonical
from portal_archiver.store.times import moment, stamp

_RECORDS = """
SELECT c.id, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, b.size, c.peer
  FROM captures c JOIN bodies b ON b.id = c.body_id WHERE c.article_id = ? ORDER BY c.fetched_at, c.id
"""
# Of a URL that is no article's there is no index; what is older than so many captures is not worth the search.
_RECENT = 20_000
_LATEST = f"""
SELECT id, url, final_url, fetched_at, status, headers FROM captures
 WHERE id > (SELECT max(id) FROM captures) - {_RECENT} AND url = ? AND status IN (200, 203)
   AND portal_id = (SELECT id FROM portals WHERE key = ?)
 ORDER BY fetched_at DESC, id DESC LIMIT 1
"""
_SHOWN = """
SELECT c.id, c.revision_id, c.parser, b.sha256, c.final_url FROM captures c JOIN bodies b ON b.id = c.body_id
 WHERE c.article_id = ? AND c.revision_id IS NOT NULL AND c.parser IS NOT NULL AND c.fetched_at <= ?
 ORDER BY c.fetched_at DESC, c.id DESC
"""
_END_OF_TIME = "9999"


class Shown(NamedTuple):
    """A capture in which a URL showed an article: which revision, by which parser it was read, and its payload."""

    capture_id: int
    revision_id: int
    parser: str
    sha256: str


def store(
    sql: sqlite3.Connection,
    capture: Capture,
    portal_id: int,
    license_id: int | None = None,
    *,
    parser: str | None = None,
) -> int:
    """Add a capture, the footer in force when it was made, and the parser that read it; returns its id.

    `parser` is None for what is no page, and "" for a page that none could read.
    """
    cursor = sql.execute(
        "INSERT INTO captures (portal_id, url, final_url, fetched_at, status, headers, body_id, license_id, peer,"
        " parser) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            portal_id, capture.url, capture.final_url, stamp(capture.fetched_at), capture.status,
            json.dumps(capture.headers, ensure_ascii=False), payloads.store(sql, capture.body, portal_id), license_id,
            json.dumps(asdict(capture.peer)) if capture.peer else None, parser,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def attach(sql: sqlite3.Connection, capture_id: int, article_id: int, revision_id: int | None = None) -> None:
    """Note which article a capture is of, and which revision of it was there to be seen, if any was."""
    sql.execute(
        "UPDATE captures SET article_id = ?, revision_id = ? WHERE id = ?", (article_id, revision_id, capture_id)
    )


def last_shown(sql: sqlite3.Connection, article_id: int, url: str, until: str = _END_OF_TIME) -> Shown | None:
    """The last capture, not later than `until`, in which a canonical URL answered with the article, if it ever did."""
    rows = sql.execute(_SHOWN, (article_id, until))
    return next((Shown(*row) for *row, final_url in rows if canonical(final_url) == url), None)


def of_article(sql: sqlite3.Connection, article_id: int) -> tuple[CaptureRecord, ...]:
    """All captures of an article's URLs, in order of time."""
    return tuple(
        CaptureRecord(
            id=row[0],
            url=row[1],
            final_url=row[2],
            fetched_at=moment(row[3]),
            status=row[4],
            headers=tuple((name, value) for name, value in json.loads(row[5])),
            sha256=row[6],
            size=row[7],
            peer=Peer(**json.loads(row[8])) if row[8] else None,
        )
        for row in sql.execute(_RECORDS, (article_id,))
    )


def payload(sql: sqlite3.Connection, capture_id: int) -> bytes:
    """The bytes of a capture, checked against their digest; ArchiveError when they are no longer what was stored."""
    row = sql.execute("SELECT body_id FROM captures WHERE id = ?", (capture_id,)).fetchone()
    if row is None:
        raise PortalArchiverError(f"the archive has no capture {capture_id}; `show ID` lists those of an article")
    return payloads.load(sql, row[0])


def latest_page(sql: sqlite3.Connection, portal: str, url: str) -> Capture | None:
    """The last capture that brought the page at a URL, if it is among the last 20,000 of the archive."""
    row = sql.execute(_LATEST, (url, portal)).fetchone()
    if row is None:
        return None
    capture_id, url, final_url, fetched_at, status, headers = row
    pairs = tuple((name, value) for name, value in json.loads(headers))
    return Capture(url, final_url, moment(fetched_at), status, pairs, payload(sql, capture_id))
