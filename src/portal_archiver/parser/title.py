"""The visible headline: candidates among the blocks, the evidence for each, the choice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal_archiver.parser.dates import find_dates, is_date_line
from portal_archiver.parser.dom import CENTER, Block, Outline
from portal_archiver.parser.metadata import Metadata
from portal_archiver.parser.region import ProseIndex, Region, is_prose, region_after
from portal_archiver.parser.vocabulary import AFTER_THE_REPORT, HINTS, MODULE_TITLES, SITE_NAMES
from portal_archiver.text import fold, words
from portal_archiver.urls import slug_of

MIN_LENGTH, MAX_LENGTH = 6, 400
TRIED = 12  # candidates for which the report that would follow is looked up
STRONG = 3.0  # from here on a page has a headline, not merely some text that might be one
# "( 2019-05-16T05:00:00.000Z )", "( )", "(26/12/2023)" at a headline's end: a template's date, not the headline's words
_DOCUMENT_NUMBER = re.compile(r"^\S*\d+/\S+$")
_TAIL = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")


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

    def has(self, name: str) -> bool:
        """Whether a kind of evidence speaks for it."""
        return any(found == name and weight > 0 for found, weight in self.evidence)


@dataclass(slots=True)
class _Page:
    """What the evidence is weighed against."""

    outline: Outline
    slug: tuple[str, ...]
    claims: tuple[str, ...]
    window: str
    anchor: str
    position: int = 0  # of the block that is weighed


def headline_text(text: str) -> str:
    """A headline without the date or the empty brackets that its template appends."""
    match = _TAIL.search(text)
    if match and (not match[1].strip(" -:") or find_dates(match[1])):
        return text[: match.start()].strip()
    return text


def agreement(left: list[str] | tuple[str, ...], right: list[str] | tuple[str, ...]) -> float:
    """How much two lists of words have in common, 0 to 1 (F1 over distinct words)."""
    a, b = set(left), set(right)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _slug(page: _Page, block: Block, text: str) -> float:
    found = words(text)
    alike = agreement(found, page.slug) if len(page.slug) > 1 else 0.0
    if len(page.slug) > 3 and set(page.slug) <= set(found):
        alike = max(alike, 0.75)  # a CMS shortens the slug of a long headline
    return 5.0 * alike * alike + (alike > 0.97) if alike >= 0.5 else 0.0


def _claimed(page: _Page, block: Block, text: str) -> float:
    folded = fold(text)
    return 3.0 if any(folded == claim or claim.startswith(folded + " ") for claim in page.claims) else 0.0


def _window(page: _Page, block: Block, text: str) -> float:
    folded = fold(text)
    if folded == page.window:  # a page whose window is titled like one of its blocks: as often the site's name
        return 0.7
    return 1.5 if len(folded) > 15 and folded in page.window else 0.0


def _anchor(page: _Page, block: Block, text: str) -> float:
    return 5.0 if page.anchor and agreement(words(text), words(page.anchor)) >= 0.8 else 0.0


_HEADING_WEIGHTS = {"h1": 1.5, "h2": 1.2, "h3": 0.8, "h4": 0.5}


def _heading(page: _Page, block: Block, text: str) -> float:
    tags = [element.tag for element, _ in zip(page.outline.around(block), range(3), strict=False)]
    return max((_HEADING_WEIGHTS.get(tag, 0.0) for tag in tags), default=0.0)


def _named(page: _Page, block: Block, text: str) -> float:
    near = page.outline.hints(block, 2)
    if not HINTS["title"].search(near):
        return 0.0
    return 0.2 if HINTS["box_title"].search(near) else 1.5


def _emphasis(page: _Page, block: Block, text: str) -> float:
    return 0.4 * block.is_bold + 0.2 * (CENTER in page.outline.hints(block, 1))


def _length(page: _Page, block: Block, text: str) -> float:
    if len(text) < 15:
        return -1.0
    return 0.5 if 25 <= len(text) <= 220 else 0.0


def _linked(page: _Page, block: Block, text: str) -> float:
    return -2.5 if block.link_share > 0.7 else 0.0


def _module(page: _Page, block: Block, text: str) -> float:
    folded = fold(text)
    return -4.0 if any(names.match(folded) for names in (MODULE_TITLES, AFTER_THE_REPORT, SITE_NAMES)) else 0.0


def _chrome(page: _Page, block: Block, text: str) -> float:
    near = (f"{element.tag} {element.hint}" for element, _ in zip(page.outline.around(block), range(6), strict=False))
    around = " ".join(near)
    return -3.0 if HINTS["chrome"].search(around) else 0.0


def _date_line(page: _Page, block: Block, text: str) -> float:
    return -4.0 if is_date_line(text) else 0.0


def _number(page: _Page, block: Block, text: str) -> float:
    return -3.0 if _DOCUMENT_NUMBER.match(text) else 0.0


def _place(page: _Page, block: Block, text: str) -> float:
    after = [other for other in page.outline.blocks[page.position + 1 : page.position + 4] if other.text]
    beside = [*after[:1], *page.outline.blocks[max(0, page.position - 1) : page.position]]
    dated = text != block.text or any(is_date_line(other.text) for other in beside)
    return 1.0 * any(map(is_prose, after)) + 1.0 * dated


def _running_text(page: _Page, block: Block, text: str) -> float:
    return -1.5 if text[-1] in ".;," else 0.0


# What is weighed, and why it tells a headline.
EVIDENCE: tuple[tuple[str, Callable[[_Page, Block, str], float]], ...] = (
    ("slug", _slug),  # a CMS makes the URL from the headline: the same words without diacritics
    ("listing", _anchor),  # a listing links to a report by its headline
    ("metadata", _claimed),  # og:title and JSON-LD, where they are this page's and not the site's
    ("window", _window),  # <title> is "Headline - Site" where it is not only the site
    ("heading", _heading),  # h1 and h2, though portlets use them for their own names
    ("named", _named),  # the author's class says title, headline, tieu-de
    ("emphasis", _emphasis),  # bold, centered
    ("length", _length),  # headlines have 25 to 220 characters
    ("place", _place),  # a dateline beside it, a report right below
    ("linked", _linked),  # a headline that is a link leads to the report, it does not open it
    ("module", _module),  # "Chi tiết tin" is the name of a box, "Cổng thông tin điện tử ..." that of the site
    ("date line", _date_line),  # "Thứ Hai, 23/11/2026 | 22:19"
    ("number", _number),  # "22/2021/NQ-HĐND" stands in a table below the headline
    ("chrome", _chrome),  # in a menu, a banner, a footer
    ("running text", _running_text),  # ends like a sentence
)


def candidates(
    outline: Outline, index: ProseIndex, metadata: Metadata, url: str, anchor: str, footer: int
) -> list[Candidate]:
    """The blocks that may be the headline, best first, each with its evidence and the report that would follow."""
    claims = (fold(metadata.title),) if metadata.title and not SITE_NAMES.match(fold(metadata.title)) else ()
    page = _Page(outline, tuple(words(slug_of(url))), claims, fold(metadata.window_title), anchor)
    weighed = sorted(_weighed(page, footer), key=lambda row: -sum(weight for _, weight in row[2]))
    found = [_placed(index, row, footer) for row in weighed[:TRIED]]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.block))


def _weighed(page: _Page, footer: int) -> Iterator[tuple[int, str, tuple[tuple[str, float], ...]]]:
    for position, block in enumerate(page.outline.blocks[:footer]):
        if not MIN_LENGTH <= len(block.text) <= MAX_LENGTH:
            continue
        text = headline_text(block.text)
        if len(text) < MIN_LENGTH or not any(char.isalpha() for char in text):
            continue
        page.position = position
        evidence = tuple((name, weight) for name, weigh in EVIDENCE if (weight := weigh(page, block, text)))
        yield position, text, evidence


def _placed(index: ProseIndex, row: tuple[int, str, tuple[tuple[str, float], ...]], footer: int) -> Candidate:
    position, text, evidence = row
    region = region_after(index, position, footer)
    mass = min(region.prose / 600, 1.0) * 2.0  # a headline has a report under it
    return Candidate(position, text, (*evidence, ("report below", mass)) if mass else evidence, region)
