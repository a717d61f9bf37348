"""A license named by a link: rel=license, Creative Commons, schema.org; what portals elsewhere have for a footer."""

from __future__ import annotations

import re
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from portal_archiver.model import License
from portal_archiver.text import plain

# https://creativecommons.org/licenses/by-sa/4.0/deed.vi, https://creativecommons.org/publicdomain/zero/1.0/
CREATIVE_COMMONS = re.compile(
    r"^(?:https?:)?//(?:www\.)?creativecommons\.org/(?:licenses/(?P<kind>[a-z-]+)|publicdomain/(?P<domain>zero|mark))"
    r"/(?P<version>[\d.]+)",
    re.I,
)
DOMAINS = {"zero": "CC0", "mark": "Public Domain Mark"}
LINKS = (
    'a[rel~="license"][href], link[rel~="license"][href], [itemprop~="license"][href], a[href*="creativecommons.org/"]'
)


def with_open_license(
    tree: LexborHTMLParser, found: License | None, schema: str = "", inside: frozenset[str] = frozenset()
) -> License | None:
    """The footer's license with the terms that a link names where its own clause on republication is silent.

    `schema` is the `license` of the page's JSON-LD, `inside` the links of the report itself, where a bare Creative
    Commons link is a photo's license. The terms come out as `attribution`: the link's own words, or the
    short name of the Creative Commons license, and its address.
    """
    if found and found.attribution:
        return found
    terms = _terms(tree, schema, inside)
    if terms is None:
        return found
    return replace(found, attribution=terms) if found else License(attribution=terms, text=terms)


def _terms(tree: LexborHTMLParser, schema: str, inside: frozenset[str]) -> str | None:
    for node in tree.css(LINKS):
        href = (node.attributes.get("href") or "").strip()
        rel = (node.attributes.get("rel") or node.attributes.get("itemprop") or "").lower()
        name = short_name(href)
        if "license" in rel.split() if href in inside else (name or "license" in rel.split()):
            words = plain(node.text()) or name
            return f"{words} ({href})" if words else href
    if schema:
        name = short_name(schema)
        return f"{name} ({schema})" if name else schema
    return None


def short_name(url: str) -> str:
    """The short name of a Creative Commons license by its address, "CC BY-SA 4.0"; "" for any other address."""
    match = CREATIVE_COMMONS.match(url)
    if match is None:
        return ""
    name = DOMAINS[match["domain"].lower()] if match["domain"] else f"CC {match['kind'].upper()}"
    return f"{name} {match['version'].strip('.')}"
