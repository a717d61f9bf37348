"""Cursors: what they hold comes back, whatever is typed as one raises nothing but the error, and pages stay exact."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Capture, Page
from portal_archiver.store import Archive
from portal_archiver.store.search import cursors, moved_back, offset_of
from portal_archiver.store.search.cursors import Cursor


@given(st.integers(0, 10**12 - 1), st.integers(0, 10**12 - 1), st.sets(st.integers(1, 10**9), max_size=300).map(sorted))
def test_a_cursor_says_what_it_was_made_of(latest: int, offset: int, shown: list[int]) -> None:
    written = str(Cursor(latest, offset, tuple(shown)))
    assert cursors.read(written) == Cursor(latest, offset, tuple(shown))
    assert offset_of(written) == offset
    assert cursors.read(moved_back(written, 10) or "") == Cursor(latest, max(offset - 10, 0))


@given(st.text() | st.from_regex(r"[0-9]{1,3}-[0-9]{1,3}-[A-Za-z0-9_-]{0,9}", fullmatch=True))
def test_whatever_is_typed_is_a_cursor_or_told_to_be_none(typed: str) -> None:
    with suppress(PortalArchiverError):
        cursor = cursors.read(typed)
        assert cursors.read(str(cursor)).latest == cursor.latest


def test_a_hundred_hits_that_were_shown_take_few_letters() -> None:
    assert len(str(Cursor(1_000_000, 100, tuple(range(1, 1_000_000, 10_000))))) < 300


def save(archive: Archive, n: int, body: str) -> None:
    url = f"https://bachhai.example/{n}"
    capture = Capture(url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=f"{n} {body}".encode())
    archive.save(capture, Page(url, url, "article", Article(f"Tin {n}", body)), portal="bachhai")


def test_pages_by_relevance_have_every_hit_once_though_new_reports_turn_the_order(tmp_path: Path) -> None:
    """Half of the reports tell of a bridge, half of a ferry; then hundreds of the first make bridges common."""
    with Archive(tmp_path / "archive.db") as archive:
        for n in range(30):
            save(archive, n, f"{'cầu ' * 3 if n % 2 else 'phà ' * 3} {'sông nước ' * (n % 7)}")
        whole = archive.search("cầu OR phà", limit=30)
        pages = [archive.search("cầu OR phà", limit=10)]
        for n in range(100, 300):
            save(archive, n, f"{'phà' if whole.hits[0].article_id % 2 else 'cầu'} mới")
        while pages[-1].cursor:
            pages.append(archive.search("cầu OR phà", limit=10, cursor=pages[-1].cursor))
    seen = [hit.article_id for page in pages for hit in page.hits]
    known = [hit.article_id for hit in whole.hits]
    assert sorted(seen) == sorted(known)
    assert [len(page.hits) for page in pages] == [10, 10, 10]
