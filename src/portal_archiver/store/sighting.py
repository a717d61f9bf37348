"""One look at a page that shows an article: what identity and change are judged by."""

from __future__ import annotations

from dataclasses import dataclass

from portal_archiver.model import REPORT_KINDS, Article, Capture, Kind, Page
from portal_archiver.store import identity
from portal_archiver.store.identity import Fingerprints
from portal_archiver.store.revisions import Read
from portal_archiver.store.times import stamp


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture of a page that shows an article.

    `answered` is the URL that answered, `claimed` the page's believable rel=canonical, `asked` the URL before any
    redirect; all canonical. `sha256` is of the payload.
    """

    portal_id: int
    capture_id: int
    seen_at: str
    sha256: str
    answered: str
    claimed: str | None
    asked: str
    kind: Kind
    article: Article
    prints: Fingerprints
    parser: str

    @property
    def read(self) -> Read:
        """What was read, as a revision keeps it."""
        return Read(self.article, self.prints.version, self.parser)


def sight(capture: Capture, page: Page, portal_id: int, capture_id: int) -> Sighting | None:
    """What a page shows of an article; None where it shows none."""
    if page.article is None or page.kind not in REPORT_KINDS:
        return None
    return Sighting(
        portal_id=portal_id,
        capture_id=capture_id,
        seen_at=stamp(capture.fetched_at),
        sha256=capture.sha256,
        answered=identity.canonical(capture.final_url),
        claimed=identity.claimed_url(capture, page),
        asked=identity.canonical(capture.url),
        kind=page.kind,
        article=page.article,
        prints=identity.fingerprints(page.article),
        parser=page.parser,
    )
