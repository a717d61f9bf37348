"""Citations in words, by citeproc-py and the small CSL styles beside this module, and CSL-JSON for other programs.

A name stands as the byline has it in every style, family name first and nothing abbreviated: APA's "Nguyễn, T. M. K."
and Harvard's "Nguyễn, T.M.K." leave of a Vietnamese name what nobody can tell apart, "Thị Minh Khai Nguyễn" is nobody's
name, and MLA and Chicago ask for the order of the language itself where the family name comes first. Headlines stay in
the letters they were written in, too: in one all in capitals nothing tells a name from a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_archiver.citations.reference import Reference
from portal_archiver.citations.rendering import Facts, rendered

ENDS = tuple(".!?…")
_CLOSING = "”’\"')]»"
_DOUBLE = str.maketrans("“”", "‘’")


@dataclass(frozen=True, slots=True)
class Style:
    """How a style treats a headline: `stops` it with a full stop, or puts it in `double` quotation marks.

    `archived` says when and how it was archived, in the language of the style, and `changed` the same of a version that
    was edited since; `accessed`: it names that day itself.
    """

    archived: str = "Archived {0.captured_at:%Y-%m-%d %H:%M:%S} UTC, SHA-256 {0.sha256}"
    changed: str = (
        "Version {0.version} of {0.versions}, since changed; archived {0.captured_at:%Y-%m-%d %H:%M:%S} UTC,"
        " SHA-256 {0.sha256}"
    )
    stops: bool = False
    double: bool = False
    accessed: bool = False


STYLES = {
    "apa": Style(stops=True),
    "chicago": Style(stops=True, double=True),
    "mla": Style(stops=True, double=True),
    "harvard": Style(accessed=True),
    "vietnamese": Style(
        "lưu trữ lúc {0.captured_at:%H:%M:%S} ngày {0.captured_at:%d/%m/%Y} (UTC), SHA-256 {0.sha256}",
        "phiên bản {0.version} trên {0.versions}, đã bị sửa sau đó, lưu trữ lúc {0.captured_at:%H:%M:%S} ngày"
        " {0.captured_at:%d/%m/%Y} (UTC), SHA-256 {0.sha256}",
        double=True,
    ),
}


def in_words(reference: Reference, style: str) -> str:
    """A citation as one line of plain text, in one of STYLES."""
    how = STYLES[style]
    texts = {
        "title": _headline(reference.title, how),
        "container_title": reference.site,
        "URL": reference.url,
        "note": archived(reference, how),
    }
    facts = Facts(
        texts=tuple((name, text) for name, text in texts.items() if text),
        authors=tuple(author.name for author in reference.authors),
        issued=reference.published.day if reference.published else None,
        circa=reference.is_guessed,
        accessed=reference.captured_at.date() if reference.captured_at and how.accessed else None,
    )
    return rendered(facts, style)


def archived(reference: Reference, style: Style | None = None) -> str:
    """When a version was archived, by which bytes, and whether it was edited since; "" where nothing tells of that."""
    how = style or Style()
    if reference.captured_at is None:
        return ""
    return (how.changed if reference.is_changed_since else how.archived).format(reference)


def _headline(title: str, style: Style) -> str:
    inner = _single_quoted(title) if style.double else title
    needs_stop = style.stops and inner and not inner.rstrip(_CLOSING).endswith(ENDS)
    return f"{inner}." if needs_stop else inner


def _single_quoted(title: str) -> str:
    """Quotation marks within quotation marks are single ones; straight ones only where each has its partner."""
    if title.count('"') % 2 == 0:
        first, *others = title.split('"')
        title = first + "".join(("‘" if number % 2 == 0 else "’") + part for number, part in enumerate(others))
    return title.translate(_DOUBLE)


def csl_json(reference: Reference) -> str:
    """CSL-JSON, a list of one item: what Zotero, pandoc and citeproc read."""
    return json.dumps([_item(reference)], ensure_ascii=False, indent=2)


def _item(reference: Reference) -> dict[str, Any]:
    """An item of CSL-JSON 1.0; `accessed` is the day of the capture, `note` has its time, its digest and the photos."""
    item: dict[str, Any] = {"id": reference.key, "type": "webpage", "title": reference.title}
    if reference.authors:
        item["author"] = [
            {"family": author.family, "given": author.given} if author.family else {"literal": author.name}
            for author in reference.authors
        ]
    if reference.published:
        item["issued"] = _date_parts(reference.published.day) | ({"circa": True} if reference.is_guessed else {})
    if reference.captured_at:
        item["accessed"] = _date_parts(reference.captured_at)
    texts = {
        "container-title": reference.site,
        "section": reference.section,
        "URL": reference.url,
        "language": reference.language,
        "note": "; ".join(notes(reference)),
    }
    return item | {name: text for name, text in texts.items() if text}


def notes(reference: Reference) -> Iterator[str]:
    """What no field of the common formats has a place for: the capture, a date that is a guess, the photos' credit."""
    if reference.captured_at:
        yield archived(reference)
    if reference.is_guessed:
        yield "The date was read from the text"
    if reference.credit:
        yield reference.credit


def _date_parts(day: date) -> dict[str, Any]:
    return {"date-parts": [[day.year, day.month, day.day]]}
