"""The frontier: the URLs of a portal that wait for their turn, and what is remembered of each; kept in the archive."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from itertools import cycle
from typing import Any, Literal

from portal_archiver.model import PAGE_STATUSES, Capture, Dateline, Kind, Link, Portal, Target
from portal_archiver.store.bounds import Bounds
from portal_archiver.store.connection import Connection
from portal_archiver.store.news import News
from portal_archiver.store.ranks import FILE, HELD, KNOWN, LISTING, NEW, SEED, rank_of
from portal_archiver.store.times import day_or_moment, maybe_moment, moment, now, stamp
from portal_archiver.urls import canonicalize

State = Literal["fetched", "failed", "gone", "skipped"]

# In which order the URLs of a class wait.
_ORDERS = {
    SEED: "due, tried_at, id",
    LISTING: "due, tried_at, id",
    NEW: "listed DESC, id",
    KNOWN: "due, tried_at, id",
    FILE: "due, tried_at, id",
}
# Whose turn it is once the seeds have had theirs: listings, for what they lead to; but they are due in every run, and
# with a budget smaller than their number nothing else would ever be asked for. So new pages have every second turn,
# known ones an eighth.
_TURNS = (LISTING, NEW, LISTING, NEW, LISTING, NEW, LISTING, KNOWN)
# Up to how many waiting URLs `waiting()` counts at every call, and for how many calls a larger count is carried on: at
# least so many, and one for every so many URLs, since a count takes the longer the more there are.
_COUNTED_AFRESH = 2_000
_CARRIED_ON = 100
_COUNTED_PER_CALL = 100

_COLUMNS = "id, url, depth, found_on, etag, last_modified, kind, text, listed, listed_raw, state, due, tried_at, rank"
# What is known of some URLs (?2, a JSON list): whether they have a text, and a date.
_TOLD = """
SELECT u.url, u.text <> '', u.listed IS NOT NULL
  FROM json_each(?2) AS wanted CROSS JOIN urls AS u ON u.portal_id = ?1 AND u.url = wanted.value
"""
_ADD = """
INSERT OR IGNORE INTO urls (portal_id, url, depth, found_on, text, listed, listed_raw, rank, due)
VALUES (:portal, :url, :depth, :found_on, :text, :listed, :raw, :rank, :due)
"""
_FILL_BLANKS = """
UPDATE urls SET text = CASE text WHEN '' THEN :text ELSE text END,
                listed_raw = CASE WHEN listed IS NULL THEN :raw ELSE listed_raw END,
                listed = coalesce(listed, :listed)
 WHERE portal_id = :portal AND url = :url AND ((text = '' AND :text <> '') OR (listed IS NULL AND :listed IS NOT NULL))
"""
_SETTLE = """
UPDATE urls SET state = :state, due = :due, reason = :reason, detail = :detail, tried_at = :now, rank = :rank,
                kind = coalesce(:kind, kind), etag = :etag, last_modified = :last_modified,
                look = coalesce(:look, look), fetched_at = coalesce(:fetched_at, fetched_at),
                fetches = fetches + (:fetched_at IS NOT NULL),
                failures = CASE :state WHEN 'failed' THEN failures + 1 ELSE 0 END
 WHERE portal_id = :portal AND url = :url
