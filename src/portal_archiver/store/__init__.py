"""The archive: one ordinary SQLite file that keeps what was captured, what was understood, and how to find it."""

from portal_archiver.store.archive import Archive
from portal_archiver.store.frontier import Frontier
from portal_archiver.store.replay import Replay, Stored
from portal_archiver.store.rereading import Rereading, Scope

__all__ = ["Archive", "Frontier", "Replay", "Rereading", "Scope", "Stored"]
