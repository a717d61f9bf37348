"""What the runs since a moment brought, gathered for a letter to whoever looks after the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal_archiver.model import Alarm, Arrival, RunReport
from portal_archiver.store import Archive

NO_LIMIT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PortalDigest:
    """One portal since then: its `runs`, oldest first, and the `arrivals`.

    `new` and `changed` count reports that arrived, those of a killed run among them. `failed` counts the addresses that
    brought nothing, each once in however many runs, and `reasons` the same by its last reason.
    """

    portal: str
    name: str = ""
    runs: tuple[RunReport, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    new: int = 0
    changed: int = 0
    failed: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What the last of the runs found changed for the worse."""
        return self.runs[-1].alarms if self.runs else ()


@dataclass(frozen=True, slots=True)
class Digest:
    """All portals that ran or brought something at `since` or later, by key; the figures are their sums."""

    since: datetime
    portals: tuple[PortalDigest, ...] = ()
    runs: int = 0
    new: int = 0
    changed: int = 0
    failed: int = 0


def gather(archive: Archive, since: datetime, *, portal: str | None = None) -> Digest:
    """The digest of an archive since an aware moment, of all portals or one."""
    runs = archive.runs(portal=portal, limit=NO_LIMIT, since=since)[::-1]
    arrivals = archive.arrivals(since, portal=portal)
    names = {status.key: status.name for status in archive.portals()}
    keys = {run.portal for run in runs} | {arrival.portal for arrival in arrivals}
    portals = tuple(
        _of_portal(
            key,
            names[key],
            of_key := tuple(run for run in runs if run.portal == key),
            _failures(archive, of_key),
            tuple(arrival for arrival in arrivals if arrival.portal == key),
        )
        for key in sorted(keys)
    )
    sums = {name: sum(getattr(one, name) for one in portals) for name in ("new", "changed", "failed")}
    return Digest(since, portals, len(runs), **sums)


def _of_portal(
    key: str,
    name: str,
    runs: tuple[RunReport, ...],
    reasons: Counter[str],
    arrivals: tuple[Arrival, ...],
) -> PortalDigest:
    outcomes = Counter(arrival.outcome for arrival in arrivals)
    return PortalDigest(
        portal=key,
        name=name if name != key else "",
        runs=runs,
        arrivals=arrivals,
        new=outcomes["new"],
        changed=outcomes["changed"],
        failed=reasons.total(),
        reasons=dict(reasons.most_common()),
    )


def _failures(archive: Archive, runs: tuple[RunReport, ...]) -> Counter[str]:
    """How many addresses brought nothing in some runs (oldest first), by the last reason of each."""
    last: dict[str, str] = {}
    unnamed: Counter[str] = Counter()  # too deep ones are only counted
    for run in runs:
        events = archive.events(run.id, limit=NO_LIMIT)
        last |= {event.url: event.reason for event in events}
        unnamed += Counter(run.reasons) - Counter(event.reason for event in events)
    return Counter(last.values()) + unnamed
