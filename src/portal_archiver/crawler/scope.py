"""Which URLs belong to a portal: by scheme, host and ending; and which of them its patterns call article or listing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from portal_archiver.crawler.addresses import is_literal, is_public
from portal_archiver.crawler.reasons import Reason
from portal_archiver.model import Portal
from portal_archiver.urls import ascii_host

MAX_LENGTH = 2000  # characters; what is longer was made by a machine for a machine
# Endings of what is never a page; a sitemap's .xml and .gz are not among them.
FILES = frozenset(
    "jpg jpeg png gif webp avif bmp tif tiff svg ico psd "  # pictures
    "mp3 m4a wav wma ogg mp4 m4v webm avi mov wmv flv mkv 3gp swf "  # sound and film
    "pdf doc docx docm dot xls xlsx xlsm ppt pptx pps odt ods odp rtf epub csv "  # documents
    "zip rar 7z tar tgz exe msi apk ipa dmg iso bin jar "  # packages
    "css js mjs map json woff woff2 ttf eot otf".split()  # what pages are made of
)
_ENDING = re.compile(r"\.(\w{1,5})$")


class Scope:
    """The bounds of a portal. `hosts` limit the crawl; `articles` and `listings` only say what a page is.

    A host of the portal is meant exactly, `*.bachhai.example` means its subdomains and itself. A URL that fits neither
    kind of pattern is still visited: pages that lead to articles are rarely foreseen by the patterns of a config.
    """

    def __init__(self, portal: Portal) -> None:
        self._exact = {ascii_host(host.removeprefix("*.")) for host in portal.hosts}
        self._below = tuple("." + ascii_host(host[2:]) for host in portal.hosts if host.startswith("*."))
        self._allow_private = portal.allow_private
        self._articles = _compiled(portal.articles)
        self._listings = _compiled(portal.listings)

    def reason_against(self, url: str) -> Reason | None:
        """Why a URL is not to be fetched, or None; says nothing of robots.txt. Never raises."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return Reason.BAD_URL
        host = ascii_host(parts.hostname or "")
        if parts.scheme not in ("http", "https") or not host or len(url) > MAX_LENGTH:
            return Reason.BAD_URL
        if host not in self._exact and not host.endswith(self._below):
            return Reason.OFF_HOST
        if not self._allow_private and is_literal(host) and not is_public(host):
            return Reason.PRIVATE_ADDRESS
        ending = _ENDING.search(parts.path)
        return Reason.FILE if ending and ending[1].lower() in FILES else None

    def is_article(self, url: str) -> bool:
        """Whether the portal's `articles` patterns call this URL an article."""
        return _fits(self._articles, url)

    def is_listing(self, url: str) -> bool:
        """Whether the portal's `listings` patterns call this URL a listing."""
        return _fits(self._listings, url)


def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Patterns where `*` matches anything; one that begins with a slash is held against path and query alone."""
    return tuple(
        re.compile(
            (r"https?://[^/?]*" if pattern.startswith("/") else "") + ".*".join(map(re.escape, pattern.split("*")))
        )
        for pattern in patterns
    )


def _fits(patterns: tuple[re.Pattern[str], ...], url: str) -> bool:
    return any(pattern.fullmatch(url) for pattern in patterns)
