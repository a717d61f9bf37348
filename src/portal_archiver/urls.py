"""URLs: one canonical spelling for each page (RFC 3986 §6, without the parameters that only track a visitor)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

SCHEMES = {"http": 80, "https": 443}
# Parameters that say who came from where, or name a session; none of them changes the page.
TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|zarsrc|_ga|mc_[ce]id|yclid|igshid|ref_src"  # campaigns: ?utm_source=zalo, ?zarsrc=30
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|sid|cfid|cftoken)$",  # sessions: ?PHPSESSID=...
    re.I,
)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#]*|/\(S\([a-z0-9]{24}\)\)", re.I)
_SAFE = "/:@!$&'()*+,;=~-._%"


@lru_cache(maxsize=65536)
def canonicalize(url: str, base: str = "") -> str | None:
    """The canonical absolute form of a URL found on `base`, or None for what is no web page (mailto:, javascript:...).

    Lower-cases scheme and host, drops default port, fragment, session and tracking parameters, sorts the parameters
    that stay, resolves dots and encodes what must be encoded. Never raises.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in SCHEMES or not host:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, SCHEMES[scheme]):
        netloc += f":{port}"
    return urlunsplit((scheme, netloc, _path(parts.path), _query(parts.query), ""))


def _path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", path) or "/"
    if "/." in path:
        path = urlsplit(urljoin("http://host/", path)).path
    return quote(path, safe=_SAFE)


def _query(query: str) -> str:
    pairs = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if not TRACKING.match(key)]
    return urlencode(sorted(pairs))


def host_of(url: str) -> str:
    """The lower-case host of a URL, "" when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def slug_of(url: str) -> str:
    """The last telling path segment, without its ending: `/tin/le-hoi-ooc-om-boc.html` gives `le-hoi-ooc-om-boc`."""
    parts = unquote(urlsplit(url).path).split("/")
    segments = [part for part in parts if part and not part.lower().startswith("index.")]
    return re.sub(r"\.(html?|aspx?|php|chn|vnp|jsp)$", "", segments[-1], flags=re.I) if segments else ""
