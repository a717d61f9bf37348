"""Numbers in addresses: those that the archive can have."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

LARGEST = 2**63 - 1  # that SQLite can hold
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Version = Annotated[int | None, Query(ge=1, le=LARGEST)]
