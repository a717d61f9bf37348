"""What no other file may take the place of: SQLite databases, whatever they are called, and the files beside them."""

from __future__ import annotations

import os
from pathlib import Path

from portal_archiver.errors import OutputError

HEADER = b"SQLite format 3\0"  # https://sqlite.org/fileformat.html#the_database_header
BESIDE = ("-wal", "-shm", "-journal", ".lock")  # three files of SQLite's own, and ours that one run at a time holds


def check_replaceable(path: Path) -> None:
    """OutputError where a path names a database or a file of one, itself or through a link, or one that is unreadable.

    A file that does not exist passes, but not in the place where a database looks for its own.
    """
    try:
        is_kept = is_database(path)
    except OSError as error:
        why = f"{error.strerror or error}, so that nobody can tell whether it is an archive"
        raise OutputError(f"{path} is not replaced: {why}: give another name") from error
    if is_kept:
        raise OutputError(f"{path} is an archive or another SQLite database, and is never replaced: give another name")
    if database := database_of(path):
        raise OutputError(f"{path} is a file of the database {database}: give another name")


def is_database(path: Path) -> bool:
    """Whether this is an SQLite file; OSError where it is there but cannot be read."""
    if not path.is_file():  # to open a pipe would wait for somebody to write to it
        return False
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def database_of(path: Path) -> Path | None:
    """The database to which a file beside it belongs, be it there or not; None for any other path.

    What cannot be read may be one, and counts as that.
    """
    real = Path(os.path.realpath(path))  # `resolve` raises where links lead in a circle
    for end in BESIDE:
        name = real.name.removesuffix(end)
        if name not in ("", real.name) and _may_be_database(real.with_name(name)):
            return path.with_name(name)
    return None


def _may_be_database(path: Path) -> bool:
    try:
        return is_database(path)
    except OSError:
        return True
