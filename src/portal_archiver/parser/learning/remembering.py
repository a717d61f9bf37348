"""A page of a template that has changed, held against what the archive knows of its report: where it stands now.

The parser alone may find no date on any page of the new template. But the day is known from the old one, and where it
stands on the new pages, they show it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from portal_archiver.model import REPORT_KINDS, Article
from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.dom import Outline
from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.learning.specimen import (
    LONGER,
    Mark,
    Piece,
    Sample,
    Specimen,
    Spots,
    bodies_around,
    places_of,
    specimen_of,
)
from portal_archiver.parser.metadata import charset_of
from portal_archiver.parser.outline import outline, parse
from portal_archiver.parser.pieces import Piece as Part
from portal_archiver.parser.values import is_dateline, squashed
from portal_archiver.text import decode, plain

SURE = 10.0  # what a headline is worth that is known
TELLING = 20  # letters of a line that is found in a text by no chance
HALF = 0.5  # share of the known text that must be on the page
DATES = 4  # places on one page where the known day stands
BESIDE = 8  # blocks behind the text in which a caption may stand


def recalled(sample: Sample) -> Specimen:
    """How the parser reads a page alone; where its report is known, the places of what is known instead."""
    alone = specimen_of(sample)
    if sample.known is None:
        return alone
    tree = parse(decode(sample.capture.body, charset_of(sample.capture.headers)))
    found = _Found(outline(tree.root) if tree.root is not None else Outline(), sample.known)
    if not found.text:
        return alone
    return replace(
        alone,
        kind=alone.kind if alone.kind in REPORT_KINDS else "article",
        article=sample.known,
        marks=found.marks(),
        bodies=bodies_around(found.outline, found.parts),
        pieces=tuple(found.pieces({piece.key for piece in alone.pieces if piece.is_kept})),
    )


class _Found:
    """Where a known report stands on a page: `text` are the blocks of its body, none where less than half is there."""

    def __init__(self, page: Outline, known: Article) -> None:
        self.outline, self.known, self.spots = page, known, Spots(page)
        self.keys = [squashed(block.text) for block in page.blocks]
        self.text = self._text()
        self.title = self._title()

    @property
    def parts(self) -> list[Part]:
        """The blocks of the body as parts of one."""
        return [Part("p", self.outline.blocks[position].text, "", position) for position in self.text]

    def _text(self) -> list[int]:
        body = squashed(self.known.body)
        found = [at for at, key in enumerate(self.keys) if len(key) >= TELLING and key in body]
        return found if body and sum(len(self.keys[at]) for at in found) >= HALF * len(body) else []

    def _title(self) -> int | None:
        """The nearest headline above the text, else the first one."""
        wanted = squashed(self.known.title)
        if not wanted or not self.text:
            return None
        found = [at for at, key in enumerate(self.keys) if wanted in key and len(key) <= len(wanted) + LONGER]
        return max((at for at in found if at < self.text[0]), default=found[0] if found else None)

    def marks(self) -> dict[str, tuple[Mark, ...]]:
        """The values by field."""
        known, last = self.known, self.text[-1]
        behind, above = range(last + 1, len(self.keys)), range(self.text[0] - 1, -1, -1)
        section = (known.section or "").rpartition(" > ")[2]
        found = {
            "title": [self.spots.mark(known.title, self.title, SURE)] if self.title is not None else [],
            "published": list(self._days()),
            "author": [self.spots.find(known.author, [*behind, *above])] if known.author else [],
            "section": [self.spots.find(section, [*above, *behind])] if section else [],
        }
        return {field: tuple(mark for mark in marks if mark) for field, marks in found.items()}

    def _days(self) -> Iterator[Mark | None]:
        day = self.known.published.day if self.known.published else None
        number, own = 0, frozenset(self.text)
        for position, block in enumerate(self.outline.blocks):
            if position in own or number == DATES or not is_dateline(block.text):
                continue
            if any(found.day == day for found in find_dates(block.text)):
                number += 1
                yield self.spots.mark(block.text, position)

    def pieces(self, taken: Collection[str]) -> Iterator[Piece]:
        """The parts from the headline to the end of the text, and right behind it captions and what is `taken` (keys)
        for text: it may be a box that is new in the template."""
        first = self.title + 1 if self.title is not None and self.title < self.text[0] else self.text[0]
        captions = [squashed(photo.caption) for photo in self.known.photos if photo.caption]
        kept, names = frozenset(self.text), {-1: frozenset[str]()}
        last = self.text[-1]
        for position in range(first, min(len(self.keys), last + 1 + BESIDE)):
            block, key = self.outline.blocks[position], self.keys[position]
            is_caption = bool(key) and position not in kept and any(key in caption for caption in captions)
            is_kept = not is_caption and (position in kept or key in taken)
            if not key or block.owner < 0 or (position > last and not is_caption and not is_kept):
                continue
            text = headline_text(plain(block.text))
            yield Piece(key, text, places_of(self.outline, block.owner, names), is_kept, is_caption)
