"""The crawler: fetches politely and within bounds, finds what there is, and says when to look again."""

from portal_archiver.crawler.commonplace import dated_anew
from portal_archiver.crawler.discovery import Entry, is_feed, is_guess, read_index, seeds
from portal_archiver.crawler.fetcher import Fetcher
from portal_archiver.crawler.limits import Limits
from portal_archiver.crawler.paging import Paging, is_further, next_pages
from portal_archiver.crawler.politeness import Politeness
from portal_archiver.crawler.reasons import Reason
from portal_archiver.crawler.robots import crawl_delay, location_of
from portal_archiver.crawler.schedule import NEVER, next_due
from portal_archiver.crawler.scope import Scope
from portal_archiver.crawler.slashes import Slashes
from portal_archiver.crawler.traps import Endless, look_of, shape_of

__all__ = [
    "NEVER", "Endless", "Entry", "Fetcher", "Limits", "Paging", "Politeness", "Reason", "Scope", "Slashes",
    "crawl_delay", "dated_anew", "is_feed", "is_further", "is_guess", "location_of", "look_of", "next_due",
    "next_pages", "read_index", "seeds", "shape_of",
]  # fmt: skip
