"""Pages of one template, as a portal has by the thousand: from one page of `pages/` and the demo portal's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.demo import content
from portal_archiver.demo.content import Paragraph
from portal_archiver.model import Capture, Link
from portal_archiver.parser.learning import Sample

PAGES = Path(__file__).parent / "pages"
FETCHED = datetime(2026, 2, 3, 18, 5, tzinfo=UTC)
LONG = 40  # characters: a text that is replaced by a sentence of its length, more or less


def texts() -> tuple[list[str], list[str]]:
    """The headlines of the demo portal, and its sentences."""
    items = [item for item in content.load().items if len(item.title) > 20]
    paragraphs = [block.text for item in items for block in item.blocks if isinstance(block, Paragraph)]
    sentences = [part for text in paragraphs for part in re.split(r"(?<=[.!?”]) (?=[A-ZĐ“])", text) if len(part) > LONG]
    return [item.title for item in items], list(dict.fromkeys(sentences))


TITLES, SENTENCES = texts()


def label_of(name: str) -> dict[str, Any]:
    """The record that a page of `pages/` was written with."""
    rows: list[dict[str, Any]] = json.loads((PAGES / "labels.json").read_text(encoding="utf-8"))
    return next(row for row in rows if row["file"] == name)


@dataclass(frozen=True, slots=True)
class Template:
    """What differs between the pages of a template: the elements whose texts are the page's own (`own`), those that
    only every fourth page has (`some`), and those that name other pages of the template (`others`)."""

    file: str
    title: str
    own: Sequence[str]
    some: Sequence[str] = ()
    others: Sequence[str] = ()


def siblings(template: Template, count: int) -> list[Sample]:
    """As many other pages of the template of a page in `pages/`, fetched one after the other."""
    return [Sample(_sibling(template, number)) for number in range(1, count + 1)]


def _sibling(template: Template, number: int) -> Capture:
    label = label_of(template.file)
    html = (PAGES / template.file).read_text(encoding="utf-8")
    title = TITLES[number % len(TITLES)]
    tree = LexborHTMLParser(html.replace(label["expected"]["title"], title))
    for selector in (template.title, "title"):
        if node := tree.css_first(selector):
            _replace(node, title)
    for node in tree.css('meta[property="og:title"]'):
        node.attrs["content"] = title
    if number % 4:
        for selector in template.some:
            for found in tree.css(selector):
                found.decompose()
    words = iter(_from(SENTENCES, 17 * number))
    for node in _all(tree, template.own):
        for text in list(_texts(node)):
            shown = text.text_content or ""
            numbered = re.sub(r"\d+", lambda match: str(int(match[0]) + number), shown)
            text.replace_with(next(words) if len(shown.strip()) >= LONG else numbered)
    names = iter(_from(TITLES, number + 1))
    for node in _all(tree, template.others):
        _replace(node, next(names))
    day = date(2025, 1, 1) + timedelta(days=3 * number)
    html = re.sub(r"\b\d\d/\d\d/20\d\d\b", f"{day:%d/%m/%Y}", tree.html or "")
    url = re.sub(r"\d+(?=\D*$)", lambda match: str(int(match[0]) + number), label["url"])
    return Capture(url, fetched_at=FETCHED + timedelta(minutes=number), body=html.encode())


def _all(tree: LexborHTMLParser, selectors: Iterable[str]) -> Iterator[LexborNode]:
    for selector in selectors:
        yield from tree.css(selector)


def _texts(node: LexborNode) -> Iterator[LexborNode]:
    return (child for child in node.traverse(include_text=True) if child.tag == "-text")


def _replace(node: LexborNode, text: str) -> None:
    """Puts a text in the place of all that an element holds."""
    for child in list(node.iter(include_text=True)):
        child.decompose()
    node.insert_child(text)


def _from(items: Sequence[str], first: int) -> Iterator[str]:
    while True:
        yield items[first % len(items)]
        first += 1


__all__ = ["FETCHED", "Link", "Template", "label_of", "siblings"]
