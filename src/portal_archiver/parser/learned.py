"""What the other pages of a portal taught (`Portal.learned`), used on one page: where a template fits, it decides.

A learned selector never outranks one that a person wrote, and it decides only where what it finds passes the check of
its field; elsewhere the page is read as if nothing were known of its portal, and no warning is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from portal_archiver.model import Article, Attachment, Dateline
from portal_archiver.parser.body import Hints
from portal_archiver.parser.byline import is_source_line, read_byline, read_photographer
from portal_archiver.parser.dates import VIETNAM, find_dates
from portal_archiver.parser.dom import Element, Outline
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.kind import is_teaser
from portal_archiver.parser.outline import text_lines
from portal_archiver.parser.photos import read_attachments
from portal_archiver.parser.pictures import is_icon
from portal_archiver.parser.region import ProseIndex, Region, end_of_report, is_prose, region_after, without_list
from portal_archiver.parser.values import is_dateline, is_section, is_title, name_in, section_in, squashed

LINES_AROUND = 8  # blocks
REPEATED = ("published", "author")  # what a list of reports has, too
LEARNED_WEIGHT = 8.0  # what a learned place is worth: more than any headline needs to be one
Select = Mapping[str, str]


@dataclass(slots=True)
class Fit:
    """A template that fits a page: its number from 1, its selectors, the headline with its region, what else is known.

    `guess` is the region that would follow the headline if nothing were known of the template. `decided` has the
    selector of each field that it has decided so far.
    """

    number: int
    select: Select
    title: Candidate
    guess: Region
    hints: Hints
    decided: dict[str, str] = field(default_factory=dict)


def fitting(tree: LexborHTMLParser, index: ProseIndex, learned: Iterable[Select], footer: int) -> Fit | None:
    """The first template whose headline and container are both on the page, the headline first or inside."""
    for number, select in enumerate(learned, 1):
        title, body = _first(tree, select.get("title")), _first(tree, select.get("body"))
        if title is not None and body is not None and (fit := _fit(tree, index, footer, number, select, title, body)):
            return fit
    return None


def _fit(
    tree: LexborHTMLParser,
    index: ProseIndex,
    footer: int,
    number: int,
    select: Select,
    title: LexborNode,
    body: LexborNode,
) -> Fit | None:
    outline = index.outline
    places = {element.node.mem_id: element for element in outline.elements}
    text = headline_text(" ".join(text_lines(title)))
    lines, container = _lines(outline, places, title, text), _range(places, body)
    if lines is None or container is None or not is_title(text) or lines[0] >= container[1]:
        return None
    guess = region_after(index, lines[1], footer)
    region = _region(index, lines[1], container, guess, footer)
    fit = Fit(
        number,
        select,
        Candidate(lines[0], text, ((f"learned selector {select['title']!r}", LEARNED_WEIGHT),), region),
        guess,
        _hints(tree, places, select),
    )
    fit.decided.update({name: select[name] for name in ("title", "body", "caption", "omit") if name in select})
    return fit


def _first(tree: LexborHTMLParser, selector: str | None) -> LexborNode | None:
    nodes = _all(tree, selector)
    return nodes[0] if nodes else None


def _all(tree: LexborHTMLParser, selector: str | None) -> list[LexborNode]:
    try:
        return tree.css(selector) if selector else []
    except (SelectolaxError, ValueError):
        return []


def _range(places: Mapping[int, Element], node: LexborNode) -> tuple[int, int] | None:
    """The blocks inside a node, or inside the nearest block-level element around it."""
    current: LexborNode | None = node
    while current is not None:
        if element := places.get(current.mem_id):
            return element.start, element.end
        current = current.parent
    return None


def _lines(outline: Outline, places: Mapping[int, Element], node: LexborNode, text: str) -> tuple[int, int] | None:
    """The first and the last block of a headline, which may share its element with other lines."""
    around, wanted = _range(places, node), squashed(text)
    if around is None or not wanted:
        return None
    first = last = None
    for position in range(*around):
        own = squashed(outline.blocks[position].text)
        if own and (own in wanted or wanted in own):
            first = position if first is None else first
            last = position
        elif first is not None:
            break
    return None if first is None or last is None else (first, last)


def _region(index: ProseIndex, last: int, container: tuple[int, int], guess: Region, footer: int) -> Region:
    """The blocks of the container as far as text stands in it, and what belongs to them although it stands outside.

    A lead or a picture may stand between headline and container, and a text that goes on right behind the container
    has escaped from it: one closing tag too many does that.
    """
    start, end = max(container[0], last + 1), container[1]
    between = index.outline.blocks[last + 1 : start]
    if any(is_prose(block) or not all(map(is_icon, block.pictures)) for block in between):
        start = last + 1
    # With text behind the container, what looks like a footer before its end is none: offices stand in reports, too.
    is_last = not any(block.text for block in index.outline.blocks[container[1] :])
    end = end_of_report(index, start, min(end, footer) if is_last and footer > last else end)
    if guess.end < end:
        end = without_list(index.outline, start, end) if index.prose_in(guess.end, end) else max(guess.end, start)
    elif end == container[1] < guess.end:
        behind = next((block for block in index.outline.blocks[end : guess.end] if block.text or block.pictures), None)
        if behind and (is_prose(behind) or not all(map(is_icon, behind.pictures))):
            end = guess.end
    while end < guess.end and _says_by_whom(index.outline.blocks[end].text):
        end += 1
    return Region(start, max(start, end), index.prose_in(start, end))


def with_lines(index: ProseIndex, fit: Fit) -> Iterator[Region]:
    """The region with the few lines behind the container that the report would have had without it, and with those
    above it: a byline stands there as a rule. None where there are none, or text is among them."""
    region, start, end = fit.title.region, fit.guess.start, fit.guess.end
    if region.end < end <= region.end + LINES_AROUND and not index.prose_in(region.end, end):
        yield Region(region.start, end, region.prose)
    if region.start - LINES_AROUND <= start < region.start and not index.prose_in(start, region.start):
        yield Region(start, region.end, region.prose)


def _says_by_whom(text: str) -> bool:
    """A byline, a source line, or nothing at all."""
    return not text or bool(read_byline(text) or read_photographer(text) or is_source_line(text))


def _hints(tree: LexborHTMLParser, places: Mapping[int, Element], select: Select) -> Hints:
    found = {
        name: frozenset(
            position
            for node in _all(tree, select.get(name))
            if (element := places.get(node.mem_id))
            for position in range(element.start, element.end)
        )
        for name in ("caption", "omit")
    }
    return Hints(found["caption"], found["omit"])


def learned_fields(
    tree: LexborHTMLParser, outline: Outline, fit: Fit, article: Article, base: str, now: datetime | None
) -> Article:
    """The article with the fields that the template's selectors find, where those pass their checks."""
    places = {element.node.mem_id: element for element in outline.elements}
    article = replace(article, attachments=_attachments(outline, fit, article.attachments, base))
    for name, setter in _SETTERS.items():
        node = _first(tree, fit.select.get(name))
        if node is not None and name in REPEATED and _is_anothers(outline, fit, _range(places, node)):
            continue
        text = " ".join(text_lines(node)) if node is not None else ""
        if text and (changed := setter(article, text, now)) is not None:
            fit.decided[name] = fit.select[name]
            article = changed
    return article


