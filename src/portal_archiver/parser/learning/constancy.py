"""What stands on many pages of a portal and what on one alone: the frame, and the report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from portal_archiver.text import plain

_NUMBERS = re.compile(r"\d+")
_NO_WORD = re.compile(r"[^\w#]+")
FRAME = 0.3  # share of the pages from which on a line is the frame's
FEW = 3  # pages: on fewer a line may stand by chance


def gist(text: str) -> str:
    """What of a line is the same at every request: letters as they are, `#` for any number.

    "Lượt truy cập: 1.234.567" and a clock are constant so, and so is the address of whoever reads the page.
    """
    return _NO_WORD.sub("", _NUMBERS.sub("#", plain(text).casefold())).replace("##", "#")


class Constancy:
    """On how many pages each line stands, word for word: "Số: 12/QĐ-UBND" and "Số: 13/QĐ-UBND" are two."""

    def __init__(self, pages: Iterable[Iterable[str]]) -> None:
        self._pages = 0
        self._seen: Counter[str] = Counter()
        for lines in pages:
            self._pages += 1
            self._seen.update(frozenset(lines))

    def is_frame(self, line: str) -> bool:
        """Whether a line stands on so many pages that it is no report's."""
        return self._seen[line] >= max(FEW, FRAME * self._pages)

    def is_shared(self, line: str) -> bool:
        """Whether a line stands on other pages, too: a related report, a menu item, a usual phrase.

        On two pages alone it does not count: a portal has many a report at two addresses.
        """
        return self._seen[line] >= FEW


def variety(values: Iterable[str]) -> float:
    """The share of different values, numbers apart: 0 where there is none, 1 where all differ."""
    gists = [gist(value) for value in values]
    return len(set(gists)) / len(gists) if gists else 0.0
