"""Search: as Vietnamese is typed, filtered, shown; and nothing typed raises."""

from __future__ import annotations

import gzip
import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import real_data
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Capture, Dateline, Page, Photo
from portal_archiver.store import Archive
from portal_archiver.store.snippet import pattern, snippet
from portal_archiver.text import fold
from real_data import needs

DATA = real_data.DATA / "search"

REPORTS = (
    Article(
        "Bạch Hải có thêm ba xã đạt chuẩn nông thôn mới",
        "Ngày 12/3, tỉnh Bạch Hải công nhận ba xã ven biển đạt chuẩn.\n\n"
        "Đường làng được đổ bê tông; người dân hòa mình vào lễ mừng công theo Quyết định 13/2023/NĐ-CP.",
        published=Dateline(date(2023, 3, 12)), author="Ngọc Vy", section="Nông nghiệp - Nông thôn",
        photos=(Photo("a.jpg", "Lễ công bố ở xã Phước Điền", "THẠCH LÂM"),),
    ),
    Article(
        "Thả tôm giống mới cho vụ nuôi",
        "Nông dân thôn Cồn Nổi nhận con giống. Mới đây, trại giống mở rộng gấp đôi.",
        published=Dateline(datetime(2024, 5, 2, 9, 30, tzinfo=UTC)), author="Minh Khuê", section="Kinh tế",
        photos=(Photo("b.jpg", "Ông Thạch Lâm bên ao tôm", "Trần Đăng"),),
    ),
    Article("Lịch tiếp công dân", "Chủ tịch tiếp công dân vào thứ năm.", section="Thông báo"),
)  # fmt: skip


def fill(archive: Archive, reports: tuple[Article, ...], portal: str) -> None:
    with archive.transaction():
        for n, report in enumerate(reports):
            url = f"https://{portal}.example/{n}"
            capture = Capture(url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=report.body.encode())
            archive.save(capture, Page(url, url, "article", report), portal=portal)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("search") / "archive.db") as opened:
        fill(opened, REPORTS, "bachhai")
        yield opened


def ids(archive: Archive, query: str = "", **filters: str) -> list[int]:
    results = archive.search(query, **filters)  # type: ignore[arg-type]
    assert results.total == len(results.hits)
    return [hit.article_id for hit in results.hits] if not results.relaxed else []


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
        ("  !? ", [2, 1, 3]),
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


@pytest.mark.parametrize("wrong", [{"sort": "size"}, {"since": "hôm qua"}, {"until": "2024-13-01"}])
def test_a_wrong_sort_or_date_is_told(archive: Archive, wrong: dict[str, str]) -> None:
    with pytest.raises(PortalArchiverError, match=next(iter(wrong.values()))):
        archive.search("", **wrong)  # type: ignore[arg-type]


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


def test_a_snippet_shows_the_caption_when_only_that_matches_and_the_beginning_for_a_title(archive: Archive) -> None:
    (caption,) = archive.search("Phước Điền").hits
    assert caption.snippet == "Lễ công bố ở xã Phước Điền THẠCH LÂM"
    (title,) = archive.search("lịch").hits
    assert (title.snippet, title.marks) == ("Chủ tịch tiếp công dân vào thứ năm.", ())


def test_the_plain_sqlite_shell_can_search_it(archive: Archive) -> None:
    with closing(sqlite3.connect(archive.path)) as plain:
        rows = plain.execute(
            "SELECT rowid, title FROM articles_fts WHERE articles_fts MATCH 'nong thon moi' ORDER BY rank"
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


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_found_by_its_words_and_marked(text: str) -> None:
    from portal_archiver.store.query import folded_words
    from portal_archiver.store.snippet import pattern, snippet

    found = snippet([text], pattern(folded_words(text)))
    for start, end in found.marks:
        assert fold(found.text[start:end]) in folded_words(text)


@needs(DATA)
def test_questions_find_their_passages_typed_with_and_without_diacritics(tmp_path: Path) -> None:
    passages, questions = _passages_and_questions(every=7)
    with gzip.open(DATA / "news_sample.jsonl.gz", "rt", encoding="utf-8") as lines:
        news = [json.loads(line) for line, _ in zip(lines, range(800), strict=False)]
    reports = (*passages, *(Article(row["title"], f"{row['lead']}\n\n{row['body']}") for row in news))
    with Archive(tmp_path / "archive.db") as archive:
        fill(archive, reports, "cau-hoi")
        for typed in (str, fold):
            ranks = [_rank(archive, typed(question), answer) for question, answer in questions]
            assert sum(1 / rank for rank in ranks if rank) / len(ranks) >= 0.92


def _passages_and_questions(every: int) -> tuple[list[Article], list[tuple[str, str]]]:
    passages: list[Article] = []
    questions: list[tuple[str, str]] = []
    for article in json.loads((DATA / "xquad_vi.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            url = f"https://cau-hoi.example/{len(passages)}"
            passages.append(Article(f"Bài {len(passages)}", paragraph["context"]))
            questions += [(asked["question"], url) for asked in paragraph["qas"]]
    return passages, questions[::every]


def _rank(archive: Archive, question: str, url: str) -> int:
    urls = [hit.url for hit in archive.search(question, limit=10).hits]
    return urls.index(url) + 1 if url in urls else 0


def test_a_word_that_only_folds_alike_is_not_marked_beside_the_phrase_it_belongs_to() -> None:
    found = snippet(["Xã nông thôn mới: bình quân mỗi xã đạt 17 tiêu chí."], pattern(["nong", "thon", "moi"]))
    assert [found.text[start:end] for start, end in found.marks] == ["nông", "thôn", "mới"]
    alone = snippet(["Bình quân mỗi xã đạt 17 tiêu chí."], pattern(["nong", "thon", "moi"]))
    assert [alone.text[start:end] for start, end in alone.marks] == ["mỗi"]
