"""The closed list of reasons why a URL brought no page, and what follows from each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

State = Literal["failed", "gone", "skipped"]


class Reason(StrEnum):
    """Why there is no page. The values are what the archive and the reports say; a member is its own string."""

    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots-unreachable"
    NOT_FOUND = "not-found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    CLIENT_ERROR = "client-error"
    SERVER_ERROR = "server-error"
    TOO_MANY_REQUESTS = "too-many-requests"
    UNEXPECTED_STATUS = "unexpected-status"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    DNS = "dns"
    TLS = "tls"
    RESET = "reset"
    INCOMPLETE = "incomplete"
    BAD_HTTP = "bad-http"
    BAD_ENCODING = "bad-encoding"
    TOO_LARGE = "too-large"
    NOT_HTML = "not-html"
    FILE = "file"
    REDIRECT_LOOP = "redirect-loop"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    OFF_HOST = "off-host"
    PRIVATE_ADDRESS = "private-address"
    BAD_URL = "bad-url"
    TRAP = "trap"
    NOT_LINKED = "not-linked"
    STALE_FORM = "stale-form"
    TOO_DEEP = "too-deep"
    UNREADABLE = "unreadable"

    @property
    def sentence(self) -> str:
        """What happened, for a person."""
        return TABLE[self].sentence

    @property
    def state(self) -> State:
        """What becomes of the URL: asked again soon ("failed"), rarely ("gone"), or hardly ever ("skipped")."""
        return TABLE[self].state

    @property
    def heals(self) -> bool:
        """Whether the same request may well succeed a few seconds later."""
        return TABLE[self].heals

    @property
    def unreachable(self) -> bool:
        """Whether no answer came at all: on a start URL, the portal itself is unreachable."""
        return self in UNREACHABLE


class Consequence(NamedTuple):
    """One row of the table: the sentence, the state of the URL, whether a retry within the run may help."""

    sentence: str
    state: State
    heals: bool = False


TABLE: Mapping[Reason, Consequence] = MappingProxyType(
    {
        Reason.ROBOTS: Consequence("robots.txt asks robots to stay away from here", "skipped"),
        # RFC 9309 §2.3.1.4: while robots.txt cannot be read, nothing of the host may be fetched.
        Reason.ROBOTS_UNREACHABLE: Consequence("the host's robots.txt could not be read", "failed"),
        Reason.NOT_FOUND: Consequence("there is no such page (404)", "gone"),
        Reason.GONE: Consequence("the page was removed (410)", "gone"),
        Reason.FORBIDDEN: Consequence("the server denies access (401, 403, 451)", "failed"),
        Reason.CLIENT_ERROR: Consequence("the server rejects the request (another 4xx)", "skipped"),
        Reason.SERVER_ERROR: Consequence("the server failed (5xx)", "failed", heals=True),
        Reason.TOO_MANY_REQUESTS: Consequence("the server asks to be left alone for a while", "failed", heals=True),
        Reason.UNEXPECTED_STATUS: Consequence("the answer has a status that brings no page", "failed"),
        Reason.TIMEOUT: Consequence("no complete answer came in time", "failed", heals=True),
        Reason.REFUSED: Consequence("the host refused the connection, or no route leads to it", "failed", heals=True),
        Reason.DNS: Consequence("the host's name could not be resolved", "failed", heals=True),
        Reason.TLS: Consequence("the host's certificate or TLS is not valid", "failed"),
        Reason.RESET: Consequence("the connection broke off", "failed", heals=True),
        Reason.INCOMPLETE: Consequence("the body ended before its announced length", "failed", heals=True),
        Reason.BAD_HTTP: Consequence("the answer is no valid HTTP", "failed"),
        Reason.BAD_ENCODING: Consequence("the body cannot be decompressed", "failed"),
        Reason.TOO_LARGE: Consequence("the body is larger than the limit", "skipped"),
        Reason.NOT_HTML: Consequence("the content type is none of a page, feed or sitemap", "skipped"),
        Reason.FILE: Consequence("the address is that of a file, not of a page", "skipped"),
        Reason.REDIRECT_LOOP: Consequence("the redirects lead in a circle", "failed"),
        Reason.TOO_MANY_REDIRECTS: Consequence("the chain of redirects is longer than the limit", "failed"),
        Reason.OFF_HOST: Consequence("the address is on none of the portal's hosts", "skipped"),
        Reason.PRIVATE_ADDRESS: Consequence("the host has a private, loopback or reserved address", "skipped"),
        Reason.BAD_URL: Consequence("the address cannot be used", "skipped"),
        Reason.TRAP: Consequence("a trap: such addresses go on for ever, and lead nowhere", "skipped"),
        Reason.NOT_LINKED: Consequence("the list has no button any more that leads to this page of it", "gone"),
        Reason.STALE_FORM: Consequence("the server does not accept the form that leads to this page", "failed"),
        Reason.TOO_DEEP: Consequence(
            "the address lies deeper than max_depth; it is kept, and not asked for", "skipped"
        ),
        # The only one that says something of us: the page came and is kept, and is read by the version that can.
        Reason.UNREADABLE: Consequence("the page could not be read: a bug of the parser", "failed"),
    }
)
UNREACHABLE = frozenset({Reason.REFUSED, Reason.DNS, Reason.TIMEOUT, Reason.RESET, Reason.TLS})

# HTTP classes (RFC 9110 §15): the statuses with a meaning of their own, then the hundreds.
STATUSES = {
    401: Reason.FORBIDDEN,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    408: Reason.TIMEOUT,
    410: Reason.GONE,
    429: Reason.TOO_MANY_REQUESTS,
    451: Reason.FORBIDDEN,
}
HUNDREDS = {4: Reason.CLIENT_ERROR, 5: Reason.SERVER_ERROR}


def reason_of_status(status: int) -> Reason:
    """The reason that a status without a page stands for: 404 is `not-found`, 502 `server-error`, 204 is unexpected."""
    return STATUSES.get(status) or HUNDREDS.get(status // 100, Reason.UNEXPECTED_STATUS)
