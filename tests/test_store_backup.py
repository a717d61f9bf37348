"""A backup is whole, verified and of one moment, or it is not there; what bore its name before is not lost."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from portal_archiver.errors import ArchiveError, PortalArchiverError
from portal_archiver.store import Archive, copying, verify
from program import ENVIRONMENT, cli
from test_store_errors import read_only_folder, save


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with Archive(path) as opened:
        for n in range(30):
            save(opened, n, 5_000)
    return path


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if not file.name.startswith("archive.db")}


def test_a_backup_holds_what_the_archive_holds_and_says_so(archive: Path) -> None:
    done = cli(archive.parent, "backup", "copy.db", "--json")
    answer = json.loads(done.stdout)["backup"]
    assert (done.returncode, answer["verified"], answer["payloads_checked"]) == (0, True, 30)
    assert (answer["articles"], answer["captures"], answer["payloads"], answer["portals"]) == (30, 30, 30, 1)
    assert answer["size"] == (archive.parent / "copy.db").stat().st_size
    assert names(archive.parent) == {"copy.db"}
    assert verify(archive.parent / "copy.db").sound
    with Archive(archive, read_only=True) as ours, Archive(archive.parent / "copy.db", read_only=True) as copy:
        dumps = [list(each.db.conn.iterdump()) for each in (ours, copy)]
    assert dumps[0] == dumps[1]
    assert archive.stat().st_mode == (archive.parent / "copy.db").stat().st_mode


def test_people_are_told_what_it_holds_and_how_far_it_was_verified(archive: Path) -> None:
    shown = cli(archive.parent, "backup", "copy.db").stdout.splitlines()
    assert shown[0].startswith("copy.db: ") and shown[0].endswith("kB")
    assert shown[1] == "It holds 30 reports, 30 revisions, 30 captures from 1 portal."
    assert shown[2] == "Verified: the file is sound, and so are 30 payloads taken from all."
    quick = cli(archive.parent, "backup", "other.db", "--quick").stdout
    assert "Not verified: `portal-archiver verify --archive other.db` does so." in quick


def test_a_crawl_that_writes_meanwhile_is_neither_stopped_nor_half_copied(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two steps of the copy another program writes a page, which is not in the copy."""
    monkeypatch.setattr(copying, "STEP", 5)
    steps: list[int] = []
    with Archive(archive) as writer, Archive(archive, read_only=True) as reader:

        def write(what: str, done: int, total: int) -> None:
            steps.append(done)
            save(writer, 100 + len(steps), 20_000)

        copied = reader.back_up(archive.with_name("copy.db"), show=write)
        assert len(steps) > 5 and steps == sorted(set(steps))  # nothing began anew
        assert writer.search("").total == 30 + len(steps)
    assert copied.captures == 30
    assert verify(copied.path).captures == 30


def test_a_backup_is_made_while_a_crawl_holds_the_lock_and_a_transaction(archive: Path) -> None:
    with Archive(archive) as crawl, crawl.exclusive(), crawl.transaction():
        save(crawl, 99)
        assert cli(archive.parent, "backup", "copy.db").returncode == 0
    assert verify(archive.parent / "copy.db").captures == 30


def test_what_is_there_is_replaced_only_when_asked_and_only_an_archive(archive: Path) -> None:
    copy, notes = archive.with_name("copy.db"), archive.with_name("notes.txt")
    cli(archive.parent, "backup", "copy.db")
    before = copy.read_bytes()
    with Archive(archive) as opened:
        save(opened, 40)
        with pytest.raises(PortalArchiverError, match="replace it with --overwrite") as caught:
            opened.back_up(copy)
        assert caught.value.exit_code == 2
        assert copy.read_bytes() == before
        assert opened.back_up(copy, overwrite=True).captures == 31
        notes.write_text("Ghi chú")
        with pytest.raises(PortalArchiverError, match="no archive of ours"):
            opened.back_up(notes, overwrite=True)
    assert notes.read_text() == "Ghi chú"
    assert names(archive.parent) == {"copy.db", "notes.txt"}


