"""Two archives merged are what one would be that had made all captures of both, whichever is merged into which."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from merged import BODY, Folder, Step, answers, at, held, refused, same_in_every_order, shows, whole
from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import (
    Article,
    Capture,
    Dateline,
    Link,
    Page,
    Photo,
    Portal,
)
from portal_archiver.store import Archive
from portal_archiver.store.times import stamp


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


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
