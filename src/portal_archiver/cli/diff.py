"""`portal-archiver diff`: two versions of a report, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, whole
from portal_archiver.cli.screen import Screen, emit, out, safe, utc
from portal_archiver.differences import BREAK, Difference, Operation, differences
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Revision

EXAMPLE = "Example: portal-archiver diff 12 1 3"
SAME = "Nothing differs, as the two are read today."
AROUND = 12  # words of what both have that are shown beside what differs
LEFT_OUT = "[...]"


def diff(
    article_id: Annotated[
        int, typer.Argument(parser=whole(1), metavar="ID", help="The number of the report in a result list.")
    ],
    old: Annotated[
        int | None, typer.Argument(parser=whole(1), metavar="N", help="A revision; the last but one, if left out.")
    ] = None,
    new: Annotated[
        int | None, typer.Argument(parser=whole(1), metavar="M", help="A revision; the last one, if left out.")
    ] = None,
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions of a report, word by word.

    In color on a terminal; elsewhere [-words that went-]{+words that came+}. `history` lists the versions.
    """
    with existing(archive) as opened:
        revisions = opened.revisions(article_id)
    before, after = _chosen(article_id, revisions, old, new)
    found = differences(before.article, after.article)
    if as_json:
        emit({"archive": archive, "article_id": article_id, "old": _side(before), "new": _side(after), "fields": found})
    else:
        show_diff(out(), before, after, found)


def _chosen(
    article_id: int, revisions: Sequence[Revision], old: int | None, new: int | None
) -> tuple[Revision, Revision]:
    last = len(revisions)
    if last == 1 and old is None:
        raise PortalArchiverError(f"article {article_id} has one revision only: there is nothing to compare it with")
    numbers = (old or last - 1, new or last)
    for number in numbers:
        if number > last:
            it_has = "one revision only" if last == 1 else f"the revisions 1 to {last}"
            raise PortalArchiverError(f"article {article_id} has no revision {number}: it has {it_has}")
    before, after = (revisions[number - 1] for number in numbers)
    return before, after


def _side(revision: Revision) -> dict[str, object]:
    return {
        "number": revision.number,
        "captured_at": revision.captured_at,
        "sha256": revision.sha256,
        "capture_id": revision.capture_id,
    }


def show_diff(screen: Screen, before: Revision, after: Revision, found: Sequence[Difference]) -> None:
    """Print the fields that differ, one below the other."""
    for sign, revision in (("-", before), ("+", after)):
        screen.say(f"{sign} revision {revision.number}, {utc(revision.captured_at)}, SHA-256 {revision.sha256}", "dim")
    for item in found:
        screen.print()
        screen.say(item.field, "bold")
        colored = screen.is_terminal and not screen.no_color
        for paragraph in marked(item.operations, colored=colored).split(BREAK):
            if paragraph.plain.strip():
                screen.say(paragraph, indent=2)
    if not found:
        screen.print()
        screen.say(SAME)


def marked(operations: Sequence[Operation], *, colored: bool) -> Text:
    """The words of both sides in one text, what went and what came marked; long stretches of the same are left out."""
    went, came = (("{}", "red strike"), ("{}", "green")) if colored else (("[-{}-]", ""), ("{{+{}+}}", ""))
    parts: list[tuple[str, str]] = []
    for number, operation in enumerate(operations):
        if operation.op == "equal":
            _append(parts, _around(operation.old, first=number == 0, last=number == len(operations) - 1))
        else:
            _append_marked(parts, operation.old, *went)
            _append_marked(parts, operation.new, *came)
    return Text.assemble(*parts)


def _append_marked(parts: list[tuple[str, str]], words: str, marks: str, style: str) -> None:
    """Each paragraph between marks of its own; where two were joined or parted, a pilcrow stands between the marks."""
    for number, paragraph in enumerate(words.split(BREAK)):
        if number:
            parts.append((BREAK, ""))
        if paragraph or (words == BREAK and not number):
            _append(parts, marks.format(paragraph or "¶"), style)


def _append(parts: list[tuple[str, str]], words: str, style: str = "") -> None:
    written = parts[-1][0] if parts else BREAK
    if not written.endswith(BREAK) and not (written.endswith("-]") and words.startswith("{+")):
        parts.append((" ", ""))
    parts.append((safe(words), style))


def _around(words: str, *, first: bool, last: bool) -> str:
    """The ends of a stretch that both sides have: what is near to a difference."""
    near = words.replace(BREAK, f" {BREAK} ").split(" ")
    near = [word for word in near if word]
    before, after = (0 if first else AROUND), (0 if last else AROUND)
    if len(near) <= before + after + 1:
        return words
    ends = [*near[:before], LEFT_OUT, *near[len(near) - after :]]
    return " ".join(ends).replace(f" {BREAK} ", BREAK).replace(f" {BREAK}", BREAK)
