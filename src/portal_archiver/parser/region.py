"""Where the report is: the blocks that follow a headline, up to the first thing that is not the report's."""

from __future__ import annotations

from dataclasses import dataclass

from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.vocabulary import AFTER_THE_REPORT, HINTS, leads_to_page
from portal_archiver.text import fold

PROSE_LENGTH = 60  # characters: shorter runs are labels, captions, menu items
SENTENCE_LENGTH = 30  # a shorter run counts as prose when it ends like a sentence
ENOUGH_PROSE = 120
# An ancestor is worth climbing to when it multiplies the prose found below it by this much.
WORTH_CLIMBING = 1.35
MAX_LINKED = 0.5
HEADING_LENGTH = 60
SOON = 8  # blocks
MENU_LINKS = 3  # links in a row that make a menu
FRAME_LINKS = 5  # so many make one that is no breadcrumb
MENU_SHARE = 0.75  # of a block's text is links in a menu


@dataclass(frozen=True, slots=True)
class Region:
    """Blocks [start, end) that hold a report's body; `prose` counts its unlinked characters in sentences."""

    start: int
    end: int
    prose: int


def is_prose(block: Block) -> bool:
    """Running text: long enough, or a whole sentence, and not made of links."""
    if block.link_share > MAX_LINKED:
        return False
    return len(block.text) >= PROSE_LENGTH or (len(block.text) >= SENTENCE_LENGTH and block.text[-1] in ".!?…”")


class ProseIndex:
    """Sums over any stretch of a page's blocks, each in constant time."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.prose, self.linked, self.total = [0], [0], [0]
        self.menus = {links: [0] for links in (MENU_LINKS, FRAME_LINKS)}
        run = 0
        for block in outline.blocks:
            size = len(block.text)
            away = any(leads_to_page(anchor.href) for anchor in block.anchors)
            run = run + max(1, len(block.anchors)) if block.link_share > MENU_SHARE else 0
            self.prose.append(self.prose[-1] + (size if is_prose(block) else 0))
            self.linked.append(self.linked[-1] + (min(block.linked, size) if away else 0))
            self.total.append(self.total[-1] + size)
            for links, ends in self.menus.items():
                ends.append(ends[-1] + (run >= links))

    def prose_in(self, start: int, end: int) -> int:
        """Characters of prose in [start, end)."""
        return self.prose[max(start, end)] - self.prose[start]

    def linked_share(self, start: int, end: int) -> float:
        """Share of the text of [start, end) that leads to other pages."""
        total = self.total[max(start, end)] - self.total[start]
        return (self.linked[max(start, end)] - self.linked[start]) / total if total else 0.0

    def has_menu(self, start: int, end: int, links: int = MENU_LINKS) -> bool:
        """So many links in a row in [start, end): a menu, and what stands beyond it belongs to the frame."""
        return self.menus[links][max(start, end)] > self.menus[links][start]


def region_after(index: ProseIndex, title: int, footer: int) -> Region:
    """The report that would follow if block `title` were its headline; `footer` is where the page's footer starts.

    Climbs from the headline to the innermost element that holds prose, and on while that brings much more of it, but
    not into the page's frame; cuts at the first related list, comment box or footer. Where the frame itself is what
    holds headline and report together (nested tables), takes what follows up to the next menu.
    """
    outline = index.outline
    start = title + 1
    best_end, best_prose = start, 0
    cut = _cut(index, start, footer if title < footer else len(outline.blocks))
    for element in outline.around(outline.blocks[title]):
        end = max(start, min(element.end, cut))
        prose = index.prose_in(start, end)
        if index.has_menu(element.start, title):
            break
        wanted = best_prose * WORTH_CLIMBING if best_prose >= ENOUGH_PROSE else 0
        if prose >= wanted and index.linked_share(best_end, end) <= MAX_LINKED:
            best_end, best_prose = max(end, best_end), prose
    ahead = _ahead(index, start, cut)
    if ahead.prose > best_prose + ENOUGH_PROSE:
        return ahead
    if best_prose >= ENOUGH_PROSE:
        best_end = _without_list(outline, start, best_end)
    return Region(start, best_end, best_prose)


def _without_list(outline: Outline, start: int, end: int) -> int:
    """Where the text ends if a list of links without a heading, or with one of its own, stands behind it."""
    here = end
    while here > start and _is_listed(outline.blocks[here - 1]):
        here -= 1
    if end - here < MENU_LINKS:
        return end
    heading = outline.blocks[here - 1] if here > start else None
    return here - 1 if heading and len(heading.text) < HEADING_LENGTH and not is_prose(heading) else here


def _is_listed(block: Block) -> bool:
    return block.link_share > MENU_SHARE and any(leads_to_page(anchor.href) for anchor in block.anchors)


def _ahead(index: ProseIndex, start: int, cut: int) -> Region:
    """What follows a headline up to the next menu, whatever elements hold it."""
    run = 0
    for position in range(start, cut):
        run = run + 1 if index.outline.blocks[position].link_share > MENU_SHARE else 0
        if run >= MENU_LINKS:
            cut = position + 1 - run
            break
    return Region(start, cut, index.prose_in(start, cut))


def _cut(index: ProseIndex, start: int, end: int) -> int:
    """The first block from `start` on after which nothing belongs to the report, `end` if there is none.

    Counters and "Bình luận (0)" stand under many headlines too: with the report right below they end nothing.
    """
    outline = index.outline
    for position in range(start, end):
        if ends_report(outline, outline.blocks[position]):
            soon = min(position + SOON, end)
            above = index.prose_in(start, position) == 0 and not index.has_menu(position, soon)
            if not (above and index.prose_in(position, soon) >= ENOUGH_PROSE):
                return position
    return end


def ends_report(outline: Outline, block: Block) -> bool:
    """A heading such as "Tin liên quan", or the first block of a box that is named so."""
    if not block.text or len(block.text) > HEADING_LENGTH:
        return False
    folded = fold(block.text)
    if AFTER_THE_REPORT.match(folded):
        return not is_prose(block) or folded.endswith(":")
    return block.link_share > MAX_LINKED and bool(HINTS["related"].search(outline.hints(block, 3)))
