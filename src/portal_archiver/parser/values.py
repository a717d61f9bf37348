"""What a text must be to count as the value of a field: held against whatever a learned selector finds."""

from __future__ import annotations

import re
from collections.abc import Callable

from portal_archiver.parser.breadcrumb import LONGEST as LONGEST_CRUMB
from portal_archiver.parser.breadcrumb import MARKS
from portal_archiver.parser.byline import clean_name, looks_like_name, read_byline
from portal_archiver.parser.dates import find_dates
from portal_archiver.parser.headline.view import MAX_LENGTH, MIN_LENGTH
from portal_archiver.parser.meta_line import read_meta_line
from portal_archiver.parser.vocabulary import MODULE_TITLES, is_furniture
from portal_archiver.text import fold, plain

LONGEST_DATELINE = 200  # characters
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")  # of whoever reads the page


def squashed(text: str) -> str:
    """Letters and digits alone, in lower case: what white space and inline tags cannot change."""
    return re.sub(r"[^\w]+", "", plain(text).casefold())


def is_title(text: str) -> bool:
    """Whether a text could be a headline: no counter, no date, no address of a machine, no button."""
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH or sum(map(str.isalpha, text)) < MIN_LENGTH:
        return False
    line = read_meta_line(text)
    return not (
        is_furniture(text) or MODULE_TITLES.match(fold(text)) or _ADDRESS.search(text) or (line and line.is_plain)
    )


def is_dateline(text: str) -> bool:
    """Whether a text has a date, and is not prose."""
    return len(text) <= LONGEST_DATELINE and bool(find_dates(text))


def name_in(text: str) -> str | None:
    """The name that a byline gives, with or without its label; None for what is none."""
    byline = read_byline(text)
    if byline:
        return byline.name
    return clean_name(text) if looks_like_name(text) else None


def section_in(text: str, title: str = "") -> str:
    """The section that a label or a breadcrumb names, as `Article.section` has it; without the headline at its end."""
    levels = [level.strip(" »>/|:") for level in MARKS.split(text)]
    return " > ".join(
        level
        for level in levels
        if level and squashed(level) != squashed(title) and not MODULE_TITLES.match(fold(level))
    )


def is_section(text: str) -> bool:
    """Whether a text could name a section: short, words, no date, no address of a machine."""
    short = 2 < len(text) <= LONGEST_CRUMB and any(map(str.isalpha, text))
    return short and not (find_dates(text) or _ADDRESS.search(text))


# What a value must be to count, by field, given the text of the element.
CHECKS: dict[str, Callable[[str], object]] = {
    "title": is_title,
    "published": is_dateline,
    "author": name_in,
    "section": is_section,
}
