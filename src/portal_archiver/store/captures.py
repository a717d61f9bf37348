"""Captures as the server sent them: the payload zstd-compressed and stored once per SHA-256, the headers as JSON."""

from __future__ import annotations

import hashlib
import json
import sqlite3

import zstandard

from portal_archiver.errors import ArchiveError, PortalArchiverError
from portal_archiver.model import Capture, CaptureRecord
from portal_archiver.store.times import moment, stamp

LEVEL = 3
_RECORDS = """
SELECT c.id, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, b.size
  FROM captures c JOIN bodies b ON b.id = c.body_id WHERE c.article_id = ? ORDER BY c.fetched_at, c.id
"""
# Of a URL that is no article's there is no index; what is older than so many captures is not worth the search.
_RECENT = 20_000
_LATEST = f"""
SELECT id, url, final_url, fetched_at, status, headers FROM captures
 WHERE id > (SELECT max(id) FROM captures) - {_RECENT} AND url = ? AND status IN (200, 203)
   AND portal_id = (SELECT id FROM portals WHERE key = ?)
 ORDER BY id DESC LIMIT 1
"""


def store(sql: sqlite3.Connection, capture: Capture, portal_id: int, license_id: int | None = None) -> int:
    """Add a capture, and the footer that was in force when it was made; returns its id."""
    cursor = sql.execute(
        "INSERT INTO captures (portal_id, url, final_url, fetched_at, status, headers, body_id, license_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            portal_id, capture.url, capture.final_url, stamp(capture.fetched_at), capture.status,
            json.dumps(capture.headers, ensure_ascii=False), _body(sql, capture), license_id,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def attach(sql: sqlite3.Connection, capture_id: int, article_id: int) -> None:
    """Note which article a capture is of."""
    sql.execute("UPDATE captures SET article_id = ? WHERE id = ?", (article_id, capture_id))


def _body(sql: sqlite3.Connection, capture: Capture) -> int:
    # The key is computed, not believed: a wrong `Capture.sha256` would hand out another page's bytes for these.
    digest = hashlib.sha256(capture.body).hexdigest()
    row = sql.execute("SELECT id FROM bodies WHERE sha256 = ?", (digest,)).fetchone()
    if row is not None:
        return int(row[0])
    data = zstandard.compress(capture.body, LEVEL)
    cursor = sql.execute("INSERT INTO bodies (sha256, size, data) VALUES (?, ?, ?)", (digest, len(capture.body), data))
    return int(cursor.lastrowid or 0)


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
        )
        for row in sql.execute(_RECORDS, (article_id,))
    )


def payload(sql: sqlite3.Connection, capture_id: int) -> bytes:
    """The bytes of a capture, checked against their digest; ArchiveError when they are no longer what was stored."""
    row = sql.execute(
        "SELECT b.sha256, b.data FROM captures c JOIN bodies b ON b.id = c.body_id WHERE c.id = ?", (capture_id,)
    ).fetchone()
    if row is None:
        raise PortalArchiverError(f"the archive has no capture {capture_id}; `show ID` lists those of an article")
    try:
        body = zstandard.decompress(row[1])
    except zstandard.ZstdError as error:
        raise ArchiveError(
            f"the payload of capture {capture_id} is damaged ({error}); restore it from a backup"
        ) from error
    if hashlib.sha256(body).hexdigest() != row[0]:
        raise ArchiveError(f"the payload of capture {capture_id} is damaged (wrong SHA-256); restore it from a backup")
    return body


def latest_page(sql: sqlite3.Connection, portal: str, url: str) -> Capture | None:
    """The last capture that brought the page at a URL, if it is among the last 20,000 of the archive."""
    row = sql.execute(_LATEST, (url, portal)).fetchone()
    if row is None:
        return None
    capture_id, url, final_url, fetched_at, status, headers = row
    pairs = tuple((name, value) for name, value in json.loads(headers))
    return Capture(url, final_url, moment(fetched_at), status, pairs, payload(sql, capture_id))
