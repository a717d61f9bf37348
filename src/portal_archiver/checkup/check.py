"""One finding of the checkup, and the exit code that follows from all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from portal_archiver.errors import ArchiveError, ConfigError, PortalArchiverError, UnreachableError

Level = Literal["ok", "warning", "problem"]
Trouble = type[PortalArchiverError]
# The kinds of problem, the gravest first: its exit code is the one that is told.
GRAVEST: tuple[Trouble, ...] = (ArchiveError, ConfigError, UnreachableError)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what, how it stands, in a sentence, and what to do where it should stand better.

    `exit_code` is what a problem means for a script, that of the error a crawl would end with; 0 for the other levels.
    """

    name: str
    level: Level
    sentence: str
    remedy: str = ""
    exit_code: int = 0


def ok(name: str, sentence: str) -> Check:
    """All is as it should be."""
    return Check(name, "ok", sentence)


def warning(name: str, sentence: str, remedy: str) -> Check:
    """A crawl can go on, but somebody should look."""
    return Check(name, "warning", sentence, remedy)


def problem(name: str, sentence: str, remedy: str, kind: Trouble) -> Check:
    """A crawl could not do its work."""
    return Check(name, "problem", sentence, remedy, kind.exit_code)


def of_error(name: str, error: PortalArchiverError) -> Check:
    """The problem that an error tells of; its message has what happened, a semicolon, and what to do."""
    what, _, remedy = str(error).partition("; ")
    return Check(name, "problem", what, remedy, error.exit_code)


def exit_code(checks: Iterable[Check]) -> int:
    """The code of the gravest problem, 0 where there is none."""
    found = {check.exit_code for check in checks}
    return next((kind.exit_code for kind in GRAVEST if kind.exit_code in found), 0)
