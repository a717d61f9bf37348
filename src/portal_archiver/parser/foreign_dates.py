"""Dates in other languages than Vietnamese and English, read by dateparser where a page declares such a language."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from portal_archiver.parser.dates import VIETNAM, Found

OURS = ("", "vi", "en")  # read by our own rows, faster and surer
LONGEST = 60  # characters
_TIME = re.compile(r"\d{1,2}[:h]\d\d")
SETTINGS = {
    "DATE_ORDER": "DMY",
    "PREFER_LOCALE_DATE_ORDER": False,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "STRICT_PARSING": True,
    "PARSERS": ["absolute-time"],  # no "yesterday", no bare numbers
}


def find_foreign(text: str, language: str) -> list[Found]:
    """The date that a short text is, in the `language` that the page declares ("km", "zh-cn", "fr"); day first.

    A text that says more than a date holds none. Languages that dateparser does not know give nothing.
    """
    code = language.replace("_", "-").split("-")[0]
    if code in OURS or len(text) > LONGEST:
        return []
    moment = _parsed(text.strip(" ,;|()[]"), code)
    if moment is None:
        return []
    value = moment.replace(tzinfo=moment.tzinfo or VIETNAM) if _TIME.search(text) else moment.date()
    return [Found(value, 0, len(text), code)]


@lru_cache(maxsize=1024)
def _parsed(text: str, code: str) -> datetime | None:
    import dateparser  # costs a quarter of a second, which few pages need

    try:
        moment = dateparser.parse(text, languages=[code], settings=SETTINGS)
    except (ValueError, OverflowError, RecursionError):
        return None
    return moment if isinstance(moment, datetime) else None
