"""What of two archives is merged row by row: who answered, payloads, queues, runs, footers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from merged import Folder, Step, at, same_in_every_order, whole
from portal_archiver.model import (
    Capture,
    License,
    Page,
    Peer,
    Portal,
    RobotsText,
    RunReport,
)
from portal_archiver.store import Archive, verify
from portal_archiver.store.merge import frontier
from test_store_payloads import page as template_page


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_who_answered_is_taken_from_the_archive_that_knows_it_and_the_capture_stays_sound(tmp_path: Path) -> None:
    capture = Capture("https://bachhai.example/a", fetched_at=at(0), body=b"mot")
    for name, peer in (("ours.db", None), ("theirs.db", Peer("203.0.113.7"))):
        with Archive(tmp_path / name) as archive:
            archive.keep(replace(capture, peer=peer))
    with Archive(tmp_path / "ours.db") as archive:
        archive.merge(tmp_path / "theirs.db")
        assert archive.db.execute("SELECT peer ->> 'address' FROM captures").fetchall() == [("203.0.113.7",)]
    assert verify(tmp_path / "ours.db").sound


def test_payloads_stay_small_whichever_dictionary_stands_behind_them(folder: Folder) -> None:
    def keep(frame: int, number: int) -> Step:
        url = f"https://bachhai.example/{frame}/{number}"
        capture = Capture(url, fetched_at=at(number), body=template_page(frame, number))
        return lambda archive: archive.keep(capture, portal="bachhai")

    first = [keep(1, n) for n in range(5)]
    second = [keep(1, 3), keep(1, 7), keep(2, 0), keep(2, 1), keep(1, 0)]  # what is a dictionary there has one here
    merged = same_in_every_order(folder, first, second)
    assert len(merged["payloads"]) == 8
    with Archive(folder.path / "one+other.db") as archive:
        keep(2, 5)(archive)
        taken = archive.db.execute("SELECT dictionary_id FROM bodies ORDER BY id DESC LIMIT 1").fetchone()
        assert taken != (None,)  # the dictionaries of the other archive serve here, too


LINK = {
    "portal_id": 1, "url": "https://bachhai.example/a", "depth": 2, "found_on": "x", "text": "", "listed": None,
    "listed_raw": "", "rank": 2, "state": "new", "reason": "", "detail": "", "due": "2024-06-01", "tried_at": None,
    "fetched_at": None, "fetches": 0, "failures": 0, "kind": None, "etag": None, "last_modified": None, "look": None,
}  # fmt: skip


FETCHED = LINK | {
    "state": "fetched", "rank": 3, "tried_at": "2024-06-02", "fetched_at": "2024-06-02", "kind": "article",
    "fetches": 4, "etag": '"1"', "due": "2024-06-09", "look": "l",
}  # fmt: skip


FAILED = LINK | {
    "state": "failed",
    "rank": 3,
    "tried_at": "2024-06-05",
    "reason": "timeout",
    "failures": 2,
    "due": "2024-06-06",
}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (FETCHED, LINK | {"depth": 1, "found_on": "y"}, FETCHED | {"depth": 1, "found_on": "y"}),
        (FETCHED, LINK | {"depth": 0, "rank": 0}, FETCHED | {"depth": 0, "rank": 0}),
        (FETCHED, FAILED, FAILED | {name: FETCHED[name] for name in ("fetched_at", "etag", "kind", "look", "fetches")}),
        (LINK, LINK | {"due": "2024-05-01", "text": "Tin"}, LINK | {"due": "2024-05-01", "text": "Tin"}),
        (
            LINK | {"listed": "2024-05-30", "listed_raw": "30/5"},
            FETCHED | {"kind": "listing", "rank": 1},
            FETCHED | {"kind": "listing", "rank": 1, "listed": "2024-05-30", "listed_raw": "30/5"},
        ),
    ],
)  # fmt: skip
def test_of_two_rows_of_a_url_the_one_tried_last_wins_and_nothing_known_is_forgotten(
    one: dict[str, Any], other: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert frontier.combined(one, other) == frontier.combined(other, one) == expected
    assert frontier.combined(expected, one) == frontier.combined(expected, other) == expected


def test_runs_failures_robots_and_names_are_kept_in_order_of_time(folder: Folder) -> None:
    def run(hours: float, name: str, fails: str = "") -> Step:
        def do(archive: Archive) -> None:
            portal = Portal(("https://bachhai.example/",), key="bachhai", name=name)
            number = archive.begin_run(portal, at(hours))
            if fails:
                archive.log_event(number, fails, "timeout")
            archive.finish_run(number, RunReport("bachhai", at(hours), at(hours + 1), fetched=1, new=int(hours)))
            archive.remember_robots(RobotsText("https://bachhai.example/robots.txt", at(hours), 200, f"# {hours}"))

        return do

    merged = same_in_every_order(folder, [run(5, "Cổng tỉnh"), run(60, "Cổng mới")], [run(30, "Cổng xã", "https://a/")])
    assert [row[4] for row in merged["runs"]] == [5, 30, 60]
    assert merged["portals"] == [("bachhai", "Cổng mới", None)]
    assert [row[2] for row in merged["robots"]] == ["# 60"]
    assert len(merged["events"]) == 1
    for name in ("one+other", "other+one"):
        with Archive(folder.path / f"{name}.db", read_only=True) as archive:
            assert [report.new for report in archive.runs()] == [60, 30, 5]
            (status,) = archive.portals()
            assert status.last_run and status.last_run.new == 60


def test_a_footer_that_counts_visitors_is_one_the_first_that_was_seen(folder: Folder) -> None:
    def seen(hours: float) -> Step:
        footer = License(number="12/GP", text=f"Giấy phép 12/GP. Lượt truy cập: {hours}")
        url = f"https://bachhai.example/{hours}"
        return lambda archive: archive.save(
            Capture(url, fetched_at=at(hours)), Page(url, url, "other", license=footer), portal="bachhai"
        )

    steps = [seen(1), seen(2), seen(3)]
    assert same_in_every_order(folder, [steps[1]], [steps[0], steps[2]]) == whole(folder, steps)
