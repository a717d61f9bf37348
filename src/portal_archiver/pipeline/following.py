"""Following: what the links of a page, and the entries of a sitemap or feed, tell the frontier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from portal_archiver.crawler import Entry, Paging, Slashes, dated_anew, is_further, next_pages, shape_of
from portal_archiver.model import Article, Capture, Link, Page, Portal, Target
from portal_archiver.store import Archive, Frontier
from portal_archiver.urls import canonicalize, spelling_of


class Following:
    """What is followed in one run of one portal. All of it is to be called inside the transaction of a page."""

    def __init__(self, portal: Portal, archive: Archive, frontier: Frontier) -> None:
        self._portal = portal
        self._archive = archive
        self._frontier = frontier
        self._paging = Paging()
        self._slashes = Slashes()

    def page(self, target: Target, page: Page, links: list[Link], seen_at: datetime) -> int:
        """Queue the links of a page; how many were new and not of its own shape."""
        links = self._spelled(links)
        is_list = page.kind == "listing"
        further = [link for link in links if is_list and is_further(link.url, link.text, target.url)]
        pages = frozenset(link.url for link in further)
        rest = [link for link in links if link.url not in pages]
        # A list of hundreds of pages is not deeper than one of two.
        self._frontier.add(further, depth=max(1, target.depth), found_on=target.url)
        news = self._add(target, rest)
        self._archive.learn_dates(links, portal=self._portal.key)
        if is_list:
            self._frontier.date_anew(dated_anew(links, seen_at))
            self._read_on(target, further, rest)
        return news

    def entries(self, target: Target, entries: Iterable[Entry]) -> None:
        """Queue what a sitemap or feed lists; what it says has changed since our last answer is due."""
        told = tuple(entries)
        links = [entry.link for entry in told]
        self._add(target, links)
        self._archive.learn_dates(links, portal=self._portal.key)
        for entry in told:
            if entry.modified:
                self._frontier.touch(entry.link.url, entry.modified)

    def files(self, target: Target, article: Article, is_wanted: Callable[[str], bool]) -> None:
        """Queue the photos and attachments of a report that are to be kept with it."""
        of = {
            "images": [photo.url for photo in article.photos],
            "attachments": [one.url for one in article.attachments],
        }
        given = (canonicalize(url, target.url) for name in self._portal.save for url in of[name])
        urls = dict.fromkeys(url for url in given if url and is_wanted(url))
        self._frontier.add_files(urls, depth=target.depth + 1, found_on=target.url)

    def is_alias(self, target: Target, capture: Capture) -> bool:
        """Whether a URL, no start page, led to another one that is known by itself.

        What was a list stays one unless only the spelling differs (slash, scheme, www.): for a night, all pages of a
        portal may lead to a notice.
        """
        answered = canonicalize(capture.final_url)
        if not target.depth or answered is None or answered == target.url:
            return False
        self._slashes.note(target.url, answered)
        if target.kind == "listing" and spelling_of(answered) != spelling_of(target.url):
            return False
        return self._frontier.answers(answered)

    def _add(self, target: Target, links: list[Link]) -> int:
        shape = shape_of(target.url)
        alike = [link for link in links if shape_of(link.url) == shape]
        others = [link for link in links if shape_of(link.url) != shape]
        depth = target.depth + 1
        news, _ = (self._frontier.add(some, depth=depth, found_on=target.url) for some in (others, alike))
        return news

    def _spelled(self, links: list[Link]) -> list[Link]:
        """The links, those to a known page in the spelling under which it is known, as far as the host tells."""
        twins = {link.url: twin for link in links if (twin := self._slashes.twin(link.url))}
        known = frozenset(self._frontier.answered_as(twins)) if twins else frozenset()
        return [replace(link, url=twins[link.url]) if link.url in known else link for link in links]

    def _read_on(self, target: Target, further: list[Link], rest: list[Link]) -> None:
        """Ask for the next page of a list if this one showed something new."""
        pages = self._frontier.put_off(next_pages(target.url, further))
        if pages and self._paging.shows_more(target.url, self._frontier.fresh(link.url for link in rest)):
            self._frontier.make_due(pages)
