"""Where the report is: the blocks that follow a headline, up to the first thing that is not the report's."""

from __future__ import annotations

from dataclasses import dataclass

from portal_archiver.parser.byline import read_byline
from portal_archiver.parser.dates import without_date
from portal_archiver.parser.dom import Block, Element, Outline
from portal_archiver.parser.meta_line import is_date_line, meta_line_of
from portal_archiver.parser.vocabulary import (
    AFTER_THE_REPORT,
    COMMENTS,
    TAGS,
    is_file,
    is_furniture,
    leads_to_page,
    names_file,
)

PROSE_LENGTH = 60  # characters: shorter runs are labels, captions, menu items
SENTENCE_LENGTH = 30  # a shorter run counts as prose when it ends like a sentence
ENOUGH_PROSE = 120
# An ancestor is worth climbing to when it multiplies the prose found below it by this much.
WORTH_CLIMBING = 1.35
MAX_LINKED = 0.5
HEADING_LENGTH, LABEL = 60, 15
LONGEST_BOX, PARAGRAPHS_BEHIND = 12, 2  # blocks of a box between two paragraphs, and those looked at behind it
SOON = 8  # blocks
MENU_LINKS = 3  # links in a row that make a menu
FRAME_LINKS = 5  # so many make one that is no breadcrumb
MENU_SHARE = 0.75  # of a block's text is links in a menu
HEADLINE = 15  # characters of a link: so long is another report's headline


@dataclass(frozen=True, slots=True)
class Region:
    """Blocks [start, end) that hold a report's body; `prose` counts its unlinked characters in sentences."""

    start: int
    end: int
    prose: int


def is_prose(block: Block) -> bool:
    """Running text: long enough, or a whole sentence, and not made of links."""
    size = len(block.text)
    if size < SENTENCE_LENGTH or block.link_share > MAX_LINKED:
        return False
    return size >= PROSE_LENGTH or block.text[-1] in ".!?…”"


def is_menu_item(block: Block) -> bool:
    """A link to a page that stands alone, and is neither a date nor a button: "24/11/2026", "In trang"."""
    if listed_share(block) <= MENU_SHARE or is_tab(block):
        return False
    if block.anchors and all(is_file(anchor.href) or names_file(anchor.text) for anchor in block.anchors):
        return False
    return not (meta_line_of(block) or is_furniture(block.text))


def listed_share(block: Block) -> float:
    """Share of a text that is linked, the date behind another report's headline apart: "Mùa cơm mới (15/06/2024)"."""
    if block.linked < HEADLINE or block.link_share > MENU_SHARE:
        return block.link_share
    text = without_date(block.text)
    return min(1.0, block.linked / len(text)) if text is not block.text and len(text) >= HEADLINE else block.link_share


def is_tab(block: Block) -> bool:
    """Links to places on the same page alone: <a href="#van-ban-lien-quan">."""
    return bool(block.anchors) and all(anchor.href[:1] == "#" and len(anchor.href) > 1 for anchor in block.anchors)


