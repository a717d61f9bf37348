"""Folding in place: every length kept, every way to the same letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.store.folding import composed_and_folded, fold_in_place


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Nguyễn Huệ, số 13", "duong nguyen hue  so 13"),
        ("“Nông thôn” – mới…", " nong thon    moi "),
        ("Räikkönen tới Côte d'Ivoire", "raikkonen toi cote d ivoire"),  # letters of others
        ("● Mục 1 → 2", "  muc 1   2"),  # signs of others
        ("CO₂ giảm", "co  giam"),  # as the index has it
        ("CO₂ giảm Москва", "co₂ giam москва"),
        ("", ""),
    ],
)
def test_each_character_becomes_one_letter_or_a_space(text: str, folded: str) -> None:
    assert fold_in_place(text) == folded


@given(st.text(st.one_of(st.sampled_from("aĂấ ộĐ,.“–₂●ßИ\u0301"), st.characters())))
def test_what_is_found_in_the_folded_text_stands_there_in_the_original(text: str) -> None:
    composed, folded = composed_and_folded(text)
    assert composed == unicodedata.normalize("NFC", text)
    assert len(folded) == len(composed)
    assert folded == fold_in_place(composed)
    assert all(letter == fold_in_place(char) for char, letter in zip(composed, folded, strict=True) if letter.isascii())
