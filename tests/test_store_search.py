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
from portal_archiver.model import Article, Capture, Dateline, Link, Page, Photo
from portal_archiver.store import Archive
from portal_archiver.store.search import finding
from portal_archiver.store.search.answer import UNREAD
from portal_archiver.store.search.snippet import snippet, wanted
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


def save(archive: Archive, n: int, title: str, body: str, day: date | datetime | None = None) -> int:
    url = f"https://khac.example/{n}"
    capture = Capture(url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=body.encode())
    article = Article(title, body, published=Dateline(day) if day else None)
    return archive.save(capture, Page(url, url, "article", article), portal="khac").article_id or 0


def test_what_is_typed_with_diacritics_comes_first_and_exactly_that_if_wanted(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for n, words in enumerate(("bán hàng", "bạn hàng", "bản hàng", "hoà bạn hàng", "hòa bản hàng")):
            save(archive, n, f"Tin số {n}", f"Sáng nay có {words} ở chợ.")
        assert [hit.snippet[12:20] for hit in archive.search("bản hàng", limit=1).hits] == ["bản hàng"]
        assert archive.search("ban hang").total == 5
        assert {hit.article_id for hit in archive.search("bạn hàng", exact=True).hits} == {2, 4}
        assert [hit.article_id for hit in archive.search("hòa =bạn").hits] == [4]
        assert [hit.article_id for hit in archive.search("=hòa", sort="oldest").hits] == [4, 5]


def test_of_very_many_reports_the_newest_are_read_until_enough_have_the_exact_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("EXACT_STEP", 5), ("ENOUGH_EXACT", 3), ("MOST_EXACT", 20)):
        monkeypatch.setattr(finding, name, number)
    with Archive(tmp_path / "archive.db") as archive:
        fill(
            archive,
            tuple(Article(f"Tin {n}", "Gốc cây." if n in (1, 8, 9, 19) else "Góc nhà.") for n in range(30)),
            "a",
        )
        rare, common = archive.search("=gốc"), archive.search("=góc", limit=3)
        nowhere = archive.search("=gộc")
        few = archive.search("=gốc tin 19")
    assert (sorted(hit.article_id for hit in rare.hits), rare.bounded) == ([20], True), "within the newest twenty"
    assert (common.total, common.bounded, len(common.hits)) == (5, True, 3)
    assert (nowhere.total, nowhere.bounded) == (0, True)
    assert nowhere.notes == (UNREAD,)
    assert ([hit.article_id for hit in few.hits], few.bounded) == ([20], False)


@pytest.mark.parametrize("typed", ["khánh cầu nhạn", "khanh cau nhan"])
def test_words_that_are_remembered_of_a_title_find_it_before_texts_that_have_them_more_often(
    tmp_path: Path, typed: str
) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        titled = save(archive, 1, "Khánh thành cầu Mũi Nhạn", "Cây cầu nối hai bờ sông vừa thông xe sáng nay.")
        often = "Ông Khánh qua cầu, ra cồn Nhạn; bà Khánh cũng qua cầu, cũng ra cồn Nhạn. " * 3
        told = save(archive, 2, "Một ngày ở xóm chài", often)
        assert [hit.article_id for hit in archive.search(typed).hits] == [titled, told]


