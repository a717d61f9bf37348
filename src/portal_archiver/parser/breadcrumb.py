"""Breadcrumbs: the levels of sections above a page, however they are marked up."""

from __future__ import annotations

import re
from itertools import takewhile

from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.meta_line import is_date_line
from portal_archiver.parser.vocabulary import CRUMB_ENDS, MODULE_TITLES, TOP_BAR
from portal_archiver.text import fold, plain

MARKS = re.compile(r"\s*[»>›|→]\s*|\s(?:/|::)\s")
ARROWS = re.compile(r"\w\s*[»›→]\s*\w|\w\s>\s\w")
LONGEST, LEVEL = 250, 70  # characters of a breadcrumb, and of one of its levels
MAX_LEVELS = 5


def is_crumb(outline: Outline, block: Block, *, surely: bool = False) -> bool:
    """Whether a block is a breadcrumb or a part of one: by its name, by its arrows, or by "Trang chủ" at its start.

    `surely` asks for one that is no menu either, which may begin with "Trang chủ" too.
    """
    if "crumb" in outline.called(block, 4):
        return True
    if len(block.text) > LONGEST or len(block.anchors) > MAX_LEVELS:
        return False
    if ARROWS.search(block.text) and all(len(level) <= LEVEL for level in MARKS.split(block.text)):
        return True
    if surely or len(block.anchors) < 2:
        return False
    slashes = block.link_share > 0.8 and block.text.count(" / ") == len(block.anchors) - 1  # "News / Trade"
    first, *others = [fold(anchor.text) for anchor in block.anchors]
    return slashes or bool(MODULE_TITLES.match(first) and not any(map(TOP_BAR.match, others)))  # "Trang chủ / ..."


def may_be_crumb(text: str) -> bool:
    """Whether a text without links has what a breadcrumb is told by."""
    return any(arrow in text for arrow in "»›→>")


def levels_of(block: Block) -> list[str]:
    """The sections that a breadcrumb names, outermost first, without the portal's front page."""
    marked = MARKS.split(_undated(block))
    linked = [anchor.text for anchor in block.anchors]
    texts = [raw.strip(" »>/|:") for raw in (linked if len(marked) < len(linked) else marked)]
    return [text for text in texts if text and not (CRUMB_ENDS.match(fold(text)) or is_date_line(text))]


def behind_links(block: Block) -> str:
    """The text behind the last link of a block: of a breadcrumb the page itself, or a date."""
    parts = [text for text, _, _ in takewhile(lambda part: part[2] is None, reversed(block.parts))]
    return plain("".join(reversed(parts)))


def _undated(block: Block) -> str:
    """The text of a breadcrumb without the date that stands right behind its last link."""
    behind = behind_links(block)
    return block.text.removesuffix(behind) if block.anchors and is_date_line(behind) else block.text
