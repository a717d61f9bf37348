"""What narrows a search, as an expression of the index, a range of its numbers, and, at last, a look at the tables."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from portal_archiver.model import Note
from portal_archiver.store import index
from portal_archiver.store.search import matching
from portal_archiver.store.search.days import When, first_day, last_day
from portal_archiver.store.search.notes import note
from portal_archiver.store.search.query import Query, Term, folded_words
from portal_archiver.store.times import stamp

NOTHING = f'marks : "{index.MARK}none"'  # fits no report
FIRST, LAST = 1, 2**62
# What a word in each column weighs, in their order: a title says what a report is about.
RANK = "bm25(1.0, 6.0, 1.0, 1.0, 1.0, 0.5, 0.0)"
_REVISED = """
SELECT a.docid FROM articles a JOIN revisions r ON r.id = a.revision_id JOIN captures c ON c.id = r.capture_id
 WHERE a.last_seen >= ? AND r.number > 1 AND c.fetched_at >= ?
"""
_LICENSED = "SELECT a.docid FROM captures c JOIN articles a ON a.id = c.article_id WHERE c.license_id IN ({})"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search, whatever is asked: see `Archive.search`."""

    portal: str | None = None
    section: str | None = None
    author: str | None = None
    photographer: str | None = None
    since: When = None
    until: When = None
    has_photo: bool | None = None
    has_attachment: bool | None = None
    revised_since: When = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The reports among which is searched: those with `match` ("": all), numbered `first` to `last`, and `tests`.

    `latest` is the last article that belongs to an answer (0: all do).
    """

    sql: sqlite3.Connection
    match: str = ""
    excluded: tuple[str, ...] = ()
    first: int = FIRST
    last: int = LAST
    latest: int = 0
    tests: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether nothing narrows it; there may have come reports since that do not belong to it."""
        return not (self.match or self.excluded or self.tests) and (self.first, self.last) == (FIRST, LAST)

    @property
    def has_pairs(self) -> bool:
        """Whether the index of pairs can tell what is in it: that has the made-up words of `marks`, and no columns."""
        only_marks = self.match.count(":") == self.match.count(matching.MARKS)
        return only_marks and not (self.excluded or self.tests) and (self.first, self.last) == (FIRST, LAST)

    def count(self, match: str = "", *, up_to: int = 0) -> int:
        """How many reports fit; with `up_to` no more than these are counted."""
        source, where, values = self._where(match)
        if up_to:
            sql = f"SELECT count(*) FROM (SELECT 1 FROM {source}{where} LIMIT {up_to})"
        else:
            sql = f"SELECT count(*) FROM {source}{where}"
        return int(self.sql.execute(sql, values).fetchone()[0])

    def count_newest(self, match: str) -> int:
        """The same for a scope of the newest reports: from the other end, where the index need not look for them."""
        source, where, values = self._where(match)
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {source}{where} ORDER BY rowid DESC)"
        return int(self.sql.execute(sql, values).fetchone()[0])

    def numbers(self, match: str = "", *, order: str = "", limit: int = -1, offset: int = 0) -> list[int]:
        """The numbers of the reports that fit: DESC, the newest first, ASC, or ("") as costs least."""
        source, where, values = self._where(match)
        key = "rowid" if source == "articles_fts" else "docid"
        ordered = f" ORDER BY {key} {order}" if order else ""
        sql = f"SELECT {key} FROM {source}{where}{ordered} LIMIT ? OFFSET ?"
        return [number for (number,) in self.sql.execute(sql, (*values, limit, offset))]

    def oldest_of(self, newest: int) -> int:
        """The number of the oldest of the newest so many reports; 0 where there are not as many."""
        numbers = self.numbers(order="DESC", limit=1, offset=newest - 1)
        return numbers[0] if numbers else 0

    def beside(self, pairs: str, *, limit: int) -> list[int]:
        """The ids of the articles with these pairs of words (see `pairs.expression`), the latest first."""
        where, values = self._where_beside(pairs)
        sql = f"SELECT rowid FROM articles_pairs{where} ORDER BY rowid DESC LIMIT ?"
        return [number for (number,) in self.sql.execute(sql, (*values, limit))]

    def count_beside(self, pairs: str) -> int:
        """How many articles have these pairs of words."""
        where, values = self._where_beside(pairs)
        return int(self.sql.execute(f"SELECT count(*) FROM articles_pairs{where}", values).fetchone()[0])

    def _where_beside(self, pairs: str) -> tuple[str, tuple[Any, ...]]:
        match = matching.every((f"({pairs})", self.match.replace(matching.MARKS, "")))
        if self.latest:
            return " WHERE articles_pairs MATCH ? AND rowid <= ?", (match, self.latest)
        return " WHERE articles_pairs MATCH ?", (match,)

    def ranked(self, match: str, ranked: str, *, limit: int, offset: int) -> list[int]:
        """The numbers of the best by bm25, for an expression `ranked` that finds what `match` finds."""
        _, where, values = self._where(match)
        values = (self._expression(ranked), *values[1:])
        sql = f"SELECT rowid FROM articles_fts{where} AND rank MATCH ? ORDER BY rank LIMIT ? OFFSET ?"
        return [number for (number,) in self.sql.execute(sql, (*values, RANK, limit, offset))]

    def between(self, first: int, last: int) -> Scope:
        """The reports of this scope that have these numbers."""
        return replace(self, first=max(self.first, first), last=min(self.last, last))

    def _expression(self, match: str) -> str:
        return matching.without(matching.every((match, self.match)), self.excluded)

    def _where(self, match: str) -> tuple[str, str, tuple[Any, ...]]:
        """Where to look, the WHERE clause, and the values of its question marks."""
        expression = self._expression(match)
        key = "rowid" if expression else "docid"
        clauses = ["articles_fts MATCH ?"] if expression else []
        values: list[Any] = [expression] if expression else []
        if self.first > FIRST:
            clauses.append(f"{key} >= ?")
            values.append(self.first)
        if self.last < LAST:
            clauses.append(f"{key} <= ?")
            values.append(self.last)
        # The plus: else SQLite may ask the index once for every number of the list.
        clauses += [f"+{key} {test}" for test in self.tests]
        if self.latest:
            clauses.append(f"+{key} NOT IN (SELECT docid FROM articles WHERE id > {self.latest})")
        where = " WHERE " + " AND ".join(clauses) if clauses else ""
        return "articles_fts" if expression else "articles", where, (*values, *self.values)


