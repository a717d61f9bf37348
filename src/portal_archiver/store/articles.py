"""Articles: which one a page shows, whether it is new, changed or known, and what the archive holds of it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from portal_archiver.errors import UnknownArticleError
from portal_archiver.model import Archived, Capture, Dateline, Outcome, Page, Saved
from portal_archiver.store import captures, history, identity, index, licenses, lifetimes, revisions, stories
from portal_archiver.store.history import Reread
from portal_archiver.store.identity import INFERRED, Standing, Verdict
from portal_archiver.store.revisions import Read
from portal_archiver.store.sighting import Sighting, sight
from portal_archiver.store.times import moment, stamp

VIETNAM = timezone(timedelta(hours=7))


class Address(NamedTuple):
    """What the archive knows of a URL: its article, and what it showed last ("" if it was never asked for)."""

    article_id: int
    shown: str


def save(sql: sqlite3.Connection, capture: Capture, page: Page, portal_id: int, reread: Reread | None = None) -> Saved:
    """Store a capture and what was understood of it; one that is older than others finds its place among them."""
    capture_id = captures.store(sql, capture, portal_id, licenses.ensure(sql, page.license), parser=page.parser)
    sighting = sight(capture, page, portal_id, capture_id)
    if sighting is None:
        attach_by_url(sql, capture_id, capture, portal_id)
        return Saved(None, "not-an-article")
    known = identify(sql, sighting)
    if known is None:
        return add(sql, sighting)
    if history.is_past(sql, known, sighting.seen_at):
        return _insert(sql, known, sighting, reread)
    return compare(sql, known, sighting)


def keep(sql: sqlite3.Connection, capture: Capture, portal_id: int, *, unread: bool = False) -> int:
    """Store a capture that is no page, or one that could not be read (`unread`)."""
    capture_id = captures.store(sql, capture, portal_id, parser="" if unread else None)
    attach_by_url(sql, capture_id, capture, portal_id)
    return capture_id


def attach_by_url(sql: sqlite3.Connection, capture_id: int, capture: Capture, portal_id: int) -> bool:
    """Attach what shows no article to the one of its URL, if there is one; a 304 confirms that it still stands."""
    for url in dict.fromkeys((capture.url, capture.final_url)):
        if address := _address(sql, portal_id, identity.canonical(url)):
            seen_at = stamp(capture.fetched_at)
            if capture.status == 304:
                confirm(sql, capture_id, address.article_id, capture.final_url, seen_at)
            else:
                captures.attach(sql, capture_id, address.article_id)
            return True
    return False


def confirm(sql: sqlite3.Connection, capture_id: int, article_id: int, url: str, seen_at: str) -> None:
    """Attach a 304 to an article: what its URL showed before still stood."""
    shown = captures.last_shown(sql, article_id, identity.canonical(url), seen_at)
    captures.attach(sql, capture_id, article_id, shown.revision_id if shown else revisions.latest(sql, article_id).id)
    seen(sql, article_id, seen_at)


def of_url(sql: sqlite3.Connection, portal_id: int, *urls: str | None) -> int | None:
    """The article of the first of some canonical URLs that is one's."""
    found = (address for url in urls if url and (address := _address(sql, portal_id, url)))
    return next((address.article_id for address in found), None)


def _address(sql: sqlite3.Connection, portal_id: int, url: str) -> Address | None:
    row = sql.execute(
        "SELECT article_id, shown FROM article_urls WHERE portal_id = ? AND url = ?", (portal_id, url)
    ).fetchone()
    return Address(*row) if row else None


def identify(sql: sqlite3.Connection, sighting: Sighting) -> int | None:
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


def add(sql: sqlite3.Connection, sighting: Sighting) -> Saved:
    """A new article, as one page shows it."""
    taken = sighting.claimed is None or _address(sql, sighting.portal_id, sighting.claimed) is not None
    cursor = sql.execute(
        "INSERT INTO articles (portal_id, url, kind, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)",
        (
            sighting.portal_id, sighting.answered if taken else sighting.claimed, sighting.kind,
            sighting.seen_at, sighting.seen_at,
        ),
    )  # fmt: skip
    article_id = int(cursor.lastrowid or 0)
    _remember(sql, article_id, _revise(sql, article_id, 1, sighting), sighting)
    return Saved(article_id, "new")


def compare(sql: sqlite3.Connection, article_id: int, sighting: Sighting) -> Saved:
    """Hold a page against the article's latest revision, and write what is new."""
    address = _address(sql, sighting.portal_id, sighting.answered)
    shown = address.shown if address else ""
    before = captures.last_shown(sql, article_id, sighting.answered) if shown else None
    url, content_key = sql.execute("SELECT url, content_key FROM articles WHERE id = ?", (article_id,)).fetchone()
    latest = revisions.latest(sql, article_id)
    found = identity.verdict(
        Standing(latest.digest, latest.published, content_key),
        sighting.prints,
        sighting.article.published,
        shown=shown,
        same_bytes=before is not None and before.sha256 == sighting.sha256,
    )
    revision_id = latest.id
    if found == "edited":
        index.remove(sql, article_id)
        revision_id = _revise(sql, article_id, latest.number + 1, sighting)
    elif found == "same" and url in (sighting.answered, sighting.asked):
        _refresh(sql, article_id, latest, sighting)
    elif found == "as before" and before is not None:
        revision_id = before.revision_id
    _remember(sql, article_id, revision_id, sighting)
    return Saved(article_id, _outcome(found, known=shown != ""))


