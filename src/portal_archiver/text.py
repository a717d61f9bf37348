"""Vietnamese text: decoding, normal form, invisible characters, folding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\x00"))
_INVISIBLE = re.compile(f"[{''.join(map(chr, INVISIBLE))}]")
LABEL = 80  # characters
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""", re.I)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# The encodings seen on Vietnamese pages, in the order they are tried when nothing that is declared fits.
_USUAL = ("utf-8", "windows-1258", "windows-1252")
# How Vietnamese telephone numbers are grouped for reading, by their form; other forms stay as they are.
_TELEPHONES = (
    (re.compile(r"(02[48])(\d{4})(\d{4})"), r"\1 \2 \3"),  # Hà Nội, Hồ Chí Minh City
    (re.compile(r"(02\d\d)(\d{4})(\d{3})"), r"\1 \2 \3"),  # other provinces
    (re.compile(r"(0[35789]\d\d)(\d{3})(\d{3})"), r"\1 \2 \3"),  # mobile
    (re.compile(r"(1[89]00)(\d{4})"), r"\1 \2"),
    (re.compile(r"(1[89]00)(\d{3})(\d{3})"), r"\1 \2 \3"),
)
# What UTF-8 Vietnamese looks like after somebody read it as Latin-1: "Ã¡" for "á", "áº¡" for "ạ", "Ä‘" for "đ".
MANY_SIGNS = 5
MOJIBAKE = b"\xa1\xc2"  # in "áº" and "á»" as UTF-8: some of the signs are in any such text
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf¡-¿]|á[º»][\u0080-\u00bf¡-¿ŒœŠšŸŽžƒˆ˜–-•…‰‹›€™]|Ä[\u0080-\u0091‘]|Æ[¡°]")


def decode(body: bytes, declared: str | None = None) -> str:
    """Text of a page's bytes: byte-order mark, then the HTTP charset, then the page's own `meta`, then the usual ones.

    A declaration that does not fit the bytes is passed over: many portals declare one encoding and send another.
    Nothing raises; bytes that fit no encoding become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    for encoding in _candidates(body, declared):
        try:
            text = body.decode(encoding)
            return _mend_mojibake(text) if encoding != "utf-8" or MOJIBAKE in body else text
        except (LookupError, ValueError):
            continue
    return body.decode("utf-8", "replace")


def _candidates(body: bytes, declared: str | None) -> Iterable[str]:
    if b"\x00" in body[:64] and body[1:64:2].count(0) > 16:
        yield "utf-16-le"
    yield "utf-8"  # bytes that are valid UTF-8 and not ASCII are never anything else in practice
    if declared:
        yield declared
    if match := _DECLARED.search(body[:4096]):
        yield match[1].decode("ascii")
    yield from _USUAL[1:]


def _mend_mojibake(text: str) -> str:
    """Undo one round of "UTF-8 read as Latin-1 and saved again", where the text shows the signs of it throughout."""
    signs = islice(_MOJIBAKE.finditer(text), MANY_SIGNS)
    if sum(1 for _ in signs) < MANY_SIGNS:
        return text
    try:
        return text.encode("windows-1252", "as-is").decode("utf-8")
    except UnicodeError:
        return text


def _as_is(error: UnicodeError) -> tuple[bytes, int]:
    """What browsers do with the five bytes that windows-1252 leaves open: the character of the same number."""
    if isinstance(error, UnicodeEncodeError) and all(ord(char) < 256 for char in error.object[error.start : error.end]):
        return error.object[error.start : error.end].encode("latin-1"), error.end
    raise error


codecs.register_error("as-is", _as_is)


def plain(text: str) -> str:
    """One line of NFC text: invisible characters dropped, every run of white space one space, none at the ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if _INVISIBLE.search(text):
        text = text.translate(INVISIBLE)
    return " ".join(text.split())


def clean(text: str) -> str:
    """`plain` text that formats of others can hold on one line: no control character, no half of a surrogate pair."""
    line = plain(text)
    if line.isprintable():
        return line
    return " ".join("".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cs")).split())


def _folding() -> dict[int, str | None]:
    """Each letter with a mark to the letter without, đ to d, each combining mark to nothing."""
    table: dict[int, str | None] = {ord("đ"): "d", **dict.fromkeys(INVISIBLE), **dict.fromkeys(range(0x300, 0x370))}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base != chr(code):
            table[code] = base
    return table


_FOLDING = _folding()
_VIETNAMESE = re.compile("[đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.I)


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d: what is left of "NÔNG THÔN MỚI" is "nong thon moi"."""
    return _fold_label(text) if len(text) <= LABEL else text.lower().translate(_FOLDING)


@lru_cache(maxsize=16384)
def _fold_label(text: str) -> str:
    """The same for a short text, remembered: the pages of a portal repeat their menus and labels."""
    return text.lower().translate(_FOLDING)


def language_of(text: str) -> str:
    """`vi` for text with the letters that only Vietnamese has, "" where there is nothing to tell by.

    What a page declares is its CMS's default as often as its language: `lang="en-us"` over Vietnamese reports.
    """
    return "vi" if len(_VIETNAMESE.findall(text[:2000])) >= MANY_SIGNS else ""


def words(text: str) -> list[str]:
    """The folded words of a text, in order: what is compared when a headline is held against a slug."""
    return re.findall(r"[^\W_]+", fold(text))


def telephone(number: str) -> str:
    """A number of digits as people read it: 02003000111 is 0200 3000 111, and +842003000111 is +84 200 3000 111.

    Digits and their order stay what they are; a form that is not Vietnam's stays ungrouped.
    """
    national = f"0{number[3:]}" if number.startswith("+84") else number
    grouped = next((form.sub(groups, national) for form, groups in _TELEPHONES if form.fullmatch(national)), number)
    return f"+84 {grouped[1:]}" if national != number != grouped else grouped
