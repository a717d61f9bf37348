"""Which parser read a page: what other rules or settings read differently tomorrow, the portal has not edited."""

from __future__ import annotations

import hashlib
import json

from portal_archiver.model import Portal

# To be raised by one with every change of what is read from the same bytes: `portal-archiver reparse` then reads the
# archived pages anew, and a crawl takes no difference between two parsers for an edit.
VERSION = 1


def version_for(portal: Portal | None) -> str:
    """The version, and what of the portal's settings decides how its pages are read: `3`, or `3+5f0c2a91` with any."""
    if portal is None or not (portal.select or portal.articles or portal.listings):
        return str(VERSION)
    settings = json.dumps([sorted(portal.select.items()), portal.articles, portal.listings], ensure_ascii=False)
    return f"{VERSION}+{hashlib.sha256(settings.encode('utf-8', 'replace')).hexdigest()[:8]}"
