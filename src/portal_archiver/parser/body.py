"""The report's own text: each block of the region gets a role, and what plays the part of body is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from statistics import median

from portal_archiver.parser.byline import (
    CREDIT,
    Byline,
    clean_name,
    is_source_line,
    looks_like_name,
    read_byline,
    read_photographer,
)
from portal_archiver.parser.dom import CENTER, HEADINGS, Block, Outline
from portal_archiver.parser.edges import Piece, find_byline, text_extent
from portal_archiver.parser.meta_line import read_meta_line
from portal_archiver.parser.pictures import is_icon
from portal_archiver.parser.region import MAX_LINKED, Region, is_prose
from portal_archiver.parser.tables import is_data_table, read_table
from portal_archiver.parser.vocabulary import FURNITURE, HINTS, OPENS_PROSE, is_file, leads_to_page
from portal_archiver.text import fold, plain
from portal_archiver.urls import canonicalize

MAX_CAPTION = 320  # characters
SUBHEADING = 60  # a bold line after a picture that is shorter is a sub-heading
FRAME_BLOCKS = 6  # a table around one picture has no more blocks
CAPTION_SHARE = 0.6  # of the usual length of a paragraph: an unmarked caption is shorter
SOURCE_LENGTH = 90
LONE_CAPTION = 220  # a caption without any mark of one is at most this long
PERIOD = re.compile(r"\btu\b.*\bden\b")  # "(Từ 02/5 đến 05/5)": a schedule's span
_ESCAPED_MARKUP = re.compile(r"</?o:p>|<!--.*?-->")  # Word's tags that an editor escaped into text


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

    def __init__(self, outline: Outline, region: Region, title: str, base: str) -> None:
        self.outline = outline
        self.base = base
        self.region = region
        self.title = fold(title)
        self.reading = Reading()
        self.picture: int | None = None  # the picture block that still waits for its caption
        self.captioned = self.caption_at = -(10**9)  # the key of the last caption, and the block it stood in
        self.captions_centered = False
        long = (at for at in range(region.end - 1, region.start - 1, -1) if len(outline.blocks[at].text) > LONE_CAPTION)
        self.last_paragraph = next(long, -1)
        self.usual = _usual_length(outline.blocks[region.start : region.end])
        self.tables = dict(_data_tables(outline, region))

    def read(self) -> Reading:
        position = self.region.start
        while position < self.region.end:
            if position in self.tables:
                end, html = self.tables[position]
                self.keep_table(position, html)
                position = end
                continue
            self.place(position, self.outline.blocks[position])
            position += 1
        self.trim()
        self.reading.lead = self.find_lead()
        return self.reading

    def place(self, position: int, block: Block) -> None:
        text = plain(_ESCAPED_MARKUP.sub("", block.text))
        if not all(map(is_icon, block.pictures)) and not (text and self.is_beside_icons(block, text)):
            self.place_picture(position, block, text)
        elif text and not any(take(self, position, block, text) for take in ROLES):
            self.keep(position, block, text)

    def place_picture(self, position: int, block: Block, text: str) -> None:
        self.picture = None if self.leads_elsewhere(position, block) else position
        if text and len(text) <= MAX_CAPTION and not self.is_body_after_picture(block, text):
            self.caption(position, text)
        elif text:
            self.keep(position, block, text)

    def take_furniture(self, position: int, block: Block, text: str) -> bool:
        found = self.is_furniture(block, text) or self.leads_elsewhere(position - 1, block)
        if found:
            self.reading.left_out.append(("furniture", text))
        return found

    def take_author(self, position: int, block: Block, text: str) -> bool:
        found = not self.reading.byline and self.is_author_field(block, text)
        if found:
            self.reading.byline = Byline(clean_name(text))
        return found

    def take_rest_of_caption(self, position: int, block: Block, text: str) -> bool:
        found = self.continues_caption(position, text)
        if found:
            self.reading.captions[self.captioned] += f" {text}"
        return found

    def take_caption(self, position: int, block: Block, text: str) -> bool:
        found = self.is_caption(block, text)
        if found:
            self.caption(position, text)
        return found

    def take_source_line(self, position: int, block: Block, text: str) -> bool:
        found = is_source_line(text) or (text.startswith("Theo ") and self.is_edge(position) and is_unfinished(text))
        if found:
            self.reading.source_line = text
            self.reading.left_out.append(("source line", text))
        return found

    def take_byline(self, position: int, block: Block, text: str) -> bool:
        byline, photographer = read_byline(text), read_photographer(text)
        if not (byline or photographer) or not self.is_edge(position):
            return False
        self.reading.byline = self.reading.byline or byline
        self.reading.photographer = self.reading.photographer or photographer
        return True

    def is_beside_icons(self, block: Block, text: str) -> bool:
        """Furniture or particulars: the pictures in such a line are buttons."""
        return bool(FURNITURE.match(fold(text))) or (not self.reading.pieces and self.is_meta_line(block))

    def leads_elsewhere(self, position: int, block: Block) -> bool:
        """A picture and a text that link to the same other page: the teaser of another report."""
        pair = self.outline.blocks[position : position + 2]
        if len(pair) < 2 or not (pair[0].pictures and pair[0].anchors and pair[1].anchors):
            return False
        href = pair[1].anchors[0].href
        return pair[0].anchors[0].href == href and len(pair[1].anchors[0].text) > SUBHEADING / 3 and not is_file(href)

    def is_author_field(self, block: Block, text: str) -> bool:
        return bool(HINTS["author"].search(self.outline.hints(block, 2))) and looks_like_name(text)

    def is_edge(self, position: int) -> bool:
        """Bylines stand at the beginning or the end of a report, never between its paragraphs."""
        if not self.reading.pieces:
            return True
        return position >= self.last_paragraph

    def is_body_after_picture(self, block: Block, text: str) -> bool:
        return len(text) > LONE_CAPTION and not CREDIT.search(text)

    def is_furniture(self, block: Block, text: str) -> bool:
        folded = fold(text)
        if folded == self.title or FURNITURE.match(folded):
            return True
        if not self.reading.pieces and self.is_meta_line(block) and not PERIOD.search(folded):
            return True
        if any(is_file(anchor.href) for anchor in block.anchors) and block.link_share > MAX_LINKED:
            return True
        if self.is_author_field(block, text):
            return False
        is_address = text.startswith(("http://", "https://", "www."))  # written out for the reader
        away = any(leads_to_page(anchor.href) for anchor in block.anchors)
        return away and block.link_share > 0.85 and self.outline.tag(block) != "td" and not is_address

    def is_caption(self, block: Block, text: str) -> bool:
        if len(text) > MAX_CAPTION:
            return False
        tags = [element.tag for element, _ in zip(self.outline.around(block), range(2), strict=False)]
        near = self.outline.hints(block, 2)
        if "figcaption" in tags or (self.framed(block) and not HINTS["lead"].search(near)):
            return True
        marked = bool(HINTS["caption"].search(near) or CREDIT.search(text))
        if self.picture is None:  # its picture is lost, or stands above the caption before this one
            return bool(HINTS["caption"].search(near) and CREDIT.search(text)) or self.set_like_captions(block, text)
        if marked:
            return True
        if HINTS["lead"].search(near):
            return False
        if not self.reading.pieces:  # a thumbnail stands above the lead; a picture with its caption is centered
            return CENTER in near and not block.is_bold and len(text) <= LONE_CAPTION and is_one_sentence(text)
        if self.outline.tag(block) in HEADINGS or len(text) > LONE_CAPTION or OPENS_PROSE.match(fold(text)):
            return False
        if block.is_bold and len(text) < SUBHEADING:
            return CENTER in near or "<em>" in self.html(block)
        return CENTER in near or "<em>" in self.html(block) or (is_one_sentence(text) and self.is_short(text))

    def is_short(self, text: str) -> bool:
        """Much shorter than the report's paragraphs: what tells a plain line below a picture from the next of them."""
        return len(text) <= CAPTION_SHARE * self.usual

    def framed(self, block: Block) -> bool:
        """The text stands in a small table of its own, under its picture or where the picture was."""
        for element in self.outline.around(block):
            if element.tag == "table":
                if element.end - element.start > FRAME_BLOCKS:
                    return False
                inside = self.outline.blocks[element.start : element.end]
                alone = sum(bool(other.text) for other in inside) == 1 and len(block.text) <= LONE_CAPTION
                return alone and element.start > self.region.start and len(element.node.css("tr")) > 1
        return False

    def set_like_captions(self, block: Block, text: str) -> bool:
        """Centered like the captions before it, and no heading: the caption of a picture that is lost."""
        centered = CENTER in self.outline.hints(block, 1) and not block.is_bold
        return centered and self.captions_centered and len(text) <= LONE_CAPTION

    def continues_caption(self, position: int, text: str) -> bool:
        """The rest of a caption that an editor broke in two."""
        before = self.reading.captions.get(self.captioned, "")
        broken = text[0].islower() and before[-1:] not in ".!?)" and len(text) <= LONE_CAPTION / 2
        return position == self.caption_at + 1 and broken

    def caption(self, position: int, text: str) -> None:
        self.captioned = -1 - len(self.reading.captions) if self.picture is None else self.picture
        self.reading.captions[self.captioned] = text
        self.caption_at, self.picture = position, None
        self.captions_centered |= CENTER in self.outline.hints(self.outline.blocks[position], 1)

    def keep(self, position: int, block: Block, text: str) -> None:
        self.picture = None if len(text) > LONE_CAPTION or not block.pictures else self.picture
        tag = self.outline.tag(block)
        role = tag if tag in HEADINGS or tag == "li" else "p"
        self.reading.pieces.append(Piece(role, text, f"<{role}>{self.html(block)}</{role}>", position))

    def keep_table(self, position: int, html: str) -> None:
        table = read_table(html)
        self.picture = None
        if table.text:
            self.reading.pieces.append(Piece("table", table.text, table.html, position))

    def html(self, block: Block) -> str:
        return inline_html(block, self.base)

    def is_meta_line(self, block: Block) -> bool:
        """Particulars above the text; an author among them is the byline. Spans side by side are words apart."""
        line = read_meta_line(plain(" | ".join(part[0] for part in block.parts))) or read_meta_line(block.text)
        if line and line.author and not self.reading.byline:
            self.reading.byline = Byline(line.author)
        return line is not None

    def trim(self) -> None:
        """Leaves out the furniture at the edges of the text, and takes the byline from its end."""
        pieces = self.reading.pieces
        start, end = text_extent(self.outline, pieces)
        if self.reading.byline is None and (found := find_byline(self.outline, pieces, end)):
            position, self.reading.byline = found
            end = min(end, position)
        self.reading.left_out += [("furniture", piece.text) for piece in (*pieces[:start], *pieces[end:])]
        self.reading.pieces = pieces[start:end]

    def find_lead(self) -> str:
        for piece in self.reading.pieces[:2]:
            block = self.outline.blocks[piece.block]
            named = HINTS["lead"].search(self.outline.hints(block, 2))
            if piece.role != "table" and len(piece.text) > 40 and (named or block.is_bold):
                return piece.text
        return ""