def _insert(sql: sqlite3.Connection, article_id: int, sighting: Sighting, reread: Reread | None) -> Saved:
    """Give a page its place among those that are known of its article, where others are later."""
    placed = history.insert(sql, article_id, sighting, reread)
    if placed.is_latest:
        index.remove(sql, article_id)
        _point_at(sql, article_id, placed.revision_id, sighting)
    captures.attach(sql, sighting.capture_id, article_id, placed.revision_id)
    seen(sql, article_id, sighting.seen_at)
    last = captures.last_shown(sql, article_id, sighting.answered)
    remember_urls(sql, article_id, sighting, past=last is not None and last.capture_id != sighting.capture_id)
    return Saved(article_id, placed.outcome)


def _outcome(found: Verdict, *, known: bool) -> Outcome:
    if found == "edited":
        return "changed"
    return "unchanged" if known else "duplicate"


def _revise(sql: sqlite3.Connection, article_id: int, number: int, sighting: Sighting) -> int:
    revision_id = revisions.insert(sql, article_id, number, sighting.capture_id, sighting.read)
    _point_at(sql, article_id, revision_id, sighting)
    return revision_id


def _refresh(sql: sqlite3.Connection, article_id: int, latest: revisions.Latest, sighting: Sighting) -> None:
    """What makes no revision (section, attachments, a date from a listing) is kept as it was read last."""
    published = identity.better_dateline(latest.published, sighting.article.published)
    renewed = replace(sighting, article=replace(sighting.article, published=published))
    if (latest.reading, latest.parser) != (identity.reading_digest(renewed.article), renewed.parser):
        reread(sql, article_id, latest.id, renewed)


def reread(sql: sqlite3.Connection, article_id: int, revision_id: int, sighting: Sighting) -> None:
    """Put another reading in the place of the one that the article's latest revision has."""
    index.remove(sql, article_id)
    revisions.reread(sql, revision_id, sighting.read)
    _point_at(sql, article_id, revision_id, sighting)


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
    revisions.reread(sql, latest.id, Read(article, latest.digest, latest.parser))
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
        "UPDATE articles SET revision_id = ?, kind = ?, published = ?, content_key = ? WHERE id = ?",
        (
            revision_id, sighting.kind, published.value.isoformat() if published else None, sighting.prints.content_key,
            article_id,
        ),
    )  # fmt: skip
    index.add(sql, article_id)
    stories.update(sql, article_id)


def _remember(sql: sqlite3.Connection, article_id: int, revision_id: int, sighting: Sighting) -> None:
    captures.attach(sql, sighting.capture_id, article_id, revision_id)
    seen(sql, article_id, sighting.seen_at)
    remember_urls(sql, article_id, sighting)


def remember_urls(sql: sqlite3.Connection, article_id: int, sighting: Sighting, *, past: bool = False) -> None:
    """Note the URLs of a page, and what it showed; a URL that belongs to another article stays there.

    What a URL showed in the `past` is not what it showed last.
    """
    sql.execute(
        "INSERT INTO article_urls (portal_id, url, article_id, shown) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET shown = excluded.shown"
        " WHERE article_id = excluded.article_id AND shown <> excluded.shown AND (shown = '' OR NOT ?5)",
        (sighting.portal_id, sighting.answered, article_id, sighting.prints.shown, past),
    )
    for url in {sighting.claimed, sighting.asked} - {sighting.answered, None}:
        sql.execute(
            "INSERT OR IGNORE INTO article_urls (portal_id, url, article_id) VALUES (?, ?, ?)",
            (sighting.portal_id, url, article_id),
        )


def seen(sql: sqlite3.Connection, article_id: int, seen_at: str) -> None:
    """Widen the time in which an article was seen to a moment."""
    sql.execute(
        "UPDATE articles SET first_seen = min(first_seen, ?1), last_seen = max(last_seen, ?1) WHERE id = ?2",
        (seen_at, article_id),
    )


def load(sql: sqlite3.Connection, article_id: int, *, with_frontier: bool = True) -> Archived:
    """An article as the archive holds it; UnknownArticleError when there is none of this id.

    The frontier says since when it is gone; without it that stays unsaid.
    """
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
        license=licenses.load(sql, license_in_force(sql, article_id, revision_id)),
        revision=number,
        first_seen=moment(first_seen),
        last_seen=moment(last_seen),
        urls=tuple(found for (found,) in urls),
        gone_since=lifetimes.gone_since(sql, article_id) if with_frontier else None,
    )


def license_in_force(sql: sqlite3.Connection, article_id: int, revision_id: int) -> int | None:
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
