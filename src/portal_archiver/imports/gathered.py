"""What an index lists, put in the order of time: a server has it in that of URLs, and gives it piece by piece."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, fields
from datetime import datetime
from types import TracebackType
from typing import Self

from portal_archiver.imports.cdx import Listed
from portal_archiver.imports.moments import moment_of
from portal_archiver.urls import spelling_of

_TABLE = "CREATE TABLE listed (key TEXT, digits TEXT, digest TEXT, line TEXT)"
# Captures of one URL in a row that have one digest are one run: with the first of them the others are had.
_RUNS = """
CREATE TABLE runs AS
SELECT digits, line, sum(is_other) OVER (ORDER BY key, digits, id) AS run
  FROM (SELECT rowid AS id, key, digits, line,
               digest = '' OR digest IS NOT lag(digest) OVER (PARTITION BY key ORDER BY digits, rowid) AS is_other
          FROM listed)
"""
_SPAN = "SELECT count(DISTINCT run), min(digits), max(digits) FROM runs"
_BY_TIME = "SELECT line, run FROM runs ORDER BY digits, run"
_MADE = [field.name for field in fields(Listed)].index("made")


class Gathered:
    """The captures that are worth asking for, in a temporary file: there may be millions of them.

    First all are added, then `sort` is called, once. A context manager.
    """

    def __init__(self) -> None:
        self._sql = sqlite3.connect("")  # a file without a name, gone when it is closed
        self._sql.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sql.close()

    def add(self, listed: Listed) -> None:
        """Take a capture in."""
        values = list(astuple(listed))
        values[_MADE] = None  # `digits` say it, too
        key = listed.key or spelling_of(listed.url)
        self._sql.execute(
            "INSERT INTO listed VALUES (?, ?, ?, ?)", (key, listed.digits, listed.digest, json.dumps(values))
        )

    def sort(self) -> tuple[int, datetime | None, datetime | None]:
        """Put all in order; returns how many differ from the one before, and when the first and last were made."""
        self._sql.execute(_RUNS)
        number, first, last = self._sql.execute(_SPAN).fetchone()
        return int(number), moment_of(first or ""), moment_of(last or "")

    def by_time(self) -> Iterator[tuple[Listed, int]]:
        """All in order of time, each with the number of its run."""
        for line, run in self._sql.execute(_BY_TIME):
            values = json.loads(line)
            values[_MADE] = moment_of(values[_MADE - 1])
            yield Listed(*values), run
