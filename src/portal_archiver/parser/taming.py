"""Markup that would make an HTML parser's time grow with the square of the page: cut back before it is parsed."""

from __future__ import annotations

import re
from itertools import accumulate

# The HTML standard has a parser look through all open elements at each start tag that ends a paragraph, and at each
# attribute for another of its name. Both are nothing on a page that a person made.
MANY_TAGS, DEEPEST = 10_000, 1_000
LONG_TAG, MANY_ATTRIBUTES = 10_000, 500  # characters of a tag; spaces in it
_STEP = (
    r"<(/?)(?:div|section|article|aside|nav|main|header|footer|center|blockquote|ul|ol|dl|dir|menu|fieldset|figure"
    r"|details|address|pre|h[1-6])\b"
)
_STEPS, _NESTING = re.compile(_STEP, re.I), re.compile(_STEP + "[^>]*>", re.I)


def tame(html: str) -> str:
    """The page with its deepest start tags and its endless lists of attributes left out; nearly always as it came."""
    html = _shortened(html)
    return _flattened(html) if html.count("<") > MANY_TAGS and _depth(html) > DEEPEST else html


def _shortened(html: str) -> str:
    """The page with its longest tags cut where they have very many attributes; looks at one place in ten thousand.

    A picture as a data: URI makes a long tag too, and is left as it is.
    """
    kept, done, here = [], 0, 0
    while 0 <= here < len(html) - LONG_TAG:
        following = html.rfind("<", here + 1, here + LONG_TAG)
        if following < 0:
            following = html.find("<", here + LONG_TAG)
            end = _end_of_tag(html, here, following)
            if end - here > LONG_TAG and html.count(" ", here, end) > MANY_ATTRIBUTES:
                kept.append(html[done : here + LONG_TAG])
                done = end
        here = following
    return "".join([*kept, html[done:]]) if kept else html


def _end_of_tag(html: str, start: int, following: int) -> int:
    """Where the tag ends that opens at `start`, if one does: at its ">", or at the next "<"."""
    if not (html[start] == "<" and html[start + 1].isalpha()):
        return start
    limit = following if following >= 0 else len(html)
    end = html.find(">", start, limit)
    return end if end >= 0 else limit


def _depth(html: str) -> int:
    """How deep the tags are nested at most, were each of them closed."""
    return max(accumulate(-1 if closing else 1 for closing in _STEPS.findall(html)), default=0)


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
