"""The links of a page, each with its anchor text and the date that stands beside it."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from portal_archiver.model import Dateline, Link
from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.vocabulary import leads_to_page
from portal_archiver.text import plain
from portal_archiver.urls import canonicalize

NEXT_BLOCKS = 3  # a listing shows an item's date within so many blocks of its headline
ANCHOR = 10  # characters: a shorter anchor text is "Xem" or a page number
DATE_BLOCK = 60  # characters: a longer block is a teaser, and a date in it an event's


def read_links(tree: LexborHTMLParser, outline: Outline, metadata: Metadata, base: str) -> tuple[Link, ...]:
    """All links to web pages once each, in order of the page: canonical URL, longest anchor text, date beside it.

    Links that no reader sees (in folded menus) are followed too; feeds that the page advertises come last.
    """
    texts: dict[str, str] = {}  # by href as written
    for node in tree.css("a[href]"):
        attributes = node.attributes
        href = attributes.get("href") or ""
        if leads_to_page(href):
            text = plain(node.text()) or plain(attributes.get("title") or "")
            if len(text) >= len(texts.get(href, "")):
                texts[href] = text
    texts.update({feed: "" for feed in metadata.feeds if feed not in texts})
    dates = _dates(outline)
    links: dict[str, Link] = {}
    for href, text in texts.items():
        url = canonicalize(href, base)
        if url and (url not in links or len(text) > len(links[url].text)):
            links[url] = Link(url, text, dates.get(href))
    return tuple(links.values())


def _dates(outline: Outline) -> dict[str, Dateline]:
    """The date beside each link that has a headline's length, by its href as written."""
    dates: dict[str, Dateline] = {}
    for position, block in enumerate(outline.blocks):
        for anchor in block.anchors:
            wanted = len(anchor.text) > ANCHOR and anchor.href not in dates
            if wanted and (dateline := _beside(outline, position, block)):
                dates[anchor.href] = dateline
    return dates


def _beside(outline: Outline, position: int, block: Block) -> Dateline | None:
    """The date in the link's own block, else in one of the next few before another link begins, else just before."""
    if len(block.anchors) == 1 and (dateline := _dateline(block.text)):
        return dateline
    for follower in outline.blocks[position + 1 : position + 1 + NEXT_BLOCKS]:
        if any(len(anchor.text) > ANCHOR and anchor.href != block.anchors[0].href for anchor in follower.anchors):
            break
        if len(follower.text) <= DATE_BLOCK and (dateline := _dateline(follower.text)):
            return dateline
    before = outline.blocks[position - 1] if position else None
    return _dateline(before.text) if before and len(before.text) <= DATE_BLOCK and not before.anchors else None


def _dateline(text: str) -> Dateline | None:
    found = find_dates(text)
    return Dateline(found[-1].value, origin="listing", raw=text[found[-1].start : found[-1].end]) if found else None
