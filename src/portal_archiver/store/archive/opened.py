"""An archive file that is open: its connection, its transactions, its lock."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from portal_archiver.errors import PortalArchiverError
from portal_archiver.store import runs
from portal_archiver.store.connection import Connection
from portal_archiver.store.lock import RunLock


class Opened:
    """What every part of an archive stands on."""

    def __init__(self, path: str | Path = "archive.db", *, create: bool = True, read_only: bool = False) -> None:
        self.path = Path(path)
        self._connection = Connection(self.path, create=create, read_only=read_only)
        self._run_lock = RunLock(self.path, self._close_killed_runs)

    @property
    def db(self) -> Database:
        """The archive as a sqlite-utils Database, for questions of one's own."""
        return self._connection.db

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written inside is written together or, after an exception, not at all; may be nested.

        Other threads wait until it ends: await nothing inside.
        """
        return self._connection.transaction()

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """All that is asked inside is answered as of one moment, whatever others write meanwhile.

        The plain connection is for the questions of `store.holdings`.
        """
        return self._connection.reading()

    def is_written(self) -> bool:
        """Whether a run is at work, here or in another process."""
        return self._run_lock.is_held()

    def data_version(self) -> int:
        """A number that is another one when somebody else has written to the file since it was asked for last."""
        return int(self._connection.pragma("data_version"))

    def exclusive(self) -> AbstractContextManager[None]:
        """One crawl at a time; LockedError says who is at work.

        Ends with the process, however that ends; this object may take it again while it holds it. Runs that have no
        end when it is taken were killed, and are closed as that.
        """
        return self._run_lock.held()

    def _close_killed_runs(self) -> None:
        with self._connection.transaction():
            runs.close_killed(self._connection.sql)

    def _known(self, sql: sqlite3.Connection, key: str) -> int:
        row = sql.execute("SELECT id FROM portals WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise PortalArchiverError(f'{self.path} holds no portal "{key}": `portal-archiver status` lists them')
        return int(row[0])
