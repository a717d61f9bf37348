"""A consistent copy of an archive, made while a crawl may run, which bears its name only once it has been verified.

SQLite's backup API copies page by page inside one read transaction: whatever is committed meanwhile stays out, and
nothing begins anew because of it. VACUUM INTO would be consistent too, but builds every table and index again, which
takes several times as long, and can tell nobody how far it is.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from portal_archiver.errors import ArchiveError, PortalArchiverError
from portal_archiver.model import Copied
from portal_archiver.replacing import BESIDE, HEADER, database_of
from portal_archiver.store import payloads, schema
from portal_archiver.store.connection import Connection, sqlite_translated, translated

Show = Callable[[str, int, int], None]
STEP = 2_000  # pages that are copied between two words about it
SAMPLE = 200  # payloads of the copy that are held against their digests
COUNTED = {
    "portals": "portals", "articles": "articles", "revisions": "revisions", "captures": "captures",
    "payloads": "bodies", "runs": "runs",
}  # fmt: skip
NEIGHBORS = ("-wal", "-shm", "-journal")  # files of SQLite's own beside a database
_ID_AT = 68  # https://sqlite.org/fileformat.html#the_database_header


def back_up(
    source: Connection, destination: Path, *, overwrite: bool = False, quick: bool = False, show: Show | None = None
) -> Copied:
    """Copy an archive to `destination`; `quick` holds only the numbers of rows against each other.

    PortalArchiverError: the destination is taken, or is the archive itself. ArchiveError: it cannot be written, the
    disk is full, or the copy is not sound; then nothing is left behind, and a former copy stays what it was.
    """
    check_free(source.path, destination, overwrite=overwrite)
    with translated(destination), _partial(destination) as partial:
        held = _copy(source, partial, destination, show or (lambda *_: None))
        checked = _check(partial, destination, held, quick=quick)
        size = partial.stat().st_size
        shutil.copymode(source.path, partial)
        _settle(partial, destination)
    return Copied(destination, size, verified=not quick, payloads_checked=checked, **held)


def check_free(archive: Path, destination: Path, *, overwrite: bool) -> None:
    """PortalArchiverError where a copy must not be written."""
    if destination.is_dir():
        raise PortalArchiverError(f"{destination} is a folder; give the path of a file in it")
    if not destination.parent.is_dir():
        raise PortalArchiverError(f"there is no folder {destination.parent}; make it first")
    own = {archive.with_name(archive.name + end).resolve() for end in ("", *BESIDE)}
    if destination.resolve() in own or (destination.exists() and destination.samefile(archive)):
        raise PortalArchiverError(f"{destination} is the archive itself; give another path")
    if database := database_of(destination):
        raise PortalArchiverError(f"{destination} is a file of the database {database}; give another path")
    for end in ("-wal", "-journal"):
        neighbor = destination.with_name(destination.name + end)
        if neighbor.exists() and neighbor.stat().st_size:
            raise PortalArchiverError(
                f"{neighbor} belongs to a database that is in use, or was left by a program that was killed, and would "
                "spoil the copy; give another path"
            )
    if destination.exists():
        _check_replaceable(destination, overwrite=overwrite)


def _check_replaceable(destination: Path, *, overwrite: bool) -> None:
    if not overwrite:
        raise PortalArchiverError(f"{destination} exists already; give another path, or replace it with --overwrite")
    with translated(destination), destination.open("rb") as file:
        header = file.read(100)
    is_archive = header[_ID_AT : _ID_AT + 4] == schema.APPLICATION_ID.to_bytes(4, "big")
    if header and not (header.startswith(HEADER) and is_archive):
        raise PortalArchiverError(f"{destination} is no archive of ours, and is not replaced; give another path")


@contextmanager
def _partial(destination: Path) -> Iterator[Path]:
    """A new file beside the destination, which is gone in the end unless it was renamed."""
    handle, name = tempfile.mkstemp(prefix=f"{destination.name}.", suffix=".part", dir=destination.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
    finally:
        for end in ("", *NEIGHBORS):
            partial.with_name(partial.name + end).unlink(missing_ok=True)


def _copy(source: Connection, partial: Path, destination: Path, show: Show) -> dict[str, int]:
    """Copy page by page; returns how much the archive held at that moment."""
    with source.reading() as sql, sqlite_translated(destination), closing(sqlite3.connect(partial)) as copy:
        held = count(sql)
        sql.backup(copy, pages=STEP, progress=lambda _, left, total: show("pages", total - left, total))
    return held


def count(sql: sqlite3.Connection) -> dict[str, int]:
    """How much an archive holds of each kind."""
    return {name: sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in COUNTED.items()}


def _check(partial: Path, destination: Path, held: dict[str, int], *, quick: bool) -> int:
    """How many payloads were read; ArchiveError where the copy is not what the archive was."""
    uri = f"file:{quote(str(partial.absolute()))}?immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as copy:
        try:
            if count(copy) != held:
                raise ArchiveError("it holds another number of rows")
            if quick:
                return 0
            (said,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise ArchiveError(" ".join(said.split()))
            sample = [number for (number,) in copy.execute(_SAMPLED, (SAMPLE,))]
            for number in sample:
                payloads.load(copy, number)
        except (ArchiveError, sqlite3.DatabaseError) as error:
            raise ArchiveError(
                f"the copy is not sound ({error}), and {destination} was not written; `portal-archiver verify` tells "
                "whether the archive is"
            ) from error
    return len(sample)


# One of each stretch of equal length, from the first to the last.
_SAMPLED = "SELECT id FROM bodies WHERE id % max(1, (SELECT max(id) FROM bodies) / ?) = 0"


def _settle(partial: Path, destination: Path) -> None:
    """Give the copy its name, in a way that survives a power cut."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(destination)
    with suppress(OSError):  # not every file system lets folders be written out
        folder = os.open(destination.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
