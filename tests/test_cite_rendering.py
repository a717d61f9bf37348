"""A citation that is put together of a kept build says what citeproc says of the words themselves."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from portal_archiver.citations.csl import STYLES
from portal_archiver.citations.rendering import Facts, is_markable, render, rendered

EDGES = st.text("""ab1 .,:;?!…-–/()[]“”‘’"'«»&<>*_đẫ""", min_size=1, max_size=12).map(str.strip).filter(bool)
WORDS = st.one_of(EDGES, st.sampled_from(["PV", "P.V.", "Ban Biên tập", "Sở Y tế (Bạch Hải)", "A?", "“B.”", "8801"]))
DAYS = st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.just(date(2024, 2, 29)))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(STYLES)),
    st.fixed_dictionaries({"title": WORDS}, optional={"container_title": WORDS, "URL": WORDS, "note": WORDS}),
    st.lists(WORDS, max_size=4),
    DAYS,
    st.booleans(),
    DAYS,
)
def test_it_is_what_citeproc_says(
    style: str, texts: dict[str, str], authors: list[str], issued: date | None, circa: bool, accessed: date | None
) -> None:
    facts = Facts(tuple(texts.items()), tuple(authors), issued, circa, accessed)
    assert rendered(facts, style) == render(style, facts)


def test_a_character_that_could_be_a_mark_is_cited_as_it_is() -> None:
    facts = Facts((("title", "Thông\ue000báo"),), ("PV",), date(2024, 5, 1))
    assert not is_markable(facts)
    assert "Thông\ue000báo" in rendered(facts, "vietnamese")
