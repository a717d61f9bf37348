"""Versions stand in the order of time, in whatever order their captures come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_archiver.model import Article, Capture, Outcome, Page, Photo
from portal_archiver.store import Archive

URL = "https://bachhai.example/tin/1"
WHEN = datetime(2024, 6, 1, tzinfo=UTC)
TEXT = "Cầu dài 412 mét nối hai bờ sông Bạch đã thông xe sáng nay, sớm hơn kế hoạch gần hai tháng. "
History = list[tuple[int, str, int]]  # number, what it says, the day it was first seen


def capture(day: int, says: str, url: str = URL) -> Capture:
    """Every page has another counter: no two payloads are the same."""
    status = 304 if says == "304" else 200
    body = b"" if status == 304 else f"{says} {url} {day}".encode()
    return Capture(url, fetched_at=WHEN + timedelta(days=day), status=status, body=body)


def read(kept: Capture) -> Page:
    return Page(kept.url, kept.url, "article", Article("Thông xe cầu", TEXT + kept.body.decode().split()[0]))


def take(archive: Archive, kept: Capture) -> Outcome | None:
    if kept.status == 304:
        archive.keep(kept, portal="bachhai")
        return None
    return archive.save(kept, read(kept), portal="bachhai", reread=read).outcome


def history(archive: Archive) -> History:
    return [
        (revision.number, revision.article.body[-1], (revision.captured_at - WHEN).days)
        for revision in archive.revisions(1)
    ]


def after(path: Path, said: str, order: tuple[int, ...]) -> History:
    """The history of a report that said one letter each day, when its captures came in this order."""
    path.unlink(missing_ok=True)
    with Archive(path) as archive:
        for day in order:
            take(archive, capture(day, said[day]))
        assert archive.search("thong xe cau").total == 1
        assert archive.article(1).article.body[-1] == said[-1]
        assert archive.article(1).revision == len(archive.revisions(1))
        assert archive.search(f'"hai tháng. {said[-1]}"').total == 1
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
        return history(archive)


@pytest.mark.parametrize("said", ["AB", "AAB", "ABA", "ABBA", "AABB", "ABAC"])
def test_any_order_of_captures_makes_the_same_history(tmp_path: Path, said: str) -> None:
    days = tuple(range(len(said)))
    expected = after(tmp_path / "a.db", said, days)
    assert [version for _, version, _ in expected] == [
        letter for day, letter in enumerate(said) if day == 0 or letter != said[day - 1]
    ]
    for order in permutations(days):
        assert after(tmp_path / "b.db", said, order) == expected, order


@given(st.text("ABC", min_size=2, max_size=9), st.randoms())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_long_history_can_come_in_any_order(tmp_path: Path, said: str, random: object) -> None:
    days = list(range(len(said)))
    expected = after(tmp_path / "a.db", said, tuple(days))
    random.shuffle(days)  # type: ignore[attr-defined]
    assert after(tmp_path / "b.db", said, tuple(days)) == expected


def test_a_304_after_an_older_version_says_that_the_former_stood_again(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        for day, says in ((0, "A"), (5, "304"), (3, "B")):
            outcome = take(archive, capture(day, says))
        assert outcome == "changed"
        assert history(archive) == [(1, "A", 0), (2, "B", 3), (3, "A", 5)]
        assert archive.article(1).article.body[-1] == "A"


def test_without_a_reader_only_what_is_certain_counts(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        for day, says in ((0, "A"), (5, "A"), (3, "B")):
            kept = capture(day, says)
            archive.save(kept, read(kept), portal="bachhai")
        assert history(archive) == [(1, "A", 0), (2, "B", 3)]
        assert archive.search('"hai tháng. B"').total == 1
        assert archive.matching('"hai tháng. A"') == []


def test_what_an_address_showed_in_the_past_is_not_what_it_showed_last(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        take(archive, capture(5, "B"))
        assert take(archive, capture(1, "A")) == "changed"
        assert take(archive, capture(6, "B")) == "unchanged"
        assert history(archive) == [(1, "A", 1), (2, "B", 5)]
        assert (archive.article(1).first_seen, archive.article(1).last_seen) == (
            WHEN + timedelta(days=1), WHEN + timedelta(days=6)
        )  # fmt: skip


def test_a_print_version_from_the_past_makes_no_version(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        for day in (4, 6):
            kept = capture(day, "A")
            photos = (Photo("https://bachhai.example/a.jpg", "Cầu. Ảnh: THẠCH"),)
            article = Article("Thông xe cầu", TEXT + "A", photos=photos)
            archive.save(kept, Page(URL, URL, "article", article), portal="bachhai")
        assert take(archive, capture(5, "A", URL + "/in")) == "duplicate"
        assert take(archive, capture(1, "A", URL + "/in")) == "duplicate"
        assert history(archive) == [(1, "A", 4)]
        assert len(archive.captures(1)) == 4
