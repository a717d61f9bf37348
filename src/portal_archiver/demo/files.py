"""The binary side of the portal: pictures, PDF files and pages in windows-1258, made byte by byte."""

from __future__ import annotations

import hashlib
import struct
import unicodedata
import zlib
from functools import lru_cache

from portal_archiver.text import fold

TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below: windows-1258 keeps them apart
WIDTH, HEIGHT = 240, 150


@lru_cache(maxsize=256)
def png(name: str) -> bytes:
    """A small landscape (PNG, RFC 2083): sky over sea, its colors and horizon taken from the name."""
    seed = hashlib.sha256(name.encode()).digest()
    horizon = HEIGHT // 3 + seed[0] % (HEIGHT // 3)
    sky, sea = (150 + seed[1] % 60, 190 + seed[2] % 40, 235), (20 + seed[3] % 60, 90 + seed[4] % 70, 110 + seed[5] % 60)
    rows = (b"\0" + _row(sky if y < horizon else sea, y) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _row(color: tuple[int, int, int], y: int) -> bytes:
    return bytes(min(255, value + y // 5) for value in color) * WIDTH


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(title: str) -> bytes:
    """A PDF 1.4 of one page that shows the title (without diacritics: its built-in font has none)."""
    line = fold(title).upper().translate({ord(char): f"\\{char}" for char in "\\()"}).encode("ascii", "replace")
    stream = b"BT /F1 11 Tf 40 780 Td (" + line + b") Tj ET"
    return _pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def _pdf_file(*objects: bytes) -> bytes:
    """The objects, numbered from 1, with the cross-reference table and trailer that a reader looks for."""
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (size, table, size, len(out))


def encode(html: str, encoding: str) -> bytes:
    """The bytes of a page; what the encoding lacks becomes a character reference.

    windows-1258 writes most toned vowels as two characters, the vowel and its tone ("ệ" is "ê" and a dot below):
    Python's codec leaves that to the caller.
    """
    text = "".join(map(_apart, html)) if encoding == "windows-1258" else html
    return text.encode(encoding, "xmlcharrefreplace")


def _apart(char: str) -> str:
    marks = unicodedata.normalize("NFD", char)
    tone = "".join(mark for mark in marks if mark in TONES)
    vowel = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
    return vowel + tone
