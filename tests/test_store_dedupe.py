"""Which pages are one article, and which only look alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.model import Article, Attachment, Capture, Dateline, Kind, Page, Photo, Saved
from portal_archiver.store import Archive

SITE = "https://bachhai.example"
BODY = (
    "Ủy ban nhân dân tỉnh Bạch Hải vừa ban hành kế hoạch trồng rừng ngập mặn ven biển giai đoạn mới.\n\n"
    "Theo kế hoạch, ba huyện ven biển trồng thêm 420 héc-ta đước và bần."
)
OTHER = (
    "Đoàn kiểm tra liên ngành làm việc với các chợ đầu mối về an toàn thực phẩm dịp lễ.\n\n"
    "Hai mươi mẫu rau được lấy để thử nhanh ngay tại quầy."
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def save(
    archive: Archive,
    path: str,
    title: str = "Trồng rừng ngập mặn",
    body: str = BODY,
    *,
    canonical: str = "",
    asked: str = "",
    portal: str | None = None,
    **more: Any,
) -> Saved:
    url = path if "://" in path else SITE + path
    capture = Capture(asked or url, final_url=url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=body.encode())
    kind: Kind = "article" if body else "document"
    return archive.save(capture, Page(url, canonical or url, kind, Article(title, body, **more)), portal=portal)


def test_three_urls_of_one_article_are_one_article(archive: Archive) -> None:
    assert save(archive, "/tin/1") == Saved(1, "new")
    assert save(archive, "/in-bai/1", canonical=f"{SITE}/tin/1") == Saved(1, "duplicate")
    assert save(archive, "/moi-truong/rung-ngap-man") == Saved(1, "duplicate")
    assert save(archive, "/in-bai/1", canonical=f"{SITE}/tin/1") == Saved(1, "unchanged")
    found = archive.article(1)
    assert found.url == f"{SITE}/tin/1"
    assert found.urls == (f"{SITE}/tin/1", f"{SITE}/in-bai/1", f"{SITE}/moi-truong/rung-ngap-man")
    assert len(archive.captures(1)) == 4 and len(archive.revisions(1)) == 1


def test_the_canonical_url_is_the_articles_even_when_another_was_met_first(archive: Archive) -> None:
    assert save(archive, "/in-bai/1", canonical=f"{SITE}/tin/1") == Saved(1, "new")
    assert archive.article(1).url == f"{SITE}/tin/1"
    assert save(archive, "/tin/1") == Saved(1, "duplicate")
    assert save(archive, "/tin/1") == Saved(1, "unchanged")


def test_tracking_parameters_make_no_second_url(archive: Archive) -> None:
    save(archive, "/tin/1")
    assert save(archive, "/tin/1?utm_source=zalo#top") == Saved(1, "unchanged")


def test_a_moved_article_is_followed_through_its_redirect(archive: Archive) -> None:
    save(archive, "/cu/1")
    assert save(archive, "/moi/1", body=BODY + " Xong.", asked=f"{SITE}/cu/1") == Saved(1, "changed")
    assert archive.article(1).url == f"{SITE}/cu/1"


def test_dead_links_that_all_lead_to_one_page_do_not_overwrite_their_articles(archive: Archive) -> None:
    save(archive, "/tin/1")
    assert save(archive, "/thong-bao", "Thông báo chợ", OTHER, asked=f"{SITE}/tin/1") == Saved(2, "new")
    assert archive.article(1).article.body == BODY


def test_an_edit_met_under_another_url_is_an_edit_of_the_article(archive: Archive) -> None:
    save(archive, "/tin/1")
    edited = save(archive, "/in-bai/1", body=BODY.replace("420", "450"), canonical=f"{SITE}/tin/1")
    assert edited == Saved(1, "changed")


def test_a_print_version_without_photos_makes_no_revision_each_night(archive: Archive) -> None:
    photos = (Photo(f"{SITE}/anh/duoc.jpg", "Rừng đước. Ảnh: TƯ MÃ"),)
    outcomes = []
    for _ in range(3):
        outcomes.append(save(archive, "/tin/1", photos=photos).outcome)
        outcomes.append(save(archive, "/in-bai/1", canonical=f"{SITE}/tin/1").outcome)
    assert outcomes == ["new", "duplicate", "unchanged", "unchanged", "unchanged", "unchanged"]
    assert archive.article(1).article.photos == photos


@pytest.mark.parametrize("claim", [f"{SITE}/", f"{SITE}/tin-tuc", "https://bao.example/bai/7"])
def test_a_canonical_url_that_all_pages_share_merges_nothing(archive: Archive, claim: str) -> None:
    assert save(archive, "/tin/1", canonical=claim) == Saved(1, "new")
    assert save(archive, "/tin/2", "Kiểm tra chợ", OTHER, canonical=claim) == Saved(2, "new")
    assert save(archive, "/tin/1", canonical=claim) == Saved(1, "unchanged")


def test_the_same_text_on_two_portals_is_two_articles(archive: Archive) -> None:
    assert save(archive, "/tin/1") == Saved(1, "new")
    assert save(archive, "https://sotaichinh.example/tin/9") == Saved(2, "new")
    assert [status.articles for status in archive.portals()] == [1, 1]


def test_a_portals_key_and_not_its_host_decides(archive: Archive) -> None:
    assert save(archive, "https://www.bachhai.example/a", portal="bachhai") == Saved(1, "new")
    assert save(archive, "https://m.bachhai.example/b", portal="bachhai") == Saved(1, "duplicate")


def test_documents_with_empty_bodies_are_told_apart(archive: Archive) -> None:
    one, two = (Attachment(f"{SITE}/tai-ve.aspx?id={n}", "Quyết định") for n in (1, 2))
    assert save(archive, "/vb/1", "Quyết định", "", attachments=(one,)) == Saved(1, "new")
    assert save(archive, "/vb/2", "Quyết định", "", attachments=(two,)) == Saved(2, "new")
    assert save(archive, "/vb/3", "Quyết định", "") == Saved(3, "new")
    assert save(archive, "/vb/4", "Quyết định", "") == Saved(4, "new")
    assert save(archive, "/van-ban/1", "Quyết định", "", attachments=(one,)) == Saved(1, "duplicate")


def test_short_notices_under_one_title_are_told_apart(archive: Archive) -> None:
    assert save(archive, "/tb/1", "Thông báo", "Chi tiết xem tập tin đính kèm.") == Saved(1, "new")
    assert save(archive, "/tb/2", "Thông báo", "Chi tiết xem tập tin đính kèm.") == Saved(2, "new")


def test_a_weekly_notice_in_the_same_words_is_another_notice(archive: Archive) -> None:
    assert save(archive, "/lich/1", published=Dateline(date(2024, 5, 6))) == Saved(1, "new")
    assert save(archive, "/lich/2", published=Dateline(date(2024, 5, 13))) == Saved(2, "new")
    assert save(archive, "/lich/1b", published=Dateline(date(2024, 5, 6))) == Saved(1, "duplicate")
