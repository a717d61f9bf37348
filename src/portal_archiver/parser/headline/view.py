"""A block as the evidence sees it: one that may be the headline, with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.meta_line import is_date_line
from portal_archiver.parser.region import ProseIndex
from portal_archiver.parser.vocabulary import DOCUMENT_KIND, LETTERHEAD
from portal_archiver.text import fold, plain, words

MIN_LENGTH, MAX_LENGTH = 6, 400  # characters
LINK = 0.7  # share of a block that is a link: all of it, but for a date
USUAL_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
LINES, LINE = 4, 100  # lines of one headline, characters of such a line
NEAR = 6  # blocks
TYPE = 16  # pixels: what a text is set in where nothing is said
# "( 2019-05-16T05:00:00.000Z )", "( )", "(26/12/2023)" at a headline's end: a template's date, not the headline's words
_TAIL = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")

Evidence = tuple[tuple[str, float], ...]  # what speaks for a block, or against it, by name


def headline_text(text: str) -> str:
    """A headline without the date or the empty brackets that its template appends."""
    match = _TAIL.search(text) if text[-1:] in ")]" else None
    if match and (not match[1].strip(" -:") or find_dates(match[1])):
        return text[: match.start()].strip()
    return text


@dataclass(frozen=True, slots=True)
class Claims:
    """What a block is held against: the outline and, folded, the URL's slug, the page's claims, a listing's words.

    `host` is the host of the page in one word: "sotaichinhbachhaigovvn"; `footer` is the text of the footer.
    """

    outline: Outline
    slug: frozenset[str]
    metadata: str
    window: str
    anchor: frozenset[str]
    host: str
    footer: str


class View:
    """One block as the evidence sees it; what several rows need is worked out once.

    `last` is the last block of a headline that is set in several lines; `tags` are those of the three innermost
    elements; `called` says what the two innermost are called; `words` are distinct and folded, as `folded` is.
    """

    __slots__ = ("_above", "_below", "block", "called", "claims", "folded", "last", "position", "tags", "text", "words")

    def __init__(self, claims: Claims, position: int, last: int, text: str) -> None:
        self.claims, self.position, self.last, self.text = claims, position, last, text
        self.block = claims.outline.blocks[position]
        self.tags = tags_around(claims.outline, self.block)
        self.called = claims.outline.called(self.block, 2)
        self.folded = self.block.folded if text is self.block.text else fold(text)
        self.words = frozenset(words(text))
        self._above: list[Block] | None = None
        self._below: list[Block] | None = None

    @property
    def above(self) -> list[Block]:
        """The blocks with a text right above it, nearest first."""
        if self._above is None:
            blocks = self.claims.outline.blocks[max(0, self.position - NEAR) : self.position]
            self._above = [block for block in reversed(blocks) if block.text]
        return self._above

    @property
    def below(self) -> list[Block]:
        """The blocks with a text right below it."""
        if self._below is None:
            blocks = self.claims.outline.blocks[self.last + 1 : self.last + 1 + NEAR]
            self._below = [block for block in blocks if block.text]
        return self._below


def views(index: ProseIndex, claims: Claims, footer: int) -> Iterator[View]:
    """The blocks before the footer that may be the headline, in the order of the page."""
    outline = claims.outline
    end = 0
    for position, block in enumerate(outline.blocks[:footer]):
        if position < end or not MIN_LENGTH <= len(block.text) <= MAX_LENGTH or leads_away(index, position):
            continue
        end = _end_of_lines(outline, position, footer)
        text = headline_text(" ".join(map(_without_marks, outline.blocks[position:end])))
        if len(text) >= MIN_LENGTH and any(char.isalpha() for char in text):
            yield View(claims, position, end - 1, text)


def _without_marks(block: Block) -> str:
    """The text of a block without a label above its line (<h2>Headline <sup>New</sup></h2>) or a dateline before it."""
    kept = [text for text, tags, _ in block.parts if "sup" not in tags]
    if len(kept) > 1 and is_date_line(plain(kept[0])):
        del kept[0]
    return plain("".join(kept)) if len(kept) < len(block.parts) else block.text


def _end_of_lines(outline: Outline, position: int, footer: int) -> int:
    """Behind the last line of a headline that line breaks cut into several: they share their element and their looks.

    Only of what looks like a headline: a heading, or emphasized and centered, large or in capitals.
    """
    first = outline.blocks[position]
    heading = outline.tag(first) in USUAL_HEADINGS
    if not (heading or first.is_bold):
        return position + 1
    large = first.size > TYPE or first.text.isupper() or outline.is_centered(first, 1) or is_named(outline, first)
    if not (heading or large):
        return position + 1
    end = position + 1
    for other in outline.blocks[position + 1 : min(position + LINES, footer)]:
        alike = (other.size, other.is_bold, other.text.isupper()) == (first.size, first.is_bold, first.text.isupper())
        if not alike or not 0 < len(other.text) <= LINE or not _goes_on(outline, first, other):
            break
        end += 1
    return end if len(first.text) <= LINE else position + 1


def tags_around(outline: Outline, block: Block) -> list[str]:
    """The tags of the three innermost elements around a block."""
    tags: list[str] = []
    index = block.owner
    while index >= 0 and len(tags) < 3:
        element = outline.elements[index]
        tags.append(element.tag)
        index = element.parent
    return tags


def _goes_on(outline: Outline, first: Block, other: Block) -> bool:
    """In the same element, or in a paragraph beside it of which the words go on: lower case, or all capitals.

    What stands above the headline of an official letter is no line of it.
    """
    if any(lines.match(block.folded) for block in (first, other) for lines in (LETTERHEAD, DOCUMENT_KIND)):
        return False
    if other.owner == first.owner:
        return True
    left, right = outline.elements[first.owner], outline.elements[other.owner]
    beside = (left.tag, left.parent) == (right.tag, right.parent) and left.tag not in ("td", "li")
    return beside and (other.text[0].islower() or other.text.isupper()) and first.text[-1] not in ".:;"


def is_named(outline: Outline, block: Block) -> bool:
    """Whether its author's own names say that a block is a headline."""
    return "title" in outline.called(block, 2)


def leads_away(index: ProseIndex, position: int) -> bool:
    """A link that nothing marks as a headline: an item of a menu or a list, and most blocks of a page are that."""
    block = index.outline.blocks[position]
    if block.link_share <= LINK:
        return False
    if all(index.in_menu[position - 1 : position + 2]):  # between two others
        return True
    return USUAL_HEADINGS.isdisjoint(tags_around(index.outline, block)) and not is_named(index.outline, block)
