"""Reports to cite: of a fictional portal, with what makes citing them hard."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from portal_archiver.model import Archived, Article, Citable, Dateline, License, Origin, Photo

SITE = "Cổng thông tin điện tử tỉnh Bạch Hải"
URL = "https://www.bachhai.example/tin/ngay-hoi-1_a.html?b=2&a=1"
WHEN = datetime(2023, 12, 27, 2, 15, 7, tzinfo=UTC)
SHA256 = "0123456789abcdef" * 4
ARCHIVED = f"Archived 2023-12-27 02:15:07 UTC, SHA-256 {SHA256}"


def report(
    title: str = "Khai mạc ngày hội non sông",
    author: str | None = "Nguyễn Thị Minh Khai",
    day: date | datetime | None = date(2023, 12, 26),
    origin: Origin = "element",
    **fields: Any,
) -> Article:
    published = Dateline(day, origin=origin) if day else None
    told = {"photos": (Photo("https://www.bachhai.example/a.jpg", "Màn múa. Ảnh: THẠCH PÍCH", "THẠCH PÍCH"),)} | fields
    return Article(title, "Sáng 26/12, ngày hội khai mạc.", author=author, published=published, language="vi", **told)


def citable(article: Article, *, revision: int = 1, revisions: int = 1, url: str = URL, number: int = 12) -> Citable:
    footer = License(attribution_source=SITE)
    archived = Archived(number, "bachhai", url, "article", article, footer, revision, WHEN, WHEN)
    return Citable(archived, WHEN, SHA256, 1, revisions)
