"""The parts of a body, and what is made of them: plain text, and a clean subset of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from portal_archiver.parser.dom import Block
from portal_archiver.text import plain
from portal_archiver.urls import canonicalize


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the body: its role (`p`, a heading, `li`, `table`), its text, its HTML, the block it came from."""

    role: str
    text: str
    html: str
    block: int


def inline_html(block: Block, base: str = "") -> str:
    """A block's text with its inline emphasis and links, escaped; `base` resolves the links."""
    pieces: list[str] = []
    for text, tags, href in block.parts:
        piece = escape(re.sub(r"\s+", " ", text), quote=False)
        target = canonicalize(href, base) if href and base else None
        opened = [*(f"<{tag}>" for tag in tags), f'<a href="{escape(target)}">' if target else ""]
        closed = ["</a>" if target else "", *(f"</{tag}>" for tag in reversed(tags))]
        pieces.append(f"{''.join(opened)}{piece}{''.join(closed)}" if piece.strip() else piece)
    return plain("".join(pieces))


def joined(pieces: Iterable[Piece]) -> str:
    """Body text: pieces separated by a blank line."""
    return "\n\n".join(piece.text for piece in pieces)


def joined_html(pieces: Iterable[Piece]) -> str:
    """Body HTML: list items gathered into lists."""
    html = "\n".join(piece.html for piece in pieces)
    return re.sub(r"(?:<li>.*</li>\n?)+", lambda match: f"<ul>{match[0].strip()}</ul>\n", html).strip()
