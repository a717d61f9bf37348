"""The end of a run on the screen: what each portal brought, what failed and why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from portal_archiver.cli.exits import FAILURES, brought_nothing
from portal_archiver.cli.screen import Screen, count, duration, safe
from portal_archiver.crawler.reasons import Reason
from portal_archiver.crawler.remedies import CHECK_START, REMEDIES, TRY_LATER
from portal_archiver.model import RunReport

# The lines of the table: the field of RunReport, its label, what it means.
FIGURES = (
    ("fetched", "fetched", "pages the portal sent"),
    ("not_modified", "not modified", "the portal said: as you have it"),
    ("new", "new", "reports the archive did not have"),
    ("changed", "changed", "reports edited since: a new revision each"),
    ("unchanged", "unchanged", "reports read again, the same as before"),
    ("duplicate", "duplicates", "other addresses of a report it has"),
    ("not_articles", "not articles", "lists, front pages, sitemaps and the like"),
    ("failed", "failed", "addresses that brought nothing"),
)
SHOWN_SIDE_BY_SIDE = ("fetched", "not_modified", "new", "changed", "unchanged", "failed")

BY_WHAT_IT_STORED = "The figures are those of what it stored"


def show_report(screen: Screen, reports: Sequence[RunReport], known: Collection[str]) -> None:
    """Print the figures of all portals and what follows from them; of those `known` the archive holds reports."""
    if len(reports) == 1:
        _show_one(screen, reports[0])
    else:
        _show_many(screen, reports)
    said = [(report.portal, sentence) for report in reports if (sentence := next_step(report, known))]
    if said:
        screen.print()
    for portal, sentence in said:
        screen.say(sentence if len(reports) == 1 else f"{portal}: {sentence}")


def show_end(screen: Screen, reports: Sequence[RunReport]) -> None:
    """Where there is no bar to vanish: a line for each portal, to close what its first line began."""
    if screen.is_interactive:
        return
    for report in reports:
        figures = f"{report.new:,} new, {report.changed:,} changed, {report.failed:,} failed"
        screen.say(f"{report.portal}: ended after {duration(report.seconds)}: {figures}")


def next_step(report: RunReport, known: Collection[str]) -> str:
    """What follows from a run, in a sentence; "" when all went as it should."""
    is_known = report.portal in known
    return next((sentence(report) for holds, sentence in NEXT_STEPS if holds(report, is_known)), "")


def trouble(reports: Sequence[RunReport]) -> Iterator[str]:
    """One sentence for each portal that brought nothing: why, and what to do."""
    for report in reports:
        reasons = _by_count(report)
        what = f": {_sentence(reasons[0][0])}" if reasons else ""
        if report.stopped == "unreachable":
            remedy = REMEDIES[Reason.TLS] if reasons and reasons[0][0] == Reason.TLS else CHECK_START
            yield f"{report.portal} is unreachable{what}: {remedy}"
        elif brought_nothing(report):
            remedy = next((REMEDIES[Reason(name)] for name, _ in reasons if name in REMEDIES), TRY_LATER)
            yield f"{report.portal} brought nothing{what}: {remedy}"


def _show_one(screen: Screen, report: RunReport) -> None:
    screen.say(f"{report.portal}: {count(report.requests, 'request')} in {duration(report.seconds)}", style="bold")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for name, label, meaning in FIGURES:
        value = getattr(report, name)
        table.add_row(f"  {label}", Text(f"{value:,}", style=_style(name, value)), meaning)
    for reason, number in _by_count(report):
        table.add_row(f"    {safe(reason)}", f"{number:,}", _sentence(reason))
    screen.show(table)


def _show_many(screen: Screen, reports: Sequence[RunReport]) -> None:
    labels = {name: label for name, label, _ in FIGURES}
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("portal", overflow="fold")
    for name in SHOWN_SIDE_BY_SIDE:
        table.add_column(labels[name], justify="right", no_wrap=True)
    for report in reports:
        values = [(name, getattr(report, name)) for name in SHOWN_SIDE_BY_SIDE]
        table.add_row(safe(report.portal), *(Text(f"{value:,}", style=_style(name, value)) for name, value in values))
    screen.show(table)
    for report in reports:
        if reasons := _by_count(report):
            screen.say(f"{report.portal} failed: {', '.join(f'{number:,} {name}' for name, number in reasons)}")


def _style(name: str, value: int) -> str:
    return {"new": "bold green", "changed": "bold yellow", "failed": "red"}.get(name, "") if value else "dim"


def _by_count(report: RunReport) -> list[tuple[str, int]]:
    return sorted(report.reasons.items(), key=lambda item: (-item[1], item[0]))


def _sentence(reason: str) -> str:
    return Reason(reason).sentence


def _nothing_new(report: RunReport, is_known: bool) -> bool:
    return report.stopped is None and not report.new + report.changed and not brought_nothing(report)


def _nothing_new_but_failures(report: RunReport, is_known: bool) -> bool:
    return _nothing_new(report, is_known) and bool(_failures(report))


def _no_report_at_all(report: RunReport, is_known: bool) -> bool:
    """On a quiet night none may be due: then nothing came but lists, of a portal whose reports are archived."""
    seen = report.unchanged + report.duplicate + report.not_modified + report.waiting
    return not is_known and _nothing_new(report, is_known) and not seen


def _failures(report: RunReport) -> int:
    """How many pages failed that should have come."""
    return sum(number for reason, number in report.reasons.items() if reason in FAILURES)


def _left(report: RunReport) -> str:
    return f"Left: {count(report.waiting, 'address', 'addresses')}; run the same command again to go on."


def _unknown(report: RunReport) -> str:
    return f"Nothing new on the pages that came; of {count(_failures(report), 'page')} that failed nothing is known."


# When there is something to say (of a run, and whether reports of its portal are archived), and what; the first row
# that holds is told.
NEXT_STEPS: tuple[tuple[Callable[[RunReport, bool], bool], Callable[[RunReport], str]], ...] = (
    (lambda run, _: run.stopped == "signal", lambda run: f"Stopped; what was fetched is saved. {_left(run)}"),
    (lambda run, _: run.stopped == "budget", lambda run: f"Reached the number of pages for one run. {_left(run)}"),
    (lambda run, _: run.stopped == "time", lambda run: f"Reached the time for one run. {_left(run)}"),
    (
        lambda run, _: run.stopped == "killed",
        lambda run: f"Killed before its end. {BY_WHAT_IT_STORED}; the next run goes on.",
    ),
    (lambda run, _: run.stopped == "running", lambda run: f"Still at work. {BY_WHAT_IT_STORED} so far."),
    (_nothing_new_but_failures, _unknown),
    (_no_report_at_all, lambda run: "No report found. Is `start` a page that lists news? If so, set `articles`."),
    (_nothing_new, lambda run: "Nothing new: no report was added or edited since the last run."),
)
