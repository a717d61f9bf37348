"""The section a report stands in: the breadcrumb or the label above its headline, or named below it."""

from __future__ import annotations

import re

from portal_archiver.parser.breadcrumb import MAX_LEVELS, is_crumb, levels_of, may_be_crumb
from portal_archiver.parser.byline import looks_like_name
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.meta_line import is_date_line, meta_line_of
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import is_prose
from portal_archiver.parser.vocabulary import MODULE_TITLES, SECTION_PAGE, is_furniture, leads_to_page
from portal_archiver.text import fold, plain

MAX_LENGTH = 70
MAX_NAME = 40  # characters of a name that stands in the line of the date
LONGEST_NAME = 30  # characters: a section may be called like its only page, "Lịch sử hình thành"
BEFORE, FAR = 8, 30  # blocks above the headline: for a label, and for a breadcrumb
NAMED = re.compile(
    r"(?:(?:chuyên mục|danh mục|thể loại|lĩnh vực|đăng trong|posted in)\s*[:|]*|(?:category|section)\s*:[\s|]*)"
    r"\s*(?P<name>[^|:]{3,60})",
    re.I,
)
LABEL = re.compile(r"\s*(?:chuyên mục|danh mục|thể loại|lĩnh vực|category|section)\s*:\s*", re.I)
_DIGIT = re.compile(r"\d")
BELOW = 8  # blocks under the headline
BESIDE = 2  # the same for a label that is a link
MAX_CLIMB = 8  # elements between a headline and what it shares with its section's label


def read_section(outline: Outline, title: Candidate, metadata: Metadata) -> str | None:
    """The section as written on the page, breadcrumb levels joined by " > "; else what the metadata says; else None."""
    label, levels = _above(outline, title)
    levels = [_unlabeled(level) for level in dict.fromkeys(levels)]
    if levels and fold(levels[-1]) == fold(title.text) and (len(levels) > 1 or len(title.text) > LONGEST_NAME):
        levels.pop()  # a breadcrumb that ends with the headline itself
    if len(levels) > MAX_LEVELS:  # a menu that is called one
        levels = []
    named, below = _below(outline, title)
    # What says that it is the section is surer than the name that stands above the headline: the menu item's, often.
    return " > ".join(levels) or (below if named else None) or label or metadata.section or below


def _above(outline: Outline, title: Candidate) -> tuple[str | None, list[str]]:
    """The label nearest above the headline, and the levels of the breadcrumb nearest above it, which may be far."""
    label: str | None = None
    levels: list[str] = []
    searching = True  # for a label: until something else stands there
    for position in range(title.block - 1, max(-1, title.block - 1 - FAR), -1):
        block = outline.blocks[position]
        far = position < title.block - BEFORE
        if far and not (block.anchors or may_be_crumb(block.text)):
            continue
        if is_crumb(outline, block, surely=far):
            levels = [*levels_of(block), *levels]
        elif levels:
            break
        elif searching and (name := _beside_date(block)):
            label = label or name
        elif searching and not _says_nothing(block):
            searching = not far and _is_label(outline, title, position)
            if searching:
                label = label or _unlabeled(block.text.strip(" »>/|:"))
        elif searching and (line := meta_line_of(block)):
            label = label or line.name
    return label, levels


def _beside_date(block: Block) -> str | None:
    """The section that is linked in the line of the date: <a href="/kinh-te">Kinh tế</a> 26/12/2023 - 13h50."""
    if len(block.anchors) != 1 or not 0 < len(block.anchors[0].text) <= MAX_NAME or block.link_share > 0.5:
        return None
    name = block.anchors[0].text
    is_line = is_date_line(block.text.replace(name, "", 1).strip(" -–|,•·")) and leads_to_page(block.anchors[0].href)
    return name if is_line and not (is_furniture(name) or looks_like_name(name)) else None


def _says_nothing(block: Block) -> bool:
    """What may stand between a headline and its section: a date, a button, the name of a module."""
    if not block.text or meta_line_of(block) or is_furniture(block.text):
        return True
    return MODULE_TITLES.match(block.folded) is not None


def _below(outline: Outline, title: Candidate) -> tuple[bool, str | None]:
    """The section among the particulars between a headline and its text, and whether it is labeled as such:
    "Chuyên mục: Kinh tế", Joomla, WordPress."""
    labeled = False  # the block before was "Chuyên mục:" alone
    for block in outline.blocks[title.block + 1 : title.block + 1 + BELOW]:
        if is_prose(block):
            break
        if labeled and len(block.text) <= MAX_LENGTH:
            return True, block.text or None
        labeled = LABEL.fullmatch(block.text) is not None
        text = plain(" | ".join(part[0] for part in block.parts))
        if match := NAMED.search(text):
            return True, match["name"].strip(" |:") or None
        if block.text and len(block.text) <= MAX_LENGTH and "section" in outline.called(block, 1):
            return False, _unlabeled(block.text)
        for anchor in block.anchors if meta_line_of(block) else ():
            if SECTION_PAGE.search(anchor.href):  # "Kinh tế / By admin / April 5, 2022"
                return False, anchor.text
    return False, None


def _is_label(outline: Outline, title: Candidate, position: int) -> bool:
    block = outline.blocks[position]
    if len(block.text) > MAX_LENGTH or _DIGIT.search(block.text) or block.text.endswith("."):
        return False
    steps = _climb(outline, title, position)
    leads = block.link_share >= 0.5 and any(leads_to_page(anchor.href) for anchor in block.anchors)
    apart = BESIDE if leads and not block.is_bold else MAX_CLIMB
    return steps <= apart or "section" in outline.called(block, 3)


def _climb(outline: Outline, title: Candidate, position: int) -> int:
    """How many elements up from the headline the first one stands that also holds the block at `position`."""
    for steps, element in enumerate(outline.around(outline.blocks[title.block])):
        if element.start <= position < element.end:
            return steps
    return MAX_CLIMB + 1


def _unlabeled(text: str) -> str:
    """A section without the word that it is one: "Danh mục: Nông nghiệp"."""
    match = NAMED.match(text)
    return match["name"].strip() if match else text
