"""portals.toml -> Portal: every mistake of the file told at once, with its line, its key and what was expected."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal
from portal_archiver.settings import SETTINGS, Setting
from portal_archiver.toml_lines import Lines, key_lines
from portal_archiver.toml_lines import Path as Key
from portal_archiver.urls import canonicalize, host_of, on_hosts

_PORTAL_KEY = re.compile(r"\w[\w.-]*")
_SYNTAX = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.S)
_TWICE = re.compile(r"Cannot declare \((.*)\) twice")
_PUBLIC_SUFFIX = re.compile(r"(\.(gov|com|edu|org|net|info))?\.[a-z]+$")


@dataclass(slots=True)
class _Mistakes:
    """The mistakes found so far in one file."""

    path: Path
    lines: Lines
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, key: Key, what: str) -> None:
        line = next((self.lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self.lines), 1)
        self.found.append((line, f"{self.path}:{line}: {_spelled(key)}: {what}"))

    def tell(self) -> None:
        """Raise one ConfigError that names them all, one a line, in the order of the file."""
        if self.found:
            raise ConfigError("\n".join(what for _, what in sorted(self.found, key=lambda mistake: mistake[0])))


def load(path: Path) -> dict[str, Portal]:
    """The portals of a file by key, in its order.

    Raises ConfigError when the file is missing or wrong: one line `file:line: key: what was expected` per mistake.
    """
    return parse(text_of(path), path)


def parse(text: str, path: Path) -> dict[str, Portal]:
    """The portals of a text that is, or will be, the content of a file; ConfigError as from `load`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_error(path, text, str(error))) from error
    mistakes = _Mistakes(path, key_lines(text))
    tables = _portal_tables(document, mistakes)
    settings = {key: _settings(("portal", key), table, mistakes) for key, table in tables.items()}
    mistakes.tell()
    portals = {key: Portal(key=key, **values) for key, values in settings.items()}
    _tell_of_twins(portals, mistakes)
    mistakes.tell()
    return portals


def _tell_of_twins(portals: Mapping[str, Portal], mistakes: _Mistakes) -> None:
    above: list[Portal] = []
    for portal in portals.values():
        if twin := next(((one, url) for one in above if (url := same_start(one, portal))), None):
            what = f"{_shown(twin[1])} is where portal.{twin[0].key} begins, too: its pages would be crawled and kept"
            remedy = "keep one of the two, or give each `articles` of its own"
            mistakes.add(("portal", portal.key, "start"), f"{what} twice: {remedy}")
        above.append(portal)


def same_start(one: Portal, other: Portal) -> str:
    """The start address of `other` at which `one` begins, too, so that both would keep the same reports; "" for none.

    Two portals may share one where each has `articles` of its own: so the parts of a site are kept apart.
    """
    if one.articles and other.articles and set(one.articles) != set(other.articles):
        return ""
    begun = {canonicalize(url) or url for url in one.start}
    return next((url for url in other.start if (canonicalize(url) or url) in begun), "")


def text_of(path: Path) -> str:
    """What a file says, its lines ending in a line feed; ConfigError where it cannot be read as UTF-8."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file: `portal-archiver init URL` writes one") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        raise ConfigError(f"{path}:{line}: {what}: save the file in the encoding UTF-8") from error


def _syntax_error(path: Path, text: str, message: str) -> str:
    """tomllib's message in our form; where it says "end of document", that is the last line."""
    match = _SYNTAX.match(message)
    what = match["what"] if match else message
    line = match["line"] if match and match["line"] else len(text.splitlines())
    if twice := _TWICE.match(what):
        table = ".".join(re.findall(r"'([^']*)'", twice[1]))
        return f"{path}:{line}: {table}: the file has this table twice: keep one, or rename one"
    column = f", column {match['column']}" if match and match["column"] else ", at the end of the file"
    return f"{path}:{line}: not valid TOML: {what[:1].lower()}{what[1:]}{column}"


def _portal_tables(document: dict[str, Any], mistakes: _Mistakes) -> dict[str, dict[str, Any]]:
    for name in document.keys() - {"portal"}:
        mistakes.add((name,), "unknown key: expected only tables named [portal.KEY]")
    tables = document.get("portal", {})
    if not isinstance(tables, dict):
        mistakes.add(("portal",), f"expected a table [portal.KEY], got {_shown(tables)}")
        return {}
    if not tables and not mistakes.found:
        example = '[portal.bachhai] with start = "https://www.bachhai.example/"'
        raise ConfigError(f"{mistakes.path}:1: names no portal: expected a table such as {example}")
    return {key: table for key, table in tables.items() if _is_portal_table(key, table, mistakes)}


