"""An index of captures (CDX) as servers write it, line by line: arrays as wayback-cdx-server, objects as pywb."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal_archiver.imports.moments import moment_of

# What a server calls a field, by the name it has here.
FIELDS = {
    "urlkey": "key",
    "timestamp": "digits",
    "original": "url",
    "url": "url",
    "mimetype": "mime",
    "mime": "mime",
    "statuscode": "status",
    "status": "status",
    "digest": "digest",
    "filename": "file",
    "offset": "offset",
    "length": "length",
    "method": "method",
}
NOTHING = frozenset({"", "-"})  # how an index writes that it does not know


@dataclass(frozen=True, slots=True)
class Listed:
    """A capture as an index lists it: `digits` are its time as written, `made` is that as a moment.

    `status`, `mime` and `digest` are "" where the index does not know, and `method` mostly is. `file`, `offset` and
    `length` are the place of its record, where the index gives one.
    """

    key: str
    digits: str
    made: datetime
    url: str
    status: str = ""
    mime: str = ""
    digest: str = ""
    file: str = ""
    offset: int = 0
    length: int = 0
    method: str = ""

    @property
    def is_posted(self) -> bool:
        """Whether it is the answer to a form: its URL shows something else to whoever asks for it."""
        return self.method.upper() not in ("", "GET") or "__wb_method=" in self.key


@dataclass(frozen=True, slots=True)
class Part:
    """One answer of an index: its captures, how many lines could not be read, and the key that leads on ("": none).

    `whole` is false where the answer breaks off, `told` holds an object that lists no capture (the number of pages).
    """

    captures: tuple[Listed, ...] = ()
    unreadable: int = 0
    resume: str = ""
    whole: bool = True
    told: Mapping[str, Any] | None = None


def read_arrays(body: bytes) -> Part | None:
    """The answer of a wayback-cdx-server with `output=json`; None for what is none.

    That is one array of arrays: names of fields, captures, and, when there are more, an empty one and the key.
    """
    text = body.decode("utf-8", "replace").strip()
    if text in ("", "[]"):
        return Part()
    if not text.startswith("["):
        return None
    rows, unreadable, whole = _rows(text)
    if not rows or not _is_header(rows[0]):
        return None
    names, resume = [str(name) for name in rows[0]], ""
    if len(rows) > 2 and rows[-2] == [] and len(rows[-1]) == 1:
        resume = str(rows[-1][0])
        rows = rows[:-2]
    found = [_listed(dict(zip(names, row, strict=False))) for row in rows[1:]]
    captures = tuple(one for one in found if one)
    return Part(captures, unreadable + len(found) - len(captures), resume, whole)


def _rows(text: str) -> tuple[list[list[Any]], int, bool]:
    """The arrays inside the one, how many could not be read, and whether it has its end; each stands on its line."""
    try:
        rows = json.loads(text)
        return ([row for row in rows if isinstance(row, list)], sum(not isinstance(row, list) for row in rows), True)
    except (ValueError, RecursionError):
        pass
    inner = text.removeprefix("[")
    whole = inner.endswith("]]")
    lines = [line.strip().rstrip(",") for line in (inner.removesuffix("]") if whole else inner).splitlines()]
    read = [_json(line) for line in lines if line]
    rows = [row for row in read if isinstance(row, list)]
    return rows, len(read) - len(rows), whole


def _is_header(row: list[Any]) -> bool:
    return {"digits", "url"} <= {FIELDS.get(str(name)) for name in row}


def read_lines(body: bytes) -> Part | None:
    """The answer of a pywb with `output=json` (an object a line) or `cdxj` (key, time, object); None for what is none.

    An empty one lists nothing; so does a 404 with an object, as older versions say it.
    """
    text = body.decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    objects = [(line, _object(line)) for line in lines]
    if lines and not any(fields for _, fields in objects):
        return None
    told = next((fields for _, fields in objects if fields and "timestamp" not in fields), None)
    found = [_listed(fields) for _, fields in objects if fields and fields is not told]
    captures = tuple(one for one in found if one)
    whole = not lines or objects[-1][1] is not None or text.endswith("\n")
    unreadable = sum(fields is None for _, fields in objects) + len(found) - len(captures)
    return Part(captures, unreadable, whole=whole, told=told)


def _object(line: str) -> dict[str, Any] | None:
    head, brace, tail = line.partition("{")
    fields = _json(brace + tail)
    if not isinstance(fields, dict):
        return None
    key, _, digits = head.strip().rpartition(" ")
    return {"urlkey": key, "timestamp": digits} | fields if digits else fields


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _listed(fields: Mapping[str, Any]) -> Listed | None:
    """A line as a record; None without a usable time and URL."""
    named = {FIELDS[name]: _text(value) for name, value in fields.items() if name in FIELDS}
    digits, url = named.get("digits", ""), named.get("url", "")
    made = moment_of(digits) if len(digits) == 14 and digits.isdecimal() else None
    if made is None or not url:
        return None
    offset, length = (_number(named.pop(name, "")) for name in ("offset", "length"))
    return Listed(**{"key": "", **named}, made=made, offset=offset, length=length)


def _text(value: Any) -> str:
    text = str(value).strip() if isinstance(value, (str, int)) else ""
    return "" if text in NOTHING else text.encode("utf-8", "replace").decode()  # half a surrogate pair can be no URL


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def objects_of(body: bytes) -> list[Mapping[str, Any]] | None:
    """A JSON array of objects (the list of crawls); None for what is none."""
    found = _json(body.decode("utf-8", "replace"))
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None


def whole_number(told: Mapping[str, Any] | None, name: str) -> int | None:
    """A number that an object tells; None where it tells none."""
    value = (told or {}).get(name)
    return value if isinstance(value, int) and value >= 0 else None
