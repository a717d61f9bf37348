"""How an archive fares, looked at from outside: nothing is written into it, and no run is held up."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from portal_archiver.store import schema
from portal_archiver.store.connection import Connection
from portal_archiver.store.times import maybe_moment

MAX_COMPLAINTS = 5  # of SQLite about a damaged file; one is enough to know


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at an archive showed.

    `size` is in bytes, with what waits in the files beside it. `version` is that of its schema (0: still empty), older
    than ours where `outdated`. `damage` is what SQLite complains of, in its words; () when the file is sound.
    `newest` is when its newest capture was made (UTC).
    """

    size: int
    version: int
    outdated: bool
    damage: tuple[str, ...]
    newest: datetime | None


def examine(path: Path) -> Health:
    """Open an archive for reading and go through the whole of it (`PRAGMA quick_check`).

    MissingArchiveError and ArchiveError as `Archive` has them, but one of an older schema may be looked at.
    """
    with closing(Connection(path, create=False, read_only=True, any_age=True)) as connection:
        version = connection.pragma("user_version")
        with connection.reading() as sql:
            said = [str(line) for (line,) in sql.execute(f"PRAGMA quick_check({MAX_COMPLAINTS})")]
            newest = sql.execute("SELECT max(fetched_at) FROM captures").fetchone()[0] if version else None
    damage = tuple(line for line in said if line != "ok")
    return Health(size(path), version, version < schema.VERSION, damage, maybe_moment(newest))


def size(path: Path) -> int:
    """The bytes of an archive with its write-ahead log; 0 where there is none."""
    return sum(file.stat().st_size for file in (path, _beside(path, "-wal")) if file.exists())


def unwritable(path: Path) -> Path | None:
    """The file of an archive, or the folder, that this user cannot write to; None when a run could."""
    effective = os.access in os.supports_effective_ids
    try:
        for file in (path, *(_beside(path, ending) for ending in ("-wal", "-shm", ".lock"))):
            if file.exists() and not os.access(file, os.R_OK | os.W_OK, effective_ids=effective):
                return file
        with tempfile.TemporaryFile(dir=path.parent):  # the rights alone do not tell of a disk mounted read-only
            return None
    except OSError:
        return path.parent


def missing_feature() -> str:
    """What this Python's SQLite cannot do of what an archive needs, in its words; "" when it can do all."""
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as sql:
            schema.upgrade(Database(sql, execute_plugins=False))
    except sqlite3.Error as error:
        return str(error)
    return ""


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
