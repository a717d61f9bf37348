"""Folding that keeps every length, so that what is found in the folded text can be shown in the original; and fast.

`str.translate` looks every letter up in a dictionary, which costs more than all the rest of a search. The letters of
Vietnamese, ASCII and the usual punctuation are fewer than 256: as a character set of our own they take a byte each, and
bytes are folded as a whole.
"""

from __future__ import annotations

import codecs
import unicodedata

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_PUNCTUATION = "\xa0“”‘’–—…•"


def _base(char: str) -> str:
    """One letter, lower case without its marks, for one character; a space for what is no letter and no digit."""
    base = unicodedata.normalize("NFD", char.lower())[:1].replace("đ", "d")
    return base if base.isalnum() else " "


class _Letters(dict[int, str]):
    """A `str.translate` table that learns."""

    def __missing__(self, code: int) -> str:
        base = self[code] = _base(chr(code))
        return base


def _character_set() -> str:
    """The characters that take a byte each, in the order of the bytes; the first must be NUL to be looked up fast."""
    letters = "đ" + "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES)
    ascii_characters = "".join(map(chr, (*range(9, 14), *range(32, 127))))
    return "".join(dict.fromkeys("\0" + ascii_characters + letters + letters.upper() + _PUNCTUATION))


def _fold_near(error: UnicodeError) -> tuple[str, int]:
    """What Latin letters and signs outside the set become; whatever else, and what has no ASCII base, ends the attempt.

    A raised or lowered figure counts as a sign beside nothing but Latin: so the index has had it from the beginning,
    and what is taken out of it must be what was put in.
    """
    assert isinstance(error, UnicodeEncodeError)
    others = error.object[error.start : error.end]
    if any(ord(char) >> 8 not in _LATIN for char in others):
        raise error
    return "".join(" " if ord(char) >> 8 == _SIGNS else _LETTERS[ord(char)] for char in others), error.end


def _fold_far(error: UnicodeError) -> tuple[str, int]:
    """What any characters outside the set become; what has no ASCII base ends the attempt."""
    assert isinstance(error, UnicodeEncodeError)
    return error.object[error.start : error.end].translate(_LETTERS), error.end


_SIGNS = 0x20  # General Punctuation, and raised and lowered figures
_LATIN = (0x00, 0x01, 0x1E, _SIGNS)  # blocks of 256
_LETTERS = _Letters()
_CHARS = _character_set()
_BYTES = codecs.charmap_build(_CHARS.ljust(256, "\ufffe"))
_FOLDED = "".join(map(_base, _CHARS)).ljust(256).encode("ascii")
_ATTEMPTS = {"portal_archiver.fold_near": _fold_near, "portal_archiver.fold_far": _fold_far}
for _name, _handler in _ATTEMPTS.items():
    codecs.register_error(_name, _handler)


def composed_and_folded(text: str) -> tuple[str, str]:
    """The text in NFC, and that folded in place."""
    try:  # the characters of the set are whole ones: a text of them is in NFC
        return text, codecs.charmap_encode(text, "strict", _BYTES)[0].translate(_FOLDED).decode("ascii")
    except UnicodeEncodeError:
        composed = nfc(text)
        return composed, fold_in_place(composed)


def fold_in_place(text: str) -> str:
    """The NFC text with every letter folded and every other character a space, each at its place."""
    for errors in _ATTEMPTS:
        try:
            return codecs.charmap_encode(text, errors, _BYTES)[0].translate(_FOLDED).decode("ascii")
        except UnicodeEncodeError:
            continue
    return text.translate(_LETTERS)


# Where the tone stands in an open syllable, old and new ("hoà", "hòa"): both are right, and the same word.
_TWO_WAYS = tuple(
    (unicodedata.normalize("NFC", first + second + tone), unicodedata.normalize("NFC", first + tone + second))
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES[1:]
)


def has_two_spellings(typed: str) -> bool:
    """Whether a `spelling` has a syllable whose tone might stand elsewhere."""
    return any(new in typed for _, new in _TWO_WAYS)


def spelling(text: str) -> str:
    """The text in lower case with its diacritics, NFC, the tone placed the new way: what an exact match compares."""
    spelled = lowered(text)
    for old, new in _TWO_WAYS:
        if old in spelled:
            spelled = spelled.replace(old, new)
    return spelled


def lowered(text: str) -> str:
    """The same but for the tone, which stays where it was written."""
    return nfc(text).lower()


def nfc(text: str) -> str:
    """The text in NFC; the usual one is so already."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
