"""How the markup itself dresses a text: hidden, bold, in a type of some size. Style sheets are not read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode

# What the common frameworks call a text that is spoken and not shown: Bootstrap, Drupal, WordPress, Liferay.
READERS_ONLY = re.compile(
    r"\b(?:sr-only|visually-?hidden|screen-reader-text|hide-accessible|element-invisible)\b", re.I
)
# All that may be dressed in any way: one question to lexbor instead of three to each element.
DRESSED = (
    '[hidden], [style*="none" i], [style*="hidden" i], [style*="font" i], font[size], big, [class*="sr-only" i], '
    '[class*="hidden" i], [class*="screen-reader" i], [class*="hide-accessible" i], [class*="invisible" i]'
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)|font\s*:[^;]*\bbold", re.I)
_SIZE = re.compile(r"font(?:-size)?\s*:[^;]*?(?<![\w.#-])(?P<number>\d{1,3}(?:\.\d+)?)\s*(?P<unit>px|pt|r?em|%)", re.I)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16}
_NAMED = re.compile(r"font-size\s*:\s*(?P<name>(?:xx?-)?large)", re.I)
_NAMED_PIXELS = {"large": 18, "x-large": 24, "xx-large": 32}
# <font size="4">, <font size="+1">: HTML standard, rendering section
_FONT_PIXELS = {"1": 10, "2": 13, "3": 16, "4": 18, "5": 24, "6": 32, "7": 48, "+1": 18, "+2": 24, "+3": 32, "+4": 48}
_BIG = 19
LONGEST_STYLE = 400  # characters that are looked at
LARGEST = 200  # pixels: what is larger is a mistake


@dataclass(frozen=True, slots=True)
class Look:
    """What an element's own attributes make of its text; `size` in pixels, 0 where they name none."""

    is_hidden: bool = False
    is_bold: bool = False
    size: int = 0


def looks_below(root: LexborNode) -> dict[int, Look]:
    """The looks of the elements below `root` that have one, by `mem_id`."""
    found: dict[int, Look] = {}
    for node in root.css(DRESSED):
        attributes = node.attributes
        if "hidden" in attributes or READERS_ONLY.search(attributes.get("class") or ""):
            found[node.mem_id] = Look(is_hidden=True)
        elif style := attributes.get("style"):
            found[node.mem_id] = _look(style[:LONGEST_STYLE])
        elif size := _BIG if node.tag == "big" else _FONT_PIXELS.get((attributes.get("size") or "").strip()):
            found[node.mem_id] = Look(size=size)
    return found


@lru_cache(maxsize=4096)
def _look(style: str) -> Look:
    return Look(_HIDDEN.search(style) is not None, _BOLD.search(style) is not None, _size(style))


def _size(style: str) -> int:
    if match := _SIZE.search(style):
        pixels = round(float(match["number"]) * _PIXELS[match["unit"].lower()])
        return pixels if pixels <= LARGEST else 0
    match = _NAMED.search(style)
    return _NAMED_PIXELS[match["name"].lower()] if match else 0
