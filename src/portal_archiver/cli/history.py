"""`portal-archiver history`: every version of a report, and what each changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, whole
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import Screen, count, emit, out, utc
from portal_archiver.differences import Difference, differences
from portal_archiver.model import Archived, Revision

EXAMPLE = "Example: portal-archiver history 12"
FIRST = "as it was first seen"
NOTHING = "nothing, as it is read today"
COUNTED = ("body", "captions")  # fields in which the number of words says something


def history(
    article_id: Annotated[
        int, typer.Argument(parser=whole(1), metavar="ID", help="The number of the report in a result list.")
    ],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Show every version of a report, and what changed in each.

    Each with the time in which it was seen, the address and the SHA-256 of the bytes that first showed it, and the
    number of that capture.
    """
    with existing(archive) as opened:
        archived = opened.article(article_id)
        revisions = opened.revisions(article_id)
    changes = [(), *(differences(before.article, after.article) for before, after in pairwise(revisions))]
    if as_json:
        rows = [_as_json(revision, changed) for revision, changed in zip(revisions, changes, strict=True)]
        emit({"archive": archive, "article_id": article_id, "url": archived.url, "revisions": rows})
    else:
        show_history(out(), archived, revisions, changes)


def _as_json(revision: Revision, changed: Sequence[Difference]) -> dict[str, object]:
    return {
        "number": revision.number,
        "captured_at": revision.captured_at,
        "last_seen": revision.last_seen,
        "title": revision.article.title,
        "changed": {item.field: {"added": item.added, "removed": item.removed} for item in changed},
        "sha256": revision.sha256,
        "capture_id": revision.capture_id,
        "url": revision.url,
        "parser": revision.parser,
    }


def show_history(
    screen: Screen, archived: Archived, revisions: Sequence[Revision], changes: Sequence[Sequence[Difference]]
) -> None:
    """Print the revisions, the first one first."""
    screen.say(archived.article.title, "bold")
    screen.say_url(archived.url)
    for revision, changed in zip(revisions, changes, strict=True):
        what = FIRST if revision.number == 1 else in_words(changed) or NOTHING
        screen.print()
        screen.say(what, lead=f"{revision.number}  ")
        last_seen = revision.last_seen or revision.captured_at
        screen.say(f"seen from {utc(revision.captured_at)} to {utc(last_seen)}", indent=3)
        screen.say(f"SHA-256 {revision.sha256}, capture {revision.capture_id}", "dim", indent=3)
        if revision.url != archived.url:
            screen.say_url(revision.url, indent=3)
    screen.print()
    if len(revisions) == 1:
        screen.say("1 revision: it was never edited since.")
    else:
        hint = typed(f"diff {archived.id}")
        screen.say(f"{count(len(revisions), 'revision')}. `{hint}` shows what the last one changed, word by word.")


def in_words(changed: Sequence[Difference]) -> str:
    """`title, body: +12 -3 words, photos`."""
    return ", ".join(
        f"{item.field}: +{item.added:,} -{item.removed:,} words" if item.field in COUNTED else item.field
        for item in changed
    )
