"""Archived HTML that may stand in a page of ours: a small subset, cleaned by nh3 whatever is archived."""

from __future__ import annotations

from html import escape

import nh3
from markupsafe import Markup

# What the parser writes, and no more: nothing that loads, runs, or dresses itself.
TAGS = {
    "a", "b", "blockquote", "br", "caption", "em", "h2", "h3", "h4", "h5", "h6", "i", "li", "ol", "p", "s", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto"}

MANY_TAGS = 10_000  # below that nothing takes long, however it is nested

_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    link_rel="noopener noreferrer",
    strip_comments=True,
    attribute_filter=lambda tag, name, value: None if name.endswith("span") and not _is_span(value) else value,
)


def _is_span(value: str) -> bool:
    return value.isdecimal() and value.isascii() and 0 < len(value) < 4


def cleaned(html: str, text: str) -> Markup:
    """The HTML of a report's body; from its plain text, paragraph by paragraph, where there is none.

    A table stands in a box of its own, which scrolls where the screen is narrow.
    """
    if not html:
        html = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part.strip())
    safe = _cleaner.clean(tamed(html))
    # What nh3 wrote: text holds no "<table>", and attributes of tables are not kept.
    boxed = safe.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(boxed)


def tamed(html: str) -> str:
    """HTML without the nesting and the lists of attributes that would keep a parser busy for minutes."""
    if html.count("<") <= MANY_TAGS and len(html) < 1_000_000:
        return html
    from portal_archiver.parser.taming import tame  # here, and not at the top: the parser takes a second to load

    return tame(html)
