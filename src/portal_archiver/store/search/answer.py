"""The answer to a query: which reports fit, how many, in what order, and the page of them that was asked for."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Hit, Results
from portal_archiver.store.index import DATED
from portal_archiver.store.search import matching
from portal_archiver.store.search.chronology import by_date
from portal_archiver.store.search.folding import spelling
from portal_archiver.store.search.frequency import frequencies
from portal_archiver.store.search.query import Query, Term, has_marks, parse
from portal_archiver.store.search.ranking import MOST_OF_ONE, READ, rank, read_texts, score_all, words_of
from portal_archiver.store.search.scope import Filters, Scope, scope
from portal_archiver.store.search.scoring import Text
from portal_archiver.store.search.snippet import Wanted, snippet, wanted
from portal_archiver.store.search.suggestions import suggestions
from portal_archiver.store.times import day_or_moment

ORDERS = ("relevance", "newest", "oldest")
# Entries of the index up to which bm25 over a list of hits costs less than reading some of them.
CHEAP = 80_000
EXACT_FIRST = 20  # hits that are put in order by the diacritics as typed
MOST_EXACT = 1_000  # reports that are read for an exact search, which no index knows
FARTHEST = 2**40  # hit
_CURSOR = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
_HIT = """
SELECT a.docid, a.id, r.title, a.url, a.published, p.key, r.section, r.body, r.author,
       (SELECT group_concat(trim(caption || ' ' || coalesce(credit, '')), ' ') FROM photos WHERE revision_id = r.id)
  FROM articles a JOIN revisions r ON r.id = a.revision_id
  JOIN portals p ON p.id = a.portal_id WHERE a.docid IN (SELECT value FROM json_each(?))
"""
_IDS = """
SELECT id FROM articles WHERE docid IN (SELECT value FROM json_each(?)) ORDER BY published IS NULL, published, id
"""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which of the hits are wanted, in what order; `cursor` is where an earlier answer ended."""

    limit: int
    offset: int
    sort: str
    cursor: str | None = None

    def in_bounds(self) -> Paging:
        """The same page without numbers that SQLite cannot hold."""
        return replace(self, limit=min(max(self.limit, 0), FARTHEST), offset=min(max(self.offset, 0), FARTHEST))


@dataclass(frozen=True, slots=True)
class Found:
    """What fits a query: the scope, the expression, how many reports, and the best of them where they are known.

    Those that are not in `head` follow it, the newest first.
    """

    scope: Scope
    match: str
    total: int
    head: tuple[int, ...] = ()
    relaxed: bool = False
    bounded: bool = False
    only_head: bool = False


def search(sql: sqlite3.Connection, text: str, filters: Filters, paging: Paging, *, exact: bool = False) -> Results:
    """Answer a query; nothing that is typed raises, an unknown `sort`, date or cursor does."""
    if paging.sort not in ORDERS:
        raise PortalArchiverError(f"cannot sort by {paging.sort!r}; choose one of: {', '.join(ORDERS)}")
    paging = paging.in_bounds()
    query = parse(text, exact=exact)
    within, notes = scope(sql, filters, query)
    latest, paging = _position(sql, paging)
    if paging.cursor is not None:
        within = replace(within, tests=(*within.tests, f"NOT IN (SELECT docid FROM articles WHERE id > {latest})"))
    found = find(within, query, paging)
    numbers = _page(found, paging)
    seen = paging.offset + len(numbers)
    prefixes = [term.words[-1] for term in query.terms if term.prefix]
    return Results(
        found.total,
        _hits(sql, numbers, wanted(query.words, prefixes=prefixes)),
        found.relaxed,
        bounded=found.bounded,
        notes=(*query.notes, *notes),
        suggestions=suggestions(sql, query) if found.relaxed or not found.total else (),
        cursor=f"{latest}-{seen}" if numbers and seen < found.total else None,
    )


def matching_ids(sql: sqlite3.Connection, text: str, filters: Filters, *, exact: bool = False) -> list[int]:
    """The ids of all articles that have all that a query asks for, the oldest first."""
    query = parse(text, exact=exact)
    within, _ = scope(sql, filters, query)
    found = find(within, query, Paging(0, 0, "oldest"))
    if found.relaxed:
        return []
    numbers = found.head if found.only_head else within.numbers(found.match, order="ASC", limit=FARTHEST)
    return [row[0] for row in sql.execute(_IDS, (json.dumps(list(numbers)),))]


