"""How this program can be called from here: a hint that cannot be typed as it stands helps nobody."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "portal-archiver"


def typed(command: str = "") -> str:
    """A command as it can be typed here: `.venv/bin/portal-archiver status`, or without a path where PATH leads to us.

    The console script is taken by the path it was started with, else the one beside this Python.
    """
    script = Path(sys.argv[0])
    if script.name != NAME:
        script = Path(sys.executable).with_name(NAME)
    return " ".join(filter(None, (_called(script), command)))


def _called(script: Path) -> str:
    found = shutil.which(NAME)
    if not script.is_file() or (found and Path(found).samefile(script)):
        return NAME
    path = script.absolute()
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return shlex.quote(str(path) if path.name != str(path) else f"./{path}")
