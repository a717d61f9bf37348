"""What a page says of itself to machines: JSON-LD, Open Graph, meta, `<title>`, canonical and feed links, charset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from portal_archiver.text import plain

ARTICLE_TYPES = frozenset(("NewsArticle", "Article", "BlogPosting", "Report", "ReportageNewsArticle"))
# Each field and the meta names that carry it, best first.
META_NAMES = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title"),
    "published": (
        "article:published_time", "datepublished", "dc.date.issued", "dcterms.created", "pubdate", "publishdate",
        "citation_publication_date",
    ),
    "updated": ("article:modified_time", "og:updated_time", "datemodified", "lastmod"),
    "author": ("article:author", "author", "dc.creator", "citation_author"),
    "section": ("article:section",),
    "type": ("og:type",),
}  # fmt: skip
FEED_TYPES = ("application/rss+xml", "application/atom+xml")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The machine-readable claims of a page, unverified; "" where it makes none.

    `title` is Open Graph's or JSON-LD's headline, `window_title` the `<title>`.
    """

    title: str = ""
    window_title: str = ""
    published: str = ""
    updated: str = ""
    author: str = ""
    section: str = ""
    license: str = ""
    language: str = ""
    canonical: str = ""
    next: str = ""
    is_article: bool = False
    feeds: tuple[str, ...] = ()


def read_metadata(tree: LexborHTMLParser) -> Metadata:
    """All claims of a page's head (and JSON-LD anywhere). Broken JSON-LD is passed over."""
    meta = _meta(tree)
    claims = {field: next((meta[name] for name in names if meta.get(name)), "") for field, names in META_NAMES.items()}
    ld = next(_articles(tree), None) or {}
    html, title = tree.css_first("html"), tree.css_first("title")
    return Metadata(
        title=_text(ld.get("headline")) or claims["title"],
        window_title=plain(title.text()) if title else "",
        published=_text(ld.get("datePublished")) or claims["published"],
        updated=_text(ld.get("dateModified")) or claims["updated"],
        author=_name(ld.get("author")) or claims["author"],
        section=_text(ld.get("articleSection")) or claims["section"],
        license=_text(ld.get("license")) or _address(ld.get("license")),
        language=(html.attributes.get("lang") or "").lower() if html else "",
        canonical=_link(tree, "canonical"),
        next=_link(tree, "next"),
        is_article=bool(ld) or claims["type"] == "article",
        feeds=tuple(_feeds(tree)),
    )


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if name:
            found.setdefault(name.strip().lower(), plain(attributes.get("content") or ""))
    return found


def _articles(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    for script in tree.css('script[type="application/ld+json"]'):
        try:
            data = json.loads(script.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _flatten(data):
            kinds = item.get("@type")
            if any(kind in ARTICLE_TYPES for kind in (kinds if isinstance(kinds, list) else [kinds]) if _text(kind)):
                yield item


def _flatten(data: Any) -> Iterator[dict[str, Any]]:
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (node for node in graph if isinstance(node, dict)) if isinstance(graph, list) else ()


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    # Half a surrogate pair ("\\ud83d" alone) is valid JSON and no text: nothing could store it.
    return plain(value.encode("utf-8", "replace").decode("utf-8")) if isinstance(value, str) else ""


def _address(value: Any) -> str:
    """The address of a thing given as an object: {"@type": "CreativeWork", "url": "https://..."}."""
    return _text(value.get("url")) or _text(value.get("@id")) if isinstance(value, dict) else ""


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _link(tree: LexborHTMLParser, rel: str) -> str:
    node = tree.css_first(f'link[rel="{rel}"][href]')
    return (node.attributes.get("href") or "").strip() if node else ""


def _feeds(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("link[rel=alternate][href]"):
        if (node.attributes.get("type") or "").lower() in FEED_TYPES:
            yield node.attributes.get("href") or ""


def charset_of(headers: Iterable[tuple[str, str]] | None) -> str | None:
    """The charset that a page's headers declare."""
    message = Message()
    for name, value in headers or ():
        if name.lower() == "content-type":
            message["content-type"] = value
    return message.get_content_charset()
