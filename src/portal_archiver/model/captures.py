"""What servers answer: the evidence, before anybody tries to understand it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

PAGE_STATUSES = frozenset({200, 203})  # a page, and one that a proxy changed on its way (RFC 9110 §15.3)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who answered, as the connection itself shows: the IP `address` that was connected to, and how it was secured.

    Without TLS `verified` is None and the rest empty. With it, `verified` says whether the certificate was checked
    against the authorities trusted and the name of the host; `tls` is the version ("TLSv1.3"), `cipher` its name as
    OpenSSL spells it, and `certificate` the SHA-256 (hex) of the server's own certificate (DER).
    """

    address: str
    verified: bool | None = None
    tls: str = ""
    cipher: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a capture comes from that was made by others: the name of the file, and the record's id in it.

    Of a server's capture they are the address before the time, and the address of the capture itself.
    """

    file: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """What a server answered for one URL: the evidence, kept before anybody tries to understand it.

    `fetched_at` is an aware datetime and is kept in UTC. `body` is the payload after content-decoding.
    `final_url` (after redirects) defaults to `url`; `sha256` (hex, of `body`) is computed when left out.
    A 304 is a capture with an empty body: the server's word that nothing changed. `peer` is who gave the answer of
    `final_url`, where that is known. A `url` that ends in
    `#__doPostBack(...)` was asked for by posting the form of another page (see `urls.Postback`). `source` is where it
    was imported from; None for what was fetched here.
    """

    url: str
    final_url: str = ""
    fetched_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    sha256: str = ""
    peer: Peer | None = None
    source: Source | None = None

    def __post_init__(self) -> None:
        if self.fetched_at.tzinfo is None:
            raise ValueError(f"Capture.fetched_at of {self.url} has no time zone: pass an aware datetime, best in UTC")
        object.__setattr__(self, "fetched_at", self.fetched_at.astimezone(UTC))
        object.__setattr__(self, "final_url", self.final_url or self.url)
        object.__setattr__(self, "sha256", self.sha256 or hashlib.sha256(self.body).hexdigest())

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Fetch:
    """What came of asking for one URL: a capture, or the reason (from `crawler.reasons`) why there is none.

    A 404 has both a capture and a reason. `detail` is a sentence for a person.
    """

    url: str
    capture: Capture | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RobotsText:
    """What a host said of robots at one `location` (https://www.bachhai.example/robots.txt), and when (UTC).

    `text` is empty where it has no such file: `status` is a 4xx then.
    """

    location: str
    fetched_at: datetime
    status: int
    text: str
