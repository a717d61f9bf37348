"""Who writes an export."""

from __future__ import annotations

from importlib import metadata

PRODUCT = "portal-archiver"


def _version() -> str:
    try:
        return metadata.version(PRODUCT)
    except metadata.PackageNotFoundError:
        return "0"


SOFTWARE = f"{PRODUCT}/{_version()}"
