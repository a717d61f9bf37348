"""Text: whatever bytes come in, plain Vietnamese in normal form comes out, and folding keeps what people type."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.demo.files import encode
from portal_archiver.text import decode, fold, plain, telephone, words

TEXT = "Ủy ban nhân dân tỉnh Bạch Hải mở hội đua thuyền: “Sóng gọi”, đường Bến Đăng, phường Mũi Sò ở phía đông."
PAGE = f"<html><head><title>Bạch Hải</title></head><body><p>{TEXT}</p></body></html>"


def garbled(text: str) -> bytes:
    """UTF-8 that somebody read byte by byte as Latin-1 and saved again."""
    return text.encode().decode("latin-1").encode()


def test_utf8_is_read_whatever_is_declared() -> None:
    for declared in (None, "utf-8", "iso-8859-1", "windows-1258", "us-ascii", "no-such-charset"):
        assert decode(PAGE.encode(), declared) == PAGE
    assert decode(PAGE.replace("<head>", '<head><meta charset="iso-8859-1">').encode()).count(TEXT) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marked_and_wide_encodings_are_recognized(encoding: str) -> None:
    marks = {"utf-16-be": b"\xfe\xff"}
    assert decode(marks.get(encoding, b"") + PAGE.encode(encoding)) == PAGE


def test_a_byte_order_mark_outranks_every_declaration() -> None:
    assert decode(PAGE.encode("utf-16"), "utf-8") == PAGE


def test_utf16_without_a_mark_is_recognized_by_its_zeros() -> None:
    assert decode(PAGE.encode("utf-16-le"), "utf-8") == PAGE


@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1258", "no-such-charset"])
def test_windows_1258_is_read_declared_or_not(declared: str | None) -> None:
    assert plain(decode(encode(PAGE, "windows-1258"), declared)) == plain(PAGE)


def test_the_pages_own_declaration_is_heard_where_the_bytes_fit_it() -> None:
    russian = '<meta charset="koi8-r"><p>Привет</p>'
    assert decode(russian.encode("koi8-r")) == russian
    assert decode(russian.encode("koi8-r").replace(b"koi8-r", b"x-none")) != russian


def test_the_headers_declaration_comes_before_the_pages() -> None:
    text = '<meta charset="windows-1252"><p>Привет</p>'
    assert decode(text.encode("koi8-r"), "koi8-r") == text


def test_a_codec_that_gives_no_text_is_no_charset() -> None:
    for name in ("base64", "rot13", "zip", "undefined", "idna", "\x00", "", "a" * 500):
        assert isinstance(decode(b"\xff\xff<p>x</p>", name), str)


def test_utf8_read_as_latin1_is_mended() -> None:
    assert decode(garbled(PAGE)) == PAGE


def test_utf8_read_as_windows_1252_is_mended_too() -> None:
    letters = "Bạch Hải: cảng cá Bến Sò xây thêm kho đá, xã đảo có thêm bến tàu."
    assert decode(letters.encode().decode("windows-1252").encode()) == letters


def test_utf8_read_as_browsers_read_windows_1252_is_mended_too() -> None:
    """Where windows-1252 has no character (81, 8D, 8F, 90, 9D), WHATWG's decoder gives the control character."""
    read = "".join(
        bytes([byte]).decode("windows-1252", "replace").replace("\ufffd", chr(byte)) for byte in PAGE.encode()
    )
    assert decode(read.encode()) == PAGE


def test_a_page_that_only_quotes_garbled_text_is_left_alone() -> None:
    text = f"<p>{TEXT} Khi sai bảng mã, “á” thành “Ã¡”.</p>"
    assert decode(text.encode()) == text


def test_bytes_that_fit_nothing_become_replacement_characters_and_lose_nothing_else() -> None:
    assert "Bạch Hải" in decode("Bạch Hải".encode() + b"\xff\xfe\x81")


@given(st.binary(max_size=400), st.none() | st.text(max_size=12))
def test_any_bytes_under_any_declaration_become_text(body: bytes, declared: str | None) -> None:
    assert isinstance(decode(body, declared), str)


@given(st.binary(max_size=200))
def test_damaged_utf16_becomes_text(body: bytes) -> None:
    assert isinstance(decode(b"\xff\xfe" + body), str)
    assert isinstance(decode(b"<\x00h\x00t\x00m\x00l\x00>\x00" * 20 + body), str)


def test_plain_text_is_one_line_of_composed_letters_without_invisible_ones() -> None:
    ragged = unicodedata.normalize("NFD", " nông\u200b\u00a0thôn\u2003\r\n\tm\u00adới\ufeff\x00 ")
    assert plain(ragged) == "nông thôn mới"
    assert plain("\u200b \u00a0") == ""


@given(st.text(max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert once == once.strip()
    assert "  " not in once


@pytest.mark.parametrize(
    "written",
    [
        "NÔNG THÔN MỚI",
        "nông thôn mới",
        unicodedata.normalize("NFD", "Nông thôn mới"),
        "nong thon moi",
        "nông\u200b thôn mới",
    ],
)
def test_all_spellings_fold_to_what_people_type(written: str) -> None:
    assert fold(written) == "nong thon moi"


def test_every_vietnamese_letter_folds_to_ascii() -> None:
    vowels = "aăâeêioôơuưy"
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = unicodedata.normalize("NFC", "".join(vowel + tone for vowel in vowels for tone in tones)) + "đĐ"
    assert fold(letters + letters.upper()).isascii()
    assert fold("Đường Đê") == "duong de"
    assert fold("hoà hòa thuỷ thủy") == "hoa hoa thuy thuy"


@given(st.text("aăâeêioôơuưyđAĂÂĐ bchnt\u0300\u0301\u0303\u0309\u0323", max_size=60))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))
    assert fold(fold(text)) == fold(text)


def test_words_are_what_a_headline_shares_with_its_slug() -> None:
    assert words("Cầu tàu cá Bến Đăng: 42 tấn!") == words("cau-tau-ca-ben-dang-42-tan")
    assert words("  ...  ") == []


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("02003000111", "0200 3000 111"), ("02438222157", "024 3822 2157"), ("0903405146", "0903 405 146"),
        ("+842003000111", "+84 200 3000 111"), ("+84903405146", "+84 903 405 146"), ("19001530", "1900 1530"),
        ("1900545416", "1900 545 416"), ("113", "113"), ("+33123456789", "+33123456789"), ("+84113", "+84113"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_grouped_as_it_is_read(digits: str, shown: str) -> None:
    assert telephone(digits) == shown


@given(st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True))
def test_no_digit_of_a_telephone_number_is_lost(digits: str) -> None:
    assert telephone(digits).replace(" ", "") == digits
