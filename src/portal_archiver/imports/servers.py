"""The servers that captures can be brought back from: which there are, and how an address tells what kind it is of.

Nothing is tried out: the address alone says which of the three interfaces is spoken to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from portal_archiver.errors import PortalArchiverError
from portal_archiver.urls import ascii_host


class Kind(StrEnum):
    """The interfaces to an index of captures, and to the captures themselves."""

    WAYBACK = "wayback"  # wayback-cdx-server: resume keys; captures at /web/<time>id_/<url>
    PYWB = "pywb"  # its CDXJ Server API, one a collection; captures at /<collection>/<time>id_/<url>
    CRAWLS = "crawls"  # Common Crawl: an index for each crawl, in the manner of pywb; captures are ranges of WARCs


@dataclass(frozen=True, slots=True)
class Server:
    """Where the index of an archive is, and what stands before the time, or the name of a WARC, of its captures."""

    kind: Kind
    index: str
    captures: str


DEFAULT = "internet-archive"
KNOWN = {
    DEFAULT: Server(Kind.WAYBACK, "https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/"),
    "common-crawl": Server(Kind.CRAWLS, "https://index.commoncrawl.org/collinfo.json", "https://data.commoncrawl.org/"),
    "arquivo": Server(Kind.PYWB, "https://arquivo.pt/wayback/cdx", "https://arquivo.pt/wayback/"),
}


class _Shape(NamedTuple):
    """How the path of an address of this kind looks; `cdx` and `captures` are below what stands before it."""

    path: re.Pattern[str]
    kind: Kind
    cdx: str
    captures: str


# The first row that fits wins. `root` is what comes before: a server need not be at the top of its host.
SHAPES = (
    _Shape(re.compile(r"(?P<root>.*)/collinfo\.json"), Kind.CRAWLS, "/collinfo.json", "/"),
    _Shape(re.compile(r"(?P<root>.*)/cdx/search(/cdx)?/?"), Kind.WAYBACK, "/cdx/search/cdx", "/web/"),
    _Shape(re.compile(r"(?P<root>.*)/web/?"), Kind.WAYBACK, "/cdx/search/cdx", "/web/"),
    _Shape(re.compile(r"(?P<root>.+)/cdx/?"), Kind.PYWB, "/cdx", "/"),
    _Shape(re.compile(r"(?P<root>.+?)/*"), Kind.PYWB, "/cdx", "/"),  # the address of a collection
    _Shape(re.compile(r"(?P<root>)/?"), Kind.WAYBACK, "/cdx/search/cdx", "/web/"),  # a host alone
)
FORMS = f"{', '.join(KNOWN)}, or an address: https://HOST (as web.archive.org), https://HOST/COLLECTION (pywb)"


def server_of(text: str) -> Server:
    """The server that a name of KNOWN or an address stands for; PortalArchiverError where it stands for none."""
    if text in KNOWN:
        return KNOWN[text]
    origin, path = _parts(text)
    of_host = {_parts(known.index)[0]: known for known in KNOWN.values()}
    if path in ("", "/") and origin in of_host:
        return of_host[origin]
    for shape in SHAPES:
        if found := shape.path.fullmatch(path):
            root = origin + found["root"]
            return Server(shape.kind, root + shape.cdx, root + shape.captures)
    raise _unusable(text)


def _parts(text: str) -> tuple[str, str]:
    """The origin and the path of an address."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and ascii_host(parts.hostname or "") and not parts.query
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise _unusable(text) from None
    if not usable or parts.username is not None:
        raise _unusable(text)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}", parts.path


def _unusable(text: str) -> PortalArchiverError:
    return PortalArchiverError(f'--server: "{text}" is no server: name one of {FORMS}')
