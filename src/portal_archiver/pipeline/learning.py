"""A portal teaches its template: from the captures of an archive, or from a few pages that are fetched for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal_archiver.errors import UnreachableError
from portal_archiver.model import Portal, Profile
from portal_archiver.parser import digest_of
from portal_archiver.parser.learning import Comparison, Lesson, Sample, compared, learn
from portal_archiver.pipeline.crawling import crawl
from portal_archiver.store import Archive

PAGES = 200  # that are learned from, at most
FETCHED = 60  # pages of a portal that no archive has
Show = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of learning: the lesson, what the profile reads differently on the same pages, and whether the archive
    keeps it; `reason` says why it does not."""

    portal: str
    lesson: Lesson
    comparison: Comparison
    is_kept: bool = False
    reason: str = ""


def learn_portal(
    portal: str, archive: Archive, *, since: datetime | None = None, keep: bool = True, show: Show | None = None
) -> Learned:
    """Learn from an archive's captures of a portal, and keep the profile there unless it reads worse.

    It takes the place of the one before for all captures that was in force for; with `since` (an aware time) it is
    learned from the captures of that moment and later, and in force from there on: the template has changed then.
    `show` is told how many pages are read, and of how many. LockedError while another run writes; PortalArchiverError
    where the archive has none of the portal.
    """
    samples = [Sample(*each) for each in archive.sample(portal, limit=PAGES, since=since)]
    lesson = learn(samples, show)
    comparison = compared(samples, lesson.learned)
    reason = reason_against(lesson, comparison) or ("" if keep else "nothing is to be written")
    if reason:
        return Learned(portal, lesson, comparison, reason=reason)
    begin = since or _begin(archive, portal) or min(sample.capture.fetched_at for sample in samples)
    profile = Profile(lesson.learned, begin, datetime.now(UTC), digest_of(lesson.learned), lesson=asdict(lesson))
    with archive.exclusive():
        is_kept = archive.keep_profile(portal, profile)
    return Learned(portal, lesson, comparison, is_kept, "" if is_kept else "it says what is known already")


def learn_from_web(portal: Portal, *, pages: int = FETCHED, show: Show | None = None) -> Learned:
    """Fetch some pages of a portal as a crawl would, and learn from them; nothing of it is kept.

    UnreachableError where it brings none.
    """
    with tempfile.TemporaryDirectory(prefix="learn-") as folder, Archive(Path(folder) / "sample.db") as archive:
        report = crawl(portal, archive, max_pages=pages)
        if not report.fetched:
            raise UnreachableError(f"{portal.start[0]} brought no page: {', '.join(report.reasons) or report.stopped}")
        return learn_portal(portal.key, archive, keep=False, show=show)


def reason_against(lesson: Lesson, comparison: Comparison) -> str:
    """Why a profile is not to be used, "" where it is."""
    if not lesson.learned:
        return "nothing is sure"
    if comparison.is_worse:
        return f"{comparison.lost} of {comparison.reports} reports would not be taken for reports any more"
    return ""


def _begin(archive: Archive, portal: str) -> datetime | None:
    """From when the profile in force is; another one of the same template takes its place."""
    known = archive.profiles(portal)
    return known[-1].since if known else None
