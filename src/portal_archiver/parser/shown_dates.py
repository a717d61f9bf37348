"""The dates shown around a headline and behind its report, those that are somebody else's refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from portal_archiver.parser.breadcrumb import behind_links, is_crumb
from portal_archiver.parser.dates import Found, find_dates, may_have_date
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.foreign_dates import find_foreign
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.meta_line import MetaLine, meta_line_of, read_meta_line
from portal_archiver.parser.region import FRAME_LINKS, ProseIndex, is_prose
from portal_archiver.parser.vocabulary import DOCUMENT_LABEL
from portal_archiver.text import fold

BEFORE, AFTER = 6, 8  # blocks around the headline in which a dateline is looked for
TAIL = 4  # blocks after the body's end
LONGEST, ALONE = 500, 60  # characters of a block with a dateline; of one that says little else
LABEL = 25  # characters before a date in which its label stands
CELLS = 12  # blocks in one row of a table that holds no more than data
FAR = 6  # blocks: no farther is what stands behind the report, or says itself what it is
# Words that make a date somebody else's: an event's, a document's, the license's, the page's own clock.
OTHER_DATES = re.compile(
    r"ban hanh|hieu luc|cap ngay|giay phep|het han|thoi (?:gian|han)|khai mac|sinh ngay|\btu\b.*\bden\b"
    r"|^\W*(?!thu |chu nhat)[^\d,:]{2,40}, ngay \d{1,2} thang \d{1,2} nam"  # "Bạch Hải, ngày 12 tháng 3 năm 2024"
    r"|hom nay(?: la|\s*:|,? (?:thu |chu nhat|ngay ))"  # "Hôm nay: 10/11/2006", "Hôm nay, Thứ hai ngày 06/05/2024"
)
DOCUMENT_NUMBER = re.compile(r"\d/[A-ZĐ]{2}")  # "75/KH-UBND • 07/03/2025": the document's own date
COUNTED = re.compile(r"(?:luot|lan) (?:xem|doc)|da xem|\bviews\b")
UPDATED = re.compile(r"cap nhat|sua doi|sua lan cuoi|last (?:update|modified)|updated")
PUBLISHED = re.compile(r"ngay (?:dang(?! ky)|viet|xuat ban|phat hanh|tao)|dang (?:luc|ngay)|publish|posted")
# A cell or a term that says whose date stands in the next one: "Ngày đăng tải"
TOLD = re.compile(r"\W*(?:ngay|thoi gian) (?:dang(?: (?:tai|tin|bai))?|xuat ban|cap nhat|tao|viet)\W*$|posted on\W*$")


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date shown near the headline, with what speaks for its being the item's, by name."""

    found: Found
    raw: str
    evidence: tuple[tuple[str, float], ...]
    is_update: bool

    @property
    def score(self) -> float:
        """The sum of the evidence."""
        return sum(weight for _, weight in self.evidence)


@dataclass(slots=True)
class _Place:
    """A block that may hold a dateline: its text beside the headline's, and the label in the block before."""

    index: ProseIndex
    title: Candidate
    position: int
    block: Block
    text: str
    line: MetaLine | None
    label: str = ""
    is_labeled: bool = False  # "Ngày đăng tải" in the cell before
    folded: str = ""

    def __post_init__(self) -> None:
        before = self.index.outline.blocks[self.position - 1].text if self.position else ""
        self.label = fold(before) if len(before) <= LABEL else ""
        self.is_labeled = TOLD.match(self.label) is not None
        self.folded = fold(self.text)

    @property
    def says_so(self) -> bool:
        """Whether nobody could take it for anything but a dateline."""
        return self.is_labeled or (self.line is not None and self.line.is_plain)


def shown_dates(index: ProseIndex, title: Candidate, now: datetime | None, language: str = "") -> Iterator[ShownDate]:
    """The dates shown around the headline and behind the body that may be the report's, each with its evidence.

    `language` is what the page declares: dates in other languages than ours are looked for where it is one.
    """
    for place in _places(index, title):
        if any(refuses(place) for _, refuses in REFUSALS):
            continue
        if found := find_dates(place.text, now) or find_foreign(place.text, language):
            yield from _weigh(place, [_exact(index.outline, place.block, one) for one in found])


def refused_dates(index: ProseIndex, title: Candidate, now: datetime | None) -> Iterator[tuple[Found, str, str]]:
    """The other dates around the headline and in the report: each with its text, and why it is not the report's."""
    for place in _places(index, title):
        reason = next((name for name, refuses in REFUSALS if refuses(place)), None)
        if reason:
            yield from ((found, place.block.text, reason) for found in find_dates(place.text, now))


def _places(index: ProseIndex, title: Candidate) -> Iterator[_Place]:
    blocks = index.outline.blocks
    last = min(len(blocks), max(title.block + AFTER, title.region.end + TAIL))
    for position in range(max(0, title.block - BEFORE), last):
        block = blocks[position]
        text = block.text.removeprefix(title.text) if position == title.block else _spelled_out(index.outline, block)
        if len(text) <= LONGEST and any(map(str.isdigit, text)):
            line = meta_line_of(block)
            if line is None and block.anchors and is_crumb(index.outline, block):
                line = read_meta_line(behind_links(block))
            yield _Place(index, title, position, block, line.text if line else text, line)


