"""Sitemaps (sitemaps.org 0.9, Google's news extension): read entry by entry, whatever they hold."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

ROOTS = frozenset({"urlset", "sitemapindex"})
ENTRIES = ("{*}url", "{*}sitemap")
# Fields of an entry, and of the news:news element within it; an image:loc or video:title is neither.
OF_ENTRY = {"loc": "url", "lastmod": "modified"}
OF_NEWS = {"title": "title", "publication_date": "published"}
_STRAY_AMPERSAND = re.compile(rb"&(?!#?\w{1,10};)")  # <loc>http://bachhai.example/?a=1&b=2</loc>


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry as written: the address, and what was said beside it ("" for nothing)."""

    url: str = ""
    title: str = ""
    published: str = ""
    modified: str = ""


def read_sitemap(body: bytes) -> Iterator[Listed]:
    """The entries of a sitemap or sitemap index, in order.

    Broken XML is read as far as it can be. Entities of its own are not resolved and nothing is fetched.
    """
    if b"<![CDATA[" not in body:
        body = _STRAY_AMPERSAND.sub(b"&amp;", body)
    for element in _elements(body, "end", ENTRIES):
        yield Listed(**_fields(element))
        _forget(element)


def root_of(body: bytes) -> str:
    """The local name of the outermost element in lower case, "" when the bytes are no XML at all."""
    return next((_local(element).lower() for element in _elements(body[:65536], "start", None)), "")


def _elements(body: bytes, event: str, tags: tuple[str, ...] | None) -> Iterator[etree._Element]:
    try:
        for _, element in etree.iterparse(
            io.BytesIO(body.lstrip()),
            events=(event,),
            tag=tags,
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            yield element
    except etree.XMLSyntaxError:
        return


def _fields(entry: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in entry:
        name = _local(child)
        if name in OF_ENTRY:
            found.setdefault(OF_ENTRY[name], _text(child))
        elif name == "news":
            found |= {OF_NEWS[_local(each)]: _text(each) for each in child if _local(each) in OF_NEWS}
    return found


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: etree._Element) -> str:
    return " ".join((element.text or "").split())


def _forget(element: etree._Element) -> None:
    """Free what has been read: a sitemap of 50,000 entries is never in memory as a tree."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
