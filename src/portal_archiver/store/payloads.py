"""Payloads: each stored once per SHA-256, and told as the difference to a page of the same portal, its dictionary.

The pages of a portal share their template, so next to one of them another takes a tenth of what gzip makes of it. A
dictionary is a payload like any other, stored whole: any zstd reads what refers to it (`zstd -d -D dictionary`).
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import OrderedDict
from dataclasses import dataclass

import zstandard
from zstandard import DICT_TYPE_RAWCONTENT, ZstdCompressionDict, ZstdCompressor, ZstdDecompressor

from portal_archiver.errors import ArchiveError

LEVEL = 3
SMALL = 1_000  # bytes; shorter payloads are stored whole
BINARY_WITHIN = 4_000  # bytes; a zero among them is no page's, but a picture's or an office document's
MAX_DICTIONARY = 2_000_000  # bytes
MAX_DICTIONARIES = 8  # of a portal that are tried: it has several templates, and changes them now and then
# A dictionary serves where it makes less than this part of what compressing the payload alone makes; where none does,
# the template is a new one, and the payload becomes its dictionary. One full of embedded pictures is no template.
SERVES, TEMPLATE = 0.4, 0.4
SPLENDID = 40  # times smaller than the payload: no other dictionary needs to be tried
PREPARED = 48  # dictionaries that are kept ready; each takes about a megabyte


@dataclass(frozen=True, slots=True)
class _Packed:
    data: bytes
    dictionary: int | None = None


class _Prepared:
    """Dictionaries made ready, the last used ones, whatever the archive: they are known by their SHA-256."""

    def __init__(self) -> None:
        self._ready: OrderedDict[str, tuple[ZstdCompressor, ZstdDecompressor]] = OrderedDict()
        self.lock = threading.Lock()  # zstandard's objects serve one thread at a time

    def get(self, sql: sqlite3.Connection, body_id: int, digest: str) -> tuple[ZstdCompressor, ZstdDecompressor]:
        if digest not in self._ready:
            (data,) = sql.execute("SELECT data FROM bodies WHERE id = ?", (body_id,)).fetchone()
            content = ZstdCompressionDict(zstandard.decompress(data), dict_type=DICT_TYPE_RAWCONTENT)
            self._ready[digest] = ZstdCompressor(LEVEL, content), ZstdDecompressor(content)
            if len(self._ready) > PREPARED:
                self._ready.popitem(last=False)
        self._ready.move_to_end(digest)
        return self._ready[digest]


_PREPARED = _Prepared()


def store(sql: sqlite3.Connection, payload: bytes, portal_id: int) -> int:
    """Keep a payload, if it is not there yet; returns its id."""
    digest = hashlib.sha256(payload).hexdigest()
    row = sql.execute("SELECT id FROM bodies WHERE sha256 = ?", (digest,)).fetchone()
    if row is not None:
        return int(row[0])
    packed = _pack(sql, payload, portal_id)
    cursor = sql.execute(
        "INSERT INTO bodies (sha256, size, data, dictionary_id) VALUES (?, ?, ?, ?)",
        (digest, len(payload), packed.data, packed.dictionary),
    )
    body_id = int(cursor.lastrowid or 0)
    if packed.dictionary is not None:
        sql.execute(
            "UPDATE dictionaries SET used = ? WHERE portal_id = ? AND body_id = ?",
            (body_id, portal_id, packed.dictionary),
        )
    elif _is_template(payload, packed):
        sql.execute(
            "INSERT INTO dictionaries (portal_id, body_id, used) VALUES (?, ?, ?)", (portal_id, body_id, body_id)
        )
    return body_id


def load(sql: sqlite3.Connection, body_id: int) -> bytes:
    """A payload by its id, checked against its digest; ArchiveError when it is no longer what was stored."""
    digest, data, dictionary, of_dictionary = sql.execute(
        "SELECT b.sha256, b.data, d.id, d.sha256 FROM bodies b LEFT JOIN bodies d ON d.id = b.dictionary_id"
        " WHERE b.id = ?",
        (body_id,),
    ).fetchone()
    try:
        payload = _unpack(sql, data, dictionary, of_dictionary)
    except zstandard.ZstdError as error:
        raise ArchiveError(f"payload {body_id} is damaged ({error}); restore it from a backup") from error
    if hashlib.sha256(payload).hexdigest() != digest:
        raise ArchiveError(f"payload {body_id} is damaged (wrong SHA-256); restore it from a backup")
    return payload


def _pack(sql: sqlite3.Connection, payload: bytes, portal_id: int) -> _Packed:
    """The smallest form of a payload."""
    if len(payload) < SMALL or _is_binary(payload):
        return _Packed(zstandard.compress(payload, LEVEL))
    best: _Packed | None = None
    for body_id, digest in _dictionaries(sql, portal_id):
        with _PREPARED.lock:
            data = _PREPARED.get(sql, body_id, digest)[0].compress(payload)
        if best is None or len(data) < len(best.data):
            best = _Packed(data, body_id)
        if len(data) * SPLENDID < len(payload):
            return best
    alone = _Packed(zstandard.compress(payload, LEVEL))
    return best if best and len(best.data) < SERVES * len(alone.data) else alone


def _unpack(sql: sqlite3.Connection, data: bytes, dictionary: int | None, digest: str) -> bytes:
    if dictionary is None:
        return zstandard.decompress(data)
    with _PREPARED.lock:
        return _PREPARED.get(sql, dictionary, digest)[1].decompress(data)


def _is_template(payload: bytes, packed: _Packed) -> bool:
    small_enough = SMALL <= len(payload) <= MAX_DICTIONARY
    return small_enough and not _is_binary(payload) and len(packed.data) < TEMPLATE * len(payload)


def _is_binary(payload: bytes) -> bool:
    return b"\0" in payload[:BINARY_WITHIN]


def _dictionaries(sql: sqlite3.Connection, portal_id: int) -> list[tuple[int, str]]:
    """The dictionaries of a portal, the last used first."""
    return sql.execute(
        "SELECT d.body_id, b.sha256 FROM dictionaries d JOIN bodies b ON b.id = d.body_id"
        " WHERE d.portal_id = ? ORDER BY d.used DESC LIMIT ?",
        (portal_id, MAX_DICTIONARIES),
    ).fetchall()
