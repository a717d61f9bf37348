"""The links of a page, each with its anchor text and the date that stands beside it."""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate, islice

from selectolax.lexbor import LexborHTMLParser

from portal_archiver.model import Dateline, Link
from portal_archiver.parser.dates import VIETNAM, find_dates, may_have_date
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.scripted import scripted
from portal_archiver.parser.vocabulary import NOWHERE
from portal_archiver.text import plain
from portal_archiver.urls import canonicalize

NEXT_BLOCKS = 3  # a listing shows an item's date within so many blocks of its headline
# An item of a listing has no more blocks (picture, headline, date, section, lead, "Xem tiếp"), no more links in one of
# them, and no more elements around it.
ITEM_BLOCKS, ITEM_ANCHORS, ITEM_LEVELS = 12, 12, 8
ANCHOR = 10  # characters: a shorter anchor text is "Xem" or a page number
DATE_BLOCK = 60  # characters: a longer block is a teaser, and a date in it an event's


def read_links(
    tree: LexborHTMLParser, outline: Outline, metadata: Metadata, base: str, now: datetime | None = None
) -> tuple[Link, ...]:
    """All links to web pages once each, in order of the page: canonical URL, longest anchor text, date beside it.

    Links that no reader sees (in folded menus) are followed too. After them come the addresses that a script leads to,
    and what the page's head names: the next page and the feeds. No date lies after `now`: an event's may.
    """
    texts = _texts(tree)
    for href, text in scripted(tree):
        if len(text) >= len(texts.get(href, "")):
            texts[href] = text
    texts.update({href: "" for href in filter(None, (metadata.next, *metadata.feeds)) if href not in texts})
    latest = now.astimezone(VIETNAM).date() if now else None
    dates = {href: date for href, date in _dates(outline).items() if latest is None or date.day <= latest}
    links: dict[str, tuple[str, Dateline | None]] = {}
    for href, text in texts.items():
        if url := canonicalize(href.partition("#")[0], base):
            before, dated = links.get(url, ("", None))
            links[url] = (text if len(text) > len(before) else before, dated or dates.get(href))
    return tuple([Link(url, text, date) for url, (text, date) in links.items()])


def _texts(tree: LexborHTMLParser) -> dict[str, str]:
    """The longest anchor text of each link, by its href as written."""
    texts: dict[str, str] = {}
    for node in tree.css("a[href]"):
        attributes = node.attrs
        href = attributes.get("href") or ""
        if not href.lower().startswith(NOWHERE):
            text = plain(node.text()) or plain(attributes.get("title") or "")
            if len(text) >= len(texts.get(href, "")):
                texts[href] = text
    return texts


def _dates(outline: Outline) -> dict[str, Dateline]:
    """The date beside each link that has a headline's length, by its href as written."""
    dates: dict[str, Dateline] = {}
    dated = [0, *accumulate(may_have_date(block.text) for block in outline.blocks)]
    for position, block in enumerate(outline.blocks):
        near = dated[min(position + ITEM_BLOCKS, len(dated) - 1)] - dated[max(0, position - ITEM_BLOCKS)]
        if not near or len(block.anchors) > ITEM_ANCHORS:
            continue
        for anchor in block.anchors:
            wanted = len(anchor.text) > ANCHOR and anchor.href not in dates
            if wanted and (dateline := _beside(outline, position, block)):
                dates[anchor.href] = dateline
    return dates


def _beside(outline: Outline, position: int, block: Block) -> Dateline | None:
    """The date of a link's item: in its own block, or in what encloses this link and no other headline.

    Where the markup encloses nothing, the date may follow within a few blocks, before the next link.
    """
    href = next(anchor.href for anchor in block.anchors if len(anchor.text) > ANCHOR)
    if all(anchor.href == href for anchor in block.anchors) and (dateline := _dateline(block.text)):
        return dateline
    start, end = _item(outline, position, href)
    if end - start == 1:
        end = min(position + 1 + NEXT_BLOCKS, len(outline.blocks))
    for other in outline.blocks[start:end]:
        if other is not block and _is_other_headline(other, href):
            break
        if other is not block and len(other.text) <= DATE_BLOCK and (dateline := _dateline(other.text)):
            return dateline
    return None


def _item(outline: Outline, position: int, href: str) -> tuple[int, int]:
    """The largest element around a link that holds no other headline, as blocks [start, end)."""
    start, end = position, position + 1
    for element in islice(outline.around(outline.blocks[position]), ITEM_LEVELS):
        if element.end - element.start > ITEM_BLOCKS:
            break
        if any(_is_other_headline(other, href) for other in outline.blocks[element.start : element.end]):
            break
        start, end = element.start, element.end
    return start, end


def _is_other_headline(block: Block, href: str) -> bool:
    return any(len(anchor.text) > ANCHOR and anchor.href != href for anchor in block.anchors[:ITEM_ANCHORS])


def _dateline(text: str) -> Dateline | None:
    found = find_dates(text)
    return Dateline(found[-1].value, origin="listing", raw=text[found[-1].start : found[-1].end]) if found else None
