"""The edges of a body: furniture that its container holds beside the text, and the name on its last line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal_archiver.parser.byline import Byline, clean_name, is_unit, looks_like_name
from portal_archiver.parser.dom import RIGHT, Element, Outline
from portal_archiver.parser.pieces import Piece
from portal_archiver.parser.region import is_prose

LEAVES = frozenset(("p", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6"))  # one paragraph, never a whole body
SHORT = 60  # characters
MOST = 0.8  # share of a body's prose that its main element holds
TAIL = 4  # pieces behind a byline, at most
LINES = 2  # of a byline: the name, the office
STOPS = (".", "!", "?", "…", ":", ";")
# A decision is signed, not written, by whoever stands at its end: "KT. CHỦ TỊCH", "(Đã ký)", "Nơi nhận:".
SIGNED = re.compile(
    r"^(?:KT|TM|TL|TUQ)\.|\((?:đã ký|Đã ký)\)|^Nơi nhận|^(?:PHÓ )?(?:CHỦ TỊCH|GIÁM ĐỐC|BỘ TRƯỞNG|HIỆU TRƯỞNG|CHÁNH)"
)
SIGNATURE = 4  # pieces before a name in which the marks of a signature stand


def main_element(outline: Outline, parts: Sequence[Piece]) -> Element | None:
    """The innermost element that holds most of the prose."""
    prose = {part.block: len(part.text) for part in parts if is_prose(outline.blocks[part.block])}
    if not prose:
        return None
    longest = max(prose, key=prose.__getitem__)
    wanted = MOST * sum(prose.values())
    for element in outline.around(outline.blocks[longest]):
        if element.tag in LEAVES:
            continue
        if sum(size for block, size in prose.items() if element.start <= block < element.end) >= wanted:
            return element
    return None


def text_extent(outline: Outline, parts: Sequence[Piece]) -> tuple[int, int]:
    """The parts [start, end) without the short ones at either edge that stand outside the main element."""
    main = main_element(outline, parts)
    start, end = 0, len(parts)
    if main is None:
        return start, end
    while start < end and _is_outside(parts[start], main) and not outline.blocks[parts[start].block].is_bold:
        start += 1  # what is bold may be the text's own heading
    while end > start and _is_outside(parts[end - 1], main):
        end -= 1
    return start, end


def _is_outside(part: Piece, main: Element) -> bool:
    inside = main.start <= part.block < main.end
    return not inside and len(part.text) < SHORT and part.role not in ("li", "table") and part.text[-1] not in STOPS


def find_byline(outline: Outline, parts: Sequence[Piece], end: int) -> tuple[int, Byline] | None:
    """The part that names the author, at the end of the text or right behind it: set apart, or after a full stop."""
    for position in range(min(end + TAIL, len(parts)) - 1, max(end - LINES - 1, 0), -1):
        if any(len(part.text) > SHORT for part in parts[position + 1 : end]):
            return None
        if looks_like_name(parts[position].text) and _is_set_apart(outline, parts, position):
            if any(SIGNED.search(part.text) for part in parts[max(0, position - SIGNATURE) : position]):
                return None
            above = parts[position - 1]
            if is_unit(parts[position].text) and looks_like_name(above.text) and not is_unit(above.text):
                position -= 1  # "Lâm Quốc Bảo" over "Phòng Văn hóa và Thông tin"
            return position, Byline(clean_name(parts[position].text))
    return None


def _is_set_apart(outline: Outline, parts: Sequence[Piece], position: int) -> bool:
    part = parts[position]
    block = outline.blocks[part.block]
    before = parts[position - 1].text.rstrip('”") ')
    styled = (
        block.is_bold or RIGHT in outline.hints(block, 2) or "author" in outline.called(block, 2) or part.text.isupper()
    )
    return styled or before.endswith(STOPS)
