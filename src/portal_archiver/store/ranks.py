"""The classes in which the URLs of a portal wait (`urls.rank`): each is one range of an index."""

from __future__ import annotations

from portal_archiver.model import Kind

SEED = 0  # what the portal's configuration, robots.txt or the usual places name: start pages, sitemaps, feeds
LISTING = 1  # pages that were listings the last time
NEW = 2  # pages never asked for: the newest date a listing gave first, then in the order of their discovery
KNOWN = 3  # pages asked for before: the longest overdue first
FILE = 6  # files of reports that are to be kept, and were not yet: when nothing else waits
# Set aside, so that finding the next URL costs the same however many they are:
TOO_DEEP = 4  # never asked for, and deeper than the portal's `max_depth`
HELD = 5  # due, but the budget of their pattern is spent; the next run takes them back


def rank_of(depth: int, kind: Kind | None) -> int:
    """The class of a URL that was asked for."""
    if depth == 0:
        return SEED
    return LISTING if kind == "listing" else KNOWN
