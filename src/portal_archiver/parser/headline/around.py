"""What stands around a block: a dateline beside it, a report below, a menu, a label, a paragraph above."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from portal_archiver.parser.breadcrumb import is_crumb
from portal_archiver.parser.byline import CREDIT
from portal_archiver.parser.dom import Block
from portal_archiver.parser.headline.own import HEADING_WEIGHTS
from portal_archiver.parser.headline.view import TYPE, View
from portal_archiver.parser.headline.wording import USUAL
from portal_archiver.parser.meta_line import meta_line_of
from portal_archiver.parser.region import is_prose, is_tab
from portal_archiver.parser.vocabulary import DOCUMENT_KIND, DOCUMENT_LABEL, is_furniture, places
from portal_archiver.text import words

SECTION, LEAD = 40, 130  # characters: a section's name is shorter, a lead longer
SEVERAL = 2  # headings of one kind that a page may have: the headline, and one more
FRAME = 6  # elements around a block within which a menu or a banner is named
_SUBJECT = re.compile(r"(?:trich yeu|ten van ban|tieu de)(?: noi dung)?\W*$")


def _size(view: View) -> float:
    """Larger than the text below it, or than text usually is."""
    below = next((other.size for other in view.below if is_prose(other)), 0)
    return 1.5 if view.block.size > max(below, TYPE) else 0.0


def _place(view: View) -> float:
    dated = view.text != view.block.text or any(meta_line_of(other) for other in (*view.below[:1], *view.above[:1]))
    below = [other for other in view.below if not (meta_line_of(other) or is_furniture(other.text))]
    return 1.0 * any(map(is_prose, below[:3])) + 1.0 * dated


def _chrome(view: View) -> float:
    outline = view.claims.outline
    near = zip(outline.around(view.block), range(FRAME), strict=False)
    return -3.0 if any("chrome" in places(f"{element.tag} {element.hint}") for element, _ in near) else 0.0


def _under_its_kind(view: View) -> float:
    return 1.0 if view.above and DOCUMENT_KIND.match(view.above[0].folded) else 0.0


def _one_of_several(view: View) -> float:
    """A heading like others on the page: of a box among boxes, of a chapter among chapters."""
    outline = view.claims.outline
    if view.block.owner < 0 or view.tags[0] not in HEADING_WEIGHTS:
        return 0.0
    return -1.5 if outline.headings_like(outline.elements[view.block.owner]) > SEVERAL else 0.0


def _particulars(view: View) -> float:
    before = view.above[0].folded if view.above else ""
    if len(before) < 30 and _SUBJECT.match(before):
        return 2.6
    if DOCUMENT_LABEL.match(before) or DOCUMENT_LABEL.match(view.folded):
        return -3.0
    labels = [bool(DOCUMENT_LABEL.match(other.folded)) for other in view.below]
    labeled = sum(label and not value for label, value in pairwise(labels))  # in the head of a list they stand in a row
    return 3.0 if labeled > 1 else 0.0


def _completed_below(view: View) -> float:
    for other in [other for other in view.below if not meta_line_of(other)][:1]:
        longer = len(view.text) < len(other.text) <= USUAL[1] and other.text[-1] not in ".;:"
        if longer and "://" not in other.text and view.words < frozenset(words(other.text)):
            return -4.0
    return 0.0


def _menu_below(view: View) -> float:
    below = view.below[:3]
    listed = len(below) == 3 and all(other.link_share > 0.9 and not is_tab(other) for other in below)
    return -3.0 if listed else 0.0


def _headline_below(view: View) -> float:
    """A short name over what looks like the headline: that of the section or of the box."""
    if len(view.text) > SECTION:
        return 0.0
    below = [other for other in view.below if not meta_line_of(other) and not is_crumb(view.claims.outline, other)]
    return -2.5 if any(_could_be_headline(view, other) for other in below[:1]) else 0.0


def _could_be_headline(view: View, other: Block) -> bool:
    outline = view.claims.outline
    if not SECTION < len(other.text) < LEAD or other.text[-1] in ".;:,…" or other.link_share > 0.5:
        return False
    if CREDIT.search(other.text):
        return False
    dressed = other.is_bold or other.size > TYPE or other.text.isupper() or outline.tag(other) in HEADING_WEIGHTS
    dated = next((bool(meta_line_of(after)) for after in view.below[view.below.index(other) + 1 :]), False)
    return dressed or dated or "title" in outline.called(other, 2)


def _crumb(view: View) -> float:
    return -4.0 if is_crumb(view.claims.outline, view.block) else 0.0


def _between_paragraphs(view: View) -> float:
    """A paragraph right above: a sub-heading, or a paragraph among others."""
    if not view.above:
        return 0.0
    text = view.above[0].text
    return -2.0 if is_prose(view.above[0]) and (len(text) > USUAL[1] or text[-1] in ".!?…”") else 0.0


def _lead(view: View) -> float:
    """A long text under one that could be its headline."""
    if len(view.text) < LEAD or not view.above:
        return 0.0
    over = [other for other in view.above if not meta_line_of(other)][:1]
    return -2.0 if any(USUAL[0] <= len(other.text) < LEAD and other.link_share < 0.5 for other in over) else 0.0


# What is weighed, and why it tells a headline.
AROUND: tuple[tuple[str, Callable[[View], float]], ...] = (
    ("size", _size),  # <font size=4>, style="font-size:22px" above a smaller text
    ("place", _place),  # a dateline beside it, a report right below
    ("chrome", _chrome),  # in a menu, a banner, a footer
    ("under its kind", _under_its_kind),  # "QUYẾT ĐỊNH", and then what it decides
    ("one of several", _one_of_several),  # a headline is the only one of its kind
    ("particulars", _particulars),  # "Trích yếu" stands before it, in the table of a document
    ("completed below", _completed_below),  # a section's name, above a headline that begins with it
    ("menu below", _menu_below),  # the banner of the site
    ("headline below", _headline_below),  # "Lấy ý kiến dự thảo", and then what the draft is called
    ("crumb", _crumb),  # "Trang chủ » Văn bản » Quyết định"
    ("between paragraphs", _between_paragraphs),  # a sub-heading has a paragraph above it
    ("lead", _lead),  # a bold paragraph below the headline
)
MOST_AROUND = 7.5  # the sum of all that may speak for a block: a bound on what is not weighed yet
