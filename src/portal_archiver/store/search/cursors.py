"""Where an answer goes on, whatever has come into the archive since: what a cursor holds, and how it is written."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import accumulate, pairwise
from typing import NamedTuple

from portal_archiver.errors import PortalArchiverError

_FORM = re.compile(r"([0-9]{1,12})-([0-9]{1,12})(?:-([A-Za-z0-9_-]+))?")


class Cursor(NamedTuple):
    """The last article that belongs to an answer, how many hits have been shown, and which.

    `shown` are the ids of articles, and () where the order cannot change: bm25 weighs words by how common they are,
    so new reports may make hits that fit nearly equally change places.
    """

    latest: int
    offset: int
    shown: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.latest}-{self.offset}" + (f"-{_packed(self.shown)}" if self.shown else "")


def read(text: str) -> Cursor:
    """The cursor that was written so; PortalArchiverError for any other text."""
    match = _FORM.fullmatch(text)
    with suppress(ValueError):  # letters that no bytes are written with
        if match:
            return Cursor(int(match[1]), int(match[2]), tuple(_unpacked(match[3] or "")))
    raise PortalArchiverError(f"{text!r} is no cursor; take `Results.cursor` of the page before")


def offset_of(cursor: str | None) -> int:
    """How many hits come before the page that a cursor leads to; 0 for what is no cursor."""
    match = _FORM.fullmatch(cursor or "")
    return int(match[2]) if match else 0


def moved_back(cursor: str, hits: int) -> str | None:
    """The cursor of so many hits earlier in the same answer; None for what is no cursor."""
    match = _FORM.fullmatch(cursor)
    return f"{match[1]}-{max(int(match[2]) - hits, 0)}" if match else None


def _packed(ids: Iterable[int]) -> str:
    """Ids as the steps between them, each in groups of seven bits: a hit takes two or three letters."""
    packed = bytearray()
    for before, number in pairwise((0, *sorted(ids))):
        step = number - before
        while step >= 0x80:
            packed.append(step & 0x7F | 0x80)
            step >>= 7
        packed.append(step)
    return urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def _unpacked(packed: str) -> Iterator[int]:
    return accumulate(_steps(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))) if packed else iter(())


def _steps(packed: bytes) -> Iterator[int]:
    step = shift = 0
    for byte in packed:
        step |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield step
            step = shift = 0
