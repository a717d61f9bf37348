"""A crawl: the runs of one or several portals, side by side."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable

from portal_archiver.crawler import Politeness
from portal_archiver.model import Portal, RunReport
from portal_archiver.pipeline.options import Options, Progress, refuse_in_a_loop
from portal_archiver.pipeline.reading import Readers
from portal_archiver.pipeline.run import Run, Shared
from portal_archiver.pipeline.teaching import Lessons
from portal_archiver.store import Archive


def crawl(
    portal: Portal,
    archive: Archive,
    *,
    max_pages: int | None = None,
    max_time: float | None = None,
    recheck: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    processes: int = 1,
) -> RunReport:
    """Visit what is due of a portal, and keep what it says.

    At most `max_pages` URLs (default: the portal's budget) are asked for; `recheck` makes all known ones due;
    `on_progress` is called after each; once `stop` is set, or `max_time` (seconds) is over, the URL in flight is
    finished and the rest waits. When more pages come than one thread can read, up to `processes` processes read them;
    a script that asks for more than one must be guarded by `if __name__ == "__main__":`, as for `multiprocessing`.
    LockedError while another crawl writes to the archive. An unreachable portal is a report, not an error.
    What the portal's templates are is learned at the end, where that is due: see `Portal.learn`.
    Where an event loop is running, call it as `await asyncio.to_thread(crawl, portal, archive)`.
    """
    options = Options(max_pages, max_time, recheck, on_progress, stop or threading.Event(), processes)
    return crawl_all([portal], archive, options)[0]


def crawl_all(portals: Iterable[Portal], archive: Archive, options: Options | None = None) -> tuple[RunReport, ...]:
    """The same for several portals side by side: a slow one holds up no other, except those on the same host."""
    options = options or Options()
    with archive.exclusive(), Readers(options.processes) as readers:
        refuse_in_a_loop()
        shared = Shared(archive, options, readers, Politeness())
        runs = [Run(portal, shared) for portal in portals]
        reports = asyncio.run(_side_by_side(runs))
        lessons = Lessons(archive, options, readers)
        ended = zip(runs, reports, strict=True)
        return tuple(lessons.after(run.plain, report, run.looks, run.nights) for run, report in ended)


async def _side_by_side(runs: list[Run]) -> tuple[RunReport, ...]:
    """The reports in the order of the runs; the first error ends all runs, and comes out as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run.travel()) for run in runs]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return tuple(task.result() for task in tasks)
