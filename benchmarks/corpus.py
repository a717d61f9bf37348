"""The pages that are measured: real ones where the data folder stands beside the checkout, else the demo portal's."""

from __future__ import annotations

import gzip
import os
import urllib.request
from pathlib import Path

_GIVEN = Path(os.environ.get("PORTAL_ARCHIVER_DATA") or Path(__file__).parents[2] / "shared")
DATA = _GIVEN if (_GIVEN / "pages").is_dir() else _GIVEN / "data"
ENDINGS = (".html", ".aspx", ".gz")

Pages = list[tuple[bytes, str]]


def pages() -> tuple[str, Pages]:
    """A name for the corpus, and its pages as (payload, URL)."""
    found = real()
    return (f"{len(found)} real pages", found) if found else _demo()


def real() -> Pages:
    """The real pages alone; none where the data folder is not there."""
    folder = DATA / "pages"
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name.endswith(ENDINGS))
    found: Pages = []
    for file in files:
        raw = file.read_bytes()
        body = gzip.decompress(raw) if file.suffix == ".gz" else raw
        host, _, path = file.relative_to(folder).as_posix().partition("/")
        found.append((body, f"https://{host.replace('_', '-')}.example/{path.removesuffix('index.html')}"))
    return found


def _demo() -> tuple[str, Pages]:
    from portal_archiver.demo import serve, truth

    with serve() as base:
        found: Pages = []
        for url in truth(base):
            with urllib.request.urlopen(url) as answer:
                found.append((answer.read(), url))
    return f"{len(found)} pages of the demo portal", found
