"""The archive: one ordinary SQLite file that keeps what was captured, what was understood, and how to find it."""

from portal_archiver.store.archive import Archive
from portal_archiver.store.frontier import Frontier

__all__ = ["Archive", "Frontier"]
