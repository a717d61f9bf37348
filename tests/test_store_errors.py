"""What goes wrong with a file is told in one line with the right exit code, and nothing is half-written."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from portal_archiver.errors import ArchiveError, LockedError, MissingArchiveError
from portal_archiver.model import Article, Capture, Page
from portal_archiver.store import Archive, schema, views

NOBODY = 65534


def save(archive: Archive, n: int, size: int = 0) -> None:
    url = f"https://bachhai.example/tin/{n}"
    capture = Capture(url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=os.urandom(size))
    archive.save(capture, Page(url, url, "article", Article(f"Tin {n}", "Nội dung")))


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder nobody may write to; root, whom permissions do not bind, becomes somebody else for a while."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Archive(folder / "archive.db").close()
        (folder / "archive.db").chmod(0o444)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        try:
            if root:
                os.seteuid(NOBODY)
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_missing_archive_is_made_only_when_wanted(tmp_path: Path) -> None:
    for options in ({"create": False}, {"read_only": True}):
        with pytest.raises(MissingArchiveError, match=r"no archive at .*archive\.db") as caught:
            Archive(tmp_path / "archive.db", **options)
        assert caught.value.exit_code == 2
    assert not list(tmp_path.iterdir())
    Archive(str(tmp_path / "archive.db")).close()
    Archive(tmp_path / "archive.db", create=False).close()


def test_an_empty_file_becomes_an_archive(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()
    with Archive(tmp_path / "archive.db") as archive:
        save(archive, 1)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Không phải cơ sở dữ liệu.\n" * 100)
    with pytest.raises(ArchiveError, match=r"notes\.txt is not an SQLite file") as caught:
        Archive(path)
    assert caught.value.exit_code == 7
    assert path.read_text() == "Không phải cơ sở dữ liệu.\n" * 100


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t (x)")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(ArchiveError, match="not an archive of ours"):
            Archive(path, read_only=read_only)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["other.db"]


def test_an_archive_from_the_future_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        archive.db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(ArchiveError, match="written by a newer portal-archiver"):
        Archive(path)


def test_a_truncated_archive_is_told_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        for n in range(50):
            save(archive, n, 4000)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(ArchiveError, match="is damaged") as caught, Archive(path) as archive:
        for n in range(50):
            archive.article(n + 1)
            archive.payload(n + 1)
    assert caught.value.exit_code == 7


def test_a_folder_or_a_path_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is a folder"):
        Archive(tmp_path)
    with pytest.raises(ArchiveError, match="its folder must exist"):
        Archive(tmp_path / "none" / "archive.db")


def test_a_read_only_folder_can_be_read_and_writing_is_told() -> None:
    with read_only_folder() as folder:
        with pytest.raises(ArchiveError, match="cannot be opened"):
            Archive(folder / "new.db")
        with pytest.raises(ArchiveError, match=r"writable") as caught, Archive(folder / "archive.db") as archive:
            save(archive, 1)
        assert caught.value.exit_code == 7
        with Archive(folder / "archive.db", read_only=True) as archive:
            assert archive.search("").total == 0
            with pytest.raises(ArchiveError, match=r"archive\.db\.lock cannot be used"), archive.exclusive():
                pass


def test_an_archive_opened_for_reading_is_not_written(tmp_path: Path) -> None:
    Archive(tmp_path / "archive.db").close()
    with (
        Archive(tmp_path / "archive.db", read_only=True) as archive,
        pytest.raises(ArchiveError, match="cannot be written"),
    ):
        save(archive, 1)


def test_a_full_disk_is_told_and_the_page_is_not_half_written(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        pages = archive.db.execute("PRAGMA page_count").fetchone()[0]
        archive.db.execute(f"PRAGMA max_page_count = {pages + 30}")
        saved = 0
        with pytest.raises(ArchiveError, match="the disk is full"):
            for saved in range(100):
                save(archive, saved, 20_000)
        assert 0 < saved < 100
        assert archive.search("").total == archive.db["captures"].count == archive.db["bodies"].count == saved
        assert archive.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize("error", [FileNotFoundError("trang.html"), TimeoutError("trang"), sqlite3.DataError("so")])
def test_what_goes_wrong_inside_a_transaction_and_is_not_the_archives_comes_out_as_itself(
    tmp_path: Path, error: Exception
) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        with pytest.raises(type(error)) as caught, archive.transaction(), archive.transaction():
            save(archive, 1)
            raise error
        assert caught.value is error
        assert archive.search("").total == 0


def test_another_writer_that_does_not_finish_is_told(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive, Archive(tmp_path / "archive.db") as other:
        archive.db.execute("PRAGMA busy_timeout = 10")
        with other.transaction(), pytest.raises(LockedError, match="written by another program"):
            save(archive, 1)
        save(archive, 1)


def test_the_schema_is_strict_and_as_many_migrations_as_its_version_says(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        assert len(schema.migrations.applied(archive.db)) == schema.VERSION
        assert not schema.migrations.pending(archive.db)
        ours = [
            table
            for table in archive.db.tables
            if not table.name.startswith(("articles_fts", "articles_pairs", "_sqlite", "sqlite_"))
        ]
        assert {table.name for table in ours} == {
            "portals", "urls", "captures", "bodies", "articles", "revisions", "photos", "attachments", "article_urls",
            "licenses", "runs", "run_events", "dictionaries", "robots", "story_bands",
            "story_links", "watches", "watch_hits", "profiles",
        }  # fmt: skip
        assert all(table.strict for table in ours)
        assert archive.db.journal_mode == "wal"
        assert archive.db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    with Database(tmp_path / "archive.db") as plain:
        assert plain.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID


# Of each version after the first: its migration, and what takes its tables back to the version before.
UNDO = {
    2: ("m002_looks", ["DROP INDEX urls_by_look", "ALTER TABLE urls DROP COLUMN look"]),
    3: ("m003_network", ["DROP TABLE robots", "ALTER TABLE captures DROP COLUMN peer"]),
    4: (
        "m004_drift",
        [
            "ALTER TABLE runs DROP COLUMN yields",
            "ALTER TABLE runs DROP COLUMN alarms",
            "ALTER TABLE portals DROP COLUMN accepted_at",
            "DROP INDEX events_of_url",
        ],
    ),
    5: ("m005_dictionaries", ["DROP TABLE dictionaries", "ALTER TABLE bodies DROP COLUMN dictionary_id"]),
    6: ("m006_stories", ["DROP TABLE story_bands", "DROP TABLE story_links"]),
    7: (
        "m007_parsers",
        [
            "ALTER TABLE captures DROP COLUMN parser",
            "ALTER TABLE captures DROP COLUMN revision_id",
            "ALTER TABLE revisions DROP COLUMN parser",
        ],
    ),
    8: ("m008_provenance", ["DROP INDEX captures_by_url", "ALTER TABLE captures DROP COLUMN source"]),
    9: ("m009_views", [f"DROP VIEW {name}" for name in views.NAMES]),
    10: (
        "m010_days_in_index",
        [
            "DROP TABLE articles_fts",
            "DROP VIEW articles_text",
            "DROP INDEX articles_by_docid",
            "ALTER TABLE articles DROP COLUMN docid",
            "ALTER TABLE articles DROP COLUMN section",
            "CREATE VIEW articles_text AS SELECT 1 AS id",
            "CREATE VIRTUAL TABLE articles_fts USING fts5 (title, content = 'articles_text', content_rowid = 'id')",
        ],
    ),
    11: ("m011_watches", ["DROP TABLE watch_hits", "DROP TABLE watches"]),
    12: ("m012_profiles", ["DROP TABLE profiles"]),
    13: ("m013_latest_by_docid", ["DROP VIEW articles_latest", "CREATE VIEW articles_latest AS SELECT 1 AS id"]),
    14: (
        "m014_pairs",
        [
            "DROP TABLE articles_pairs",
            "DROP TABLE articles_fts",
            "CREATE VIRTUAL TABLE articles_fts USING fts5 (title, content = 'articles_text', content_rowid = 'docid')",
        ],
    ),
    15: ("m015_learning", ["ALTER TABLE runs DROP COLUMN learning"]),
    16: (
        "m016_checksums",
        ["ALTER TABLE captures DROP COLUMN checksum", "ALTER TABLE licenses DROP COLUMN checksum"],
    ),
}


def test_every_version_can_be_undone_here() -> None:
    assert list(UNDO) == list(range(2, schema.VERSION + 1))


@pytest.mark.parametrize("older", range(1, schema.VERSION))
def test_an_archive_of_an_older_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path, older: int) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        save(archive, 1)
        expected, captures = archive.article(1), archive.captures(1)
        tables = {table.name: table.columns_dict for table in archive.db.tables}
        for name, statements in (UNDO[version] for version in range(schema.VERSION, older, -1)):
            for statement in statements:
                archive.db.execute(statement)
            archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [name])
        archive.db.execute(f"PRAGMA user_version = {older}")
    with pytest.raises(ArchiveError, match="older portal-archiver; the next `portal-archiver crawl` brings it up to"):
        Archive(path, read_only=True)
    with Archive(path) as archive:
        assert {table.name: table.columns_dict for table in archive.db.tables} == tables
        assert archive.db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert (archive.article(1), archive.captures(1)) == (expected, captures)
