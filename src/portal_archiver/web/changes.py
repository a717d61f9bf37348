"""Two versions of a report, word by word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal_archiver.differences import BREAK, Difference
from portal_archiver.web.numbers import Number, Version
from portal_archiver.web.pages import render
from portal_archiver.web.reading import open_archive
from portal_archiver.web.report import held_of, must_have
from portal_archiver.web.report_page import compared

KEPT = 60  # words of a long stretch that is the same in both, at each of its ends
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words of one paragraph: the same in both (`equal`), removed, added, or left out (`gap`)."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """How one field differs: paragraphs of pieces."""

    difference: Difference
    paragraphs: tuple[tuple[Piece, ...], ...]


@router.get("/report/{article_id}/changes")
def changes(request: Request, article_id: Number, old: Version = None, new: Version = None) -> HTMLResponse:
    """From the version before the latest to the latest, or between two that are named."""
    with open_archive(request) as archive:
        held = held_of(archive, article_id)
    after = new or held.archived.revision
    before = old or max(after - 1, 1)
    for number in (before, after):
        must_have(held, number)
    one, other = (next(it for it in held.revisions if it.number == number) for number in (before, after))
    differing = compared(one.article, other.article)
    found = [Field(item, paragraphs(item)) for item in differing or ()]
    return render(
        request,
        "changes.html",
        archived=held.archived,
        revisions=held.revisions,
        old=one,
        new=other,
        fields=found,
        too_long=differing is None,
    )


def paragraphs(difference: Difference) -> tuple[tuple[Piece, ...], ...]:
    """The operations as paragraphs of what was removed and added; long stretches that are the same are cut short."""
    done: list[tuple[Piece, ...]] = []
    line: list[Piece] = []
    last = len(difference.operations) - 1
    for place, operation in enumerate(difference.operations):
        if operation.op == "equal":
            pieces = list(_equal(operation.new, first=place == 0, last=place == last))
        else:
            pieces = [*_split("removed", operation.old), *_split("added", operation.new)]
        for piece in pieces:
            if piece.op == "break":
                done.append(tuple(line))
                line = []
            else:
                line.append(piece)
    return tuple(filter(None, (*done, tuple(line))))


def _split(op: str, text: str) -> Iterator[Piece]:
    """The parts of a text between paragraph breaks, with the breaks."""
    for n, part in enumerate(text.split(BREAK)):
        if n:
            yield Piece("break", "")
        if part.strip():
            yield Piece(op, part.strip())


def _equal(text: str, *, first: bool, last: bool) -> Iterator[Piece]:
    words = text.replace(BREAK, f" {BREAK} ").split(" ")
    words = [word for word in words if word]
    if len(words) <= 2 * KEPT + 20:
        yield from _split("equal", text)
        return
    head, tail = "" if first else _joined(words[:KEPT]), "" if last else _joined(words[-KEPT:])
    yield from _split("equal", head)
    yield Piece("gap", str(len(words) - (0 if first else KEPT) - (0 if last else KEPT)))
    yield from _split("equal", tail)


def _joined(words: list[str]) -> str:
    return " ".join(words).replace(f" {BREAK} ", BREAK).removeprefix(f"{BREAK} ").removesuffix(f" {BREAK}")
