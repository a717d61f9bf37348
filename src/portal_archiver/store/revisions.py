"""Revisions: one row for each version of a report, with its photos and attachments."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from portal_archiver.model import Article, Attachment, Dateline, Photo, Revision
from portal_archiver.store.identity import reading_digest
from portal_archiver.store.times import day_or_moment, maybe_moment, moment

_COLUMNS = (
    "reading", "title", "lead", "body", "body_html", "author", "section", "language",
    "published", "published_origin", "published_raw", "updated", "updated_origin", "updated_raw",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO revisions (article_id, number, capture_id, digest, parser, {', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 5))})"
)
_UPDATE = f"UPDATE revisions SET digest = ?, parser = ?, {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?"
_SELECT = f"SELECT {', '.join(_COLUMNS[1:])} FROM revisions WHERE id = ?"
_HISTORY = """
SELECT r.id, r.number, c.fetched_at, b.sha256, c.id, c.final_url, r.parser,
       (SELECT max(s.fetched_at) FROM captures s WHERE s.article_id = r.article_id AND s.revision_id = r.id)
  FROM revisions r JOIN captures c ON c.id = r.capture_id JOIN bodies b ON b.id = c.body_id
 WHERE r.article_id = ? ORDER BY r.number
"""


class Latest(NamedTuple):
    """What is needed of an article's latest revision to tell whether a page shows another."""

    id: int
    number: int
    digest: str
    reading: str
    parser: str
    capture_id: int
    published: Dateline | None


class Read(NamedTuple):
    """A reading of a page: the report, the digest of what makes a revision of it, and the version of the parser."""

    article: Article
    digest: str
    parser: str


def insert(sql: sqlite3.Connection, article_id: int, number: int, capture_id: int, read: Read) -> int:
    """Add a revision; returns its id."""
    cursor = sql.execute(_INSERT, (article_id, number, capture_id, read.digest, read.parser, *_row(read.article)))
    revision_id = int(cursor.lastrowid or 0)
    _write_media(sql, revision_id, read.article)
    return revision_id


def reread(sql: sqlite3.Connection, revision_id: int, read: Read) -> None:
    """Put another reading of the same version, a fuller or a better one, in the place of the former."""
    article = read.article
    sql.execute(_UPDATE, (read.digest, read.parser, *_row(article), revision_id))
    sql.execute("DELETE FROM photos WHERE revision_id = ?", (revision_id,))
    sql.execute("DELETE FROM attachments WHERE revision_id = ?", (revision_id,))
    _write_media(sql, revision_id, article)


def remove(sql: sqlite3.Connection, revision_id: int) -> None:
    """Drop a revision that nothing points at any more."""
    for table in ("photos", "attachments"):
        sql.execute(f"DELETE FROM {table} WHERE revision_id = ?", (revision_id,))
    sql.execute("DELETE FROM revisions WHERE id = ?", (revision_id,))


def _row(article: Article) -> tuple[str | None, ...]:
    return (
        reading_digest(article), article.title, article.lead, article.body, article.body_html,
        article.author, article.section, article.language,
        *_dateline_columns(article.published), *_dateline_columns(article.updated),
    )  # fmt: skip


def _write_media(sql: sqlite3.Connection, revision_id: int, article: Article) -> None:
    if article.photos:
        sql.executemany(
            "INSERT INTO photos (revision_id, n, url, caption, credit, position) VALUES (?, ?, ?, ?, ?, ?)",
            [(revision_id, n, p.url, p.caption, p.credit, p.position) for n, p in enumerate(article.photos)],
        )
    if article.attachments:
        sql.executemany(
            "INSERT INTO attachments (revision_id, n, url, title, media_type) VALUES (?, ?, ?, ?, ?)",
            [(revision_id, n, a.url, a.title, a.media_type) for n, a in enumerate(article.attachments)],
        )


def latest(sql: sqlite3.Connection, article_id: int) -> Latest:
    """The latest revision of an article that exists."""
    row = sql.execute(
        "SELECT r.id, r.number, r.digest, r.reading, r.parser, r.capture_id,"
        " r.published, r.published_origin, r.published_raw"
        " FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    revision_id, number, digest, reading, parser, capture_id, *published = row
    return Latest(revision_id, number, digest, reading, parser, capture_id, _dateline(*published))


def load(sql: sqlite3.Connection, revision_id: int) -> Article:
    """The article as this revision has it."""
    title, lead, body, body_html, author, section, language, *dates = sql.execute(_SELECT, (revision_id,)).fetchone()
    photos = sql.execute(
        "SELECT url, caption, credit, position FROM photos WHERE revision_id = ? ORDER BY n", (revision_id,)
    )
    attachments = sql.execute(
        "SELECT url, title, media_type FROM attachments WHERE revision_id = ? ORDER BY n", (revision_id,)
    )
    return Article(
        title=title,
        lead=lead,
        body=body,
        body_html=body_html,
        author=author,
        section=section,
        language=language,
        published=_dateline(*dates[:3]),
        updated=_dateline(*dates[3:]),
        photos=tuple(Photo(*photo) for photo in photos),
        attachments=tuple(Attachment(*attachment) for attachment in attachments),
    )


def history(sql: sqlite3.Connection, article_id: int) -> tuple[Revision, ...]:
    """All revisions of an article, the first one first, each with the capture that first showed it."""
    rows = sql.execute(_HISTORY, (article_id,)).fetchall()
    return tuple(
        Revision(
            number=number,
            article=load(sql, revision_id),
            captured_at=moment(captured_at),
            sha256=sha256,
            capture_id=capture_id,
            url=url,
            last_seen=maybe_moment(last_seen) or moment(captured_at),
            parser=parser,
        )
        for revision_id, number, captured_at, sha256, capture_id, url, parser, last_seen in rows
    )


def _dateline_columns(dateline: Dateline | None) -> tuple[str | None, str | None, str | None]:
    return (dateline.value.isoformat(), dateline.origin, dateline.raw) if dateline else (None, None, None)


def _dateline(value: str | None, origin: Any, raw: str | None) -> Dateline | None:
    return Dateline(day_or_moment(value), origin=origin, raw=raw or "") if value else None
