"""Reports to search in."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal_archiver.model import Article, Capture, Dateline, Page, Photo
from portal_archiver.store import Archive

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


def save(archive: Archive, n: int, title: str, body: str, day: date | datetime | None = None) -> int:
    url = f"https://khac.example/{n}"
    capture = Capture(url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=body.encode())
    article = Article(title, body, published=Dateline(day) if day else None)
    return archive.save(capture, Page(url, url, "article", article), portal="khac").article_id or 0


def ids(archive: Archive, query: str = "", **filters: str) -> list[int]:
    results = archive.search(query, **filters)  # type: ignore[arg-type]
    assert results.total == len(results.hits)
    return [hit.article_id for hit in results.hits] if not results.relaxed else []
