"""A portal as its captures are to be read: with what its own pages had taught on the day of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from portal_archiver.model import Portal, Profile
from portal_archiver.parser import version_for
from portal_archiver.store import Archive


class Taught:
    """One portal and the profiles that an archive has of it; what portals.toml says was learned comes before those."""

    def __init__(self, portal: Portal, archive: Archive) -> None:
        self._plain = portal
        self._profiles: tuple[Profile, ...] = () if portal.learned else archive.profiles(portal.key)
        self._portals = [replace(portal, learned=profile.templates) for profile in self._profiles]

    def at(self, moment: datetime) -> Portal:
        """The portal as a capture of this moment (aware) is to be read."""
        if not self._portals:
            return self._plain
        before = sum(profile.since <= moment for profile in self._profiles)
        return self._portals[max(before - 1, 0)]

    @property
    def versions(self) -> tuple[str, tuple[tuple[datetime, str], ...]]:
        """What the parser is called that reads the first captures, and from which moments on it is called otherwise."""
        if not self._portals:
            return version_for(self._plain), ()
        names = [version_for(portal) for portal in self._portals]
        whens = (profile.since for profile in self._profiles[1:])
        return names[0], tuple(zip(whens, names[1:], strict=True))
