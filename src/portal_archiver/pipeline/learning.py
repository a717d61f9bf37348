"""A portal teaches its template, from the captures of an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from portal_archiver.model import Profile
from portal_archiver.parser import digest_of
from portal_archiver.parser.learning import Comparison, Lesson, Sample, compared, learn
from portal_archiver.store import Archive

PAGES = 200  # that are learned from, at most
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # before any page was captured
Show = Callable[[int, int], None]
Templates = tuple[Mapping[str, str], ...]


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
    samples = list(samples_of(portal, archive, since or _changed(archive, portal)))
    lesson = learn(samples, show)
    comparison = compared(samples, lesson.learned)
    reason = reason_against(lesson, comparison) or ("" if keep else "nothing is to be written")
    if reason:
        return Learned(portal, lesson, comparison, reason=reason)
    begin = since or _begin(archive, portal) or min(sample.capture.fetched_at for sample in samples)
    profile = profile_of(lesson, lesson.learned, begin)
    with archive.exclusive():
        if since:
            keep_plain(portal, archive)
        is_kept = archive.keep_profile(portal, profile)
    return Learned(portal, lesson, comparison, is_kept, "" if is_kept else "it says what is known already")


def samples_of(portal: str, archive: Archive, since: datetime | None) -> Iterator[Sample]:
    """What to learn from: the newest pages; of a template that is new since a moment those from then on, each with the
    report that it was known to show before."""
    for capture, seen_as in archive.sample(portal, limit=PAGES, since=since):
        known = archive.known_before(capture, since, portal=portal) if since else None
        yield Sample(capture, seen_as, known)


def profile_of(lesson: Lesson, templates: Templates, since: datetime) -> Profile:
    """What a lesson taught, with `templates` in force from a moment on."""
    return Profile(templates, since, datetime.now(UTC), digest_of(templates), lesson=asdict(lesson))


def keep_plain(portal: str, archive: Archive) -> None:
    """See to it that what is in force from a moment on is not so for the captures before: where the portal has no
    profile yet, those are read alone."""
    if not archive.profiles(portal):
        archive.keep_profile(portal, Profile((), LONG_AGO, datetime.now(UTC), digest_of(())))


def reason_against(lesson: Lesson, comparison: Comparison) -> str:
    """Why a profile is not to be used, "" where it is."""
    if not lesson.learned:
        return "nothing is sure"
    if comparison.is_worse:
        return f"{comparison.lost} of {comparison.reports} reports would not be taken for reports any more"
    return ""


def _changed(archive: Archive, portal: str) -> datetime | None:
    """Since when the template in force is new, where there was another before."""
    known = archive.profiles(portal)
    return known[-1].since if len(known) > 1 else None


def _begin(archive: Archive, portal: str) -> datetime | None:
    """From when the profile in force is; another one of the same template takes its place."""
    known = archive.profiles(portal)
    return known[-1].since if known else None
