"""What a search finds, and one that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result. `snippet` is original text, `marks` the (start, end) offsets in it that matched."""

    article_id: int
    title: str
    url: str
    snippet: str
    published: date | datetime | None
    portal: str = ""
    section: str | None = None
    marks: tuple[tuple[int, int], ...] = ()


class Note(str):
    """Something to be said of a query, in English; `name` says which it is, and `values` what is filled in."""

    __slots__ = ("name", "values")

    def __new__(cls, text: str, name: str, values: Mapping[str, str]) -> Self:
        """`text` is what a program or a terminal prints."""
        made = super().__new__(cls, text)
        made.name, made.values = name, values
        return made

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Results:
    """An answer to a search: `total` reports match, `hits` are the page of them that was asked for.

    `relaxed` is true when those with some of the words are shown, as no report has all of them, or as nobody expects
    that of a `sentence`: a question, or more than ten words in a row. `total` then counts the reports with a telling
    word, as very common ones are in most. `bounded` is true when not every hit was
    looked at for the order: the best come first, the others follow, the newest first. `notes` say what of the query was
    not understood, `suggestions` are queries that may have been meant, and `cursor` leads to the next page. `total` is
    `estimated` where counting would take too long: very common words among a million reports.
    """

    total: int
    hits: tuple[Hit, ...]
    relaxed: bool = False
    sentence: bool = False
    bounded: bool = False
    notes: tuple[Note, ...] = ()
    suggestions: tuple[str, ...] = ()
    cursor: str | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """How the reports that a search finds are spread: (name, reports) each, portals and sections by number.

    Months are written 2024-05. `total` and `years` count all of them; where `bounded` is true, the others count the
    newest ones alone. Where it is `estimated`, `total` and `years` are about right: counting would take too long.
    """

    total: int
    portals: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[str, int], ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    sections: tuple[tuple[str, int], ...] = ()
    bounded: bool = False
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search: its `query` as typed, when it was added and last run (UTC), how many reports it has told of.

    Those that it found when it was added are among them.
    """

    name: str
    query: str
    added_at: datetime
    run_at: datetime | None = None
    told: int = 0
