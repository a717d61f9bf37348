"""The index of words side by side: it says what the index of words says, whatever happens to a report."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.model import Article, Capture, Dateline, Link, Page, Photo
from portal_archiver.store import Archive, pairs
from portal_archiver.store.index import MARK
from portal_archiver.store.search import counting, finding, matching, proposals
from portal_archiver.store.search.scope import Scope
from portal_archiver.store.verifying import repair_index, verify
from portal_archiver.text import fold

FACETS = import_module("portal_archiver.store.search.facets")  # the package has a function of this name
WORDS = ("nông", "thôn", "mới", "xã", "hội", "người", "dân")
PAIRS = [(fold(first), fold(second)) for first, second in product(WORDS, repeat=2)]


def save(archive: Archive, n: int, body: str, *, title: str = "", day: date | None = None) -> int:
    url = f"https://bachhai.example/{n}"
    article = Article(
        title or f"Tin {n}", body, published=Dateline(day) if day else None, author="Người Dân", section="Xã hội",
        photos=(Photo("a.jpg", "Nông dân", "THÔN MỚI"),) if n % 2 else (),
    )  # fmt: skip
    capture = Capture(url, fetched_at=datetime(2024, 6, 1, tzinfo=UTC), body=body.encode())
    return archive.save(capture, Page(url, url, "article", article), portal="bachhai").article_id or 0


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        for n in range(40):
            said = " ".join(WORDS[(n * step + n // 3) % len(WORDS)] for step in range(1, 9))
            save(opened, n, f"{said}.\n\nXã, hội; {said} Bạch Hải", day=date(2024, 5, 1 + n % 20))
        yield opened


def by_both(archive: Archive, **narrowed: str | int) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    scope = Scope(archive.db.conn, **narrowed)  # type: ignore[arg-type]
    assert scope.has_pairs
    return (
        {pair: scope.count_beside(pairs.expression([pair])) for pair in PAIRS},
        {pair: scope.count(matching.words(*pair)) for pair in PAIRS},
    )


def test_pairs_are_counted_as_by_the_places_of_words_and_edits_and_dates_change_both(archive: Archive) -> None:
    beside, placed = by_both(archive)
    assert beside == placed and len(set(placed.values())) > 5
    save(archive, 3, "Mới dân mới dân, thôn thôn.", day=date(2024, 5, 4))
    save(archive, 4, "Hội mới.", title="Người người mới")
    archive.learn_dates([Link("https://bachhai.example/4", published=Dateline(date(2024, 5, 3)))], portal="bachhai")
    edited, placed = by_both(archive)
    assert edited == placed != beside
    assert by_both(archive, match=matching.of_portal(2)) == (dict.fromkeys(PAIRS, 0),) * 2
    with_photo, placed = by_both(archive, match=matching.WITH_PHOTO)
    assert with_photo == placed and 0 < sum(placed.values()) < sum(edited.values())
    early, placed = by_both(archive, latest=20)
    assert early == placed and 0 < sum(placed.values()) < sum(edited.values())
    assert verify(archive.path).sound


def test_pairs_that_lag_behind_are_found_and_made_anew(archive: Archive) -> None:
    archive.db.execute("INSERT INTO articles_pairs (rowid, pairs) VALUES (7, ?)", [pairs.tokens(["xã mới"], "x")])
    archive.close()
    (damage,) = verify(archive.path).damages
    assert (damage.what, "list of pairs does not agree" in damage.detail) == ("index", True)
    repair_index(archive.path)
    assert verify(archive.path).sound


@given(st.lists(st.sampled_from((*WORDS, "Bạch", "2024", ",", "\n")), max_size=12))
def test_each_pair_of_common_words_has_a_token_of_its_own(said: list[str]) -> None:
    words = [fold(word) for word in said if word not in ",\n"]
    expected = {pair for pair in pairwise(words) if pairs.known(*pair)}
    tokens = pairs.tokens([" ".join(said), None], f"{MARK}r").split(" ")
    assert tokens.pop() == f"{MARK}r"
    assert {f'"{token}"' for token in tokens} == {pairs.expression([pair]) for pair in expected}
    assert len(pairs.COMMON) == 512 == len(set(pairs.COMMON))


def brute_force(archive: Archive, phrase: str) -> set[int]:
    with closing(sqlite3.connect(archive.path)) as plain:
        return {row[0] for row in plain.execute(
            "SELECT a.id FROM articles_fts f JOIN articles a ON a.docid = f.rowid WHERE articles_fts MATCH ?",
            [f'"{fold(phrase)}"'],
        )}  # fmt: skip


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if forty reports were more than can be looked at."""
    for module in (finding, counting, proposals):
        monkeypatch.setattr(module, "MOST_OF_ONE", 10)
    monkeypatch.setattr(counting, "MOST_CHECKED", 3)
    monkeypatch.setattr(proposals, "SHORT_LIST", 8)
    monkeypatch.setattr(finding, "SHORT_LIST", 8)
    monkeypatch.setattr(finding, "CHEAP", 0)