def test_the_archive_is_never_its_own_backup(archive: Path) -> None:
    links = [archive.with_name("hard.db"), archive.with_name("soft.db")]
    os.link(archive, links[0])
    links[1].symlink_to(archive)
    own = [archive, archive.parent / "." / "archive.db", *links]
    own += [archive.with_name(archive.name + end) for end in ("-wal", "-shm", ".lock")]
    before = archive.read_bytes()
    with Archive(archive, read_only=True) as opened:
        for path in own:
            with pytest.raises(PortalArchiverError, match="is the archive itself"):
                opened.back_up(path, overwrite=True)
    assert archive.read_bytes() == before


def test_a_log_that_another_database_left_would_spoil_the_copy(archive: Path) -> None:
    archive.with_name("copy.db-wal").write_bytes(b"x" * 100)
    with (
        Archive(archive, read_only=True) as opened,
        pytest.raises(PortalArchiverError, match=r"copy\.db-wal belongs to"),
    ):
        opened.back_up(archive.with_name("copy.db"))


def test_a_folder_or_none_is_told(archive: Path) -> None:
    assert "is a folder" in cli(archive.parent, "backup", ".").stderr
    done = cli(archive.parent, "backup", "none/copy.db")
    assert (done.returncode, done.stderr) == (2, "error: there is no folder none; make it first\n")


def test_a_folder_that_cannot_be_written_is_told() -> None:
    with read_only_folder() as folder, Archive(folder / "archive.db", read_only=True) as opened:
        with pytest.raises(ArchiveError, match=r"copy\.db cannot be used: Permission denied") as caught:
            opened.back_up(folder / "copy.db")
        assert caught.value.exit_code == 7
        assert names(folder) == set()


def test_a_full_disk_leaves_nothing_behind_and_the_former_backup_as_it_was(archive: Path) -> None:
    """A file may not grow beyond half of what the copy needs: that is what a full disk looks like to SQLite."""
    copy = archive.with_name("copy.db")
    cli(archive.parent, "backup", "copy.db")
    before, half = copy.read_bytes(), archive.stat().st_size // 2
    code = (
        "import resource, sys; from portal_archiver.cli import run;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({half}, {resource.RLIM_INFINITY}));"
        "sys.exit(run(['backup', 'copy.db', '--overwrite']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=archive.parent, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 7
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert "copy.db" in done.stderr
    assert copy.read_bytes() == before
    assert names(archive.parent) == {"copy.db"}


def test_a_copy_that_is_not_sound_never_gets_the_name(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as sql, sql:
        sql.execute("UPDATE bodies SET data = zeroblob(30) WHERE id = 7")
    with Archive(archive, read_only=True) as opened:
        with pytest.raises(
            ArchiveError, match=r"the copy is not sound \(payload 7 is damaged .*copy.db was not written"
        ):
            opened.back_up(archive.with_name("copy.db"))
        assert names(archive.parent) == set()
        opened.back_up(archive.with_name("copy.db"), quick=True)  # as far as it goes, if that is wanted


def test_a_truncated_archive_is_not_backed_up(archive: Path) -> None:
    with archive.open("r+b") as file:
        file.truncate(archive.stat().st_size // 2)
    done = cli(archive.parent, "backup", "copy.db")
    assert done.returncode == 7 and "is damaged" in done.stderr
    assert names(archive.parent) == set()


def test_no_archive_and_no_database_are_told(tmp_path: Path) -> None:
    assert cli(tmp_path, "backup", "copy.db").returncode == 2
    (tmp_path / "archive.db").write_text("Không phải cơ sở dữ liệu.\n" * 100)
    done = cli(tmp_path, "backup", "copy.db")
    assert done.returncode == 7 and "is not an SQLite file" in done.stderr
    assert names(tmp_path) == set()


def test_a_killed_backup_never_bears_the_name(archive: Path) -> None:
    """It is killed in the middle of the copy; what is left has another name, and the next one is made all the same."""
    code = (
        "import os, sys; from portal_archiver.store import Archive, copying; copying.STEP = 5;"
        "Archive('archive.db', read_only=True).back_up('copy.db', show=lambda *_: os.kill(os.getpid(), 9))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=archive.parent, env=ENVIRONMENT, timeout=60)
    assert done.returncode == -9
    assert "copy.db" not in names(archive.parent)
    assert cli(archive.parent, "backup", "copy.db").returncode == 0
