"""What one fetch may cost, so that a hostile or broken server costs at most a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from portal_archiver.model import Portal


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the crawler. Sizes in bytes, times in seconds.

    `max_bytes` holds for a page's payload as sent and as decoded, `max_index_bytes` for that of a sitemap or feed;
    `max_seconds` for one request, body included;
    `max_redirects` for the hops after the first; `tries` counts the first one. Between tries the wait starts at
    `retry_wait` and doubles; neither it nor a Retry-After makes the crawl wait longer than `max_wait`: a host that asks
    for more is left alone for the rest of the run, as is one that fails `failures` requests in a row, and one whose
    robots.txt asks for a longer Crawl-delay. The pause after a slow answer is at most `max_pause`.
    """

    max_bytes: int = 10_000_000
    max_index_bytes: int = 50 * 1024 * 1024  # what sitemaps.org allows
    max_seconds: float = 60.0
    max_redirects: int = 10
    tries: int = 3
    retry_wait: float = 1.0
    max_wait: float = 120.0
    max_pause: float = 30.0
    connect_seconds: float = 15.0
    read_seconds: float = 30.0
    failures: int = 12

    @classmethod
    def of(cls, portal: Portal) -> Self:
        """The limits that a portal sets; whoever grants a request much time lets its server be silent for half of it.

        How long a run waits for a host is not the portal's to say: portals share their hosts.
        """
        usual = cls()
        return cls(
            max_bytes=portal.max_bytes,
            max_seconds=portal.max_seconds,
            max_redirects=portal.max_redirects,
            tries=portal.tries,
            connect_seconds=max(usual.connect_seconds, portal.max_seconds / 4),
            read_seconds=max(usual.read_seconds, portal.max_seconds / 2),
        )
