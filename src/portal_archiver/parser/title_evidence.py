"""What tells a headline: a table of evidence, each row with its reason, weighed on one block at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.dom import CENTER, Block, Outline
from portal_archiver.parser.meta_line import is_date_line
from portal_archiver.parser.region import is_prose
from portal_archiver.parser.vocabulary import AFTER_THE_REPORT, HINTS, MODULE_TITLES, SITE_NAMES
from portal_archiver.text import fold, words

SAME, NEARLY, ALIKE = 0.97, 0.8, 0.5  # shares of common words
SHORT, USUAL = 15, (25, 220)  # characters
_SUBJECT = re.compile(r"(?:trich yeu|ten van ban|tieu de)(?: noi dung)?\W*$")
_DOCUMENT_NUMBER = re.compile(r"^\S*\d+/\S+$")
# "( 2019-05-16T05:00:00.000Z )", "( )", "(26/12/2023)" at a headline's end: a template's date, not the headline's words
_TAIL = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_HEADING_WEIGHTS = {"h1": 1.5, "h2": 1.2, "h3": 0.8, "h4": 0.5}


def headline_text(text: str) -> str:
    """A headline without the date or the empty brackets that its template appends."""
    match = _TAIL.search(text) if text[-1:] in ")]" else None
    if match and (not match[1].strip(" -:") or find_dates(match[1])):
        return text[: match.start()].strip()
    return text


@dataclass(frozen=True, slots=True)
class Claims:
    """What a block is held against: the outline and, folded, the URL's slug, the page's claims, a listing's words."""

    outline: Outline
    slug: frozenset[str]
    metadata: str
    window: str
    anchor: frozenset[str]


@dataclass
class View:
    """One block as the evidence sees it; what several rows need is worked out once."""

    claims: Claims
    position: int
    block: Block
    text: str
    tags: list[str] = field(default_factory=list)

    @cached_property
    def folded(self) -> str:
        """The text without case and diacritics."""
        return fold(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its distinct words, folded."""
        return frozenset(words(self.text))

    @cached_property
    def near(self) -> str:
        """What the author called the two innermost elements around it."""
        return self.claims.outline.hints(self.block, 2)


def agreement(left: Iterable[str], right: Iterable[str]) -> float:
    """How much two sets of words have in common, 0 to 1 (F1)."""
    a, b = frozenset(left), frozenset(right)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _slug(view: View) -> float:
    slug = view.claims.slug
    alike = agreement(view.words, slug) if len(slug) > 1 else 0.0
    if len(slug) > 3 and slug <= view.words:
        alike = max(alike, 0.75)  # a CMS shortens the slug of a long headline
    return 5.0 * alike * alike + (alike > SAME) if alike >= ALIKE else 0.0


def _listing(view: View) -> float:
    return 5.0 if view.claims.anchor and agreement(view.words, view.claims.anchor) >= NEARLY else 0.0


def _metadata(view: View) -> float:
    claim = view.claims.metadata
    return 3.0 if claim and (view.folded == claim or claim.startswith(view.folded + " ")) else 0.0


def _window(view: View) -> float:
    if view.folded == view.claims.window:  # the window is titled like a block: as often as not the site's name
        return 0.7
    return 1.5 if len(view.folded) > SHORT and view.folded in view.claims.window else 0.0


def _heading(view: View) -> float:
    return max((_HEADING_WEIGHTS.get(tag, 0.0) for tag in view.tags), default=0.0)


def _named(view: View) -> float:
    if not HINTS["title"].search(view.near):
        return 0.0
    return 0.2 if HINTS["box_title"].search(view.near) else 1.5


def _emphasis(view: View) -> float:
    return 0.4 * view.block.is_bold + 0.2 * (CENTER in view.near)


def _length(view: View) -> float:
    if len(view.text) < SHORT:
        return -1.0
    return 0.5 if USUAL[0] <= len(view.text) <= USUAL[1] else 0.0


def _place(view: View) -> float:
    blocks, here = view.claims.outline.blocks, view.position
    after = [other for other in blocks[here + 1 : here + 4] if other.text]
    dated = view.text != view.block.text or any(
        is_date_line(other.text) for other in (*after[:1], *blocks[max(0, here - 1) : here])
    )
    return 1.0 * any(map(is_prose, after)) + 1.0 * dated


def _linked(view: View) -> float:
    return -2.5 if view.block.link_share > 0.7 else 0.0


def _module(view: View) -> float:
    return -4.0 if any(names.match(view.folded) for names in (MODULE_TITLES, AFTER_THE_REPORT, SITE_NAMES)) else 0.0


def _date_line(view: View) -> float:
    return -4.0 if is_date_line(view.text) else 0.0


def _number(view: View) -> float:
    return -3.0 if _DOCUMENT_NUMBER.match(view.text) else 0.0


def _chrome(view: View) -> float:
    outline = view.claims.outline
    near = (f"{element.tag} {element.hint}" for element, _ in zip(outline.around(view.block), range(6), strict=False))
    return -3.0 if HINTS["chrome"].search(" ".join(near)) else 0.0


def _particulars(view: View) -> float:
    before = view.claims.outline.blocks[view.position - 1].text if view.position else ""
    return 2.6 if len(before) < 30 and _SUBJECT.match(fold(before)) else 0.0


def _completed_below(view: View) -> float:
    blocks = view.claims.outline.blocks[view.position + 1 : view.position + 5]
    below = [other for other in blocks if other.text and not is_date_line(other.text)][:1]
    for other in below:
        longer = len(view.text) < len(other.text) <= USUAL[1] and other.text[-1] not in ".;:"
        if longer and view.words < frozenset(words(other.text)):
            return -4.0
    return 0.0


def _menu_below(view: View) -> float:
    below = [other for other in view.claims.outline.blocks[view.position + 1 : view.position + 5] if other.text][:3]
    return -3.0 if len(below) == 3 and all(other.link_share > 0.9 for other in below) else 0.0


def _running_text(view: View) -> float:
    return -1.5 if view.text[-1] in ".;," else 0.0


# What is weighed, and why it tells a headline.
EVIDENCE: tuple[tuple[str, Callable[[View], float]], ...] = (
    ("slug", _slug),  # a CMS makes the URL from the headline: the same words without diacritics
    ("listing", _listing),  # a listing links to a report by its headline
    ("metadata", _metadata),  # og:title and JSON-LD, where they are this page's and not the site's
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
    ("particulars", _particulars),  # "Trích yếu" stands before it, in the table of a document
    ("completed below", _completed_below),  # a section's name, above a headline that begins with it
    ("menu below", _menu_below),  # the banner of the site
    ("running text", _running_text),  # ends like a sentence
)


def weigh(view: View) -> tuple[tuple[str, float], ...]:
    """All that speaks for or against a block being the headline, by name."""
    return tuple((name, weight) for name, measure in EVIDENCE if (weight := measure(view)))