"""
_ANSWERS = "SELECT 1 FROM urls WHERE portal_id = ? AND url = ? AND state = 'fetched' AND kind IS NOT 'other'"
_SAME_LOOK = "SELECT 1 FROM urls WHERE portal_id = ? AND look = ? AND url <> ? LIMIT 1"


def next_sql(rank: int) -> str:
    """The statement that finds the next URLs of one class: for portal, time, beginning of the run, and how many."""
    index = "urls_new" if rank == NEW else "urls_due"
    return (
        f"SELECT {_COLUMNS} FROM urls INDEXED BY {index} WHERE portal_id = ? AND rank = {rank} AND due <= ?"
        f" AND (tried_at IS NULL OR tried_at < ?) ORDER BY {_ORDERS[rank]} LIMIT ?"
    )


def count_due(
    sql: sqlite3.Connection, portal_id: int, moment: str, run_began: str, *, ranks: Iterable[int] = (*_ORDERS, HELD)
) -> int:
    """How many URLs of a portal are due at a moment and were not tried since a run began."""
    row = sql.execute(
        f"SELECT count(*) FROM urls WHERE portal_id = ? AND rank IN ({', '.join(map(str, ranks))}) AND due <= ?"
        " AND (tried_at IS NULL OR tried_at < ?)",
        (portal_id, moment, run_began),
    ).fetchone()
    return int(row[0])


class Frontier:
    """The frontier of one portal during one run.

    What is claimed is remembered in memory alone: when the process dies, every URL that was not settled is waiting
    again. With `recheck` all known pages are due at once. It goes no deeper than the portal's `max_depth`, and gives
    out no more URLs of a pattern than its `budgets` say; what is beyond stays in the archive.
    """

    def __init__(self, connection: Connection, portal_id: int, portal: Portal, *, recheck: bool = False) -> None:
        self._connection = connection
        self._portal = portal_id
        self._claimed: set[int] = set()
        self._ids: dict[str, int] = {}
        self._turns = cycle(_TURNS)
        self._count = 0
        self._carried_on = 0  # for how many calls the count is still good
        self._bounds = Bounds(connection.sql, portal_id, portal)
        with connection.transaction():
            self._bounds.begin()
            if recheck:
                connection.sql.execute(
                    f"UPDATE urls SET due = ?1 WHERE portal_id = ?2 AND due > ?1 AND rank <> {FILE}",
                    (stamp(now()), portal_id),
                )
            self._began = stamp(now())
            self._news = News.since_last_run(connection.sql, portal_id, self._began)

    def add(self, links: Iterable[Link], *, depth: int = 0, found_on: str = "") -> int:
        """Add URLs (canonical ones) found at `depth` links from a start page; returns how many were new.

        A known URL keeps its state; what a listing said of it fills what was blank.
        """
        links = list(links)
        with self._connection.transaction():
            # One that was too deep may be nearer now.
            telling_links = links if self._bounds.any_deep else self._untold(links)
            rows = [self._row(link, depth, found_on) for link in telling_links]
            telling = [row for row in rows if row["text"] or row["listed"]]
            added = self._connection.sql.executemany(_ADD, rows).rowcount if rows else 0
            if telling:
                self._connection.sql.executemany(_FILL_BLANKS, telling)
            self._count += self._bounds.added(rows, added)
        return added

    def add_files(self, urls: Iterable[str], *, depth: int, found_on: str) -> None:
        """Add files (canonical URLs) that are to be fetched once; what is known already stays what it is."""
        rows = [self._row(Link(url), depth, found_on) | {"rank": FILE} for url in urls]
        if rows:
            with self._connection.transaction():
                self._count += self._connection.sql.executemany(_ADD, rows).rowcount

    def _untold(self, links: list[Link]) -> list[Link]:
        """The links that say something new; the menu that stands on every page does not, and asking is cheap."""
        wanted = json.dumps([link.url for link in links])
        told = {url: has for url, *has in self._connection.sql.execute(_TOLD, (self._portal, wanted))}
        return [link for link in links if not _covers(told.get(link.url), link)]

    def _row(self, link: Link, depth: int, found_on: str) -> dict[str, Any]:
        listed = link.published
        return {
            "portal": self._portal,
            "url": link.url,
            "depth": depth,
            "found_on": found_on,
            "text": link.text,
            "listed": listed.value.isoformat() if listed else None,
            "raw": listed.raw if listed else "",
            "rank": self._bounds.rank_at(depth),
            "due": stamp(now()),
        }

    def put_aside(self) -> int:
        """How many URLs turned out to lie deeper than `max_depth` since this was asked last."""
        return self._bounds.put_aside()

    def learn(self, capture: Capture, kind: Kind, due: datetime) -> None:
        """Know a page that came from elsewhere as one that was fetched, to be asked for at `due` (aware).

        What is known of a URL already stays. Lists are to be asked for as other pages are, and not in every run.
        """
        url = canonicalize(capture.final_url)
        if url is None:
            return
        etag, last_modified = capture.header("etag"), capture.header("last-modified")
        fetched = stamp(capture.fetched_at)
        with self._connection.transaction():
            self._connection.sql.execute(
                "INSERT OR IGNORE INTO urls (portal_id, url, depth, rank, state, due, tried_at, fetched_at, fetches,"
                " kind, etag, last_modified) VALUES (?, ?, 1, ?, 'fetched', ?, ?, ?, 1, ?, ?, ?)",
                (self._portal, url, KNOWN, stamp(due), fetched, fetched, kind, etag, last_modified),
            )

    def touch(self, url: str, modified: datetime) -> None:
        """Somebody (a sitemap) says the page changed at `modified` (aware): due now if our last answer is older."""
        with self._connection.transaction():
            self._count += self._news.touch(url, modified)

    def date_anew(self, dated: Iterable[tuple[Link, datetime]]) -> None:
        """A list shows these dates, each with the last moment that it may mean: due now is what had an earlier one.

        Unless our last answer is from later than that moment.
        """
        with self._connection.transaction():
            for link, modified in dated:
                if link.published:
                    self._count += self._news.date_anew(link.url, link.published.day.isoformat(), modified)

    def put_off(self, urls: Iterable[str]) -> list[str]:
        """Those of the URLs that are no reports, were not tried in this run, and are not due yet."""
        with self._connection.reading():
            return self._news.put_off(urls)

    def make_due(self, urls: Iterable[str]) -> None:
        """Ask for these URLs in this run, if they were not."""
        with self._connection.transaction():
            self._count += self._news.make_due(urls)

    def fresh(self, urls: Iterable[str]) -> list[str]:
        """Those of the (added) URLs that nobody knew of before this run, or before one that was cut short."""
        with self._connection.reading():
            return self._news.fresh(urls)

    def answered_as(self, twins: dict[str, str]) -> list[str]:
        """Those of the keys that are not known, while the URL that is their value is, and `answers`."""
        with self._connection.reading():
            return self._news.answered_as(twins)

    def answers(self, url: str) -> bool:
        """Whether a URL is known, and brought something the last time: it is no alias itself, say."""
        with self._connection.reading() as sql:
            return sql.execute(_ANSWERS, (self._portal, url)).fetchone() is not None

    def held(self) -> int:
        """How many URLs wait for the next run because the budget of their pattern is spent."""
        with self._connection.reading():
            return self._bounds.held()

    def next(self) -> Target | None:
        """The next URL that is due and was not tried in this run; None when there is none now."""
        while (row := self._next_row()) is not None:
            url, depth, rank = row[1], row[2], row[-1]
            spent = self._bounds.spent_for(url) if depth and rank != FILE else None
            if spent is None:
                self._bounds.spend(url)
                return self._claim(row)
            with self._connection.transaction():
                self._bounds.hold(url, spent, stamp(now()), self._claimed)
            self._carried_on = 0  # so that those left are counted afresh
        return None

    def _next_row(self) -> tuple[Any, ...] | None:
        with self._connection.reading() as sql:
            turn = next(self._turns)
            for rank in sorted(_ORDERS, key=lambda rank: (rank != SEED, rank != turn)):
                rows = sql.execute(next_sql(rank), (self._portal, stamp(now()), self._began, len(self._claimed) + 1))
                row: tuple[Any, ...] | None = next((row for row in rows if row[0] not in self._claimed), None)
                rows.close()
                if row is not None:
                    return row
        return None

    def _claim(self, row: tuple[Any, ...]) -> Target:
        (
            url_id,
            url,
            depth,
            found_on,
            etag,
            last_modified,
            kind,
            text,
            listed,
            listed_raw,
            state,
            due,
            tried_at,
            rank,
        ) = row
        self._claimed.add(url_id)
        self._ids[url] = url_id
        self._count -= 1
        return Target(
            url=url,
            depth=depth,
            etag=etag,
            last_modified=last_modified,
            kind=kind,
            seen_as=_link(url, text, listed, listed_raw),
            found_on=found_on,
            state=state,
            due=moment(due),
            tried_at=maybe_moment(tried_at),
            is_file=rank == FILE,
        )

    def release(self, target: Target) -> None:
        """Give back a target that was not asked for: it waits again."""
        self._claimed.discard(self._ids.pop(target.url, 0))
        self._count += 1

    def settle(
        self,
        target: Target,
        *,
        state: State,
        due: datetime,
        reason: str = "",
        detail: str = "",
        capture: Capture | None = None,
        kind: Kind | None = None,
        look: str | None = None,
    ) -> None:
        """Write down what came of a target and when (`due`, aware) to ask again; its validators come from `capture`."""
        etag, last_modified = _validators(target, capture, state)
        values = {
            "portal": self._portal,
            "url": target.url,
            "state": state,
            "due": stamp(due),
            "reason": reason,
            "detail": detail,
            "now": stamp(now()),
            "rank": FILE if target.is_file else rank_of(target.depth, kind or target.kind),
            "kind": kind,
            "look": look or None,
            "etag": etag,
            "last_modified": last_modified,
            "fetched_at": stamp(capture.fetched_at) if capture else None,
        }
        with self._connection.transaction():
            self._connection.sql.execute(_SETTLE, values)
        self._claimed.discard(self._ids.pop(target.url, 0))

    def is_shown_elsewhere(self, target: Target, look: str) -> bool:
        """Whether another URL of the portal looks as this one does, which was never a list: it is a mirror of it.

        Once a list, a page stays one: its look changes with every report, and two lists may be empty for a while.
        """
        if not look or target.kind == "listing":
            return False
        with self._connection.reading() as sql:
            row = sql.execute(_SAME_LOOK, (self._portal, look, target.url)).fetchone()
        return row is not None

    def waiting(self) -> int:
        """How many URLs are due now and not yet tried in this run; an estimate between counts when they are many."""
        if self._carried_on <= 0 or self._count <= _COUNTED_AFRESH:
            with self._connection.reading() as sql:
                due = count_due(sql, self._portal, stamp(now()), self._began, ranks=_ORDERS)
            self._count = due - len(self._claimed)
            self._carried_on = max(_CARRIED_ON, self._count // _COUNTED_PER_CALL)
        self._carried_on -= 1
        return self._count


def seen_as(sql: sqlite3.Connection, portal_id: int, url: str) -> Link | None:
    """What listings have said of a URL; None where they were silent, or it is unknown."""
    row = sql.execute(
        "SELECT url, text, listed, listed_raw FROM urls WHERE portal_id = ? AND url = ?", (portal_id, url)
    ).fetchone()
    return _link(*row) if row else None


def _link(url: str, text: str, listed: str | None, raw: str) -> Link | None:
    published = Dateline(day_or_moment(listed), origin="listing", raw=raw) if listed else None
    return Link(url, text, published) if text or published else None


def settle_kind(sql: sqlite3.Connection, portal_id: int, url: str, kind: Kind, *, answered: str) -> None:
    """Note that a known URL shows a report, as it is read now: it waits among the known pages from here on.

    Not one that led to another known one, `answered`: it is an alias, and waits as such.
    """
    if answered != url and sql.execute(_ANSWERS, (portal_id, answered)).fetchone():
        return
    sql.execute(
        "UPDATE urls SET kind = ?1, rank = CASE depth WHEN 0 THEN ?2 ELSE ?3 END"
        " WHERE portal_id = ?4 AND url = ?5 AND kind IS NOT ?1",
        (kind, SEED, KNOWN, portal_id, url),
    )


def _covers(told: list[int] | None, link: Link) -> bool:
    """Whether a known URL has the text and the date that a link has."""
    return told is not None and told[0] >= bool(link.text) and told[1] >= bool(link.published)


def _rank(depth: int, kind: Kind | None) -> int:
    if depth == 0:
        return SEED
    return LISTING if kind == "listing" else KNOWN


def _validators(target: Target, capture: Capture | None, state: State) -> tuple[str | None, str | None]:
    """What to send with the next request (RFC 9110 §13): a 304 may repeat them, any other answer replaces them.

    A page that came but failed has none: it is to be sent once more, that it may be read then.
    """
    if capture is None:
        return target.etag, target.last_modified
    etag, last_modified = capture.header("etag"), capture.header("last-modified")
    if capture.status == 304:
        return etag or target.etag, last_modified or target.last_modified
    return (etag, last_modified) if capture.status in PAGE_STATUSES and state == "fetched" else (None, None)