def test_a_dateline_that_is_learned_moves_a_report_and_the_times_of_a_day_are_kept(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        save(archive, 1, "Tin một", "Nội dung một.", datetime(2024, 5, 2, 9, tzinfo=UTC))
        save(archive, 2, "Tin hai", "Nội dung hai.", datetime(2024, 5, 2, 8, tzinfo=UTC))
        save(archive, 3, "Tin ba", "Nội dung ba.")
        assert ids(archive, "tin", sort="newest") == [1, 2, 3] == ids(archive, "", sort="newest")
        archive.learn_dates([Link("https://khac.example/3", published=Dateline(date(2024, 5, 3)))], portal="khac")
        assert ids(archive, "tin", sort="newest") == [3, 1, 2]
        assert ids(archive, "tin", sort="oldest") == [2, 1, 3]
        assert ids(archive, "tin", since="5/2024", until="2024-05-02") == [1, 2]
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_a_cursor_goes_on_where_the_page_ended_though_reports_came(tmp_path: Path, sort: str) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        known = [save(archive, n, f"Tin {n}", f"Chuyện thứ {n}.", date(2024, 5, 1 + n % 3)) for n in range(9)]
        seen: list[int] = []
        cursor: str | None = None
        for page in range(5):
            results = archive.search("chuyện", limit=2, sort=sort, cursor=cursor)
            assert results.total == 9
            seen += [hit.article_id for hit in results.hits]
            cursor = results.cursor
            save(archive, 100 + page, "Tin mới", "Chuyện chuyện chuyện.", date(2024, 5, 1 + page))
        assert (sorted(seen), cursor) == (sorted(known), None)
        with pytest.raises(PortalArchiverError, match="no cursor"):
            archive.search("", cursor="hai")


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


def test_many_hits_are_paged_without_gap_or_repetition(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive, archive.transaction():
        for n in range(150):
            words = "ao cá " * (n % 7 + 1) + "tôm lúa " * (n % 5) + f"riêng {n}"
            save(archive, n, f"Tin {n}", f"Xã có {words} và đồng ruộng mênh mông.", date(2024, 1, 1 + n % 28))
        for query in ("ao cá", "tôm lúa đồng ruộng", "Nơi nào có ao cá và tôm hùm?"):
            whole = archive.search(query, limit=200)
            pages = [archive.search(query, limit=40, offset=40 * n) for n in range(5)]
            assert sum((page.hits for page in pages), ()) == whole.hits
            assert {page.total for page in pages} == {whole.total} == {len({hit.article_id for hit in whole.hits})}


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


def test_a_sentence_is_answered_by_the_report_of_that_title_then_by_what_has_it_most_often(tmp_path: Path) -> None:
    said = "Người dân xã Phước Điền đã được nhận nước sạch trước mùa khô năm nay"
    with Archive(tmp_path / "archive.db") as archive:
        fill(
            archive, (Article("Tin", f"{said}."), Article(said, "Bài."), Article("Bài", f"{said}. {said}.")), "bachhai"
        )
        found = archive.search(said)
    assert ([hit.article_id for hit in found.hits], found.relaxed, found.sentence) == ([2, 3, 1], False, True)


def test_counts_of_what_has_some_of_the_words_are_of_all_of_it(archive: Archive) -> None:
    counts = archive.facets("tôm xyzzyplugh chuẩn")
    assert (counts.total, counts.bounded) == (2, False)


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


def test_a_snippet_of_an_exact_search_shows_and_marks_what_is_written_so(tmp_path: Path) -> None:
    said = f"Thuyền kết hoa ra khơi, {'sóng yên biển lặng ' * 30}bà con ra nhà văn hoá thôn xem Hoà hát."
    with Archive(tmp_path / "archive.db") as archive:
        fill(archive, (Article("Lễ hội", said),), "bachhai")
        for typed, marked in (("=hoá", ["hoá"]), ("=hòa", ["Hoà"]), ('="văn hóa"', ["văn", "hoá"]), ("=hoa", ["hoa"])):
            (hit,) = archive.search(typed).hits
            assert [hit.snippet[start:end] for start, end in hit.marks] == marked, typed


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


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_found_by_its_words_and_marked(text: str) -> None:
    from portal_archiver.store.search.query import folded_words
    from portal_archiver.store.search.snippet import snippet, wanted

    found = snippet([text], wanted(folded_words(text)))
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
    found = snippet(["Xã nông thôn mới: bình quân mỗi xã đạt 17 tiêu chí."], wanted(["nong", "thon", "moi"]))
    assert [found.text[start:end] for start, end in found.marks] == ["nông", "thôn", "mới"]
    alone = snippet(["Bình quân mỗi xã đạt 17 tiêu chí."], wanted(["nong", "thon", "moi"]))
    assert [alone.text[start:end] for start, end in alone.marks] == ["mỗi"]
