"""Markup that would make an HTML parser's time grow with the square of the page: cut back before it is parsed."""

from __future__ import annotations

import re

# The HTML standard has a parser look through all open elements at each start tag that ends a paragraph, and at each
# attribute for another of its name. Both are nothing on a page that a person made.
MANY_TAGS, DEEPEST = 10_000, 1_000
LONG_TAG, MANY_ATTRIBUTES = 10_000, 500  # characters of a tag; spaces in it
_NESTING = re.compile(
    r"<(/?)(?:div|section|article|aside|nav|main|header|footer|center|blockquote|ul|ol|dl|dir|menu|fieldset|figure"
    r"|details|address|pre|h[1-6])\b[^>]*>",
    re.I,
)
_LONG_TAG = re.compile(rf"<[a-z][^<>]{{{LONG_TAG},}}", re.I)


def tame(html: str) -> str:
    """The page with its deepest start tags and its endless lists of attributes left out; nearly always as it came."""
    if _has_long_tag(html):
        html = _LONG_TAG.sub(_shortened, html)
    return _flattened(html) if html.count("<") > MANY_TAGS else html


def _has_long_tag(html: str) -> bool:
    """Whether there is a stretch without a start tag that long; looks at one place in ten thousand."""
    here = 0
    while here + LONG_TAG < len(html):
        here = html.rfind("<", here + 1, here + LONG_TAG)
        if here < 0:
            return True
    return False


def _shortened(match: re.Match[str]) -> str:
    tag = match[0]
    return tag[:LONG_TAG] if tag.count(" ") > MANY_ATTRIBUTES else tag  # a picture as a data: URI is long, and is one


def _flattened(html: str) -> str:
    depth = dropped = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth, dropped
        if match[1]:
            if dropped:
                dropped -= 1
                return ""
            depth = max(0, depth - 1)
        elif depth >= DEEPEST:
            dropped += 1
            return ""
        else:
            depth += 1
        return match[0]

    return _NESTING.sub(keep, html)
