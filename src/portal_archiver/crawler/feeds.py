"""Feeds: RSS and Atom, read by feedparser from the bytes alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import feedparser

from portal_archiver.crawler.sitemaps import Listed

ROOTS = frozenset({"rss", "feed", "rdf"})  # RSS 0.9-2.0, Atom, RSS 1.0
MAX_BYTES = 5_000_000  # feedparser keeps all it reads; the largest feed seen on a portal has 2 MB


def read_feed(body: bytes) -> Iterator[Listed]:
    """The items of a feed, in order. Item texts come as plain text; markup in a title is left to the reader of it."""
    stream = io.BytesIO(body[:MAX_BYTES])  # bytes given as such could be taken for a file name
    for item in feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False).entries:
        yield Listed(
            item.get("link") or "", item.get("title") or "", _stamp(item, "published"), _stamp(item, "updated")
        )


def _stamp(item: Any, name: str) -> str:
    """A date as written; feedparser would give `published` for an `updated` that is not there, with a warning."""
    return str(item[name]) if name in item else ""
