"""When the report was published: shown on the page, claimed by it, of its listing, of its URL, of its prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from portal_archiver.model import Dateline, Link
from portal_archiver.parser.dates import VIETNAM, Found, find_dates
from portal_archiver.parser.dom import Outline
from portal_archiver.parser.meta_line import is_date_line
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import FRAME_LINKS, ProseIndex
from portal_archiver.parser.title import Candidate
from portal_archiver.parser.vocabulary import HINTS
from portal_archiver.text import fold

BEFORE, AFTER = 6, 8  # blocks around the headline in which a dateline is looked for
LABEL = 25  # characters before a date in which its label stands
TAIL = 4  # blocks after the body's end
# Words that make a date somebody else's: an event's, a document's, the license's, the page's own clock.
OTHER_DATES = re.compile(
    r"ban hanh|hieu luc|cap ngay|giay phep|het han|thoi (?:gian|han)|khai mac|sinh ngay|hom nay la|\btu\b.*\bden\b"
)
UPDATED = re.compile(r"cap nhat|sua doi|last (?:update|modified)|updated")
PUBLISHED = re.compile(r"ngay (?:dang|viet|xuat ban|phat hanh|tao)|dang (?:luc|ngay)|publish|posted")
# The prose of a report opens with its day: "Sáng ngày 26/12/2023, tại ...", "(BH) - Chiều 5/1/2024, ..."
OPENING = re.compile(
    r"^(?:[^.\d]{0,40}?[\-–:)]\s*)?(?:vao |trong |tu )?"
    r"(?:(?:sang|chieu|trua|toi|dem)\s*(?:nay\s*)?[,(]?\s*)?(?:ngay\s*)?[,(]?\s*$"
)
OPENING_LENGTH = 80
_IN_URL = re.compile(r"(?<!\d)(20\d\d)[/\-]?(0[1-9]|1[0-2])[/\-]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class Datelines:
    """What was found: when it was published and when it was last changed, either may be missing."""

    published: Dateline | None = None
    updated: Dateline | None = None


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


def read_datelines(
    index: ProseIndex, title: Candidate, metadata: Metadata, url: str, seen_as: Link | None, now: datetime | None
) -> Datelines:
    """The datelines of a report: shown on the page, else claimed by it, else of its listing, its URL, its prose."""
    limit = now.astimezone(VIETNAM).date() if now else None
    shown = [item for item in shown_dates(index, title, now) if limit is None or item.found.day <= limit]
    published = _best(shown, is_update=False)
    updated = _best(shown, is_update=True)
    if published is None:
        published, updated = updated, None
    elsewhere = inferred_dates(index.outline, title, metadata, url, seen_as)
    inferred = next((found for found in elsewhere if limit is None or found.day <= limit), None)
    return Datelines(_element(published, metadata) or inferred, _element(updated, metadata))


def _best(shown: list[ShownDate], *, is_update: bool) -> ShownDate | None:
    return max((item for item in shown if item.is_update == is_update), key=lambda item: item.score, default=None)


def _element(item: ShownDate | None, metadata: Metadata) -> Dateline | None:
    if item is None:
        return None
    value = item.found.value
    claimed = _claimed(metadata)
    if not isinstance(value, datetime) and isinstance(claimed, datetime) and claimed.date() == value:
        value = claimed  # metadata adds the time of day to a day that it agrees with
    return Dateline(value, origin="element", raw=item.raw)


def shown_dates(index: ProseIndex, title: Candidate, now: datetime | None) -> Iterator[ShownDate]:
    """The dates shown around the headline and behind the body that may be the report's, each with its evidence."""
    outline, region = index.outline, title.region
    first = max(0, title.block - BEFORE)
    last = min(len(outline.blocks), max(title.block + AFTER, region.end + TAIL))
    for position in range(first, last):
        if region.start + AFTER <= position < region.end - TAIL:
            continue
        block = outline.blocks[position]
        text = block.text.removeprefix(title.text) if position == title.block else block.text
        if not any(char.isdigit() for char in text) or len(text) > 500:
            continue
        if block.link_share > 0.5 and not is_date_line(text):
            continue
        alone = position == title.block or is_date_line(text) or (len(text) <= 60 and find_dates(text, now))
        if not alone:
            continue
        folded = fold(text)
        if position >= region.end and not (PUBLISHED.search(folded) or UPDATED.search(folded)):
            continue
        label = outline.blocks[position - 1].text if position else ""
        if len(label) <= LABEL and OTHER_DATES.search(fold(label)) and outline.tag(block) in ("td", "p", "dd"):
            continue  # "Ngày ban hành" in the cell before
        if OTHER_DATES.search(folded) or (position > title.block and index.has_menu(title.block + 1, position)):
            continue
        found = find_dates(text, now)
        if found and not (position < title.block and _in_frame(index, position, title.block)):
            yield from _weigh(outline, title, position, folded, found)


def _weigh(outline: Outline, title: Candidate, position: int, folded: str, found: list[Found]) -> Iterator[ShownDate]:
    block = outline.blocks[position]
    distance = position - title.block if position > title.block else 2 * (title.block - position)
    if position >= title.region.end:
        distance = 6
    for date_found in found:
        before = folded[max(0, date_found.start - LABEL) : date_found.start]
        weights = (
            ("near the headline", 5.0 - 0.5 * distance),
            ("labeled", 2.0 * bool(PUBLISHED.search(folded))),
            ("named", 1.0 * bool(HINTS["date"].search(outline.hints(block, 2)))),
            ("exact", 0.5 * isinstance(date_found.value, datetime)),
        )
        evidence = tuple((name, weight) for name, weight in weights if weight)
        yield ShownDate(date_found, block.text, evidence, bool(UPDATED.search(before)))


def _in_frame(index: ProseIndex, position: int, title: int) -> bool:
    """Whether a date above the headline belongs to the page's frame, as its clock does.

    A menu stands between the two, or in what holds both of them.
    """
    around = index.outline.around(index.outline.blocks[title])
    shared = next((element for element in around if element.start <= position < element.end), None)
    return index.has_menu(position + 1, title) or (
        shared is not None and index.has_menu(shared.start, position, FRAME_LINKS)
    )


def _claimed(metadata: Metadata) -> date | datetime | None:
    found = find_dates(metadata.published) if metadata.published else []
    return found[0].value if found else None


def inferred_dates(
    outline: Outline, title: Candidate, metadata: Metadata, url: str, seen_as: Link | None
) -> Iterator[Dateline]:
    """What else may date a report that shows no date, most trusted first: metadata, listing, URL, prose."""
    if claimed := _claimed(metadata):
        yield Dateline(claimed, origin="metadata", raw=metadata.published)
    if seen_as and seen_as.published:
        yield Dateline(seen_as.published.value, origin="listing", raw=seen_as.published.raw)
    if match := _IN_URL.search(url):
        with suppress(ValueError):
            yield Dateline(date(int(match[1]), int(match[2]), int(match[3])), origin="url", raw=match[0])
    yield from _opening(outline, title)


def _opening(outline: Outline, title: Candidate) -> Iterator[Dateline]:
    for block in outline.blocks[title.region.start : title.region.end]:
        if len(block.text) < OPENING_LENGTH:
            continue
        head = block.text[:OPENING_LENGTH]
        for found in find_dates(head)[:1]:
            if OPENING.match(fold(head[: found.start])):
                yield Dateline(found.day, origin="body", raw=head[: found.end])
        return
