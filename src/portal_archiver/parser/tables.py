"""Data tables, read with Beautiful Soup from the fragment that lexbor located."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from portal_archiver.parser.dom import Element, Outline
from portal_archiver.text import plain

if TYPE_CHECKING:
    from bs4.element import Tag

MAX_CELL = 400  # characters: a longer cell holds prose, and the table is there for the layout
SPANS = ("colspan", "rowspan")


@dataclass(frozen=True, slots=True)
class Table:
    """A data table: one line of text a row, cells separated by " | ", and a clean HTML form of the same."""

    text: str
    html: str


def is_data_table(outline: Outline, element: Element, index: int) -> bool:
    """Rows and columns of short cells, with no pictures and no table inside: not a table that serves the layout."""
    blocks = outline.blocks[element.start : element.end]
    if len(blocks) < 4 or any(block.pictures for block in blocks):
        return False
    if any(len(block.text) > MAX_CELL for block in blocks):
        return False
    rows = cells = 0
    for child in takewhile(lambda child: child.parent >= index, islice(outline.elements, index + 1, None)):
        if child.tag == "table":
            return False
        rows += child.tag == "tr"
        cells += child.tag in ("td", "th")
    return rows >= 2 and cells >= 2 * rows - 1


def read_table(html: str) -> Table:
    """Reads one table's HTML into lines and clean markup; empty rows are left out."""
    from bs4 import BeautifulSoup  # takes a while to load, and few pages have a table

    soup = BeautifulSoup(html, "lxml")
    rows = [row for row in map(_cells, soup.find_all("tr")) if any(text for text, _ in row)]
    lines = [" | ".join(text for text, _ in row if text) for row in rows]
    markup = "".join(f"<tr>{''.join(cell for _, cell in row)}</tr>" for row in rows)
    return Table("\n".join(lines), f"<table>{markup}</table>")


def _cells(row: Tag) -> list[tuple[str, str]]:
    return list(_read_cells(row))


def _read_cells(row: Tag) -> Iterator[tuple[str, str]]:
    for cell in row.find_all(["td", "th"], recursive=False):
        text = plain(cell.get_text(" "))
        spans = "".join(f' {name}="{value}"' for name in SPANS if (value := str(cell.get(name, ""))).isdigit())
        yield text, f"<{cell.name}{spans}>{escape(text, quote=False)}</{cell.name}>"
