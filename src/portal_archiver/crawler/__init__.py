"""The crawler: fetches politely and within bounds, finds what there is, and says when to look again."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal_archiver.crawler.commonplace import dated_anew as dated_anew
    from portal_archiver.crawler.discovery import Entry as Entry
    from portal_archiver.crawler.discovery import is_feed as is_feed
    from portal_archiver.crawler.discovery import is_guess as is_guess
    from portal_archiver.crawler.discovery import read_index as read_index
    from portal_archiver.crawler.discovery import seeds as seeds
    from portal_archiver.crawler.fetcher import Fetcher as Fetcher
    from portal_archiver.crawler.limits import Limits as Limits
    from portal_archiver.crawler.paging import Paging as Paging
    from portal_archiver.crawler.paging import is_further as is_further
    from portal_archiver.crawler.paging import next_pages as next_pages
    from portal_archiver.crawler.politeness import Politeness as Politeness
    from portal_archiver.crawler.reasons import Reason as Reason
    from portal_archiver.crawler.robots import crawl_delay as crawl_delay
    from portal_archiver.crawler.robots import location_of as location_of
    from portal_archiver.crawler.schedule import NEVER as NEVER
    from portal_archiver.crawler.schedule import next_due as next_due
    from portal_archiver.crawler.scope import Scope as Scope
    from portal_archiver.crawler.slashes import Slashes as Slashes
    from portal_archiver.crawler.traps import Endless as Endless
    from portal_archiver.crawler.traps import look_of as look_of
    from portal_archiver.crawler.traps import shape_of as shape_of

# A module is loaded when one of its names is asked for: whoever needs a reason need not wait for the network (PEP 562).
_MODULES = {
    "commonplace": ("dated_anew",),
    "discovery": ("Entry", "is_feed", "is_guess", "read_index", "seeds"),
    "fetcher": ("Fetcher",),
    "limits": ("Limits",),
    "paging": ("Paging", "is_further", "next_pages"),
    "politeness": ("Politeness",),
    "reasons": ("Reason",),
    "robots": ("crawl_delay", "location_of"),
    "schedule": ("NEVER", "next_due"),
    "scope": ("Scope",),
    "slashes": ("Slashes",),
    "traps": ("Endless", "look_of", "shape_of"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "NEVER", "Endless", "Entry", "Fetcher", "Limits", "Paging", "Politeness", "Reason", "Scope", "Slashes",
    "crawl_delay", "dated_anew", "is_feed", "is_further", "is_guess", "location_of", "look_of", "next_due",
    "next_pages", "read_index", "seeds", "shape_of",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
