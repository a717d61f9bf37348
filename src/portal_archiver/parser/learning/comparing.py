"""What a profile would change: the pages it was learned from, read with it and read alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal_archiver.model import REPORT_KINDS, Article, Dateline, Page, Portal
from portal_archiver.parser.learning.specimen import Sample
from portal_archiver.parser.page import parse_page

EXAMPLES, EXCERPT = 3, 80  # of each field, and characters of a value
LOST = 0.02  # share of the reports that may turn out to be none
FIELDS = ("title", "published", "author", "section", "body", "photos", "attachments")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a page that is read differently: what it was alone, and what it is with the profile."""

    url: str
    field: str
    alone: str
    learned: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences by field, each counted, with a few examples; how many reports there are, and are lost."""

    counts: Mapping[str, int]
    examples: tuple[Difference, ...]
    reports: int
    lost: int

    @property
    def is_worse(self) -> bool:
        """Whether the profile takes more reports for something else than chance explains."""
        return self.lost > max(1, LOST * self.reports)


def compared(samples: Iterable[Sample], learned: Sequence[Mapping[str, str]]) -> Comparison:
    """Reads every page twice, without the profile and with it."""
    counts: dict[str, int] = {}
    examples: list[Difference] = []
    reports = lost = 0
    for sample in samples:
        alone, taught = _read(sample, ()), _read(sample, learned)
        reports += alone.kind in REPORT_KINDS
        lost += alone.kind in REPORT_KINDS and taught.kind not in REPORT_KINDS
        for difference in _differences(sample.capture.final_url, alone, taught):
            counts[difference.field] = counts.get(difference.field, 0) + 1
            if counts[difference.field] <= EXAMPLES:
                examples.append(difference)
    return Comparison(counts, tuple(examples), reports, lost)


def _read(sample: Sample, learned: Sequence[Mapping[str, str]]) -> Page:
    capture = sample.capture
    return parse_page(
        capture.body,
        capture.final_url,
        portal=Portal((capture.final_url,), learned=tuple(learned)),
        headers=capture.headers,
        fetched_at=capture.fetched_at,
        seen_as=sample.seen_as,
    )


def _differences(url: str, alone: Page, taught: Page) -> Iterator[Difference]:
    if alone.kind != taught.kind:
        yield Difference(url, "kind", alone.kind, taught.kind)
    if alone.article is None or taught.article is None:
        return
    for name in FIELDS:
        before, after = _shown(alone.article, name), _shown(taught.article, name)
        if before != after:
            yield Difference(url, name, *_where_they_part(before, after))


def _shown(article: Article, name: str) -> str:
    value = getattr(article, name)
    if isinstance(value, tuple):
        return " | ".join(getattr(each, "caption", "") or each.url for each in value)
    return " ".join(str(value.value if isinstance(value, Dateline) else value or "").split())


def _where_they_part(before: str, after: str) -> tuple[str, str]:
    """Excerpts from where two texts differ first."""
    at = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    start = max(0, (min(len(before), len(after)) if at is None else at) - 20)
    return before[start : start + EXCERPT], after[start : start + EXCERPT]
