"""Traps: addresses that repeat themselves, and pages that show what another address has shown."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import urlsplit

from portal_archiver.model import Link

MOST = 2  # times that one segment may stand in a path; two neighbors may stand so beside each other once


def is_repeating(path: str) -> bool:
    """Whether a path turns in a circle: `/en/vi/en/vi/tin-tuc`, as links relative to a wrong folder make it.

    Numbers do not count: `/2024/01/01/`.
    """
    segments = [segment for segment in path.split("/") if segment and not segment.isdigit()]
    if len(segments) <= MOST:
        return False
    return max(Counter(segments).values()) > MOST or max(Counter(pairwise(segments)).values()) > 1


def look_of(links: Iterable[Link]) -> str:
    """A digest of where a page leads, as a reader sees it: the words of its links, their hosts, how their paths end.

    The same at every address of a mirror: at `/en/vi/` a link `tin-tuc/` leads elsewhere than at `/en/`, and looks the
    same. Of two pages of one list, or two months of a calendar, the looks differ. "" where there are no links.
    """
    signs = sorted({f"{link.text}\t{_ending(link.url)}" for link in links})
    return hashlib.blake2b("\n".join(signs).encode("utf-8", "replace"), digest_size=16).hexdigest() if signs else ""


def _ending(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}\t{parts.path.rstrip('/').rsplit('/', 1)[-1]}?{parts.query}"
