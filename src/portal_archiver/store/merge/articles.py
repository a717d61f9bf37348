"""The articles of two archives as one: what theirs alone has comes as it is, the others get a common history."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from portal_archiver.model import PAGE_STATUSES, Dateline
from portal_archiver.store import articles, captures, identity, index, revisions, stories, watches
from portal_archiver.store.merge.both import Both, dicts, insert, update
from portal_archiver.store.merge.history import Reading, Sighting, Version, replay
from portal_archiver.store.merge.identities import Node, families
from portal_archiver.store.times import day_or_moment

Tell = Callable[[int], None]
_SIGHTINGS = (
    "SELECT c.id, c.fetched_at, c.final_url, c.parser, b.sha256, c.revision_id FROM captures c"
    " JOIN bodies b ON b.id = c.body_id WHERE c.article_id = ? AND c.revision_id IS NOT NULL"
)
_FIRST_SHOWN_AT = "SELECT c.final_url FROM revisions r JOIN captures c ON c.id = r.capture_id WHERE r.article_id = ?"
_REVISIONS = "SELECT digest, reading FROM revisions WHERE article_id = ?"
_MEDIA = ("photos", "attachments")


def merge(both: Both, tell: Tell) -> None:
    """Bring their articles into ours; their captures must be there already."""
    found = families(both)
    done = 0
    for family in found.all():
        tell(done := done + 1)
        _Joining(both, family).join()
    for (number,) in both.theirs.execute("SELECT id FROM articles ORDER BY id"):
        if found.is_alone(Node("theirs", number)):
            tell(done := done + 1)
            _adopt(both, number)
    _claim_captures(both)


# --- articles that we do not have -------------------------------------------------------------------------------------


def _adopt(both: Both, number: int) -> None:
    """Take an article as it is, with all its revisions."""
    row = next(iter(dicts(both.theirs, "SELECT * FROM articles WHERE id = ?", (number,))))
    latest = row.pop("revision_id")
    row |= {"id": None, "portal_id": both.portals[row["portal_id"]], "revision_id": None, "docid": None}
    ours = insert(both.ours, "articles", row)
    rows: dict[int, int] = {}
    for revision in dicts(both.theirs, "SELECT * FROM revisions WHERE article_id = ? ORDER BY number", (number,)):
        theirs = revision["id"]
        revision |= {"id": None, "article_id": ours, "capture_id": both.capture(revision["capture_id"])}
        rows[theirs] = insert(both.ours, "revisions", revision)
        for table in _MEDIA:
            for media in dicts(both.theirs, f"SELECT * FROM {table} WHERE revision_id = ?", (theirs,)):
                insert(both.ours, table, media | {"revision_id": rows[theirs]})
    update(both.ours, "articles", ours, {"revision_id": rows[latest]})
    _take_captures(both, number, ours, rows)
    for url, shown in both.theirs.execute("SELECT url, shown FROM article_urls WHERE article_id = ?", (number,)):
        _take_url(both, ours, url, shown)
    index.add(both.ours, ours)
    stories.update(both.ours, ours)


def _take_captures(both: Both, number: int, ours: int, rows: dict[int, int]) -> None:
    """Attach what they have of an article; `rows` maps its revisions to ours.

    A capture that is attached to another article of ours stays there, unless theirs alone says what it shows.
    """
    select = "SELECT id, revision_id, parser FROM captures WHERE article_id = ?"
    attach = (
        "UPDATE captures SET article_id = ?1, revision_id = ?2, parser = CASE WHEN ?2 IS NULL THEN parser ELSE ?3 END"
        " WHERE id = ?4 AND (article_id IS NULL OR (revision_id IS NULL AND ?5))"
    )
    for capture, shown, parser in both.theirs.execute(select, (number,)):
        both.ours.execute(attach, (ours, rows.get(shown), parser, both.capture(capture), shown is not None))


def _take_url(both: Both, ours: int, url: str, shown: str) -> None:
    """Note a URL of theirs for an article of ours; one that answered outweighs one that was claimed, then the first."""
    portal, *mine = both.ours.execute(
        "SELECT portal_id, first_seen, url FROM articles WHERE id = ?", (ours,)
    ).fetchone()
    known = both.ours.execute(
        "SELECT u.article_id, u.shown, a.first_seen, a.url FROM article_urls u JOIN articles a ON a.id = u.article_id"
        " WHERE u.portal_id = ? AND u.url = ?",
        (portal, url),
    ).fetchone()
    if known is None:
        row = {"portal_id": portal, "url": url, "article_id": ours, "shown": shown}
        insert(both.ours, "article_urls", row)
    elif known[0] != ours and (not shown, *mine) < (not known[1], *known[2:]):
        both.ours.execute(
            "UPDATE article_urls SET article_id = ?, shown = ? WHERE portal_id = ? AND url = ?",
            (ours, shown, portal, url),
        )


# --- articles that both have ------------------------------------------------------------------------------------------


class _Joining:
    """One article of ours (or several that theirs shows to be one) and one or several of theirs, made one of ours."""

    def __init__(self, both: Both, family: list[Node]) -> None:
        self.both = both
        self.sql = both.ours
        self.ours = sorted(node.id for node in family if node.side == "ours")
        self.theirs = sorted(node.id for node in family if node.side == "theirs")
        self.kept, *self.given_up = self.ours

    def join(self) -> None:
        """Write the common history, where theirs brings anything."""
        if not self._brings_anything():
            return
        for number in self.ours:
            index.remove(self.sql, number)
        versions, contradicted = replay(self._sightings())
        self.both.contradicted += contradicted
        values = self._values(versions[-1])
        self._take_urls()
        self._gather()
        latest = self._write(versions)
        update(self.sql, "articles", self.kept, values | {"revision_id": latest})
        for number in self.given_up:
            stories.remove(self.sql, number)
            watches.move(self.sql, number, self.kept)
            self.sql.execute("DELETE FROM articles WHERE id = ?", (number,))
        index.add(self.sql, self.kept)
        stories.update(self.sql, self.kept)

    def _brings_anything(self) -> bool:
        """A capture, a reading, a URL, or the knowledge that several of ours are one."""
        if self.given_up:
            return True
        known = set(self.sql.execute(_REVISIONS, (self.kept,)))
        for number in self.theirs:
            if not known >= set(self.both.theirs.execute(_REVISIONS, (number,))):
                return True
            captures = self.both.theirs.execute("SELECT id FROM captures WHERE article_id = ?", (number,))
            if any(self._is_loose(self.both.capture(capture)) for (capture,) in captures):
                return True
            urls = self.both.theirs.execute("SELECT portal_id, url FROM article_urls WHERE article_id = ?", (number,))
            if any(not self._is_known(self.both.portals[portal], url) for portal, url in urls):
                return True
        return False

    def _is_loose(self, capture: int) -> bool:
        select = "SELECT article_id FROM captures WHERE id = ?"
        return bool(self.sql.execute(select, (capture,)).fetchone() == (None,))

    def _is_known(self, portal: int, url: str) -> bool:
        select = "SELECT 1 FROM article_urls WHERE portal_id = ? AND url = ?"
        return self.sql.execute(select, (portal, url)).fetchone() is not None

    # --- reading ------------------------------------------------------------------------------------------------------

    def _sightings(self) -> list[Sighting]:
        """All of both; where they read one capture differently (with parsers of two versions), ours counts."""
        ours = [each for number in self.ours for each in _sightings(self.sql, number, int, ours=True)]
        read = {each.capture: each.reading.version for each in ours}
        theirs = [each for n in self.theirs for each in _sightings(self.both.theirs, n, self.both.capture, ours=False)]
        return ours + [each for each in theirs if read.get(each.capture, each.reading.version) == each.reading.version]

    def _rows(self) -> list[dict[str, Any]]:
        select = "SELECT url, kind, first_seen, last_seen FROM articles WHERE id = ?"
        sides = [(self.sql, self.ours), (self.both.theirs, self.theirs)]
        return [row for sql, numbers in sides for number in numbers for row in dicts(sql, select, (number,))]

    def _values(self, latest: Version) -> dict[str, Any]:
        rows = self._rows()
        article = latest.read.article
        return {
            "url": min(rows, key=lambda row: (row["first_seen"], row["url"]))["url"],
            "kind": max(rows, key=lambda row: (row["last_seen"], row["kind"]))["kind"],
            "first_seen": min(row["first_seen"] for row in rows),
            "last_seen": max(row["last_seen"] for row in rows),
            "published": article.published.value.isoformat() if article.published else None,
            "content_key": identity.fingerprints(article).content_key,
        }

    # --- writing ------------------------------------------------------------------------------------------------------

    def _gather(self) -> None:
        """Attach everything to the article that stays; which capture shows what is written afterwards."""
        loosen = "UPDATE captures SET article_id = ?, revision_id = NULL WHERE article_id = ?"
        # Their numbers are given anew; until then they must not stand in each other's way.
        renumber = "UPDATE revisions SET article_id = ?, number = -id WHERE article_id = ?"
        for number in self.ours:
            self.sql.execute(loosen, (self.kept, number))
            self.sql.execute(renumber, (self.kept, number))
        for number in self.theirs:
            _take_captures(self.both, number, self.kept, {})

    def _write(self, versions: list[Version]) -> int:
        """Write the revisions; rows of ours are used again where they hold one. Returns the row of the latest."""
        former = {row for (row,) in self.sql.execute("SELECT id FROM revisions WHERE article_id = ?", (self.kept,))}
        latest = 0
        for number, version in enumerate(versions, start=1):
            latest = self._write_one(number, version, [row for row in version.rows if row in former])
            former.discard(latest)
            for capture, parser in version.captures.items():
                update(self.sql, "captures", capture, {"revision_id": latest, "parser": parser})
        self.sql.execute("UPDATE articles SET revision_id = ? WHERE id = ?", (latest, self.kept))
        for number in self.given_up:
            self.sql.execute("UPDATE articles SET revision_id = NULL WHERE id = ?", (number,))
        for row in former:
            for table in _MEDIA:
                self.sql.execute(f"DELETE FROM {table} WHERE revision_id = ?", (row,))
            self.sql.execute("DELETE FROM revisions WHERE id = ?", (row,))
        return latest

    def _write_one(self, number: int, version: Version, rows: list[int]) -> int:
        read = version.read
        if not rows:
            return revisions.insert(self.sql, self.kept, number, version.first.capture, read)
        update(self.sql, "revisions", rows[0], {"number": number, "capture_id": version.first.capture})
        held = self.sql.execute("SELECT reading, parser FROM revisions WHERE id = ?", (rows[0],)).fetchone()
        if held != (identity.reading_digest(read.article), read.parser):
            revisions.reread(self.sql, rows[0], read)
        return rows[0]

    def _take_urls(self) -> None:
        """All URLs of both, each with what it showed last; called while captures are still where they were."""
        asked = _last_asked(self.sql, self.ours)
        for number in self.given_up:
            self.sql.execute("UPDATE article_urls SET article_id = ? WHERE article_id = ?", (self.kept, number))
        asked_by_them = _last_asked(self.both.theirs, self.theirs)
        for number in self.theirs:
            rows = self.both.theirs.execute("SELECT url, shown FROM article_urls WHERE article_id = ?", (number,))
            for url, shown in rows:
                _take_url(self.both, self.kept, url, shown)
                if shown and asked_by_them.get(url, "") > asked.get(url, ""):
                    self.sql.execute(
                        "UPDATE article_urls SET shown = ? WHERE article_id = ? AND url = ?", (shown, self.kept, url)
                    )


def _sightings(sql: sqlite3.Connection, number: int, our_id: Callable[[int], int], *, ours: bool) -> Iterator[Sighting]:
    readings = _readings(sql, number, ours=ours)
    copies = _copies(sql, number, {reading.shown for reading in readings.values()})
    for capture, at, url, parser, sha256, row in sql.execute(_SIGHTINGS, (number,)).fetchall():
        url = identity.canonical(url)
        exact = parser is not None and url not in copies
        yield Sighting(at, url, our_id(capture), readings[row], parser, sha256, exact)


def _readings(sql: sqlite3.Connection, number: int, *, ours: bool) -> dict[int, Reading]:
    """The revisions of an article by their ids."""
    rows = sql.execute("SELECT id, digest, parser FROM revisions WHERE article_id = ?", (number,)).fetchall()
    return {
        row: Reading(digest, revisions.load(sql, row), parser, row if ours else None) for row, digest, parser in rows
    }


def _copies(sql: sqlite3.Connection, number: int, known: set[str]) -> set[str]:
    """The URLs that only ever showed something else than any revision: a print version beside the report, say."""
    first = {identity.canonical(url) for (url,) in sql.execute(_FIRST_SHOWN_AT, (number,))}
    urls = sql.execute("SELECT url, shown FROM article_urls WHERE article_id = ?", (number,))
    return {url for url, shown in urls if shown not in known} - first


def _last_asked(sql: sqlite3.Connection, numbers: list[int]) -> dict[str, str]:
    """When each URL that answered with a page was last asked for."""
    last: dict[str, str] = {}
    pages = ", ".join(map(str, sorted(PAGE_STATUSES)))
    for number in numbers:
        select = f"SELECT final_url, fetched_at FROM captures WHERE article_id = ? AND status IN ({pages})"
        for url, at in sql.execute(select, (number,)):
            url = identity.canonical(url)
            last[url] = max(at, last.get(url, ""))
    return last


# --- what is left -----------------------------------------------------------------------------------------------------


def _claim_captures(both: Both) -> None:
    """Attach captures (a 404, say) to the article of their URL, where one archive had the one and not the other."""
    rows = both.ours.execute(
        "SELECT id, portal_id, url, final_url, fetched_at, status FROM captures WHERE article_id IS NULL"
    )
    select = (
        "SELECT u.article_id FROM article_urls u JOIN articles a ON a.id = u.article_id"
        " WHERE u.portal_id = ? AND u.url = ? AND a.first_seen <= ?"
    )
    claimed = []
    for capture, portal, url, final_url, at, status in rows:
        for each in dict.fromkeys((url, final_url)):
            if found := both.ours.execute(select, (portal, identity.canonical(each), at)).fetchone():
                claimed.append((capture, found[0], final_url, at, status))
                break
    for capture, article, url, at, status in claimed:
        if status == 304:
            articles.confirm(both.ours, capture, article, url, at)
        else:
            captures.attach(both.ours, capture, article)


def learn_dates(both: Both) -> None:
    """Take the dates that one archive had from a listing for articles that the other one had without."""
    select = (
        "SELECT u.portal_id, u.url, u.listed, u.listed_raw FROM urls u"
        " JOIN article_urls x ON x.portal_id = u.portal_id AND x.url = u.url"
        " JOIN articles a ON a.id = x.article_id JOIN revisions r ON r.id = a.revision_id"
        " WHERE u.listed IS NOT NULL AND coalesce(r.published_origin, 'body') IN ('url', 'body') ORDER BY u.url"
    )
    for portal, url, listed, raw in both.ours.execute(select).fetchall():
        articles.learn_date(both.ours, portal, url, Dateline(day_or_moment(listed), origin="listing", raw=raw))
