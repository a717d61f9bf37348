"""Finds the footer with license data on a whole page, also where it is an unclassed table or loose paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from portal_archiver.parser.byline import is_unit, looks_like_name, read_byline
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.region import PROSE_LENGTH

# What footers say and reports hardly ever do, by kind: its weight, and the forms (lower case).
SIGNS = tuple(
    (weight, re.compile(forms))
    for weight, forms in (
        # "Cơ quan chủ quản: UBND tỉnh Bạch Hải"
        (3, r"^\W{0,4}(?:cơ quan|đơn vị) chủ quản|chủ quản ?:|(?:cơ quan|đơn vị) (?:quản lý|thường trực) ?(?::|$)"),
        # "Giấy phép số 12/GP-STTTT", "GPXB số 303/GP"
        (3, r"giấy phép[^.\d]{0,90}\d|(?<!\w)gp\s?-?\s?(?:ttđt|btttt|stttt|bc)(?!\w)|gpxb"),
        # "Chịu trách nhiệm nội dung: ...", "Tổng biên tập: ..."
        (3, r"chịu trách nhiệm(?: chính| về| quản lý| xuất bản)* ?(?:nội dung|chính|:)|tổng biên tập ?:"),
        (3, r"trưởng (?:ban )?(?:ban )?biên tập ?:"),  # "Trưởng Ban biên tập: Ông Lê Văn An"
        (3, r"(?:ghi|nêu) rõ nguồn(?! gốc)|dẫn nguồn"),  # "Ghi rõ nguồn ... khi phát hành lại thông tin"
        (2, r"bản quyền|copyright|©|all rights reserved"),  # "© 2021 Cổng thông tin điện tử tỉnh Bạch Hải"
        (1, "địa chỉ|trụ sở|t[òo][àa] soạn"),
        (1, r"điện thoại|(?<!\w)(?:đt|tel|phone)(?!\w)|hotline|đường dây nóng|(?<!\w)fax(?!\w)"),
        (1, r"e-?mail ?:|[\w.-]@[\w-]"),
    )
)
# One of these stands in whatever a sign above matches: a test that costs next to nothing.
WORDS = tuple(
    "chủ quản|quản lý|thường trực|giấy phép|gp|trách nhiệm|biên tập|nguồn|bản quyền|copyright|©|rights reserved|"
    "địa chỉ|trụ sở|soạn|điện thoại|đt|tel|phone|hotline|dây nóng|fax|mail|@".split("|")
)
STRONG = 0b111111  # the kinds that make a footer; an address and a telephone alone are anybody's
PROSE = 250  # characters from which a block is a paragraph of a report, unless it shows several signs
NEAR_START = 70  # characters within which the only sign of a block must stand
GAP = 6  # blocks without a sign that may lie inside a footer: links, names of sections, wrapped values
EDGE = 2  # blocks without a sign that may belong to it before and behind: the portal's name, an unlabeled address
MAX_PROSE_BEHIND = 2  # paragraphs that may follow: a footer is at the end
CONTAINERS = frozenset(("article", "main"))  # where a text stands, if it is one
SENTENCES = 2  # without a sign between them: a text that goes on
STOPS = (".", "!", "?", "…", "”")
# How a footer says where the office is in what reads like a sentence: "Trụ sở: 5 Bến Cảng", "Địa chỉ 5 Bến Cảng". A
# report mentions one: "Trụ sở dôi dư chuyển làm trường mầm non.", "Ngôi nhà có địa chỉ tại số 5 Bến Cảng bị tốc mái."
_PLACE = r"(?:địa chỉ|trụ sở|t[òo][àa] soạn|điện thoại|đường dây nóng|hotline|e-?mail|fax|tel)"
LABELED = re.compile(rf"{_PLACE}[^.:,]{{0,15}}:|^\W{{0,4}}{_PLACE}[^.:]{{0,20}}\d")


@dataclass(slots=True)
class Cluster:
    """Blocks [start, end) that show signs close to each other, and the kinds of sign as bits."""

    start: int
    end: int
    kinds: int

    @property
    def weight(self) -> int:
        """How much like a footer it is: the weights of the distinct kinds of sign."""
        return sum(weight for bit, (weight, _) in enumerate(SIGNS) if self.kinds >> bit & 1)


def lines_of(page: Outline, span: tuple[int, int]) -> str:
    """The text of blocks [start, end), one line per block, as it stands there."""
    return "\n".join(block.text for block in page.blocks[slice(*span)] if block.text)


def footer_span(page: Outline) -> tuple[int, int] | None:
    """The blocks [start, end) of the footer: the heaviest cluster with no report behind it, the last of equals."""
    best: Cluster | None = None
    footers = _footers(page)
    for cluster in _clusters(page, footers):
        if cluster.kinds & STRONG and (best is None or cluster.weight >= best.weight) and _at_end(page, cluster):
            best = cluster
    return _widened(page, best, footers) if best else None


def signs_in(text: str) -> int:
    """The kinds of sign in a block as bits; a lone sign deep in a sentence or in a long paragraph is none."""
    return _signs_in(text) if len(text) <= PROSE else _signs_in.__wrapped__(text)


@lru_cache(maxsize=16384)
def _signs_in(text: str) -> int:
    """The same, remembered for what the pages of a portal repeat."""
    low = text.lower()
    if not any(word in low for word in WORDS):
        return 0
    found = [(bit, match) for bit, (_, pattern) in enumerate(SIGNS) if (match := pattern.search(low))]
    if len(found) == 1 and (len(text) > PROSE or found[0][1].start() > NEAR_START):
        return 0
    is_sentence = len(text) >= PROSE_LENGTH and text.endswith(STOPS)
    if len(found) == 1 and is_sentence and not 1 << found[0][0] & STRONG and not LABELED.search(low):
        return 0
    return sum(1 << bit for bit, _ in found) if len(text) < PROSE * max(1, len(found)) else 0


def _clusters(page: Outline, footers: frozenset[int]) -> Iterator[Cluster]:
    walls = _walls(page, footers)
    open_: Cluster | None = None
    sentences = 0  # without a sign between them
    for index, block in enumerate(page.blocks):
        kinds = 0 if not block.text else signs_in(block.text)
        sentences = 0 if kinds else sentences + _is_sentence(block)
        goes_on = sentences >= SENTENCES or (not kinds and _is_prose(block)) or index in walls
        if open_ and (goes_on or index - open_.end > GAP or read_byline(block.text)):
            yield open_
            open_ = None
        if kinds and open_:
            open_.end, open_.kinds = index + 1, open_.kinds | kinds
        elif kinds:
            open_ = Cluster(index, index + 1, kinds)
    if open_:
        yield open_


def _walls(page: Outline, footers: frozenset[int]) -> frozenset[int]:
    """The blocks at which a footer may begin and never goes on: behind the container of a text, and where the markup
    itself says that the footer begins."""
    found: set[int] = set()
    for element in page.elements:
        if element.tag in CONTAINERS:
            inside = page.blocks[element.start : element.end]
            if sum(_is_sentence(block) and not signs_in(block.text) for block in inside) >= SENTENCES:
                found.add(element.end)
        elif element.node.mem_id in footers:
            found.add(element.start)
    return frozenset(found)


def _footers(page: Outline) -> frozenset[int]:
    """The `mem_id` of each element that the markup calls the footer of the page, or of a part of it."""
    nodes = page.elements[0].node.css('footer, [role="contentinfo"]') if page.elements else []
    return frozenset(node.mem_id for node in nodes)


def _is_sentence(block: Block) -> bool:
    return len(block.text) >= PROSE_LENGTH and block.text.endswith(STOPS) and block.link_share < 0.5


def _is_prose(block: Block) -> bool:
    return len(block.text) > PROSE and block.link_share < 0.5


def _at_end(page: Outline, cluster: Cluster) -> bool:
    behind = sum(_is_prose(block) and not signs_in(block.text) for block in page.blocks[cluster.end :])
    return behind <= MAX_PROSE_BEHIND


def _widened(page: Outline, cluster: Cluster, footers: frozenset[int]) -> tuple[int, int]:
    """The cluster with the blocks beside it that share its element and are no menu: a name above, an address below."""
    around = _element_of(page, cluster, footers)
    start, end = cluster.start, cluster.end
    while start > max(around[0], cluster.start - EDGE) and _may_head(page.blocks[start - 1]):
        start -= 1
    while end < min(around[1], cluster.end + EDGE) and _belongs(page.blocks[end]):
        end += 1
    return start, end


def _belongs(block: Block) -> bool:
    return block.link_share < 0.5 and len(block.text) <= PROSE


def _may_head(block: Block) -> bool:
    """The portal's name or the like: neither the last sentence of a text, nor who wrote it."""
    is_person = looks_like_name(block.text) and not is_unit(block.text)
    return _belongs(block) and not (_is_sentence(block) or is_person or read_byline(block.text))


def _element_of(page: Outline, cluster: Cluster, footers: frozenset[int]) -> tuple[int, int]:
    """The blocks of the innermost element that holds the whole cluster; that of its first block's parent at least, but
    nothing beyond what the markup calls a footer."""
    for element in page.around(page.blocks[cluster.start]):
        holds = element.start <= cluster.start and element.end >= cluster.end
        if holds and (element.end - element.start > 1 or element.node.mem_id in footers):
            return element.start, element.end
    return 0, len(page.blocks)
