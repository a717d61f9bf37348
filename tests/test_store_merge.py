"""Two archives merged are what one would be that had made all captures of both, whichever is merged into which."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.errors import ArchiveError, LockedError, MissingArchiveError, PortalArchiverError
from portal_archiver.model import (
    Article,
    Capture,
    Dateline,
    License,
    Link,
    Page,
    Peer,
    Photo,
    Portal,
    RobotsText,
    RunReport,
)
from portal_archiver.store import Archive, payloads, schema, verify
from portal_archiver.store.merge import frontier
from portal_archiver.store.times import stamp
from program import cli
from test_store_errors import UNDO, read_only_folder
from test_store_payloads import page as template_page

BEGAN = datetime(2024, 6, 1, 19, tzinfo=UTC)
BODY = "Sáng nay, cầu Bến Đăng bắc qua sông Lách đã thông xe sau hai năm thi công, nối hai bờ xã Vạn Khê. "
Step = Callable[[Archive], object]


def at(hours: float) -> datetime:
    return BEGAN + timedelta(hours=hours)


def shows(
    path: str, hours: float, body: str = BODY, *, title: str = "Cầu mới", portal: str = "bachhai", **more: Any
) -> Step:
    """A page of a report, captured at some hour."""
    url = f"https://{portal}.example/{path}"
    payload = f"<h1>{title}</h1><p>{body}</p><!-- {hours} -->".encode()  # no two visits bring the same bytes
    canonical, parser = more.pop("canonical", url), more.pop("parser", "")
    page = Page(url, canonical, "article", Article(title, body, **more), License(number="12/GP-TTĐT"), parser=parser)
    return lambda archive: archive.save(Capture(url, fetched_at=at(hours), body=payload), page, portal=portal)


def answers(path: str, hours: float, status: int, portal: str = "bachhai") -> Step:
    """A 304 or a 404."""
    url = f"https://{portal}.example/{path}"
    return lambda archive: archive.keep(Capture(url, fetched_at=at(hours), status=status), portal=portal)


# --- what an archive holds, without its numbers -----------------------------------------------------------------------

QUESTIONS = {
    "portals": "SELECT key, name, accepted_at FROM portals",
    "articles": "SELECT p.key, a.url, a.kind, a.published, a.content_key, a.first_seen, a.last_seen, r.number"
    " FROM articles a JOIN portals p ON p.id = a.portal_id JOIN revisions r ON r.id = a.revision_id",
    "urls of articles": "SELECT p.key, u.url, a.url, u.shown FROM article_urls u JOIN articles a ON a.id = u.article_id"
    " JOIN portals p ON p.id = u.portal_id",
    "revisions": "SELECT a.url, r.number, c.fetched_at, c.url, r.digest, r.reading, r.title, r.body, r.published,"
    " r.section FROM revisions r JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id",
    "photos": "SELECT a.url, r.number, f.n, f.url, f.caption, f.credit FROM photos f"
    " JOIN revisions r ON r.id = f.revision_id JOIN articles a ON a.id = r.article_id",
    "captures": "SELECT p.key, c.url, c.final_url, c.fetched_at, c.status, c.headers, c.peer, b.sha256, l.digest,"
    " a.url, r.number FROM captures c JOIN portals p ON p.id = c.portal_id JOIN bodies b ON b.id = c.body_id"
    " LEFT JOIN licenses l ON l.id = c.license_id LEFT JOIN articles a ON a.id = c.article_id"
    " LEFT JOIN revisions r ON r.id = c.revision_id",
    "payloads": "SELECT sha256, size FROM bodies",
    "footers": "SELECT digest, number, text FROM licenses",
    "frontier": "SELECT p.key, u.url, u.depth, u.found_on, u.text, u.listed, u.rank, u.state, u.reason, u.due,"
    " u.tried_at, u.fetched_at, u.kind, u.etag, u.look FROM urls u JOIN portals p ON p.id = u.portal_id",
    "runs": "SELECT p.key, r.started_at, r.finished_at, r.fetched, r.new FROM runs r"
    " JOIN portals p ON p.id = r.portal_id",
    "events": "SELECT r.started_at, e.at, e.url, e.reason FROM run_events e JOIN runs r ON r.id = e.run_id",
    "robots": "SELECT location, fetched_at, text FROM robots",
}  # fmt: skip


def held(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    found = {name: sorted(archive.db.execute(select).fetchall(), key=str) for name, select in QUESTIONS.items()}
    found["search"] = sorted((hit.url, hit.title) for hit in archive.search("cau", limit=999).hits)
    return found


@dataclass(frozen=True, slots=True)
class Folder:
    """Where archives are made and merged."""

    path: Path

    def archive(self, name: str, steps: Iterable[Step]) -> Path:
        path = self.path / f"{name}.db"
        with Archive(path) as archive:
            for step in steps:
                step(archive)
        return path

    def merged(self, *paths: Path) -> Path:
        """A copy of the first, with the others merged into it one by one; each of them twice."""
        target = self.path / f"{'+'.join(path.stem for path in paths)}.db"
        shutil.copy(paths[0], target)
        with Archive(target) as archive:
            for path in paths[1:]:
                archive.merge(path)
                before = held(archive)
                again = archive.merge(path)
                assert held(archive) == before
                assert {getattr(again, name) for name in again.__slots__ if name != "other"} == {0}
        assert verify(target).damages == ()
        return target

    def contents(self, path: Path) -> dict[str, list[tuple[Any, ...]]]:
        with Archive(path) as archive:
            for (number,) in archive.db.execute("SELECT id FROM captures").fetchall():
                archive.payload(number)
            return held(archive)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def same_in_every_order(folder: Folder, first: list[Step], second: list[Step]) -> dict[str, list[tuple[Any, ...]]]:
    one, other = folder.archive("one", first), folder.archive("other", second)
    there, back = folder.contents(folder.merged(one, other)), folder.contents(folder.merged(other, one))
    assert there == back
    return there


def whole(folder: Folder, steps: list[Step]) -> dict[str, list[tuple[Any, ...]]]:
    return folder.contents(folder.archive("whole", steps))


# --- histories --------------------------------------------------------------------------------------------------------


def test_a_report_that_each_of_two_archives_saw_once_has_both_versions_in_order(folder: Folder) -> None:
    later = shows("tin/1", 9, BODY + "Đính chính: ba năm.")
    merged = same_in_every_order(folder, [later], [shows("tin/1", 2)])
    assert [row[1:3] for row in merged["revisions"]] == [(1, stamp(at(2))), (2, stamp(at(9)))]
    assert len(merged["articles"]) == 1


def test_a_then_b_in_the_other_archive_then_a_again_are_three(folder: Folder) -> None:
    edited = BODY + "Đính chính."
    steps = [shows("tin/1", 1), shows("tin/1", 5, edited), shows("tin/1", 9)]
    merged = same_in_every_order(folder, [steps[0], steps[2]], [steps[1]])
    assert [row[7] for row in merged["revisions"]] == [BODY, edited, BODY]
    assert merged == whole(folder, steps)


def test_a_304_behind_an_edit_that_the_other_archive_saw_makes_the_next_run_ask_for_the_page_itself(
    folder: Folder,
) -> None:
    """The edit had been taken back: only the page can show that, and the 304 stays with the text that it confirmed."""
    portal = Portal(("https://bachhai.example/",), key="bachhai")

    def ask(archive: Archive) -> None:
        archive.frontier(portal).add([Link("https://bachhai.example/tin/1", "Cầu mới")], depth=1)
        archive.db.execute(
            "UPDATE urls SET etag = '1', state = 'fetched', fetched_at = ?, tried_at = fetched_at", [stamp(at(9))]
        )

    edited = BODY + "Đính chính."
    first = [shows("tin/1", 1), answers("tin/1", 9, 304), ask]
    merged = same_in_every_order(folder, first, [shows("tin/1", 5, edited)])
    assert [row[7] for row in merged["revisions"]] == [BODY, edited]
    assert [(row[4], row[-1]) for row in merged["captures"]] == [(200, 1), (200, 2), (304, 1)]
    assert [row[13] for row in merged["frontier"] if row[1].endswith("/tin/1")] == [None]
    with Archive(folder.path / "one+other.db") as archive:
        shows("tin/1", 12)(archive)
        assert [revision.article.body for revision in archive.revisions(1)] == [BODY, edited, BODY]


def test_a_print_version_that_was_known_as_a_copy_stays_one(folder: Folder) -> None:
    """One archive saw it beside the report, the other one alone."""
    photos = (Photo("https://bachhai.example/a.jpg", "Cầu. Ảnh: VĂN AN", "VĂN AN"),)
    steps = [shows("tin/1", 1, photos=photos), shows("in/1", 2), shows("in/1", 3)]
    merged = same_in_every_order(folder, steps[:2], steps[2:])
    assert len(merged["revisions"]) == 1
    assert merged["revisions"] == whole(folder, steps)["revisions"]


def test_what_two_parsers_read_differently_is_never_taken_for_an_edit(folder: Folder) -> None:
    ours, read_by = "1.0", "read by two versions of the parser"
    one = folder.archive("one", [shows("tin/1", 1, parser=ours), shows("tin/2", 1, title="Chợ", parser=ours)])
    other = folder.archive("other", [shows("tin/1", 5, BODY + "Chia sẻ", parser="1.1")])
    refused(one, other, PortalArchiverError, read_by)
    same = folder.archive("same", [shows("tin/1", 5, parser="1.1")])
    assert len(folder.contents(folder.merged(one, same))["revisions"]) == 2
    with Archive(folder.path / "one+same.db", read_only=True) as archive:
        assert archive.revisions(1)[0].parser == "1.1"
        assert [row[0] for row in archive.db.execute("SELECT parser FROM captures ORDER BY id")] == [ours, ours, "1.1"]


def test_stories_follow_the_text_that_is_the_latest_now(folder: Folder) -> None:
    choose = random.Random(3)
    text = " ".join(choose.choice("cầu sông xã bản chợ lúa nước đường thuyền rừng".split()) for _ in range(80))
    steps = [shows("tin/1", 1), shows("tin/1", 5, text), shows("tin/9", 2, text, portal="vankhe")]
    one, other = folder.archive("one", [steps[0], steps[2]]), folder.archive("other", [steps[1]])
    for pair in ((one, other), (other, one)):
        with Archive(folder.merged(*pair)) as archive:
            assert archive.db.execute("SELECT count(*) FROM story_links").fetchone() == (1,)


def test_a_run_of_theirs_that_was_killed_is_closed_with_what_it_stored(folder: Folder) -> None:
    portal = Portal(("https://bachhai.example/",), key="bachhai")
    killed = [lambda archive: archive.begin_run(portal, at(0)), shows("tin/1", 1), shows("tin/2", 2, title="Chợ")]
    merged = folder.merged(folder.archive("one", [shows("tin/9", 90, title="Hội")]), folder.archive("other", killed))
    with Archive(merged, read_only=True) as archive:
        (report,) = archive.runs()
        assert (report.stopped, report.new, report.finished_at) == ("killed", 2, at(2))


def test_what_both_saw_alike_is_one_revision_with_all_captures(folder: Folder) -> None:
    merged = same_in_every_order(folder, [shows("tin/1", 1), shows("tin/1", 7)], [shows("tin/1", 4)])
    assert len(merged["revisions"]) == 1
    assert [row[-1] for row in merged["captures"]] == [1, 1, 1]
    assert [row[5:7] for row in merged["articles"]] == [(stamp(at(1)), stamp(at(7)))]


def test_a_print_version_makes_no_revisions_between_those_of_the_report(folder: Folder) -> None:
    """It has the text without the photos; one archive knows it alone, and saw it every night."""
    photos = (Photo("https://bachhai.example/a.jpg", "Cầu. Ảnh: VĂN AN", "VĂN AN"),)
    report = [shows("tin/1", hours, photos=photos) for hours in (0, 2, 4, 6)]
    printed = [shows("in/1", hours) for hours in (1, 3, 5, 7)]
    merged = same_in_every_order(folder, report, printed)
    assert len(merged["revisions"]) == len(merged["articles"]) == 1
    assert len(merged["photos"]) == 1
    steps = [step for pair in zip(report, printed, strict=True) for step in pair]
    assert merged["revisions"] == whole(folder, steps)["revisions"]


def test_a_date_that_one_archive_learned_from_a_list_reaches_the_other(folder: Folder) -> None:
    day = Dateline(date(2024, 5, 30), origin="listing", raw="30/5/2024")

    def learn(archive: Archive) -> None:
        archive.learn_dates([Link("https://bachhai.example/tin/1", "", day)], portal="bachhai")

    merged = same_in_every_order(folder, [shows("tin/1", 1), learn], [shows("tin/1", 3)])
    assert [row[3] for row in merged["articles"]] == ["2024-05-30"]


def test_a_date_in_the_list_of_one_archive_dates_the_report_of_the_other(folder: Folder) -> None:
    link = Link("https://bachhai.example/tin/1", "Cầu mới", Dateline(date(2024, 5, 30), raw="30/5/2024"))
    portal = Portal(("https://bachhai.example/",), key="bachhai")
    one = folder.archive("one", [shows("tin/1", 1)])
    other = folder.archive("other", [lambda archive: archive.frontier(portal).add([link], depth=1)])
    assert [row[3] for row in folder.contents(folder.merged(one, other))["articles"]] == ["2024-05-30"]


# --- which articles are one -------------------------------------------------------------------------------------------


def test_one_text_at_two_urls_is_one_report_known_under_both(folder: Folder) -> None:
    steps = [shows("tin/1", 1), shows("ban-sao/1", 2)]
    merged = same_in_every_order(folder, steps[:1], steps[1:])
    assert [(row[1], row[2]) for row in merged["urls of articles"]] == [
        ("https://bachhai.example/ban-sao/1", "https://bachhai.example/tin/1"),
        ("https://bachhai.example/tin/1", "https://bachhai.example/tin/1"),
    ]
    assert merged == whole(folder, steps)


def test_a_weekly_notice_with_the_same_text_stays_many(folder: Folder) -> None:
    weeks = [shows(f"lich/{n}", n, published=Dateline(date(2024, 5, 6 + 7 * n))) for n in range(3)]
    undated = shows("lich/cu", 9)
    merged = same_in_every_order(folder, weeks[:2], [weeks[2], undated])
    assert len(merged["articles"]) in (3, 4)
    assert len({row[3] for row in merged["articles"] if row[3]}) == 3


def test_two_portals_never_share_a_report(folder: Folder) -> None:
    merged = same_in_every_order(folder, [shows("tin/1", 1)], [shows("tin/1", 2, portal="vankhe")])
    assert len(merged["articles"]) == 2


def test_two_reports_of_ours_that_theirs_shows_to_be_one_become_one(folder: Folder) -> None:
    """Ours saw the second address after an edit and took it for another report; theirs saw both before it."""
    edited = BODY + "Thêm tin: xe tải trên mười tấn không được qua cầu trong tháng đầu."
    first = [shows("tin/1", 1), shows("tin/1?m=1", 8, edited)]
    second = [shows("tin/1", 2), shows("tin/1?m=1", 3)]
    with Archive(folder.archive("one", first)) as archive:
        assert archive.search("").total == 2
    (folder.path / "one.db").unlink()
    merged = same_in_every_order(folder, first, second)
    assert len(merged["articles"]) == 1
    assert [row[7] for row in merged["revisions"]] == [BODY, edited]
    assert len(merged["captures"]) == 4


def test_a_redirect_that_lies_joins_nothing(folder: Folder) -> None:
    """In one archive a dead address led to another report; in the other one it still was a report of its own."""
    dead, alive = "https://bachhai.example/cu/1", "https://bachhai.example/tin/9"
    other = "Hội thi làng văn hóa năm nay có mười hai đội của bốn xã, đông gấp đôi so với mọi năm trước đó."

    def led_away(archive: Archive) -> None:
        page = Page(alive, alive, "article", Article("Hội thi", other))
        archive.save(Capture(dead, alive, at(9), body=other.encode()), page, portal="bachhai")

    merged = same_in_every_order(folder, [led_away], [shows("cu/1", 1)])
    assert [(row[1], row[2]) for row in merged["urls of articles"]] == [(dead, dead), (alive, alive)]


def test_a_404_of_one_archive_belongs_to_the_report_of_the_other(folder: Folder) -> None:
    merged = same_in_every_order(folder, [shows("tin/1", 1)], [answers("tin/1", 5, 404)])
    assert [row[9] for row in merged["captures"]] == ["https://bachhai.example/tin/1"] * 2


# --- halves of a crawl ------------------------------------------------------------------------------------------------


def nights(seed: int) -> list[tuple[Step, str]]:
    """Some pages that are edited now and then, as a crawl meets them; what each step asked for, too."""
    choose = random.Random(seed)
    versions = {f"tin/{n}": 0 for n in range(4)}
    steps: list[tuple[Step, str]] = []
    for hour in range(24):
        path = choose.choice(list(versions))
        if choose.random() < 0.5:
            versions[path] = choose.randrange(4)
        version = versions[path]
        other = f"Xã {path} có thêm {version} trạm bơm."
        photos = (Photo("https://bachhai.example/a.jpg", f"Ảnh {version // 3}", "AN"),)
        published = Dateline(date(2024, 5, 1 + version // 2))
        title = f"Tin về {path}"
        step = shows(path, hour, BODY + other, title=title, photos=photos, published=published, section="Kinh tế")
        steps.append((step, path))
    steps.append((shows("tin/0/in", 25, BODY + "Bản in.", title="Tin in"), "in"))
    steps.append((shows("tin/0/sao", 26, BODY + "Bản in.", title="Tin in"), "sao"))
    return steps


@pytest.mark.parametrize("seed", range(8))
def test_two_halves_of_a_crawl_merged_are_the_whole(folder: Folder, seed: int) -> None:
    steps = [step for step, _ in nights(seed)]
    choose = random.Random(-seed)
    halves: tuple[list[Step], list[Step]] = ([], [])
    for step in steps:
        halves[choose.randrange(2)].append(step)
    assert same_in_every_order(folder, *halves) == whole(folder, steps)


@pytest.mark.parametrize("seed", range(3))
def test_archives_that_overlap_merged_are_the_whole(folder: Folder, seed: int) -> None:
    """A backup that went on by itself: the first nights are in both."""
    steps = [step for step, _ in nights(seed)]
    common, rest = steps[:8], steps[8:]
    assert same_in_every_order(folder, common + rest[::2], common + rest[1::2]) == whole(folder, steps)


def test_three_archives_in_any_order_are_one(folder: Folder) -> None:
    steps = [step for step, _ in nights(9)]
    parts = [folder.archive(name, steps[n::3]) for n, name in enumerate("abc")]
    orders = ([0, 1, 2], [2, 1, 0], [1, 0, 2])
    found = [folder.contents(folder.merged(*(parts[n] for n in order))) for order in orders]
    assert found[0] == found[1] == found[2] == whole(folder, steps)


def test_a_copy_that_went_on_adds_what_is_new_and_an_older_copy_nothing(demo_folder: Path, folder: Folder) -> None:
    for name in ("ours", "theirs"):
        with Archive(demo_folder / "archive.db", read_only=True) as archive:
            archive.back_up(folder.path / f"{name}.db", quick=True)
    with Archive(folder.path / "theirs.db") as archive:
        shows("tin-rieng", 1)(archive)
    with Archive(folder.path / "ours.db") as archive:
        before = held(archive)
        merged = archive.merge(folder.path / "theirs.db")
        assert (merged.articles, merged.captures, merged.revisions, merged.payloads, merged.runs) == (1, 1, 1, 1, 0)
        after = held(archive)
        assert [row for row in after["captures"] if row not in before["captures"]] == [
            row for row in after["captures"] if "tin-rieng" in row[1]
        ]
    with Archive(folder.path / "theirs.db") as archive:
        expected = held(archive)
        assert archive.merge(folder.path / "ours.db").captures == 0
        assert held(archive) == expected == after


# --- payloads, frontier, runs, robots ---------------------------------------------------------------------------------


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


# --- what is refused, and what stays whole ----------------------------------------------------------------------------


@pytest.fixture
def two(folder: Folder) -> tuple[Path, Path]:
    return folder.archive("one", [shows("tin/1", 1)]), folder.archive("other", [shows("tin/2", 2, BODY + "Khác.")])


def test_the_program_says_what_was_added_and_that_a_second_time_nothing_was(two: tuple[Path, Path]) -> None:
    first, second = (cli(two[0].parent, "merge", "other.db", "--archive", "one.db") for _ in range(2))
    assert first.stdout == ("one.db: merged other.db\nAdded: 1 report, 1 revision, 1 capture.\n")
    assert second.stdout == "one.db: merged other.db\nNothing was added: all of it was there already.\n"
    answer = json.loads(cli(two[0].parent, "merge", "other.db", "--archive", "one.db", "--json").stdout)
    assert answer["merged"]["captures"] == 0
    assert (first.returncode, second.returncode, first.stderr) == (0, 0, "")


def refused(ours: Path, other: Path, error: type[PortalArchiverError], message: str) -> None:
    before = ours.read_bytes()
    with Archive(ours) as archive:
        expected = held(archive)
        with pytest.raises(error, match=message):
            archive.merge(other)
        assert held(archive) == expected
    assert ours.read_bytes() == before
    assert not [file.name for file in ours.parent.iterdir() if file.name.startswith("merge-")]


def test_what_is_no_sound_archive_of_another_is_refused(two: tuple[Path, Path]) -> None:
    ours, other = two
    refused(ours, ours, PortalArchiverError, "is the archive itself")
    refused(ours, ours.with_name("none.db"), MissingArchiveError, "there is no archive")
    refused(ours, ours.parent, ArchiveError, "is a folder")
    notes = ours.with_name("notes.txt")
    notes.write_text("Không phải cơ sở dữ liệu.\n" * 100)
    refused(ours, notes, ArchiveError, "is not an SQLite file")
    with closing(sqlite3.connect(ours.with_name("foreign.db"))) as sql:
        sql.execute("CREATE TABLE t (x)")
    refused(ours, ours.with_name("foreign.db"), ArchiveError, "not an archive of ours")
    with closing(sqlite3.connect(other, isolation_level=None)) as sql:
        sql.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        refused(ours, other, ArchiveError, "written by a newer portal-archiver")
        sql.execute(f"PRAGMA user_version = {schema.VERSION}")
        sql.execute("UPDATE bodies SET data = zeroblob(9)")
    refused(ours, other, ArchiveError, r"other\.db is damaged .* nothing of it was merged")


def test_an_archive_of_an_older_version_is_merged_and_left_as_it_is(folder: Folder) -> None:
    ours = folder.archive("one", [shows("tin/1", 1)])
    other = folder.archive("other", [shows("tin/1", 5, BODY + "Đính chính."), shows("tin/2", 2, BODY + "Khác.")])
    expected = folder.contents(folder.merged(ours, other))
    with Archive(other) as archive:
        for version in range(schema.VERSION, 1, -1):
            name, statements = UNDO[version]
            for statement in statements:
                archive.db.execute(statement)
            archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [name])
        archive.db.execute("PRAGMA user_version = 1")
    before = other.read_bytes()
    with Archive(ours) as archive:
        archive.merge(other)
        assert held(archive) == expected
    assert other.read_bytes() == before
    assert not [file.name for file in folder.path.iterdir() if file.name.startswith("merge-")]


def test_an_archive_that_cannot_be_written_is_told(two: tuple[Path, Path]) -> None:
    two[1].chmod(0o644)
    with read_only_folder() as closed, Archive(closed / "archive.db", read_only=True) as archive:
        with pytest.raises(ArchiveError, match=r"archive\.db\.lock cannot be used: Permission denied") as caught:
            archive.merge(two[1])
        assert caught.value.exit_code == 7


def test_no_crawl_may_run_meanwhile(two: tuple[Path, Path]) -> None:
    with Archive(two[0]) as crawl, crawl.exclusive(), Archive(two[0]) as archive:
        with pytest.raises(LockedError, match="in use by another run"):
            archive.merge(two[1])
        assert archive.search("").total == 1


def test_a_full_disk_leaves_the_archive_as_it_was(folder: Folder) -> None:
    ours = folder.archive("one", [shows("tin/1", 1)])
    choose = random.Random(1)
    bulky = [shows(f"tin/{n}", n, choose.randbytes(20_000).hex()) for n in range(2, 40)]
    other = folder.archive("other", bulky)
    with Archive(ours) as archive:
        before = held(archive)
        pages = archive.db.execute("PRAGMA page_count").fetchone()[0]
        archive.db.execute(f"PRAGMA max_page_count = {pages + 60}")
        with pytest.raises(ArchiveError, match="the disk is full") as caught:
            archive.merge(other)
        assert caught.value.exit_code == 7
        assert held(archive) == before
        archive.db.execute("PRAGMA max_page_count = 1000000")
        assert archive.merge(other).captures == 38
    assert verify(ours).sound


def test_a_payload_of_theirs_that_ours_has_otherwise_packed_is_not_needed_twice(folder: Folder) -> None:
    same = [shows("tin/1", 1)]
    ours, other = folder.archive("one", same), folder.archive("other", same)
    with Archive(ours) as archive:
        assert archive.merge(other).payloads == 0
        assert payloads.stands_alone(archive.db.conn, 1)
