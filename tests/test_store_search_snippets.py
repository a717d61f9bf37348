"""Snippets: the original text around the best matches, marked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from portal_archiver.model import Article, Capture, Dateline, Page
from portal_archiver.store import Archive
from portal_archiver.store.search.snippet import snippet, wanted
from portal_archiver.text import fold
from searched import fill


def test_a_hit_shows_the_original_text_around_the_best_matches_and_marks_them(tmp_path: Path) -> None:
    filler = "Cán bộ xã đi thăm từng hộ dân để vận động. " * 20
    body = f"Mới sáng nay trời mưa.\n\n{filler}\n\nĐề án nông thôn mới\nđược HĐND thông qua. {filler}"
    url = "https://bachhai.example/1"
    with Archive(tmp_path / "archive.db") as archive:
        article = Article("Họp thường kỳ", body, published=Dateline(date(2024, 1, 2)), section="Tin")
        archive.save(Capture(url, body=b"x"), Page(url, url, "article", article), portal="bachhai")
        (hit,) = archive.search("nong thon moi").hits
    assert (hit.title, hit.url, hit.published) == ("Họp thường kỳ", url, date(2024, 1, 2))
    assert (hit.portal, hit.section) == ("bachhai", "Tin")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["nông", "thôn", "mới"]
    assert "Đề án nông thôn mới được HĐND thông qua." in hit.snippet
    assert hit.snippet.startswith("…") and hit.snippet.endswith("…") and len(hit.snippet) < 300
    assert set(hit.snippet.strip("…").split()) <= set(body.split()), "cut at word boundaries"


def test_a_snippet_of_an_exact_search_shows_and_marks_what_is_written_so(tmp_path: Path) -> None:
    said = f"Thuyền kết hoa ra khơi, {'sóng yên biển lặng ' * 30}bà con ra nhà văn hoá thôn xem Hoà hát."
    with Archive(tmp_path / "archive.db") as archive:
        fill(archive, (Article("Lễ hội", said),), "bachhai")
        for typed, marked in (("=hoá", ["hoá"]), ("=hòa", ["Hoà"]), ('="văn hóa"', ["văn", "hoá"]), ("=hoa", ["hoa"])):
            (hit,) = archive.search(typed).hits
            assert [hit.snippet[start:end] for start, end in hit.marks] == marked, typed


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_found_by_its_words_and_marked(text: str) -> None:
    from portal_archiver.store.search.query import folded_words
    from portal_archiver.store.search.snippet import snippet, wanted

    found = snippet([text], wanted(folded_words(text)))
    for start, end in found.marks:
        assert fold(found.text[start:end]) in folded_words(text)


def test_a_word_that_only_folds_alike_is_not_marked_beside_the_phrase_it_belongs_to() -> None:
    found = snippet(["Xã nông thôn mới: bình quân mỗi xã đạt 17 tiêu chí."], wanted(["nong", "thon", "moi"]))
    assert [found.text[start:end] for start, end in found.marks] == ["nông", "thôn", "mới"]
    alone = snippet(["Bình quân mỗi xã đạt 17 tiêu chí."], wanted(["nong", "thon", "moi"]))
    assert [alone.text[start:end] for start, end in alone.marks] == ["mỗi"]
