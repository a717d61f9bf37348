"""What the archive holds, as the first page tells it; counted at most once a minute, whoever asks."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from time import monotonic

from portal_archiver.model import Hit, PortalStatus
from portal_archiver.store import Archive, holdings
from portal_archiver.text import fold

FRESH = 60.0  # seconds
NEWEST = 8
EXAMPLES = 5
_LOOKED_AT = 200  # reports from which examples are taken
# What public-sector portals report on; as examples only those serve that the archive has.
_USUAL = ("chuyển đổi số", "nông thôn mới", "cải cách hành chính", "an toàn giao thông", "khuyến nông", "phòng cháy")
_NUMBER = re.compile(r"\b\d{1,4}/(?:\d{4}/)?[A-ZĐ]{2,}(?:-[A-ZĐ]{2,})*\b")  # 13/2023/NĐ-CP, 06/KH-UBND


@dataclass(frozen=True, slots=True)
class Overview:
    """The holdings in figures: months are written 2024-05; `examples` are queries that find something."""

    reports: int
    portals: tuple[PortalStatus, ...]
    months: tuple[tuple[str, int], ...]
    newest: tuple[Hit, ...]
    examples: tuple[str, ...]

    @property
    def newest_day(self) -> date | None:
        """The day of the newest report."""
        return max((portal.newest for portal in self.portals if portal.newest), default=None)


class Memory:
    """The last overview; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made = -FRESH
        self._kept: Overview | None = None

    def of(self, archive: Archive) -> Overview:
        """The overview, made anew where it is a minute old; while one does that, others get the old one."""
        kept = self._kept
        if kept and (monotonic() - self._made < FRESH or not self._lock.acquire(blocking=False)):
            return kept
        if not kept:
            return self._made_by(archive)
        try:
            return self._made_by(archive)
        finally:
            self._lock.release()

    def _made_by(self, archive: Archive) -> Overview:
        self._kept = overview(archive)
        self._made = monotonic()
        return self._kept


def overview(archive: Archive) -> Overview:
    """Count what an archive holds."""
    with archive.snapshot() as sql:
        return Overview(
            reports=holdings.reports(sql),
            portals=archive.portals(),
            months=holdings.by_month(sql),
            newest=archive.search("", limit=NEWEST).hits,
            examples=tuple(_examples(archive)),
        )


def _examples(archive: Archive) -> Iterator[str]:
    """Queries of different kinds that this archive answers; the first one without its diacritics."""
    found = 0
    for query in _candidates(archive):
        results = archive.search(query, limit=1)
        if results.total and not results.relaxed:
            yield query
            found += 1
            if found == EXAMPLES:
                return


def _candidates(archive: Archive) -> Iterator[str]:
    usual = [query for query in _USUAL if _has(archive, query)]
    yield from (fold(query) for query in usual[:1])
    yield from (f'"{query}"' for query in usual[1:2])
    hits = archive.search("", limit=_LOOKED_AT).hits
    yield from _first(match[0] for hit in hits if (match := _NUMBER.search(f"{hit.title} {hit.snippet}")))
    yield from _first(f'section:"{hit.section}"' for hit in hits if hit.section and '"' not in hit.section)
    yield from _first(f'photo:"{name}"' for hit in hits if (name := _photographer(archive, hit.article_id)))
    yield from usual[2:]
    yield from (" ".join(hit.title.split()[:3]) for hit in hits[:EXAMPLES])


def _has(archive: Archive, query: str) -> bool:
    results = archive.search(f'"{query}"', limit=1)
    return results.total > 0 and not results.relaxed


def _first(queries: Iterator[str]) -> Iterator[str]:
    if query := next(queries, None):
        yield query


def _photographer(archive: Archive, article_id: int) -> str | None:
    names = (photo.credit for photo in archive.article(article_id).article.photos)
    return next((credit for credit in names if credit and '"' not in credit), None)
