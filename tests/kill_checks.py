"""What an archive must be like after a kill, and whether two archives hold the same."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from demo_crawl import Asked
from portal_archiver.store import Archive, schema

# What must find nothing, whatever the moment of the kill.
TORN = {
    "a broken reference": "PRAGMA foreign_key_check",
    "an article without a revision": "SELECT url FROM articles WHERE revision_id IS NULL",
    "an article that points at another's revision, or not at its latest": """
        SELECT url FROM articles a WHERE revision_id <> (SELECT id FROM revisions WHERE article_id = a.id
                                                          ORDER BY number DESC LIMIT 1)""",
    "revisions that are not 1, 2, 3...": """
        SELECT article_id FROM revisions GROUP BY article_id HAVING max(number) <> count(*) OR min(number) <> 1""",
    "a revision from a capture of something else": """
        SELECT r.id FROM revisions r JOIN captures c ON c.id = r.capture_id WHERE c.article_id IS NOT r.article_id""",
    "an article without an address": "SELECT url FROM articles WHERE id NOT IN (SELECT article_id FROM article_urls)",
    "a payload without a capture": "SELECT sha256 FROM bodies WHERE id NOT IN (SELECT body_id FROM captures)",
    "a footer without a capture": "SELECT text FROM licenses WHERE id NOT IN (SELECT license_id FROM captures)",
    "a URL that is said to be fetched and has no capture": """
        SELECT url FROM urls u WHERE (state = 'fetched' OR fetched_at IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.url = u.url AND c.portal_id = u.portal_id)""",
    "a URL with more captures or fewer than it was fetched": """
        SELECT url FROM urls u
         WHERE fetches <> (SELECT count(*) FROM captures c WHERE c.url = u.url AND c.portal_id = u.portal_id)""",
    "a capture of a URL that does not know of it": "SELECT url FROM captures WHERE url NOT IN (SELECT url FROM urls)",
    "a run that ended and was never at work": "SELECT id FROM runs WHERE finished_at < started_at",
}

# What an archive holds. Ids and times differ from run to run; what is asked for in every run (rank 0 and 1) has more
# captures the more runs there were. `found_on`, `depth` and `text` tell of the first page that linked to a URL.
HELD = {
    "articles": """
        SELECT a.url, a.kind, a.published, a.content_key, r.number
          FROM articles a JOIN revisions r ON r.id = a.revision_id""",
    "revisions": """
        SELECT a.url, r.number, r.digest, r.reading, r.title, r.lead, r.body, r.body_html, r.author, r.section,
               r.language, r.published, r.published_origin, r.published_raw, r.updated, r.updated_origin, r.updated_raw
          FROM revisions r JOIN articles a ON a.id = r.article_id""",
    "photos": """
        SELECT a.url, r.number, p.n, p.url, p.caption, p.credit, p.position FROM photos p
          JOIN revisions r ON r.id = p.revision_id JOIN articles a ON a.id = r.article_id""",
    "attachments": """
        SELECT a.url, r.number, t.n, t.url, t.title, t.media_type FROM attachments t
          JOIN revisions r ON r.id = t.revision_id JOIN articles a ON a.id = r.article_id""",
    "addresses": "SELECT a.url, u.url, u.shown FROM article_urls u JOIN articles a ON a.id = u.article_id",
    "licenses": """
        SELECT digest, governing_body, managing_unit, number, issuer, issued_on, responsible_person, address, phones,
               faxes, emails, attribution, attribution_source, copyright FROM licenses""",
    "frontier": """
        SELECT url, depth, found_on, text, listed, listed_raw, rank, state, reason, detail, failures, kind, look, etag,
               last_modified FROM urls""",
    "captures of pages": """
        SELECT c.url, c.final_url, c.status, a.url, l.digest, b.sha256, u.fetches
          FROM captures c JOIN bodies b ON b.id = c.body_id
          JOIN urls u ON u.url = c.url AND u.portal_id = c.portal_id AND u.rank > 1
          LEFT JOIN articles a ON a.id = c.article_id LEFT JOIN licenses l ON l.id = c.license_id""",
    "captures of what is asked for in every run": """
        SELECT DISTINCT c.url, c.final_url, a.url, b.sha256 FROM captures c JOIN bodies b ON b.id = c.body_id
          JOIN urls u ON u.url = c.url AND u.portal_id = c.portal_id AND u.rank <= 1 AND c.status <> 304
          LEFT JOIN articles a ON a.id = c.article_id""",
}

# By hand, with the columns of the first version.
ROWS = """
INSERT INTO portals (id, key, name) VALUES (1, 'xa-dong', 'Xã Đông');
INSERT INTO urls (portal_id, url, due, rank, state, fetches, fetched_at, tried_at, kind) VALUES
  (1, 'https://dong.example/tin/1', '2024-01-02', 3, 'fetched', 1, '2024-01-01', '2024-01-01', 'article'),
  (1, 'https://dong.example/tin/2', '2024-01-01', 2, 'new', 0, NULL, NULL, NULL);
INSERT INTO licenses (id, digest, number) VALUES (1, 'd', '7/GP-STTTT');
INSERT INTO bodies (id, sha256, size, data) VALUES (1, 's', 3, x'00');
INSERT INTO captures (id, portal_id, url, final_url, fetched_at, status, headers, body_id, license_id) VALUES
  (1, 1, 'https://dong.example/tin/1', 'https://dong.example/tin/1', '2024-01-01T00:00:00.000000+00:00',
  200, '[]', 1, 1);
