"""Imports: captures that others made, from the files they keep them in, or the servers that hand them out."""

from portal_archiver.imports.asked import Query, bare, query_of
from portal_archiver.imports.cdx import Listed
from portal_archiver.imports.gathered import Gathered
from portal_archiver.imports.memento import Failed
from portal_archiver.imports.servers import KNOWN, Server, server_of
from portal_archiver.imports.walking import Unread
from portal_archiver.imports.warc import Damage, Found, Skipped, read_warc
from portal_archiver.imports.wayback import Wayback, access_to

__all__ = [
    "KNOWN", "Damage", "Failed", "Found", "Gathered", "Listed", "Query", "Server", "Skipped", "Unread",
    "Wayback", "access_to", "bare", "query_of", "read_warc", "server_of",
]  # fmt: skip
