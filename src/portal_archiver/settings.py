"""What a [portal.KEY] table of portals.toml may say: each setting, what is expected of it, and how it is read."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal_archiver.urls import canonicalize, host_of

MAX_DELAY = 3600.0  # seconds
MAX_SECONDS = 3600.0
# The least would turn away most pages, and was meant as something else (25 for "25 MB"); the most is held in memory.
MIN_BYTES, MAX_BYTES = 10_000, 1_000_000_000
MAX_REDIRECTS = 50
MAX_TRIES = 10
MOST_RECHECKS = 5  # for each age of a report one
SAVED = ("images", "attachments")
_HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)*", re.ASCII)
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([kKMG]i?)?B", re.ASCII)
_UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "ki": 2**10, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: `read` gives the value for `Portal` or raises ValueError, with a reason where there is more to say.

    `expected` ends the sentence "expected ..."; `many` allows a list of such values; `fields` are the keys of a table,
    `each` is what is expected of every value of a table whose keys are patterns;
    `file` says that the value names a file: `read` gets its path, seen from the folder of portals.toml.
    """

    expected: str
    read: Callable[[object], Any]
    many: bool = False
    fields: Mapping[str, Setting] = field(default_factory=dict)
    file: bool = False
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


def _seconds(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        raise ValueError

    return read


def _whole(least: int, most: float = math.inf) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise ValueError

    return read


def _size(value: object) -> int:
    """Bytes, as a number or as people write them: "25 MB", "1.5 GB", "512 KiB"."""
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        value = round(float(match[1]) * _UNITS[match[2] or ""])
    return _whole(MIN_BYTES, MAX_BYTES)(value)


def _certificates(value: object) -> str:
    """The text of a file of certificates, which OpenSSL itself has read."""
    import ssl  # as above: no command without a configuration should pay

    path = Path(_text(value))
    try:
        text = path.read_text("ascii", errors="ignore")  # there may be notes around the certificates
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise ValueError(f"{path}: holds no certificate in PEM, which begins -----BEGIN CERTIFICATE-----") from None
    except OSError as error:
        raise ValueError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    return text


def _recheck(value: object) -> tuple[int, ...]:
    """Never (false), one number of days, or several in ascending order."""
    if value is False:
        return ()
    if value == []:
        raise ValueError("for never, write false")
    days = value if isinstance(value, list) else [value]
    numbers = tuple(_whole(1)(day) for day in days)
    if len(numbers) > MOST_RECHECKS:
        raise ValueError("more than five")
    if list(numbers) != sorted(numbers):
        raise ValueError("not in ascending order")
    return numbers


def _saved(value: object) -> str:
    if value in SAVED:
        return str(value)
    raise ValueError


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError


def _table(value: object) -> object:
    if isinstance(value, dict):
        return value
    raise ValueError


_PAGES = Setting("a whole number of pages, 1 or more", _whole(1))
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

# What a template that was learned says; see parser/learning.
LEARNED_FIELDS = dict.fromkeys(("title", "body", "published", "author", "section", "caption", "omit"), _SELECTOR)

SETTINGS = {
    "name": Setting('a name such as "Cổng thông tin điện tử tỉnh Bạch Hải"', _text),
    "start": Setting('an address such as "https://www.bachhai.example/"', _url, many=True),
    "hosts": Setting('a host name such as "www.bachhai.example" or "*.bachhai.example"', _host, many=True),
    "articles": Setting('a pattern such as "*/tin-tuc/*.html"', _text, many=True),
    "listings": Setting('a pattern such as "*/chuyen-muc/*"', _text, many=True),
    "select": Setting('CSS selectors by field, such as { title = "div.news h1" }', _table, fields=FIELDS),
    "learned": Setting("tables of CSS selectors, as `learn` prints them", _table, many=True, fields=LEARNED_FIELDS),
    "learn": Setting("true or false", _bool),
    "delay": Setting("a number of seconds between 0 and 3600", _seconds(0, MAX_DELAY)),
    "budget": _PAGES,
    "budgets": Setting('budgets by pattern, such as { "*/lich-cong-tac/*" = 50 }', _table, each=_PAGES),
    "max_depth": Setting("a whole number of links, 1 or more", _whole(1)),
    "recheck": Setting("whole days in ascending order such as [1, 3, 7, 30, 90], at most five, or false", _recheck),
    "max_bytes": Setting('a size between "10 kB" and "1 GB", as a number of bytes or such as "25 MB"', _size),
    "max_seconds": Setting("a number of seconds between 1 and 3600", _seconds(1, MAX_SECONDS)),
    "max_redirects": Setting("a whole number between 0 and 50", _whole(0, MAX_REDIRECTS)),
    "tries": Setting("a whole number between 1 and 10", _whole(1, MAX_TRIES)),
    "ca": Setting('the path of a file of PEM certificates, such as "chain.pem"', _certificates, file=True),
    "verify": Setting("true or false", _bool),
    "save": Setting('"images" or "attachments"', _saved, many=True),
    "allow_private": Setting("true or false", _bool),
    "contact": Setting("an e-mail address, or the address of a page about you", _text),
}