class ProseIndex:
    """Sums over any stretch of a page's blocks, each in constant time."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self._ends: dict[int, bool] = {}
        self.prose, self.linked, self.total = [0], [0], [0]
        self.menus = {links: [0] for links in (MENU_LINKS, FRAME_LINKS)}
        self.in_menu = [is_menu_item(block) for block in outline.blocks]
        run = 0
        for block, listed in zip(outline.blocks, self.in_menu, strict=True):
            size = len(block.text)
            away = block.linked and any(leads_to_page(anchor.href) for anchor in block.anchors)
            run = run + max(1, len(block.anchors)) if listed else 0
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

    def unlinked(self, start: int, end: int) -> int:
        """Characters of [start, end) that lead to no other page."""
        end = max(start, end)
        return self.total[end] - self.total[start] - (self.linked[end] - self.linked[start])

    def ends_report(self, position: int) -> bool:
        """Whether the block at a position ends the report that stands before it; asked for every headline tried."""
        if (found := self._ends.get(position)) is None:
            found = self._ends[position] = ends_report(self.outline, position)
        return found

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
    cut = end_of_report(index, start, footer if title < footer else len(outline.blocks))
    for element in outline.around(outline.blocks[title]):
        end = max(start, min(element.end, cut))
        prose = index.prose_in(start, end)
        if index.has_menu(element.start, title):
            break
        wanted = best_prose * WORTH_CLIMBING if best_prose >= ENOUGH_PROSE else 0
        if prose >= wanted and index.linked_share(best_end, end) <= MAX_LINKED:
            best_end, best_prose = max(end, best_end), prose
    ahead = _ahead(index, start, cut)
    if ahead.prose > best_prose + ENOUGH_PROSE or best_end == start:
        return ahead
    if best_prose == 0 and index.unlinked(start, ahead.end) > index.unlinked(start, best_end) + ENOUGH_PROSE:
        return ahead  # a poem: many lines, none of which is a sentence
    if best_prose >= ENOUGH_PROSE:
        best_end = without_list(outline, start, best_end)
    return Region(start, best_end, best_prose)


def without_list(outline: Outline, start: int, end: int) -> int:
    """Where the text ends if a list of links without a heading, or with one of its own, stands behind it."""
    here, links = end, 0
    while here > start:
        block = outline.blocks[here - 1]
        if _is_listed(block):
            links += 1
        elif not (links and block.text and is_date_line(block.text)):  # in a column before or behind the headlines
            break
        here -= 1
    if links < MENU_LINKS:
        return end
    return here - 1 if here > start and _heads_list(outline, here - 1) else here


def _heads_list(outline: Outline, position: int) -> bool:
    """Whether a short text is the heading of the list behind it, and not the last line of the text before it."""
    block = outline.blocks[position]
    if len(block.text) >= HEADING_LENGTH or is_prose(block) or read_byline(block.text):
        return False
    around = next((each for each in outline.around(block) if each.start < position), None)
    return not (around and around.end == position + 1 and any(map(is_prose, outline.blocks[around.start : position])))


def _is_listed(block: Block) -> bool:
    return listed_share(block) > MENU_SHARE and any(leads_to_page(anchor.href) for anchor in block.anchors)


def _ahead(index: ProseIndex, start: int, cut: int) -> Region:
    """What follows a headline up to the next menu, whatever elements hold it."""
    run = 0
    for position in range(start, cut):
        run = run + 1 if index.in_menu[position] else 0
        if run >= MENU_LINKS:
            cut = position + 1 - run
            break
    return Region(start, cut, index.prose_in(start, cut))


def end_of_report(index: ProseIndex, start: int, end: int) -> int:
    """The first block from `start` on after which nothing belongs to the report, `end` if there is none.

    Counters and "Bình luận (0)" stand under many headlines too: with the report right below they end nothing. Nor does
    a box of related reports that stands between two paragraphs.
    """
    position, outline = start, index.outline
    while position < end:
        behind = position + 1
        if index.ends_report(position):
            box = inserted_box(index, start, position)
            soon = _last_paragraph(outline, position, min(position + SOON, end))
            cards = sum(map(_is_listed, outline.blocks[position:soon])) > 1  # with leads, which look like prose
            above = index.prose_in(start, position) == 0 and not cards and not index.has_menu(position, soon)
            if not box and not (above and index.prose_in(position, soon) >= ENOUGH_PROSE):
                return position
            behind = box or behind
        position = behind
    return end


def _last_paragraph(outline: Outline, start: int, end: int) -> int:
    """The block behind the last paragraph in [start, end); `end` where there is none."""
    return next((at + 1 for at in range(end - 1, start - 1, -1) if is_prose(outline.blocks[at])), end)


def inserted_box(index: ProseIndex, start: int, position: int) -> int | None:
    """Where the box ends whose heading ("Tin liên quan") is at `position`, if paragraphs stand before and behind it.

    `start` is the first block that may be the report's.
    """
    outline = index.outline
    box: Element | None = None
    for element in outline.around(outline.blocks[position]):
        if element.start < position and "related" not in element.places:
            around = element
            break
        box = element
    else:
        return None
    end = box.end if box else position + 1
    while end < around.end and (index.in_menu[end] or not outline.blocks[end].text or _is_listed(outline.blocks[end])):
        end += 1
    before = index.prose_in(max(start, around.start), position)
    behind = index.prose_in(end, min(end + PARAGRAPHS_BEHIND, around.end)) if end < around.end else 0
    if box and _opens_table(outline, end, around):
        behind = before
    inside = outline.blocks[position:end]
    if not any(block.anchors for block in inside) or COMMENTS.match(inside[0].folded):
        return None
    if end - position > LONGEST_BOX or min(before, behind) < PROSE_LENGTH or index.ends_report(end):
        return None
    # A link behind each paragraph: what looks like the report's text are the leads of other reports.
    return None if any(map(_is_listed, outline.blocks[end : end + PARAGRAPHS_BEHIND])) else end


def _opens_table(outline: Outline, position: int, around: Element) -> bool:
    """Whether a table begins at a position, inside of what is around it."""
    within = position < around.end
    return within and any(
        each.tag == "table" and each.start == position
        for each in outline.around(outline.blocks[position])
        if each.start > around.start
    )


def ends_report(outline: Outline, position: int) -> bool:
    """A heading such as "Tin liên quan", or the first block of a box that is named so.

    Neither the tab of that name nor the "Từ khóa" beside the field of a form.
    """
    block = outline.blocks[position]
    if not block.text or is_tab(block):
        return False
    if len(block.text) > HEADING_LENGTH:
        return block.link_share > MAX_LINKED and "related" in outline.called(block, 2)
    if TAGS.match(block.folded) and not any(other.anchors for other in outline.blocks[position : position + 2]):
        return len(block.text) > LABEL
    folded = block.folded
    if AFTER_THE_REPORT.match(folded):
        return not is_prose(block) or folded.endswith(":")
    return block.link_share > MAX_LINKED and "related" in outline.called(block, 3)
