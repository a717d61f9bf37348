"""CSS selectors that find a node again on other pages: by names that a template gives, not by those of one page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

LEVELS, NAMED_LEVELS = 10, 3  # ancestors that are looked at, and of those with a name the nearest
CLASSES = 3  # of one element
MOST = 14  # selectors for one node
FAR = 40  # siblings
_IDENTIFIER = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"\d{3,}")  # post-1234, INSTANCE_101
_NUMBERED_WORD = re.compile(r"[A-Za-z]+\d{1,2}")  # col2, h2, Panel01
_RANDOM = 5  # characters of a part in which letters and digits mix: aAZP2u4ZB3bJ, 1q2w3e
# <span id="ctl00_MainContent_lblTitle">, <h1 id="dnn_ctr427_ViewNews_lblTieuDe">: the last part is the template's own.
_GENERATED = re.compile(r"(?:^|_)(?:ctl|ctr)\d+_.*?_?(?P<last>[A-Za-z]{5,})$")
# What a class says of the moment, or of the word processor a text came from: not of the template. Then, of the grid.
_STATE = re.compile(r"^(?:active|current|open|show|hidden|first|last|odd|even|in|fade|clearfix|selected|Mso.*)$", re.I)
_GRID = re.compile(
    r"^(?:row|col|container(?:-fluid)?|wrapper|wrap|main|content|inner|box|left|right|center|span\d+|col-.*|grid.*"
    r"|pull-.*|float-.*|text-.*|m[trblxy]?-\d|p[trblxy]?-\d|d-.*|w-\d+)$",
    re.I,
)
_QUOTABLE = re.compile(r"[\w:;,.#%/() -]+")
DRESS = ("style", "size", "color", "face")  # attributes of old pages that tell a headline from a text
LONGEST_DRESS = 60  # characters


class Proposal(NamedTuple):
    """A selector, and what speaks against it: 0 for the element's own name, more for each detour."""

    selector: str
    cost: float


def proposals(node: LexborNode) -> tuple[Proposal, ...]:
    """Selectors that find a node, each once, the best first: its own names, those in a named place, its tag there."""
    own = list(_own(node))
    places = list(_places(node))
    tag = node.tag or "*"
    found = list(own)
    found += [
        Proposal(f"{place.selector} {name.selector}", name.cost + place.cost + 1) for place in places for name in own
    ]
    found += [Proposal(f"{place.selector} {tag}", place.cost + 2 + far) for far, place in enumerate(places)]
    if not own and (number := _number(node)) > 1:
        found += [Proposal(f"{place.selector} {tag}:nth-of-type({number})", place.cost + 4) for place in places[:1]]
    best: dict[str, float] = {}
    for selector, cost in found:
        best[selector] = min(cost, best.get(selector, cost))
    return tuple(sorted((Proposal(*item) for item in best.items()), key=lambda item: (item.cost, item.selector))[:MOST])


def own_selectors(node: LexborNode) -> frozenset[str]:
    """The selectors by an element's own names alone."""
    return frozenset(name.selector for name in _named(node))


def is_stable(name: str) -> bool:
    """Whether a class or id looks like a template's, and not like that of one page, one box or one build."""
    if not _IDENTIFIER.fullmatch(name) or _NUMBER.search(name) or _STATE.match(name):
        return False
    return not any(_is_random(part) for part in re.split(r"[_-]+", name))


def _is_random(part: str) -> bool:
    mixed = any(map(str.isdigit, part)) and any(map(str.isalpha, part))
    return mixed and len(part) >= _RANDOM and not _NUMBERED_WORD.fullmatch(part)


def names_of(node: LexborNode) -> tuple[str, ...]:
    """The stable classes and the stable id of an element, sorted: what its shape is told by."""
    attributes = node.attributes
    classes = {name for name in (attributes.get("class") or "").split() if is_stable(name)}
    identity = attributes.get("id") or ""
    return (*sorted(classes), *(("#" + identity,) if is_stable(identity) else ()))


def _own(node: LexborNode) -> Iterator[Proposal]:
    """The names of the element itself; of one without any, how it is dressed: <span style="font-size:18pt">."""
    named = list(_named(node))
    yield from named
    if not named:
        for attribute in DRESS:
            value = node.attributes.get(attribute) or ""
            if value and len(value) <= LONGEST_DRESS and _QUOTABLE.fullmatch(value):
                yield Proposal(f'{node.tag}[{attribute}="{value}"]', 1.0)


def _named(node: LexborNode) -> Iterator[Proposal]:
    attributes, tag = node.attributes, node.tag or "*"
    stable = [name for name in (attributes.get("class") or "").split() if is_stable(name)]
    for name in stable[:CLASSES]:
        yield Proposal(f"{tag}.{name}", _weakness(name))
    identity = attributes.get("id") or ""
    if is_stable(identity):
        yield Proposal(f"#{identity}", 0.3 + _weakness(identity))
    elif made := _GENERATED.search(identity):
        yield Proposal(f'{tag}[id$="{made["last"]}"]', 0.5)
    prop = attributes.get("itemprop") or ""
    if prop and _QUOTABLE.fullmatch(prop):
        yield Proposal(f'{tag}[itemprop="{prop}"]', 0.0)


def _weakness(name: str) -> float:
    return 1.5 * bool(_GRID.match(name)) + 0.5 * any(map(str.isdigit, name))


def _places(node: LexborNode) -> Iterator[Proposal]:
    """The nearest ancestors with a name, each by its best one."""
    found, parent = 0, node.parent
    for _ in range(LEVELS):
        if parent is None or parent.tag in ("body", "html", "-undef") or found == NAMED_LEVELS:
            return
        if own := sorted(_own(parent), key=lambda item: (item.cost, item.selector)):
            found += 1
            yield own[0]
        parent = parent.parent


def _number(node: LexborNode) -> int:
    """Which one of its tag it is among its siblings, from 1; the count ends at `FAR`, where it is no place any more."""
    number, before = 1, node.prev
    for _ in range(FAR):
        if before is None:
            return number
        number += before.tag == node.tag
        before = before.prev
    return 0
