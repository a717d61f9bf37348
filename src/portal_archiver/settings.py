"""What a [portal.KEY] table of portals.toml may say: each setting, what is expected of it, and how it is read."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal_archiver.urls import canonicalize, host_of

MAX_DELAY = 3600.0  # seconds
MOST_RECHECKS = 5  # for each age of a report one
_HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: `read` gives the value for `Portal` or raises ValueError, with a reason where there is more to say.

    `expected` ends the sentence "expected ..."; `many` allows a list of such values; `fields` are the keys of a table,
    `each` is what is expected of every value of a table whose keys are patterns.
    """

    expected: str
    read: Callable[[object], Any]
    many: bool = False
    fields: Mapping[str, Setting] = field(default_factory=dict)
    each: Setting | None = None


def is_host(text: str) -> bool:
    """Whether this is a host name (an international one, too) or an IP address."""
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return bool(_HOST.fullmatch(text.encode("idna").decode("ascii")))
    except UnicodeError:
        return False


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value.strip()
    raise ValueError


def _url(value: object) -> str:
    text = _text(value)
    authority = text.partition("//")[2].partition("/")[0]
    if " " in text or not canonicalize(text) or not is_host(host_of(text)):
        raise ValueError
    if "@" in authority:
        raise ValueError("a user name or password in it is not supported")
    return text


def _host(value: object) -> str:
    text = _text(value).lower().rstrip(".")
    if is_host(text.removeprefix("*.")):
        return text
    raise ValueError


def _selector(value: object) -> str:
    """CSS that the parser's own engine, Lexbor, takes, and that is whole: Lexbor also takes `div[class`."""
    # Here, and not at the top: both take a while to load, which no command without a configuration should pay.
    import soupsieve
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    text = _text(value)
    try:
        LexborHTMLParser("<p>").css(text)
    except (SelectolaxError, ValueError):
        raise ValueError("the parser's CSS engine, Lexbor, does not understand it") from None
    try:
        soupsieve.compile(text)
    except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:
        raise ValueError(str(error).splitlines()[0]) from None
    return text


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MAX_DELAY:
        return float(value)
    raise ValueError


def _pages(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ValueError


def _recheck(value: object) -> tuple[int, ...]:
    """Never (false), one number of days, or several in ascending order."""
    if value is False:
        return ()
    if value == []:
        raise ValueError("for never, write false")
    days = value if isinstance(value, list) else [value]
    numbers = tuple(_pages(day) for day in days)
    if len(numbers) > MOST_RECHECKS:
        raise ValueError("more than five")
    if list(numbers) != sorted(numbers):
        raise ValueError("not in ascending order")
    return numbers


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError


def _table(value: object) -> object:
    if isinstance(value, dict):
        return value
    raise ValueError


_PAGES = Setting("a whole number of pages, 1 or more", _pages)
_SELECTOR = Setting('a CSS selector such as "div.news h1"', _selector)

# The fields of a page that `select` can point at.
FIELDS = {
    "title": _SELECTOR,
    "published": _SELECTOR,
    "author": _SELECTOR,
    "lead": _SELECTOR,
    "body": _SELECTOR,
    "section": _SELECTOR,
    "photos": _SELECTOR,
    "caption": _SELECTOR,
    "attachments": _SELECTOR,
    "footer": _SELECTOR,
}

SETTINGS = {
    "name": Setting('a name such as "Cổng thông tin điện tử tỉnh Bạch Hải"', _text),
    "start": Setting('an address such as "https://www.bachhai.example/"', _url, many=True),
    "hosts": Setting('a host name such as "www.bachhai.example" or "*.bachhai.example"', _host, many=True),
    "articles": Setting('a pattern such as "*/tin-tuc/*.html"', _text, many=True),
    "listings": Setting('a pattern such as "*/chuyen-muc/*"', _text, many=True),
    "select": Setting('CSS selectors by field, such as { title = "div.news h1" }', _table, fields=FIELDS),
    "delay": Setting("a number of seconds between 0 and 3600", _seconds),
    "budget": _PAGES,
    "budgets": Setting('budgets by pattern, such as { "*/lich-cong-tac/*" = 50 }', _table, each=_PAGES),
    "max_depth": Setting("a whole number of links, 1 or more", _pages),
    "recheck": Setting("whole days in ascending order such as [1, 3, 7, 30, 90], at most five, or false", _recheck),
    "allow_private": Setting("true or false", _bool),
    "contact": Setting("an e-mail address, or the address of a page about you", _text),
}
