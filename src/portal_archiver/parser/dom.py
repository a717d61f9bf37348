"""A page as a flat list: blocks of text, and the elements that hold them.

Everything the parser decides, it decides on this list: a headline is a headline whether it stands in an `h1`, in an
unclassed `p` or in the third cell of a nested table. `outline.py` makes it from lexbor's tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborNode

from portal_archiver.parser.vocabulary import NO_PLACE, places
from portal_archiver.text import fold

if TYPE_CHECKING:
    from portal_archiver.parser.meta_line import MetaLine

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# How a run is set, as a word among the hints of its element: style="text-align:center", align=right, <center>
NAMES = ("class", "id", "itemprop", "property")  # attributes in which an author says what a place is
CENTER, RIGHT = "~center", "~right"
BOLD_SHARE = 0.8  # of a text that is emphasized as a whole


class Unasked(Enum):
    """What stands where an answer will be kept."""

    UNASKED = 0


UNASKED = Unasked.UNASKED


class Element:
    """A block-level element: its node, its tag, its parent (-1: none), its blocks [start, end)."""

    __slots__ = ("_hint", "_places", "end", "node", "parent", "start", "tag")

    def __init__(self, node: LexborNode, tag: str, parent: int, start: int) -> None:
        self.node, self.tag, self.parent = node, tag, parent
        self.start = self.end = start
        self._hint: str | None = None
        self._places: frozenset[str] | None = None

    @property
    def hint(self) -> str:
        """What its author called it: class names, id and alignment, lower case; few elements are ever asked."""
        if self._hint is None:
            self._hint = _hint(self.tag, self.node.attributes)
        return self._hint

    @property
    def places(self) -> frozenset[str]:
        """The kinds of place (keys of `HINTS`) that it is called."""
        if self._places is None:
            self._places = places(self.hint)
        return self._places


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it stands on the page: the raw `href` and the anchor text."""

    href: str
    text: str


@dataclass(slots=True)
class Block:
    """One run of text between two block boundaries or line breaks, in document order.

    `owner` is the index of the element around it; `linked` and `bold` count characters inside links and emphasis,
    `link_share` is the share of the text that is linked, 0 to 1;
    `parts` are the pieces as (text, inline tags around it, href); `size` is the largest type in it that the markup
    itself names, in pixels (0: it names none). `meta` keeps the answer of `meta_line_of`.
    """

    text: str
    owner: int
    linked: int = 0
    bold: int = 0
    anchors: tuple[Anchor, ...] = ()
    pictures: tuple[LexborNode, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...], str | None], ...] = ()
    size: int = 0
    link_share: float = 0.0
    meta: MetaLine | Unasked | None = UNASKED
    _folded: str | None = None

    def __post_init__(self) -> None:
        if self.linked and self.text:
            self.link_share = min(1.0, self.linked / len(self.text))

    @property
    def folded(self) -> str:
        """The text without case and diacritics."""
        if self._folded is None:
            self._folded = fold(self.text)
        return self._folded

    def unlink(self) -> None:
        """Takes the links off a text that they cover by mistake."""
        self.linked, self.link_share, self.anchors = 0, 0.0, ()

    @property
    def is_bold(self) -> bool:
        """True when nearly all of the text is emphasized."""
        return bool(self.text) and self.bold >= BOLD_SHARE * len(self.text)


@dataclass(slots=True)
class Outline:
    """All blocks of a page in order, and the block-level elements around them in document order."""

    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    _headings: Counter[tuple[str, str]] | None = None
    _called: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    def headings_like(self, element: Element) -> int:
        """How many headings with a text have the tag and the names of this one, itself included."""
        if self._headings is None:
            told = (other for other in self.elements if other.tag in HEADINGS and other.end > other.start)
            self._headings = Counter((other.tag, other.hint) for other in told)
        return self._headings[element.tag, element.hint]

    def around(self, block: Block) -> Iterator[Element]:
        """The elements that enclose a block, innermost first."""
        index = block.owner
        while index >= 0:
            element = self.elements[index]
            yield element
            index = element.parent

    def hints(self, block: Block, levels: int = 4) -> str:
        """Class names, ids and alignment of the innermost `levels` elements around a block, lower case."""
        near = (element.hint for element, _ in zip(self.around(block), range(levels), strict=False))
        return " ".join(filter(None, near))

    def called(self, block: Block, levels: int) -> frozenset[str]:
        """The kinds of place (keys of `HINTS`) that the innermost `levels` elements around a block are called."""
        place = block.owner, levels
        if (found := self._called.get(place)) is None:
            found, index = NO_PLACE, block.owner
            for _ in range(levels):
                if index < 0:
                    break
                found |= self.elements[index].places
                index = self.elements[index].parent
            self._called[place] = found
        return found

    def is_centered(self, block: Block, levels: int) -> bool:
        """Whether one of the innermost `levels` elements centers the block, by tag, attribute or style."""
        index = block.owner
        for _ in range(levels):
            if index < 0:
                break
            if CENTER in self.elements[index].hint:
                return True
            index = self.elements[index].parent
        return False

    def tag(self, block: Block) -> str:
        """The innermost block-level tag around a block."""
        return self.elements[block.owner].tag if block.owner >= 0 else ""


def _hint(tag: str, attributes: dict[str, str | None]) -> str:
    words = [attributes.get(name) or "" for name in NAMES]
    if tag == "center":
        words.append(CENTER)
    elif "align" in attributes or "style" in attributes:
        align = f"{attributes.get('align') or ''} {attributes.get('style') or ''}".lower().replace(" ", "")
        if "align:center" in align or align.startswith("center"):
            words.append(CENTER)
        elif "align:right" in align or align.startswith("right"):
            words.append(RIGHT)
    return " ".join(filter(None, words)).lower()
