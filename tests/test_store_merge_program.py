"""The program merges, and says what it will not."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from merged import BODY, Folder, held, refused, shows
from portal_archiver.errors import ArchiveError, LockedError, MissingArchiveError, PortalArchiverError
from portal_archiver.store import Archive, payloads, schema, verify
from program import cli
from test_store_errors import UNDO, read_only_folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def two(folder: Folder) -> tuple[Path, Path]:
    return folder.archive("one", [shows("tin/1", 1)]), folder.archive("other", [shows("tin/2", 2, BODY + "Khác.")])


def test_the_program_says_what_was_added_and_that_a_second_time_nothing_was(two: tuple[Path, Path]) -> None:
    first, second = (cli(two[0].parent, "merge", "other.db", "--archive", "one.db") for _ in range(2))
    assert first.stdout == ("one.db: merged other.db\nAdded: 1 report, 1 revision, 1 capture.\n")
    assert second.stdout == "one.db: merged other.db\nNothing was added: all of it was there already.\n"
    answer = json.loads(cli(two[0].parent, "merge", "other.db", "--archive", "one.db", "--json").stdout)
    assert answer["merged"]["captures"] == 0
    assert (first.returncode, second.returncode, first.stderr) == (0, 0, "")


def test_what_is_no_sound_archive_of_another_is_refused(two: tuple[Path, Path]) -> None:
    ours, other = two
    refused(ours, ours, PortalArchiverError, "is the archive itself")
    refused(ours, ours.with_name("none.db"), MissingArchiveError, "there is no archive")
    refused(ours, ours.parent, ArchiveError, "is a folder")
    notes = ours.with_name("notes.txt")
    notes.write_text("Không phải cơ sở dữ liệu.\n" * 100)
    refused(ours, notes, ArchiveError, "is not an SQLite file")
    with closing(sqlite3.connect(ours.with_name("foreign.db"))) as sql:
        sql.execute("CREATE TABLE t (x)")
    refused(ours, ours.with_name("foreign.db"), ArchiveError, "not an archive of ours")
    with closing(sqlite3.connect(other, isolation_level=None)) as sql:
        sql.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        refused(ours, other, ArchiveError, "written by a newer portal-archiver")
        sql.execute(f"PRAGMA user_version = {schema.VERSION}")
        sql.execute("UPDATE bodies SET data = zeroblob(9)")
    refused(ours, other, ArchiveError, r"other\.db is damaged .* nothing of it was merged")


def test_an_archive_of_an_older_version_is_merged_and_left_as_it_is(folder: Folder) -> None:
    ours = folder.archive("one", [shows("tin/1", 1)])
    other = folder.archive("other", [shows("tin/1", 5, BODY + "Đính chính."), shows("tin/2", 2, BODY + "Khác.")])
    expected = folder.contents(folder.merged(ours, other))
    with Archive(other) as archive:
        for version in range(schema.VERSION, 1, -1):
            name, statements = UNDO[version]
            for statement in statements:
                archive.db.execute(statement)
            archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [name])
        archive.db.execute("PRAGMA user_version = 1")
    before = other.read_bytes()
    with Archive(ours) as archive:
        archive.merge(other)
        assert held(archive) == expected
    assert other.read_bytes() == before
    assert not [file.name for file in folder.path.iterdir() if file.name.startswith("merge-")]


def test_an_archive_that_cannot_be_written_is_told(two: tuple[Path, Path]) -> None:
    two[1].chmod(0o644)
    with read_only_folder() as closed, Archive(closed / "archive.db", read_only=True) as archive:
        with pytest.raises(ArchiveError, match=r"archive\.db\.lock cannot be used: Permission denied") as caught:
            archive.merge(two[1])
        assert caught.value.exit_code == 7


def test_no_crawl_may_run_meanwhile(two: tuple[Path, Path]) -> None:
    with Archive(two[0]) as crawl, crawl.exclusive(), Archive(two[0]) as archive:
        with pytest.raises(LockedError, match="in use by another run"):
            archive.merge(two[1])
        assert archive.search("").total == 1


def test_a_full_disk_leaves_the_archive_as_it_was(folder: Folder) -> None:
    ours = folder.archive("one", [shows("tin/1", 1)])
    choose = random.Random(1)
    bulky = [shows(f"tin/{n}", n, choose.randbytes(20_000).hex()) for n in range(2, 40)]
    other = folder.archive("other", bulky)
    with Archive(ours) as archive:
        before = held(archive)
        pages = archive.db.execute("PRAGMA page_count").fetchone()[0]
        archive.db.execute(f"PRAGMA max_page_count = {pages + 60}")
        with pytest.raises(ArchiveError, match="the disk is full") as caught:
            archive.merge(other)
        assert caught.value.exit_code == 7
        assert held(archive) == before
        archive.db.execute("PRAGMA max_page_count = 1000000")
        assert archive.merge(other).captures == 38
    assert verify(ours).sound


def test_a_payload_of_theirs_that_ours_has_otherwise_packed_is_not_needed_twice(folder: Folder) -> None:
    same = [shows("tin/1", 1)]
    ours, other = folder.archive("one", same), folder.archive("other", same)
    with Archive(ours) as archive:
        assert archive.merge(other).payloads == 0
        assert payloads.stands_alone(archive.db.conn, 1)
