"""Search: as Vietnamese is typed, filtered, shown; and nothing typed raises."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_archiver.errors import PortalArchiverError
from portal_archiver.store import Archive
from searched import REPORTS, fill, ids, save


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("search") / "archive.db") as opened:
        fill(opened, REPORTS, "bachhai")
        yield opened


@pytest.mark.parametrize(
    "typed",
    ["nông thôn mới", "nong thon moi", "NÔNG THÔN MỚI", unicodedata.normalize("NFD", "Nông Thôn Mới"), "nông thon moi"],
)
def test_nong_thon_moi_is_found_however_it_is_typed(archive: Archive, typed: str) -> None:
    assert ids(archive, typed) == [1, 2], "beside each other first"


@pytest.mark.parametrize("typed", ["hoà mình", "hòa mình", "đường làng", "duong lang", "ĐƯỜNG LÀNG", "Phước Điền"])
def test_tone_placement_and_the_stroke_of_d_do_not_matter(archive: Archive, typed: str) -> None:
    assert ids(archive, typed) == [1]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("13/2023/NĐ-CP", [1]),
        ("13/2024/NĐ-CP", []),
        ('"tiếp công dân"', [3]),
        ('"dân công tiếp"', []),
        ("công dân -tiếp", [1]),
        ("giống -chuẩn", [2]),
        ("-giống", [1, 3]),
        ("gi* tôm", [2]),
        ("công", [1, 3]),
        ("", [2, 1, 3]),
        ("  ", [2, 1, 3]),
        ("  !? ", []),
        ('"" 🐟 OR title:', []),
    ],
)
def test_what_the_signs_of_a_query_mean(archive: Archive, typed: str, found: list[int]) -> None:
    assert sorted(ids(archive, typed)) == sorted(found)


def test_all_words_are_required_and_when_none_has_them_the_answer_says_so(archive: Archive) -> None:
    strict = archive.search("nông dân tôm")
    assert (strict.relaxed, [hit.article_id for hit in strict.hits]) == (False, [2])
    relaxed = archive.search("tôm hùm Alaska chuẩn")
    assert relaxed.relaxed and relaxed.total == 2
    nothing = archive.search("hùm Alaska")
    assert (nothing.total, nothing.hits, nothing.relaxed) == (0, (), False)


def test_a_question_is_answered_by_the_best_report_and_a_headline_by_its_own(archive: Archive) -> None:
    asked = archive.search("Xã nào ở Bạch Hải đạt chuẩn nông thôn mới năm nay?")
    assert asked.relaxed and asked.hits[0].article_id == 1
    headline = archive.search("Bạch Hải có thêm ba xã đạt chuẩn nông thôn mới")
    assert not headline.relaxed and [hit.article_id for hit in headline.hits] == [1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"portal": "bachhai"}, [1, 2, 3]),
        ({"portal": "khac"}, []),
        ({"section": "nông thôn"}, [1]),
        ({"section": "KINH"}, [2]),
        ({"author": "ngoc vy"}, [1]),
        ({"author": "Khuê"}, [2]),
        ({"photographer": "thạch lâm"}, [1]),
        ({"photographer": "Trần Đ"}, [2]),
        ({"photographer": "???"}, []),
        ({"since": "2023-03-12", "until": "2023-03-12"}, [1]),
        ({"since": "2024-05-02", "until": "2024-05-02"}, [2]),
        ({"since": "2024-05-03"}, []),
        ({"until": "2024-05-01"}, [1]),
        ({"author": "Vy", "until": "2022-01-01"}, []),
    ],
)
def test_filters_narrow_a_query_and_an_empty_one(archive: Archive, filters: dict[str, str], found: list[int]) -> None:
    assert sorted(ids(archive, "", **filters)) == found
    assert sorted(ids(archive, "nông thôn", **filters)) == [n for n in found if n != 3]


def test_dates_may_be_dates(archive: Archive) -> None:
    assert archive.search("", since=date(2024, 1, 1), until=datetime(2024, 5, 2, 1, tzinfo=UTC)).total == 1


def test_hits_can_be_sorted_by_date_and_paged(archive: Archive) -> None:
    assert ids(archive, "", sort="newest") == [2, 1, 3] == ids(archive, "")
    assert ids(archive, "", sort="oldest") == [1, 2, 3]
    assert ids(archive, "nông thôn mới", sort="newest") == [2, 1]
    for query in ("", "công"):
        pages = [archive.search(query, limit=1, offset=n, sort="oldest") for n in range(4)]
        total = pages[0].total
        assert {page.total for page in pages} == {total}
        assert sum((page.hits for page in pages), ()) == archive.search(query, sort="oldest").hits
    assert archive.search("công", limit=0).total == 2


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("title:giống", [2]),
        ("title: lịch", [3]),
        ("author:khuê", [2]),
        ('photo:"thạch lâm"', [1, 2]),
        ("section:thông", [3]),
        ("portal:bachhai giống", [2]),
        ("portal:khac giống", []),
        ("-portal:bachhai", []),
        ("lịch OR tôm", [2, 3]),
        ("tôm OR lịch công", [3]),
        ("lịch | tôm", [2, 3]),
        ("=giống", [2]),
        ("=giong", []),
        ("-title:giống công", [1, 3]),
        ("OR", []),
    ],
)
def test_field_words_and_or_and_exact_words(archive: Archive, typed: str, found: list[int]) -> None:
    assert sorted(ids(archive, typed)) == found


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("tilte:giống", 'did you mean "title:"'),
        ("date:2023 giống", "there are title:, author:"),
        ("portal:bachai", 'did you mean "bachhai"'),
        ("10:30", None),
        ("https://bachhai.example/1", None),
        ("mailto:a@bachhai.example", None),
        ("Ảnh: Thạch Lâm", None),
    ],
)
def test_a_field_word_that_there_is_not_is_told(archive: Archive, typed: str, told: str | None) -> None:
    notes = archive.search(typed).notes
    assert told in notes[0] if told else notes == ()


def test_facets_count_what_a_search_finds(archive: Archive) -> None:
    counts = archive.facets("nông thôn mới")
    assert counts.total == 2 == archive.search("nông thôn mới").total
    assert counts.portals == (("bachhai", 2),)
    assert counts.years == (("2023", 1), ("2024", 1))
    assert counts.months == (("2023-03", 1), ("2024-05", 1))
    assert counts.sections == (("Kinh tế", 1), ("Nông nghiệp - Nông thôn", 1))
    assert archive.facets("", since="2024").years == (("2024", 1),)
    assert archive.facets("hùm").total == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("nongthon", "nong thon"), ("giog", "giong"), ("tie p", "tiep"), ("cong dann", "cong dan"), ("xyzxyz", None)],
)
def test_near_misses_are_suggested_from_what_the_archive_has(archive: Archive, typed: str, meant: str | None) -> None:
    suggested = archive.search(typed).suggestions
    assert meant in suggested if meant else suggested == ()
    assert all(archive.search(words).total for words in suggested)


def test_photos_attachments_and_revisions_narrow_a_search(archive: Archive, tmp_path: Path) -> None:
    assert sorted(ids(archive, "", has_photo=True)) == [1, 2]  # type: ignore[arg-type]
    assert ids(archive, "công", has_photo=False) == [3]  # type: ignore[arg-type]
    assert ids(archive, "", has_attachment=True) == []  # type: ignore[arg-type]
    with Archive(tmp_path / "archive.db") as own:
        for n, body in ((1, "Bản đầu."), (2, "Bản khác."), (1, "Bản sửa.")):
            save(own, n, f"Tin {n}", body)
        assert ids(own, "bản", revised_since="2024-05-31") == [1] == ids(own, "", revised_since="2024")
        assert ids(own, "bản", revised_since="2024-06-03") == []


@pytest.mark.parametrize(
    ("typed", "filters", "told"),
    [
        ("🐟", {}, "there is no word in this query"),
        ("tôm", {"since": "2024-06", "until": "2024-01"}, "no day is both since 2024-06 and until 2024-01"),
        ("tôm", {"section": "Kinh té"}, None),
        ("tôm", {"section": "Bóng đá"}, 'no report of the archive has a section "Bóng đá"'),
        ("tôm", {"author": "Bóng"}, 'no report of the archive has a byline "Bóng"'),
        ("tôm", {"photographer": "Bóng"}, 'no report of the archive has a photo credit "Bóng"'),
        ("tôm", {"portal": "bachhay"}, 'the archive holds no portal "bachhay": did you mean "bachhai"?'),
        ("=hoà mình", {}, None),
        ("=nòng", {}, "reports have these words with other diacritics: search without `--exact` or = to see them"),
    ],
)
def test_what_can_find_nothing_is_told(archive: Archive, typed: str, filters: dict[str, str], told: str | None) -> None:
    results = archive.search(typed, **filters)  # type: ignore[arg-type]
    assert results.notes == (() if told is None else (told,))
    assert results.total == 0 or told is None
    assert archive.facets(typed, **filters).total == len(archive.matching(typed, **filters)) == results.total  # type: ignore[arg-type]


def test_more_than_ten_words_are_a_sentence_and_the_answer_does_not_claim_that_no_report_has_them(
    archive: Archive,
) -> None:
    words = "lễ mừng công theo bạch hải ba xã ven biển đường làng"
    found = archive.search(words)
    assert (found.relaxed, found.sentence, found.hits[0].article_id) == (True, True, 1)
    assert archive.matching(words) == [1], "as a list, to take the reports along"
    again = archive.search(" ".join([words.split()[0]] * 12))
    assert not (again.sentence or again.relaxed) and again.total == 1, "the same word again is no sentence"


def test_counts_of_what_has_some_of_the_words_are_of_all_of_it(archive: Archive) -> None:
    counts = archive.facets("tôm xyzzyplugh chuẩn")
    assert (counts.total, counts.bounded) == (2, False)


@pytest.mark.parametrize("wrong", [{"sort": "size"}, {"since": "hôm qua"}, {"until": "2024-13-01"}])
def test_a_wrong_sort_or_date_is_told(archive: Archive, wrong: dict[str, str]) -> None:
    with pytest.raises(PortalArchiverError, match=next(iter(wrong.values()))):
        archive.search("", **wrong)  # type: ignore[arg-type]


def test_a_snippet_shows_the_caption_when_only_that_matches_and_the_beginning_for_a_title(archive: Archive) -> None:
    (caption,) = archive.search("Phước Điền").hits
    assert caption.snippet == "Lễ công bố ở xã Phước Điền THẠCH LÂM"
    (title,) = archive.search("lịch").hits
    assert (title.snippet, title.marks) == ("Chủ tịch tiếp công dân vào thứ năm.", ())


def test_the_plain_sqlite_shell_can_search_it(archive: Archive) -> None:
    with closing(sqlite3.connect(archive.path)) as plain:
        rows = plain.execute(
            "SELECT articles.id, title FROM articles_fts JOIN articles ON articles.docid = articles_fts.rowid"
            " WHERE articles_fts MATCH 'nong thon moi' ORDER BY rank"
        ).fetchall()
        assert [row[0] for row in rows] == [1, 2]
        assert rows[0][1] == REPORTS[0].title.replace("đ", "d")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text("\"*-+()^:{}[]/\\'%_ANDORTNEnôngđ 0?\x00", max_size=40)))
def test_nothing_that_is_typed_raises(archive: Archive, typed: str) -> None:
    results = archive.search(typed, limit=5)
    for hit in results.hits:
        for start, end in hit.marks:
            assert 0 <= start < end <= len(hit.snippet)


@pytest.mark.parametrize(
    "typed", ["nông " * 5000, "nông" * 5000, '"' * 999, "-" * 999, "a" + "\u0301" * 5000, "NEAR(a b)"]
)
def test_a_monstrous_query_is_answered(archive: Archive, typed: str) -> None:
    archive.search(typed)