def _is_anothers(outline: Outline, fit: Fit, place: tuple[int, int] | None) -> bool:
    """Whether a place behind the report stands with the headline of another: where the report shows no date of its own,
    the template's place of dates may be found again in the list of related reports."""
    if place is None or not fit.title.region.end <= place[0] < len(outline.blocks):
        return False
    around = outline.around(outline.blocks[place[0]])
    apart = takewhile(lambda element: element.start > fit.title.block, around)
    return any(is_teaser(block) for element in apart for block in outline.blocks[element.start : element.end])


def _attachments(outline: Outline, fit: Fit, found: tuple[Attachment, ...], base: str) -> tuple[Attachment, ...]:
    """With the files that stand behind the container, where the report would have reached so far."""
    above = Region(fit.guess.start, fit.title.region.start, 0)
    behind = Region(fit.title.region.end, fit.guess.end, 0)
    known = {file.url: file for file in found}
    for region in (above, behind):
        known = {file.url: file for file in read_attachments(outline, region, base)} | known
    return tuple(known.values())


def _published(article: Article, text: str, now: datetime | None) -> Article | None:
    known = article.published
    if known and known.origin == "element" and squashed(known.raw) in squashed(text):
        return article
    limit = now.astimezone(VIETNAM).date() if now else None
    dates = [found for found in find_dates(text, now) if limit is None or found.day <= limit]
    if not dates or not is_dateline(text):
        return None
    same = known is not None and known.day == dates[0].day  # metadata may add the time of day
    value = known.value if known and same else dates[0].value
    return replace(article, published=Dateline(value, origin="element", raw=text))


def _author(article: Article, text: str, now: datetime | None) -> Article | None:
    """A byline that the report itself has is better than a field of the template: that may name whoever posted it."""
    name = name_in(text)
    return replace(article, author=name) if name and not article.author else None


def _section(article: Article, text: str, now: datetime | None) -> Article | None:
    if not is_section(text):
        return None
    name = section_in(text, article.title)
    known = article.section or ""
    return replace(article, section=known if squashed(name) in squashed(known) else name) if name else None


# What a selector with a plain value sets, given the text it found; None where that is no such value.
_SETTERS = {"published": _published, "author": _author, "section": _section}
