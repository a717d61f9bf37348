"""What the demo portal tells machines: robots.txt, sitemap.xml and an RSS feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from portal_archiver.demo.content import Item, Site
from portal_archiver.demo.forms import ORIGINS
from portal_archiver.demo.pages import View


def robots(view: View) -> str:
    """Everything is open but the editors' rooms, and there is a sitemap (RFC 9309)."""
    return f"User-agent: *\nDisallow: /quan-tri/\n\nSitemap: {view.base}/sitemap.xml\n"


def sitemap(site: Site, view: View) -> str:
    """Sections and reports with their last change (sitemaps.org 0.9); the module for notices was never hooked up."""
    known = [item for item in site.items if item.date != "listing"]
    entries = [f"<url><loc>{view.base}{section.path}</loc></url>" for section in site.sections]
    entries += [f"<url><loc>{_url(item, view)}</loc><lastmod>{_w3c(item.modified)}</lastmod></url>" for item in known]
    return _xml("urlset", ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', entries)


def feed(site: Site, view: View) -> str:
    """The newest reports of the sections that show a date (RSS 2.0)."""
    dated = [item for item in site.items if item.date not in ORIGINS]
    head = [f"<title>{escape(site.name)}</title>", f"<link>{view.base}/</link>", "<language>vi</language>"]
    items = (_feed_item(item, view) for item in dated[: site.feed_items])
    return _xml("rss", ' version="2.0"', ["<channel>", *head, *items, "</channel>"])


def _feed_item(item: Item, view: View) -> str:
    date = format_datetime(item.published) if isinstance(item.published, datetime) else ""
    about = f"<description>{escape(item.lead)}</description>" if item.lead else ""
    title, url = escape(item.title), _url(item, view)
    return f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{date}</pubDate>{about}</item>"


def _url(item: Item, view: View) -> str:
    return escape(view.base + item.path)


def _w3c(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _xml(root: str, attributes: str, lines: Iterable[str]) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join([f"<{root}{attributes}>", *lines, f"</{root}>\n"])
