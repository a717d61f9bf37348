"""What differs between two readings of a report: field by field, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from portal_archiver.model import Article, Dateline
from portal_archiver.text import plain

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcodes

BREAK = "\n\n"  # between two paragraphs; a token of its own, so that a paragraph joined to the next is seen
# Pairs of words beyond which two stretches of text are not laid side by side any more: some ten seconds.
MOST = 40_000_000_000
SHOWN_BEFORE, SHOWN = 40, 160  # characters of an excerpt: before what differs, and in all

Texts = tuple[tuple[str, Callable[[Article], str]], ...]


def _paragraphs(texts: Iterator[str]) -> str:
    return BREAK.join(filter(None, texts))


def _day(dateline: Dateline | None) -> str:
    return str(dateline.value) if dateline else ""


def _path(url: str) -> str:
    """Without the host and the tokens, which change though nobody has touched the report."""
    try:
        return urlsplit(url).path
    except ValueError:
        return url


# What a report says, as text: what makes a revision, then what does not.
FIELDS: Texts = (
    ("title", lambda it: it.title),
    ("date", lambda it: _day(it.published)),
    ("byline", lambda it: it.author or ""),
    ("body", lambda it: it.body),
    ("photos", lambda it: _paragraphs(_path(photo.url) for photo in it.photos)),
    ("captions", lambda it: _paragraphs(photo.caption for photo in it.photos)),
    ("credits", lambda it: _paragraphs(photo.credit or "" for photo in it.photos)),
    ("updated", lambda it: _day(it.updated)),
    ("section", lambda it: it.section or ""),
    ("language", lambda it: it.language or ""),
    ("attachments", lambda it: _paragraphs(f"{file.title} {file.url}".strip() for file in it.attachments)),
)
# What is worth counting where a parser is compared with another one.
READINGS: Texts = (
    *FIELDS,
    ("lead", lambda it: it.lead),
    ("date's origin", lambda it: f"{it.published.origin}: {it.published.raw}" if it.published else ""),
    ("markup", lambda it: it.body_html),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """A stretch of words that both readings have (`equal`), or that one has in the place of the other's."""

    op: Literal["equal", "delete", "insert", "replace"]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How one field differs: the operations that lead from the old to the new, and how many words came and went."""

    field: str
    operations: tuple[Operation, ...]
    added: int
    removed: int


def differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """The fields that differ, in the order of FIELDS; white space and Unicode forms do not count."""
    texts = ((name, read(before), read(after)) for name, read in FIELDS)
    return tuple(_difference(name, old, new) for name, old, new in texts if tokens(old) != tokens(new))


def _difference(field: str, old: str, new: str) -> Difference:
    changes = list(_together(_changes(tokens(old), tokens(new))))
    count = [sum(word != BREAK for change in changes if change[0] != "equal" for word in change[n]) for n in (1, 2)]
    operations = [Operation(op, _joined(was), _joined(now)) for op, was, now in changes]
    op, was, now = operations[-1].op, operations[-1].old.removesuffix(BREAK), operations[-1].new.removesuffix(BREAK)
    operations[-1:] = [Operation(op, was, now)] if was or now else []
    return Difference(field, tuple(operations), added=count[1], removed=count[0])


def tokens(text: str) -> list[str]:
    """The words of a text as it is written, each paragraph closed by a BREAK."""
    paragraphs = (plain(paragraph).split() for paragraph in re.split(r"\n\s*\n", text))
    return [word for paragraph in paragraphs if paragraph for word in (*paragraph, BREAK)]


_Change = tuple[Literal["equal", "delete", "insert", "replace"], list[str], list[str]]


def _changes(old: list[str], new: list[str]) -> Iterator[_Change]:
    """Whole paragraphs first, which are few; then the words of those that differ."""
    was, now = _by_paragraph(old), _by_paragraph(new)
    for equal, steps in groupby(_steps(was, now), lambda step: step.tag == "equal"):
        run = list(steps)
        before = [word for part in was[run[0].src_start : run[-1].src_end] for word in part]
        after = [word for part in now[run[0].dest_start : run[-1].dest_end] for word in part]
        if equal:
            yield "equal", before, after
        else:
            yield from _word_by_word(before, after)


def _together(changes: Iterator[_Change]) -> Iterator[_Change]:
    """Stretches of the same that follow each other as one: paragraphs after words."""
    for equal, run in groupby(changes, lambda change: change[0] == "equal"):
        if equal:
            words = [word for _, same, _ in run for word in same]
            yield "equal", words, words
        else:
            yield from run


def _steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> Opcodes:
    """What leads from one sequence to the other; difflib takes minutes where this takes two seconds."""
    from rapidfuzz.distance import Levenshtein  # here, and not at the top: only who compares texts waits for it

    return Levenshtein.opcodes(old, new)


def _by_paragraph(words: list[str]) -> list[tuple[str, ...]]:
    ends = [n + 1 for n, word in enumerate(words) if word == BREAK]
    return [tuple(words[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _word_by_word(old: list[str], new: list[str]) -> Iterator[_Change]:
    if len(old) * len(new) > MOST:
        yield "replace", old, new
        return
    for equal, steps in groupby(_steps(old, new), lambda step: step.tag == "equal"):
        run = list(steps)
        was, now = old[run[0].src_start : run[-1].src_end], new[run[0].dest_start : run[-1].dest_end]
        yield ("equal" if equal else "replace" if was and now else "delete" if was else "insert"), was, now


def _joined(words: Sequence[str]) -> str:
    return " ".join(words).replace(f" {BREAK} ", BREAK).replace(f" {BREAK}", BREAK)


def reworded(before: Article, after: Article) -> Iterator[tuple[str, str, str]]:
    """The readings that are not the same, character by character: name, old and new, around what differs first."""
    for name, read in READINGS:
        old, new = read(before), read(after)
        if old != new:
            yield name, *excerpts(old, new)


def excerpts(old: str, new: str) -> tuple[str, str]:
    """What two texts say around the place where they part: SHOWN characters each at most."""
    parting = next((n for n, (was, now) in enumerate(zip(old, new, strict=False)) if was != now), None)
    start = max(0, (min(len(old), len(new)) if parting is None else parting) - SHOWN_BEFORE)
    return _excerpt(old, start), _excerpt(new, start)


def _excerpt(text: str, start: int) -> str:
    end = start + SHOWN
    cut = " ".join(text[start:end].split())
    return ("…" if start else "") + cut + ("…" if end < len(text) else "")