# What a block of text may be, other than body; the first that takes it decides.
ROLES: tuple[Callable[[_Reader, int, Block, str], bool], ...] = (
    _Reader.take_furniture,
    _Reader.take_author,
    _Reader.take_rest_of_caption,
    _Reader.take_caption,
    _Reader.take_source_line,
    _Reader.take_byline,
)


def read_body(outline: Outline, region: Region, title: str, base: str = "") -> Reading:
    """Reads the region under a headline into body pieces, captions, byline and source line; `base` resolves links."""
    return _Reader(outline, region, title, base).read()


def _usual_length(blocks: list[Block]) -> float:
    """The median length of the paragraphs, those right below a picture apart: they may be captions."""
    below = zip([None, *blocks], blocks, strict=False)
    lengths = [len(block.text) for before, block in below if is_prose(block) and not (before and before.pictures)]
    return median(lengths) if lengths else 0.0


def is_unfinished(text: str) -> bool:
    """A short line without any stop: "Theo Đội ứng cứu sự cố an toàn thông tin mạng tỉnh"."""
    return len(text) <= SOURCE_LENGTH and not any(char in text for char in ".,;:!?")


def is_one_sentence(text: str) -> bool:
    """At most one full stop, at the end: what a caption is, and a paragraph rarely."""
    return len(re.findall(r"[.!?](?=\s+\S)", text)) == 0


