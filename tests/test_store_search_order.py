"""Search: what comes first, page by page, and what is read for it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import real_data
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Dateline, Link
from portal_archiver.store import Archive
from portal_archiver.store.search import finding
from portal_archiver.store.search.notes import note
from portal_archiver.text import fold
from real_data import needs
from searched import fill, ids, save

DATA = real_data.DATA / "search"


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
    assert nowhere.notes == (note("unread"),)
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


def test_a_sentence_is_answered_by_the_report_of_that_title_then_by_what_has_it_most_often(tmp_path: Path) -> None:
    said = "Người dân xã Phước Điền đã được nhận nước sạch trước mùa khô năm nay"
    with Archive(tmp_path / "archive.db") as archive:
        fill(
            archive, (Article("Tin", f"{said}."), Article(said, "Bài."), Article("Bài", f"{said}. {said}.")), "bachhai"
        )
        found = archive.search(said)
    assert ([hit.article_id for hit in found.hits], found.relaxed, found.sentence) == ([2, 3, 1], False, True)


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
