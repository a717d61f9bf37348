"""One crawl at a time: a lock on a file beside the archive that dies with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal_archiver.errors import LockedError
from portal_archiver.store.connection import translated
from portal_archiver.store.times import now

# A reader that asks whether somebody is at work has the lock for a moment (see `is_held`): so often, and so many
# seconds apart, a run tries to get it.
TRIES, PAUSE = 5, 0.05


class RunLock:
    """flock(2) on `<archive>.lock`, whose text says who holds it; the same object may take it again and again.

    `when_taken` is called once it is taken, before anybody who holds it goes on. The file stays when the lock is
    released: removing it would let two processes lock two files of one name.
    """

    def __init__(self, archive: Path, when_taken: Callable[[], object] = bool) -> None:
        self.path = archive.with_name(archive.name + ".lock")
        self._archive = archive
        self._when_taken = when_taken
        self._guard = threading.Lock()
        self._holders = 0
        self._file = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; LockedError says which process has it and since when."""
        with self._guard:
            if not self._holders:
                self._take()
            self._holders += 1
        try:
            yield
        finally:
            with self._guard:
                self._holders -= 1
                if not self._holders:
                    os.close(self._file)

    def holder(self) -> str:
        """Who holds the lock, in words; "" when nobody does. Makes and changes no file; ArchiveError if unreadable."""
        with translated(self.path):
            if not self.path.exists():
                return ""
            with self.path.open("rb") as file:
                return _name_of_holder(file.fileno()) if self.is_held() else ""

    def is_held(self) -> bool:
        """Whether somebody holds the lock, this object or another; where that cannot be learned, nobody does."""
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            return isinstance(error, BlockingIOError)
        finally:
            os.close(file)
        return False

    def _take(self) -> None:
        with translated(self.path):
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with translated(self.path):
                self._lock()
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, f"process {os.getpid()}, since {now():%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0)
            self._when_taken()
        except BaseException:
            os.close(self._file)
            raise

    def _lock(self) -> None:
        for tries_left in reversed(range(TRIES)):
            try:
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if tries_left:
                    time.sleep(PAUSE)
        holder = _name_of_holder(self._file)
        raise LockedError(f"{self._archive} is in use by another run ({holder}); wait for it to end, or stop it")


def _name_of_holder(file: int) -> str:
    return os.pread(file, 200, 0).decode(errors="replace").strip() or "another process"
