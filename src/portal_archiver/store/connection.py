"""The one SQLite connection of an archive: how it is opened, its transactions, and its errors in plain words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlite_utils import Database

from portal_archiver.errors import ArchiveError, LockedError, MissingArchiveError, PortalArchiverError
from portal_archiver.replacing import database_of
from portal_archiver.store import schema

WAIT_MS = 30_000
CACHED_STATEMENTS = 256
# NORMAL: in WAL mode a killed process loses nothing and a power cut at most the last commits, never the file's
# soundness; the frontier is part of the same commits, so what was lost is simply asked for again.
_EVERY_CONNECTION = ("foreign_keys = ON", f"busy_timeout = {WAIT_MS}", "synchronous = NORMAL")
# What is archived was public; overwriting freed pages with zeros, a default of Debian's SQLite, costs a third of the
# time a page takes.
_WRITERS = ("secure_delete = OFF",)

# Primary result codes (https://sqlite.org/rescode.html) that are no bug of ours, in words: what happened, what to do.
TROUBLE: dict[int, tuple[type[PortalArchiverError], str]] = {
    sqlite3.SQLITE_NOTADB: (ArchiveError, "is not an SQLite file; give the path of an archive, or of a new file"),
    sqlite3.SQLITE_CORRUPT: (ArchiveError, "is damaged; restore a backup, or try `.recover` in the sqlite3 shell"),
    sqlite3.SQLITE_FULL: (ArchiveError, "cannot grow, the disk is full; free some space and run again"),
    sqlite3.SQLITE_READONLY: (ArchiveError, "cannot be written; make the file and its folder writable for you"),
    sqlite3.SQLITE_CANTOPEN: (ArchiveError, "cannot be opened; its folder must exist and be writable for you"),
    sqlite3.SQLITE_PERM: (ArchiveError, "cannot be opened; make the file readable and writable for you"),
    sqlite3.SQLITE_IOERR: (ArchiveError, "cannot be read or written; check the disk"),
    sqlite3.SQLITE_BUSY: (LockedError, "is being written by another program; try again when it has ended"),
    sqlite3.SQLITE_LOCKED: (LockedError, "is being written by another program; try again when it has ended"),
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system complain of into ArchiveError or LockedError; bugs stay what they are."""
    try:
        with sqlite_translated(path):
            yield
    except OSError as error:
        raise ArchiveError(f"{path} cannot be used: {error.strerror or error}") from error


@contextmanager
def sqlite_translated(path: Path) -> Iterator[None]:
    """The same of SQLite alone: around code of others, whose files are no business of the archive."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in TROUBLE:
            raise
        kind, words = TROUBLE[code]
        raise kind(f"{path} {words} (SQLite: {error})") from error


class Connection:
    """A connection that several threads may share, one statement or transaction at a time.

    `db` is the sqlite-utils Database, `sql` the plain connection under it, for the statements that run per page. One
    that is `lenient` (and read-only) opens what is damaged too: it reads what can be read, and the rest raises. With
    `older` a file whose schema is older, or that is still empty, is opened for reading as it is.
    """

    def __init__(
        self, path: Path, *, create: bool, read_only: bool, lenient: bool = False, older: bool = False
    ) -> None:
        self.path = path
        self._lock = threading.RLock()
        with translated(path):
            self._check_path(create=create and not read_only)
            self.sql = _connect(path, read_only)
            try:
                if lenient:
                    _be_lenient(self.sql)
                self.db = Database(self.sql, execute_plugins=False)
                self._prepare(read_only, older=older)
            except BaseException:
                self.sql.close()
                raise

    def _check_path(self, *, create: bool) -> None:
        if self.path.is_dir():
            raise ArchiveError(f"{self.path} is a folder; give the path of a file in it")
        if create and (database := database_of(self.path)):
            raise ArchiveError(f"{self.path} is a file of the database {database}; give another path")
        if not self.path.exists() and not create:
            raise MissingArchiveError(f"there is no archive at {self.path}; `portal-archiver crawl` makes one")

    def _prepare(self, read_only: bool, *, older: bool) -> None:
        empty = self._look_before_touching()
        for pragma in _EVERY_CONNECTION + (() if read_only else _WRITERS):
            self.sql.execute(f"PRAGMA {pragma}")
        version = self.pragma("user_version")
        if version > schema.VERSION:
            raise ArchiveError(
                f"{self.path} was written by a newer portal-archiver (schema {version}, this one knows "
                f"{schema.VERSION}); upgrade portal-archiver"
            )
        if read_only:
            if version < schema.VERSION and not older:
                raise ArchiveError(
                    f"{self.path} is empty or was written by an older portal-archiver; the next "
                    "`portal-archiver crawl` brings it up to date"
                )
            return
        if self.pragma("journal_mode") != "wal":
            self.sql.execute("PRAGMA journal_mode = WAL")
        if empty or version < schema.VERSION:
            with self.transaction():
                self.sql.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                schema.upgrade(self.db)

    def _look_before_touching(self) -> bool:
        """Whether the file is still empty; raises ArchiveError if it is somebody else's, before anything is changed."""
        if self.pragma("application_id") == schema.APPLICATION_ID:
            return False
        if self.sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise ArchiveError(f"{self.path} is an SQLite file but not an archive of ours; give another path")
        return True

    def pragma(self, name: str) -> Any:
        """The present value of a PRAGMA."""
        return self.sql.execute(f"PRAGMA {name}").fetchone()[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside another transaction a savepoint.

        The outermost takes the write lock at once: a transaction that reads first and writes later would fail without
        waiting whenever another program wrote in between.
        """
        with self._lock, sqlite_translated(self.path):
            if self.sql.in_transaction:
                with self.db.atomic():
                    yield
                return
            self.sql.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.sql.execute("COMMIT")
            except BaseException:
                self.db.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the archive for several SELECTs, whatever others write meanwhile."""
        with self._lock, sqlite_translated(self.path):
            if self.sql.in_transaction:
                yield self.sql
                return
            self.sql.execute("BEGIN")
            try:
                yield self.sql
            finally:
                self.db.rollback()

    def close(self) -> None:
        """Close the file; closing twice is allowed."""
        with self._lock, sqlite_translated(self.path):
            self.sql.close()


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    uri = "file:" + quote(bytes(path.absolute()))  # a name may be no text
    options = "?mode=rwc"
    if read_only:
        # A WAL file in a folder that cannot be written can only be opened as one that nobody changes.
        options = "?mode=ro" if _can_have_neighbors(path) else "?immutable=1"
    return sqlite3.connect(
        uri + options, uri=True, isolation_level=None, check_same_thread=False, cached_statements=CACHED_STATEMENTS
    )


def _be_lenient(sql: sqlite3.Connection) -> None:
    """A truncated file is opened only where the schema may be repaired; garbage in the place of text is no error."""
    sql.execute("PRAGMA writable_schema = ON")
    sql.execute("PRAGMA cell_size_check = ON")
    sql.text_factory = lambda raw: raw.decode(errors="replace")


def _can_have_neighbors(path: Path) -> bool:
    writable = os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    return writable or path.with_name(path.name + "-shm").exists()
