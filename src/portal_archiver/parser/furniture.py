"""What stands among the blocks of a report and is none of it: buttons, counters, links to files, cards of others."""

from __future__ import annotations

import re

from portal_archiver.parser.dom import Block
from portal_archiver.parser.meta_line import meta_line_of
from portal_archiver.parser.region import MAX_LINKED, is_tab, listed_share
from portal_archiver.parser.vocabulary import (
    READ_ON,
    is_file,
    is_furniture,
    is_picture,
    leads_to_page,
    names_file,
)

SHORT = 90  # characters of a row of buttons
TEASER = 20  # characters of a link: so long is another report's headline
LINKED = 0.85  # share of a text that is all link
# What a report never says beside a date: a counter, the label of a date.
COUNTED = re.compile(
    r"(?:luot|lan) (?:xem|doc)|\bdoc \d+ lan|cap nhat|ngay dang|(?:dang|gui) luc|\breads\b|\bviewed\b|posted on"
)
PERIOD = re.compile(r"\btu\b.*\bden\b")  # "(Từ 02/5 đến 05/5)": a schedule's span


def is_made_of_furniture(block: Block, text: str) -> bool:
    """Buttons and counters, also where nothing but their tags is between them: <a>Facebook</a><a>Zalo</a>."""
    apart = len(block.parts) > 1 and len(text) <= SHORT
    return is_furniture(text) or (apart and all(not part.strip() or is_furniture(part) for part, _, _ in block.parts))


def is_file_link(block: Block) -> bool:
    """A link to a file, with the icon of its kind."""
    return block.link_share > MAX_LINKED and any(is_file(a.href) or names_file(a.text) for a in block.anchors)


def is_teaser_card(block: Block) -> bool:
    """A picture and the words of a link to another page in one block: the card of another report."""
    away = [anchor for anchor in block.anchors if leads_to_page(anchor.href) and not is_picture(anchor.href)]
    return listed_share(block) > LINKED and any(len(anchor.text) > TEASER for anchor in away)


def is_chapter(block: Block) -> bool:
    """A line of a table of contents."""
    return is_tab(block) and block.link_share > LINKED


def is_counter(block: Block, folded: str) -> bool:
    """Particulars that no report says of itself: how often it was read, when it was brought up to date."""
    return COUNTED.search(folded) is not None and meta_line_of(block) is not None


def leads_away(block: Block, text: str, folded: str) -> bool:
    """A line that is a link to another page, and not an address that is written out for the reader."""
    linked = MAX_LINKED if READ_ON.match(folded) else LINKED  # "Xem thêm: Lễ hội xuống đồng": its second half is a link
    away = listed_share(block) > linked and any(leads_to_page(anchor.href) for anchor in block.anchors)
    return away and not text.startswith(("http://", "https://", "www."))
