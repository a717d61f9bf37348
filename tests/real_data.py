"""Where the real material stands that is measured against: beside the checkout, and never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared"


def _shared() -> Path:
    """The folder with `data/` and `tools/`; PORTAL_ARCHIVER_DATA may name it, or its `data/`."""
    given = Path(os.environ.get("PORTAL_ARCHIVER_DATA") or BESIDE)
    return given.parent if (given / "pages").is_dir() else given


SHARED = _shared()
DATA, TOOLS = SHARED / "data", SHARED / "tools"


def needs(*paths: Path) -> pytest.MarkDecorator:
    """Skips a test where the material is not there, and says what to do about it."""
    missing = [str(path) for path in paths if not path.exists()]
    reason = f"{', '.join(missing)} is not here: PORTAL_ARCHIVER_DATA names the folder that holds data and tools"
    return pytest.mark.skipif(bool(missing), reason=reason)
