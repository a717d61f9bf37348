"""The order of the frontier, its memory, and that nothing is lost when a run dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.model import Capture, Dateline, Link, Portal, Target
from portal_archiver.store import Archive, Frontier
from portal_archiver.store.frontier import next_sql
from portal_archiver.store.ranks import KNOWN, LISTING, NEW, SEED

SITE = "https://bachhai.example"
PORTAL = Portal((f"{SITE}/",), key="bachhai", name="Bạch Hải")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def now() -> datetime:
    return datetime.now(UTC)


def later() -> datetime:
    return now() + timedelta(days=1)


def answer(url: str, status: int = 200, *headers: tuple[str, str]) -> Capture:
    return Capture(url, fetched_at=now(), status=status, headers=headers, body=b"x")


def drain(frontier: Frontier) -> list[str]:
    urls = []
    while target := frontier.next():
        urls.append(target.url.removeprefix(SITE))
        frontier.settle(target, state="fetched", due=later(), capture=answer(target.url))
    return urls


def claimed(frontier: Frontier) -> Target:
    target = frontier.next()
    assert target is not None
    return target


def test_start_pages_come_first_then_the_newest_then_in_order_of_discovery(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(f"{SITE}/khong-ngay-1"), Link(f"{SITE}/khong-ngay-2")], depth=1)
    frontier.add([Link(f"{SITE}/cu", "Cũ", Dateline(date(2020, 1, 1), origin="listing"))], depth=1)
    frontier.add([Link(f"{SITE}/moi", "Mới", Dateline(date(2024, 1, 1), origin="listing"))], depth=2)
    frontier.add([Link(f"{SITE}/"), Link(f"{SITE}/sitemap.xml")])
    assert frontier.waiting() == 6
    assert drain(frontier) == ["/", "/sitemap.xml", "/moi", "/cu", "/khong-ngay-1", "/khong-ngay-2"]
    assert frontier.waiting() == 0


def test_the_second_night_asks_listings_before_pages(archive: Archive) -> None:
    first = archive.frontier(PORTAL)
    first.add([Link(f"{SITE}/tin/1"), Link(f"{SITE}/chuyen-muc")], depth=1)
    first.settle(claimed(first), state="fetched", due=now(), capture=answer("a"), kind="article")
    first.settle(claimed(first), state="fetched", due=now(), capture=answer("b"), kind="listing")
    assert first.next() is None, "tried in this run"
    second = archive.frontier(PORTAL)
    second.add([Link(f"{SITE}/tin/2")], depth=1)
    assert drain(second) == ["/chuyen-muc", "/tin/2", "/tin/1"]


def test_a_claim_dies_with_the_process(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(f"{SITE}/a"), Link(f"{SITE}/b")], depth=1)
    assert (claimed(frontier).url, claimed(frontier).url, frontier.next()) == (f"{SITE}/a", f"{SITE}/b", None)
    assert frontier.waiting() == 0
    with Archive(archive.path) as restarted:
        assert drain(restarted.frontier(PORTAL)) == ["/a", "/b"]


def test_a_settlement_rolled_back_is_waiting_again(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(f"{SITE}/a")], depth=1)
    with pytest.raises(RuntimeError), archive.transaction():
        frontier.settle(claimed(frontier), state="fetched", due=later())
        frontier.add([Link(f"{SITE}/b")], depth=2)
        raise RuntimeError
    assert drain(archive.frontier(PORTAL)) == ["/a"]


def test_what_is_not_due_waits_and_recheck_asks_for_all(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(f"{SITE}/"), Link(f"{SITE}/robots")])
    assert len(drain(frontier)) == 2
    assert archive.frontier(PORTAL).next() is None
    again = archive.frontier(PORTAL, recheck=True)
    assert again.waiting() == 2
    assert drain(again) == ["/", "/robots"]
    assert archive.portals()[0].waiting == 0


def test_a_known_url_keeps_its_state_and_a_listing_fills_blanks(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    assert frontier.add([Link(f"{SITE}/a"), Link(f"{SITE}/b"), Link(f"{SITE}/a")], depth=1) == 2
    frontier.settle(claimed(frontier), state="fetched", due=now(), capture=answer("a"))
    listed = Dateline(date(2024, 2, 3), origin="listing", raw="(03/02)")
    assert frontier.add([Link(f"{SITE}/a", "Tin A", listed), Link(f"{SITE}/c")], depth=1) == 1
    assert frontier.add([Link(f"{SITE}/a", "Đọc tiếp", Dateline(date(1999, 1, 1), origin="listing"))], depth=1) == 0
    second = archive.frontier(PORTAL)
    seen = {target.url: target for target in iter(second.next, None)}
    assert seen[f"{SITE}/a"].seen_as == Link(f"{SITE}/a", "Tin A", listed)
    assert seen[f"{SITE}/b"].seen_as is None


def test_a_page_may_link_twice_to_an_address_and_name_it_once(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    listed = Dateline(date(2024, 2, 3), origin="listing", raw="(03/02)")
    links = [Link(f"{SITE}/a"), Link(f"{SITE}/a", "Tin A", listed)]
    assert [frontier.add(links, depth=1), frontier.add(links, depth=1)] == [1, 0]
    assert claimed(frontier).seen_as == links[1]


def test_an_odd_address_is_not_taken_for_a_known_one(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    assert frontier.add([Link(f"{SITE}/a")], depth=1) == 1
    assert frontier.add([Link(f"{SITE}/a\0b")], depth=1) == 1
    with pytest.raises(UnicodeEncodeError):
        frontier.add([Link(f"{SITE}/a\ud800")], depth=1)


def test_validators_are_those_of_the_last_answer(archive: Archive) -> None:
    archive.frontier(PORTAL).add([Link(f"{SITE}/a")], depth=1)

    def settle(capture: Capture | None, state: str = "fetched") -> tuple[str | None, str | None]:
        frontier = archive.frontier(PORTAL)
        frontier.settle(
            claimed(frontier), state="failed" if state == "failed" else "fetched", due=now(), capture=capture
        )
        target = claimed(archive.frontier(PORTAL))
        return target.etag, target.last_modified

    assert settle(answer("a", 200, ("ETag", '"1"'), ("Last-Modified", "Mon"))) == ('"1"', "Mon")
    assert settle(answer("a", 304)) == ('"1"', "Mon")
    assert settle(None, "failed") == ('"1"', "Mon")
    assert settle(answer("a", 200, ("ETag", '"2"'))) == ('"2"', None)
    assert settle(answer("a", 203, ("ETag", '"3"'))) == ('"3"', None)
    assert settle(answer("a", 200, ("ETag", '"4"')), "failed") == (None, None), "it was not read: to be sent again"
    assert settle(answer("a", 404)) == (None, None)
    assert archive.portals()[0].failing == 0


def test_a_sitemaps_word_makes_a_page_due_only_if_our_answer_is_older(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(f"{SITE}/a"), Link(f"{SITE}/b")], depth=1)
    drain(frontier)
    night = archive.frontier(PORTAL)
    night.touch(f"{SITE}/a", now() - timedelta(days=2))
    night.touch(f"{SITE}/b", now() + timedelta(seconds=1))
    assert night.waiting() == 1
    assert drain(night) == ["/b"]
    night.touch(f"{SITE}/b", now() + timedelta(days=3))
    assert night.next() is None and night.waiting() == 0, "tried in this run"


def test_portals_do_not_see_each_others_urls(archive: Archive) -> None:
    other = Portal(("https://so.example/",), key="so")
    archive.frontier(PORTAL).add([Link(f"{SITE}/a")])
    assert archive.frontier(other).next() is None
    assert archive.frontier(other).add([Link(f"{SITE}/a")]) == 1


@pytest.mark.parametrize("rank", [SEED, LISTING, NEW, KNOWN])
def test_the_next_url_is_found_in_an_index_without_sorting(archive: Archive, rank: int) -> None:
    rows = archive.db.execute("EXPLAIN QUERY PLAN " + next_sql(rank), (1, "", "", 1)).fetchall()
    plan = " ".join(row[3] for row in rows)
    assert ("urls_new" if rank == NEW else "urls_due") in plan and "B-TREE" not in plan and "SCAN" not in plan


def test_a_large_frontier_is_counted_closely(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    assert frontier.add((Link(f"{SITE}/{n}") for n in range(3000)), depth=1) == 3000
    for left in range(2999, 2850, -1):
        frontier.settle(claimed(frontier), state="fetched", due=later())
        assert frontier.waiting() == left


def test_a_count_of_many_is_carried_on_longer(archive: Archive) -> None:
    frontier = archive.frontier(PORTAL)
    frontier.add((Link(f"{SITE}/{n}") for n in range(20_000)), depth=1)
    statements: list[str] = []
    archive.db.conn.set_trace_callback(statements.append)
    assert {frontier.waiting() for _ in range(150)} == {20_000}
    assert sum("count(*)" in statement for statement in statements) == 1
