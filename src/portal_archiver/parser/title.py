"""The visible headline: candidates among the blocks, the evidence for each, the choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import ProseIndex, Region, region_after
from portal_archiver.parser.title_evidence import Claims, View, headline_text, weigh
from portal_archiver.parser.vocabulary import HINTS, SITE_NAMES
from portal_archiver.text import fold, words
from portal_archiver.urls import slug_of

MIN_LENGTH, MAX_LENGTH = 6, 400  # characters
TRIED = 8  # candidates for which the report that would follow is looked up
STRONG = 3.0  # from here on a page has a headline, not merely some text that might be one
HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block that may be the headline, what speaks for it by name, and the report that would follow it."""

    block: int
    text: str
    evidence: tuple[tuple[str, float], ...]
    region: Region

    @property
    def score(self) -> float:
        """The sum of the evidence."""
        return sum(weight for _, weight in self.evidence)


def candidates(
    outline: Outline, index: ProseIndex, metadata: Metadata, url: str, anchor: str, footer: int
) -> list[Candidate]:
    """The blocks that may be the headline, best first, each with its evidence and the report that would follow.

    `anchor` is what a listing called the page, `footer` the block at which the footer begins.
    """
    claim = fold(metadata.title)
    claims = Claims(
        outline,
        slug=frozenset(words(slug_of(url))),
        metadata="" if SITE_NAMES.match(claim) else claim,
        window=fold(metadata.window_title),
        anchor=frozenset(words(anchor)),
    )
    weighed = [(view, weigh(view)) for view in _views(claims, footer)]
    weighed.sort(key=lambda row: -sum(weight for _, weight in row[1]))
    found = [_placed(index, view, evidence, footer) for view, evidence in weighed[:TRIED]]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.block))


def _views(claims: Claims, footer: int) -> Iterator[View]:
    outline = claims.outline
    for position, block in enumerate(outline.blocks[:footer]):
        if not MIN_LENGTH <= len(block.text) <= MAX_LENGTH:
            continue
        tags = [element.tag for element, _ in zip(outline.around(block), range(3), strict=False)]
        if _leads_away(outline, block, tags):
            continue
        text = headline_text(block.text)
        if len(text) >= MIN_LENGTH and any(char.isalpha() for char in text):
            yield View(claims, position, block, text, tags)


def _leads_away(outline: Outline, block: Block, tags: list[str]) -> bool:
    """A link that nothing marks as a headline: an item of a menu or a list, and most blocks of a page are that."""
    if block.link_share <= 0.7 or not HEADINGS.isdisjoint(tags):
        return False
    return not HINTS["title"].search(outline.hints(block, 2))


def _placed(index: ProseIndex, view: View, evidence: tuple[tuple[str, float], ...], footer: int) -> Candidate:
    region = region_after(index, view.position, footer)
    mass = min(region.prose / 600, 1.0) * 2.0  # a headline has a report under it
    return Candidate(view.position, view.text, (*evidence, ("report below", mass)) if mass else evidence, region)
