"""Articles: which one a page shows, whether it is new, changed or known, and what the archive holds of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from portal_archiver.errors import UnknownArticleError
from portal_archiver.model import REPORT_KINDS, Archived, Article, Capture, Dateline, Kind, Outcome, Page, Saved
from portal_archiver.store import captures, identity, index, licenses, revisions
from portal_archiver.store.identity import Fingerprints
from portal_archiver.store.times import moment, stamp

INFERRED = ("url", "body")  # origins of a dateline that nobody gave: a listing's word is better
VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture of a page that shows an article.

    `answered` is the URL that answered, `claimed` the page's believable rel=canonical, `asked` the URL before any
    redirect; all canonical.
    """

    portal_id: int
    capture_id: int
    seen_at: str
    answered: str
    claimed: str | None
    asked: str
    kind: Kind
    article: Article
    prints: Fingerprints


class Address(NamedTuple):
    """What the archive knows of a URL: its article, and what it showed last ("" if it was never asked for)."""

    article_id: int
    shown: str


def save(sql: sqlite3.Connection, capture: Capture, page: Page, portal_id: int) -> Saved:
    """Store a capture and what was understood of it."""
    capture_id = captures.store(sql, capture, portal_id, licenses.ensure(sql, page.license))
    if page.article is None or page.kind not in REPORT_KINDS:
        _attach_by_url(sql, capture_id, capture, portal_id)
        return Saved(None, "not-an-article")
    sighting = _sighting(capture, page, page.article, portal_id, capture_id)
    known = _identify(sql, sighting)
    article_id = _add(sql, sighting) if known is None else known
    outcome: Outcome = "new" if known is None else _compare(sql, known, sighting)
    _remember(sql, article_id, sighting)
    return Saved(article_id, outcome)


def keep(sql: sqlite3.Connection, capture: Capture, portal_id: int) -> int:
    """Store a capture that is no page; a 304 for an article's URL confirms that the article still stands."""
    capture_id = captures.store(sql, capture, portal_id)
    article_id = _attach_by_url(sql, capture_id, capture, portal_id)
    if article_id is not None and capture.status == 304:
        _seen(sql, article_id, stamp(capture.fetched_at))
    return capture_id


def _attach_by_url(sql: sqlite3.Connection, capture_id: int, capture: Capture, portal_id: int) -> int | None:
    for url in dict.fromkeys((capture.url, capture.final_url)):
        if address := _address(sql, portal_id, identity.canonical(url)):
            captures.attach(sql, capture_id, address.article_id)
            return address.article_id
    return None


def _sighting(capture: Capture, page: Page, article: Article, portal_id: int, capture_id: int) -> Sighting:
    return Sighting(
        portal_id=portal_id,
        capture_id=capture_id,
        seen_at=stamp(capture.fetched_at),
        answered=identity.canonical(capture.final_url),
        claimed=identity.claimed_url(capture, page),
        asked=identity.canonical(capture.url),
        kind=page.kind,
        article=article,
        prints=identity.fingerprints(article),
    )


def _address(sql: sqlite3.Connection, portal_id: int, url: str) -> Address | None:
    row = sql.execute(
        "SELECT article_id, shown FROM article_urls WHERE portal_id = ? AND url = ?", (portal_id, url)
    ).fetchone()
    return Address(*row) if row else None


def _identify(sql: sqlite3.Connection, sighting: Sighting) -> int | None:
    """The article a page shows, if it is known: by the URL that answered, by the canonical or asked one, by content."""
    if address := _address(sql, sighting.portal_id, sighting.answered):
        return address.article_id
    for url in filter(None, (sighting.claimed, sighting.asked)):
        address = _address(sql, sighting.portal_id, url)
        if address is not None and _plausible(sql, address.article_id, sighting):
            return address.article_id
    return _same_content(sql, sighting)


def _plausible(sql: sqlite3.Connection, article_id: int, sighting: Sighting) -> bool:
    """Redirects and rel=canonical lie on many portals: all dead links lead to one page, all pages claim one URL."""
    latest = revisions.latest(sql, article_id)
    if latest.digest == sighting.prints.version:
        return True
    return identity.may_be_versions(revisions.load(sql, latest.id), sighting.article)


