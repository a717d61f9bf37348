"""The result page as its template needs it: hits, facets that are links, filters that can be taken away, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal_archiver.model import Facets, Hit, Results
from portal_archiver.store.search import moved_back, offset_of
from portal_archiver.web.asked import Asked
from portal_archiver.web.exporting import offered
from portal_archiver.web.histogram import Histogram, histogram
from portal_archiver.web.language import Words

SHOWN = 8  # entries of a facet that stand open


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry that can be chosen: its label, where it leads, how many reports it has, and whether it is chosen."""

    label: str
    href: str
    number: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A facet: its name, the entries that stand open, and the others."""

    name: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of an answer; `first` and `last` are the places of its hits, from 1."""

    asked: Asked
    results: Results
    first: int
    last: int
    groups: tuple[Group, ...]
    filters: tuple[Choice, ...]
    only: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    suggestions: tuple[Choice, ...]
    histogram: Histogram | None
    bounded_counts: bool
    estimated_counts: bool
    next: str | None
    previous: str | None
    unfiltered: str
    exports: tuple[Choice, ...]
    feed: str


Name = Callable[[str], str]


def result_page(asked: Asked, results: Results, facets: Facets, size: int, t: Words, portal_name: Name) -> ResultPage:
    """What is shown of an answer; `size` are the hits of a page, `portal_name` gives the name of a key."""
    offset = offset_of(asked.cursor)
    back = moved_back(asked.cursor, size) if offset else None
    return ResultPage(
        asked=asked,
        results=results,
        first=offset + 1,
        last=offset + len(results.hits),
        groups=tuple(_groups(asked, facets, t, portal_name)),
        filters=tuple(_filters(asked, t, portal_name)),
        only=tuple(_only(asked, t)),
        sorts=tuple(
            Choice(t(f"sort.{name}"), asked.link(sort=name), chosen=name == asked.order)
            for name in ("relevance", "newest", "oldest")
            if asked.q or name != "relevance"
        ),
        suggestions=tuple(Choice(query, asked.link(q=query)) for query in results.suggestions),
        histogram=histogram(facets.months, lambda when: asked.link(since=when, until=when)),
        bounded_counts=facets.bounded,
        estimated_counts=facets.estimated,
        next=asked.link(cursor=results.cursor) if results.cursor else None,
        previous=asked.link(cursor=back) if back else None,
        unfiltered=Asked(q=asked.q).link(),
        exports=() if results.relaxed else tuple(_exports(asked, t)),  # those have not all that is asked for
        feed=asked.link("/feed.atom", sort=""),
    )


def marked(hit: Hit) -> tuple[tuple[str, bool], ...]:
    """The snippet in pieces, each with whether it is one of the words that were asked for."""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end in hit.marks:
        between = hit.snippet[done:start]
        if pieces and between == " ":  # a phrase is marked as a whole
            pieces[-1] = (pieces[-1][0] + hit.snippet[done:end], True)
        else:
            pieces += [(between, False), (hit.snippet[start:end], True)]
        done = end
    return tuple(piece for piece in (*pieces, (hit.snippet[done:], False)) if piece[0])


def _exports(asked: Asked, t: Words) -> Iterator[Choice]:
    for form in offered():
        yield Choice(t(f"export.{form}"), asked.link(f"/export/{form}", sort=""))


def _groups(asked: Asked, facets: Facets, t: Words, portal_name: Name) -> Iterator[Group]:
    """Facets with something to choose; a value that is chosen leads back to all."""
    portals = tuple(
        Choice(portal_name(key), asked.link(portal="" if key == asked.portal else key), n, key == asked.portal)
        for key, n in facets.portals
    )
    chosen_year = asked.since if asked.since == asked.until else ""
    years = tuple(
        Choice(year, asked.link(since="", until=""), n, True)
        if year == chosen_year
        else Choice(year, asked.link(since=year, until=year), n)
        for year, n in reversed(facets.years)
    )
    sections = tuple(
        Choice(name, asked.link(section="" if name == asked.section else name), n, name == asked.section)
        for name, n in facets.sections
    )
    for name, choices in (("portal", portals), ("year", years), ("section", sections)):
        if len(choices) > 1 or any(choice.chosen for choice in choices):
            yield Group(t(f"facet.{name}"), choices[:SHOWN], choices[SHOWN:])


def _filters(asked: Asked, t: Words, portal_name: Name) -> Iterator[Choice]:
    """What narrows the search, each leading to the search without it."""
    if asked.portal:
        yield Choice(portal_name(asked.portal), asked.link(portal=""))
    if asked.section:
        yield Choice(asked.section, asked.link(section=""))
    for name in ("author", "photographer"):
        if value := getattr(asked, name):
            yield Choice(f"{t(f'filter.{name}')}: {value}", asked.without(name))
    if asked.since and asked.since == asked.until:
        yield Choice(asked.since, asked.link(since="", until=""))
    else:
        for name in ("since", "until"):
            if value := getattr(asked, name):
                yield Choice(f"{t(f'filter.{name}')} {value}", asked.without(name))
    for name in ("photo", "file", "revised", "exact"):
        if getattr(asked, name):
            yield Choice(t(f"filter.{name}"), asked.without(name))


def _only(asked: Asked, t: Words) -> Iterator[Choice]:
    for name in ("photo", "file", "revised", "exact"):
        value = getattr(asked, name)
        yield Choice(t(f"filter.{name}"), asked.toggled(name), chosen=value)
