"""The report's own text: each block of the region gets a role, and what plays the part of body is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from portal_archiver.parser.byline import (
    CREDIT,
    Byline,
    card_of,
    clean_name,
    is_source_line,
    is_unit,
    looks_like_name,
    read_byline,
    read_photographer,
    read_signature,
)
from portal_archiver.parser.captions import LONE_CAPTION, MAX_CAPTION, Captions
from portal_archiver.parser.dom import HEADINGS, RIGHT, Block, Outline
from portal_archiver.parser.edges import find_byline, text_extent
from portal_archiver.parser.furniture import (
    PERIOD,
    TEASER,
    is_chapter,
    is_counter,
    is_file_link,
    is_made_of_furniture,
    is_teaser_card,
    leads_away,
)
from portal_archiver.parser.meta_line import meta_line_of
from portal_archiver.parser.pictures import is_icon
from portal_archiver.parser.pieces import Piece, inline_html
from portal_archiver.parser.region import ProseIndex, Region, inserted_box, is_prose
from portal_archiver.parser.tables import is_data_table, read_table
from portal_archiver.parser.vocabulary import (
    ATTACHED,
    AUTHOR_PAGE,
    SITE_NAMES,
    is_file,
    is_furniture,
)
from portal_archiver.text import fold, plain

SOURCE_LENGTH = 90  # characters
_ESCAPED_MARKUP = re.compile(r"</?o:p>|<!--.*?-->")  # Word's tags that an editor escaped into text


@dataclass(frozen=True, slots=True)
class Hints:
    """Blocks of which it is known what they are: captions, and what is no report's."""

    captions: frozenset[int] = frozenset()
    omitted: frozenset[int] = frozenset()


NOTHING_KNOWN = Hints()


@dataclass(slots=True)
class Reading:
    """What the region turned out to hold: body pieces, picture blocks with their captions, byline, source line."""

    pieces: list[Piece] = field(default_factory=list)
    captions: dict[int, str] = field(default_factory=dict)  # picture block (-1 - n for a lost picture) -> caption
    byline: Byline | None = None
    photographer: str | None = None  # of all photos without a credit of their own
    source_line: str | None = None
    lead: str = ""
    left_out: list[tuple[str, str]] = field(default_factory=list)  # (what it was, its text)


