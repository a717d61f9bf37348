"""Sitemaps (sitemaps.org 0.9, Google's news extension): read element by element, whatever they hold."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

ROOTS = {"urlset": "url", "sitemapindex": "sitemap"}
# What is read of an entry; news:publication_date and news:title come with Google's news sitemaps.
FIELDS = frozenset({"loc", "lastmod", "title", "publication_date"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry as written: the address, and what was said beside it ("" for nothing)."""

    url: str
    title: str = ""
    published: str = ""
    modified: str = ""


def read_sitemap(body: bytes) -> Iterator[Listed]:
    """The entries of a sitemap or sitemap index, in order; none for anything else.

    Broken XML is read as far as it can be. Entities are not resolved and nothing is fetched.
    """
    entry: str | None = None
    found: dict[str, str] = {}
    for event, element in _events(body):
        name = _local(element)
        if entry is None:
            if name not in ROOTS:
                return
            entry = ROOTS[name]
        elif event == "end" and name in FIELDS:
            found.setdefault(name, " ".join((element.text or "").split()))
        elif event == "end" and name == entry:
            yield _listed(found)
            found = {}
            _forget(element)


def root_of(body: bytes) -> str:
    """The local name of the outermost element, "" when the bytes are no XML at all."""
    return next((_local(element) for _, element in _events(body[:65536])), "")


def _events(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    try:
        yield from etree.iterparse(
            io.BytesIO(body.lstrip()),
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    except etree.XMLSyntaxError:
        return


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _listed(found: Mapping[str, str]) -> Listed:
    return Listed(
        found.get("loc", ""), found.get("title", ""), found.get("publication_date", ""), found.get("lastmod", "")
    )


def _forget(element: etree._Element) -> None:
    """Free what has been read: a sitemap of 50,000 entries is never in memory as a tree."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