def _spelled_out(outline: Outline, block: Block) -> str:
    """The text of a block; of a <time> that says "5 năm trước", the moment that its attributes tell."""
    if outline.tag(block) != "time" or may_have_date(block.text):
        return block.text
    attributes = outline.elements[block.owner].node.attributes
    told = (attributes.get(name) or "" for name in ("datetime", "title"))
    return next(filter(may_have_date, told), block.text)


def _is_amid_the_report(place: _Place) -> bool:
    region = place.title.region
    if not region.start + AFTER <= place.position < region.end - TAIL:
        return False
    return not place.is_labeled and not (place.line and COUNTED.search(place.folded))


def _is_in_prose(place: _Place) -> bool:
    short = len(place.text) <= ALONE and not is_prose(place.block)
    alone = place.position == place.title.block or place.line or short
    return not alone or (place.block.link_share > 0.5 and not place.line)


def _is_unlabeled_behind(place: _Place) -> bool:
    labeled = PUBLISHED.search(place.folded) or UPDATED.search(place.folded) or place.says_so
    return place.position >= place.title.region.end and not labeled


def _is_a_value(place: _Place) -> bool:
    """A cell with another before it in its row: a table of data or of particulars."""
    if place.position <= place.title.block + 1 or place.says_so:
        return False
    around = place.index.outline.around(place.block)
    row = next((element for element in around if element.tag == "tr"), None)
    return row is not None and row.start < place.position and row.end - row.start <= CELLS


def _is_anothers(place: _Place) -> bool:
    """An event's, a document's, the license's: its own words say so, or the label in the cell before."""
    if OTHER_DATES.search(place.folded) or DOCUMENT_NUMBER.search(place.text) or DOCUMENT_LABEL.match(place.label):
        return not place.is_labeled
    labeled = OTHER_DATES.search(place.label) and place.index.outline.tag(place.block) in ("td", "p", "dd")
    return bool(labeled)


def _is_beyond_a_menu(place: _Place) -> bool:
    title = place.title.block
    if place.position > title:
        return place.index.has_menu(title + 1, place.position)
    return place.position < title and _in_frame(place.index, place.position, title)


# Why a date is not the report's. Each with what such a page shows.
REFUSALS: tuple[tuple[str, Callable[[_Place], bool]], ...] = (
    ("amid the report", _is_amid_the_report),  # "Hội nghị diễn ra ngày 12/5/2024" among the paragraphs
    ("in a sentence or a link", _is_in_prose),  # the same in a long line, or the link to another report
    ("behind the report without a label", _is_unlabeled_behind),  # only "Ngày đăng: ..." is the report's there
    ("a value in a table", _is_a_value),  # "Thời gian đấu giá | 15/07/2019"
    ("an event's, a document's or the page's", _is_anothers),  # "Ngày ban hành: 02/11/2009"
    ("beyond a menu", _is_beyond_a_menu),  # the clock in the page's banner, a related item beside
)


def _in_frame(index: ProseIndex, position: int, title: int) -> bool:
    """Whether a date above the headline belongs to the page's frame, as its clock does.

    A menu stands between the two, or in what holds both of them.
    """
    around = index.outline.around(index.outline.blocks[title])
    shared = next((element for element in around if element.start <= position < element.end), None)
    return index.has_menu(position + 1, title) or (
        shared is not None and index.has_menu(shared.start, position, FRAME_LINKS)
    )


def _exact(outline: Outline, block: Block, found: Found) -> Found:
    """The date with the time of day that a <time datetime="..."> around it adds, where the two agree on the day."""
    if isinstance(found.value, datetime) or outline.tag(block) != "time":
        return found
    written = outline.elements[block.owner].node.attributes.get("datetime") or ""
    same = (other.value for other in find_dates(written) if other.day == found.day)
    return replace(found, value=next(same, found.value))


def _weigh(place: _Place, found: list[Found]) -> Iterator[ShownDate]:
    title, position = place.title, place.position
    distance = position - title.block if position > title.block else 2 * (title.block - position)
    published = place.is_labeled or PUBLISHED.search(place.folded) is not None
    if published or position >= title.region.end or COUNTED.search(place.folded):
        distance = min(distance, FAR)
    for one in found:
        before = place.folded[max(0, one.start - LABEL) : one.start]
        weights = (
            ("near the headline", 5.0 - 0.5 * distance),
            ("labeled", 2.0 * published),
            ("named", 1.0 * ("date" in place.index.outline.called(place.block, 2))),
            ("exact", 0.5 * isinstance(one.value, datetime)),
        )
        evidence = tuple((name, weight) for name, weight in weights if weight)
        yield ShownDate(one, place.block.text, evidence, UPDATED.search(before) is not None)
