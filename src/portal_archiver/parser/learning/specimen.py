"""What one page adds to the lesson: how the parser read it alone, and where on the page each value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from selectolax.lexbor import LexborNode

from portal_archiver.model import REPORT_KINDS, Article, Capture, Kind, Link, Portal
from portal_archiver.parser.body import Reading
from portal_archiver.parser.dom import Block, Element, Outline
from portal_archiver.parser.edges import main_element
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.kind import ARTICLE_TEXT
from portal_archiver.parser.learning.selectors import Proposal, own_selectors, proposals
from portal_archiver.parser.learning.shapes import Shape, shape_of
from portal_archiver.parser.page import Evidence, Known, build_article, choose, gather, headlines, judge
from portal_archiver.parser.pieces import Piece as Part
from portal_archiver.parser.values import squashed
from portal_archiver.text import plain

HEADLINES = 6  # candidates of one page that have a say
AROUND = 8  # blocks above a headline and behind a report among which a value is looked for
BODIES = 5  # elements around the text that may be its container
LARGE = 20_000  # characters of an element that is not looked into
LONGER = 40  # characters that may stand beside a name in its block


@dataclass(frozen=True, slots=True)
class Sample:
    """A capture to learn from, what a listing said of the page, and the report that it showed before its template
    changed, if that is known."""

    capture: Capture
    seen_as: Link | None = None
    known: Article | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on a page, the selectors that find the element it stands in, and how surely it is the value."""

    text: str
    selectors: tuple[Proposal, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text as it was read: its words squashed, as written, and the names of all places it stands in."""

    key: str
    text: str
    places: frozenset[str]
    is_kept: bool  # as body; else it was left out
    is_caption: bool = False


@dataclass(frozen=True, slots=True)
class Specimen:
    """One page, read alone. `marks` are the values by field, `bodies` the selectors of the text's possible containers.

    `lines` are all its texts; `day` is that of its date, `captured` when it was fetched.
    """

    url: str
    kind: Kind
    why: str
    shape: Shape
    article: Article | None
    prose: int
    captured: datetime
    marks: dict[str, tuple[Mark, ...]]
    bodies: tuple[tuple[Proposal, ...], ...]
    pieces: tuple[Piece, ...]
    lines: tuple[str, ...]

    @property
    def is_report(self) -> bool:
        """A report to the parser, or a page with much text whose headline alone it missed."""
        return self.kind in REPORT_KINDS or (self.why == "no headline" and self.prose >= ARTICLE_TEXT)

    @property
    def day(self) -> date | None:
        """The day of publication, as it was read."""
        return self.article.published.day if self.article and self.article.published else None


def specimen_of(sample: Sample, select: Mapping[str, str] | None = None) -> Specimen:
    """Reads a page as the parser does that knows no other, or nothing of them but a template's selectors."""
    capture = sample.capture
    portal = Portal((capture.final_url,), learned=(select,)) if select else None
    known = Known(portal, capture.headers, capture.fetched_at, sample.seen_as)
    evidence = gather(capture.body, capture.final_url, known)
    title, reading = choose(evidence)
    article = build_article(evidence, title, reading) if title and reading else None
    kind, why = judge(evidence, title, reading, article)
    outline = evidence.outline
    spots = Spots(outline)
    return Specimen(
        url=capture.final_url,
        kind=kind,
        why=why,
        shape=shape_of(outline),
        article=article,
        prose=title.region.prose if title else 0,
        captured=capture.fetched_at,
        marks=_marks(evidence, spots, title, article) if title and article else {},
        bodies=bodies_around(outline, reading.pieces) if title and reading else (),
        pieces=tuple(_pieces(outline, title, reading)) if title and reading else (),
        lines=tuple(block.text for block in outline.blocks if block.text),
    )


class Spots:
    """Where texts stand on a page."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline

    def mark(self, text: str, position: int, weight: float = 1.0) -> Mark | None:
        """The mark of a text that stands in the block at a position."""
        node = node_of(self.outline, self.outline.blocks[position], text)
        return Mark(text, proposals(node), weight) if node else None

    def find(self, text: str, positions: Sequence[int]) -> Mark | None:
        """The mark of a text that a block holds with little beside it; the first of these positions that has it."""
        wanted = squashed(text)
        for position in positions:
            found = squashed(self.outline.blocks[position].text)
            if wanted and wanted in found and len(found) <= len(wanted) + LONGER:
                return self.mark(text, position)
        return None


def node_of(outline: Outline, block: Block, text: str) -> LexborNode | None:
    """The innermost element that holds a text of a block: of <td><span class=title>...</span></td> the span."""
    if block.owner < 0:
        return None
    node, wanted = outline.elements[block.owner].node, squashed(text)
    if len(node.text()) > LARGE:
        return node
    while (inner := next((child for child in _children(node) if _holds(child, wanted)), None)) is not None:
        node = inner
    return node


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        if child.tag and child.tag[:1] not in "-!_":
            yield child
        child = child.next


def _holds(node: LexborNode, wanted: str) -> bool:
    return wanted in squashed(node.text())


def _marks(evidence: Evidence, spots: Spots, title: Candidate, article: Article) -> dict[str, tuple[Mark, ...]]:
    blocks = evidence.outline.blocks
    above = range(title.block - 1, max(-1, title.block - 1 - AROUND), -1)
    behind = range(title.block, min(len(blocks), title.region.end + AROUND))
    around = [*behind, *above]
    published, author, section = article.published, article.author, article.section
    able = headlines(evidence, thorough=True)[:HEADLINES]
    found = {
        "title": [spots.mark(other.text, other.block, other.score) for other in able],
        "published": [spots.find(published.raw, around)] if published and published.origin == "element" else [],
        "author": [spots.find(author, [*reversed(behind), *above])] if author else [],
        "section": [spots.find(section.rpartition(" > ")[2], [*above, *behind])] if section else [],
    }
    return {field: tuple(mark for mark in marks if mark) for field, marks in found.items()}


def bodies_around(outline: Outline, parts: Sequence[Part]) -> tuple[tuple[Proposal, ...], ...]:
    """The selectors of what may be the text's container, from the innermost that holds most of it outwards."""
    main = main_element(outline, parts) or _around_all(outline, [part.block for part in parts])
    if main is None:
        return ()
    found: list[tuple[Proposal, ...]] = []
    index = outline.elements.index(main)
    while index >= 0 and len(found) < BODIES:
        element = outline.elements[index]
        if element.tag in ("body", "html"):
            break
        found.append(tuple(each for each in proposals(element.node) if ":nth" not in each.selector))
        index = element.parent
    return tuple(found)


def _around_all(outline: Outline, blocks: Sequence[int]) -> Element | None:
    """The innermost element around all blocks: what holds the particulars of a document that has no prose."""
    if not blocks:
        return None
    first, last = min(blocks), max(blocks)
    return next((each for each in outline.around(outline.blocks[first]) if last < each.end), None)


def _pieces(outline: Outline, title: Candidate, reading: Reading) -> Iterator[Piece]:
    """The blocks of the region, each with what became of it."""
    kept = {piece.block: piece for piece in reading.pieces}
    captions = {squashed(text) for text in reading.captions.values()}
    names: dict[int, frozenset[str]] = {-1: frozenset()}
    for position in range(title.region.start, title.region.end):
        block = outline.blocks[position]
        text = kept[position].text if position in kept else block.text
        if not text or block.owner < 0:
            continue
        key = squashed(text)
        is_caption = any(key and key in caption for caption in captions) and position not in kept
        places = places_of(outline, block.owner, names)
        yield Piece(key, headline_text(plain(text)), places, position in kept, is_caption)


def places_of(outline: Outline, index: int, names: dict[int, frozenset[str]]) -> frozenset[str]:
    """The own selectors of an element and of all around it; `names` has those that are known."""
    unknown = []
    while index not in names:
        unknown.append(index)
        index = outline.elements[index].parent
    for each in reversed(unknown):
        names[each] = names[index] | own_selectors(outline.elements[each].node)
        index = each
    return names[index]
