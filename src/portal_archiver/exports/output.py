"""Where an export goes: a file that gets its name only once it is whole, or standard output."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from portal_archiver.errors import DiskFullError, OutputError
from portal_archiver.replacing import check_replaceable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
STDOUT = Path("-")


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file to write to, `FILE.part` until the block ends; after an exception it is removed. STDOUT is no file.

    OutputError: the name is taken (unless `overwrite`) or is that of what is never replaced (an archive, a
    configuration, a device), or the folder cannot be written. DiskFullError: no room.
    """
    if path == STDOUT:
        with _ledger_translated():
            yield cast("BinaryIO", _StandardOutput())
            sys.stdout.buffer.flush()
        return
    part = path.with_name(path.name + ".part")
    _check_free(path, part, overwrite=overwrite)
    with _translated(path), _ledger_translated():
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
        raise OutputError(f"{path} is no ordinary file: give another name, or - for standard output")
    if path.resolve().suffix.lower() == ".toml":  # no export is one
        raise OutputError(f"{path} is a configuration, and is never replaced: give another name")
    if not overwrite:
        raise OutputError(f"{path} exists already: give another name, or replace it with --overwrite")


class _StandardOutput:
    """Standard output that knows how much it took, as a pipe does not; its errors are not those of a file."""

    def __init__(self) -> None:
        self._size = 0

    def write(self, data: bytes, /) -> int:
        sys.stdout.buffer.write(data)
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        sys.stdout.buffer.flush()

    def tell(self) -> int:
        return self._size


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """What the file system complains of, in words."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(
                f"{path} cannot be written, the disk is full: free some space, and run again"
            ) from error
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


@contextmanager
def _ledger_translated() -> Iterator[None]:
    """The same of SQLite: the ledger of an export is a temporary file of its own."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise DiskFullError("the folder for temporary files is full: free some space, or set SQLITE_TMPDIR") from error
