"""Captures as the server sent them: the payload (see payloads.py), the rest as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Capture, CaptureRecord, Evidence, Peer, Source
from portal_archiver.store import checksums, payloads
from portal_archiver.store.identity import canonical
from portal_archiver.store.times import maybe_moment, moment, stamp

_COLUMNS = "c.id, c.url, c.final_url, c.fetched_at, c.status, c.headers, b.sha256, b.size, c.peer, c.source"
_RECORDS = f"""
SELECT {_COLUMNS} FROM captures c JOIN bodies b ON b.id = c.body_id WHERE c.article_id = ? ORDER BY c.fetched_at, c.id
"""
_ONE = f"SELECT {_COLUMNS} FROM captures c JOIN bodies b ON b.id = c.body_id WHERE c.id = ?"
_SELECTED = """
  FROM captures c WHERE (?1 IS NULL OR c.portal_id = (SELECT id FROM portals WHERE key = ?1))
   AND (?2 IS NULL OR c.article_id IN (SELECT value FROM json_each(?2)))
"""
# The headline is that of the revision which was the latest when the capture was made.
_EVIDENCE = f"""
SELECT {_COLUMNS}, p.key,
       (SELECT r.title FROM revisions r JOIN captures first ON first.id = r.capture_id
         WHERE r.article_id = c.article_id AND first.fetched_at <= c.fetched_at ORDER BY r.number DESC LIMIT 1)
  FROM captures c JOIN bodies b ON b.id = c.body_id JOIN portals p ON p.id = c.portal_id WHERE c.id = ?
"""
# By the URL that was asked for there is no index; what is older than so many captures is not worth the search. Of ours
# alone the last one that was stored is the last one that was made.
_RECENT = 20_000
_LATEST = f"""
SELECT id, url, final_url, fetched_at, status, headers FROM captures
 WHERE id > (SELECT max(id) FROM captures) - {_RECENT} AND url = ? AND status IN (200, 203)
   AND portal_id = (SELECT id FROM portals WHERE key = ?) AND source IS NULL
 ORDER BY id DESC LIMIT 1
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
        " parser, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            portal_id, capture.url, capture.final_url, stamp(capture.fetched_at), capture.status,
            json.dumps(capture.headers, ensure_ascii=False), payloads.store(sql, capture.body, portal_id), license_id,
            json.dumps(asdict(capture.peer)) if capture.peer else None, parser,
            json.dumps(asdict(capture.source), ensure_ascii=False) if capture.source else None,
        ),
    )  # fmt: skip
    capture_id = int(cursor.lastrowid or 0)
    checksums.write(sql, "captures", capture_id)
    return capture_id


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
    return tuple(_record(row) for row in sql.execute(_RECORDS, (article_id,)))


def evidence(sql: sqlite3.Connection, portal: str | None, articles: Iterable[int] | None) -> Iterator[Evidence]:
    """Captures, of all or of one portal, of all pages or of some articles, in order of time."""
    for (capture_id,) in sql.execute(f"SELECT c.id {_SELECTED} ORDER BY c.fetched_at, c.id", _chosen(portal, articles)):
        if found := one(sql, capture_id):
            yield found


def one(sql: sqlite3.Connection, capture_id: int) -> Evidence | None:
    """A capture with its portal and headline; None where there is none of this id."""
    row = sql.execute(_EVIDENCE, (capture_id,)).fetchone()
    return Evidence(_record(row[:-2]), row[-2], row[-1] or "") if row else None


def newest(sql: sqlite3.Connection, portal: str | None, articles: Iterable[int] | None) -> datetime | None:
    """When the last of these captures was made."""
    (last,) = sql.execute(f"SELECT max(c.fetched_at) {_SELECTED}", _chosen(portal, articles)).fetchone()
    return maybe_moment(last)


def _chosen(portal: str | None, articles: Iterable[int] | None) -> tuple[str | None, str | None]:
    return portal, None if articles is None else json.dumps(list(articles))


def _record(row: Sequence[Any]) -> CaptureRecord:
    return CaptureRecord(
        id=row[0],
        url=row[1],
        final_url=row[2],
        fetched_at=moment(row[3]),
        status=row[4],
        headers=tuple((name, value) for name, value in json.loads(row[5])),
        sha256=row[6],
        size=row[7],
        peer=Peer(**json.loads(row[8])) if row[8] else None,
        source=Source(**json.loads(row[9])) if row[9] else None,
    )


def is_held(sql: sqlite3.Connection, capture: Capture) -> bool:
    """Whether there is a capture of the same URL, second and payload; 14 digits of a WARC know no more of its time."""
    begin, end = _second(capture.fetched_at)
    row = sql.execute(
        "SELECT 1 FROM captures c JOIN bodies b ON b.id = c.body_id"
        " WHERE c.final_url = ? AND c.fetched_at >= ? AND c.fetched_at < ? AND b.sha256 = ?",
        (capture.final_url, begin, end, capture.sha256),
    ).fetchone()
    return row is not None


def of_moment(sql: sqlite3.Connection, url: str, made: datetime) -> int | None:
    """The id of the capture of a URL that was made in this second, if it brought a payload."""
    row = sql.execute(
        "SELECT c.id FROM captures c JOIN bodies b ON b.id = c.body_id"
        " WHERE c.final_url = ? AND c.fetched_at >= ? AND c.fetched_at < ? AND b.size > 0"
        " ORDER BY c.fetched_at LIMIT 1",
        (url, *_second(made)),
    ).fetchone()
    return row[0] if row else None


def portal_of_host(sql: sqlite3.Connection, host: str) -> str | None:
    """The key of a portal that has captures of a host."""
    for scheme in ("https", "http"):
        row = sql.execute(
            "SELECT p.key FROM captures c JOIN portals p ON p.id = c.portal_id"
            " WHERE c.final_url >= ?1 || '/' AND c.final_url < ?1 || '0' LIMIT 1",
            (f"{scheme}://{host}",),
        ).fetchone()
        if row:
            return str(row[0])
    return None


def _second(made: datetime) -> tuple[str, str]:
    """The bounds of a moment's second, as they compare with stamps."""
    whole = made.astimezone(UTC).replace(microsecond=0)
    return stamp(whole)[:19], stamp(whole + timedelta(seconds=1))[:19]


def load(sql: sqlite3.Connection, capture_id: int) -> Capture:
    """A capture as it was stored, with its payload."""
    record = _record(sql.execute(_ONE, (capture_id,)).fetchone())
    return Capture(
        record.url,
        record.final_url,
        record.fetched_at,
        record.status,
        record.headers,
        payload(sql, capture_id),
        peer=record.peer,
        source=record.source,
    )


def payload(sql: sqlite3.Connection, capture_id: int) -> bytes:
    """The bytes of a capture, checked against their digest; ArchiveError when they are no longer what was stored."""
    row = sql.execute("SELECT body_id FROM captures WHERE id = ?", (capture_id,)).fetchone()
    if row is None:
        raise PortalArchiverError(f"the archive has no capture {capture_id}; `show ID` lists those of an article")
    return payloads.load(sql, row[0])


def latest_page(sql: sqlite3.Connection, portal: str, url: str) -> Capture | None:
    """The last capture of a crawl that brought the page at a URL, if it is among the last 20,000 of the archive."""
    row = sql.execute(_LATEST, (url, portal)).fetchone()
    if row is None:
        return None
    capture_id, url, final_url, fetched_at, status, headers = row
    pairs = tuple((name, value) for name, value in json.loads(headers))
    return Capture(url, final_url, moment(fetched_at), status, pairs, payload(sql, capture_id))
