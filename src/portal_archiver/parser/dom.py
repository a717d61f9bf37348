"""A page as lexbor sees it: one pass turns the tree into blocks of text and the elements that hold them.

Everything the parser decides, it decides on this flat list: a headline is a headline whether it stands in an `h1`, in
an unclassed `p` or in the third cell of a nested table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.parser.taming import tame
from portal_archiver.text import plain

BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody td tfoot th "
    "thead time tr ul".split()
)
SKIP_TAGS = frozenset(
    "script style noscript template svg iframe object embed head select textarea button map canvas audio video "
    "math".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BOLD_TAGS = HEADINGS | {"b", "strong", "th"}
KEPT_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "sub": "sub", "sup": "sup", "u": "u"}
HIDDEN = ("display:none", "display: none", "visibility:hidden")
# What the common frameworks call a text that is spoken and not shown: Bootstrap, Drupal, WordPress, Liferay.
READERS_ONLY = re.compile(
    r"\b(?:sr-only|visually-?hidden|screen-reader-text|hide-accessible|element-invisible)\b", re.I
)
# How a run is set, as a word among the hints of its element: style="text-align:center", align=right, <center>
CENTER, RIGHT = "~center", "~right"
ANCHOR_PARTS = 50  # pieces of text that one link's words may be in
PARAGRAPH, OPEN_LINK = 80, 3  # so many linked blocks of so many characters with one target: a link left open
MAX_DEPTH = 400  # markup nested deeper is damage: its text is kept, its structure is not


@dataclass(slots=True)
class Element:
    """A block-level element: its node, what its author called it, its parent (-1: none), its blocks [start, end)."""

    node: LexborNode
    tag: str
    hint: str
    parent: int
    start: int
    end: int = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it stands on the page: the raw `href` and the anchor text."""

    href: str
    text: str


@dataclass(slots=True)
class Block:
    """One run of text between two block boundaries or line breaks, in document order.

    `owner` is the index of the element around it; `linked` and `bold` count characters inside links and emphasis;
    `parts` are the pieces as (text, inline tags around it, href).
    """

    text: str
    owner: int
    linked: int = 0
    bold: int = 0
    anchors: tuple[Anchor, ...] = ()
    pictures: tuple[LexborNode, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...], str | None], ...] = ()

    @property
    def link_share(self) -> float:
        """Share of the text that is inside links, 0 to 1."""
        return min(1.0, self.linked / len(self.text)) if self.text else 0.0

    @property
    def is_bold(self) -> bool:
        """True when nearly all of the text is emphasized."""
        return bool(self.text) and self.bold >= 0.8 * len(self.text)


@dataclass(slots=True)
class Outline:
    """All blocks of a page in order, and the block-level elements around them in document order."""

    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)

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
        return " ".join(hint for hint in near if hint)

    def tag(self, block: Block) -> str:
        """The innermost block-level tag around a block."""
        return self.elements[block.owner].tag if block.owner >= 0 else ""


class _Place(NamedTuple):
    """Where the walker stands: the owner element, the inline tags, the link, the depth."""

    owner: int = -1
    inline: tuple[str, ...] = ()
    bold: bool = False
    href: str | None = None
    depth: int = 0