INSERT INTO articles (id, portal_id, url, kind, first_seen, last_seen) VALUES
  (1, 1, 'https://dong.example/tin/1', 'article', '2024-01-01', '2024-01-01');
INSERT INTO revisions (id, article_id, number, capture_id, digest, reading, title, lead, body, body_html) VALUES
  (1, 1, 1, 1, 'd', 'r', 'Đường về xã Đông', '', 'Con đường đã xong.', '');
UPDATE articles SET revision_id = 1;
UPDATE captures SET article_id = 1;
INSERT INTO photos (revision_id, n, url, caption, credit, position) VALUES
  (1, 0, 'https://dong.example/a.jpg', 'Con đường', 'HẢI', 0);
INSERT INTO article_urls (portal_id, url, article_id, shown) VALUES (1, 'https://dong.example/tin/1', 1, 's');
INSERT INTO runs (portal_id, started_at) VALUES (1, '2024-01-01T00:00:00.000000+00:00');
"""
# How the report gets into the index, from the version on in which that began.
INDEXED = {
    10: """
UPDATE articles SET docid = 1;
INSERT INTO articles_fts (rowid, title, body, author, captions, credits, section, marks)
  SELECT docid, title, body, author, captions, credits, section, marks FROM articles_text;
""",
    1: """
INSERT INTO articles_fts (rowid, title, body, author, captions, credits, section)
  SELECT id, title, body, author, captions, credits, section FROM articles_text;
""",
}

Held = dict[str, list[tuple[Any, ...]]]


@contextmanager
def as_it_lies(archive: Path, folder: Path) -> Iterator[Path]:
    """A copy of the archive with its WAL, to look at: who opens the archive itself tidies up after the kill."""
    place = folder / "copy"
    place.mkdir()
    for name in (archive.name, f"{archive.name}-wal"):
        if (archive.parent / name).exists():
            shutil.copy(archive.parent / name, place)
    yield place / archive.name
    shutil.rmtree(place)


def held(archive: Path) -> Held:
    """All that an archive holds, in an order of its own."""
    with closing(sqlite3.connect(archive)) as db:
        return {name: sorted(db.execute(select), key=repr) for name, select in HELD.items()}


@dataclass(frozen=True, slots=True)
class State:
    """An archive between two runs: how often each URL was fetched, which of them are not due, and the articles."""

    fetches: Counter[str]
    resting: frozenset[str]
    articles: int


NOTHING = State(Counter(), frozenset(), 0)


def laid_bare(archive: Path, folder: Path) -> tuple[int, dict[str, str], dict[str, list[tuple[Any, ...]]]]:
    """Of an archive of whatever version: the version, the schema, and all rows of all tables."""
    with as_it_lies(archive, folder) as copy, closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (version,) = db.execute("PRAGMA user_version").fetchone()
        built = dict(db.execute("SELECT name, sql FROM sqlite_master"))
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return version, built, {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def older(archive: Path, version: int) -> None:
    """An archive as that version of the schema had it, with a report in it and a run that was killed."""
    with closing(sqlite3.connect(archive, isolation_level=None)) as sql:
        sql.execute("PRAGMA journal_mode = WAL")
        db = Database(sql, execute_plugins=False)
        later = [migration.name for migration in schema.migrations.pending(db)][version:]
        schema.migrations.apply(db, stop_before=later)
        rows = ROWS + next(script for first, script in INDEXED.items() if version >= first)
        sql.executescript(f"PRAGMA application_id = {schema.APPLICATION_ID}; PRAGMA user_version = {version}; {rows}")


def state_of(archive: Path, folder: Path) -> State:
    """How an archive stands after a kill; AssertionError where anything is torn."""
    assert lock_is_free(archive)
    if not archive.exists():
        return NOTHING
    with as_it_lies(archive, folder) as copy:
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not db.execute("PRAGMA user_version").fetchone()[0]:
                assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,), "half a schema"
                return NOTHING
            assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
            torn = {what: found for what, select in TORN.items() if (found := db.execute(select).fetchall())}
            assert torn == {}
            db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
            db.execute("INSERT INTO articles_pairs (articles_pairs) VALUES ('integrity-check')")
            db.rollback()
            (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            resting = db.execute("SELECT url FROM urls WHERE due > ?", [now])
            state = State(
                Counter(dict(db.execute("SELECT url, fetches FROM urls WHERE fetches"))),
                frozenset(path_of(url) for (url,) in resting),
                int(articles),
            )
        with Archive(copy, read_only=True) as reader:
            assert reader.search("").total == articles
        return state


def lock_is_free(archive: Path) -> bool:
    """Whether the lock of a killed run died with it."""
    try:
        with archive.with_name(f"{archive.name}.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def path_of(url: str) -> str:
    """A URL as a request names it."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def fetched(asked: list[Asked]) -> Counter[str]:
    """The paths asked for, redirects counted once, robots.txt left out."""
    hops = {number + 1 for number, one in enumerate(asked) if one.status == 301}
    return Counter(one.path for number, one in enumerate(asked) if number not in hops and one.path != "/robots.txt")


def in_flight(asked: list[Asked], before: State, after: State) -> Counter[str]:
    """What a run asked for and did not keep; AssertionError where it asked for what it had."""
    asked_for = fetched(asked)
    assert not before.resting & set(asked_for), "asked for before it was due"
    assert max(asked_for.values(), default=0) <= 1, "asked for twice in one run"
    kept = Counter({path_of(url): number for url, number in (after.fetches - before.fetches).items()})
    assert kept <= asked_for, "kept and never asked for"
    return asked_for - kept
