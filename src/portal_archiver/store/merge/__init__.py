"""Joining another archive into ours, so that ours holds what it would hold had it made all captures of both."""

from portal_archiver.store.merge.joining import Show, merge

__all__ = ["Show", "merge"]