def _position(sql: sqlite3.Connection, paging: Paging) -> tuple[int, Paging]:
    """The last article that belongs to an answer, and the page; a cursor holds both, so nothing shifts them."""
    if paging.cursor is None:
        return int(sql.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]), paging
    match = _CURSOR.fullmatch(paging.cursor)
    if match is None:
        raise PortalArchiverError(f"{paging.cursor!r} is no cursor; take `Results.cursor` of the page before")
    return int(match[1]), replace(paging, offset=int(match[2]))


def offset_of(cursor: str | None) -> int:
    """How many hits come before the page that a cursor leads to; 0 for what is no cursor."""
    match = _CURSOR.fullmatch(cursor or "")
    return int(match[2]) if match else 0


def moved_back(cursor: str, hits: int) -> str | None:
    """The cursor of so many hits earlier in the same answer; None for what is no cursor."""
    match = _CURSOR.fullmatch(cursor)
    return f"{match[1]}-{max(int(match[2]) - hits, 0)}" if match else None


def find(within: Scope, query: Query, paging: Paging) -> Found:
    """The reports with all that is asked for, or with some of it where none has all."""
    strict = matching.every_clause(query)
    if not strict:
        return Found(within, "", within.count())
    if query.exact:
        return _exactly(within, strict, query)
    by_rank = paging.sort == "relevance"
    if not query.sentence:
        found = _with_all(within, strict, query, paging)
        if found.total or len(query.words) == 1:
            return found
    words = words_of(query, frequencies(within.sql))
    head = rank(within, words)
    if query.sentence and any(text.has(*query.words) for text in head.texts.values()):
        # A sentence that stands somewhere is a quotation (a headline, say): then its words are meant as they stand.
        quoting = tuple(number for number in head.numbers if within.between(number, number).count(strict))
        return Found(within, strict, within.count(strict), quoting, bounded=head.bounded)
    match = matching.any_of([*map(matching.words, words.telling), *_loose(query)])
    # A report whose common words stand side by side as asked may be among the best with no telling word at all.
    beside = [number for number in head.numbers if by_rank and not within.between(number, number).count(match)]
    total = within.count(match) + len(beside)
    return Found(within, match, total, head.numbers if by_rank else (), total > 0, head.bounded or total > READ)


def _with_all(within: Scope, strict: str, query: Query, paging: Paging) -> Found:
    """The reports with all that is asked for."""
    if paging.sort != "relevance" or not paging.limit:
        return Found(within, strict, within.count(strict))
    hits = within.numbers(strict, limit=MOST_OF_ONE)  # without an order, which costs half as much again
    total = len(hits)
    if total == MOST_OF_ONE:
        total, hits = within.count(strict), within.numbers(strict, order="DESC", limit=MOST_OF_ONE)
    return _ranked(within, strict, query, total, hits, paging) if total else Found(within, strict, 0)


def _loose(query: Query) -> list[str]:
    """The terms that are more than their words: nông*."""
    return [matching.words(term.words[-1], prefix=True) for term in query.terms if term.prefix]


def _ranked(within: Scope, strict: str, query: Query, total: int, hits: Sequence[int], paging: Paging) -> Found:
    """All of it in the order of bm25 where that is cheap, else the best ones first."""
    words = words_of(query, frequencies(within.sql))
    costs = sum(words.found.values()) + sum(words.found[word] for pair in words.pairs for word in pair)
    if total > 1 and (costs > CHEAP or len(hits) == MOST_OF_ONE):
        head = rank(within, words, strict, hits)
        return Found(within, strict, total, head.numbers, bounded=total > len(head.numbers))
    numbers = list(hits)
    if total > 1:
        last = paging.offset + paging.limit
        numbers = within.ranked(strict, _with_pairs(query), limit=max(last, EXACT_FIRST), offset=0)
        if has_marks(query.terms):
            numbers = _as_typed_first(within, numbers[:EXACT_FIRST], query.terms) + numbers[EXACT_FIRST:]
    return Found(within, strict, total, tuple(numbers), only_head=True)


