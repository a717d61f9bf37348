"""Imports: captures that others made, from the files they keep them in."""

from portal_archiver.imports.warc import Damage, Found, Skipped, read_warc

__all__ = ["Damage", "Found", "Skipped", "read_warc"]
