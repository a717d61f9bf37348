"""SURT keys: the form of a URL under which web archives index it, hosts from right to left (com,example)/path.

The rules are those of the Internet Archive's canonicalizer, which pywb and `cdxj-indexer` share: in an index with other
keys they would find nothing.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from portal_archiver.urls import SCHEMES

_WWW = re.compile(r"www\d*\.")
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PATH_SESSION = re.compile(r"^(.*/)\((?:(?:[a-z]\([0-9a-z]{24}\))+|[0-9a-z]{24})\)/([^?]+\.aspx.*)$")
_QUERY_SESSIONS = tuple(
    re.compile(rf"^(.*)(?:{session})(?:&(.*))?$")
    for session in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str:
    """`https://www.bachhai.example/Tin/1.html?b=2&a=1` is `example,bachhai)/tin/1.html?a=1&b=2`."""
    parts = urlsplit(url)
    host = _WWW.sub("", (parts.hostname or "").lower(), count=1)
    port = f":{parts.port}" if parts.port not in (None, SCHEMES.get(parts.scheme)) else ""
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{port}){_path(parts.path)}{'?' + query if query else ''}"


def _path(path: str) -> str:
    kept: list[str] = []
    segments = _escaped(path).split("/")[1:]
    for segment in segments:
        if segment == ".." and kept:
            kept.pop()
        elif segment not in (".", ""):
            kept.append(segment)
    whole = "/" + "/".join(kept) + ("/" if kept and segments[-1] == "" else "")
    lowered = _PATH_SESSION.sub(r"\1\2", whole.lower())
    return lowered.rstrip("/") or "/"


def _query(query: str) -> str:
    text = _escaped(query).lower()
    for session in _QUERY_SESSIONS:
        text = session.sub(lambda match: match[1] + (match[2] or ""), text)
    pairs = sorted(tuple(pair.split("=", 1)) for pair in text.split("&"))
    return "&".join("=".join(pair) for pair in pairs)


def _escaped(text: str) -> str:
    """All escapes undone, however often they were escaped, and then once what is not printable ASCII."""
    raw, before = text.encode("utf-8", "replace"), b""
    while raw != before:
        raw, before = unquote_to_bytes(raw), raw
    return quote_from_bytes(raw, safe=_SAFE)
