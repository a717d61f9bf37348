"""Which address of the demo portal answers with what: pages, indexes, pictures, files, redirects and apologies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from portal_archiver.demo import indexes, pages
from portal_archiver.demo.content import HERE, Item, Paragraph, Site
from portal_archiver.demo.files import encode, pdf, png
from portal_archiver.demo.pages import View
from portal_archiver.urls import TRACKING


@dataclass(frozen=True, slots=True)
class Resource:
    """What one address holds: how to make it for a view, and the validators it is sent with."""

    render: Callable[[View], str | bytes]
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    modified: datetime | None = None
    etag: Literal["", "weak", "strong"] = ""
    location: str = ""


def routes(site: Site) -> dict[str, Resource]:
    """Every address of the portal (path, with its query where that tells pages apart)."""
    return dict([*_indexes(site), *_listings(site), *_items(site), *_again(site), *_uploads(site)])


def find(table: dict[str, Resource], site: Site, target: str) -> Resource:
    """The resource for a request target; parameters that no page asks for are passed over.

    What is missing below a section that writes `.html` gets an apology with status 200, everything else a real 404.
    """
    parts = urlsplit(target)
    path, query = unquote(parts.path), [pair for pair in parse_qsl(parts.query) if not TRACKING.match(pair[0])]
    if path == "/tim-kiem":
        return Resource(partial(pages.search_page, site, dict(query).get("q", "")))
    found = table.get(f"{path}?{urlencode(query)}") or table.get(path)
    soft = path.endswith(".html") and any(path.startswith(section.path) for section in site.sections)
    return found or Resource(partial(pages.missing, site), status=200 if soft else 404)


def _indexes(site: Site) -> Iterator[tuple[str, Resource]]:
    fixed = partial(Resource, modified=max(item.modified for item in site.items), etag="strong")
    yield "/", Resource(partial(pages.home, site))
    yield "/dang-nhap", Resource(partial(pages.login, site))
    yield "/quan-tri/", Resource(partial(pages.login, site))
    yield "/robots.txt", Resource(indexes.robots, "text/plain; charset=utf-8")
    yield "/sitemap.xml", fixed(partial(indexes.sitemap, site), "application/xml; charset=utf-8")
    yield "/rss.xml", fixed(partial(indexes.feed, site), "application/rss+xml; charset=utf-8")
    yield "/static/portal.css", fixed(_always((HERE / "templates" / "portal.css").read_bytes()), "text/css")


def _listings(site: Site) -> Iterator[tuple[str, Resource]]:
    for section in site.sections:
        newest = max(item.modified for item in site.of(section))
        for number, path in enumerate(pages.listing_paths(site, section), 1):
            yield path, Resource(partial(pages.listing, site, section, page=number), modified=newest, etag="weak")


def _items(site: Site) -> Iterator[tuple[str, Resource]]:
    for item in site.items:
        page = Resource(partial(_item, site, item), f"text/html; charset={item.encoding}")
        yield item.path, replace(page, modified=item.modified, etag="weak") if item.section.etag else page


def _again(site: Site) -> Iterator[tuple[str, Resource]]:
    again = site.again
    yield again.section, Resource(partial(pages.article, site, again.item, canonical=again.item.path))
    yield again.print, Resource(partial(pages.print_view, site, again.item))
    yield again.short, Resource(_always(b""), status=301, location=again.item.path)


def _uploads(site: Site) -> Iterator[tuple[str, Resource]]:
    for item in site.items:
        fixed = partial(Resource, modified=item.modified, etag="strong")
        for picture in item.pictures:
            yield picture.path, fixed(_picture(picture.path), "image/png")
        for file in item.files:
            yield file.path, fixed(_always(pdf(f"{item.title} - {file.title}")), "application/pdf")


def _item(site: Site, item: Item, view: View) -> bytes:
    html = pages.article(site, item, view, canonical=item.path if item.section.template == "semantic" else "")
    return encode(_damaged(html, item) if item.broken else html, item.encoding)


def _damaged(html: str, item: Item) -> str:
    """What a full disk and a careless editor leave: no `</p>` at all, a NUL between two words, an end inside a tag."""
    paragraphs = [block.text for block in item.blocks if isinstance(block, Paragraph)]
    end = html.index(paragraphs[-1]) + len(paragraphs[-1])
    first = paragraphs[0]
    return html[:end].replace(first, first.replace(" ", " \x00", 1)).replace("</p>", "") + '\n<div class="foo'


def _picture(path: str) -> Callable[[View], bytes]:
    return lambda _view: png(path)


def _always(body: bytes) -> Callable[[View], bytes]:
    return lambda _view: body