def _is_portal_table(key: str, table: object, mistakes: _Mistakes) -> bool:
    where = ("portal", key)
    if not isinstance(table, dict):
        mistakes.add(where, f"expected a table [portal.KEY] that holds the settings, got {_shown(table)}")
    elif not _PORTAL_KEY.fullmatch(key):
        mistakes.add(where, "expected a key of letters, digits, dots, hyphens and underscores")
    else:
        return True
    return False


def _settings(where: Key, table: dict[str, Any], mistakes: _Mistakes) -> dict[str, Any]:
    before = len(mistakes.found)
    values = _values(where, table, SETTINGS, mistakes)
    if "start" not in table:
        mistakes.add(where, f"start is missing: expected {SETTINGS['start'].expected}")
    if "hosts" in values and len(mistakes.found) == before:
        for index, url in enumerate(values["start"]):
            if not on_hosts(url, values["hosts"]):
                mistakes.add((*where, "start", index), f"expected an address on one of `hosts`, got {_shown(url)}")
    if "ca" in values and values.get("verify") is False:
        mistakes.add((*where, "verify"), "false checks no certificate, so that `ca` is of no use: remove one of them")
    return values


def _values(where: Key, table: dict[str, Any], settings: Mapping[str, Setting], mistakes: _Mistakes) -> dict[str, Any]:
    values = {}
    for name, value in table.items():
        key = (*where, name)
        if name in settings:
            values[name] = _value(settings[name], key, value, mistakes)
        else:
            mistakes.add(key, _unknown(name, settings))
    return values


def _value(setting: Setting, key: Key, value: object, mistakes: _Mistakes) -> Any:
    if setting.fields and isinstance(value, dict):
        table = _values(key, value, setting.fields, mistakes)
        return (table,) if setting.many else table
    if setting.each and isinstance(value, dict):
        return {name: _value(setting.each, (*key, name), one, mistakes) for name, one in value.items()}
    if setting.many and isinstance(value, list) and value:
        return tuple(_element(setting, (*key, index), element, mistakes) for index, element in enumerate(value))
    one = _one(setting, key, value, mistakes)
    return (one,) if setting.many else one


def _element(setting: Setting, key: Key, value: object, mistakes: _Mistakes) -> Any:
    if setting.fields and isinstance(value, dict):
        return _values(key, value, setting.fields, mistakes)
    return _one(setting, key, value, mistakes)


def _one(setting: Setting, key: Key, value: object, mistakes: _Mistakes) -> Any:
    given = str(mistakes.path.parent / value) if setting.file and isinstance(value, str) else value
    try:
        return setting.read(given)
    except ValueError as error:
        why = f" ({str(error).rstrip('.')})" if str(error) else ""
        mistakes.add(key, f"expected {setting.expected}, got {_shown(value)}{why}")
        return None


def _unknown(name: str, known: Iterable[str]) -> str:
    names = list(known)
    if near := difflib.get_close_matches(name.lower(), names, n=1):
        return f'unknown key: did you mean "{near[0]}"?'
    return f"unknown key: expected one of {', '.join(names)}"


def _spelled(key: Key) -> str:
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return "".join(parts).removeprefix(".")


