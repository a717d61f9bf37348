"""Discovery: where a crawl begins, and what sitemaps and feeds say about the pages they list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from urllib.parse import urljoin, urlsplit

from portal_archiver.crawler.commonplace import commonplace, minute_of
from portal_archiver.crawler.decoding import DecodingError, TooLargeError, gunzipped
from portal_archiver.crawler.feeds import ROOTS as FEED_ROOTS
from portal_archiver.crawler.feeds import read_feed
from portal_archiver.crawler.fetcher import Fetcher
from portal_archiver.crawler.sitemaps import ROOTS as SITEMAP_ROOTS
from portal_archiver.crawler.sitemaps import Listed, read_sitemap, root_of
from portal_archiver.crawler.stamps import VIETNAM, latest_moment, parse_stamp
from portal_archiver.model import Capture, Dateline, Link, Portal
from portal_archiver.text import plain
from portal_archiver.urls import canonicalize

MAX_ENTRIES = 50_000  # the bound of sitemaps.org
MAX_UNPACKED = 50 * 1024 * 1024  # likewise, of a .gz once unpacked
USUAL_SITEMAP = "/sitemap.xml"
# Where the content management systems of Vietnamese portals keep their feed. A guess costs one request; its 404 is
# remembered, and asked again only when a page that is gone would be.
USUAL_FEEDS = ("/rss", "/rss.xml", "/feed")
_TAG = re.compile(r"<[^>]{0,200}>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a sitemap or feed: the page (or child sitemap), and when it last changed (UTC), if that is said."""

    link: Link
    modified: datetime | None = None


async def seeds(portal: Portal, fetcher: Fetcher) -> tuple[Link, ...]:
    """Where a crawl of the portal begins: its start URLs, the sitemaps its robots.txt names (or the usual one), feeds.

    Fetches robots.txt and nothing else. Of a host that is off limits only the start URLs come, to tell the reason.
    """
    start = [url for given in portal.start if (url := canonicalize(given))]
    found = list(start)
    for origin in dict.fromkeys(urljoin(url, "/") for url in start):
        sitemaps = await fetcher.robots.sitemaps(origin)
        if sitemaps is not None:
            found += sitemaps or (urljoin(origin, USUAL_SITEMAP),)
            found += (urljoin(origin, path) for path in USUAL_FEEDS)
    return tuple(Link(url) for url in dict.fromkeys(found) if url in start or not fetcher.scope.reason_against(url))


def is_guess(url: str) -> bool:
    """Whether a URL is one of the usual places that `seeds` tries unseen: its 404 is no news."""
    return urlsplit(url).path in (USUAL_SITEMAP, *USUAL_FEEDS)


def is_feed(capture: Capture) -> bool:
    """Whether an index that `read_index` reads is a feed, and no sitemap."""
    return root_of(capture.body) in FEED_ROOTS


def read_index(capture: Capture) -> tuple[Entry, ...] | None:
    """The entries of a sitemap, sitemap index (also gzipped), RSS or Atom feed; None for anything else. Never raises.

    URLs are canonical, each comes once, and at most 50,000 of them; nothing is dated later than the capture. A change
    that most of them are said to have had at once, just now or at another minute, is none: some portals date all pages
    anew with every request, or every night.
    """
    listed = _listed(capture.body)
    if listed is None:
        return None
    entries: dict[str, Entry] = {}
    for item in islice(listed, MAX_ENTRIES):
        url = canonicalize(item.url, capture.final_url) if item.url else None
        if url and url not in entries:
            entries[url] = _entry(url, item, capture.fetched_at)
    return _believed(tuple(entries.values()), capture.fetched_at)


def _believed(entries: tuple[Entry, ...], known_at: datetime) -> tuple[Entry, ...]:
    minutes = [minute_of(entry.modified, known_at) if entry.modified else None for entry in entries]
    common = commonplace(minute for minute in minutes if minute)
    if common is None:
        return entries
    return tuple(
        replace(entry, modified=None) if minute == common else entry
        for entry, minute in zip(entries, minutes, strict=True)
    )


def _listed(body: bytes) -> Iterator[Listed] | None:
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gunzipped(body, MAX_UNPACKED)
        except (DecodingError, TooLargeError):
            return None
    root = root_of(body)
    if root in SITEMAP_ROOTS:
        return read_sitemap(body)
    return read_feed(body) if root in FEED_ROOTS else None


def _entry(url: str, item: Listed, known_at: datetime) -> Entry:
    modified = parse_stamp(item.modified)
    return Entry(
        Link(url, plain(_TAG.sub(" ", item.title)), _dateline(item.published, known_at)),
        latest_moment(modified, known_at) if modified else None,
    )


def _dateline(raw: str, known_at: datetime) -> Dateline | None:
    stamp: date | datetime | None = parse_stamp(raw)
    if stamp is None:
        return None
    late = stamp > known_at if isinstance(stamp, datetime) else stamp > known_at.astimezone(VIETNAM).date()
    return None if late else Dateline(stamp, origin="listing", raw=raw)
