"""Holding an archive against what it says of itself: the file, the references, our own rules, the index, every payload.

Nothing is written, and nobody waits: a crawl may run meanwhile. A damaged file is read as far as it can be.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal_archiver.errors import ArchiveError
from portal_archiver.model import Damage, Verification
from portal_archiver.store import index
from portal_archiver.store.connection import Connection, translated
from portal_archiver.store.lock import RunLock
from portal_archiver.store.losses import Losses
from portal_archiver.store.rules import RULES

Show = Callable[[str, int, int], None]  # what is looked at, how many of it are done, of how many
SHOWN = 3  # lines or ids that are told of one table
INDEX = ("articles_fts", "articles_pairs")
INDEXED = frozenset({"articles", "revisions", "photos"})  # what the full-text index is made from
ESSENTIAL = frozenset({"portals", "bodies", "captures", "articles", "revisions", "article_urls"})
_SPACE = re.compile(r"\s+")


def verify(path: Path, *, quick: bool = False, with_index: bool = True, show: Show | None = None) -> Verification:
    """Verify an archive; `quick` leaves out payloads, digests and checksums, and checks the tables less closely.

    MissingArchiveError, or ArchiveError where the file cannot be opened at all.
    """
    connection = Connection(path, create=False, read_only=True, lenient=True)
    try:
        with translated(path):
            look = _Look(connection.sql, quick, show or _nobody)
            if not look.tables() >= ESSENTIAL:
                raise ArchiveError(f"{path} is damaged, its list of tables cannot be read; restore a backup")
            return look.at_all_of_it(with_index=with_index)
    finally:
        connection.close()


def repair_index(path: Path) -> None:
    """Make the full-text index anew from the tables, in one transaction; LockedError while a crawl runs."""
    connection = Connection(path, create=False, read_only=False)
    try:
        with RunLock(path).held(), connection.transaction():
            index.rebuild(connection.sql)
    except ArchiveError as error:
        raise ArchiveError(f"the full-text index was not made anew: {error}") from error
    finally:
        connection.close()


def _nobody(what: str, done: int, total: int) -> None:
    pass


class _Look:
    """One look at an archive, part by part; what one part cannot read does not keep the others from looking."""

    def __init__(self, sql: sqlite3.Connection, quick: bool, show: Show) -> None:
        self.sql = sql
        self.quick = quick
        self.show = show
        self.damages: list[Damage] = []

    def tables(self) -> set[str]:
        """The names of the tables that have pages of their own, as far as they can be read."""
        try:
            rows = self.sql.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
            return {name for (name,) in rows}
        except sqlite3.Error:
            return set()

    def at_all_of_it(self, *, with_index: bool) -> Verification:
        """What came of it."""
        damaged = self._file()
        self._references()
        broken = self._rules()
        if with_index:
            self._index(damaged)
        losses = Losses(self.sql, self.damages, self.show)
        if not self.quick:
            losses.of_payloads()
        losses.of_captures(closely=bool(damaged), checked=not self.quick)
        if not self.quick:
            with self._as_far_as_possible("whether the footers are what was stored"):
                losses.of_licenses()
        losses.of_articles(broken, closely=bool(damaged), texts=not self.quick)
        return Verification(
            payloads=losses.payloads,
            captures=losses.captures,
            articles=losses.articles,
            quick=self.quick,
            damages=tuple(self.damages),
            lost_captures=tuple(losses.lost_captures[number] for number in sorted(losses.lost_captures)),
            marred_articles=tuple(losses.marred[number] for number in sorted(losses.marred)),
        )

    @contextmanager
    def _as_far_as_possible(self, what: str) -> Iterator[None]:
        """Around a part of the look that damage may end; that is damage too."""
        try:
            yield
        except sqlite3.Error as error:
            self.damages.append(Damage("rule", f"{what} could not be checked ({error})"))

    def _file(self) -> set[str]:
        """What SQLite says of its own structures; returns the tables that are damaged, "" for what is in none."""
        self.show("tables", 0, 1)
        check = "quick_check" if self.quick else "integrity_check"
        whole = self._complaints(f"PRAGMA {check}")
        if all("FTS5" in line for line in whole):  # as SQLite says it from 3.44 on, which asks virtual tables too
            self.damages += [Damage("index", line) for line in whole]
            return set()
        found = {table: self._complaints(f"PRAGMA {check}('{table}')") for table in sorted(self.tables())}
        blamed = {table: lines for table, lines in found.items() if lines}
        for table, lines in (blamed or {"": whole}).items():
            if table.startswith(INDEX):
                self.damages.append(Damage("index", lines[0]))
            else:
                more = f" (and {len(lines) - SHOWN:,} more)" if len(lines) > SHOWN else ""
                said = f"table {table}" if table else "the file"
                self.damages.append(Damage("table", f"{said}: {'; '.join(lines[:SHOWN])}{more}"))
        return {table for table in blamed or {""} if not table.startswith(INDEX)}

    def _complaints(self, pragma: str) -> list[str]:
        found: list[str] = []
        try:
            for (text,) in self.sql.execute(pragma):
                found += str(text).splitlines()
        except sqlite3.Error as error:
            found.append(str(error))
        return [_SPACE.sub(" ", line) for line in found if line != "ok" and not line.startswith("***")]

    def _references(self) -> None:
        self.show("references", 0, 1)
        broken: dict[tuple[str, str], list[int | None]] = {}
        with self._as_far_as_possible("what the tables refer to"):
            for table, row, parent, _ in self.sql.execute("PRAGMA foreign_key_check"):
                broken.setdefault((table, parent), []).append(row)
        for (table, parent), ids in broken.items():
            shown = ", ".join(str(number) for number in ids[:SHOWN] if number is not None)
            which = f" (id {shown}{', ...' if len(ids) > SHOWN else ''})" if shown else ""
            said = f"table {table}: rows{which} refer to rows of {parent} that are not there: {len(ids):,}"
            self.damages.append(Damage("rule", said))

    def _rules(self) -> dict[int, str]:
        """Hold all rules; returns the reports that break one, and which."""
        reports: dict[int, str] = {}
        for number, rule in enumerate(RULES):
            self.show("rules", number, len(RULES))
            with self._as_far_as_possible(f"whether a {rule.what} {rule.says}"):
                for (broken,) in self.sql.execute(rule.broken):
                    self.damages.append(Damage(rule.what, rule.says, broken))
                    if rule.what == "report":
                        reports.setdefault(broken, rule.says)
        return reports

    def _index(self, damaged: set[str]) -> None:
        self.show("full-text index", 0, 1)
        if damaged & INDEXED:
            said = "the full-text index could not be checked: the tables that it is made from are damaged"
            self.damages.append(Damage("rule", said))
            return
        with self._as_far_as_possible("the full-text index"):
            self.sql.execute("BEGIN")
            try:
                found = index.trouble(self.sql)
            finally:
                self.sql.execute("ROLLBACK")
            if found:
                self.damages.append(Damage("index", found))
