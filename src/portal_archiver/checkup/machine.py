"""What a crawl needs of the machine and of its configuration: Python, SQLite, portals.toml, the clock."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from portal_archiver.checkup.check import Check, ok, problem, warning
from portal_archiver.config import load
from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal
from portal_archiver.store.health import missing_feature

MAX_SKEW = 300.0  # seconds that the clock may differ from everybody else's
SET_THE_CLOCK = "set the clock, best by NTP (`timedatectl set-ntp true`): it dates the captures"


def software() -> Check:
    """Whether Python and its SQLite can do what an archive needs."""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if missing := missing_feature():
        remedy = "use a Python whose SQLite is 3.37 or newer and has FTS5"
        return problem("software", f"{versions}: it cannot hold an archive ({missing})", remedy, ConfigError)
    return ok("software", f"{versions} with full-text search")


def configuration(path: Path) -> tuple[tuple[Check, ...], Mapping[str, Portal]]:
    """What there is to say of a portals.toml, one finding for each mistake, and its portals."""
    if _is_missing(path):
        remedy = "`portal-archiver init URL` writes one"
        return (problem("configuration", f"{path}: no such file", remedy, ConfigError),), {}
    try:
        portals = load(path)
    except ConfigError as error:
        lines = str(error).splitlines()
        remedy = "correct it there, and run this command again"
        return tuple(problem("configuration", line, remedy, ConfigError) for line in lines), {}
    number = f"{len(portals)} portal{'s' if len(portals) != 1 else ''}"
    return (ok("configuration", f"{path}: {number}"),), portals


def _is_missing(path: Path) -> bool:
    """In a folder that is closed to this user nobody can tell; what `load` complains of then is told."""
    try:
        return not path.exists()
    except OSError:
        return False


def contact(portals: Iterable[Portal]) -> Iterator[Check]:
    """Whether every portal is told whom to write to; nothing, where there is no portal."""
    portals = list(portals)
    without = [portal.key for portal in portals if not portal.contact]
    if without:
        remedy = "set `contact`, so that the people who run a portal can reach you"
        yield warning("contact", f"not set for {', '.join(without)}", remedy)
    elif portals:
        yield ok("contact", ", ".join(sorted({portal.contact or "" for portal in portals})))


def clock(newest: datetime | None, skews: Mapping[str, float], now: datetime | None = None) -> Check:
    """Whether the clock is right, as far as the newest capture and the portals' own clocks can tell.

    `skews` are the seconds by which it is ahead of them, by host. The host that agrees best is believed: one portal
    whose own clock is wrong should not warn for ever.
    """
    now = now or datetime.now(UTC)
    said = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if newest and now < newest:
        what = f"{said}, but the newest capture is of {newest:%Y-%m-%d %H:%M:%S}: the clock went back"
        return problem("clock", what, SET_THE_CLOCK, ConfigError)
    if not skews:
        return ok("clock", f"{said}; there is nobody to compare it with")
    host, skew = min(skews.items(), key=lambda item: abs(item[1]))
    if abs(skew) > MAX_SKEW:
        what = f"{said}: {abs(skew) / 60:,.0f} min {'ahead of' if skew > 0 else 'behind'} {host}"
        return warning("clock", what, SET_THE_CLOCK)
    return ok("clock", f"{said}, as {host} has it")
