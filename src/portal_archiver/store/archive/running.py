"""What runs ask and tell: the frontier, robots.txt, reports, nights."""

from __future__ import annotations

from datetime import datetime

from portal_archiver.model import Arrival, Night, Portal, PortalStatus, Rhythm, RobotsText, RunEvent, RunReport
from portal_archiver.store import arrivals, events, index, nights, portals, robots, runs
from portal_archiver.store.archive.opened import Opened
from portal_archiver.store.frontier import Frontier


class Running(Opened):
    """Runs and the state of portals."""

    def remembered_robots(self, location: str) -> RobotsText | None:
        """What a host last said of robots at this location, however old; None when nothing is known."""
        with self._connection.reading() as sql:
            return robots.load(sql, location)

    def remember_robots(self, text: RobotsText) -> None:
        """Keep what a host says of robots, in place of what it said before."""
        with self._connection.transaction():
            robots.store(self._connection.sql, text)

    def frontier(self, portal: Portal, *, recheck: bool = False) -> Frontier:
        """The URLs of a portal that wait; with `recheck` all that are known. One Frontier is one run."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
        return Frontier(self._connection, portal_id, portal, recheck=recheck)

    def begin_run(self, portal: Portal, started_at: datetime) -> int:
        """Note that a run began (an aware time); returns its id."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return runs.begin(self._connection.sql, portal_id, started_at)

    def log_event(self, run_id: int, url: str, reason: str, detail: str = "") -> None:
        """Note what went wrong with a URL in a run."""
        with self._connection.transaction():
            events.log(self._connection.sql, run_id, url, reason, detail)

    def finish_run(self, run_id: int, report: RunReport) -> None:
        """Store the report of a run that ended."""
        with self._connection.transaction():
            runs.finish(self._connection.sql, run_id, report)

    def tidy(self) -> None:
        """Leave the index as a search finds it fastest, as far as a moment allows."""
        with self._connection.transaction():
            index.tidy(self._connection.sql)

    def nights(self, portal: Portal, *, limit: int = 90) -> tuple[Night, ...]:
        """What the last runs of a portal yielded, newest first; none from before it was accepted."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return nights.before_now(self._connection.sql, portal_id, limit=limit)

    def rhythm(self, portal: Portal, *, days: int = 60, newest: int = 3) -> Rhythm:
        """The last `days` days on which a portal published something, and its `newest` reports."""
        with self._connection.transaction():
            portal_id = portals.ensure(self._connection.sql, portal.key, portal.name)
            return portals.rhythm(self._connection.sql, portal_id, days=days, newest=newest)

    def accept(self, portal: str) -> None:
        """Take a portal as it is now: later runs are measured against what comes from here on."""
        with self._connection.transaction():
            portals.accept(self._connection.sql, portals.ensure(self._connection.sql, portal))

    def portals(self) -> tuple[PortalStatus, ...]:
        """How every portal of the archive stands, by key."""
        with self._connection.reading() as sql:
            return portals.statuses(sql, self._run_lock.is_held)

    def arrivals(self, since: datetime, *, portal: str | None = None) -> tuple[Arrival, ...]:
        """Reports that came or were edited at `since` (an aware time) or later, of all portals or one, by portal.

        One that came and was edited is new, and says of how many revisions. Within a portal the changed ones come
        first, and of each kind the newest by its date.
        """
        with self._connection.reading() as sql:
            return arrivals.since(sql, since, portal=portal)

    def runs(
        self, *, portal: str | None = None, limit: int = 20, since: datetime | None = None
    ) -> tuple[RunReport, ...]:
        """Reports of runs, of all portals or one, newest first; killed ones and those at work among them.

        With `since` (an aware time), of those that ended, or were last heard of, since.
        """
        with self._connection.reading() as sql:
            return runs.latest(sql, self._run_lock.is_held, portal=portal, limit=limit, since=since)

    def run(self, run_id: int) -> RunReport:
        """The report of one run; UnknownRunError."""
        with self._connection.reading() as sql:
            return runs.one(sql, self._run_lock.is_held, run_id)

    def events(self, run_id: int, *, limit: int = 1000) -> tuple[RunEvent, ...]:
        """What went wrong in a run, one entry for each URL, in the order of time."""
        with self._connection.reading() as sql:
            return events.of_run(sql, run_id, limit=limit)

    def last_event(self) -> int:
        """The number of the newest event of all runs, for `events_after`; 0 before there is one."""
        with self._connection.reading() as sql:
            return events.last_event(sql)

    def events_after(self, number: int) -> tuple[RunEvent, ...]:
        """What went wrong in any run after the event of this number, in the order of time."""
        with self._connection.reading() as sql:
            return events.events_after(sql, number)
