"""Which URLs belong to a portal: by scheme, host and ending, and none that turns in a circle."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from portal_archiver.crawler.addresses import is_literal, is_public
from portal_archiver.crawler.reasons import Reason
from portal_archiver.crawler.traps import is_repeating
from portal_archiver.model import Portal
from portal_archiver.urls import ascii_host, on_hosts

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
    """The bounds of a portal: a host of its `hosts` is meant exactly, `*.bachhai.example` its subdomains and itself.

    The patterns `articles` and `listings` are no bounds: pages that lead to articles are rarely foreseen in a config.
    """

    def __init__(self, portal: Portal) -> None:
        self._hosts = portal.hosts
        self._allow_private = portal.allow_private

    def reason_against(self, url: str, *, file: bool = False) -> Reason | None:
        """Why a URL is not to be fetched as a page or a `file`, or None; says nothing of robots.txt. Never raises."""
        reason = Reason.BAD_URL if len(url) > MAX_LENGTH else _reason(url, self._hosts, self._allow_private)
        return None if file and reason is Reason.FILE else reason


@lru_cache(maxsize=4096)  # the links of a menu stand on every page
def _reason(url: str, hosts: tuple[str, ...], allow_private: bool) -> Reason | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return Reason.BAD_URL
    host = ascii_host(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not host:
        return Reason.BAD_URL
    if not on_hosts(url, hosts):
        return Reason.OFF_HOST
    if not allow_private and is_literal(host) and not is_public(host):
        return Reason.PRIVATE_ADDRESS
    if is_repeating(parts.path):
        return Reason.TRAP
    ending = _ENDING.search(parts.path)
    return Reason.FILE if ending and ending[1].lower() in FILES else None
