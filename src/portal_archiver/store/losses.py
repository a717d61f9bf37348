"""What damage costs: which payloads are no longer what was stored, and which captures and reports that takes from."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Affected, Damage
from portal_archiver.store import articles, captures, checksums, identity, payloads, revisions, scanning

UNREADABLE = "cannot be read any more"
ALTERED = "is not what was stored: its address, time, status, headers or origin (wrong checksum)"
BETWEEN = 100  # how many are done between two words about it
_CAPTURE = "url, article_id, body_id, final_url, fetched_at, status, headers, license_id, peer, parser, revision_id"
_ADDRESSES = (
    "SELECT url FROM articles WHERE id = ?",
    "SELECT url FROM article_urls WHERE article_id = ? ORDER BY url",
    "SELECT url FROM captures WHERE article_id = ? ORDER BY fetched_at",
)


class Losses:
    """Everything of an archive that damage reaches, found by reading it; `damages` takes the causes.

    Only what is damaged is kept in memory.
    """

    def __init__(self, sql: sqlite3.Connection, damages: list[Damage], show: Callable[[str, int, int], None]) -> None:
        self.sql = sql
        self.damages = damages
        self.payloads = self.captures = self.articles = 0
        self.lost_payloads: dict[int, str] = {}
        self.lost_captures: dict[int, Affected] = {}
        self.marred: dict[int, Affected] = {}
        self._show = show

    # --- payloads -----------------------------------------------------------------------------------------------------

    def of_payloads(self) -> None:
        """Read every payload, and hold it against its digest."""
        total = scanning.last_id(self.sql, "bodies")
        causes: dict[int, str] = {}
        leaning: Counter[int] = Counter()

        def lose(number: int, why: str = UNREADABLE) -> None:
            dictionary = self._dictionary_of(number)
            if dictionary is not None and self._wrong_with(dictionary):
                leaning[dictionary] += 1
                why = f"is told as the difference to payload {dictionary}, which is damaged"
            else:
                causes[number] = why
            self.lost_payloads[number] = why

        for number, _ in scanning.rows(self.sql, "bodies", "size", lose):
            self.payloads += 1
            self._tell("payloads", self.payloads, total)
            if why := self._wrong_with(number):
                lose(number, why)
        for number, why in causes.items():
            others = f"; so is every payload that is told as the difference to it: {leaning[number]:,}"
            self.damages.append(Damage("payload", why + (others if leaning[number] else ""), number))

    def _wrong_with(self, number: int) -> str:
        """What keeps a payload from being what was stored; "" for nothing."""
        if number in self.lost_payloads:
            return self.lost_payloads[number]
        try:
            payloads.load(self.sql, number)
        except PortalArchiverError as error:
            return str(error).removeprefix(f"payload {number} ").partition("; restore")[0]
        except Exception as error:  # garbage in a row can break any reader
            return f"{UNREADABLE} ({error})"
        return ""

    def _dictionary_of(self, number: int) -> int | None:
        try:
            row = self.sql.execute("SELECT dictionary_id FROM bodies WHERE id = ?", (number,)).fetchone()
        except sqlite3.Error:
            return None
        return row[0] if row else None

    # --- captures -----------------------------------------------------------------------------------------------------

    def of_captures(self, *, closely: bool, checked: bool) -> None:
        """Find the captures of lost payloads; `closely` those that cannot be read themselves, too.

        Where they are `checked`, each is held against its checksum.
        """
        if not closely and not checked and not self.lost_payloads:
            (self.captures,) = self.sql.execute("SELECT count(*) FROM captures").fetchone()
            return
        total = scanning.last_id(self.sql, "captures")
        lost: Counter[int] = Counter()
        altered: Counter[int] = Counter()
        for number, url, article, payload, *_ in scanning.rows(self.sql, "captures", _CAPTURE, self._lose_capture):
            self.captures += 1
            self._tell("captures", self.captures, total)
            if payload in self.lost_payloads:
                why = f"payload {payload} {self.lost_payloads[payload]}"
                self.lost_captures[number] = Affected(number, str(url), why)
                lost.update([article] if article else ())
            elif checked and not self._is_sound("captures", number):
                self.damages.append(Damage("capture", ALTERED, number))
                self.lost_captures[number] = Affected(number, str(url), ALTERED)
                altered.update([article] if article else ())
        for article, many in lost.items():
            self._mar(article, f"pages that showed it are lost: {many:,}")
        for article, many in altered.items():
            self._mar(article, f"captures of it are not what was stored: {many:,}")

    def _is_sound(self, table: str, number: int) -> bool:
        """By its checksum; what cannot be read is told elsewhere."""
        try:
            return checksums.is_sound(self.sql, table, number)
        except sqlite3.Error:
            return True

    def _lose_capture(self, number: int) -> None:
        self.lost_captures[number] = Affected(number, "", UNREADABLE)
        self.damages.append(Damage("capture", UNREADABLE, number))

    # --- footers ------------------------------------------------------------------------------------------------------

    def of_licenses(self) -> None:
        """Hold every footer against its checksum; how many reports it stands beside is told with it."""
        beside = "SELECT count(DISTINCT article_id) FROM captures WHERE license_id = ?"
        for (number,) in self.sql.execute("SELECT id FROM licenses ORDER BY id").fetchall():
            if not self._is_sound("licenses", number):
                (reports,) = self.sql.execute(beside, (number,)).fetchone()
                said = f"is not what was stored (wrong checksum); reports that it stands beside: {reports:,}"
                self.damages.append(Damage("license", said, number))

    # --- reports ------------------------------------------------------------------------------------------------------

    def of_articles(self, broken: dict[int, str], *, closely: bool, texts: bool) -> None:
        """Add the reports that break a rule; read each as `show` does (`closely`) and against its digests (`texts`)."""
        for number, why in broken.items():
            self._mar(number, why)
        if not closely and not texts:
            (self.articles,) = self.sql.execute("SELECT count(*) FROM articles").fetchone()
            return
        total = scanning.last_id(self.sql, "articles")
        for number, _ in scanning.rows(self.sql, "articles", "url", self._lose_article):
            self.articles += 1
            self._tell("reports", self.articles, total)
            try:
                if closely:
                    self._read_article(number)
                if texts and (why := self._wrong_with_texts(number)):
                    self._lose_article(number, why)
            except Exception as error:  # garbage in a row can break any reader
                self._mar(number, f"{UNREADABLE} ({error})")

    def _lose_article(self, number: int, why: str = UNREADABLE) -> None:
        self.damages.append(Damage("report", why, number))
        self._mar(number, why)

    def _read_article(self, number: int) -> None:
        articles.load(self.sql, number, with_frontier=False)  # which is no part of a report
        captures.of_article(self.sql, number)
        revisions.history(self.sql, number)

    def _wrong_with_texts(self, number: int) -> str:
        self.sql.execute("BEGIN")  # a crawl may put another reading in the place of one meanwhile
        try:
            return self._wrong_with_versions(number)
        finally:
            self.sql.execute("ROLLBACK")

    def _wrong_with_versions(self, number: int) -> str:
        rows = self.sql.execute(
            "SELECT r.id, r.number, r.digest, r.reading, r.id = a.revision_id, a.content_key"
            " FROM articles a JOIN revisions r ON r.article_id = a.id WHERE a.id = ?",
            (number,),
        ).fetchall()
        for revision_id, revision, digest, reading, is_latest, content_key in rows:
            article = revisions.load(self.sql, revision_id)
            prints = identity.fingerprints(article)
            if prints.version != digest:
                return f"the text of its revision {revision} is not what was stored (wrong digest)"
            if identity.reading_digest(article) != reading:
                return f"the dates, section or files of its revision {revision} are not what was stored (wrong digest)"
            if is_latest and prints.content_key != content_key:
                return "its content key is not that of its latest revision"
        return ""

    def _mar(self, number: int, why: str) -> None:
        known = self.marred.get(number) or Affected(number, self._address_of(number))
        if why not in known.why:
            known = replace(known, why=f"{known.why}; {why}" if known.why else why)
        self.marred[number] = known

    def _address_of(self, number: int) -> str:
        for select in _ADDRESSES:
            try:
                row = self.sql.execute(f"{select} LIMIT 1", (number,)).fetchone()
            except sqlite3.Error:
                continue
            if row:
                return str(row[0])
        return ""

    def _tell(self, what: str, done: int, total: int) -> None:
        if done % BETWEEN == 0 or done == total:
            self._show(what, done, max(total, done))
