"""Stories: reports of different portals that are one text, such as a press release and those who took it over.

They are linked, never merged. Candidates are found by MinHash over runs of four words (one-permutation hashing, in
bands: locality-sensitive hashing), and each link is verified on the texts. The hashing is our own because it is kept
for years: that of a library may change with its next version.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from zlib import crc32

from portal_archiver.model import StoryLink
from portal_archiver.text import words

RUN = 4  # words
SHORTEST = 40  # runs; a text shorter than that is a notice that many write alike
BANDS, ROWS = 20, 5
SIMILAR = 0.6  # of the runs of both texts, those in common
# Candidates that are verified, those with the most bands in common first: a form that all use is no story.
MOST_CANDIDATES = 40

_MASK = (1 << 64) - 1
_SPREAD = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: spreads what crc32 leaves close (Knuth 6.4)
_BINS = BANDS * ROWS
_LATEST = "SELECT a.portal_id, r.body FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.id = ?"
_CANDIDATES = f"""
SELECT b.article_id FROM story_bands b JOIN articles a ON a.id = b.article_id
 WHERE b.band IN ({", ".join("?" * BANDS)}) AND a.portal_id <> ?
 GROUP BY b.article_id ORDER BY count(*) DESC, b.article_id LIMIT {MOST_CANDIDATES}
"""
# All that hang together, from one of them on.
_STORY = """
WITH RECURSIVE story (id) AS (
    VALUES (?1)
     UNION
    SELECT CASE l.one WHEN story.id THEN l.other ELSE l.one END
      FROM story JOIN story_links l ON l.one = story.id OR l.other = story.id
)
SELECT a.id, p.key, r.title, a.url, a.published
  FROM story JOIN articles a ON a.id = story.id JOIN revisions r ON r.id = a.revision_id
  JOIN portals p ON p.id = a.portal_id
 WHERE a.id <> ?1 ORDER BY coalesce(a.published, a.first_seen), a.id
"""


def update(sql: sqlite3.Connection, article_id: int) -> None:
    """Link an article, as it now stands, to what other portals have of the same text."""
    portal_id, body = sql.execute(_LATEST, (article_id,)).fetchone()
    remove(sql, article_id)
    runs = runs_of(body)
    if len(runs) < SHORTEST:
        return
    bands = tuple(bands_of(runs))
    for candidate, share in _verified(sql, runs, sql.execute(_CANDIDATES, (*bands, portal_id)).fetchall()):
        pair = sorted((article_id, candidate))
        sql.execute("INSERT INTO story_links (one, other, share) VALUES (?, ?, ?)", (*pair, share))
    sql.executemany(
        "INSERT OR IGNORE INTO story_bands (band, article_id) VALUES (?, ?)", ((b, article_id) for b in bands)
    )


def remove(sql: sqlite3.Connection, article_id: int) -> None:
    """Take an article out of its story."""
    sql.execute("DELETE FROM story_links WHERE one = ?1 OR other = ?1", (article_id,))
    sql.execute("DELETE FROM story_bands WHERE article_id = ?", (article_id,))


def rebuild(sql: sqlite3.Connection) -> None:
    """Link all articles anew."""
    for (article_id,) in sql.execute("SELECT id FROM articles ORDER BY id").fetchall():
        update(sql, article_id)


def of_article(sql: sqlite3.Connection, article_id: int) -> tuple[StoryLink, ...]:
    """The other reports of an article's story, the earliest first."""
    return tuple(
        StoryLink(found, portal, title, url, date.fromisoformat(published[:10]) if published else None)
        for found, portal, title, url, published in sql.execute(_STORY, (article_id,))
    )


def runs_of(body: str) -> frozenset[int]:
    """The hashes of all runs of words of a text, 64 bits each."""
    said = words(body)
    runs = map(" ".join, zip(*(said[n:] for n in range(RUN)), strict=False))
    return frozenset([(crc32(run.encode()) + 1) * _SPREAD & _MASK for run in runs])


def share_of(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of the runs of both texts that they have in common (Jaccard), from 0 to 1."""
    return len(one & other) / max(len(one | other), 1)


def bands_of(runs: Iterable[int]) -> Iterator[int]:
    """The bands of a text, 64 bits each, signed; one is the same in two texts with their share to the fifth power."""
    least = {run % _BINS: run for run in sorted(runs, reverse=True)}
    for band in range(BANDS):
        mixed = band
        for place in range(band * ROWS, (band + 1) * ROWS):
            mixed = ((mixed ^ _or_next(least, place)) * _SPREAD + 1) & _MASK
        yield mixed - (1 << 64) if mixed >> 63 else mixed


def _or_next(least: dict[int, int], place: int) -> int:
    """The least run of a bin, or of the next one that has any: short texts fill few (Shrivastava and Li 2014)."""
    return next((value + step for step in range(_BINS) if (value := least.get((place + step) % _BINS))), 0)


def _verified(
    sql: sqlite3.Connection, runs: frozenset[int], candidates: list[tuple[int]]
) -> Iterator[tuple[int, float]]:
    shares: dict[str, float] = {}  # a release that many took over word for word is read once
    for (candidate,) in candidates:
        _, body = sql.execute(_LATEST, (candidate,)).fetchone()
        if body not in shares:
            shares[body] = share_of(runs, runs_of(body))
        if shares[body] >= SIMILAR:
            yield candidate, shares[body]
