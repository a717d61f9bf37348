"""Selectors put to the test: what each finds on every page of a group, and whether the page was read like that."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.parser.byline import is_source_line
from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.learning.constancy import Constancy
from portal_archiver.parser.learning.selectors import Proposal
from portal_archiver.parser.learning.specimen import Mark, Specimen
from portal_archiver.parser.values import CHECKS, name_in, section_in, squashed
from portal_archiver.text import plain

EDGE = 100  # parts at either end of a text
TRIED = 10  # selectors of a field that are put to the test
MISSED = -2.0  # the vote of a page on which a selector finds what nobody took for a headline


@dataclass(slots=True)
class Trial:
    """What one selector found: pages (by number) where it matched, where the value passed its check, and where the
    parser had read the same. For a body, `complete` are the pages whose text it holds, `behind` those where text stands
    behind it, and `before` those where text stands before it or not in it at all; `excess` are the characters it holds
    beside the text on each."""

    selector: str
    cost: float
    matched: set[int] = field(default_factory=set)
    passed: set[int] = field(default_factory=set)
    agreed: set[int] = field(default_factory=set)
    values: dict[int, str] = field(default_factory=dict)
    votes: float = 0.0
    complete: set[int] = field(default_factory=set)
    behind: set[int] = field(default_factory=set)
    before: set[int] = field(default_factory=set)
    excess: dict[int, int] = field(default_factory=dict)


def text_of(node: LexborNode) -> str:
    """The text of an element in one line, its parts apart."""
    return plain(node.text(separator=" "))


def proposed(pages: Iterable[Iterable[Mark]]) -> list[Proposal]:
    """The selectors that most pages propose, each page's marks weighed by how sure they are; a few of them."""
    weights: Counter[str] = Counter()
    costs: dict[str, float] = {}
    for marks in pages:
        best: defaultdict[str, float] = defaultdict(float)
        for mark in marks:
            for selector, cost in mark.selectors:
                best[selector] = max(best[selector], mark.weight)
                costs[selector] = min(cost, costs.get(selector, cost))
        weights.update(best)
    ranked = sorted(weights, key=lambda selector: (-round(weights[selector], 3), costs[selector], selector))
    return [Proposal(selector, costs[selector]) for selector in ranked[:TRIED]]


def try_values(trials: Iterable[Trial], field_name: str, page: int, specimen: Specimen, tree: LexborHTMLParser) -> None:
    """Notes what the selectors of a field with a plain value find on one page."""
    best_last = sorted(specimen.marks.get(field_name, ()), key=lambda mark: mark.weight)
    marks = {squashed(mark.text): mark.weight for mark in best_last}
    wanted = _read_as(field_name, specimen)
    for trial in trials:
        node = tree.css_first(trial.selector)
        text = text_of(node) if node else ""
        if not text or (field_name == "author" and is_source_line(text)):
            continue  # "Theo Báo Bạch Hải" stands where a name would
        trial.matched.add(page)
        value = headline_text(text) if field_name == "title" else text
        if not CHECKS[field_name](value):
            continue
        trial.passed.add(page)
        trial.values[page] = value
        trial.votes += marks.get(squashed(value), MISSED)
        if wanted and wanted == _comparable(field_name, value, specimen):
            trial.agreed.add(page)


def _read_as(field_name: str, specimen: Specimen) -> str:
    """What the parser read, in the form in which values are compared; "" where it read nothing."""
    article = specimen.article
    if article is None or not specimen.marks.get(field_name):
        return ""
    if field_name == "published":
        return str(specimen.day or "")
    return squashed(getattr(article, field_name) or "")


def _comparable(field_name: str, value: str, specimen: Specimen) -> str:
    title = specimen.article.title if specimen.article else ""
    if field_name == "published":
        return next((str(found.day) for found in find_dates(value) if found.day == specimen.day), "")
    if field_name == "author":
        return squashed(name_in(value) or "")
    return squashed(section_in(value, title) if field_name == "section" else value)


def try_bodies(
    trials: Sequence[Trial], page: int, specimen: Specimen, tree: LexborHTMLParser, lines: Constancy
) -> None:
    """Notes how much of a page's text the selectors of possible containers hold."""
    parts = [piece for piece in specimen.pieces if (piece.is_kept or piece.is_caption) and piece.key]
    if len(parts) > 2 * EDGE:  # of a very long text its edges tell
        parts = parts[:EDGE] + parts[-EDGE:]
    own = [piece.key for piece in parts]
    counted = [piece.key for piece in parts if not lines.is_shared(piece.text)]  # what others have is not its own
    for trial in trials:
        node = tree.css_first(trial.selector)
        if node is None:
            continue
        trial.matched.add(page)
        text = squashed(node.text())
        inside = [key in text for key in counted]
        if not inside:
            continue  # a page without a text of its own, a file perhaps: it says nothing of the container
        if not any(inside):
            trial.before.add(page)
        elif all(inside):
            trial.complete.add(page)
            trial.excess[page] = len(text) - sum(map(len, own))
        elif all(inside[: _last(inside) + 1]):
            trial.behind.add(page)
            trial.excess[page] = len(text) - sum(len(key) for key in own if key in text)
        else:
            trial.before.add(page)


def _last(flags: Sequence[bool]) -> int:
    return max(at for at, flag in enumerate(flags) if flag)
