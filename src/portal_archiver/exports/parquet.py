"""Reports as Parquet, the columns of `table.py`; pyarrow writes it, which is large, and so an extra."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from portal_archiver.errors import MissingPartError
from portal_archiver.exports.table import COLUMNS, row
from portal_archiver.model import Citable

ROWS = 1000  # of a row group: they are held in memory together
HINT = (
    "Parquet is written by pyarrow, which is not installed: install it with "
    "`pip install 'portal-archiver[parquet]'`, or export csv or jsonl"
)


def parquet_chunks(reports: Iterable[Citable]) -> Iterator[bytes]:
    """A Parquet file compressed with zstd, a chunk for each row group; MissingPartError without pyarrow.

    Texts are strings, `day` is a date, and what was seen or captured is a timestamp in UTC to the microsecond.
    """
    arrow, parquet = _libraries()  # before the first chunk is asked for: nothing has been begun then
    return _chunks(reports, arrow, parquet)


def _libraries() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingPartError(HINT) from error
    return pyarrow, pyarrow.parquet


def _chunks(reports: Iterable[Citable], arrow: Any, parquet: Any) -> Iterator[bytes]:
    kinds = {int: arrow.int64(), str: arrow.string(), date: arrow.date32(), datetime: arrow.timestamp("us", tz="UTC")}
    schema = arrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    taken = _Taken()
    waiting = iter(reports)
    with parquet.ParquetWriter(taken, schema, compression="zstd") as writer:
        while group := list(islice(waiting, ROWS)):
            columns = zip(*map(row, group), strict=True)
            arrays = [arrow.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            yield taken.give()
    yield taken.give()


class _Taken(io.RawIOBase):
    """A file to write to, from which what was written can be taken; it knows how much there was in all."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes, until they are taken."""
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        """How many bytes were written in all."""
        return self._size

    def give(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
