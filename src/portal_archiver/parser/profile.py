"""A portal's own CSS selectors (`select.FIELD` of portals.toml): they come before any guess; a miss is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from portal_archiver.model import Article, Dateline, Photo, Portal
from portal_archiver.parser.byline import read_byline, read_credit
from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.dom import Anchor, Outline
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.outline import text_lines
from portal_archiver.parser.photos import attachment
from portal_archiver.parser.pictures import picture_url
from portal_archiver.parser.region import ProseIndex, Region, region_after
from portal_archiver.text import plain

PROFILE_WEIGHT = 100.0


def _selected(tree: LexborHTMLParser, portal: Portal | None, field: str, warnings: list[str]) -> list[LexborNode]:
    selector = portal.select.get(field) if portal else None
    if not selector:
        return []
    try:
        found = tree.css(selector)
    except (SelectolaxError, ValueError) as error:
        warnings.append(f"select.{field}: the selector {selector!r} cannot be used: {error}.")
        return []
    if not found:
        warnings.append(f"select.{field}: nothing on this page matches {selector!r}.")
    return found


def _range(outline: Outline, node: LexborNode) -> tuple[int, int] | None:
    """The blocks inside a node, or inside the nearest block-level element around it."""
    current: LexborNode | None = node
    places = {element.node.mem_id: element for element in outline.elements}
    while current is not None:
        if element := places.get(current.mem_id):
            return element.start, element.end
        current = current.parent
    return None


def chosen_title(
    tree: LexborHTMLParser, index: ProseIndex, portal: Portal | None, footer: int, warnings: list[str]
) -> Candidate | None:
    """The headline that `select.title` points at, with the report that follows it as it would any headline."""
    for node in _selected(tree, portal, "title", warnings)[:1]:
        place = _range(index.outline, node)
        text = headline_text(" ".join(text_lines(node)))
        if place and text and place[1] > place[0]:
            region = region_after(index, place[1] - 1, footer)
            return Candidate(place[0], text, (("profile", PROFILE_WEIGHT),), region)
    return None


def chosen_region(
    tree: LexborHTMLParser, outline: Outline, portal: Portal | None, title: Candidate, warnings: list[str]
) -> Candidate:
    """The headline with the region that `select.body` points at, where it does."""
    for node in _selected(tree, portal, "body", warnings)[:1]:
        if place := _range(outline, node):
            return replace(title, region=Region(place[0], place[1], 0))
    return title


def chosen_footer(tree: LexborHTMLParser, portal: Portal | None, warnings: list[str]) -> str | None:
    """The footer's text where `select.footer` points at it."""
    for node in _selected(tree, portal, "footer", warnings)[:1]:
        return "\n".join(text_lines(node))
    return None


def _published(article: Article, nodes: list[LexborNode], base: str) -> Article:
    text = _text(nodes)
    found = find_dates(text)
    return replace(article, published=Dateline(found[0].value, origin="element", raw=text)) if found else article


def _author(article: Article, nodes: list[LexborNode], base: str) -> Article:
    text = _text(nodes)
    byline = read_byline(text)
    return replace(article, author=byline.name if byline else text)


def _photos(article: Article, nodes: list[LexborNode], base: str) -> Article:
    """The pictures that the selector matches or encloses; captions found for them stay with them."""
    images = [image for node in nodes for image in ([node] if node.tag == "img" else node.css("img"))]
    urls = [url for image in images if (url := picture_url(image, base)) is not None]
    known = {photo.url: photo for photo in article.photos if photo.url}
    return replace(
        article,
        photos=tuple(replace(known.get(url, Photo(url)), position=number) for number, url in enumerate(urls)),
    )


def _captions(article: Article, nodes: list[LexborNode], base: str) -> Article:
    texts = [" ".join(text_lines(node)) for node in nodes]
    photos = article.photos or tuple(Photo(position=number) for number in range(len(texts)))
    captioned = [
        replace(photo, caption=text, credit=read_credit(text)) for photo, text in zip(photos, texts, strict=False)
    ]
    return replace(article, photos=(*captioned, *photos[len(captioned) :]))


def _attachments(article: Article, nodes: list[LexborNode], base: str) -> Article:
    """The links that the selector matches or encloses, whatever their ending."""
    links = [link for node in nodes for link in ([node] if node.tag == "a" else node.css("a[href]"))]
    found = (Anchor(link.attributes.get("href") or "", plain(link.text())) for link in links)
    return replace(article, attachments=tuple(attachment(anchor, base) for anchor in found if anchor.href))


def _text(nodes: list[LexborNode]) -> str:
    return " ".join(text_lines(nodes[0]))


# What each remaining selector sets, given the nodes it matched.
_SETTERS: dict[str, Callable[[Article, list[LexborNode], str], Article]] = {
    "published": _published,
    "author": _author,
    "lead": lambda article, nodes, base: replace(article, lead=_text(nodes)),
    "section": lambda article, nodes, base: replace(article, section=_text(nodes)),
    "photos": _photos,
    "caption": _captions,
    "attachments": _attachments,
}


def chosen_fields(
    tree: LexborHTMLParser, portal: Portal | None, article: Article, base: str, warnings: list[str]
) -> Article:
    """The article with the fields that the portal's selectors point at; `base` resolves links."""
    for field, setter in _SETTERS.items():
        if nodes := _selected(tree, portal, field, warnings):
            article = setter(article, nodes, base)
    return article
