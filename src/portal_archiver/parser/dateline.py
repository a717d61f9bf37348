"""When the report was published: shown on the page, claimed by it, of its listing, of its URL, of its prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from portal_archiver.model import Dateline, Link
from portal_archiver.parser.dates import VIETNAM, find_dates
from portal_archiver.parser.dom import Outline
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import ProseIndex
from portal_archiver.parser.shown_dates import ShownDate, shown_dates
from portal_archiver.text import fold

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


def read_datelines(
    index: ProseIndex, title: Candidate, metadata: Metadata, url: str, seen_as: Link | None, now: datetime | None
) -> Datelines:
    """The datelines of a report: shown on the page, else claimed by it, else of its listing, its URL, its prose."""
    limit = now.astimezone(VIETNAM).date() if now else None
    shown = [
        item for item in shown_dates(index, title, now, metadata.language) if limit is None or item.found.day <= limit
    ]
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
