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

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file to write to, `FILE.part` until the block ends; after an exception it is removed.

    OutputError: the name is taken (unless `overwrite`), or the folder cannot be written. DiskFullError: no room.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder: give the name of a file in it")
    if path.exists() and not overwrite:
        raise OutputError(f"{path} exists already: give another name, or replace it with --overwrite")
    part = path.with_name(path.name + ".part")
    with _translated(path):
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


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
