"""Paging: which lists are further pages of another one, which of them comes next, and when it is worth a look."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from portal_archiver.crawler.traps import shape_of
from portal_archiver.model import Link
from portal_archiver.text import fold

# What a pager writes on its links, folded and without signs: "2", "Trang 2", "Trang sau", "Tiếp theo", "Cuối", "Next".
_PAGER = re.compile(
    r"(?:(?:cac|tin|bai|trang|page|so|den|toi) )*"
    r"(?:\d{1,6}|sau|truoc|ke|tiep|(?:ke )?tiep theo|ke tiep|cuoi|cuoi cung|dau|dau tien|cu hon"
    r"|next|prev|previous|last|first|older|newer)"
    r"(?: (?:trang|page|posts))?"
)
# What says so by itself, whatever is written on it: ?page=2, /trang-2.html, /page/2/. The first page is no further one.
_PAGE_NUMBER = re.compile(
    r"[?&/](?:page|paged|trang|page_?index|page_?no|page_?num|page_?number|current_?page)[=/-](?:[2-9]|\d{2,})"
    r"(?=$|[/&.?])",
    re.I,
)
_WORDS = re.compile(r"[^\W_]+")
_NUMBERS = re.compile(r"\d+")
_ENDING = re.compile(r"(?:/|\.\w{1,5})$")


def is_further(url: str, text: str, found_on: str) -> bool:
    """Whether a list is a further page (2, 3...) of the list that led to it, by its address or by what its link says.

    A section with a name of its own is none, even where it differs from the one before by a number alone.
    """
    if not found_on or url == found_on:
        return False
    if _PAGE_NUMBER.search(url):
        return True
    words = " ".join(_WORDS.findall(fold(text)))
    alike = shape_of(url) == shape_of(found_on)
    if not words:  # an arrow
        return alike
    return _PAGER.fullmatch(words) is not None and (alike or _is_below(url, found_on))


def _is_below(url: str, found_on: str) -> bool:
    """Whether an address is another one with a number added: `/tin-tuc.html` and `/tin-tuc/p2.html`."""
    here, there = urlsplit(found_on), urlsplit(url)
    stem = _ENDING.sub("", here.path)
    return here.netloc == there.netloc and there.path.startswith(stem) and bool(_numbers(url) - _numbers(found_on))


def _numbers(url: str) -> Counter[int]:
    parts = urlsplit(url)
    return Counter(int(number) for number in _NUMBERS.findall(f"{parts.path}?{parts.query}"))


def next_pages(url: str, links: Iterable[Link]) -> list[str]:
    """Of the further pages that a list links to, the one that comes next: the lowest number above its own.

    One for each pager; a list has rarely more than one.
    """
    own = _numbers(url)
    found: dict[str, tuple[list[int], str]] = {}
    for link in links:
        if is_further(link.url, link.text, url):
            numbers = _numbers(link.url)
            ahead, behind = sorted((numbers - own).elements()), sorted((own - numbers).elements())
            if ahead > behind:
                shape = shape_of(link.url)
                found[shape] = min(found.get(shape, (ahead, link.url)), (ahead, link.url))
    return [page for _, page in found.values()]


class Paging:
    """What the lists have shown in one run, so that reading on ends where nothing new comes.

    The newest reports often stand beside every list: what was new on one page of a list is not on the next. Pages of
    one shape count as one list; another list that shows the same report (a front page) does not take it from them.
    """

    def __init__(self) -> None:
        self._shown: defaultdict[str, set[str]] = defaultdict(set)

    def shows_more(self, url: str, fresh: Iterable[str]) -> bool:
        """Whether a list shows something new (`fresh`: URLs) that its other pages did not show before in this run."""
        shown = self._shown[shape_of(url)]
        before = len(shown)
        shown.update(fresh)
        return len(shown) > before