def _same_content(sql: sqlite3.Connection, sighting: Sighting) -> int | None:
    if sighting.prints.content_key is None:
        return None
    rows = sql.execute(
        "SELECT id, published FROM articles WHERE portal_id = ? AND content_key = ? ORDER BY id",
        (sighting.portal_id, sighting.prints.content_key),
    ).fetchall()
    published = sighting.article.published
    return next((article_id for article_id, before in rows if identity.same_day(before, published)), None)


def _add(sql: sqlite3.Connection, sighting: Sighting) -> int:
    taken = sighting.claimed is None or _address(sql, sighting.portal_id, sighting.claimed) is not None
    cursor = sql.execute(
        "INSERT INTO articles (portal_id, url, kind, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)",
        (
            sighting.portal_id, sighting.answered if taken else sighting.claimed, sighting.kind,
            sighting.seen_at, sighting.seen_at,
        ),
    )  # fmt: skip
    article_id = int(cursor.lastrowid or 0)
    _revise(sql, article_id, 1, sighting)
    return article_id


def _compare(sql: sqlite3.Connection, article_id: int, sighting: Sighting) -> Outcome:
    """Hold a page against the article's latest revision, and write what is new.

    A URL that shows what it showed before has not changed, whatever another URL of the article showed since; and a
    URL seen for the first time is a duplicate if title and body agree. Else a print version without the photos would
    make two revisions every night.
    """
    address = _address(sql, sighting.portal_id, sighting.answered)
    known = address is not None and address.shown != ""
    url, content_key = sql.execute("SELECT url, content_key FROM articles WHERE id = ?", (article_id,)).fetchone()
    latest = revisions.latest(sql, article_id)
    dates_differ = identity.datelines_differ(latest.published, sighting.article.published)
    if latest.digest == sighting.prints.version and not dates_differ:
        if url in (sighting.answered, sighting.asked):
            _reread(sql, article_id, latest, sighting)
        return "unchanged" if known else "duplicate"
    if known and address is not None and address.shown == sighting.prints.shown:
        return "unchanged"
    if not known and sighting.prints.content_key is not None and sighting.prints.content_key == content_key:
        return "duplicate"
    index.remove(sql, article_id)
    _revise(sql, article_id, latest.number + 1, sighting)
    return "changed"


def _revise(sql: sqlite3.Connection, article_id: int, number: int, sighting: Sighting) -> None:
    revision_id = revisions.insert(
        sql, article_id, number, sighting.capture_id, sighting.prints.version, sighting.article
    )
    _point_at(sql, article_id, revision_id, sighting)


def _reread(sql: sqlite3.Connection, article_id: int, latest: revisions.Latest, sighting: Sighting) -> None:
    """What makes no revision (section, attachments, a date from a listing) is kept as it was read last."""
    published = identity.better_dateline(latest.published, sighting.article.published)
    article = replace(sighting.article, published=published)
    if latest.reading != identity.reading_digest(article):
        index.remove(sql, article_id)
        revisions.reread(sql, latest.id, article)
        _point_at(sql, article_id, latest.id, replace(sighting, article=article))


def learn_date(sql: sqlite3.Connection, portal_id: int, url: str, listed: Dateline) -> bool:
    """Take a date that a listing gives for an article whose page shows none; says whether it was needed.

    A listing may be read after the page, and the page is then not asked for again: it has not changed. A date later
    than the day on which the page was last seen is an error of the listing.
    """
    address = _address(sql, portal_id, url)
    if address is None or _day(listed.value) > _last_seen_day(sql, address.article_id):
        return False
    latest = revisions.latest(sql, address.article_id)
    if latest.published is not None and latest.published.origin not in INFERRED:
        return False
    article = replace(revisions.load(sql, latest.id), published=replace(listed, origin="listing"))
    index.remove(sql, address.article_id)
    revisions.reread(sql, latest.id, article)
    sql.execute("UPDATE articles SET published = ? WHERE id = ?", (listed.value.isoformat(), address.article_id))
    index.add(sql, address.article_id)
    return True


