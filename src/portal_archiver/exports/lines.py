"""Reports whole, as JSON Lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from portal_archiver.model import Citable

# Line breaks that JSON allows in a text, and that some readers of lines take for the end of one.
_BREAKS = str.maketrans({"\x85": r"\u0085", "\u2028": r"\u2028", "\u2029": r"\u2029"})
_NOT_LOOKED_UP = "gone_since"  # `Archive.citables` leaves it out


def jsonl_chunks(reports: Iterable[Citable]) -> Iterator[bytes]:
    """JSON Lines in UTF-8, a chunk for each report: an `Archived` with its capture, all fields by their names."""
    for report in reports:
        told = {name: value for name, value in _named(report.archived).items() if name != _NOT_LOOKED_UP}
        told |= {name: value for name, value in _named(report).items() if name != "archived"}
        line = json.dumps(told, ensure_ascii=False, default=_plain, separators=(",", ":"))
        yield (line.translate(_BREAKS) + "\n").encode()


def _named(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _plain(value: Any) -> Any:
    """Dates as ISO 8601 has them, and our records, as what JSON has."""
    return value.isoformat() if isinstance(value, date) else _named(value)
