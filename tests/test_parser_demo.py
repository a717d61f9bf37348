"""The demo portal, read page by page: every report exactly as its record says, and nothing that is no report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import httpx
import pytest

from portal_archiver.demo import Expected, expected_license, serve, truth
from portal_archiver.demo.content import load
from portal_archiver.model import Article, Link, Page
from portal_archiver.parser import parse_page
from portal_archiver.text import plain

PATHS = sorted(url.removeprefix("http://x") for url in truth("http://x"))
BROKEN = {url.removeprefix("http://x") for url, record in truth("http://x").items() if record.broken}
SECTIONS = [section.path for section in load().sections]
BOILERPLATE = (
    "Tin liên quan", "Tin mới", "Thông báo mới", "Từ khóa", "Lượt xem", "lượt xem", "Số lần đọc", "Trực tuyến",
    "truy cập:", "Cơ quan chủ quản", "Giấy phép số 99", "Ghi rõ nguồn", "Đăng nhập", "Trang chủ", "Chia sẻ", "Bản in",
    "Tài liệu đính kèm", "(GMT+7)",
)  # fmt: skip


@pytest.fixture(scope="module")
def portal() -> Iterator[tuple[str, httpx.Client]]:
    with serve() as base, httpx.Client() as client:
        yield base.rstrip("/"), client


@pytest.fixture(scope="module")
def pages(portal: tuple[str, httpx.Client]) -> Iterator[dict[str, Page]]:
    """Every report's page, parsed with what the portal's listings said of it."""
    base, client = portal
    seen = listed(base, client)
    yield {path: fetch(base, client, path, seen.get(base + path)) for path in PATHS}


def fetch(base: str, client: httpx.Client, path: str, seen_as: Link | None = None) -> Page:
    answer = client.get(base + path, follow_redirects=True)
    headers = tuple(answer.headers.items())
    return parse_page(answer.content, str(answer.url), headers=headers, fetched_at=datetime.now(UTC), seen_as=seen_as)


def listed(base: str, client: httpx.Client) -> dict[str, Link]:
    """What each section's listing, page after page, says of the section's own reports."""
    found: dict[str, Link] = {}
    waiting, done = list(SECTIONS), set[str]()
    while waiting:
        path = waiting.pop()
        done.add(path)
        page = fetch(base, client, path)
        assert page.kind == "listing", path
        for link in page.links:
            inner = link.url.removeprefix(base)
            if inner.startswith(path.split("?")[0].split("page/")[0]):
                found.setdefault(link.url, link)
            if "page" in inner and inner not in done and inner not in waiting:
                waiting.append(inner)
    return found


@cache
def records(base: str) -> dict[str, Expected]:
    return truth(base)


def report(pages: dict[str, Page], path: str) -> Article:
    found = pages[path].article
    assert found is not None, (pages[path].kind, pages[path].warnings)
    return found


@pytest.mark.parametrize("path", PATHS)
def test_a_report_is_read_in_every_field(portal: tuple[str, httpx.Client], pages: dict[str, Page], path: str) -> None:
    record, found = records(portal[0])[portal[0] + path], report(pages, path)
    published = found.published
    assert (pages[path].kind, found.title) == (record.kind, record.title)
    assert (found.author, found.section) == (record.author, record.section)
    assert found.photos == record.photos
    assert found.attachments == record.attachments
    assert pages[path].canonical_url == record.url
    assert published is not None
    timed = isinstance(published.value, datetime)
    shown = (
        published.value.isoformat(timespec="minutes") if isinstance(published.value, datetime) else str(published.value)
    )
    assert (shown, published.origin) == (record.published[: None if timed else 10], record.origin)


@pytest.mark.parametrize("path", PATHS)
def test_a_body_is_whole_and_clean(portal: tuple[str, httpx.Client], pages: dict[str, Page], path: str) -> None:
    record, body = records(portal[0])[portal[0] + path], report(pages, path).body
    parts = body.split("\n\n")
    prose = [part for part in parts if " | " not in part]
    assert tuple(prose) == record.paragraphs
    assert body.startswith(record.first)
    assert record.cells or body.endswith(record.last) or record.kind == "document"
    assert all(cell in body for cell in record.cells)
    assert [said for said in BOILERPLATE if said in body] == []
    assert [photo.caption for photo in record.photos if photo.caption in body] == []


@pytest.mark.parametrize("path", sorted(set(PATHS) - BROKEN))
def test_the_license_is_on_every_whole_page(pages: dict[str, Page], path: str) -> None:
    assert pages[path].license == expected_license()


def test_minutes_are_read_wherever_minutes_are_shown(portal: tuple[str, httpx.Client], pages: dict[str, Page]) -> None:
    for path in PATHS:
        record, published = records(portal[0])[portal[0] + path], report(pages, path).published
        assert published is not None
        if record.origin in ("element", "metadata") and "T" in record.published:
            assert published.precision == "minute", path


def test_leads_are_named(portal: tuple[str, httpx.Client], pages: dict[str, Page]) -> None:
    for path in PATHS:
        record = records(portal[0])[portal[0] + path]
        assert not record.lead or report(pages, path).lead == record.lead, path


def test_the_cells_of_a_documents_particulars_are_in_its_body(pages: dict[str, Page]) -> None:
    items = [item for item in load().items if item.record]
    assert items
    for item in items:
        body = report(pages, item.path).body
        assert all(label in body and plain(value) in body for label, value in item.record), item.path


def test_all_addresses_of_a_report_read_alike(portal: tuple[str, httpx.Client], pages: dict[str, Page]) -> None:
    base, client = portal
    (record,) = [record for record in records(base).values() if record.aliases]
    first = report(pages, record.url.removeprefix(base))
    for url in record.aliases:
        again = fetch(base, client, url.removeprefix(base)).article
        assert again is not None, url
        assert (again.title, again.body, again.photos) == (first.title, first.body, first.photos)


@pytest.mark.parametrize("path", ["/", *SECTIONS])
def test_a_listing_is_never_a_report(portal: tuple[str, httpx.Client], path: str) -> None:
    found = fetch(*portal, path)
    assert (found.kind, found.article) == ("listing", None)
    assert found.license == expected_license()


@pytest.mark.parametrize("path", ["/dang-nhap", "/khong-co", "/tim-kiem?q=OCOP", "/tim-kiem?q=xyz"])
def test_a_service_or_an_apology_is_never_a_report(portal: tuple[str, httpx.Client], path: str) -> None:
    assert fetch(*portal, path).article is None


def test_what_was_taken_down_is_never_a_report(portal: tuple[str, httpx.Client]) -> None:
    for path, _ in load().removed:
        assert fetch(*portal, path).article is None


def test_every_report_is_linked_from_a_listing_with_its_headline(
    portal: tuple[str, httpx.Client], pages: dict[str, Page]
) -> None:
    links = listed(*portal)
    for path in PATHS:
        link = links[portal[0] + path]
        assert link.text == records(portal[0])[link.url].title
