"""What a crawl learns by itself at its end: the templates of a portal without a profile, and one that has changed.

A template that changed is learned from its own pages, found again by what the archive knows of their reports. What that
mends is read anew, so that the night is stored as if the profile had been there before; all of it or nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Learning, Night, Portal, RunReport
from portal_archiver.parser.learning import learn
from portal_archiver.pipeline.drift import LONG_TEXT, drifted
from portal_archiver.pipeline.learning import Show, Templates, keep_plain, learn_portal, profile_of, samples_of
from portal_archiver.pipeline.looks import Looks, corrected
from portal_archiver.pipeline.options import LEARNING, Options, Progress
from portal_archiver.pipeline.profiles import Taught
from portal_archiver.pipeline.reading import Readers, in_words, read_page
from portal_archiver.pipeline.reparse import Reparse, ReparseOptions
from portal_archiver.store import Archive, Scope
from portal_archiver.text import plain

ENOUGH = 40  # pages with a report, from which on a portal without a profile is learned
SECONDS = 60.0  # that learning may take at the end of a run
AGAIN = timedelta(days=7)  # between two tries, where nothing was learned
EVERY_NIGHT = 7  # runs in a row that miss the same: so many try to learn it, and from then on one in a week
MOST_TEMPLATES = 6  # with those of the profile before
OLD, WORSE = 40, 0.02  # pages from before that are read with the new profile; share of them that may lose a field
# What a profile can mend. A footer is in none, and pages that are gone are gone.
CURABLE = frozenset({"report", "title", "date", "body", "credit", "byline", "unedited"})


class RefusedError(Exception):
    """Nothing is kept, and why."""


@dataclass(frozen=True, slots=True)
class _Change:
    """When a template changed, as far as the runs tell: the first that missed something began, or one that was killed
    before it. From `untold` on no run lived to try to learn; so many runs ended and `missed` it."""

    begin: datetime
    untold: datetime
    missed: int


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is needed to learn at the end of a crawl."""

    archive: Archive
    options: Options
    readers: Readers

    def after(self, portal: Portal, report: RunReport, looks: Looks, nights: tuple[Night, ...]) -> RunReport:
        """The report of a run, stored anew if learning was tried. `nights` are those before it, newest first.

        Errors of the archive come out; a bug of ours costs the lesson, not the run.
        """
        if not portal.learn or portal.learned or report.stopped in ("signal", "unreachable"):
            return report
        try:
            taught = self._teach(portal, report, looks, nights)
        except RefusedError as refused:
            taught = replace(report, learning=Learning(reason=str(refused)))
        except PortalArchiverError:
            raise
        except Exception as error:
            taught = replace(report, learning=Learning(reason=f"an error in learning: {in_words(error)}"))
        if self.options.stop.is_set() and taught.learning and not taught.learning.profile:
            return report  # it was stopped, and is to be tried again
        if taught is not report:
            self.archive.finish_run(report.id, taught)
        return taught

    def _teach(self, portal: Portal, report: RunReport, looks: Looks, nights: tuple[Night, ...]) -> RunReport:
        if any(alarm.field in CURABLE for alarm in report.alarms):
            return self._heal(portal, report, looks, nights)
        if report.alarms or not self._is_time(portal.key):
            return report
        learned = learn_portal(portal.key, self.archive, show=self._patience(portal.key))
        if not learned.is_kept:
            raise RefusedError(learned.reason)
        digest = self.archive.profiles(portal.key)[-1].digest
        return replace(report, learning=Learning(digest, learned.lesson.pages))

    def _is_time(self, key: str) -> bool:
        """Whether a portal without a profile has enough pages, and nothing was tried lately."""
        if any(profile.templates for profile in self.archive.profiles(key)):
            return False
        if self.archive.report_pages(key, most=ENOUGH) < ENOUGH:
            return False
        return not self._tried_lately(key)

    def _tried_lately(self, key: str) -> bool:
        tried = self.archive.last_learning(key)
        return tried is not None and tried > datetime.now(UTC) - AGAIN

    def _patience(self, key: str) -> Show:
        """What tells how far learning is, and ends it when the time is over or the crawl is to stop."""
        deadline = time.monotonic() + SECONDS

        def show(done: int, total: int) -> None:
            if self.options.on_progress:
                self.options.on_progress(Progress(key, "", LEARNING, done, total - done))
            if self.options.stop.is_set():
                raise RefusedError("the crawl was stopped")
            if time.monotonic() > deadline:
                raise RefusedError(f"reading {total} pages takes longer than {SECONDS:.0f} seconds")

        return show

    def _heal(self, portal: Portal, report: RunReport, looks: Looks, nights: tuple[Night, ...]) -> RunReport:
        """Learn the new template and read its pages anew; RefusedError where that mends nothing or spoils something."""
        key, fields = portal.key, {alarm.field for alarm in report.alarms}
        change = self._changed_at(report, fields)
        begin = change.begin
        if change.missed > EVERY_NIGHT and self._tried_lately(key):
            return report
        lesson = learn(samples_of(key, self.archive, begin), self._patience(key))
        if not lesson.learned:
            raise RefusedError("; ".join(lesson.doubts) or "nothing is sure")
        before = Taught(portal, self.archive)
        known = before.at(begin).learned
        templates = (*lesson.learned, *(each for each in known if each not in lesson.learned))[:MOST_TEMPLATES]
        self._must_suit_old_pages(portal, before, templates, begin)
        with self.archive.transaction():
            keep_plain(key, self.archive)
            if not self.archive.keep_profile(key, profile_of(lesson, templates, begin)):
                raise RefusedError("they teach what is known already")
            self._read_anew(portal, change)
            yields, moved = looks.anew(self.archive, Taught(portal, self.archive))
            alarms = [*drifted(yields, nights), *(alarm for alarm in report.alarms if alarm.field == "silence")]
            left = {alarm.field for alarm in alarms}
            # What was no report could not pass for edited; where it is one again, it can.
            more = left - fields - ({"unedited"} if "report" in fields - left else set())
            if more or not fields - left:
                raise RefusedError(_outcome_of(more, left))
            digest = self.archive.profiles(key)[-1].digest
            healed = tuple(alarm for alarm in report.alarms if alarm.field not in left)
            learning = Learning(digest, lesson.pages, healed=healed)
            taught = replace(corrected(report, moved), yields=yields.shares(), alarms=tuple(alarms), learning=learning)
            self.archive.finish_run(report.id, taught)
        return taught

    def _changed_at(self, report: RunReport, fields: set[str]) -> _Change:
        """Since when runs have missed one of these fields, back to the last one that did not."""
        begin = untold = report.started_at
        missed, tried = 1, False
        for run in self.archive.runs(portal=report.portal, limit=90):
            killed = run.stopped == "killed"
            if run.id == report.id or not (run.yields or killed):
                continue
            if not killed and not fields & {alarm.field for alarm in run.alarms}:
                break
            begin, missed, tried = run.started_at, missed + (not killed), tried or run.learning is not None
            untold = untold if tried else begin
        return _Change(begin, untold, missed)

    def _must_suit_old_pages(self, portal: Portal, before: Taught, templates: Templates, begin: datetime) -> None:
        """RefusedError where pages from before, on which the new profile fits, would lose by it."""
        with_new = replace(portal, learned=templates)
        lost: dict[str, int] = {}
        reports = 0
        for capture, seen_as in self.archive.sample(portal.key, limit=OLD, until=begin):
            old = read_page(before.at(capture.fetched_at), capture, seen_as).article
            if old is None:
                continue
            reports += 1
            new = read_page(with_new, capture, seen_as).article
            for name in _losses(old, new):
                lost[name] = lost.get(name, 0) + 1
        worst = max(lost, key=lambda name: lost[name], default="")
        if worst and lost[worst] > max(1, WORSE * reports):
            raise RefusedError(f"{lost[worst]} of {reports} pages from before would be read worse with it: {worst}")

    def _read_anew(self, portal: Portal, change: _Change) -> None:
        """The pages of the new template with the new profile; what was never judged with one is judged anew."""
        options = ReparseOptions(Scope(since=change.begin, unsettled=change.untold), stop=self.options.stop)
        if asyncio.run(Reparse(portal, self.archive, self.readers, options).travel()).stopped:
            raise RefusedError("the crawl was stopped")


def _outcome_of(more: Iterable[str], left: Iterable[str]) -> str:
    """Why what was read with a new profile is no better, given the alarms that it adds and all that there are then."""
    if names := ", ".join(sorted(more)):
        return f"read with it, there would be a new alarm: {names}"
    return f"read with it, the alarms would be the same: {', '.join(sorted(left))}"


def _losses(old: Article, new: Article | None) -> Iterator[str]:
    """The fields that one reading of a page has, and the other has not."""
    if new is None:
        yield "report"
        return
    if plain(old.title) != plain(new.title):
        yield "title"
    if len(old.body) >= LONG_TEXT > len(new.body):
        yield "body"
    had = {"date": old.published, "byline": old.author, "credit": any(photo.credit for photo in old.photos)}
    has = {"date": new.published, "byline": new.author, "credit": any(photo.credit for photo in new.photos)}
    yield from (name for name in had if had[name] and not has[name])
