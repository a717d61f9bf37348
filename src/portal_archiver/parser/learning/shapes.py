"""Pages in groups by the shape of their DOM: those of one template have the same named elements inside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal_archiver.model import Kind
from portal_archiver.parser.dom import Outline
from portal_archiver.parser.learning.selectors import names_of

ALIKE = 0.55  # share of the telling features of two pages that they have in common, from which on they are of one group
NEARLY = 0.88  # the same of all features: a box more or less makes no other template
COMMON, RARE = 0.95, 3  # a feature of nearly all pages tells nothing, nor one of fewer pages than these
MOST_GROUPS = 16  # a page that fits none of so many goes to the nearest: the time stays linear

Shape = frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one shape, by their numbers; `kind` is what the single-page parser takes most of them for."""

    kind: Kind
    pages: tuple[int, ...]


def shape_of(outline: Outline) -> Shape:
    """The paths of a page: each named element with the nearest named one around it."""
    named: list[str] = []  # for every element, the name of the nearest one that has any
    paths: set[str] = set()
    for element in outline.elements:
        above = named[element.parent] if element.parent >= 0 else ""
        names = names_of(element.node)
        own = f"{element.tag}.{'.'.join(names)}" if names else ""
        named.append(own or above)
        if own:
            paths.add(f"{above} {own}")
    return frozenset(paths)


def grouped(shapes: Sequence[Shape], kinds: Sequence[Kind], order: Sequence[str]) -> tuple[Group, ...]:
    """The groups, the largest first; `order` (the pages' URLs) makes them the same however the pages came.

    Each page joins the group whose first page is most like it, or begins one: one look at a bounded number of groups.
    """
    telling = _telling(shapes)
    leaders: list[Shape] = []
    members: list[list[int]] = []

    def likeness_to(leader: Shape) -> float:
        whole = _alike(shape, leader)
        return whole if whole >= NEARLY else _alike(shape & telling, leader & telling)

    for page in sorted(range(len(shapes)), key=lambda page: order[page]):
        shape = shapes[page]
        likeness, nearest = max(((likeness_to(leader), -at) for at, leader in enumerate(leaders)), default=(0.0, 0))
        if leaders and (likeness >= ALIKE or len(leaders) == MOST_GROUPS):
            members[-nearest].append(page)
        else:
            leaders.append(shape)
            members.append([page])
    groups = [Group(_most([kinds[page] for page in pages]), tuple(pages)) for pages in members]
    return tuple(sorted(groups, key=lambda group: (-len(group.pages), order[group.pages[0]])))


def _telling(shapes: Sequence[Shape]) -> Shape:
    """The features that tell pages apart."""
    counted = Counter(feature for shape in shapes for feature in shape)
    return frozenset(name for name, number in counted.items() if RARE <= number <= COMMON * len(shapes))


def _alike(left: Shape, right: Shape) -> float:
    """The share of common features, 0 to 1; two pages without any are alike."""
    return len(left & right) / len(left | right) if left | right else 1.0


def _most(kinds: Iterable[Kind]) -> Kind:
    (kind, _), *_ = Counter(kinds).most_common(1)
    return kind
