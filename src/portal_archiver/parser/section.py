"""The section a report stands in: the breadcrumb or the label above its headline, or named below it."""

from __future__ import annotations

import re

from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.meta_line import is_date_line
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import is_prose
from portal_archiver.parser.title import Candidate
from portal_archiver.parser.vocabulary import FURNITURE, HINTS, MODULE_TITLES
from portal_archiver.text import fold, plain

MAX_LENGTH = 70
LONGEST_NAME = 30  # characters: a section may be called like its only page, "Lịch sử hình thành"
BEFORE = 8  # blocks above the headline
CRUMBS = re.compile(r"crumb|duong-?dan|sitemappath")
NAMED = re.compile(r"(?:chuyên mục|danh mục|thể loại|đăng trong|posted in)\s*[:|]*\s*(?P<name>[^|:]{3,60})", re.I)
BELOW = 8  # blocks under the headline
MAX_CLIMB = 8  # elements between a headline and what it shares with its section's label


def read_section(outline: Outline, title: Candidate, metadata: Metadata) -> str | None:
    """The section as written on the page, breadcrumb levels joined by " > "; else what the metadata says; else None."""
    levels: list[str] = []
    for position in range(title.block - 1, max(-1, title.block - 1 - BEFORE), -1):
        block = outline.blocks[position]
        if not block.text or is_date_line(block.text) or FURNITURE.match(fold(block.text)):
            continue
        if not _is_label(outline, title, position):
            break
        levels = [*_levels(block), *levels]
        if not _is_crumb(outline, block):
            break
    levels = list(dict.fromkeys(levels))
    if levels and fold(levels[-1]) == fold(title.text) and (len(levels) > 1 or len(title.text) > LONGEST_NAME):
        levels.pop()  # a breadcrumb that ends with the headline itself
    return " > ".join(levels) or metadata.section or _below(outline, title) or None


def _below(outline: Outline, title: Candidate) -> str | None:
    """The section among the particulars between a headline and its text: "Chuyên mục: Kinh tế", Joomla, WordPress."""
    for block in outline.blocks[title.block + 1 : title.block + 1 + BELOW]:
        if is_prose(block):
            return None
        text = plain(" | ".join(part[0] for part in block.parts))
        if match := NAMED.search(text):
            return match["name"].strip(" |:")
        if block.text and len(block.text) <= MAX_LENGTH and HINTS["section"].search(outline.hints(block, 1)):
            return block.text
    return None


def _is_label(outline: Outline, title: Candidate, position: int) -> bool:
    block = outline.blocks[position]
    if _is_crumb(outline, block):
        return True
    if len(block.text) > MAX_LENGTH or any(char.isdigit() for char in block.text) or block.text.endswith("."):
        return False
    named = bool(HINTS["section"].search(outline.hints(block, 3)))
    return named or (_climb(outline, title, position) <= MAX_CLIMB and (block.link_share < 0.5 or block.is_bold))


def _climb(outline: Outline, title: Candidate, position: int) -> int:
    """How many elements up from the headline the first one stands that also holds the block at `position`."""
    for steps, element in enumerate(outline.around(outline.blocks[title.block])):
        if element.start <= position < element.end:
            return steps
    return MAX_CLIMB + 1


def _is_crumb(outline: Outline, block: Block) -> bool:
    if CRUMBS.search(outline.hints(block, 4)):
        return True
    return len(block.anchors) > 1 and bool(MODULE_TITLES.match(fold(block.anchors[0].text)))  # "Trang chủ / ..."


def _levels(block: Block) -> list[str]:
    marked = re.split(r"\s*[»>›|]\s*", block.text)
    linked = [anchor.text for anchor in block.anchors]
    texts = [raw.strip(" »>/|:") for raw in (linked if len(marked) < len(linked) else marked)]
    return [text for text in texts if text and not MODULE_TITLES.match(fold(text))]
