"""URLs: one canonical spelling for each page (RFC 3986 §6, without the parameters that only track a visitor)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

SCHEMES = {"http": 80, "https": 443}
# Parameters that say who came from where, or name a session; none of them changes the page.
TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|zarsrc|_ga|mc_[ce]id|yclid|igshid|ref_src"  # campaigns: ?utm_source=zalo, ?zarsrc=30
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|cfid|cftoken)(=|$)"  # sessions: ?PHPSESSID=...
    r"|^sid=[0-9a-z]{16,}$",  # a session when it looks like one; ?sid=1234 is a story's number in PHP-Nuke and its kin
    re.I,
)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/]*|/\(S\([a-z0-9]{24}\)\)(?=/|$)", re.I)
_PLAIN_PATH = re.compile(r"/(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?", re.ASCII)
_PLAIN_RELATIVE = re.compile(r"(?P<up>(?:\.\./)+)?(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)", re.ASCII)
_ENDS_PATH = re.compile(r"[?#]")
_ORIGIN = re.compile(r"https?://[^/?#]+", re.I)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE_IN_PATH = "/:@!$&'()*+,;=~-._%"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_POSTBACK = re.compile(r"__doPostBack\(([\w$:.-]{1,200}),Page\$([1-9]\d{0,3})\)", re.ASCII)


class Postback(NamedTuple):
    """One page of a list that has no address: only a button of the form on an ASP.NET page leads to it.

    `pager` is the name of the control the buttons belong to, `number` (from 2 to 9999) that of the page, whatever the
    button says: `ctl00$Main$Grid` and 3. In a URL it is the fragment of the list's own address, as GridView spells it:
    `https://bachhai.example/list.aspx?id=3#__doPostBack(ctl00$Main$Grid,Page$3)`. It is never sent to a server.
    """

    pager: str
    number: int


def canonicalize(url: str, base: str = "") -> str | None:
    """The canonical absolute form of a URL found on `base`, or None for what is no web page (mailto:, javascript:...).

    Lower-cases scheme and host (an international name becomes its `xn--` form), drops user names, default port,
    fragment (but not that of a `Postback`), session and tracking parameters, sorts the parameters that stay by name,
    resolves dots, and spells percent-escapes as RFC 3986 §6.2.2 does. Idempotent; never raises.
    """
    try:
        return _canonical(absolute(url, base))
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def _canonical(url: str) -> str | None:
    parts = urlsplit(url)
    host, port = ascii_host(parts.hostname or ""), parts.port
    if parts.scheme not in SCHEMES or not host:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, SCHEMES[parts.scheme]):
        netloc += f":{port}"
    fragment = parts.fragment if parts.fragment and _POSTBACK.fullmatch(parts.fragment) else ""
    return urlunsplit((parts.scheme, netloc, _path(parts.path), _query(parts.query), fragment))


def absolute(url: str, base: str = "") -> str:
    """A link as a browser resolves it on `base`, otherwise as written; ValueError for a host that is none."""
    url = url.strip()
    if url.startswith(("http://", "https://")) and "\\" not in url:
        return url
    if base and (relative := _PLAIN_RELATIVE.fullmatch(url)) and (folder := _folder(base)):
        start, path = folder
        return start + (_without_dots(path + url) if relative["up"] else path + url)
    if base and _PLAIN_PATH.fullmatch(url) and (origin := _ORIGIN.match(base)):
        return origin[0] + url  # most links of a page, at a tenth of the cost
    head, mark, tail = url.partition("?")
    url = head.replace("\\", "/") + mark + tail  # as browsers do; old portals link to "tin\bai.aspx"
    return urljoin(base, url) if base else url


@lru_cache(maxsize=256)
def _folder(base: str) -> tuple[str, str] | None:
    """The origin of a page, and the path of the folder it is in."""
    origin = _ORIGIN.match(base)
    path = _ENDS_PATH.split(base[origin.end() :], maxsplit=1)[0] if origin else ""
    if origin is None or not _PLAIN_PATH.fullmatch(path):
        return None
    return origin[0], path[: path.rfind("/") + 1]


def ascii_host(host: str) -> str:
    """A host name as DNS spells it: lower case, international names in their `xn--` form; "" when it can be no name."""
    host = host.lower().rstrip(".")
    try:
        if ":" in host:
            return str(ipaddress.IPv6Address(host)) if "%" not in host else ""
        host = host if host.isascii() else host.encode("idna").decode("ascii").lower().rstrip(".")
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def _path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", _escape(path, _SAFE_IN_PATH))
    return _without_dots(path) if "/." in path else path or "/"


def _without_dots(path: str) -> str:
    """The path with its dots resolved (RFC 3986 §5.2.4); empty segments stay, as a server may tell them apart."""
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    """The parameters that matter, by name; not decoded, for some portals escape bytes that are no UTF-8."""
    pairs = (pair for pair in _escape(query, _SAFE_IN_QUERY).split("&") if pair and not TRACKING.match(pair))
    return "&".join(sorted(pairs, key=lambda pair: pair.partition("=")[0]))


def _escape(text: str, safe: str) -> str:
    return quote(_ESCAPE.sub(_respell, text), safe=safe, errors="replace")


def _respell(escape: re.Match[str]) -> str:
    if not escape[1]:
        return "%25"
    char = chr(int(escape[1], 16))
    return char if char in _UNRESERVED else f"%{escape[1].upper()}"


def postback_of(url: str) -> Postback | None:
    """Which page of a list a URL stands for that is reached by a button alone; None for an address like any other."""
    found = _POSTBACK.fullmatch(url.partition("#")[2])
    return Postback(found[1], int(found[2])) if found else None


def with_postback(url: str, postback: Postback) -> str | None:
    """The URL that stands for another page of the list at `url`; None where the control's name cannot be written so."""
    fragment = f"__doPostBack({postback.pager},Page${postback.number})"
    return f"{without_fragment(url)}#{fragment}" if _POSTBACK.fullmatch(fragment) else None


