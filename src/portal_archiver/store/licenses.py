"""Footers: one row for each distinct one, linked from every capture that showed it."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from dataclasses import fields
from datetime import date
from typing import Any

from portal_archiver.model import License
from portal_archiver.store import checksums
from portal_archiver.text import fold

_NAMES = tuple(field.name for field in fields(License))
_LISTS = frozenset({"phones", "faxes", "emails"})
# Visitors are counted in the footer, after one of these words or before the last two; such a number, alone in changing
# at every request, tells no two footers apart.
_COUNTERS = re.compile(
    r"(?:truy cap|luot xem|luot|online|truc tuyen|hom nay|hom qua|trong tuan|trong thang|tat ca|visit\w*|hits)"
    r"\D{0,20}\d[\d.,/: ]*"  # "Đang truy cập: 1.204", "Hôm nay : 23/11/2024"
    r"|\d[\d.,]*\s*(?:luot|nguoi dang)"  # "1.204.113 lượt"
)
_INSERT = f"INSERT INTO licenses (digest, {', '.join(_NAMES)}) VALUES ({', '.join('?' * (len(_NAMES) + 1))})"
_SELECT = f"SELECT {', '.join(_NAMES)} FROM licenses WHERE id = ?"


def ensure(sql: sqlite3.Connection, footer: License | None) -> int | None:
    """The id of a footer, which is added if it is new; None for none."""
    if footer is None:
        return None
    values = [_column(getattr(footer, name)) for name in _NAMES]
    digest = _digest(values)
    row = sql.execute("SELECT id FROM licenses WHERE digest = ?", (digest,)).fetchone()
    if row is not None:
        return int(row[0])
    license_id = int(sql.execute(_INSERT, (digest, *values)).lastrowid or 0)
    checksums.write(sql, "licenses", license_id)
    return license_id


def _digest(values: list[str | None]) -> str:
    told_apart = [*values[:-1], _COUNTERS.sub("#", fold(" ".join((values[-1] or "").split())))]
    return hashlib.sha256(json.dumps(told_apart).encode()).hexdigest()


def is_stored_as(sql: sqlite3.Connection, footer: License | None, license_id: int | None) -> bool:
    """Whether a footer, or None for none, is the one with this id."""
    if footer is None or license_id is None:
        return footer is None and license_id is None
    (digest,) = sql.execute("SELECT digest FROM licenses WHERE id = ?", (license_id,)).fetchone()
    return bool(digest == _digest([_column(getattr(footer, name)) for name in _NAMES]))


def _column(value: Any) -> str | None:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else value


def load(sql: sqlite3.Connection, license_id: int | None) -> License | None:
    """A footer by its id."""
    row = sql.execute(_SELECT, (license_id,)).fetchone()
    if row is None:
        return None
    values = {name: _value(name, column) for name, column in zip(_NAMES, row, strict=True)}
    return License(**values)


def _value(name: str, column: str | None) -> Any:
    if name in _LISTS:
        return tuple(json.loads(column or "[]"))
    return date.fromisoformat(column) if name == "issued_on" and column else column
