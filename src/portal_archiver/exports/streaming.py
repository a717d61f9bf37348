"""A WACZ for whoever streams it: it is written by a thread of its own, which waits while nobody takes the bytes."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue
from typing import IO, Any, cast

from portal_archiver.exports.wacz import write_wacz
from portal_archiver.exports.warc import newest_of
from portal_archiver.store import Archive

PIECE = 64 * 1024  # bytes that are handed on together, at least
WAITING = 16  # pieces
LOOK = 0.2  # seconds between two looks at whether anybody still waits


def stream_wacz(
    archive: Archive, *, portal: str | None = None, articles: Iterable[int] | None = None
) -> Iterator[bytes]:
    """What `export_wacz` writes, as bytes; some megabytes of it are in memory at a time, besides the largest capture.

    The archive is at work until the iterator is at its end or closed: nobody else should use this object meanwhile.
    PortalArchiverError, at once: there is no such capture.
    """
    chosen = None if articles is None else list(articles)
    newest = newest_of(archive, portal, chosen)
    pipe = _Pipe()

    def write() -> None:
        try:
            write_wacz(archive, cast("IO[bytes]", pipe), newest, portal=portal, articles=chosen)
            pipe.end()
        except _GoneError:
            pass
        except Exception as error:
            pipe.end(error)

    return _pieces(pipe, threading.Thread(target=write, name="wacz", daemon=True))


def _pieces(pipe: _Pipe, writer: threading.Thread) -> Iterator[bytes]:
    writer.start()
    try:
        yield from pipe.pieces()
    finally:
        pipe.gone.set()
        writer.join()


class _GoneError(Exception):
    """Nobody takes the bytes any more."""


class _Pipe(io.RawIOBase):
    """A file to write to in one thread, whose bytes another takes."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = threading.Event()
        self._queue: Queue[bytes | BaseException | None] = Queue(WAITING)
        self._piece = bytearray()
        self._size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Take some bytes; waits while there are too many that nobody took."""
        self._piece += data
        self._size += len(data)
        if len(self._piece) >= PIECE:
            self._hand_on(bytes(self._piece))
            self._piece.clear()
        return len(data)

    def tell(self) -> int:
        """How many bytes were written in all."""
        return self._size

    def end(self, error: BaseException | None = None) -> None:
        """There is no more, or no more can be had."""
        if error is None:
            self._hand_on(bytes(self._piece))
        self._hand_on(error)

    def _hand_on(self, piece: bytes | BaseException | None) -> None:
        while not self.gone.is_set():
            try:
                return self._queue.put(piece, timeout=LOOK)
            except Full:
                continue
        raise _GoneError

    def pieces(self) -> Iterator[bytes]:
        """What is written, until the end; the error that ended the writing."""
        while True:
            piece = self._queue.get()
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