def _with_pairs(query: Query) -> str:
    """`b OR "a b"` finds what `b` finds, but bm25 adds the pair's own weight: side by side as typed counts more."""
    parts = [[matching.term(term) for term in clause if term.is_text] for clause in query.wanted]
    clauses = [clause for clause in query.wanted if any(term.is_text for term in clause)]
    for n, (before, after) in enumerate(pairwise(clauses), 1):
        if len(before) == len(after) == 1 and not (before[0].prefix or before[0].name or after[0].name):
            pair = matching.words(before[0].words[-1], *after[0].words, prefix=after[0].prefix)
            parts[n].append(pair)
    return matching.every(matching.any_of(part) for part in parts if part)


def _as_typed_first(within: Scope, numbers: Sequence[int], terms: Sequence[Term]) -> list[int]:
    texts = read_texts(within, numbers)
    has = {number: sum(map(_contains(text), terms)) for number, text in texts.items()}
    return sorted(numbers, key=lambda number: -has[number])


def _contains(text: Text) -> Callable[[Term], bool]:
    """Whether a term stands in a text with the diacritics as typed."""
    written = spelling(f"{text.title} {text.rest}")
    return lambda term: _is_written(term, written)


def _is_written(term: Term, written: str) -> bool:
    words = re.findall(r"[^\W_]+", term.typed)
    if not all(word in written for word in words):
        return False
    typed = r"[\W_]+".join(map(re.escape, words))
    return re.search(rf"\b{typed}" + ("" if term.prefix else r"(?![^\W_])"), written) is not None


def _exactly(within: Scope, strict: str, query: Query) -> Found:
    """The reports whose text has the exact terms; the newest so many are read, as the index knows no diacritics."""
    numbers = within.numbers(strict, order="DESC", limit=MOST_EXACT)
    texts = read_texts(within, numbers)
    kept = [number for number in numbers if all(map(_contains(texts[number]), query.exact))]
    weights = words_of(query, frequencies(within.sql)).weights({})
    scores = score_all(weights, {number: texts[number] for number in kept})
    best = sorted(kept, key=lambda number: (scores[number], number), reverse=True)
    return Found(within, strict, len(kept), tuple(best), bounded=len(numbers) == MOST_EXACT, only_head=True)


def _page(found: Found, paging: Paging) -> list[int]:
    """The numbers of the page that was asked for."""
    limit, offset = paging.limit, paging.offset
    if not limit or offset >= found.total:
        return []
    if paging.sort != "relevance" or not (found.head or found.only_head):
        if found.only_head:
            return _sorted(found.head, paging.sort)[offset : offset + limit]
        return by_date(found.scope, found.match, newest=paging.sort != "oldest", limit=limit, offset=offset)
    page = list(found.head[offset : offset + limit])
    if len(page) == limit or found.only_head:
        return page
    seen = set(found.head)
    skipped = max(offset - len(found.head), 0)
    most = skipped + limit - len(page) + len(seen)
    rest = [n for n in found.scope.numbers(found.match, order="DESC", limit=most) if n not in seen]
    return page + rest[skipped : skipped + limit - len(page)]


def _sorted(numbers: Iterable[int], sort: str) -> list[int]:
    if sort == "newest":
        return sorted(numbers, reverse=True)
    return sorted(numbers, key=lambda number: (number < DATED, number))


def _hits(sql: sqlite3.Connection, numbers: Sequence[int], looked_for: Wanted) -> tuple[Hit, ...]:
    rows = {row[0]: row[1:] for row in sql.execute(_HIT, (json.dumps(numbers),))}
    return tuple(_hit(rows[number], looked_for) for number in numbers)


def _hit(row: tuple[object, ...], looked_for: Wanted) -> Hit:
    article_id, title, url, published, portal, section, body, author, photos = row
    text, marks = snippet((str(body), str(photos or ""), str(author or "")), looked_for)
    return Hit(
        article_id=int(str(article_id)),
        title=str(title),
        url=str(url),
        snippet=text,
        published=day_or_moment(str(published)) if published else None,
        portal=str(portal),
        section=None if section is None else str(section),
        marks=marks,
    )
