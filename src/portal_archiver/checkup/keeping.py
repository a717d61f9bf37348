"""Where a crawl keeps what it finds: the archive, its lock, its folder and its disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.filesize import decimal

from portal_archiver.checkup.check import Check, of_error, ok, problem, warning
from portal_archiver.errors import ArchiveError, LockedError, MissingArchiveError, PortalArchiverError
from portal_archiver.store.health import Health, examine, size, unwritable
from portal_archiver.store.lock import RunLock

FULL, LOW = 100_000_000, 1_000_000_000  # free bytes: too few for a run, and few enough to look after it
GROWTH = 2  # an archive that has room for this many of its size can be copied and go on


class Kept(NamedTuple):
    """The findings about an archive file, and when its newest capture was made, if it holds one."""

    checks: tuple[Check, ...]
    newest: datetime | None = None


def archive(path: Path) -> Kept:
    """Whether the archive opens, is known to us, and sound; that there is none yet is no problem."""
    try:
        health = examine(path)
    except MissingArchiveError:
        return Kept((ok("archive", f"there is none at {path} yet: the first crawl makes it"),))
    except LockedError as error:
        return Kept((warning("archive", *str(error).split("; ", 1)),))
    except PortalArchiverError as error:
        return Kept((of_error("archive", error),))
    return Kept((_soundness(path, health),), health.newest)


def _soundness(path: Path, health: Health) -> Check:
    if health.damage:
        remedy = "restore a backup, or try `.recover` in the sqlite3 shell"
        return problem("archive", f"{path} is damaged (SQLite: {health.damage[0]})", remedy, ArchiveError)
    if health.outdated:
        age = f"schema {health.version}" if health.version else "empty"
        return ok("archive", f"{path} is sound, {decimal(health.size)}, {age}: the next crawl brings it up to date")
    return ok("archive", f"{path} is sound, {decimal(health.size)}, schema {health.version}")


def lock(path: Path) -> Check:
    """Whether a run is at work, which is no problem."""
    try:
        holder = RunLock(path).holder()
    except PortalArchiverError as error:
        return problem("lock", str(error), "give the file to the user who runs the crawl", ArchiveError)
    return ok("lock", f"a run is at work on it ({holder})" if holder else "no run is at work")


def folder(path: Path) -> Check:
    """Whether the archive, the files beside it and their folder can be written."""
    if file := unwritable(path):
        remedy = "it must exist, and be writable for the user who runs the crawl"
        return problem("folder", f"{file.absolute()} cannot be written", remedy, ArchiveError)
    return ok("folder", f"{path.parent.absolute()} can be written")


def disk(path: Path) -> Iterator[Check]:
    """Whether there is room beside the archive; nothing, where its folder is not there."""
    try:
        free, used = shutil.disk_usage(path.parent).free, size(path)
    except OSError:
        return
    yield room(free, used)


def room(free: int, used: int) -> Check:
    """What so many free bytes mean for an archive of a size."""
    said = f"{decimal(free)} free"
    if free < FULL:
        return problem("disk", f"{said}: a run would end in the middle", "free some space", ArchiveError)
    if free < LOW:
        return warning("disk", f"{said}, less than {decimal(LOW)}", "free some space")
    if free < GROWTH * used:
        what = f"{said}, less than twice the archive's {decimal(used)}: no room for a copy and for what comes"
        return warning("disk", what, "free some space, or move the archive to a larger disk")
    return ok("disk", said)
