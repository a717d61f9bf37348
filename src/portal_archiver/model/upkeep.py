"""What came of reading, checking, copying or joining archives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rewording:
    """A field that is read differently from the same page: in which revision of which report, and what there was."""

    article_id: int
    revision: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ReparseReport:
    """What reading a portal's captures anew brought, or (`dry_run`) would bring.

    `captures` pages were read, all those of `articles` reports and others. `reread` revisions read differently now:
    `fields` counts in what, `examples` has a few of each. `new` reports were none before, and `revisions` are edits
    that an earlier parser did not see; a dry run does not count those of reports that are new. Of the reports in `lost`
    no page reads as one any more: they are kept as they were. `damaged` payloads are no longer what was stored, and
    `unreadable` pages broke the parser; `troubles` tells some of them. `stopped` is "signal" where it was stopped.
    """

    portal: str
    started_at: datetime
    finished_at: datetime
    parser: str
    dry_run: bool = False
    captures: int = 0
    articles: int = 0
    reread: int = 0
    new: int = 0
    revisions: int = 0
    lost: tuple[int, ...] = ()
    damaged: int = 0
    unreadable: int = 0
    troubles: tuple[str, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict, hash=False)
    examples: Mapping[str, tuple[Rewording, ...]] = field(default_factory=dict, hash=False)
    stopped: str | None = None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing in an archive that is not as it was stored.

    `what` is "payload", "capture", "license", "report" (`id` is its number then), "table" or "rule" (of a whole table),
    or "index" (of the full-text index). `detail` is a sentence for a person.
    """

    what: Literal["payload", "capture", "license", "report", "table", "rule", "index"]
    detail: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Affected:
    """A capture or a report that damage takes something from; `url` is "" where it cannot be read any more."""

    id: int
    url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of holding an archive against what it says of itself.

    `payloads`, `captures` and `articles` are how many it holds, as far as that can be told; a `quick` one reads no
    payload and holds nothing against a checksum. `damages` are the causes, `lost_captures` (that are gone, or no longer
    what was stored) and `marred_articles` what they cost. Only the full-text index is damaged where `repairable` is
    true: it can be made anew, and nothing is lost.
    """

    payloads: int
    captures: int
    articles: int
    quick: bool = False
    damages: tuple[Damage, ...] = ()
    lost_captures: tuple[Affected, ...] = ()
    marred_articles: tuple[Affected, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damages

    @property
    def repairable(self) -> bool:
        """Whether the full-text index alone is damaged."""
        return bool(self.damages) and all(damage.what == "index" for damage in self.damages)


@dataclass(frozen=True, slots=True)
class Copied:
    """A backup that was made: where it is, its `size` in bytes, and what it holds.

    Where it was `verified`, SQLite found it sound, and `payloads_checked` of its payloads were held against their
    digests.
    """

    path: Path
    size: int
    verified: bool
    payloads_checked: int
    portals: int
    articles: int
    revisions: int
    captures: int
    payloads: int
    runs: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge added to an archive, by kind; two of its own articles may have turned out to be one."""

    other: Path
    portals: int
    articles: int
    revisions: int
    captures: int
    payloads: int
    runs: int
    urls: int
    licenses: int
