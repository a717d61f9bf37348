"""The demo portal crawled: what was asked of it, and what an archive of it holds."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from portal_archiver.demo import Expected, truth
from portal_archiver.model import Archived, Dateline, Portal, RunReport
from portal_archiver.pipeline import Progress
from portal_archiver.store import Archive

# Of every report, by its path: kind, title, number of revisions, and the paths it is known under.
Contents = dict[str, tuple[str, str, int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of the demo portal, as the portal saw it."""

    path: str
    status: int
    conditional: bool


@dataclass(slots=True)
class Log:
    """What was asked of the demo portal; `at` are things to do when the n-th answer begins."""

    asked: list[Asked] = field(default_factory=list)
    at: dict[int, Callable[[], None]] = field(default_factory=dict)

    def note(self, request: Any, code: int | str = "-", size: int | str = "-") -> None:
        """Stands in for `BaseHTTPRequestHandler.log_request`."""
        conditional = any(request.headers[name] for name in ("If-None-Match", "If-Modified-Since"))
        self.asked.append(Asked(request.path, int(code), conditional))
        self.at.get(len(self.asked), lambda: None)()


def portal_at(url: str, key: str = "bachhai") -> Portal:
    return Portal((url,), key=key, delay=0, allow_private=True)


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reports_of(archive: Archive) -> dict[str, Archived]:
    """Everything that is archived as an article or document, by URL."""
    found = [archive.article(row["id"]) for row in archive.db.query("SELECT id FROM articles")]
    return {report.url: report for report in found}


def contents(archive: Archive, base: str) -> Contents:
    """What an archive holds, in a form that two archives of two ports can be compared in."""
    return {
        report.url.removeprefix(base): (
            report.kind,
            report.article.title,
            len(archive.revisions(report.id)),
            tuple(url.removeprefix(base) for url in report.urls),
        )
        for report in reports_of(archive).values()
    }


def iso(dateline: Dateline | None) -> str | None:
    if dateline is None:
        return None
    value = dateline.value
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


@dataclass(frozen=True, slots=True)
class Crawled:
    """The demo portal, crawled once into an archive."""

    url: str
    archive: Archive
    report: RunReport
    progress: list[Progress]

    @property
    def expected(self) -> dict[str, Expected]:
        return truth(self.url)
