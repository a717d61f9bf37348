"""No command puts a file in the place of an archive, whatever it is called and however it is reached."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal_archiver.store import Archive
from portal_archiver.store.verifying import verify
from program import cli

FORMS = ("warc", "wacz", "csv", "jsonl", "parquet", "bibtex", "ris")
NEVER = "is an archive or another SQLite database, and is never replaced: give another name\n"


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    """A folder with an archive, a second one of another name, and a configuration."""
    with Archive(demo_folder / "archive.db", read_only=True) as archive:
        archive.back_up(tmp_path / "archive.db", quick=True)
    shutil.copy(tmp_path / "archive.db", tmp_path / "ban-cu")
    shutil.copy(demo_folder / "portals.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", FORMS)
def test_an_export_never_takes_the_place_of_an_archive(folder: Path, form: str) -> None:
    os.link(folder / "archive.db", folder / "hard.out")
    (folder / "soft.out").symlink_to("archive.db")
    before = (folder / "archive.db").read_bytes()
    for name in ("archive.db", "ban-cu", "hard.out", "soft.out"):
        done = cli(folder, "export", form, name, "--overwrite")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {name} {NEVER}")
    assert (folder / "archive.db").read_bytes() == (folder / "ban-cu").read_bytes() == before
    assert verify(folder / "archive.db").sound


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal", ".lock"])
def test_nor_that_of_a_file_that_belongs_to_one(folder: Path, end: str) -> None:
    """Also where it is not there at the moment: SQLite would take it for its own."""
    with closing(sqlite3.connect(folder / "archive.db")) as opened:
        opened.execute("CREATE TABLE ghi_chu (chu TEXT)")
        opened.commit()
        before = {file.name: file.stat().st_size for file in folder.iterdir()}
        assert "archive.db-wal" in before
        (folder / "lien-ket").symlink_to(f"archive.db{end}")
        for name, message in ((f"archive.db{end}", f"archive.db{end} is a file of the database archive.db"),
                              ("lien-ket", "lien-ket is a file of the database archive.db")):  # fmt: skip
            done = cli(folder, "export", "csv", name, "--overwrite")
            assert (done.returncode, done.stderr) == (2, f"error: {message}: give another name\n")
        (folder / "lien-ket").unlink()
        refused = [
            cli(folder, "init", "https://xa.example/", "--force", "--config", f"archive.db{end}"),
            cli(folder, "add", "http://127.0.0.1:9/", "--config", f"ban-cu{end}"),
            cli(folder, "backup", f"ban-cu{end}", "--overwrite"),
            cli(folder, "demo", "--archive", f"ban-cu{end}"),
        ]
        assert [done.returncode for done in refused] == [2, 2, 2, 7]
        assert all(" is a file of the database " in done.stderr for done in refused)
        assert {file.name: file.stat().st_size for file in folder.iterdir()} == before


def test_nor_does_the_file_it_is_written_to_until_it_is_whole(folder: Path) -> None:
    """An archive may be called as that is, and a link may lead from it to anywhere."""
    (folder / "archive.db").rename(folder / "a.csv.part")
    done = cli(folder, "export", "csv", "a.csv", "--archive", "a.csv.part")
    assert done.stderr == f"error: a.csv.part {NEVER}"
    assert verify(folder / "a.csv.part").sound
    (folder / "b.csv.part").symlink_to("portals.toml")
    assert cli(folder, "export", "csv", "b.csv", "--archive", "a.csv.part").returncode == 0
    assert (folder / "portals.toml").read_text().startswith("[portal.")


def test_an_export_takes_the_place_of_no_configuration_and_of_no_device(folder: Path) -> None:
    (folder / "cau-hinh").symlink_to("portals.toml")
    os.mkfifo(folder / "ong")
    before = (folder / "portals.toml").read_bytes()
    for name, what in (
        ("portals.toml", "is a configuration, and is never replaced: give another name"),
        ("cau-hinh", "is a configuration, and is never replaced: give another name"),
        ("ong", "is no ordinary file: give another name, or - for standard output"),
    ):
        done = cli(folder, "export", "csv", name, "--overwrite")
        assert (done.returncode, done.stderr) == (2, f"error: {name} {what}\n")
    assert (folder / "portals.toml").read_bytes() == before
    assert (folder / "ong").is_fifo()


def test_init_never_takes_the_place_of_an_archive(folder: Path) -> None:
    for name in ("archive.db", "ban-cu"):
        done = cli(folder, "init", "https://xa.example/", "--config", name, "--force")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {name} {NEVER}")
        assert verify(folder / name).sound


def test_a_file_that_only_looks_alike_is_replaced_when_asked(folder: Path) -> None:
    """`-wal` at the end of a name means something beside a database alone, and a link in a circle means nothing."""
    (folder / "vong").symlink_to("vong")
    for name in ("bao-cao-wal", "so.lock"):
        (folder / name).write_text("cũ")
    for name in ("bao-cao-wal", "so.lock", "vong"):
        assert cli(folder, "export", "csv", name, "--overwrite").returncode == 0
        assert (folder / name).read_text(encoding="utf-8-sig").startswith("id,portal,")
