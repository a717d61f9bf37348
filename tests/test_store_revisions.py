"""When a new revision is written, and when not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.errors import UnknownArticleError
from portal_archiver.model import Article, Attachment, Capture, Dateline, Link, Page, Photo, Saved
from portal_archiver.store import Archive

URL = "https://bachhai.example/tin/dua-thuyen-rong"
START = datetime(2024, 5, 1, 20, tzinfo=UTC)
REPORT = Article(
    title="Bạch Hải khai mạc giải đua thuyền rồng",
    body="Sáng 30/4, giải đua thuyền rồng khai mạc trên sông Bạch.\n\nCó 24 đội ghe của tám xã ven biển dự giải.",
    published=Dateline(date(2024, 4, 30)),
    author="Ngọc Vy",
    section="Văn hóa",
    photos=(Photo("https://bachhai.example/anh/dua.jpg?token=1", "Các đội ghe xuất phát. Ảnh: HẢI ĐĂNG", "HẢI ĐĂNG"),),
    attachments=(Attachment("https://bachhai.example/tep/the-le.pdf", "Thể lệ"),),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


class Nights:
    """Saves the same page night after night."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.night = 0

    def save(self, article: Article = REPORT, url: str = URL, **changes: Any) -> Saved:
        self.night += 1
        capture = Capture(url, fetched_at=START + timedelta(days=self.night), body=f"visitor {self.night}".encode())
        return self.archive.save(capture, Page(url, url, "article", replace(article, **changes)))


def test_an_article_comes_back_as_it_was_saved(archive: Archive) -> None:
    saved = Nights(archive).save()
    assert saved.outcome == "new" and saved.article_id is not None
    found = archive.article(saved.article_id)
    assert found.article == REPORT
    assert (found.portal, found.url, found.kind, found.revision) == ("bachhai.example", URL, "article", 1)
    assert found.first_seen == found.last_seen == START + timedelta(days=1)


def test_a_visitor_counter_makes_no_revision(archive: Archive) -> None:
    nights = Nights(archive)
    outcomes = [nights.save().outcome for _ in range(3)]
    assert outcomes == ["new", "unchanged", "unchanged"]
    assert len(archive.revisions(1)) == 1
    assert archive.article(1).last_seen == START + timedelta(days=3)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Giải đua thuyền rồng Bạch Hải: 26 đội"},
        {"body": REPORT.body + "\n\nGiải kết thúc ngày 2/5."},
        {"author": "Minh Khuê"},
        {"author": None},
        {"published": Dateline(date(2024, 5, 1))},
        {"published": None},
        {"photos": ()},
        {"photos": (replace(REPORT.photos[0], caption="Các đội ghe về đích."),)},
        {"photos": (replace(REPORT.photos[0], credit="AN HÒA"),)},
        {"photos": (replace(REPORT.photos[0], url="https://bachhai.example/anh/khac.jpg"),)},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_an_edit_of_the_report_makes_a_revision(archive: Archive, changes: dict[str, Any]) -> None:
    nights = Nights(archive)
    nights.save()
    assert nights.save(**changes) == Saved(1, "changed")
    first, second = archive.revisions(1)
    assert first.article == REPORT
    assert second.article == replace(REPORT, **changes) == archive.article(1).article


@pytest.mark.parametrize(
    "changes",
    [
        {"section": "Thể thao"},
        {"language": "vi"},
        {"body": REPORT.body.replace("\n\n", " \n ")},
        {"body_html": "<p>khác</p>"},
        {"lead": "Sáng 30/4"},
        {"photos": (replace(REPORT.photos[0], url="http://cdn.bachhai.example/anh/dua.jpg?token=2"),)},
        {"updated": Dateline(datetime(2024, 5, 1, 8, tzinfo=UTC))},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_what_is_no_edit_makes_none_but_is_known_afterwards(archive: Archive, changes: dict[str, Any]) -> None:
    nights = Nights(archive)
    nights.save()
    assert nights.save(**changes).outcome == "unchanged"
    assert len(archive.revisions(1)) == 1
    assert archive.article(1).article == replace(REPORT, **changes)


def test_back_to_the_first_version_is_a_third(archive: Archive) -> None:
    nights = Nights(archive)
    outcomes = [nights.save(title=title).outcome for title in ("A", "B", "A", "A")]
    assert outcomes == ["new", "changed", "changed", "unchanged"]
    history = archive.revisions(1)
    assert [(revision.number, revision.article.title) for revision in history] == [(1, "A"), (2, "B"), (3, "A")]
    captures = archive.captures(1)
    assert len(captures) == 4
    for revision, capture in zip(history, captures, strict=False):
        assert (revision.capture_id, revision.captured_at) == (capture.id, capture.fetched_at)
        assert revision.sha256 == capture.sha256


def test_a_date_learned_from_a_listing_is_no_edit_and_is_not_forgotten(archive: Archive) -> None:
    nights = Nights(archive)
    nights.save(published=None)
    listed = Dateline(date(2024, 4, 30), origin="listing", raw="30/4/2024")
    assert nights.save(published=listed).outcome == "unchanged"
    assert archive.article(1).article.published == listed
    assert nights.save(published=None).outcome == "unchanged"
    assert archive.article(1).article.published == listed
    assert archive.search("", since="2024-04-30", until="2024-04-30").total == 1
    assert nights.save(published=Dateline(date(2024, 4, 29))).outcome == "unchanged"
    assert archive.article(1).article.published == Dateline(date(2024, 4, 29))


def test_a_listing_cannot_date_an_article_later_than_it_was_seen(archive: Archive) -> None:
    evening = datetime(2024, 5, 1, 17, 30, tzinfo=UTC)  # in Vietnam half past midnight on the 2nd
    archive.save(
        Capture(URL, fetched_at=evening), Page(URL, URL, "article", replace(REPORT, published=None)), portal="bachhai"
    )
    for late in (date(2024, 5, 3), date(3024, 5, 1), datetime(2024, 5, 2, 17, 30, tzinfo=UTC)):
        assert archive.learn_dates([Link(URL, "Tin", Dateline(late))], portal="bachhai") == 0
        assert archive.article(1).article.published is None
    assert archive.learn_dates([Link(URL, "Tin", Dateline(date(2024, 5, 2)))], portal="bachhai") == 1
    published = archive.article(1).article.published
    assert published is not None and published.day == date(2024, 5, 2)


def test_a_page_that_stops_being_an_article_keeps_it(archive: Archive) -> None:
    nights = Nights(archive)
    nights.save()
    capture = Capture(URL, fetched_at=START + timedelta(days=9), body=b"<p>dang cap nhat</p>")
    assert archive.save(capture, Page(URL, URL, "other")) == Saved(None, "not-an-article")
    assert archive.article(1).article == REPORT
    assert archive.article(1).last_seen == START + timedelta(days=1)
    assert archive.payload(archive.captures(1)[-1].id) == b"<p>dang cap nhat</p>"


def test_search_knows_the_latest_version_alone(archive: Archive) -> None:
    nights = Nights(archive)
    nights.save(title="Tiêu đề cũ kỹ")
    nights.save(title="Tiêu đề mới tinh")
    assert archive.search("cũ kỹ").total == 0 or archive.search("cũ kỹ").relaxed
    assert archive.search("mới tinh").total == 1
    archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")


def test_an_unknown_id_is_told(archive: Archive) -> None:
    for ask in (archive.article, archive.revisions, archive.captures):
        with pytest.raises(UnknownArticleError, match="no article 12"):
            ask(12)
