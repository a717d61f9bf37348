"""What the pages of a portal taught of its templates, version by version; and the captures to learn from."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from portal_archiver.errors import ArchiveError
from portal_archiver.model import Article, Capture, Link, Outcome, Profile
from portal_archiver.store import articles, captures, identity, revisions
from portal_archiver.store.frontier import seen_as
from portal_archiver.store.times import maybe_moment, moment, stamp

SHOWN_AGAIN = 20  # pages of which an earlier capture is looked at, too: what moves by itself shows so
REPORTS = 0.75  # share of the sample that are pages of reports
# The last capture of each page, the newest first.
_PAGES = """
SELECT max(id) FROM captures
 WHERE portal_id = ? AND parser IS NOT NULL AND status IN (200, 203) AND article_id IS {} NULL AND fetched_at >= ?
   AND fetched_at < ?
 GROUP BY final_url ORDER BY max(fetched_at) DESC, max(id) DESC LIMIT ?
"""
_EARLIER = """
SELECT e.id FROM captures c JOIN captures e ON e.final_url = c.final_url AND e.id < c.id AND e.body_id <> c.body_id
 WHERE c.id = ? AND e.parser IS NOT NULL AND e.status IN (200, 203) ORDER BY e.id DESC LIMIT 1
"""


def keep(sql: sqlite3.Connection, portal_id: int, profile: Profile) -> bool:
    """Add a profile, unless the one in force since the same moment or before says the same; whether it was added."""
    before = [known for known in of_portal(sql, portal_id) if known.since <= profile.since]
    if before and before[-1].digest == profile.digest:
        return False
    sql.execute(
        "INSERT INTO profiles (portal_id, since, learned_at, from_run, digest, templates, lesson)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            portal_id, stamp(profile.since), stamp(profile.learned_at), profile.from_run, profile.digest,
            json.dumps([dict(each) for each in profile.templates], ensure_ascii=False),
            json.dumps(profile.lesson, ensure_ascii=False),
        ),
    )  # fmt: skip
    return True


def of_portal(sql: sqlite3.Connection, portal_id: int) -> tuple[Profile, ...]:
    """The profiles in the order of the captures they are in force for; of one moment the one learned last."""
    rows = sql.execute(
        "SELECT since, learned_at, from_run, digest, templates, lesson FROM profiles WHERE portal_id = ?"
        " ORDER BY since, learned_at, id",
        (portal_id,),
    )
    found: dict[str, Profile] = {}
    for since, learned_at, from_run, digest, templates, lesson in rows:
        selectors = tuple(json.loads(templates))
        found[since] = Profile(selectors, moment(since), moment(learned_at), digest, from_run, json.loads(lesson))
    return tuple(found.values())


def last_run(sql: sqlite3.Connection, portal_id: int) -> int | None:
    """The id of a portal's last run, of which a profile tells that it was learned after it."""
    row = sql.execute("SELECT max(id) FROM runs WHERE portal_id = ?", (portal_id,)).fetchone()
    return row[0] if row else None


def sample(
    sql: sqlite3.Connection, portal_id: int, limit: int, since: datetime | None, until: datetime | None
) -> list[tuple[Capture, Link | None]]:
    """Pages to learn from, with what listings said of them: the newest captures of at most `limit` pages, mostly
    reports, and of a few pages an earlier one. Damaged payloads are left out."""
    begin, end = stamp(since) if since else "", stamp(until) if until else "9"
    reports = _ids(sql, _PAGES.format("NOT"), portal_id, begin, end, limit)
    others = _ids(sql, _PAGES.format(""), portal_id, begin, end, limit)
    some = reports[: max(round(REPORTS * limit), limit - len(others))]
    chosen = some + others[: limit - len(some)]
    earlier = (row for one in some[:SHOWN_AGAIN] if (row := sql.execute(_EARLIER, (one,)).fetchone()))
    found = []
    for capture_id in [*chosen, *(row[0] for row in earlier)]:
        try:
            capture = captures.load(sql, capture_id)
        except ArchiveError:
            continue
        found.append((capture, seen_as(sql, portal_id, capture.url)))
    return found


def report_pages(sql: sqlite3.Connection, portal_id: int, most: int) -> int:
    """How many pages of a portal show a report, counted as far as `most`."""
    asked = (
        "SELECT count(*) FROM (SELECT 1 FROM captures WHERE portal_id = ? AND parser IS NOT NULL"
        " AND article_id IS NOT NULL AND status IN (200, 203) GROUP BY final_url LIMIT ?)"
    )
    return int(sql.execute(asked, (portal_id, most)).fetchone()[0])


def last_tried(sql: sqlite3.Connection, portal_id: int) -> datetime | None:
    """When a run of a portal last tried to learn by itself."""
    asked = "SELECT max(finished_at) FROM runs WHERE portal_id = ? AND learning IS NOT NULL"
    return maybe_moment(sql.execute(asked, (portal_id,)).fetchone()[0])


def known_before(sql: sqlite3.Connection, portal_id: int, capture: Capture, before: datetime) -> Article | None:
    """What the captures before a moment had shown of the report that the URL of this one leads to."""
    urls = (identity.canonical(url) for url in (capture.url, capture.final_url))
    article_id = articles.of_url(sql, portal_id, *urls)
    row = sql.execute(
        "SELECT r.id FROM revisions r JOIN captures c ON c.id = r.capture_id"
        " WHERE r.article_id = ? AND c.fetched_at < ? ORDER BY r.number DESC LIMIT 1",
        (article_id, stamp(before)),
    ).fetchone()
    return revisions.load(sql, row[0]) if row else None


def look(sql: sqlite3.Connection, url: str, made: datetime) -> tuple[Capture, Outcome] | None:
    """What a final URL brought at a moment, and what that turned out to be, as the archive has it now."""
    row = sql.execute(
        "SELECT id, article_id, (SELECT number FROM revisions WHERE capture_id = captures.id) FROM captures"
        " WHERE final_url = ? AND fetched_at = ? ORDER BY id DESC LIMIT 1",
        (url, stamp(made)),
    ).fetchone()
    if row is None:
        return None
    capture_id, article_id, number = row
    found: Outcome = "unchanged" if number is None else "new" if number == 1 else "changed"
    return captures.load(sql, capture_id), found if article_id is not None else "not-an-article"


def _ids(sql: sqlite3.Connection, select: str, *values: object) -> list[int]:
    return [row[0] for row in sql.execute(select, values)]
