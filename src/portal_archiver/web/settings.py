"""How the archive is served: the bounds that keep one reader from taking it from the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What `create_app` needs to know.

    `hosts` are the names under which the server may be called besides those of this machine's loopback ("*": any IP
    address, for a server that listens on all of them). `token` is what a reader must know, None for no such thing.
    A page may keep SQLite busy for `seconds`; as many are made at once as there are `readers`, and one that finds all
    of them taken waits that long, too. `page_size` are the hits of one page. As many `exports` are sent at once, each
    for as long as it takes. Pages of the `origins` (https://www.bachhai.example) may read the API in their readers'
    browsers (CORS): of none unless it is said.
    """

    archive: Path
    hosts: frozenset[str] = frozenset()
    token: str | None = None
    seconds: float = 5.0
    readers: int = 8
    page_size: int = 20
    exports: int = 2
    origins: frozenset[str] = frozenset()
