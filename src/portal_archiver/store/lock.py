"""One crawl at a time: a lock on a file beside the archive that dies with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal_archiver.errors import LockedError
from portal_archiver.store.connection import translated
from portal_archiver.store.times import now


class RunLock:
    """flock(2) on `<archive>.lock`, whose text says who holds it; the same object may take it again and again.

    The file stays when the lock is released: removing it would let two processes lock two files of one name.
    """

    def __init__(self, archive: Path) -> None:
        self.path = archive.with_name(archive.name + ".lock")
        self._archive = archive
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
        """Who holds the lock, in words; "" when nobody does. Makes and changes no file.

        It is taken for an instant to see, and only where there is a file of it.
        """
        with translated(self.path):
            if not self.path.exists():
                return ""
            with self.path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return _name_of_holder(file.fileno())
        return ""

    def _take(self) -> None:
        with translated(self.path):
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = _name_of_holder(self._file)
                os.close(self._file)
                raise LockedError(
                    f"{self._archive} is in use by another run ({holder}); wait for it to end, or stop it"
                ) from None
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"process {os.getpid()}, since {now():%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0)


def _name_of_holder(file: int) -> str:
    return os.pread(file, 200, 0).decode(errors="replace").strip() or "another process"