class _Walker:
    """One depth-first pass with an explicit stack: nesting costs memory, never a recursion error."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.parts: list[tuple[str, tuple[str, ...], str | None]] = []
        self.anchors: list[tuple[str, int]] = []  # href, index of its first part
        self.pictures: list[LexborNode] = []
        self.linked = self.bold = 0

    def walk(self, root: LexborNode) -> Outline:
        # An entry is a node with its place, or the index of an element to close.
        stack: list[tuple[LexborNode, _Place] | int] = [(root, _Place())]
        while stack:
            entry = stack.pop()
            if isinstance(entry, int):
                self.close(entry)
                continue
            node, place = entry
            if node is not root and (sibling := node.next) is not None:
                stack.append((sibling, place))
            tag = node.tag or ""
            if tag == "-text":
                self.text(node.text_content or "", place)
            elif tag == "br":
                self.flush(place.owner)
            elif tag == "img":
                self.pictures.append(node)
            elif tag[:1] not in "-!_" and tag not in SKIP_TAGS:
                self.enter(node, tag, place, stack)
        return self.outline

    def text(self, text: str, place: _Place) -> None:
        if not self.parts and text.isspace():
            return  # the white space between blocks, in most markup half of all text nodes
        self.parts.append((text, place.inline, place.href))
        size = len(text.strip())
        if place.href is not None:
            self.linked += size
        if place.bold:
            self.bold += size

    def enter(self, node: LexborNode, tag: str, place: _Place, stack: list[tuple[LexborNode, _Place] | int]) -> None:
        attributes = node.attributes
        if attributes and _hidden(attributes):
            return
        if tag in BLOCK_TAGS and place.depth < MAX_DEPTH:
            place = self.open(node, tag, attributes, place)
            stack.append(place.owner)
        elif tag == "a":
            href = attributes.get("href") or ""
            self.anchors.append((href, len(self.parts)))
            place = _Place(place.owner, place.inline, place.bold, href, place.depth + 1)
        elif tag in KEPT_INLINE:
            kept = KEPT_INLINE[tag]
            inline = place.inline if kept in place.inline else (*place.inline, kept)
            place = _Place(place.owner, inline, place.bold or tag in BOLD_TAGS, place.href, place.depth + 1)
        if (child := node.child) is not None:
            stack.append((child, place))

    def open(self, node: LexborNode, tag: str, attributes: dict[str, str | None], place: _Place) -> _Place:
        if self.parts or self.pictures:
            self.flush(place.owner)
        elements = self.outline.elements
        elements.append(Element(node, tag, _hint(tag, attributes), place.owner, len(self.outline.blocks)))
        bold = place.bold or tag in BOLD_TAGS
        return _Place(len(elements) - 1, place.inline, bold, place.href, place.depth + 1)

    def close(self, index: int) -> None:
        if self.parts or self.pictures:
            self.flush(index)
        self.outline.elements[index].end = len(self.outline.blocks)

    def flush(self, owner: int) -> None:
        if not (self.parts or self.pictures):
            return
        text = plain("".join([part[0] for part in self.parts]))
        if text or self.pictures:
            anchors = tuple(Anchor(href, self.anchor_text(href, start)) for href, start in self.anchors)
            self.outline.blocks.append(
                Block(text, owner, self.linked, self.bold, anchors, tuple(self.pictures), tuple(self.parts))
            )
            self.anchors = []
        self.parts, self.pictures = [], []
        self.anchors = [(href, 0) for href, start in self.anchors if start]  # a link may open before its first block
        self.linked = self.bold = 0

    def anchor_text(self, href: str, start: int) -> str:
        pieces: list[str] = []
        for text, _, target in islice(self.parts, start, start + ANCHOR_PARTS):
            if target != href and pieces:
                break
            if target == href:
                pieces.append(text)
        return plain("".join(pieces))


def _hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    if (name := attributes.get("class")) and READERS_ONLY.search(name):
        return True
    return "hidden" in attributes or (style is not None and any(mark in style.lower() for mark in HIDDEN))


def _hint(tag: str, attributes: dict[str, str | None]) -> str:
    words = [attributes.get("class") or "", attributes.get("id") or ""]
    if tag == "center":
        words.append(CENTER)
    elif "align" in attributes or "style" in attributes:
        align = f"{attributes.get('align') or ''} {attributes.get('style') or ''}".lower().replace(" ", "")
        if "align:center" in align or align.startswith("center"):
            words.append(CENTER)
        elif "align:right" in align or align.startswith("right"):
            words.append(RIGHT)
    return " ".join(filter(None, words)).lower()


def outline(root: LexborNode) -> Outline:
    """The blocks and elements below `root`, hidden and invisible parts left out."""
    found = _Walker().walk(root)
    _free_from_open_links(found.blocks)
    return found


def _free_from_open_links(blocks: list[Block]) -> None:
    """A link that nobody closed goes on through all that follows: what it covers is not linked."""
    covered: dict[str, list[Block]] = {}
    for block in blocks:
        if block.anchors and block.linked >= PARAGRAPH:
            covered.setdefault(block.anchors[0].href, []).append(block)
    for run in covered.values():
        if len(run) >= OPEN_LINK:
            for block in run:
                block.linked, block.anchors = 0, ()


def text_lines(root: LexborNode) -> list[str]:
    """The plain text of a subtree, one line per block or line break."""
    return [block.text for block in outline(root).blocks if block.text]


def parse(html: str) -> LexborHTMLParser:
    """The tree of a page; damaged markup is survived, in a time that grows with its size alone."""
    return LexborHTMLParser(tame(html) or "<html></html>")
