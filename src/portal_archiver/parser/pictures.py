"""What an `img` shows: its address, lazy or not, and whether it is a picture at all or an icon."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from portal_archiver.urls import canonicalize

# Where a picture's address stands, the lazy ones first: `src` then holds a placeholder.
SOURCES = ("data-src", "data-original", "data-lazy-src", "data-url", "src")
SMALLEST = 40  # pixels: below it is an icon
PLACEHOLDER = 200  # characters: a shorter data: URI is a blank pixel
NOT_PICTURES = ("#", "file:", "about:")


def picture_url(node: LexborNode, base: str) -> str | None:
    """A picture's absolute URL; "" for one that is there without an address of its own; None for what is no picture."""
    if is_icon(node):
        return None
    attributes = node.attributes
    for name in SOURCES:
        raw = (attributes.get(name) or "").strip()
        if raw.startswith("data:"):
            return "" if len(raw) > PLACEHOLDER else None
        if raw and not raw.lower().startswith(NOT_PICTURES) and not raw.lower().endswith(".pdf"):
            return canonicalize(raw, base)
    return None


def is_icon(node: LexborNode) -> bool:
    """Whether it is too small to be a photo, by its own word; one whose address is lost may have been a photo."""
    attributes = node.attributes
    return any(_pixels(attributes.get(side)) < SMALLEST for side in ("width", "height"))


def _pixels(value: str | None) -> int:
    digits = (value or "").strip().removesuffix("px")
    return int(digits) if digits.isdigit() and len(digits) < 6 else SMALLEST
