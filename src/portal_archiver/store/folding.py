"""Folding that keeps every length, so that what is found in the folded text can be shown in the original; and fast.

`str.translate` looks every letter up in a dictionary, which costs more than all the rest of a search. Vietnamese text
has its letters in three blocks of 256: a text as UTF-16 is two rows of bytes, the rows are translated as a whole, and
the three outcomes are joined by masks, as numbers of some thousand digits.
"""

from __future__ import annotations

import unicodedata
from functools import reduce

_BLOCKS = (0x00, 0x01, 0x1E)  # Latin with its supplement, Latin Extended-A and -B, Latin Extended Additional
_PUNCTUATION = 0x20  # General Punctuation: dashes, quotation marks, the ellipsis
_KNOWN = bytes((*_BLOCKS, _PUNCTUATION))


def _base(char: str) -> str:
    """One letter, lower case without its marks, for one character; a space for what is no letter and no digit."""
    base = unicodedata.normalize("NFD", char.lower())[:1].replace("đ", "d")
    return base if base.isalnum() else " "


class _Letters(dict[int, str]):
    """A `str.translate` table that learns."""

    def __missing__(self, code: int) -> str:
        base = self[code] = _base(chr(code))
        return base


def _low(block: int) -> bytes:
    """What the low bytes of a block become; 0 where a letter has no ASCII base."""
    bases = (_base(chr(block << 8 | low)) for low in range(256))
    return bytes(ord(base) if base.isascii() else 0 for base in bases)


_LETTERS = _Letters()
_LOW = tuple(_low(block) for block in _BLOCKS)
_MASKS = tuple(bytes(255 if high == block else 0 for high in range(256)) for block in _BLOCKS)
_BLANKS = bytes(32 if high == _PUNCTUATION else 0 for high in range(256))


def fold_in_place(text: str) -> str:
    """The NFC text with every letter folded and every other character a space, each at its place."""
    raw = text.encode("utf-16-le", "surrogatepass")
    lows, highs = raw[::2], raw[1::2]
    if highs.translate(None, _KNOWN) or not text:
        return text.translate(_LETTERS)
    whole = int.from_bytes(highs.translate(_BLANKS), "little")
    parts = (
        int.from_bytes(lows.translate(low), "little") & int.from_bytes(highs.translate(mask), "little")
        for low, mask in zip(_LOW, _MASKS, strict=True)
    )
    folded = reduce(int.__or__, parts, whole).to_bytes(len(lows), "little")
    return text.translate(_LETTERS) if 0 in folded else folded.decode("ascii")


# Where the tone stands in an open syllable, old and new ("hoà", "hòa"): both are right, and the same word.
_TONES = tuple(
    (unicodedata.normalize("NFC", first + second + tone), unicodedata.normalize("NFC", first + tone + second))
    for first, second in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0309\u0303\u0323"
)


def has_two_spellings(typed: str) -> bool:
    """Whether a `spelling` has a syllable whose tone might stand elsewhere."""
    return any(new in typed for _, new in _TONES)


def spelling(text: str) -> str:
    """The text in lower case with its diacritics, NFC, the tone placed the new way: what an exact match compares."""
    lowered = unicodedata.normalize("NFC", text).lower()
    for old, new in _TONES:
        if old in lowered:
            lowered = lowered.replace(old, new)
    return lowered


def nfc(text: str) -> str:
    """The text in NFC; the usual one is so already."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