def _last_seen_day(sql: sqlite3.Connection, article_id: int) -> date:
    (last_seen,) = sql.execute("SELECT last_seen FROM articles WHERE id = ?", (article_id,)).fetchone()
    return _day(moment(last_seen))


def _day(value: date | datetime) -> date:
    """The calendar day in Vietnam."""
    return value.astimezone(VIETNAM).date() if isinstance(value, datetime) else value


def _point_at(sql: sqlite3.Connection, article_id: int, revision_id: int, sighting: Sighting) -> None:
    published = sighting.article.published
    sql.execute(
        "UPDATE articles SET revision_id = ?, kind = ?, published = ?, content_key = ?, section = ?"
        " WHERE id = ?",
        (
            revision_id, sighting.kind, published.value.isoformat() if published else None, sighting.prints.content_key,
            sighting.article.section, article_id,
        ),
    )  # fmt: skip
    index.add(sql, article_id)


def _remember(sql: sqlite3.Connection, article_id: int, sighting: Sighting) -> None:
    """Attach the capture and the URLs; a URL that belongs to another article stays there."""
    captures.attach(sql, sighting.capture_id, article_id)
    _seen(sql, article_id, sighting.seen_at)
    sql.execute(
        "INSERT INTO article_urls (portal_id, url, article_id, shown) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET shown = excluded.shown WHERE article_id = excluded.article_id",
        (sighting.portal_id, sighting.answered, article_id, sighting.prints.shown),
    )
    for url in {sighting.claimed, sighting.asked} - {sighting.answered, None}:
        sql.execute(
            "INSERT OR IGNORE INTO article_urls (portal_id, url, article_id) VALUES (?, ?, ?)",
            (sighting.portal_id, url, article_id),
        )


def _seen(sql: sqlite3.Connection, article_id: int, seen_at: str) -> None:
    sql.execute(
        "UPDATE articles SET first_seen = min(first_seen, ?1), last_seen = max(last_seen, ?1) WHERE id = ?2",
        (seen_at, article_id),
    )


def load(sql: sqlite3.Connection, article_id: int) -> Archived:
    """An article as the archive holds it; UnknownArticleError when there is none of this id."""
    row = sql.execute(
        "SELECT p.key, a.url, a.kind, a.revision_id, r.number, a.first_seen, a.last_seen FROM articles a"
        " JOIN portals p ON p.id = a.portal_id JOIN revisions r ON r.id = a.revision_id WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        raise UnknownArticleError(f"the archive has no article {article_id}; `portal-archiver search` shows the ids")
    portal, url, kind, revision_id, number, first_seen, last_seen = row
    urls = sql.execute("SELECT url FROM article_urls WHERE article_id = ? ORDER BY url <> ?, url", (article_id, url))
    return Archived(
        id=article_id,
        portal=portal,
        url=url,
        kind=kind,
        article=revisions.load(sql, revision_id),
        license=licenses.load(sql, _license_in_force(sql, article_id, revision_id)),
        revision=number,
        first_seen=moment(first_seen),
        last_seen=moment(last_seen),
        urls=tuple(found for (found,) in urls),
    )


def _license_in_force(sql: sqlite3.Connection, article_id: int, revision_id: int) -> int | None:
    """The footer beside the revision; if none was read there, the last one beside the article."""
    row = sql.execute(
        "SELECT c.license_id FROM captures c WHERE c.article_id = ? AND c.license_id IS NOT NULL"
        " ORDER BY c.id <> (SELECT capture_id FROM revisions WHERE id = ?), c.fetched_at DESC LIMIT 1",
        (article_id, revision_id),
    ).fetchone()
    return row[0] if row else None


def must_exist(sql: sqlite3.Connection, article_id: int) -> None:
    """UnknownArticleError when there is no article of this id."""
    if sql.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone() is None:
        raise UnknownArticleError(f"the archive has no article {article_id}; `portal-archiver search` shows the ids")