def scope(sql: sqlite3.Connection, filters: Filters, query: Query) -> tuple[Scope, tuple[Note, ...]]:
    """The scope of a search, and notes on what the archive does not have."""
    notes: list[Note] = []
    found = _of_days(
        Scope(sql, excluded=tuple(matching.term(term) for term in query.excluded if term.is_text)), filters
    )
    if found.first > found.last:
        notes.append(note("days", since=str(filters.since), until=str(filters.until)))
    parts = [NOTHING] if query.wordless else []
    if filters.portal is not None:
        parts.append(_portals(sql, [filters.portal]))
        notes += _unknown_portal(sql, filters.portal.lower())
    named = {"section": filters.section, "author": filters.author, "credits": filters.photographer}
    for column, text in named.items():
        if not (text and text.strip()):
            continue
        parts.append(matching.within((column,), text))
        if not Scope(sql).count(parts[-1], up_to=1):
            notes.append(note(column, text=text.strip()))
    barred = list(found.excluded)
    for wanted, expression in ((filters.has_photo, matching.WITH_PHOTO), (filters.has_attachment, matching.WITH_FILE)):
        if wanted is not None:
            (parts if wanted else barred).append(expression)
    found = replace(found, match=matching.every(parts), excluded=tuple(barred))
    if filters.revised_since:
        begin = stamp(datetime.combine(first_day(filters.revised_since, "revised_since"), time.min).astimezone())
        found = replace(found, tests=(f"IN ({_REVISED})",), values=(begin, begin))
    found, unknown = _of_field_words(found, query)
    return found, (*notes, *unknown)


def _of_days(found: Scope, filters: Filters) -> Scope:
    if filters.since:
        found = found.between(index.first_of(first_day(filters.since, "since")), LAST)
    if filters.until:
        day = last_day(filters.until, "until")
        last = index.first_of(day) + index.DAY_SIZE - 1
        found = found.between(index.DATED, last)
    return found


def _of_field_words(found: Scope, query: Query) -> tuple[Scope, tuple[Note, ...]]:
    """The scope narrowed by `portal:` and `license:`, which look at no text."""
    notes: list[Note] = []
    clauses = [*((clause, True) for clause in query.wanted), *(((term,), False) for term in query.excluded)]
    for clause, wanted in clauses:
        if keys := [term for term in clause if term.name == "portal"]:
            notes.extend(note for term in keys for note in _unknown_portal(found.sql, term.typed))
            expression = _portals(found.sql, [term.typed for term in keys])
            found = (
                replace(found, match=matching.every((found.match, expression)))
                if wanted
                else replace(found, excluded=(*found.excluded, expression))
            )
        if texts := [term for term in clause if term.name == "license"]:
            ids = ",".join(str(number) for term in texts for number in _licenses(found.sql, term))
            found = replace(found, tests=(*found.tests, f"{'' if wanted else 'NOT '}IN ({_LICENSED.format(ids)})"))
    return found, tuple(notes)


def _portals(sql: sqlite3.Connection, keys: Sequence[str]) -> str:
    ids = [sql.execute("SELECT id FROM portals WHERE lower(key) = lower(?)", (key,)).fetchone() for key in keys]
    return matching.any_of(matching.of_portal(row[0]) for row in ids if row) or NOTHING


def _unknown_portal(sql: sqlite3.Connection, wanted: str) -> Iterator[Note]:
    """A note where the archive has no portal of this key, which is in lower case."""
    keys = [key for (key,) in sql.execute("SELECT key FROM portals ORDER BY key")]
    if wanted not in (key.lower() for key in keys):
        near = difflib.get_close_matches(wanted, keys, n=1)
        yield note("portal_near", key=wanted, near=near[0]) if near else note("portal", key=wanted)


def _licenses(sql: sqlite3.Connection, term: Term) -> list[int]:
    """The footers in which the words stand beside each other."""
    wanted = f" {' '.join(term.words)} "
    rows = sql.execute("SELECT id, text, coalesce(number, '') FROM licenses")
    return [key for key, *texts in rows if wanted in f" {' '.join(folded_words(' '.join(texts)))} "]
