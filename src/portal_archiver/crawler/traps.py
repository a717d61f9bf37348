"""Traps: addresses in a circle, pages that show what another address has shown, pages that lead only to their like."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

from portal_archiver.model import Link, Target
from portal_archiver.urls import postback_of

HEADLINE = 20  # characters: "28", "Tháng sau", "Trang tiếp theo" are shorter
PATIENCE = 50  # pages of one shape in a row that lead to nothing new but their like
_NUMBERS = re.compile(r"\d+(?:[/\W_]+\d+)*")
NAMED_WITHIN = 500_000  # bytes
_NAMES = re.compile(rb"<(?:title|h1)\b[^>]*>.{0,2000}?</(?:title|h1)", re.I | re.S)
MOST = 2  # times that one segment may stand in a path; two neighbors may stand so beside each other once


def is_repeating(path: str) -> bool:
    """Whether a path turns in a circle: `/en/vi/en/vi/tin-tuc`, as links relative to a wrong folder make it.

    Numbers do not count: `/2024/01/01/`.
    """
    segments = [segment for segment in path.split("/") if segment and not segment.isdigit()]
    if len(segments) <= MOST:
        return False
    return max(Counter(segments).values()) > MOST or max(Counter(pairwise(segments)).values()) > 1


def look_of(links: Iterable[Link], html: bytes) -> str:
    """A digest of what a page calls itself (title, h1) and where it leads: the words of its links, how they end.

    It is the same at every address of a mirror: at `/en/vi/` a link `tin-tuc/` leads elsewhere than at `/en/`, and
    looks the same. Two pages of one list, two months of a calendar, the front pages of two offices with one menu look
    different. "" where there are no links.
    """
    signs = sorted({f"{link.text}\t{_ending(link.url)}" for link in links})
    if not signs:
        return ""
    names = b"\n".join(_NAMES.findall(html[:NAMED_WITHIN]))
    return hashlib.blake2b(names + "\n".join(signs).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _ending(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}\t{parts.path.rstrip('/').rsplit('/', 1)[-1]}?{parts.query}"


@lru_cache(maxsize=16384)
def shape_of(url: str) -> str:
    """A URL without its numbers, and without the parameters that hold some: what the pages of a calendar share.

    So do the pages of a list that only a form's buttons lead to: theirs is the list's shape and the pager's name.
    """
    parts = urlsplit(url)
    words = sorted(f"{key}={value}" for key, value in parse_qsl(parts.query) if not any(map(str.isdigit, value)))
    postback = postback_of(url)
    pager = f"#{postback.pager}" if postback else ""
    return f"{parts.netloc}{_NUMBERS.sub('0', parts.path)}?{'&'.join(words)}{pager}"


class Endless:
    """Which shapes of URLs go on for ever: month after month of a calendar, each with nothing on it.

    A shape is given up after `PATIENCE` pages in a row that led to nothing new but URLs of their own shape; a page that
    led to others, or a report, gives it credit again. What a list, a sitemap or a headline led to is never given up:
    should the parser fail on all reports of a portal, they are still fetched and kept.
    """

    def __init__(self) -> None:
        self._barren: Counter[str] = Counter()

    def is_given_up(self, target: Target) -> bool:
        """Whether a URL that was never read is one more of a shape that led nowhere too often, and led to it."""
        shape = shape_of(target.url)
        headline = target.seen_as is not None and len(target.seen_as.text) >= HEADLINE
        chained = shape_of(target.found_on) == shape and not headline
        return chained and target.kind is None and self._barren[shape] >= PATIENCE

    def note(self, url: str, *, fruitful: bool) -> None:
        """Remember what a page was good for."""
        self._barren[shape_of(url)] = 0 if fruitful else self._barren[shape_of(url)] + 1