class _Reader:
    """Walks the region once, in order, knowing what it saw last."""

    def __init__(self, index: ProseIndex, region: Region, title: str, base: str, hints: Hints) -> None:
        self.index, self.outline, self.region, self.base = index, index.outline, region, base
        self.title, self.hints = fold(title), hints
        self.in_text = False  # the first paragraph is behind
        self.in_files = False  # "Tệp đính kèm:" is, too
        blocks = self.outline.blocks[region.start : region.end]
        self.captions = Captions(self.outline, region.start, region.end, _usual_length(blocks))
        self.reading = Reading(captions=self.captions.found)
        long = (number for number in range(len(blocks) - 1, -1, -1) if len(blocks[number].text) > LONE_CAPTION)
        self.last_paragraph = region.start + next(long, -1 - region.start)
        self.tables = dict(_data_tables(self.outline, region))

    def read(self) -> Reading:
        position = self.region.start
        while position < self.region.end:
            position = self.omit(position) or self.table(position) or self.box(position) or self.place(position)
        self.trim()
        self.reading.lead = self.find_lead()
        return self.reading

    def omit(self, position: int) -> int | None:
        """Passes over a block that the portal's other pages have shown to be no report's; the block behind it."""
        if position not in self.hints.omitted:
            return None
        self.leave_out("learned furniture", self.outline.blocks[position].text)
        return position + 1

    def table(self, position: int) -> int | None:
        """Keeps the data table that begins here, if one does; the block behind it."""
        if position not in self.tables:
            return None
        end, html = self.tables[position]
        table = read_table(html)
        self.captions.picture = None
        if table.text:
            self.reading.pieces.append(Piece("table", table.text, table.html, position))
        return end

    def box(self, position: int) -> int | None:
        """Passes over the box between two paragraphs that begins here, if one does; the block behind it."""
        end = inserted_box(self.index, self.region.start, position) if self.index.ends_report(position) else None
        if end is not None:
            texts = [block.text for block in self.outline.blocks[position:end] if block.text]
            self.leave_out("related", " | ".join(texts))
            self.captions.picture = None
        return end

    def place(self, position: int) -> int:
        """Gives the block its role; the next block."""
        block = self.outline.blocks[position]
        text = plain(_ESCAPED_MARKUP.sub("", block.text)) if "<" in block.text else block.text
        if not all(map(is_icon, block.pictures)) and not (text and self.is_beside_icons(block, text)):
            self.place_picture(position, block, text)
        elif text and not any(take(self, position, block, text) for take in ROLES):
            self.keep(position, block, text)
        return position + 1

    def place_picture(self, position: int, block: Block, text: str) -> None:
        if self.in_text and "author_box" in self.outline.called(block, 3):
            self.captions.picture = None
            return
        if text and not self.in_text and (self.take_card(block) or self.take_portrait(block, text)):
            return
        if text and (is_teaser_card(block) or is_file_link(block) or is_furniture(text)):
            self.leave_out("related", text)
            return
        self.captions.see_picture(None if self.leads_elsewhere(position, block) else position)
        credited = len(text) <= MAX_CAPTION and CREDIT.search(text) is not None
        alone = len(text) <= LONE_CAPTION and "lead" not in self.outline.called(block, 2)
        if text and (credited or alone):
            self.captions.take(position, text)
        elif text:
            self.keep(position, block, text)

    def take_portrait(self, block: Block, text: str) -> bool:
        """A name beside a picture, where authors stand."""
        found = not self.reading.byline and self.is_author_field(block, text)
        if found:
            self.reading.byline = read_byline(text) or Byline(clean_name(text))
        return found

    def leave_out(self, what: str, text: str) -> None:
        self.reading.left_out.append((what, text))

    def take_furniture(self, position: int, block: Block, text: str) -> bool:
        found = self.is_furniture(block, text) or self.leads_elsewhere(position - 1, block)
        self.in_files = self.in_files or (self.in_text and ATTACHED.match(block.folded) is not None)
        if found:
            self.leave_out("furniture", text)
        return found

    def take_author_box(self, position: int, block: Block, text: str) -> bool:
        """What a box behind the text says of whoever wrote it."""
        found = self.in_text and "author_box" in self.outline.called(block, 3)
        if found:
            if not self.reading.byline and looks_like_name(text):
                self.reading.byline = Byline(clean_name(text))
            self.leave_out("author", text)
        return found

    def take_author(self, position: int, block: Block, text: str) -> bool:
        beside = not self.in_text and block.link_share < 0.5 and self.is_beside_date(position)
        beside = beside and looks_like_name(text) and not is_unit(text)
        found = not self.reading.byline and (beside or self.is_author_field(block, text))
        if found:
            self.reading.byline = read_byline(text) or Byline(clean_name(text))
        return found or self.take_card(block)

    def take_card(self, block: Block) -> bool:
        """A name with what its owner does, each in its own tag, where authors stand: <a>Lê Hoa</a><span>Ảnh</span>."""
        card = card_of([text for text, _, _ in block.parts]) if "author" in self.outline.called(block, 2) else None
        if card is None:
            return False
        name, took_photos = card
        if took_photos:
            self.reading.photographer = self.reading.photographer or name
        else:
            self.reading.byline = self.reading.byline or Byline(name)
        return True

    def take_caption(self, position: int, block: Block, text: str) -> bool:
        if self.captions.take_rest(position, text) or self.captions.take_above(position, block, text):
            return True
        if read_byline(text) or self.is_signature(position, block, text):  # "Bài và ảnh: Lê Hoa" below the last picture
            return False
        if position in self.hints.captions:
            self.captions.take(position, text)
            return True
        emphasized = any("em" in tags for _, tags, _ in block.parts)
        if self.captions.fits(block, text, emphasized=emphasized, first=not self.reading.pieces):
            self.captions.take(position, text)
            return True
        return False

    def take_source_line(self, position: int, block: Block, text: str) -> bool:
        found = is_source_line(text) or (text.startswith("Theo ") and self.is_edge(position) and is_unfinished(text))
        if found:
            self.reading.source_line = text
            self.leave_out("source line", text)
        return found

    def take_byline(self, position: int, block: Block, text: str) -> bool:
        byline, photographer = read_byline(text), read_photographer(text)
        if self.is_signature(position, block, text) and (both := read_signature(text)):
            byline, photographer = Byline(both[0]), both[1]
        if not (byline or photographer) or not self.is_edge(position):
            return False
        known = self.reading.byline
        # Who wrote it, not the office that posted it; and who took the photos, too.
        if byline and (known is None or is_unit(known.name) or byline.photos_too):
            self.reading.byline = byline
        self.reading.photographer = self.reading.photographer or photographer
        return True

    def is_beside_icons(self, block: Block, text: str) -> bool:
        """Furniture or particulars: the pictures in such a line are buttons."""
        if is_made_of_furniture(block, text) or (not self.reading.pieces and self.is_meta_line(block)):
            return True
        line = meta_line_of(block)
        return line is not None and line.is_plain

    def leads_elsewhere(self, position: int, block: Block) -> bool:
        """A picture and a text that link to the same other page: the teaser of another report."""
        pair = self.outline.blocks[position : position + 2]
        if len(pair) < 2 or not (pair[0].pictures and pair[0].anchors and pair[1].anchors):
            return False
        href = pair[1].anchors[0].href
        return pair[0].anchors[0].href == href and len(pair[1].anchors[0].text) > TEASER and not is_file(href)

    def is_author_field(self, block: Block, text: str) -> bool:
        linked = not self.in_text and any(AUTHOR_PAGE.search(anchor.href) for anchor in block.anchors)
        return (linked or "author" in self.outline.called(block, 2)) and looks_like_name(text)

    def is_signature(self, position: int, block: Block, text: str) -> bool:
        """Author and photographer in a line at the end, set to the right: in the middle it would be a caption."""
        at_end = self.is_edge(position) and RIGHT in self.outline.hints(block, 2)
        return at_end and read_signature(text) is not None

    def is_beside_date(self, position: int) -> bool:
        """Whether a line of particulars stands right before or behind the block: a name there is the author's."""
        near = (at for at in (position - 1, position + 1) if self.region.start <= at < self.region.end)
        return any(meta_line_of(self.outline.blocks[at]) for at in near)

    def is_edge(self, position: int) -> bool:
        """Bylines stand at the beginning or the end of a report, never between its paragraphs."""
        return not self.in_text or position >= self.last_paragraph

    def is_furniture(self, block: Block, text: str) -> bool:
        folded = fold(text)
        tag = self.outline.tag(block)
        if tag == "td" and self.in_files and text.isdigit():  # the number of a file in their list
            return True
        if not self.reading.pieces and (tag == "time" or (text.isupper() and SITE_NAMES.match(folded))):
            return True
        if folded == self.title or is_made_of_furniture(block, text) or is_file_link(block) or is_chapter(block):
            return True
        if not self.reading.pieces and self.is_meta_line(block) and not PERIOD.search(folded):
            return True
        if is_counter(block, folded):
            return True
        if self.is_author_field(block, text) or (not self.in_text and read_byline(text)):
            return False
        return leads_away(block, text, folded) and tag != "td"

    def keep(self, position: int, block: Block, text: str) -> None:
        if len(text) > LONE_CAPTION or not block.pictures:
            self.captions.picture = None
        self.in_text = self.in_text or is_prose(block)
        tag = self.outline.tag(block)
        role = tag if tag in HEADINGS or tag == "li" else "p"
        html = inline_html(block, self.base)
        self.reading.pieces.append(Piece(role, text, f"<{role}>{html}</{role}>", position))

    def is_meta_line(self, block: Block) -> bool:
        """Particulars above the text; an author among them is the byline. Spans side by side are words apart."""
        line = meta_line_of(block)
        if line and line.author and not self.reading.byline:
            self.reading.byline = Byline(line.author)
        for text, _, _ in block.parts if line else ():
            self.reading.byline = self.reading.byline or read_byline(text.strip())
            self.reading.photographer = self.reading.photographer or read_photographer(text.strip())
        return line is not None

    def trim(self) -> None:
        """Leaves out the furniture at the edges of the text, and takes the byline from its end."""
        pieces = self.reading.pieces
        start, end = text_extent(self.outline, pieces)
        if self.reading.byline is None and (found := find_byline(self.outline, pieces, end)):
            position, self.reading.byline = found
            end = min(end, position)
        for piece in (*pieces[:start], *pieces[end:]):
            self.leave_out("furniture", piece.text)
        self.reading.pieces = pieces[start:end]

    def find_lead(self) -> str:
        for piece in self.reading.pieces[:2]:
            block = self.outline.blocks[piece.block]
            named = "lead" in self.outline.called(block, 2)
            if piece.role != "table" and len(piece.text) > 40 and (named or block.is_bold):
                return piece.text
        return ""


