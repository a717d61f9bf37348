"""The content of a file that may be gzipped, as one member or as many; and where it is damaged."""

from __future__ import annotations

import zlib
from typing import BinaryIO

MAGIC = b"\x1f\x8b"
CHUNK = 1 << 16


class DamagedError(Exception):
    """The file cannot be read on: the reason in words, and the byte at which the damaged part begins."""

    def __init__(self, why: str, offset: int) -> None:
        super().__init__(why)
        self.offset = offset


class Unpacked:
    """A stream to read from, as warcio wants one.

    What comes before the damage is handed out before DamagedError is raised. `offset` is where the present gzip member
    begins: in a compressed WARC, usually the record. `packed` says whether there is any.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = file.read(CHUNK)
        self._taken = len(self._left)
        self._given = 0
        self._engine: zlib._Decompress | None = None
        self.packed = self._left.startswith(MAGIC)
        self.offset = 0

    def tell(self) -> int:
        """How many bytes were handed out."""
        return self._given

    def read(self, size: int = -1) -> bytes:
        """Some bytes, at most `size` of them; none at the end."""
        data = self._unpack(size if size > 0 else CHUNK) if self.packed else self._plain(size if size > 0 else CHUNK)
        self._given += len(data)
        return data

    def _plain(self, size: int) -> bytes:
        if not self._left:
            self._fill()
        data, self._left = self._left[:size], self._left[size:]
        return data

    def _fill(self) -> bool:
        self._left = self._file.read(CHUNK)
        self._taken += len(self._left)
        return bool(self._left)

    def _unpack(self, size: int) -> bytes:
        while True:
            if self._engine is None and not self._begin():
                return b""
            if not self._left and not self._fill():
                raise DamagedError("it ends in the middle of a gzip member", self.offset)
            if data := self._inflate(size):
                return data

    def _begin(self) -> bool:
        """Begin the next member; zeros after the last one are padding."""
        self._left = self._left.lstrip(b"\0")
        while not self._left:
            if not self._fill():
                return False
            self._left = self._left.lstrip(b"\0")
        self.offset = self._taken - len(self._left)
        self._engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return True

    def _inflate(self, size: int) -> bytes:
        assert self._engine is not None  # _begin made one
        try:
            data = self._engine.decompress(self._left, size)
        except zlib.error as error:
            raise DamagedError(f"its gzip data cannot be read ({error})", self.offset) from error
        self._left = self._engine.unconsumed_tail
        if self._engine.eof:
            self._left = self._engine.unused_data
            self._engine = None
        return data
