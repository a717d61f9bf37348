"""`merge`: what is checked first, what is brought over in which order, and what it came to; all of it or nothing."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from portal_archiver.errors import ArchiveError, PortalArchiverError
from portal_archiver.model import Merged
from portal_archiver.store import schema, verifying
from portal_archiver.store.connection import Connection, translated
from portal_archiver.store.copying import COUNTED
from portal_archiver.store.merge import articles, frontier, tables
from portal_archiver.store.merge.both import Both

Show = Callable[[str, int, int], None]
BETWEEN = 100  # how many are done between two words about it
_COUNTED = {**COUNTED, "urls": "urls", "licenses": "licenses"}


def merge(ours: Connection, other: Path, show: Show | None = None) -> Merged:
    """Bring another archive into ours, in one transaction; a second time it adds nothing. The caller holds the lock.

    PortalArchiverError: it is ours itself. ArchiveError: it is damaged, from a newer version, or no archive; or ours
    cannot be written. Then ours is what it was.
    """
    if other.exists() and other.samefile(ours.path):
        raise PortalArchiverError(f"{other} is the archive itself; give the path of another one")
    show = show or (lambda *_: None)
    with _at_our_version(other, ours.path.parent) as path:
        found = verifying.verify(path, with_index=False, show=show)
        if not (found.sound or found.repairable):
            raise ArchiveError(
                f"{other} is damaged ({found.damages[0].detail}), and nothing of it was merged; restore a backup of it "
                "(`portal-archiver verify` tells all that is damaged)"
            )
        theirs = Connection(path, create=False, read_only=True)
        try:
            return _merge(ours, theirs, other, show)
        finally:
            theirs.close()


def _merge(ours: Connection, theirs: Connection, other: Path, show: Show) -> Merged:
    with theirs.reading() as reading, ours.transaction():
        before = _count(ours.sql)
        both = Both(ours.sql, reading)
        both.begin()
        _bring(both, _count(reading), show)
        both.end()
        after = _count(ours.sql)
        return Merged(other, **{name: after[name] - before[name] for name in _COUNTED})


def _bring(both: Both, held: dict[str, int], show: Show) -> None:
    def telling(what: str) -> Callable[[int], None]:
        def tell(done: int) -> None:
            if done % BETWEEN == 0:
                show(what, done, max(held[what], done))

        return tell

    tables.portals(both)
    tables.licenses(both)
    tables.bodies(both, telling("payloads"))
    tables.captures(both, telling("captures"))
    articles.merge(both, telling("articles"))
    frontier.merge(both, telling("urls"))
    frontier.ask_afresh(both)
    articles.learn_dates(both)
    tables.runs(both)
    tables.robots(both)
    tables.watches(both)
    tables.profiles(both)


def _count(sql: sqlite3.Connection) -> dict[str, int]:
    return {name: sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in _COUNTED.items()}


@contextmanager
def _at_our_version(other: Path, folder: Path) -> Iterator[Path]:
    """The other archive as this version has them; of an older version, a copy that is brought up to date."""
    source = Connection(other, create=False, read_only=True, older=True)
    try:
        version = source.pragma("user_version")
        if not version:
            raise ArchiveError(f"{other} is empty; there is nothing to merge")
        if version == schema.VERSION:
            yield other
            return
        with translated(folder), tempfile.TemporaryDirectory(prefix="merge-", dir=folder) as name:
            copy = Path(name) / other.name
            with source.reading() as reading, translated(copy), closing(sqlite3.connect(copy)) as target:
                reading.backup(target)
            Connection(copy, create=False, read_only=False).close()
            yield copy
    finally:
        source.close()
