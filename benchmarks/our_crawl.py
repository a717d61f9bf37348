"""A crawl of ours as a program: the address of a portal, an archive file, and perhaps how many pages at most."""

from __future__ import annotations

import os
import sys

from portal_archiver import Archive, Portal, crawl

BUDGET = 1_000_000  # none, where nobody gives one


def portal_at(base: str) -> Portal:
    """The portal of a benchmark: on loopback, in no need of patience, and not learned at the end: others do not."""
    return Portal((base,), key="bench", delay=0, budget=BUDGET, allow_private=True, learn=False)


def main(base: str, path: str, most: str = "") -> None:
    """Crawl it as the nightly job does; all that `crawl` is asked for stands here."""
    with Archive(path) as archive:
        crawl(portal_at(base), archive, max_pages=int(most) if most else None, processes=os.cpu_count() or 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
