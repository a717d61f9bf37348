"""A captured page made into one that loads nothing and runs nothing: its links lead into the archive where they can.

Three fences, each of which would do: nh3 (ammonia) lets through a list of elements and attributes, the answer's
Content-Security-Policy forbids scripts and every request, and the frame around it is sandboxed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import nh3
from selectolax.lexbor import LexborHTMLParser

from portal_archiver.urls import absolute, canonicalize

MOST = 2_000_000  # characters of a page that is shown
MOST_STYLE = 300_000  # characters of its style sheets
MOST_PICTURES = 8_000_000  # bytes of pictures that are put into a page
# What the frame may do: follow a link that the reader clicks, in the place of the whole page.
SANDBOX = "allow-top-navigation-by-user-activation"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        f"sandbox {SANDBOX}",
    )
)

_TAGS = set(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn"
    " dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd label legend li"
    " main mark menu nav ol p picture pre q s samp section small span strike strong sub summary sup table tbody td"
    " tfoot th thead time tr tt u ul var wbr".split()
)
_DROPPED = {"script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "textarea", "select"}
_ANYWHERE = {"class", "id", "style", "title", "lang", "dir", "align", "valign", "bgcolor", "width", "height"}
_ATTRIBUTES = {
    "*": _ANYWHERE,
    "a": {"href"},
    "img": {"src", "alt", "border", "hspace", "vspace"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "table": {"border", "cellpadding", "cellspacing"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
}
_OWN_STYLE = """
a[href^="http"]::after { content: "\\2197"; font-size: .75em; vertical-align: super; text-decoration: none }
img:not([src]) { display: inline-block; min-width: 4em; min-height: 2em; padding: .3em; border: 1px dashed #888;
  color: #555; font: 12px sans-serif; overflow: hidden }
"""
_CLOSING = re.compile(r"</\s*style", re.I)


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a page points to, absolute: links in their canonical form, too, and pictures."""

    links: frozenset[str]
    pictures: frozenset[str]


def addresses(html: str, base: str) -> Addresses:
    """The addresses on a page that the archive may hold."""
    tree = LexborHTMLParser(html)
    links = [absolute(href, base) for node in tree.css("a[href]") if (href := node.attributes.get("href"))]
    pictures = [absolute(src, base) for node in tree.css("img[src]") if (src := node.attributes.get("src"))]
    return Addresses(
        frozenset(url for link in links for url in (link, canonicalize(link)) if url and _is_web(url)),
        frozenset(url for src in pictures for url in (src, canonicalize(src)) if url and _is_web(url)),
    )


def rewritten(html: str, base: str, places: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    """The whole page. `places` says where in the archive an address leads, `pictures` has data: URLs by address."""
    tree = LexborHTMLParser(html)
    title = node.text(strip=True) if (node := tree.css_first("title")) else ""
    lang = (tree.root.attributes.get("lang") or "") if tree.root else ""
    styles = "\n".join(node.text() for node in tree.css("style"))[:MOST_STYLE]
    body = tree.body
    look = "".join(
        f' {name}="{escape(value)}"'
        for name in ("class", "id", "style", "bgcolor")
        if body and (value := body.attributes.get(name))
    )
    cleaner = nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(base, places, pictures),
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )
    inner = cleaner.clean(body.inner_html or "" if body else "")
    head = f'<meta charset="utf-8"><base target="_top"><title>{escape(title)}</title>'
    head += f"<style>{_CLOSING.sub('', styles)}</style><style>{_OWN_STYLE}</style>"
    return f'<!DOCTYPE html><html lang="{escape(lang)}"><head>{head}</head><body{look}>{inner}</body></html>'


def as_text(text: str) -> str:
    """A page that shows text as it stands."""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title></title><style>pre { white-space: pre-wrap; '
        "overflow-wrap: anywhere; font: 14px/1.5 monospace }</style></head><body><pre>"
        f"{escape(text[:MOST])}</pre></body></html>"
    )


def as_data(media_type: str, payload: bytes) -> str:
    """A picture as a data: URL."""
    return f"data:{media_type};base64,{base64.b64encode(payload).decode()}"


def _filter(base: str, places: Mapping[str, str], pictures: Mapping[str, str]) -> Callable[[str, str, str], str | None]:
    def filtered(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return _link(value, base, places)
        if name == "src":
            url = absolute(value, base)
            return pictures.get(url) or pictures.get(canonicalize(url) or "")
        return value

    return filtered


def _link(value: str, base: str, places: Mapping[str, str]) -> str | None:
    if value.startswith("#"):  # with _top as its target it would lead out of the frame
        return None
    url = absolute(value, base)
    if place := places.get(url) or places.get(canonicalize(url) or ""):
        return place
    return url if _is_web(url) or url.lower().startswith("mailto:") else None


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))
