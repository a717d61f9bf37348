"""What a run looked at, so that it can be counted anew once it is read differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from portal_archiver.model import REPORT_KINDS, Fetch, Page, RunReport, Target
from portal_archiver.pipeline.drift import Yields
from portal_archiver.pipeline.profiles import Taught
from portal_archiver.pipeline.reading import read_page
from portal_archiver.store import Archive

MOST = 5000  # looks that are kept, without the payloads; of a longer run they are a sample
# The figures of a report that say what pages turned out to be, by outcome.
FIGURES: Mapping[str, str] = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "duplicate": "duplicate",
    "not-an-article": "not_articles",
}


@dataclass(frozen=True, slots=True)
class _Look:
    """One URL that was asked for; `is_page` says that its answer was read."""

    target: Target
    fetch: Fetch
    outcome: str
    is_page: bool


@dataclass(slots=True)
class Looks:
    """The pages and known reports of a run, in order."""

    _looks: list[_Look] = field(default_factory=list)

    def note(self, target: Target, fetch: Fetch, page: Page | None, outcome: str) -> None:
        """Keep one look, if it is one at a page or at a known report."""
        is_page = page is not None and not fetch.reason
        if len(self._looks) < MOST and (is_page or target.kind in REPORT_KINDS):
            capture = replace(fetch.capture, body=b"") if fetch.capture else None
            self._looks.append(_Look(target, replace(fetch, capture=capture), outcome, is_page))

    def anew(self, archive: Archive, taught: Taught) -> tuple[Yields, Counter[str]]:
        """What the run yielded, as the archive holds it and reads it now; by outcome, how many more or fewer."""
        yields, moved = Yields(), Counter[str]()
        for look in self._looks:
            page, outcome = None, look.outcome
            capture = look.fetch.capture if look.is_page else None
            if capture and (kept := archive.look(capture.final_url, capture.fetched_at)):
                page = read_page(taught.at(capture.fetched_at), kept[0], look.target.seen_as)
                outcome = look.outcome if (look.outcome, kept[1]) == ("duplicate", "unchanged") else kept[1]
            yields.note(look.target, look.fetch, page, outcome)
            moved.subtract((look.outcome,))
            moved.update((outcome,))
        return yields, moved


def corrected(report: RunReport, moved: Mapping[str, int]) -> RunReport:
    """The report with its figures by outcome as they are now."""
    figures = {name: getattr(report, name) + moved.get(outcome, 0) for outcome, name in FIGURES.items()}
    return replace(report, **figures)
