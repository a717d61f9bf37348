"""A portal that no archive has teaches its template: from a few pages that are fetched for it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from portal_archiver.errors import UnreachableError
from portal_archiver.model import Portal
from portal_archiver.pipeline.crawling import crawl
from portal_archiver.pipeline.learning import Learned, Show, learn_portal
from portal_archiver.store import Archive

FETCHED = 60  # pages


def learn_from_web(portal: Portal, *, pages: int = FETCHED, show: Show | None = None) -> Learned:
    """Fetch some pages of a portal as a crawl would, and learn from them; nothing of it is kept.

    UnreachableError where it brings none.
    """
    with tempfile.TemporaryDirectory(prefix="learn-") as folder, Archive(Path(folder) / "sample.db") as archive:
        report = crawl(replace(portal, learn=False), archive, max_pages=pages)
        if not report.fetched:
            raise UnreachableError(f"{portal.start[0]} brought no page: {', '.join(report.reasons) or report.stopped}")
        return learn_portal(portal.key, archive, keep=False, show=show)
