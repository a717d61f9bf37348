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
from portal_archiver.model import Capture
from portal_archiver.parser.learning import Sample
from portal_archiver.parser.values import squashed

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
    """A template by one of its pages, in `pages/`, and the selectors of what differs between its pages.

    `title` is the headline's; `own` are elements whose texts are a page's own (none: all between the beginning and the
    end of its text, as its record has them), `some` those that only every fourth page has, and `others` those that name
    other pages of the template.
    """

    file: str
    title: str = ""
    own: Sequence[str] = ()
    some: Sequence[str] = ()
    others: Sequence[str] = ()


def siblings(template: Template, count: int) -> list[Sample]:
    """As many other pages of the template, fetched one after the other."""
    return [Sample(_sibling(template, number)) for number in range(1, count + 1)]


def _sibling(template: Template, number: int) -> Capture:
    label = label_of(template.file)
    html = (PAGES / template.file).read_text(encoding="utf-8")
    title = TITLES[number % len(TITLES)]
    tree = LexborHTMLParser(html)
    words = iter(_from(SENTENCES, 17 * number))
    for text in _own_texts(tree, template, label["expected"]):
        shown = text.text_content or ""
        numbered = re.sub(r"\d+", lambda match: str(int(match[0]) + number), shown)
        text.replace_with(next(words) if len(shown.strip()) >= LONG else numbered)
    names = iter(_from(TITLES, number + 1))
    for node in _all(tree, template.others):
        _replace(node, next(names))
    for node in [*_all(tree, filter(None, (template.title,)))[:1], *tree.css("title")]:
        _replace(node, title)
    for node in tree.css('meta[property="og:title"]'):
        node.attrs["content"] = title
    if number % 4:
        for node in _all(tree, template.some):
            node.decompose()
    html = (tree.html or "").replace(label["expected"]["title"], title)
    html = re.sub(r"\b(\d\d)/(\d\d)/(20\d\d)\b", lambda match: _later(match, number), html)
    url = re.sub(r"\d+(?=\D*$)", lambda match: str(int(match[0]) + number), label["url"])
    url = url if url != label["url"] else f"{url}?{number}"
    return Capture(url, fetched_at=FETCHED + timedelta(minutes=number), body=html.encode())


def _later(match: re.Match[str], days: int) -> str:
    """The same date some days before: siblings were published one after the other."""
    try:
        return f"{date(int(match[3]), int(match[2]), int(match[1])) - timedelta(days=days):%d/%m/%Y}"
    except ValueError:
        return match[0]


def _own_texts(tree: LexborHTMLParser, template: Template, record: dict[str, Any]) -> list[LexborNode]:
    if template.own:
        return [text for node in _all(tree, template.own) for text in _texts(node)]
    texts = list(_texts(tree.body)) if tree.body else []
    keys = [squashed(text.text_content or "") for text in texts]
    first, last = squashed(record.get("body_start") or ""), squashed(record.get("body_end") or "")
    begin = next(
        (at for at, key in enumerate(keys) if key and first and (first[:25] in key or first.startswith(key))), None
    )
    ends = (at for at in range(len(keys) - 1, -1, -1) if keys[at] and last and last[-25:] in keys[at])
    end = next(ends, None)
    return [] if begin is None or end is None else texts[begin : end + 1]


def _all(tree: LexborHTMLParser, selectors: Iterable[str]) -> list[LexborNode]:
    return [node for selector in selectors for node in tree.css(selector)]


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