def _shown(value: object) -> str:
    """A value as it would be written in the file, shortened."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def template(url: str, key: str = "", *, allow_private: bool = False) -> str:
    """The commented portals.toml for one portal that `portal-archiver init URL` writes; ConfigError for a bad URL.

    `key` is made from the host where none is given; an address that is private by itself needs no `allow_private`.
    """
    start = start_of(url)
    host = host_of(start)
    private = _PRIVATE if allow_private or is_private(host) else _PUBLIC
    quoted = json.dumps(start, ensure_ascii=False)
    return _TEMPLATE.format(key=key_in_toml(key or key_for(host)), start=quoted, host=host, private=private)


def start_of(url: str) -> str:
    """An address as `start` may have it; ConfigError for one that it may not have."""
    try:
        return str(SETTINGS["start"].read(url))
    except ValueError:
        raise ConfigError(f"URL: expected {SETTINGS['start'].expected}, got {_shown(url)}") from None


def is_key(text: str) -> bool:
    """Whether a portal can be called so."""
    return bool(_PORTAL_KEY.fullmatch(text))


def key_in_toml(key: str) -> str:
    """A portal's key as it stands in the header of its table."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def key_for(host: str) -> str:
    """A short key: `www.congan.bachhai.gov.vn` gives `congan-bachhai`."""
    name = host if _is_address(host) else _PUBLIC_SUFFIX.sub("", host.removeprefix("www."))
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-") or "portal"


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Whether a host is, by its name alone, a private or loopback address."""
    if _is_address(host):
        return not ipaddress.ip_address(host).is_global
    return host == "localhost" or host.endswith(".localhost")


_PUBLIC = """\
# Private and loopback addresses are refused, so that no page can lead the crawler into your own network.
# Set this to true only for a portal inside it.
# allow_private = true
"""

_PRIVATE = """\
# The address above is a private or loopback one. Those are refused unless this is true, so that no page can lead
# the crawler into your own network.
allow_private = true
"""

_TEMPLATE = """\
# The portals to archive: one table [portal.KEY] each. `portal-archiver crawl` visits them all,
# `portal-archiver crawl KEY` only one. Only `start` is needed; whatever stands behind a # is found out
# or has the default shown: remove the # to set it yourself.

[portal.{key}]
# Where to begin: the front page, or a list of section pages.
start = {start}

# What to call the portal in lists and reports.
# name = "Cổng thông tin điện tử tỉnh Bạch Hải"

# The hosts that may be visited; "*.bachhai.example" is that one and all below it. Default: those of `start`.
# hosts = ["{host}"]

# Which addresses are reports and which are lists of reports; * stands for anything. Default: told from the pages.
# articles = ["*/tin-tuc/*.html"]
# listings = ["*/chuyen-muc/*"]

# Seconds between two requests to one host. A longer Crawl-delay in the portal's robots.txt wins, and so does the time
# that the host takes to answer, up to 30 seconds.
# delay = 1.0

# The most pages to fetch in one run; the next run goes on from there.
# budget = 2000

# The most pages of those whose address fits a pattern: calendars, weather, procedures. The rest waits for the next run.
# budgets = {{ "*/lich-cong-tac/*" = 50 }}

# How many links from a start page a page may lie; further pages of a list do not count. What lies deeper is kept in
# mind, told as "too-deep", and asked for once this number is raised.
# max_depth = 100

# The days between two looks at a report: while it is up to 2 days old, up to 7, up to 30, up to 180, and from then on.
# Of fewer numbers the last one holds for the rest; false means never. What a sitemap or a list says has changed is
# looked at in the next run, whatever stands here.
# recheck = [1, 3, 7, 30, 90]

# What to keep of a report beside its page: "images", "attachments", or both. Each is fetched once, if it stands on one
# of the hosts and is no larger than max_bytes.
# save = ["images", "attachments"]

# Sent with every request, so that the people who run the portal can reach you: an e-mail address or a web page.
# contact = "you@example.org"

# A page larger than this is not kept, and a request that takes longer is given up, its body included. Redirects
# followed for one page, and how often one is asked for that may come yet (timeouts, server errors).
# max_bytes = "10 MB"
# max_seconds = 60.0
# max_redirects = 10
# tries = 3

# A server whose certificate is not valid is not asked. One that leaves out an intermediate certificate, or has an
# authority of its own: save that certificate as PEM and name the file here, as seen from this one. With verify = false
# no certificate is checked, and every capture says so.
# ca = "chain.pem"
# verify = true

{private}
# Where a field stands on the page, as CSS selectors, should it not be found by itself. The fields are title,
# published, author, lead, body, section, photos, caption, attachments and footer.
# select.title = "div.news h1"
# select.published = "div.news span.date"
# What `portal-archiver learn` finds out of the portal's templates is kept in the archive; tables here, one for each
# template, as `learn` prints them, take its place.
# learned = [{{ title = "div.news h1", body = "div.news div.text" }}]
# A crawl learns them by itself: once it has 40 reports, and anew when the template changes. With learn = false it does
# neither.
# learn = true
"""
