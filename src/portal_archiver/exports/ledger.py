"""What an export has written so far, kept in a temporary file: a million captures take no more memory than ten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple, Self

_TABLES = """
CREATE TABLE payloads (digest TEXT PRIMARY KEY, url TEXT NOT NULL, date TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE answers (url TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE lines (key TEXT NOT NULL, line TEXT NOT NULL);
CREATE TABLE pages (line TEXT NOT NULL);
"""


class Original(NamedTuple):
    """The record that has a payload: its URL, its WARC-Date, and the digest."""

    url: str
    date: str
    digest: str


class Ledger:
    """A private SQLite file that goes when it is closed; a context manager."""

    def __init__(self) -> None:
        self._sql = sqlite3.connect("", isolation_level=None)
        self._sql.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES + "BEGIN;")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sql.close()

    def note_payload(self, original: Original) -> None:
        """A response with this payload was written."""
        self._sql.execute("INSERT INTO payloads VALUES (?, ?, ?)", (original.digest, original.url, original.date))

    def note_answer(self, url: str, digest: str) -> None:
        """The URL showed this payload, in a record of its own or not."""
        self._sql.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (url, digest))

    def original(self, digest: str) -> Original | None:
        """The response that has a payload."""
        row = self._sql.execute("SELECT url, date, digest FROM payloads WHERE digest = ?", (digest,)).fetchone()
        return Original(*row) if row else None

    def last_answer(self, url: str) -> Original | None:
        """The response that has the payload which a URL showed last."""
        row = self._sql.execute("SELECT digest FROM answers WHERE url = ?", (url,)).fetchone()
        return self.original(row[0]) if row else None

    def add_line(self, key: str, line: str) -> None:
        """A line for the index, sorted by `key` later."""
        self._sql.execute("INSERT INTO lines VALUES (?, ?)", (key, line))

    def lines(self) -> Iterator[tuple[str, str]]:
        """The keys and lines of the index in their order."""
        return self._sql.execute("SELECT key, line FROM lines ORDER BY key, line")

    def add_page(self, line: str) -> None:
        """A line for the list of pages."""
        self._sql.execute("INSERT INTO pages VALUES (?)", (line,))

    def pages(self) -> Iterator[str]:
        """The lines of the list of pages, as they came."""
        return (line for (line,) in self._sql.execute("SELECT line FROM pages ORDER BY rowid"))
