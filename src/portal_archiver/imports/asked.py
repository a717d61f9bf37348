"""What is looked for in an archive, and which captures of an index are worth bringing back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from portal_archiver.crawler.scope import Scope
from portal_archiver.imports.cdx import Listed
from portal_archiver.imports.warc import HTML
from portal_archiver.model import PAGE_STATUSES, Portal
from portal_archiver.urls import SCHEMES, ascii_host, host_of

# Indexes take these for one host, as SURT does, and so does whoever asks for one of them.
_WWW = re.compile(r"www\d*\.")
_PORT = re.compile(r"^(http://[^/?#]*?):80(?=[/?#]|$)|^(https://[^/?#]*?):443(?=[/?#]|$)", re.I)
_STATUSES = frozenset({"", *map(str, PAGE_STATUSES)})
# Of a revisit an index says no more; "unk" is what the Internet Archive writes where it does not know.
_UNTYPED = frozenset({"", "unk", "warc/revisit"})
_REFUSALS = {"off-host": "other-host", "file": "not-html"}  # what a crawl calls it, and an import


@dataclass(frozen=True, slots=True)
class Query:
    """The captures of a `host` (with `below`, of all hosts below it too) made from `since` to `until`.

    `host` may have a port; the times are 14 digits, UTC, and count both. www.bachhai.example and bachhai.example are
    one host.
    """

    host: str
    below: bool = False
    since: str = "19900101000000"
    until: str = "20991231235959"
    _scope: Scope = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Nothing is fetched from the host itself, so its own address may be any.
        portal = Portal((f"http://{self.host}/",), hosts=self.hosts, allow_private=True)
        object.__setattr__(self, "_scope", Scope(portal))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that are meant, as `Portal.hosts` names them."""
        name = host_of(f"http://{self.host}/")
        plain = name[found.end() :] if (found := _WWW.match(name)) else name
        return tuple(dict.fromkeys((f"*.{name}",) if self.below else (name, plain, f"www.{plain}")))

    def reason_against(self, listed: Listed) -> str | None:
        """Why a capture is not worth asking for (a key of `warc.REASONS`), or None."""
        if listed.is_posted:
            return "posted"
        if listed.status not in _STATUSES:
            return "status"
        if listed.mime not in _UNTYPED and not HTML.match(listed.mime):
            return "not-html"
        if not self.since <= listed.digits <= self.until:
            return "other-time"
        return _REFUSALS.get(reason, "unusable") if (reason := self._scope.reason_against(listed.url)) else None


def query_of(host: str, since: date | None = None, until: date | None = None) -> Query | None:
    """The query for a host as typed: `bachhai.example`, `*.bachhai.example`, the address of its front page.

    Both days count, in UTC; without them there is no bound. None: that is no host.
    """
    typed = host.strip()
    below = typed.startswith("*.")
    try:
        parts = urlsplit(typed if "://" in typed else f"http://{typed.removeprefix('*.')}")
        name, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not name or parts.path not in ("", "/") or parts.query or parts.username:
        return None
    netloc = f"[{name}]" if ":" in name else name
    netloc += f":{port}" if port not in (None, SCHEMES[parts.scheme]) else ""
    days = ("since", since, "000000"), ("until", until, "235959")
    return Query(netloc, below, **{name: f"{day:%Y%m%d}{clock}" for name, day, clock in days if day})


def bare(url: str) -> str:
    """A URL without the port that its scheme implies: old captures are listed as http://www.bachhai.example:80/."""
    return _PORT.sub(r"\1\2", url)
