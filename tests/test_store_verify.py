"""`verify` finds what is no longer as it was stored, says what that takes away, and never writes or stumbles."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from portal_archiver.errors import ArchiveError, LockedError
from portal_archiver.model import Article, Verification
from portal_archiver.store import Archive, payloads, repair_index, revisions, scanning, verify
from portal_archiver.store.revisions import Read
from program import cli
from test_store_errors import UNDO, read_only_folder

PAGE = 4096


@pytest.fixture
def path(demo_folder: Path, tmp_path: Path) -> Path:
    """A copy of the crawled demo portal that may be spoilt."""
    payloads._PREPARED._ready.clear()  # a dictionary that was read before the damage would hide it
    with (
        closing(sqlite3.connect(demo_folder / "archive.db")) as source,
        closing(sqlite3.connect(tmp_path / "a.db")) as copy,
    ):
        source.backup(copy)
    return tmp_path / "a.db"


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            sql.execute(statement)


def one(path: Path, select: str) -> int:
    with closing(sqlite3.connect(path)) as sql:
        return int(sql.execute(select).fetchone()[0])


def causes(found: Verification) -> list[tuple[str, int | None]]:
    return [(damage.what, damage.id) for damage in found.damages]


def test_a_sound_archive_is_found_sound_and_not_a_byte_of_it_is_written(path: Path) -> None:
    before = path.read_bytes()
    found = verify(path)
    assert found.sound
    assert found.payloads == one(path, "SELECT count(*) FROM bodies") > 50
    assert found.captures == one(path, "SELECT count(*) FROM captures")
    assert found.articles == one(path, "SELECT count(*) FROM articles")
    assert path.read_bytes() == before


def test_a_payload_that_changed_costs_its_capture_and_touches_its_report(path: Path) -> None:
    select = "SELECT max(c.%s) FROM captures c JOIN bodies b ON b.id = c.body_id WHERE b.dictionary_id AND article_id"
    article = one(path, select % "article_id")
    capture, number = (
        one(path, f"SELECT {name} FROM captures WHERE article_id = {article}") for name in ("id", "body_id")
    )
    spoil(path, f"UPDATE bodies SET sha256 = replace(sha256, 'a', 'b') WHERE id = {number}")
    found = verify(path)
    assert causes(found) == [("payload", number)]
    assert found.damages[0].detail == "is damaged (wrong SHA-256)"
    assert [lost.id for lost in found.lost_captures] == [capture]
    assert [marred.id for marred in found.marred_articles] == [article]
    assert found.marred_articles[0].url.startswith("http")
    assert not found.repairable
    assert verify(path, quick=True).sound  # it reads no payload, as it says


@pytest.mark.parametrize("how", ["data = zeroblob(40)", "data = substr(data, 1, length(data) / 2)"])
def test_a_damaged_dictionary_is_the_one_cause_for_all_that_lean_on_it(path: Path, how: str) -> None:
    number = one(path, "SELECT dictionary_id FROM bodies GROUP BY dictionary_id ORDER BY count(*) DESC LIMIT 1")
    leaning = one(path, f"SELECT count(*) FROM bodies WHERE dictionary_id = {number}")
    assert leaning > 5
    spoil(path, f"UPDATE bodies SET {how} WHERE id = {number}")
    found = verify(path)
    assert causes(found) == [("payload", number)]
    assert found.damages[0].detail.endswith(f"told as the difference to it: {leaning}")
    captures = (
        f"SELECT count(*) FROM captures c JOIN bodies b ON b.id = c.body_id WHERE {number} IN (b.id, b.dictionary_id)"
    )
    assert len(found.lost_captures) == one(path, captures)


ALTERED = {
    "when": "fetched_at = '2020-01-01T00:00:00+00:00'",
    "what was answered": "status = 404, headers = '[]'",
    "where": "final_url = final_url || '?'",
    "by whom it was made": """source = '{"file": "x.warc", "record": ""}'""",
    "without a checksum": "checksum = NULL",
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_capture_whose_facts_were_altered_is_named_with_its_report(path: Path, what: str) -> None:
    number = one(path, "SELECT max(id) FROM captures WHERE article_id = 3")
    spoil(path, f"UPDATE captures SET {ALTERED[what]} WHERE id = {number}")
    found = verify(path)
    assert ("capture", number) in causes(found)
    assert [lost.id for lost in found.lost_captures] == [number]
    assert "captures of it are not what was stored: 1" in found.marred_articles[0].why
    done = cli(path.parent, "verify", "--archive", "a.db")
    assert done.returncode == 7 and f"capture {number} is not what was stored: its address, time" in done.stdout


def test_a_portal_of_another_name_is_an_alteration_of_all_its_captures(path: Path) -> None:
    spoil(path, "UPDATE portals SET key = 'xa'")
    assert len(verify(path).lost_captures) == one(path, "SELECT count(*) FROM captures")


@pytest.mark.parametrize("field", ["attribution = 'Tự do đăng lại.'", "text = text || '.'", """phones = '["113"]'"""])
def test_a_footer_that_was_altered_is_named(path: Path, field: str) -> None:
    number = one(path, "SELECT license_id FROM captures WHERE article_id = 3")
    spoil(path, f"UPDATE licenses SET {field} WHERE id = {number}")
    found = verify(path)
    assert causes(found) == [("license", number)]
    reports = one(path, f"SELECT count(DISTINCT article_id) FROM captures WHERE license_id = {number}")
    assert reports > 5 and found.damages[0].detail.endswith(f"stands beside: {reports}")


@pytest.mark.parametrize("field", ["published = '2019-02-03'", "section = 'Khác'", "updated = '2019-02-03'"])
def test_what_makes_no_revision_is_held_against_a_digest_too(path: Path, field: str) -> None:
    spoil(path, f"UPDATE revisions SET {field} WHERE article_id = 3")
    if field.startswith("published"):
        spoil(path, f"UPDATE articles SET {field} WHERE id = 3")
    said = [damage.detail for damage in verify(path).damages if damage.what == "report" and damage.id == 3]
    assert any("dates, section or files of its revision 1 are not what was stored" in each for each in said)


def test_an_older_archive_gets_its_checksums_with_the_migration(path: Path) -> None:
    spoil(
        path, *UNDO[16][1], "DELETE FROM _sqlite_migrations WHERE name = 'm016_checksums'", "PRAGMA user_version = 15"
    )
    Archive(path).close()
    assert verify(path).sound
    assert one(path, "SELECT count(*) FROM captures WHERE checksum IS NULL") == 0
    assert one(path, "SELECT count(*) FROM licenses WHERE checksum IS NULL") == 0


def test_an_index_that_lags_behind_is_found_and_made_anew(path: Path) -> None:
    spoil(
        path, "UPDATE revisions SET title = 'Nhan đề khác' WHERE id = (SELECT revision_id FROM articles WHERE id = 3)"
    )
    assert ("index", None) in causes(verify(path))
    repair_index(path)
    found = verify(path)
    assert causes(found) == [("report", 3)]  # the text is still not what its digest says
    assert "wrong digest" in found.damages[0].detail
    with Archive(path, read_only=True) as archive:
        assert [hit.article_id for hit in archive.search('"nhan de khac"').hits] == [3]


def test_an_index_alone_that_is_damaged_says_that_nothing_is_lost(path: Path) -> None:
    spoil(path, "DELETE FROM articles_fts_docsize WHERE id = (SELECT docid FROM articles WHERE id = 5)")
    found = verify(path)
    assert causes(found) == [("index", None)]
    assert found.repairable and not found.lost_captures and not found.marred_articles
    done = cli(path.parent, "verify", "--archive", "a.db")
    assert done.returncode == 7
    assert "`portal-archiver verify --repair-index --archive a.db`, which loses nothing" in done.stderr
    assert cli(path.parent, "verify", "--repair-index", "--archive", "a.db").returncode == 0
    assert verify(path).sound


RULES = {
    "has no latest revision": "UPDATE articles SET revision_id = NULL WHERE id = 4",
    "does not point at the latest": "UPDATE articles SET revision_id = revision_id + 1 WHERE id = 4",
    "are not numbered": "UPDATE revisions SET number = 3 WHERE article_id = 4",
    "has another date": "UPDATE articles SET published = '1999-01-01' WHERE id = 4",
    "whose capture is not one of its own": "UPDATE captures SET article_id = 5 WHERE article_id = 4",
    "not known under its own address": "UPDATE article_urls SET url = url || '?' WHERE article_id = 4",
    "an address on another portal": "UPDATE article_urls SET portal_id = 2 WHERE article_id = 4 AND url <> ''",
    "whose capture shows another": "UPDATE captures SET revision_id = 5 WHERE article_id = 4",
    "before it was first seen": "UPDATE articles SET last_seen = '1999-01-01' WHERE id = 4",
    "content key": "UPDATE articles SET content_key = 'x' WHERE id = 4",
}  # fmt: skip


@pytest.mark.parametrize("says", RULES)
def test_what_breaks_a_rule_is_named(path: Path, says: str) -> None:
    spoil(path, "INSERT INTO portals (id, key) VALUES (2, 'xa')", RULES[says])
    found = verify(path)
    assert any(says in damage.detail and damage.id == 4 for damage in found.damages)
    assert 4 in [marred.id for marred in found.marred_articles]


def test_rows_that_refer_to_nothing_are_told(path: Path) -> None:
    spoil(path, "PRAGMA foreign_keys = OFF", "DELETE FROM bodies WHERE id = 9")
    found = verify(path)
    said = [damage.detail for damage in found.damages if damage.what == "rule"]
    assert any(
        re.match(r"table captures: rows \(id \d+\) refer to rows of bodies that are not there: 1$", each)
        for each in said
    )


def pages_of(path: Path, table: str) -> list[int]:
    """The pages of a table that hold rows, in their order; skips where SQLite was built without dbstat."""
    with closing(sqlite3.connect(path)) as sql:
        try:
            rows = sql.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", (table,))
            return [number for (number,) in rows]
        except sqlite3.OperationalError:
            pytest.skip("this SQLite tells nothing of its pages (dbstat)")


@pytest.mark.parametrize("table", ["captures", "bodies", "revisions", "articles", "photos", "article_urls", "urls"])
def test_a_page_of_garbage_costs_what_stood_there_and_nothing_else(path: Path, table: str) -> None:
    for number in pages_of(path, table)[:3]:
        spoilt = path.with_name(f"{table}-{number}.db")
        shutil.copy(path, spoilt)
        with spoilt.open("r+b") as file:
            file.seek((number - 1) * PAGE)
            file.write(random.Random(number).randbytes(PAGE))
        found = verify(spoilt)
        assert any(damage.what == "table" and table in damage.detail for damage in found.damages)
        everything = verify(path)
        if table in ("captures", "bodies"):
            assert 0 < len(found.lost_captures) < everything.captures / 2
        elif table in ("revisions", "articles"):
            assert 0 < len(found.marred_articles) < everything.articles / 2
        elif table == "urls":
            assert not found.lost_captures and not found.marred_articles


def test_rows_behind_a_damaged_page_are_read_all_the_same(path: Path) -> None:
    first = pages_of(path, "captures")[1]
    with path.open("r+b") as file:
        file.seek((first - 1) * PAGE)
        file.write(bytes(PAGE))
    lost: list[int] = []
    with closing(sqlite3.connect(path)) as sql:
        read = [row[0] for row in scanning.rows(sql, "captures", "url", lost.append)]
        assert lost and max(read) > max(lost) and min(read) < min(lost)
        assert sorted(read + lost) == list(range(1, scanning.last_id(sql, "captures") + 1))


def test_a_truncated_archive_is_reported_on(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 3 // 4 // PAGE * PAGE)
    done = cli(path.parent, "verify", "--archive", "a.db", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["sound"], answer["exit_code"]) == (7, False, 7)
    assert answer["verification"]["lost_captures"]
    assert answer["advice"][0].startswith("restore the last backup")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (lambda path: path.write_text("Không phải cơ sở dữ liệu.\n" * 100), "is not an SQLite file"),
        (lambda path: path.write_bytes(path.read_bytes()[:100] + bytes(PAGE)), "is damaged|list of tables"),
        (lambda path: (path.unlink(), path.mkdir()), "is a folder"),
    ],
)
def test_a_file_that_cannot_be_opened_is_told_in_one_line(
    path: Path, spoilt: Callable[[Path], object], message: str
) -> None:
    spoilt(path)
    done = cli(path.parent, "verify", "--archive", "a.db")
    assert (done.returncode, done.stdout) == (7, "")
    assert re.search(message, done.stderr) and done.stderr.count("\n") == 1


def test_an_archive_in_a_folder_that_cannot_be_written_is_verified_but_not_repaired() -> None:
    with read_only_folder() as closed:
        assert verify(closed / "archive.db").sound
        with pytest.raises(ArchiveError, match="cannot be") as caught:
            repair_index(closed / "archive.db")
        assert caught.value.exit_code == 7
        assert [file.name for file in closed.iterdir()] == ["archive.db"]


def test_a_crawl_may_run_meanwhile_but_not_while_the_index_is_made_anew(path: Path) -> None:
    with Archive(path) as archive, archive.exclusive(), archive.transaction():
        assert verify(path).sound
        with pytest.raises(LockedError, match="in use by another run"):
            repair_index(path)


def test_what_a_crawl_writes_meanwhile_is_no_damage(path: Path) -> None:
    """Rows that come while the tables are read one after the other."""
    stop = threading.Event()

    def write() -> None:
        with Archive(path) as archive:
            sources = [archive.article(number) for number in (1, 2, 3)]
            while not stop.is_set():
                for source in sources:
                    archive.db.execute("UPDATE articles SET last_seen = last_seen WHERE id = ?", [source.id])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(verify(path).sound for _ in range(3))
    finally:
        stop.set()
        writer.join()


def test_what_a_crawl_reads_anew_meanwhile_is_no_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at a report's digests and the look at its text."""
    load = revisions.load
    with Archive(path) as archive:

        def load_late(sql: sqlite3.Connection, revision_id: int) -> Article:
            if sql is not archive.db.conn:
                article = replace(load(archive.db.conn, revision_id), section="Mục khác")
                with archive.transaction():
                    revisions.reread(archive.db.conn, revision_id, Read(article, digest_of[revision_id], ""))
            return load(sql, revision_id)

        digest_of = dict(archive.db.execute("SELECT id, digest FROM revisions").fetchall())
        monkeypatch.setattr(revisions, "load", load_late)
        assert verify(path, with_index=False).sound
        assert archive.article(3).article.section == "Mục khác"


def test_the_index_cannot_be_made_anew_from_damaged_tables_and_stays_as_it_was(path: Path) -> None:
    number = pages_of(path, "revisions")[0]
    with path.open("r+b") as file:
        file.seek((number - 1) * PAGE)
        file.write(bytes(PAGE))
    with pytest.raises(ArchiveError, match="was not made anew"):
        repair_index(path)
    with Archive(path, read_only=True) as archive:
        assert archive.db.execute("SELECT count(*) FROM articles_fts_docsize").fetchone()[0] > 50


def test_a_word_is_said_on_the_way(path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    verify(path, show=lambda *words: said.append(words))
    assert [what for what, *_ in said if what in ("tables", "payloads", "reports")] == ["tables", "payloads", "reports"]
    assert all(done <= total for _, done, total in said)
