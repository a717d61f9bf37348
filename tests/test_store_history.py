"""Versions stand in the order of time, in whatever order their captures come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_archiver.model import Article, Capture, Outcome, Page, Photo
from portal_archiver.store import Archive, Scope

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


def shown(archive: Archive) -> list[int | None]:
    """The number of the version that each capture shows, in order of time."""
    rows = archive.db.execute(
        "SELECT r.number FROM captures c LEFT JOIN revisions r ON r.id = c.revision_id ORDER BY c.fetched_at"
    )
    return [number for (number,) in rows]


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
        numbers = shown(archive)
        for day, number in enumerate(numbers):
            assert number
            assert archive.revisions(1)[number - 1].article.body[-1] == said[day]
        assert numbers == sorted(numbers, key=lambda number: number or 0)
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
        told = history(archive)
        tell_anew(archive)
        assert (history(archive), shown(archive)) == (told, numbers)
        return told


def tell_anew(archive: Archive) -> None:
    """What `reparse` does."""
    rereading = archive.rereading("bachhai", "", Scope(everything=True))
    anew = rereading.begin(1)
    for stored in rereading.captures(1):
        anew.see(stored, read(rereading.fill(stored)) if stored.parser is not None else None)
    rereading.write(anew)


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


def test_what_each_capture_showed_is_known_without_reading_it_again(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        for day, says in ((0, "A"), (5, "A"), (8, "A"), (3, "B"), (4, "B")):
            kept = capture(day, says)
            archive.save(kept, read(kept), portal="bachhai")
        assert history(archive) == [(1, "A", 0), (2, "B", 3), (3, "A", 5)]
        assert shown(archive) == [1, 2, 2, 3, 3]
        last_seen = [revision.last_seen for revision in archive.revisions(1)]
        assert last_seen == [WHEN + timedelta(days=day) for day in (0, 4, 8)]


def forget_what_was_shown(archive: Archive) -> None:
    """An archive from before it was noted what captures showed; see m007_parsers."""
    archive.db.execute("UPDATE captures SET parser = '' WHERE status = 200")
    archive.db.execute("UPDATE captures SET revision_id = NULL WHERE id NOT IN (SELECT capture_id FROM revisions)")


@pytest.mark.parametrize("reads", [True, False])
def test_what_captures_showed_before_that_was_noted_is_read_where_it_matters(tmp_path: Path, reads: bool) -> None:
    with Archive(tmp_path / "a.db") as archive:
        take(archive, capture(0, "A"))
        take(archive, capture(5, "A"))
        forget_what_was_shown(archive)
        kept = capture(3, "B")
        archive.save(kept, read(kept), portal="bachhai", reread=read if reads else None)
        assert history(archive) == [(1, "A", 0), (2, "B", 3), (3, "A", 5)][: 3 if reads else 2]
        assert archive.matching('"hai tháng. A"') == ([1] if reads else [])


def test_what_two_parsers_read_differently_makes_no_version(tmp_path: Path) -> None:
    def better(kept: Capture) -> Page:
        page = read(kept)
        assert page.article
        return replace(page, article=replace(page.article, author="THẠCH"), parser="2")

    with Archive(tmp_path / "a.db") as archive:
        take(archive, capture(2, "A"))
        take(archive, capture(6, "B"))
        for day, says in ((1, "A"), (3, "A"), (5, "B")):
            kept = capture(day, says)
            assert archive.save(kept, better(kept), portal="bachhai", reread=better).outcome == "unchanged"
        assert history(archive) == [(1, "A", 1), (2, "B", 5)]
        assert shown(archive) == [1, 1, 1, 2, 2]


def test_a_damaged_page_beside_the_newcomer_stands_as_it_was_read(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        take(archive, capture(2, "A"))
        take(archive, capture(6, "B"))
        archive.db.execute("UPDATE bodies SET sha256 = replace(sha256, substr(sha256, 1, 1), 'x')")
        kept = capture(3, "A")
        page = replace(read(kept), parser="2")
        assert archive.save(kept, page, portal="bachhai", reread=read).outcome == "unchanged"


def test_what_an_address_showed_in_the_past_is_not_what_it_showed_last(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        take(archive, capture(5, "B"))
        assert take(archive, capture(1, "A")) == "changed"
        assert take(archive, capture(6, "B")) == "unchanged"
        assert history(archive) == [(1, "A", 1), (2, "B", 5)]
        assert (archive.article(1).first_seen, archive.article(1).last_seen) == (
            WHEN + timedelta(days=1), WHEN + timedelta(days=6)
        )  # fmt: skip


def test_an_address_shows_last_what_its_own_last_capture_showed(tmp_path: Path) -> None:
    other = URL + "/in"
    with Archive(tmp_path / "a.db") as archive:
        for day, says, url in ((1, "A", URL), (2, "A", other), (9, "B", URL), (5, "C", other)):
            take(archive, capture(day, says, url))
        before = len(archive.revisions(1))
        assert take(archive, capture(10, "C", other)) == "unchanged"
        assert len(archive.revisions(1)) == before


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
