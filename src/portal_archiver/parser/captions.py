"""Captions: which lines of a report belong to a picture, below it, above it, or where the picture was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from portal_archiver.parser.byline import CREDIT
from portal_archiver.parser.dom import HEADINGS, Block, Element, Outline
from portal_archiver.parser.vocabulary import OPENS_PROSE

MAX_CAPTION = 320  # characters
LONE_CAPTION = 220  # a caption without any mark of one is at most this long
SUBHEADING = 60  # a bold line after a picture that is shorter is a sub-heading
FRAME_BLOCKS = 6  # a table around one picture has no more blocks
CAPTION_SHARE = 0.6  # of the usual length of a paragraph: an unmarked caption is shorter
NOWHERE = -(10**9)


@dataclass(slots=True)
class Captions:
    """The captions of a report as they are found, and the picture that still waits for its own.

    `start` and `end` bound the report's blocks; `usual` is the length of its paragraphs in characters; `found` has the
    caption of each picture's block, and of lost pictures under -1, -2 ...
    """

    outline: Outline
    start: int
    end: int
    usual: float
    found: dict[int, str] = field(default_factory=dict)
    picture: int | None = None
    last: int = NOWHERE  # the key of the last caption
    last_at: int = NOWHERE  # the block it stood in
    are_centered: bool = False
    are_above: bool = False

    def see_picture(self, position: int | None) -> None:
        """Remembers the picture at a position as one that waits, unless its caption stood above it."""
        self.picture = None if position in self.found else position

    def take(self, position: int, text: str) -> None:
        """Gives a text to the picture that waits, or to one that is lost."""
        self.last = -1 - len(self.found) if self.picture is None else self.picture
        self.found[self.last] = text
        self.last_at, self.picture = position, None
        self.are_centered |= self.outline.is_centered(self.outline.blocks[position], 1)

    def take_rest(self, position: int, text: str) -> bool:
        """Whether the text is the rest of the last caption, which an editor broke in two; then it is added to it."""
        before = self.found.get(self.last, "")
        broken = text[0].islower() and before[-1:] not in ".!?)" and len(text) <= LONE_CAPTION / 2
        credited = self._framed_together(position) and CREDIT.match(text) is not None and not CREDIT.search(before)
        if position != self.last_at + 1 or not (broken or credited):
            return False
        self.found[self.last] += f" {text}"
        return True

    def take_above(self, position: int, block: Block, text: str) -> bool:
        """Whether the text is the caption of the picture that follows: it names the photographer, or is set like one
        that did; then it is taken."""
        following = self.outline.blocks[position + 1 : min(position + 3, self.end)]
        if self.picture is not None or not following or not following[0].pictures or following[0].text:
            return False
        if not self.are_above and any(CREDIT.search(other.text) for other in following[1:]):
            return False  # the picture has a caption below it
        centered = self.outline.is_centered(block, 1) and not block.is_bold and is_one_sentence(text)
        if len(text) > LONE_CAPTION or not (CREDIT.search(text) or (centered and self.are_above)):
            return False
        self.picture, self.are_above = position + 1, True
        self.take(position, text)
        return True

    def fits(self, block: Block, text: str, *, emphasized: bool, first: bool) -> bool:
        """Whether a text is a caption; `emphasized` if a part of it is set in italics, `first` if no text is before."""
        if len(text) > MAX_CAPTION or sum(map(str.isalpha, text)) < 3:
            return False
        tags = [element.tag for element, _ in zip(self.outline.around(block), range(2), strict=False)]
        called = self.outline.called(block, 2)
        if "figcaption" in tags or ("lead" not in called and self._is_framed(block)):
            return True
        named, credited = "caption" in called, CREDIT.search(text) is not None
        if self.picture is None:  # its picture is lost, or stands above the caption before this one
            if first and "lead" not in called and self._is_set_like_a_later_one(block, text):
                return True
            return (named and credited) or self._is_set_like_the_others(block, text)
        return named or credited or ("lead" not in called and self._looks_like_one(block, text, emphasized, first))

    def _looks_like_one(self, block: Block, text: str, emphasized: bool, first: bool) -> bool:
        """Whether an unmarked text below a picture is its caption, and not the next paragraph."""
        centered = self.outline.is_centered(block, 2)
        if first:  # a thumbnail stands above the lead; a picture with its caption is centered
            return centered and not block.is_bold and len(text) <= LONE_CAPTION and is_one_sentence(text)
        if self.outline.tag(block) in HEADINGS or len(text) > LONE_CAPTION or OPENS_PROSE.match(block.folded):
            return False
        if centered or emphasized:
            return True
        if block.is_bold and len(text) < SUBHEADING:
            return False
        return is_one_sentence(text) and len(text) <= CAPTION_SHARE * self.usual

    def _is_framed(self, block: Block) -> bool:
        """The text stands in a small table of its own, under its picture or where the picture was."""
        for element in self.outline.around(block):
            if element.tag == "table":
                if element.end - element.start > FRAME_BLOCKS:
                    return False
                inside = self.outline.blocks[element.start : element.end]
                alone = sum(bool(other.text) for other in inside) == 1 and len(block.text) <= LONE_CAPTION
                apart = element.start > self.start or self._has_picture(element)
                return alone and apart and len(element.node.css("tr")) > 1
        return False

    def _has_picture(self, element: Element) -> bool:
        """Whether the picture that waits stands in an element, and text behind that."""
        return self.picture is not None and element.start <= self.picture and element.end < self.end

    def _is_set_like_the_others(self, block: Block, text: str) -> bool:
        """Centered like the captions before it, and no heading: the caption of a picture that is lost."""
        centered = self.outline.is_centered(block, 1) and not block.is_bold
        return centered and self.are_centered and len(text) <= LONE_CAPTION

    def _is_set_like_a_later_one(self, block: Block, text: str) -> bool:
        """The report opens with a line in italics, not closed as a sentence is, and below a picture stands another:
        the caption of a picture that is lost."""
        if not _is_italic(block) or len(text) > LONE_CAPTION or text[-1] in ".:;!?)":
            return False
        inside = self.outline.blocks[self.start : self.end]
        pairs = pairwise(inside)
        return any(above.pictures and not above.text and _is_italic(below) for above, below in pairs)

    def _framed_together(self, position: int) -> bool:
        """Whether the block stands with the last caption, and little else, in one element."""
        for element in self.outline.around(self.outline.blocks[position]):
            if element.start <= self.last_at:
                return element.end - element.start <= FRAME_BLOCKS
        return False


def _is_italic(block: Block) -> bool:
    """Set in italics from the first word to the last."""
    return bool(block.text) and all("em" in tags for text, tags, _ in block.parts if text.strip())


def is_one_sentence(text: str) -> bool:
    """At most one full stop, at the end: what a caption is, and a paragraph rarely."""
    return re.search(r"[.!?](?=\s+\S)", text) is None
