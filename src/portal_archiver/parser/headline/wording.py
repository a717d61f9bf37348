"""What the words of a block say by themselves, whatever page they stand on."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from portal_archiver.parser.byline import CREDIT, read_byline
from portal_archiver.parser.headline.view import Evidence
from portal_archiver.parser.meta_line import BY, is_date_line
from portal_archiver.parser.vocabulary import (
    AFTER_THE_REPORT,
    LETTERHEAD,
    MODULE_TITLES,
    SECTION_LABEL,
    SITE_NAMES,
    is_furniture,
)
from portal_archiver.text import LABEL, fold

SHORT, USUAL = 15, (25, 220)  # characters
NOT_HEADLINES = (MODULE_TITLES, AFTER_THE_REPORT, SITE_NAMES, LETTERHEAD)
_DOCUMENT_NUMBER = re.compile(r"^\S*\d+/\S+$")


def _capitals(text: str) -> float:
    return 0.5 if len(text) > USUAL[0] and text.isupper() else 0.0


def _length(text: str) -> float:
    if len(text) < SHORT:
        return -1.0
    return 0.5 if USUAL[0] <= len(text) <= USUAL[1] else 0.0


def _module(text: str) -> float:
    return -4.0 if any(names.match(fold(text)) for names in NOT_HEADLINES) else 0.0


def _date_line(text: str) -> float:
    return -4.0 if is_date_line(text) else 0.0


def _number(text: str) -> float:
    return -6.0 if _DOCUMENT_NUMBER.match(text) else 0.0


def _labeled(text: str) -> float:
    return -6.0 if SECTION_LABEL.match(fold(text)) or BY.match(text) or read_byline(text) else 0.0


def _furniture(text: str) -> float:
    return -4.0 if is_furniture(text) or "://" in text else 0.0


def _caption(text: str) -> float:
    credit = CREDIT.search(text)
    return -4.0 if credit and credit.start() > SHORT else 0.0  # "Album ảnh: ..." is a headline


def _running_text(text: str) -> float:
    return -1.5 if text[-1] in ".;,:" else 0.0


# What is weighed, and why it tells a headline.
WORDING: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("capitals", _capitals),  # "SƠ KẾT CÔNG TÁC QUÝ I"
    ("length", _length),  # headlines have 25 to 220 characters
    ("module", _module),  # "Chi tiết tin" is the name of a box, "Cổng thông tin điện tử ..." that of the site
    ("date line", _date_line),  # "Thứ Hai, 23/11/2026 | 22:19"
    ("number", _number),  # "22/2021/NQ-HĐND" stands in a table below the headline
    ("labeled", _labeled),  # "Chuyên mục: Kinh tế", "Viết bởi Lê Hoa"
    ("furniture", _furniture),  # "Cỡ chữ: A- A+"
    ("caption", _caption),  # "Quang cảnh hội nghị. Ảnh: Lê Hoa"
    ("running text", _running_text),  # ends like a sentence, or announces a list
)


def weigh_words(text: str) -> Evidence:
    """All that the rows of the table say of a text, by name."""
    return _remembered(text) if len(text) <= LABEL else _weigh(text)


def _weigh(text: str) -> Evidence:
    return tuple([(name, weight) for name, measure in WORDING if (weight := measure(text))])


_remembered = lru_cache(maxsize=16384)(_weigh)  # the pages of a portal repeat their menus and labels
