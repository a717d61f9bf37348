"""Places inside a text's container that tell what stands in them: captions, and what is no report's at all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.edges import SIGNED
from portal_archiver.parser.learning.constancy import Constancy
from portal_archiver.parser.learning.fields import EXAMPLES, EXCERPT, SEVERAL
from portal_archiver.parser.learning.profile import Choice
from portal_archiver.parser.learning.specimen import Piece, Specimen
from portal_archiver.parser.values import squashed

MARKED = 0.9  # share of the lines in a place that are captions
OWN = 0.5  # share of the text that is a page's own, below which pages are too much alike to tell a frame from text
COMMENTED = 0.7  # share of the pages that may have readers' comments: where nearly all have them, nothing tells them
ENTRY = 100  # characters of a line with a name and a moment
_MOMENT = re.compile(r"\d{1,2}\s*[:hg]\s*\d{2}")
Found = list[tuple[int, Piece]]


def choose_captions(specimens: Mapping[int, Specimen]) -> Choice | None:
    """The name under which captions stand and nothing else does."""
    fit = {
        selector: [(page, piece) for page, piece in found if piece.is_caption]
        for selector, found in _places(specimens).items()
        if sum(piece.is_caption for _, piece in found) >= MARKED * len(found) and len(_pages(found)) >= SEVERAL
    }
    ranked = sorted(fit, key=lambda selector: (-len(fit[selector]), any(map(str.isdigit, selector)), selector))
    if not ranked:
        return None
    captioned = sum(any(piece.is_caption for piece in one.pieces) for one in specimens.values())
    support = len(_pages(fit[ranked[0]])) / captioned
    return Choice("caption", ranked[0], support, 1.0, "".join(ranked[1:2]), _examples(fit[ranked[0]]))


def choose_omitted(specimens: Mapping[int, Specimen], lines: Constancy, headlines: Mapping[int, str]) -> Choice | None:
    """The places inside the text's container that hold no word of a report and were taken for text: what is the same
    on most pages or names other reports, and readers' comments. None where the pages are much alike: their own text
    would be taken for a frame.
    """
    kept = [piece.text for one in specimens.values() for piece in one.pieces if piece.is_kept]
    if sum(len(text) for text in kept if not lines.is_shared(text)) < OWN * sum(map(len, kept)):
        return None
    is_foreign = _foreign(specimens, lines, headlines)
    fit = {
        selector: found
        for selector, found in _places(specimens).items()
        if len({page for page, piece in found if piece.is_kept}) >= SEVERAL
        and (all(is_foreign(*each) for each in found) or _are_comments(found, specimens))
    }
    if not fit:
        return None
    chosen = _outermost(fit)
    pages = {page for selector in chosen for page in _pages(fit[selector])}
    return Choice("omit", ", ".join(chosen), len(pages) / len(specimens), 1.0, examples=_examples(fit[chosen[0]]))


def _foreign(
    specimens: Mapping[int, Specimen], lines: Constancy, headlines: Mapping[int, str]
) -> Callable[[int, Piece], bool]:
    """Whether a part of a page is the headline of another page, or the frame's: the same on many pages, and beside the
    text, not between its paragraphs. What is signed with a name is the report's."""
    titles: defaultdict[str, set[int]] = defaultdict(set)
    for page, text in headlines.items():
        titles[squashed(text)].add(page)
    inner: set[int] = set()
    for one in specimens.values():
        own = [at for at, piece in enumerate(one.pieces) if piece.is_kept and not lines.is_frame(piece.text)]
        if own:
            inner |= {id(piece) for piece in one.pieces[own[0] : own[-1] + 1]}

    def is_foreign(page: int, piece: Piece) -> bool:
        article = specimens[page].article
        author = squashed(article.author or "") if article else ""
        if piece.is_caption or (author and author in piece.key) or SIGNED.search(piece.text):
            return False
        other = piece.key in titles and page not in titles[piece.key]
        return other or (lines.is_frame(piece.text) and id(piece) not in inner)

    return is_foreign


def _are_comments(found: Found, specimens: Mapping[int, Specimen]) -> bool:
    """Whether a place that many pages lack stands behind the text, and has signed and dated entries wherever it has
    any: what readers wrote."""
    pages = _pages(found)
    if len(pages) > COMMENTED * len(specimens):
        return False
    by_page: defaultdict[int, set[int]] = defaultdict(set)
    signed: set[int] = set()
    for page, piece in found:
        by_page[page].add(id(piece))
        if len(piece.text) <= ENTRY and _MOMENT.search(piece.text) and find_dates(piece.text):
            signed.add(page)
    return signed == pages and all(_is_tail(specimens[page], inside) for page, inside in by_page.items())


def _is_tail(specimen: Specimen, inside: Collection[int]) -> bool:
    """Whether text stands before these parts of a page and none behind them."""
    kept = [id(piece) in inside for piece in specimen.pieces if piece.is_kept]
    return bool(kept) and not kept[0] and kept == sorted(kept)


def _places(specimens: Mapping[int, Specimen]) -> dict[str, Found]:
    """The parts of the texts by the named elements that they stand in, each with its page."""
    found: defaultdict[str, Found] = defaultdict(list)
    for page, specimen in specimens.items():
        for piece in specimen.pieces:
            for selector in piece.places:
                found[selector].append((page, piece))
    return found


def _pages(found: Found) -> set[int]:
    return {page for page, _ in found}


def _examples(found: Found) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.text[:EXCERPT] for _, piece in found))[:EXAMPLES]


def _outermost(fit: Mapping[str, Found]) -> list[str]:
    """The selectors whose parts no other one holds, too."""
    chosen: list[str] = []
    held: set[int] = set()
    for selector in sorted(fit, key=lambda selector: (-len(fit[selector]), selector)):
        parts = {id(piece) for _, piece in fit[selector]}
        if not parts <= held:
            chosen.append(selector)
            held |= parts
    return chosen