def without_fragment(url: str) -> str:
    """What of a URL is sent to a server."""
    return url.partition("#")[0]


def host_of(url: str) -> str:
    """The lower-case host of a URL, "" when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def twin_of(host: str) -> str:
    """The host with `www.` before it, or without."""
    return host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"


def fits(patterns: Iterable[str], url: str) -> bool:
    """Whether one of the patterns matches a URL: `*` stands for anything, a leading slash for the path and query."""
    return any(_compiled(pattern).fullmatch(url) for pattern in patterns)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    origin = r"https?://[^/?]*" if pattern.startswith("/") else ""
    return re.compile(origin + ".*".join(map(re.escape, pattern.split("*"))))


def on_hosts(url: str, hosts: Iterable[str]) -> bool:
    """Whether a URL is on one of these hosts: one is meant exactly, `*.bachhai.example` with all below it."""
    host = ascii_host(host_of(url))
    exact, below = _bounds(tuple(hosts))
    return bool(host) and (host in exact or host.endswith(below))


@lru_cache(maxsize=256)
def _bounds(hosts: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    exact = frozenset(ascii_host(host.removeprefix("*.")) for host in hosts)
    return exact, tuple("." + ascii_host(host[2:]) for host in hosts if host.startswith("*."))


def spelling_of(url: str) -> str:
    """What the spellings of one page share: a URL without its scheme, `www.`, and the slash at the end of its path."""
    parts = urlsplit(url)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def path_of(url: str) -> str:
    """The path of a URL, "" when it cannot be read."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def slug_of(url: str) -> str:
    """The last telling path segment, without its ending: `/tin/le-hoi-ooc-om-boc.html` gives `le-hoi-ooc-om-boc`."""
    try:
        parts = unquote(urlsplit(url).path).split("/")
    except ValueError:
        return ""
    segments = [part for part in parts if part and not part.lower().startswith("index.")]
    return re.sub(r"\.(html?|aspx?|php|chn|vnp|jsp)$", "", segments[-1], flags=re.I) if segments else ""
