"""The choice of the headline: all that may be one are weighed, and the report that would follow is looked up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal_archiver.parser.dom import Outline
from portal_archiver.parser.headline.around import AROUND, MOST_AROUND
from portal_archiver.parser.headline.own import OWN
from portal_archiver.parser.headline.view import Claims, Evidence, View, views
from portal_archiver.parser.headline.wording import weigh_words
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import ProseIndex, Region, region_after
from portal_archiver.parser.vocabulary import MODULE_TITLES, SITE_NAMES
from portal_archiver.text import fold, words
from portal_archiver.urls import host_of, slug_of

TRIED = 8  # candidates for which the report that would follow is looked up
MUCH_PROSE, MOST_BELOW = 600, 2.0  # characters below a headline from which it is a report, and what that weighs
STRONG = 3.0  # from here on a page has a headline, not merely some text that might be one


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block that may be the headline, what speaks for it by name, and the report that would follow it."""

    block: int
    text: str
    evidence: Evidence
    region: Region

    @property
    def score(self) -> float:
        """The sum of the evidence."""
        return _sum(self.evidence)


def candidates(
    index: ProseIndex, metadata: Metadata, url: str, anchor: str, footer: int, *, thorough: bool = False
) -> list[Candidate]:
    """The blocks that may be the headline, best first, each with its evidence and the report that would follow.

    `anchor` is what a listing called the page, `footer` the block at which the footer begins. Those that cannot win,
    whatever stands around or below them, are left out, unless a `thorough` answer is wanted.
    """
    claims = _claims(index.outline, metadata, url, anchor)
    weighed: list[tuple[View, Evidence]] = []
    best = -math.inf
    for view, own in _best_first(
        (view, (*weigh(view, OWN), *weigh_words(view.text))) for view in views(index, claims, footer)
    ):
        if _sum(own) + MOST_AROUND + MOST_BELOW < best and not thorough:
            break
        weighed.append((view, (*own, *weigh(view, AROUND))))
        best = max(best, _sum(weighed[-1][1]))
    found: list[Candidate] = []
    for view, evidence in _best_first(weighed)[:TRIED]:
        if _sum(evidence) + MOST_BELOW < best and not thorough:
            break
        found.append(_placed(index, view, evidence, footer))
        best = max(best, found[-1].score)
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.block))


def _claims(outline: Outline, metadata: Metadata, url: str, anchor: str) -> Claims:
    claim, window = fold(metadata.title), fold(metadata.window_title)
    slug = words(slug_of(url))
    return Claims(
        outline,
        slug=frozenset() if MODULE_TITLES.match(" ".join(slug)) else frozenset(slug),  # chi-tiet-tin.aspx?id=12
        metadata="" if SITE_NAMES.match(claim) else claim,
        window="" if SITE_NAMES.match(window) else window,
        anchor=frozenset(words(anchor)),
        host=host_of(url).replace(".", "").replace("-", ""),
    )


def weigh(view: View, table: Iterable[tuple[str, Callable[[View], float]]]) -> Evidence:
    """What the rows of a table have to say of a block, by name."""
    return tuple([(name, weight) for name, measure in table if (weight := measure(view))])


def _best_first(rows: Iterable[tuple[View, Evidence]]) -> list[tuple[View, Evidence]]:
    return sorted(rows, key=lambda row: -_sum(row[1]))


def _sum(evidence: Evidence) -> float:
    return sum([weight for _, weight in evidence])


def _placed(index: ProseIndex, view: View, evidence: Evidence, footer: int) -> Candidate:
    region = region_after(index, view.last, footer)
    mass = min(region.prose / MUCH_PROSE, 1.0) * MOST_BELOW  # a headline has a report under it
    return Candidate(view.position, view.text, (*evidence, ("report below", mass)) if mass else evidence, region)
