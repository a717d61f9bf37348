"""Content codings (RFC 9110 §8.4.1), undone in small pieces, so that a decompression bomb stops at the limit."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator

import brotli  # type: ignore[import-untyped]
import zstandard

CHUNK = 1 << 18
MAX_LAYERS = 3  # a misconfigured server compresses twice; more is no accident
MAX_ZSTD_WINDOW = 1 << 23  # RFC 9659: 8 MB


class DecodingError(ValueError):
    """The payload is not what its Content-Encoding says."""


class TooLargeError(ValueError):
    """The payload grows past the limit."""


def decoded(payload: bytes, codings: str, limit: int, *, cut: bool = False) -> bytes:
    """The payload with its Content-Encoding undone, at most `limit` bytes.

    Raises TooLargeError for more (with `cut`, the rest is dropped instead), DecodingError for a payload that does not
    fit or has an unknown coding.
    """
    layers = [name for part in codings.lower().split(",") if (name := part.strip()) and name != "identity"]
    if len(layers) > MAX_LAYERS:
        raise DecodingError(f"{len(layers)} content codings, one upon the other")
    for name in reversed(layers):
        payload = bounded(_pieces(payload, name), limit, cut=cut)
    return bounded([payload], limit, cut=cut)


def gunzipped(payload: bytes, limit: int) -> bytes:
    """The content of a gzip file, such as `sitemap.xml.gz`; raises as `decoded` does."""
    return bounded(_pieces(payload, "gzip"), limit)


def bounded(pieces: Iterable[bytes], limit: int, *, cut: bool = False) -> bytes:
    """The pieces joined; the first byte past the limit raises TooLargeError, or ends it with `cut`."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > limit and not cut:
            raise TooLargeError(f"more than {limit:,} bytes")
        if len(whole) >= limit and cut:
            break
    return bytes(whole[:limit])


def _pieces(payload: bytes, name: str) -> Iterator[bytes]:
    codec = CODECS.get(name.removeprefix("x-"))
    if codec is None:
        raise DecodingError(f"unknown content coding {name[:40]!r}")
    try:
        yield from codec(payload)
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise DecodingError(f"{name}: {error}") from error


def _gzip(payload: bytes) -> Iterator[bytes]:
    while payload:
        payload = yield from _inflate(payload, 16 + zlib.MAX_WBITS)
        if not payload.startswith(b"\x1f\x8b"):  # padding after the last member is common, and no error
            return


def _deflate(payload: bytes) -> Iterator[bytes]:
    zlib_header = len(payload) > 1 and payload[0] & 15 == 8 and int.from_bytes(payload[:2]) % 31 == 0
    yield from _inflate(payload, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)  # half of all servers send it raw


def _inflate(payload: bytes, window: int) -> Generator[bytes, None, bytes]:
    """The pieces of one compressed stream; returns what follows it."""
    engine = zlib.decompressobj(window)
    while not engine.eof:
        piece = engine.decompress(payload, CHUNK)
        payload = engine.unconsumed_tail
        if not piece and not payload and not engine.eof:
            raise DecodingError("the compressed data ends early")
        yield piece
    return engine.unused_data


def _brotli(payload: bytes) -> Iterator[bytes]:
    engine = brotli.Decompressor()
    while not engine.is_finished():
        piece = engine.process(payload, output_buffer_limit=CHUNK)
        payload = b""
        if not piece and not engine.is_finished():
            raise DecodingError("the compressed data ends early")
        yield piece


def _zstd(payload: bytes) -> Iterator[bytes]:
    engine = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
    with engine.stream_reader(io.BytesIO(payload), read_across_frames=True) as reader:
        while piece := reader.read(CHUNK):
            yield piece


CODECS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
