"""A pool of read-only connections: each page has one for itself, and for so long as it may."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from queue import Empty, LifoQueue
from time import monotonic

from fastapi import Request

from portal_archiver.store import Archive
from portal_archiver.web.settings import Settings

CHECKED_EVERY = 20_000  # instructions of SQLite's machine between two looks at the clock: less than a millisecond


class TooSlowError(Exception):
    """A page took longer than it may, or no connection became free in that time."""


class Readers:
    """Read-only connections to one archive, opened when they are first needed.

    An answer that takes too long is interrupted, so that `readers` slow questions hold up the others for `seconds` at
    most. Threads may share the pool.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watched = threading.Lock()
        self._watcher: Archive | None = None
        self._life = secrets.token_hex(4)
        self._free: LifoQueue[Archive | None] = LifoQueue()
        for _ in range(settings.readers):
            self._free.put(None)  # a place for a connection that is not open yet

    @contextmanager
    def reading(self) -> Iterator[Archive]:
        """The archive as it is at this moment, for the block; TooSlowError ends one that takes too long."""
        archive = self._take()
        try:
            archive = archive or Archive(self._settings.archive, create=False, read_only=True)
            with _in_time(archive.db.conn, self._settings.seconds), archive.snapshot():
                yield archive
        finally:
            self._free.put(archive)

    def _take(self) -> Archive | None:
        try:
            return self._free.get(timeout=self._settings.seconds)
        except Empty:
            raise TooSlowError from None

    def version(self) -> str:
        """What changes when anybody writes to the archive, or a run begins or ends; ask before you read.

        SQLite counts the changes that a connection sees others make, so that one connection does nothing but ask.
        Another start of the server begins to count anew, under a name of its own.
        """
        with self._watched:
            if self._watcher is None:
                self._watcher = Archive(self._settings.archive, create=False, read_only=True)
            at_work = "+" if self._watcher.is_written() else ""  # a run that is killed writes nothing of it
            return f"{self._life}-{self._watcher.data_version()}{at_work}"

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._watched:
            if self._watcher:
                self._watcher.close()
        with suppress(Empty):
            while True:
                if archive := self._free.get_nowait():
                    archive.close()


@contextmanager
def _in_time(sql: sqlite3.Connection, seconds: float) -> Iterator[None]:
    end = monotonic() + seconds
    sql.set_progress_handler(lambda: monotonic() > end, CHECKED_EVERY)
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT:
            raise TooSlowError from error
        raise
    finally:
        sql.set_progress_handler(None, 0)


def open_archive(request: Request) -> AbstractContextManager[Archive]:
    """A connection for one request; see `Readers.reading`."""
    readers: Readers = request.app.state.readers
    return readers.reading()
