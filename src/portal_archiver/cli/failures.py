"""How an error ends the program: its exit code, and the sentence about it."""

from __future__ import annotations

import errno
from typing import NamedTuple

from portal_archiver.cli.program import NAME
from portal_archiver.errors import PortalArchiverError

BUG, WRONG_USE, INTERRUPTED = 1, 2, 130
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
DEBUG = "PORTAL_ARCHIVER_DEBUG"


class Ending(NamedTuple):
    """The exit code, and what to say on standard error ("": nothing)."""

    exit_code: int
    sentence: str = ""


def ending_of(error: BaseException) -> Ending:
    """How the program ends on an error that nobody caught."""
    if isinstance(error, PortalArchiverError):
        return Ending(error.exit_code, str(error))
    if isinstance(error, KeyboardInterrupt):
        return Ending(INTERRUPTED)
    if is_unwritable(error):
        reason = (getattr(error, "strerror", None) or "").lower()
        return Ending(WRONG_USE, f"the output could not be written: {reason}: send it to where there is room")
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return Ending(BUG, f"this is a bug in {NAME}: {what} (run it with {DEBUG}=1 for the traceback, and report it)")


def is_unwritable(error: BaseException) -> bool:
    """Our own files name themselves in their errors: this one is standard output, sent to a disk that is full."""
    return isinstance(error, OSError) and error.filename is None and error.errno in UNWRITABLE
