"""Captures as the server sent them: the payload (see payloads.py), the rest as JSON."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Capture, CaptureRecord, Peer
from portal_archiver.store import payloads
from portal_archiver.store.times import moment, stamp

_RECORDS = """
SELECT c.id, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, b.size, c.peer
  FROM captures c JOIN bodies b ON b.id = c.body_id WHERE c.article_id = ? ORDER BY c.fetched_at, c.id
"""


def store(sql: sqlite3.Connection, capture: Capture, portal_id: int, license_id: int | None = None) -> int:
    """Add a capture, and the footer that was in force when it was made; returns its id."""
    cursor = sql.execute(
        "INSERT INTO captures (portal_id, url, final_url, fetched_at, status, headers, body_id, license_id, peer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            portal_id, capture.url, capture.final_url, stamp(capture.fetched_at), capture.status,
            json.dumps(capture.headers, ensure_ascii=False), payloads.store(sql, capture.body, portal_id), license_id,
            json.dumps(asdict(capture.peer)) if capture.peer else None,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def attach(sql: sqlite3.Connection, capture_id: int, article_id: int, revision_id: int | None = None) -> None:
    """Note which article a capture is of, and the revision that it shows."""
    values = (article_id, revision_id, capture_id)
    sql.execute("UPDATE captures SET article_id = ?, revision_id = ? WHERE id = ?", values)


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
