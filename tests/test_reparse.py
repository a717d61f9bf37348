"""Today's parser over yesterday's captures: what only the parser changed is no revision, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fictional_page import BODY, HOST, TITLE, URL, page
from portal_archiver.errors import LockedError
from portal_archiver.model import Dateline, Link, Page
from portal_archiver.parser import VERSION, parse_page
from portal_archiver.pipeline import reading, reparse
from portal_archiver.store import Archive, Scope
from reread import (
    KEY,
    PORTAL,
    REPORT,
    START,
    Nights,
    as_other,
    check_index,
    dump,
    edit,
    read_anew,
    titles,
    with_article,
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def test_what_only_the_parser_changed_is_another_reading_of_the_same_revision(archive: Archive) -> None:
    nights = Nights(archive, with_article(title="Sai tiêu đề", photos=(), published=None, author="Sai"))
    nights.see(REPORT)
    nights.see(edit("1.254.307", "1.254.399"))
    report = read_anew(archive)
    assert (report.captures, report.articles, report.reread, report.new, report.revisions) == (2, 1, 1, 0, 0)
    assert report.fields == {"title": 1, "date": 1, "byline": 1, "photos": 1, "captions": 1, "credits": 1} | {
        "date's origin": 1
    }
    (title,) = report.examples["title"]
    assert (title.article_id, title.revision, title.old, title.new) == (1, 1, "Sai tiêu đề", TITLE)
    (revision,) = archive.revisions(1)
    assert revision.article == parse_page(REPORT, URL, fetched_at=START).article
    assert (revision.parser, revision.last_seen) == (str(VERSION), START + timedelta(days=2))
    assert archive.search(TITLE).total == 1
    assert archive.search('"Sai tiêu đề"').total == 0
    assert archive.search("", since="2024-05-30", until="2024-05-30").total == 1
    assert archive.article(1).article.photos[0].credit == "Ngọc Vy"
    check_index(archive)


def test_a_second_time_nothing_is_left_to_do(archive: Archive) -> None:
    Nights(archive, with_article(title="Sai")).see(REPORT)
    read_anew(archive)
    before = dump(archive)
    assert read_anew(archive).captures == 0
    assert read_anew(archive, scope=Scope(everything=True)).captures == 1
    assert dump(archive) == before


def test_an_edit_that_the_older_parser_did_not_see_becomes_a_revision_in_its_place(archive: Archive) -> None:
    nights = Nights(archive, with_article(photos=()))
    nights.see(REPORT)
    nights.see(edit("Tàu cập cảng", "Tàu rời cảng"))
    nights.see(edit(TITLE, "Tít mới của bài báo về cảng", edit("Tàu cập cảng", "Tàu rời cảng")))
    nights.see(REPORT)
    assert [night for _, _, night in titles(archive)] == [1, 3, 4]
    report = read_anew(archive)
    assert (report.revisions, report.new) == (1, 0)
    assert titles(archive) == [(1, TITLE, 1), (2, TITLE, 2), (3, "Tít mới của bài báo về cảng", 3), (4, TITLE, 4)]
    captions = [revision.article.photos[0].caption[:7] for revision in archive.revisions(1)]
    assert captions == ["Tàu cập", "Tàu rời", "Tàu rời", "Tàu cập"]
    assert archive.article(1).revision == 4
    check_index(archive)


def test_revisions_that_an_older_parser_made_of_a_counter_are_kept_and_read_alike(archive: Archive) -> None:
    nights = Nights(archive)
    for night in range(3):
        nights.see(edit("1.254.307", f"1.254.40{night}"), older=with_article(body=f"{BODY[0]} Lượt xem: {night}"))
    assert len(archive.revisions(1)) == 3
    assert read_anew(archive).reread == 3
    history = archive.revisions(1)
    assert [revision.number for revision in history] == [1, 2, 3]
    assert len({revision.article for revision in history}) == 1


def test_what_a_listing_said_of_the_date_outlives_a_rereading(archive: Archive) -> None:
    undated = edit('<span class="date">Ngày đăng: 30/05/2024</span>', "")
    Nights(archive, with_article(title="Sai")).see(undated)
    listed = Dateline(datetime(2024, 5, 29, tzinfo=UTC).date(), origin="listing", raw="29/5")
    archive.learn_dates([Link(URL, "Tin", listed)], portal=KEY)
    assert read_anew(archive).fields == {"title": 1}
    assert archive.article(1).article.published == listed


def test_a_report_that_todays_parser_takes_for_none_is_kept_and_told(archive: Archive) -> None:
    listing = page('<ul><li><a href="/a">Một</a></li></ul>', title="<h1>Tin tức</h1>")
    Nights(archive, lambda page: replace(page, kind="article", article=parse_page(REPORT, URL).article)).see(listing)
    before = archive.article(1)
    history = archive.revisions(1)
    report = read_anew(archive)
    assert report.lost == (1,)
    assert (archive.article(1), archive.revisions(1)) == (before, history)
    assert read_anew(archive).captures == 0


def test_revisions_stand_in_the_order_of_their_captures(archive: Archive) -> None:
    nights = Nights(archive)
    nights.see(edit(TITLE, "Cầu tàu cá Bến Đăng: bản thứ hai"))
    nights.night = 5
    nights.see(REPORT)
    # Earlier versions put a revision last whenever its capture was made.
    times = archive.db.execute("SELECT fetched_at, 3 - id FROM captures ORDER BY id").fetchall()
    archive.db.conn.executemany("UPDATE captures SET fetched_at = ? WHERE id = ?", times)
    assert [night for *_, night in titles(archive)] == [6, 1]
    read_anew(archive)
    assert titles(archive) == [(1, TITLE, 1), (2, "Cầu tàu cá Bến Đăng: bản thứ hai", 6)]
    assert archive.article(1).article.title == "Cầu tàu cá Bến Đăng: bản thứ hai"
    check_index(archive)


def test_a_page_that_was_no_report_becomes_one_as_if_it_always_had_been(archive: Archive) -> None:
    nights = Nights(archive, as_other)
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(URL, "Tin")], depth=1)
    nights.see(REPORT)
    archive.keep(nights.capture("", status=304), portal=KEY)
    nights.see(edit("42 tấn", "24 tấn"))
    archive.keep(nights.capture("", status=304), portal=KEY)
    archive.keep(nights.capture("Không tìm thấy", status=404), portal=KEY)
    assert archive.search("").total == 0
    report = read_anew(archive)
    assert (report.new, report.revisions) == (1, 1)
    found = archive.article(1)
    assert (found.first_seen, found.last_seen) == (START + timedelta(days=1), START + timedelta(days=4))
    first, second = archive.revisions(1)
    assert (first.last_seen, second.last_seen) == (START + timedelta(days=2), START + timedelta(days=4))
    assert len(archive.captures(1)) == 5
    assert archive.search("24 tấn").total == 1
    assert archive.db.execute("SELECT kind, rank FROM urls WHERE url = ?", [URL]).fetchone() == ("article", 3)
    check_index(archive)


def test_what_was_no_report_for_a_while_fills_the_gap(archive: Archive) -> None:
    """The edit was made on the second night; the older parser could read the page again on the fourth."""
    nights = Nights(archive)
    edited = edit(TITLE, "Cầu tàu cá Bến Đăng đón hai chuyến hàng")
    nights.see(REPORT)
    nights.see(edited, older=as_other)
    nights.see(edited, older=as_other)
    nights.see(edited)
    assert [night for *_, night in titles(archive)] == [1, 4]
    read_anew(archive)
    assert [night for *_, night in titles(archive)] == [1, 2]
    assert archive.revisions(1)[1].last_seen == START + timedelta(days=4)
    before = dump(archive)
    read_anew(archive, scope=Scope(everything=True))
    assert dump(archive) == before


def test_another_address_of_a_report_that_was_seen_before_it_joins_it(archive: Archive) -> None:
    nights = Nights(archive)
    nights.see(REPORT, f"{HOST}/tin/ban-in", older=as_other)
    nights.see(REPORT)
    report = read_anew(archive)
    assert (report.new, report.revisions) == (0, 0)
    (revision,) = archive.revisions(1)
    assert revision.captured_at == archive.article(1).first_seen == START + timedelta(days=1)
    assert set(archive.article(1).urls) == {URL, f"{HOST}/tin/ban-in"}


def test_a_damaged_payload_is_told_and_the_others_are_read(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    nights.see(REPORT)
    nights.see(edit(TITLE, "Làng muối Cồn Nhạn được mùa lớn nhất mười năm"), f"{HOST}/tin/2")
    archive.db.execute("UPDATE bodies SET data = x'28b52ffd' WHERE id = 1")
    report = read_anew(archive)
    assert (report.damaged, report.captures) == (1, 1)
    assert report.troubles[0].startswith(f"capture 1 ({URL}): payload 1 is damaged")
    assert [archive.article(number).article.author for number in (1, 2)] == ["Sai", None]
    assert read_anew(archive).damaged == 1


def test_an_edit_is_none_only_because_the_page_before_it_is_damaged(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    nights.see(REPORT)
    nights.see(edit("1.254.307", "1.254.399"))
    nights.see(edit("42 tấn", "24 tấn"))
    archive.db.execute("UPDATE bodies SET data = x'28b52ffd' WHERE id = 1")
    report = read_anew(archive)
    assert (report.damaged, report.revisions) == (1, 0)
    assert [revision.article.author for revision in archive.revisions(1)] == [None, None]


def test_a_page_that_breaks_the_parser_stays_as_it_was(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    Nights(archive, with_article(author="Sai")).see(REPORT)

    def break_down(*args: Any, **options: Any) -> Page:
        raise RecursionError("so deep")

    monkeypatch.setattr(reading, "parse_page", break_down)
    report = read_anew(archive)
    assert (report.unreadable, report.captures, report.lost) == (1, 0, ())
    assert report.troubles == (f"capture 1 ({URL}): RecursionError: so deep",)
    assert archive.article(1).article.author == "Sai"
    monkeypatch.undo()
    assert read_anew(archive).reread == 1


def test_what_a_crawl_could_not_read_is_read_when_the_parser_can(archive: Archive) -> None:
    archive.keep(Nights(archive).capture(REPORT), portal=KEY, unread=True)
    assert read_anew(archive).new == 1
    assert archive.article(1).article.title == TITLE


def test_a_rereading_waits_for_no_other_run_and_a_dry_one_needs_none(archive: Archive) -> None:
    Nights(archive).see(REPORT)
    with Archive(archive.path) as other, other.exclusive():
        with pytest.raises(LockedError):
            read_anew(archive)
        assert read_anew(archive, dry_run=True).captures == 1


def test_only_what_is_asked_for_is_read(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    for number in range(3):
        nights.see(edit(TITLE, f"Tin thứ {number} của cảng cá Bến Đăng hôm nay"), f"{HOST}/tin/{number}")
    assert read_anew(archive, scope=Scope(article_id=2)).captures == 1
    assert [archive.article(number).article.author for number in (1, 2, 3)] == ["Sai", None, "Sai"]
    assert read_anew(archive, scope=Scope(since=START + timedelta(days=3))).captures == 1
    assert [archive.article(number).article.author for number in (1, 2, 3)] == ["Sai", None, None]


def test_a_selector_is_followed_and_makes_no_revision(archive: Archive) -> None:
    with_role = edit("</h1>", '</h1><p class="toa-soan">Ban Biên tập</p>')
    capture = Nights(archive).capture(with_role)
    archive.save(capture, parse_page(capture.body, URL, fetched_at=capture.fetched_at), portal=KEY)
    chosen = replace(PORTAL, select={"author": ".toa-soan"})
    (report,) = reparse([chosen], archive)
    assert (report.reread, len(archive.revisions(1))) == (1, 1)
    assert archive.article(1).article.author == "Ban Biên tập"
    assert archive.revisions(1)[0].parser == report.parser != str(VERSION)
    assert reparse([chosen], archive)[0].captures == 0