# What a block of text may be, other than body; the first that takes it decides.
ROLES: tuple[Callable[[_Reader, int, Block, str], bool], ...] = (
    _Reader.take_furniture,
    _Reader.take_author_box,
    _Reader.take_author,
    _Reader.take_caption,
    _Reader.take_source_line,
    _Reader.take_byline,
)


def read_body(index: ProseIndex, region: Region, title: str, base: str = "", hints: Hints = NOTHING_KNOWN) -> Reading:
    """Reads the region under a headline into body pieces, captions, byline and source line; `base` resolves links.

    `hints` says of some blocks what they are.
    """
    return _Reader(index, region, title, base, hints).read()


def is_unfinished(text: str) -> bool:
    """A short line without any stop: "Theo Đội ứng cứu sự cố an toàn thông tin mạng tỉnh"."""
    return len(text) <= SOURCE_LENGTH and not any(char in text for char in ".,;:!?")


def _usual_length(blocks: list[Block]) -> float:
    """The median length of the paragraphs, those right below a picture apart: they may be captions."""
    below = zip([None, *blocks], blocks, strict=False)
    lengths = [len(block.text) for before, block in below if is_prose(block) and not (before and before.pictures)]
    return median(lengths) if lengths else 0.0


def _data_tables(outline: Outline, region: Region) -> Iterator[tuple[int, tuple[int, str]]]:
    for index, element in enumerate(outline.elements):
        inside = region.start <= element.start < element.end <= region.end
        if inside and element.tag == "table" and is_data_table(outline, element, index):
            yield element.start, (element.end, element.node.html or "")
