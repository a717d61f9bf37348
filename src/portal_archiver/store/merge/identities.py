"""Which articles of two archives are one: by URL, then by content, as `store.articles` tells it for a page.

It does not matter which archive is ours, nor in which order rows come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from portal_archiver.store import identity, revisions
from portal_archiver.store.merge.both import Both

_CONTENT = "SELECT id, published, first_seen, url FROM articles WHERE portal_id = ? AND content_key = ?"


class Node(NamedTuple):
    """An article of one of the archives."""

    side: Literal["ours", "theirs"]
    id: int


class Families:
    """Sets of articles that are one (union-find)."""

    def __init__(self) -> None:
        self._parents: dict[Node, Node] = {}

    def head(self, node: Node) -> Node:
        """The one that stands for all of its set."""
        while (parent := self._parents.get(node, node)) != node:
            self._parents[node] = self._parents.get(parent, parent)
            node = parent
        return node

    def join(self, one: Node, other: Node) -> None:
        """Make two sets one."""
        first, second = sorted((self.head(one), self.head(other)))
        self._parents[second] = first
        self._parents.setdefault(first, first)

    def is_alone(self, node: Node) -> bool:
        """Whether nothing was joined to it."""
        return node not in self._parents

    def all(self) -> Iterable[list[Node]]:
        """The sets of more than one."""
        sets: defaultdict[Node, list[Node]] = defaultdict(list)
        for node in self._parents:
            sets[self.head(node)].append(node)
        return sets.values()


def families(both: Both) -> Families:
    """Join what is one."""
    found = Families()
    doubtful: list[tuple[str, Node, Node]] = []
    for url, one, other, answered in _shared_urls(both):
        if answered:
            found.join(one, other)
        else:
            doubtful.append((url, one, other))
    # A URL that a page merely claims, or that led to it by a redirect, may lie: then the texts decide.
    for _, one, other in sorted(doubtful):
        if found.head(one) != found.head(other) and _may_be_versions(both, one, other):
            found.join(one, other)
    for one, other in _of_one_content(both, found):
        if found.is_alone(one) and found.is_alone(other):
            found.join(one, other)
    return found


def _shared_urls(both: Both) -> Iterator[tuple[str, Node, Node, bool]]:
    """URLs that both archives have of an article, and whether both times it was the one that answered."""
    select = "SELECT article_id, shown FROM article_urls WHERE portal_id = ? AND url = ?"
    for portal, url, article, shown in both.theirs.execute(
        "SELECT portal_id, url, article_id, shown FROM article_urls"
    ):
        known = both.ours.execute(select, (both.portals[portal], url)).fetchone()
        if known is not None:
            yield url, Node("ours", known[0]), Node("theirs", article), bool(shown and known[1])


def _may_be_versions(both: Both, one: Node, other: Node) -> bool:
    before, after = revisions.latest(both.ours, one.id), revisions.latest(both.theirs, other.id)
    if before.digest == after.digest:
        return True
    return identity.may_be_versions(revisions.load(both.ours, before.id), revisions.load(both.theirs, after.id))


def _of_one_content(both: Both, found: Families) -> Iterator[tuple[Node, Node]]:
    """Articles that no URL joins, with the same content and no contradiction between their dates; the surest first.

    Each is joined to one alone: a weekly notice is many articles, and to keep one twice is a smaller fault than to
    lose one.
    """
    pairs = []
    theirs = both.theirs.execute(
        "SELECT id, portal_id, content_key, published, first_seen, url FROM articles WHERE content_key IS NOT NULL"
    )
    for number, portal, key, published, seen, url in theirs:
        if not found.is_alone(Node("theirs", number)):
            continue
        for ours, our_date, our_seen, our_url in both.ours.execute(_CONTENT, (both.portals[portal], key)):
            if not found.is_alone(Node("ours", ours)) or not _same_day(our_date, published):
                continue
            order = (our_date != published, *sorted(((our_seen, our_url), (seen, url))))
            pairs.append((order, Node("ours", ours), Node("theirs", number)))
    yield from ((one, other) for _, one, other in sorted(pairs))


def _same_day(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one[:10] == other[:10]
