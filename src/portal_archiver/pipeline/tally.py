"""The figures of one run as it goes: what came of each URL, and whether the portal still answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from portal_archiver.crawler import Reason, is_guess
from portal_archiver.model import Fetch, Page, RunReport, Target
from portal_archiver.pipeline.drift import Yields

# So many requests in a row without an answer, and the portal is unreachable, not a page of it: a few where it never
# answered at all; more, and more than a host is asked before it is left alone, where it fell silent on the way.
NEVER_ANSWERED, FELL_SILENT = 3, 15
SILENCE = frozenset(reason for reason in Reason if reason.unreachable) | {Reason.ROBOTS_UNREACHABLE}


@dataclass(slots=True)
class Tally:
    """What a run has done so far: `done` URLs, by outcome in `counts`, by reason in `reasons` what brought nothing."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    done: int = 0
    silent: int = 0  # requests in a row without an answer
    answered: bool = False
    yields: Yields = field(default_factory=Yields)

    def note(self, target: Target, fetch: Fetch, page: Page | None, outcome: str) -> None:
        """Count what came of a URL."""
        self.yields.note(target, fetch, None if fetch.reason else page, outcome)
        self.done += 1
        if not fetch.reason:
            self.counts["not_modified" if outcome == "not-modified" else "fetched"] += 1
            self.counts[outcome] += 1
        elif not is_no_news(target, fetch):
            self.reasons[str(fetch.reason)] += 1
        silent = fetch.capture is None and Reason(fetch.reason) in SILENCE
        self.silent = self.silent + 1 if silent else 0
        self.answered = self.answered or fetch.capture is not None

    def is_unreachable(self, *, last: bool) -> bool:
        """Whether the portal does not answer; `last` says that there is nothing more to ask it for."""
        patience = FELL_SILENT if self.answered else NEVER_ANSWERED
        return self.silent >= patience or (last and self.silent > 0 and not self.answered)

    def report(
        self, portal: str, began: datetime, *, run_id: int, requests: int, waiting: int, stopped: str | None
    ) -> RunReport:
        """The run as it ends now."""
        return RunReport(
            portal=portal,
            started_at=began,
            finished_at=datetime.now(UTC),
            requests=requests,
            fetched=self.counts["fetched"],
            not_modified=self.counts["not_modified"],
            new=self.counts["new"],
            changed=self.counts["changed"],
            unchanged=self.counts["unchanged"],
            duplicate=self.counts["duplicate"],
            not_articles=sum(self.counts[outcome] for outcome in ("not-an-article", "index", "file")),
            failed=sum(self.reasons.values()),
            reasons=dict(self.reasons),
            waiting=waiting,
            stopped=stopped,
            yields=self.yields.shares(),
            id=run_id,
        )


def is_no_news(target: Target, fetch: Fetch) -> bool:
    """Whether a URL is one of the usual places, tried unseen, and is not there."""
    return is_guess(target.url) and bool(fetch.reason) and Reason(fetch.reason).state == "gone"
