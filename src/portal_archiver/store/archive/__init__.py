"""The archive as the rest of the program sees it: one class, each method one transaction over the modules beside it."""

from portal_archiver.store.archive.keeping import Keeping
from portal_archiver.store.archive.reading import Reading
from portal_archiver.store.archive.running import Running
from portal_archiver.store.archive.searching import Searching
from portal_archiver.store.archive.teaching import Teaching

__all__ = ["Archive"]


class Archive(Keeping, Teaching, Searching, Reading, Running):
    """An archive file, made if it is not there.

    Threads may share it, taking turns. MissingArchiveError: there is none and `create` is false. ArchiveError: the
    file is no archive of ours, from a newer version, damaged, or cannot be read or written. `db` is the same file as
    a sqlite-utils Database.
    """
