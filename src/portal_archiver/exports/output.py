"""The file that an export makes: it gets its name only once it is whole."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portal_archiver.errors import DiskFullError, OutputError
from portal_archiver.replacing import check_replaceable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file to write to, `FILE.part` until the block ends; after an exception it is removed.

    OutputError: the name is taken (unless `overwrite`) or is that of what is never replaced (an archive, a
    configuration, a device), or the folder cannot be written. DiskFullError: no room.
    """
    part = path.with_name(path.name + ".part")
    _check_free(path, part, overwrite=overwrite)
    with _translated(path):
        if part.is_file():  # of an export that was killed; or a link, through which another file would be written
            part.unlink()
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _check_free(path: Path, part: Path, *, overwrite: bool) -> None:
    if path.is_dir():
        raise OutputError(f"{path} is a folder: give the name of a file in it")
    check_replaceable(path)
    check_replaceable(part)
    if not path.exists():
        return
    if not path.is_file():
        raise OutputError(f"{path} is no ordinary file: give another name")
    if path.resolve().suffix.lower() == ".toml":  # no export is one
        raise OutputError(f"{path} is a configuration, and is never replaced: give another name")
    if not overwrite:
        raise OutputError(f"{path} exists already: give another name, or replace it with --overwrite")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """What the file system complains of, in words; the ledger of an export is a temporary file of SQLite's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise DiskFullError("the folder for temporary files is full: free some space, or set SQLITE_TMPDIR") from error
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(
                f"{path} cannot be written, the disk is full: free some space, and run again"
            ) from error
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