@pytest.mark.parametrize("bounds", ["usual", "small"])
@pytest.mark.parametrize("query", ['"nông thôn"', '"xã hội người"', "dân mới", "nông thôn mới", "xã", '"xã hội" mới'])
@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_are_without_gap_or_repetition_while_reports_come(
    archive: Archive, request: pytest.FixtureRequest, bounds: str, query: str, sort: str
) -> None:
    if bounds == "small":
        request.getfixturevalue("small_bounds")
    whole = archive.search(query, limit=100, sort=sort)
    if query.count('"') == 2 and query.endswith('"'):
        assert {hit.article_id for hit in whole.hits} == brute_force(archive, query.strip('"'))
    assert whole.total == len(whole.hits) > 5 and not whole.relaxed
    seen: list[int] = []
    cursor: str | None = None
    for n in range(20):
        page = archive.search(query, limit=4, sort=sort, cursor=cursor)
        assert page.total == whole.total
        seen += [hit.article_id for hit in page.hits]
        cursor = page.cursor
        save(archive, 100 + n, f"Xã hội người dân. Nông thôn mới. {'Dân mới ' * n}", day=date(2024, 5, 1 + n))
        if cursor is None:
            break
    if sort != "relevance" or whole.bounded:
        assert seen == [hit.article_id for hit in whole.hits]
    else:  # bm25 weighs words by how common they are, which new reports change
        assert sorted(seen) == sorted(hit.article_id for hit in whole.hits)
        assert seen[:4] == [hit.article_id for hit in whole.hits[:4]]


def test_words_side_by_side_come_first_though_only_some_hits_are_looked_at(
    archive: Archive, small_bounds: None
) -> None:
    known = save(archive, 50, "Họ hội ý. Thôn ngoài. Hội dân người xã thôn.", day=date(2001, 1, 1))
    for n in range(51, 80):
        save(archive, n, f"Dân nói: xã. Người ở thôn, số {n}. Mới hội.", day=date(2024, 6, 1))
    found = archive.search("dân người xã thôn", limit=5)
    assert found.bounded and found.hits[0].article_id == known


@pytest.fixture
def counts_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if forty entries were more than can be counted, and a small archive a large one."""
    monkeypatch.setattr(counting, "COUNTED_WHOLE", 10)
    monkeypatch.setattr(counting, "MOST_ENTRIES", 40)
    monkeypatch.setattr(counting, "SAMPLED_ENTRIES", 40)


def test_a_count_that_would_take_too_long_is_an_estimate_and_says_so(
    archive: Archive, request: pytest.FixtureRequest
) -> None:
    exact = archive.search("dân mới", sort="newest", limit=1)
    assert not exact.estimated
    request.getfixturevalue("counts_little")
    about = archive.search("dân mới", sort="newest", limit=1)
    assert about.estimated and abs(about.total - exact.total) < 15


def test_a_phrase_is_counted_exactly_in_an_archive_where_everything_is(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_CHECKED", 3)
    monkeypatch.setattr(counting, "MOST_ENTRIES", 40)
    found = archive.search('"xã hội người"', limit=100)
    assert not found.estimated and found.total == len(brute_force(archive, "xã hội người")) > 3


def test_an_estimate_looks_at_every_time_and_not_at_the_newest_reports_alone(
    archive: Archive, counts_little: None
) -> None:
    flooded = range(1000, 1060)
    for n in flooded:
        save(archive, n, "Người dân chống lũ.", day=date(2020, 10, 1) + timedelta(days=(n - 1000) // 2))
    for n in range(1060, 1200):
        save(archive, n, "Người dân làm việc.", day=date(2020, 11, 1) + timedelta(days=(n - 1060) * 9))
    about = archive.search("dân lũ", sort="newest", limit=1)
    assert about.estimated and len(flooded) / 3 < about.total < len(flooded) * 3
    this_year = archive.search("người dân", sort="newest", limit=1, since=date(2024, 1, 1))
    assert this_year.estimated and this_year.total < 240


def test_years_of_very_many_hits_are_estimates_that_say_so(
    archive: Archive, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1000, 1300):
        save(archive, n, "Người dân làm việc.", day=date(2021 + n % 3, 1, 1) + timedelta(days=n % 364))
    save(archive, 1300, "Người dân nghỉ.")
    exact = archive.facets("người dân")
    request.getfixturevalue("counts_little")
    monkeypatch.setattr(FACETS, "LOOKED_AT", 50)
    monkeypatch.setattr(counting, "SAMPLED_ENTRIES", 400)
    about = archive.facets("người dân")
    assert (exact.estimated, about.estimated, about.bounded) == (False, True, True)
    assert [year for year, _ in about.years] == [year for year, _ in exact.years]
    for (_, number), (_, estimate) in zip(exact.years, about.years, strict=True):
        assert number / 2 < estimate < number * 2
    assert about.total == sum(number for _, number in about.years) + 1


def test_an_estimate_of_reports_without_dates_is_their_number(archive: Archive, counts_little: None) -> None:
    with Archive(archive.path.parent / "undated.db") as undated:
        for n in range(60):
            save(undated, n, "Người dân làm việc.")
        about = undated.search("người dân", sort="newest", limit=1)
    assert (about.total, about.estimated) == (60, True)


def test_parts_of_the_index_become_few_and_find_the_same(archive: Archive) -> None:
    parts = "SELECT count(DISTINCT segid) FROM articles_{}_idx"
    before = by_both(archive)
    for name in ("fts", "pairs"):
        assert archive.db.execute(parts.format(name)).fetchone()[0] > 2
    archive.tidy()
    for name in ("fts", "pairs"):
        assert archive.db.execute(parts.format(name)).fetchone()[0] <= 2
    assert by_both(archive) == before
    save(archive, 3, "Mới dân mới dân, thôn thôn.", day=date(2024, 5, 4))
    archive.tidy()
    archive.close()
    assert verify(archive.path).sound
