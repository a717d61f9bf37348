"""What a portal's own pages taught, and the pages that may teach it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from portal_archiver.model import Article, Capture, Link, Outcome, Profile
from portal_archiver.store import profiles
from portal_archiver.store.archive.opened import Opened


class Teaching(Opened):
    """What learning asks and keeps."""

    def profiles(self, portal: str) -> tuple[Profile, ...]:
        """What the pages of a portal taught, in the order of the captures that each is in force for."""
        with self._connection.reading() as sql:
            row = sql.execute("SELECT id FROM portals WHERE key = ?", (portal,)).fetchone()
            return profiles.of_portal(sql, row[0]) if row else ()

    def keep_profile(self, portal: str, profile: Profile) -> bool:
        """Keep what the pages of a portal taught; False where the profile in force says the same already.

        `profile.from_run` is noted as the portal's last run.
        """
        with self._connection.transaction():
            sql = self._connection.sql
            portal_id = self._known(sql, portal)
            return profiles.keep(sql, portal_id, replace(profile, from_run=profiles.last_run(sql, portal_id)))

    def sample(
        self, portal: str, *, limit: int = 200, since: datetime | None = None, until: datetime | None = None
    ) -> list[tuple[Capture, Link | None]]:
        """Captures of at most `limit` pages of a portal to learn from, with what listings said of them.

        They are from `since` on, and from before `until`.

        PortalArchiverError where the archive holds none of this key.
        """
        with self._connection.reading() as sql:
            return profiles.sample(sql, self._known(sql, portal), limit, since, until)

    def report_pages(self, portal: str, *, most: int) -> int:
        """How many pages of a portal show a report, counted as far as `most`."""
        with self._connection.reading() as sql:
            return profiles.report_pages(sql, self._known(sql, portal), most)

    def last_learning(self, portal: str) -> datetime | None:
        """When a run of a portal last tried to learn of it by itself."""
        with self._connection.reading() as sql:
            return profiles.last_tried(sql, self._known(sql, portal))

    def known_before(self, capture: Capture, before: datetime, *, portal: str) -> Article | None:
        """The report that the URL of a capture leads to, as it was known before a moment; None where it was not."""
        with self._connection.reading() as sql:
            return profiles.known_before(sql, self._known(sql, portal), capture, before)

    def look(self, url: str, made: datetime) -> tuple[Capture, Outcome] | None:
        """What a final URL brought at a moment, with its payload, and what that is taken for now; None if nothing."""
        with self._connection.reading() as sql:
            return profiles.look(sql, url, made)
