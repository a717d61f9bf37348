"""From lexbor's tree to the flat list: one pass over all nodes, on which most of the time to read a page is spent."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.parser.dom import HEADINGS, Anchor, Block, Element, Outline
from portal_archiver.parser.looks import Look, looks_below
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
BOLD_TAGS = HEADINGS | {"b", "strong", "th"}
KEPT_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "sub": "sub", "sup": "sup", "u": "u"}
VOID = frozenset(("br", "img"))
STYLED = BOLD_TAGS | KEPT_INLINE.keys() | {"a"}
ANCHOR_PARTS = 50  # pieces of text that one link's words may be in
PARAGRAPH, OPEN_LINK = 80, 3  # so many linked blocks of so many characters with one target: a link left open
MAX_DEPTH = 400  # markup nested deeper is damage: its text is kept, its structure is not


class _Style(NamedTuple):
    """How the text is set where the walker stands: the inline tags, whether it is bold, the link, the type size."""

    inline: tuple[str, ...] = ()
    bold: bool = False
    href: str | None = None
    size: int = 0


class _Walker:
    """One depth-first pass with a stack of its own: nesting costs memory, never a recursion error."""

    def __init__(self, root: LexborNode) -> None:
        self.root = root
        self.looks = looks_below(root)
        self.outline = Outline()
        self.parts: list[tuple[str, tuple[str, ...], str | None]] = []
        self.anchors: list[tuple[str, int]] = []  # href, index of its first part
        self.pictures: list[LexborNode] = []
        self.linked = self.bold = self.size = 0

    def walk(self) -> Outline:
        node, owner, style = self.root, -1, _Style()
        above: list[tuple[LexborNode, int, _Style]] = []
        looks = self.looks
        while True:
            tag = node.tag or ""
            if tag == "-text":
                self.text(node.text_content or "", style)
            elif tag in VOID:
                self.void(node, tag, owner)
            elif tag not in SKIP_TAGS and tag[:1] not in "-!_":
                look = looks.get(node.mem_id)
                if look is None or not look.is_hidden:
                    inner = self.restyle(node, tag, style, look) if look or tag in STYLED else style
                    inside = self.open(node, tag, owner) if tag in BLOCK_TAGS and len(above) < MAX_DEPTH else owner
                    if (child := node.child) is not None:
                        above.append((node, owner, style))
                        node, owner, style = child, inside, inner
                        continue
            while above:
                if (following := node.next) is not None:
                    node = following
                    break
                inside = owner
                node, owner, style = above.pop()
                if inside != owner:
                    self.close(inside)
            else:
                self.flush(-1)  # of a root that is no block: <span class="author">
                return self.outline

    def text(self, text: str, style: _Style) -> None:
        if not self.parts and text.isspace():
            return  # the white space between blocks, in most markup half of all text nodes
        inline, bold, href, size = style
        self.parts.append((text, inline, href))
        if size > self.size:
            self.size = size
        if bold or href is not None:
            letters = len(text.strip())
            self.linked += letters if href is not None else 0
            self.bold += letters if bold else 0

    def void(self, node: LexborNode, tag: str, owner: int) -> None:
        if tag == "img":
            self.pictures.append(node)
        else:
            self.flush(owner)

    def restyle(self, node: LexborNode, tag: str, style: _Style, look: Look | None) -> _Style:
        """How the text inside an element is set."""
        inline, bold, href, size = style
        if look:
            bold, size = bold or look.is_bold, look.size or size
        if tag == "a":
            href = node.attrs.get("href") or ""
            self.anchors.append((href, len(self.parts)))
        elif (kept := KEPT_INLINE.get(tag)) and kept not in inline:
            inline = (*inline, kept)
        return _Style(inline, bold or tag in BOLD_TAGS, href, size)

    def open(self, node: LexborNode, tag: str, owner: int) -> int:
        if self.parts or self.pictures:
            self.flush(owner)
        elements = self.outline.elements
        elements.append(Element(node, tag, owner, len(self.outline.blocks)))
        return len(elements) - 1

    def close(self, index: int) -> None:
        if self.parts or self.pictures:
            self.flush(index)
        self.outline.elements[index].end = len(self.outline.blocks)

    def flush(self, owner: int) -> None:
        if not (self.parts or self.pictures):
            return
        text = plain("".join([part[0] for part in self.parts]))
        if text or self.pictures:
            anchors = tuple([Anchor(href, self.anchor_text(href, start, text)) for href, start in self.anchors])
            if self.linked and not anchors:  # the link of a card began with a block before
                anchors = tuple([Anchor(href, text) for _, _, href in self.parts if href is not None][:1])
            self.outline.blocks.append(
                Block(text, owner, self.linked, self.bold, anchors, tuple(self.pictures), tuple(self.parts), self.size)
            )
            self.anchors = []
        if self.anchors:  # a link may open before its first block
            self.anchors = [(href, 0) for href, start in self.anchors if start]
        self.parts, self.pictures = [], []
        self.linked = self.bold = self.size = 0

    def anchor_text(self, href: str, start: int, text: str) -> str:
        if start == 0 and len(self.parts) == 1:
            return text if self.parts[0][2] == href else ""
        pieces: list[str] = []
        for piece, _, target in islice(self.parts, start, start + ANCHOR_PARTS):
            if target != href and pieces:
                break
            if target == href:
                pieces.append(piece)
        return plain("".join(pieces))


def outline(root: LexborNode) -> Outline:
    """The blocks and elements below `root`, hidden and invisible parts left out."""
    found = _Walker(root).walk()
    _free_from_open_links(found.blocks)
    return found


def _free_from_open_links(blocks: list[Block]) -> None:
    """A link that nobody closed goes on through all that follows: what it covers is not linked."""
    covered: dict[str, list[Block]] = {}
    for block in blocks:
        if block.linked >= PARAGRAPH and block.anchors:
            covered.setdefault(block.anchors[0].href, []).append(block)
    for run in covered.values():
        if len(run) >= OPEN_LINK:
            for block in run:
                block.unlink()


def text_lines(root: LexborNode) -> list[str]:
    """The plain text of a subtree, one line per block or line break."""
    return [block.text for block in outline(root).blocks if block.text]


def parse(html: str) -> LexborHTMLParser:
    """The tree of a page; damaged markup is survived, in a time that grows with its size alone."""
    return LexborHTMLParser(tame(html) or "<html></html>")
