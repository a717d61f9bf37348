"""What a block has for itself: its words held against the page's claims, its tag, its looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portal_archiver.parser.captions import FRAME_BLOCKS
from portal_archiver.parser.headline.view import View
from portal_archiver.parser.meta_line import meta_line_of
from portal_archiver.parser.region import listed_share

SAME, NEARLY, ALIKE = 0.97, 0.8, 0.5  # shares of common words
SHORT, NAME = 15, 80  # characters; the name of an office is no longer
HEADING_WEIGHTS = {"h1": 1.5, "h2": 1.2, "h3": 0.8, "h4": 0.5}


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
    return max((HEADING_WEIGHTS.get(tag, 0.0) for tag in view.tags), default=0.0)


def _named(view: View) -> float:
    if "title" not in view.called:
        return 0.0
    return 0.2 if "box_title" in view.called else 1.5


def _emphasis(view: View) -> float:
    return 0.4 * view.block.is_bold + 0.2 * view.claims.outline.is_centered(view.block, 2)


def _framed(view: View) -> float:
    return -4.0 if "figcaption" in view.tags or "caption" in view.called or _is_below_its_picture(view) else 0.0


def _is_below_its_picture(view: View) -> bool:
    """In a small table of a picture and little else."""
    outline, position = view.claims.outline, view.position
    if not position or outline.blocks[position - 1].text or not outline.blocks[position - 1].pictures:
        return False
    table = next((element for element in outline.around(view.block) if element.tag == "table"), None)
    return table is not None and table.start < position and table.end - table.start <= FRAME_BLOCKS


def _spans(view: View) -> float:
    line = meta_line_of(view.block) if view.text == view.block.text else None  # not with a date in brackets behind it
    return -4.0 if line and line.is_plain else 0.0


def _site(view: View) -> float:
    name = view.folded.replace(" ", "")
    if len(name) > SHORT and name in view.claims.host:
        return -4.0
    return -4.0 if SHORT < len(view.folded) <= NAME and view.folded in view.claims.footer else 0.0


def _linked(view: View) -> float:
    if listed_share(view.block) <= 0.7:
        return 0.0
    return -5.0 if len({anchor.href for anchor in view.block.anchors}) > 1 else -2.5  # to several pages: a menu


# What is weighed, and why it tells a headline.
OWN: tuple[tuple[str, Callable[[View], float]], ...] = (
    ("slug", _slug),  # a CMS makes the URL from the headline: the same words without diacritics
    ("listing", _listing),  # a listing links to a report by its headline
    ("metadata", _metadata),  # og:title and JSON-LD, where they are this page's and not the site's
    ("window", _window),  # <title> is "Headline - Site" where it is not only the site
    ("heading", _heading),  # h1 and h2, though portlets use them for their own names
    ("named", _named),  # the author's class says title, headline, tieu-de
    ("emphasis", _emphasis),  # bold, centered
    ("framed", _framed),  # in the frame of a picture: a caption
    ("particulars in spans", _spans),  # <span>Kinh tế</span><span>23/11/2026</span>
    ("site", _site),  # "Sở Tài chính Bạch Hải", at sotaichinh.bachhai.gov.vn or in the footer, too
    ("linked", _linked),  # a headline that is a link leads to the report, it does not open it
)
