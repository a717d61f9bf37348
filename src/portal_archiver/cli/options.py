"""The options that several commands share."""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from portal_archiver.errors import ConfigError, MissingArchiveError, PortalArchiverError
from portal_archiver.model import Portal
from portal_archiver.store import Archive

DEFAULT_ARCHIVE = Path("archive.db")
DEFAULT_CONFIG = Path("portals.toml")
LARGEST = 2**63 - 1  # that SQLite can hold

Keys = Annotated[
    list[str] | None, typer.Argument(metavar="PORTAL", help="Keys from the configuration; all, if left out.")
]
# Whether they can be read is for the command to find out: each has its own exit code, and the doctor goes on.
ArchivePath = Annotated[
    Path, typer.Option("--archive", metavar="FILE", readable=False, help="The archive, an SQLite file.")
]
ConfigPath = Annotated[
    Path, typer.Option("--config", metavar="FILE", readable=False, help="The file that lists the portals.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else.")]

# How a day may be written; the parts left out widen it to a month or a year. Day comes before month.
_DAYS = (
    re.compile(r"(?P<year>[12]\d{3})(-(?P<month>\d{1,2})(-(?P<day>\d{1,2}))?)?"),  # 2024, 2024-05, 2024-05-31
    re.compile(r"((?P<day>\d{1,2})/)?(?P<month>\d{1,2})/(?P<year>[12]\d{3})"),  # 5/2024, 31/5/2024
)
# How long something may take: 90s, 45m, 4h, 1h30m
_SPAN = re.compile(r"(?:([0-9]{1,9})h)?\s*(?:([0-9]{1,9})m(?:in)?)?\s*(?:([0-9]{1,9})s)?")
_UNITS = (3600, 60, 1)
_AGO = re.compile(r"([0-9]{1,4})([hdw])")  # 12h, 1d, 2w
_HOURS = {"h": 1, "d": 24, "w": 168}


def whole(first: int, last: int | None = None) -> Callable[[str], int]:
    """How to read a whole number from `first` to `last` (none: as many as SQLite can hold, larger ones become that)."""
    expected = f"a whole number from {first}" + (f" to {last}" if last else "")

    def read(text: str) -> int:
        digits = str(text).strip()  # a default comes as the number it is
        if re.fullmatch(r"[+-]?[0-9]{1,4000}", digits) and first <= (number := int(digits)) <= (last or number):
            return min(number, LARGEST)
        raise typer.BadParameter(f'expected {expected}, got "{text}"')

    return read


def seconds(text: str) -> float:
    """A span of time as typed, in seconds: `45m` is 2700, `1h30m` 5400."""
    match = _SPAN.fullmatch(str(text).strip().lower())
    spans = [int(number or 0) * unit for number, unit in zip(match.groups(), _UNITS, strict=True)] if match else []
    if not sum(spans):
        raise typer.BadParameter(f'expected a span of time such as 45m, 4h or 1h30m, got "{text}"')
    return float(sum(spans))


def pause(text: str) -> float:
    """A pause as typed, in seconds: `0`, `1.5`; at most an hour."""
    number = str(text).strip()  # a default comes as the number it is
    if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", number) and float(number) <= 3600:
        return float(number)
    raise typer.BadParameter(f'expected a number of seconds from 0 to 3600, got "{text}"')


def since(text: str) -> datetime:
    """A moment as typed: so long ago (`12h`, `1d`, `2w`), or the beginning of a day on this machine's clock."""
    if ago := _AGO.fullmatch(str(text).strip().lower()):
        return datetime.now(UTC) - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])
    try:
        return datetime.combine(first_day(text), time.min).astimezone(UTC)
    except typer.BadParameter:
        expected = "a time such as 12h, 1d or 2w, or a day such as 2024-05-31"
        raise typer.BadParameter(f'expected {expected}, got "{text}"') from None


def existing(path: Path, *, read_only: bool = True) -> Archive:
    """The archive, opened for reading only or as it is asked for; MissingArchiveError says how to make one."""
    try:
        return Archive(path, create=False, read_only=read_only)
    except MissingArchiveError:
        shown = path if path.is_absolute() else f"./{path}"
        what = "run `portal-archiver crawl` or `portal-archiver demo` first"
        raise MissingArchiveError(f"no archive at {shown}: {what}") from None


def must_hold(archive: Archive, key: str, named: str = "--portal") -> None:
    """PortalArchiverError where the archive has nothing of the portal that an option or argument names."""
    keys = [portal.key for portal in archive.portals()]
    if key not in keys:
        raise PortalArchiverError(f'{named}: {archive.path} holds no portal "{key}": {known(key, keys)}')


def with_reports(archive: Archive) -> frozenset[str]:
    """The keys of the portals of which an archive holds reports."""
    return frozenset(portal.key for portal in archive.portals() if portal.articles)


def chosen(portals: Mapping[str, Portal], keys: Sequence[str], config: Path) -> list[Portal]:
    """The portals of a configuration that a command line names, or all of them; ConfigError where it has no such."""
    for key in keys:
        if key not in portals:
            raise ConfigError(f'{config}: names no portal "{key}": {known(key, portals)}')
    return [portals[key] for key in dict.fromkeys(keys or portals)]


def known(key: str, keys: Iterable[str]) -> str:
    """What there is instead of a portal's key that is unknown: the one that was meant, or all of them."""
    names = list(keys)
    near = difflib.get_close_matches(key, names, n=1)
    return f'did you mean "{near[0]}"?' if near else f"it has {', '.join(names) or 'none yet'}"


def first_day(text: str) -> date:
    """The first day of what was typed: `2024` is 2024-01-01."""
    return _span(text)[0]


def last_day(text: str) -> date:
    """The last day of what was typed: `2/2024` is 2024-02-29."""
    return _span(text)[1]


def _span(text: str) -> tuple[date, date]:
    match = next(filter(None, (form.fullmatch(text.strip()) for form in _DAYS)), None)
    if match is None:
        raise typer.BadParameter(f'expected a day such as 2024-05-31, 31/5/2024, 2024-05 or 2024, got "{text}"')
    year, month, day = (int(match[part]) if match[part] else None for part in ("year", "month", "day"))
    try:
        first = date(year or 0, month or 1, day or 1)
        return first, first.replace(month=month or 12, day=day or monthrange(first.year, month or 12)[1])
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no day of the calendar (day comes before month)') from None