def inline_html(block: Block, base: str = "") -> str:
    """A block's text with its inline emphasis and links, escaped."""
    pieces: list[str] = []
    for text, tags, href in block.parts:
        piece = escape(re.sub(r"\s+", " ", text), quote=False)
        target = canonicalize(href, base) if href and base else None
        opened = [*(f"<{tag}>" for tag in tags), f'<a href="{escape(target)}">' if target else ""]
        closed = ["</a>" if target else "", *(f"</{tag}>" for tag in reversed(tags))]
        pieces.append(f"{''.join(opened)}{piece}{''.join(closed)}" if piece.strip() else piece)
    return plain("".join(pieces))


def _data_tables(outline: Outline, region: Region) -> Iterator[tuple[int, tuple[int, str]]]:
    for index, element in enumerate(outline.elements):
        inside = region.start <= element.start < element.end <= region.end
        if element.tag == "table" and inside and is_data_table(outline, element, index):
            yield element.start, (element.end, element.node.html or "")


def joined(pieces: Iterable[Piece]) -> str:
    """Body text: pieces separated by a blank line."""
    return "\n\n".join(piece.text for piece in pieces)


def joined_html(pieces: Iterable[Piece]) -> str:
    """Body HTML: list items gathered into lists."""
    html = "\n".join(piece.html for piece in pieces)
    return re.sub(r"(?:<li>.*</li>\n?)+", lambda match: f"<ul>{match[0].strip()}</ul>\n", html).strip()
