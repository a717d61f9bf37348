"""Which parser read a page: what other rules or settings read differently tomorrow, the portal has not edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from portal_archiver.model import Portal

# To be raised by one with every change of what is read from the same bytes: `portal-archiver reparse` then reads the
# archived pages anew, and a crawl takes no difference between two parsers for an edit.
VERSION = 4


def version_for(portal: Portal | None) -> str:
    """The version, what of the portal's settings decides how its pages are read, and the profile that its pages taught.

    `4`, `4+5f0c2a91` with settings, `4~0b7d11e4` with a profile, `4+5f0c2a91~0b7d11e4` with both.
    """
    if portal is None:
        return str(VERSION)
    found = str(VERSION)
    if portal.select or portal.articles or portal.listings:
        found += "+" + _digest([sorted(portal.select.items()), portal.articles, portal.listings])
    return f"{found}~{digest_of(portal.learned)}" if portal.learned else found


def digest_of(learned: Iterable[Mapping[str, str]]) -> str:
    """What names a profile in the version of a reading: eight hexadecimal digits."""
    return _digest([sorted(select.items()) for select in learned])


def _digest(settings: object) -> str:
    text = json.dumps(settings, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
