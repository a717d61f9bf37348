"""What a crawl learns by itself: a portal's template once there are enough pages, and anew once it has changed.

The fictional portal of test_drift.py changes its template overnight in ten ways that break the reading of its pages.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from demo_crawl import portal_at
from growing_portal import pass_time
from kill_checks import TORN, state_of
from kill_driver import HEALINGS, LOG, Driver
from portal_archiver.cli.exits import code_of
from portal_archiver.model import Portal, RunReport
from portal_archiver.pipeline import ReparseOptions, crawl, learn_portal, reparse
from portal_archiver.pipeline.teaching import EVERY_NIGHT
from portal_archiver.store import Archive, Scope, verify
from program import cli, configure, pages
from test_drift import REPORTS, SmallPortal, nights, scripts_alone
from test_learning import article_page

NAME = "Đinh Văn Thuyền"
CAPTION = "Bà con ra bến. Ảnh: Thạch Pích"
MENU = "".join(f'<li><a href="/muc/{n}">Chuyên mục số {n}</a></li>' for n in range(8))


def links(count: int) -> str:
    return "".join(f'<li><a href="/tin/{n}">{SmallPortal.headline(n)}</a></li>' for n in range(count))


def day(ago: int) -> str:
    return f"{date.today() - timedelta(ago):%d/%m/%Y} 08:30"


def around(portal: SmallPortal, before: Callable[[int], str] = str, after: Callable[[int], str] = str) -> None:
    """Put something before and behind each report, given its number."""
    report = portal.report
    portal.report = lambda n: before(n) + report(n) + after(n)  # type: ignore[method-assign]


def nothing(_: int) -> str:
    return ""


def the_date_moves_behind_related_reports(portal: SmallPortal) -> None:
    portal.day = nothing
    around(portal, nothing, lambda n: f'<ul class="khac">{links(3)}</ul><div class="luc">{day(REPORTS - n)}</div>')


def the_date_moves_above_a_menu(portal: SmallPortal) -> None:
    portal.day = nothing
    around(portal, lambda n: f'<div class="dau"><i class="dang">{day(REPORTS - n)}</i><ul>{MENU}</ul></div>', nothing)


def a_slogan_is_the_heading(portal: SmallPortal) -> None:
    portal.title = lambda title: (
        f'<div class="breadcrumb"><a href="/">Trang chủ</a> » <a href="/tin">Tin tức</a> » <b class="ten">{title}</b>'
        "</div><h1>Thông tin chỉ đạo điều hành của tỉnh Bạch Hải</h1>"
    )


def the_byline_moves_behind_related_reports(portal: SmallPortal) -> None:
    portal.byline = ""
    around(portal, nothing, lambda n: f'<ul class="khac">{links(2)}</ul><div class="nguoi">{NAME}</div>')


def related_reports_stand_before_the_text(portal: SmallPortal) -> None:
    portal.body = lambda text: (
        f'<div class="boc"><div class="khac"><h3>Tin liên quan</h3><ul>{links(12)}</ul></div>'
        f'<div class="content">{text}</div></div>'
    )


def a_box_stands_in_every_text(portal: SmallPortal) -> None:
    box = '<div class="ung-dung"><p>Mời bà con tải ứng dụng Bạch Hải Số để phản ánh hiện trường.</p></div>'
    portal.body = lambda text: f'<div class="content">{text}{box}</div>'


def a_new_cms(portal: SmallPortal) -> None:
    portal.title = lambda title: f'<div class="node-header"><div class="node-name">{title}</div></div>'
    portal.day = lambda ago: f'<table class="thong-tin"><tr><td>Lượt</td><td>{day(ago)}</td></tr></table>'
    portal.figure = lambda credit: f'<div class="media"><img src="/anh.jpg"><div class="desc">{CAPTION}</div></div>'
    portal.body = lambda text: f'<section class="node-body"><div class="field-item">{text}</div></section>'
    portal.byline = f'<div class="field-author">{NAME}</div>'


def classes_are_renamed(portal: SmallPortal) -> None:
    """Those that had been learned after an earlier change."""
    the_date_moves_behind_related_reports(portal)
    report = portal.report
    names = {"luc": "thoi-diem", "title": "tieu-de", "content": "bai-viet", "khac": "tin-khac"}

    def renamed(n: int) -> str:
        html = report(n)
        for old, new in names.items():
            html = html.replace(f'class="{old}"', f'class="{new}"')
        return html

    portal.report = renamed  # type: ignore[method-assign]


def the_photo_moves_above_the_menu(portal: SmallPortal) -> None:
    portal.figure = lambda credit: ""
    around(portal, lambda n: f'<div class="lon"><img src="/anh.jpg"><p>{CAPTION}</p></div><ul>{MENU}</ul>', nothing)


Change = Callable[[SmallPortal], None]
# What each change makes of the reports is missed under this name.
HEALED: dict[Change, str] = {
    the_date_moves_behind_related_reports: "date",
    the_date_moves_above_a_menu: "date",
    a_slogan_is_the_heading: "title",
    the_byline_moves_behind_related_reports: "byline",
    related_reports_stand_before_the_text: "report",
    a_box_stands_in_every_text: "unedited",
    a_new_cms: "date",
    classes_are_renamed: "date",
}
# A photo outside of the report is not found again, nor is a text that is not on the page.
NOT_HEALED: dict[Change, str] = {the_photo_moves_above_the_menu: "credit", scripts_alone: "report"}
BEFORE: dict[Change, Change] = {classes_are_renamed: the_date_moves_behind_related_reports}


class Site(NamedTuple):
    """The portal at its address, and its archive after two good nights."""

    url: str
    answers: dict[str, tuple[int, str]]
    archive: Path

    def become(self, *changes: Change) -> None:
        """Show the template as it is after these changes, from the first one."""
        portal = SmallPortal(answers=self.answers)
        for change in changes:
            change(portal)
        portal.publish()

    def copy(self, folder: Path) -> Path:
        """The archive for one test."""
        self.become()
        return Path(shutil.copy(self.archive, folder / "archive.db"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    portal = SmallPortal()
    portal.publish()
    path = tmp_path_factory.mktemp("relearning") / "archive.db"
    with pages(portal.answers) as url:
        with Archive(path) as archive:
            good = nights(archive, url, 2)
            assert (good.alarms, good.changed, good.learning) == ((), 0, None)
        yield Site(url, portal.answers, path)


def as_read(archive: Archive) -> dict[str, tuple[object, ...]]:
    """What the archive says of each report, and how many versions it has."""
    found: dict[str, tuple[object, ...]] = {}
    for article_id in range(1, REPORTS + 1):
        known = archive.article(article_id)
        it = known.article
        when = it.published.value if it.published else None
        photos = [(photo.caption, photo.credit) for photo in it.photos]
        found[known.url] = (it.title, when, it.author, it.body, photos, len(archive.revisions(article_id)))
    return found


def noticed(report: RunReport) -> set[str]:
    """The fields that a night missed, whether they were healed or not."""
    healed = report.learning.healed if report.learning else ()
    return {alarm.field for alarm in (*report.alarms, *healed)}


def test_ten_changes_are_tried_and_eight_are_healed() -> None:
    assert (len(HEALED), len(HEALED | NOT_HEALED)) == (8, 10)


@pytest.mark.parametrize("change", HEALED, ids=lambda change: str(change.__name__))
def test_a_changed_template_is_noticed_and_healed_in_one_night(tmp_path: Path, site: Site, change: Change) -> None:
    with Archive(site.copy(tmp_path)) as archive:
        if change in BEFORE:
            site.become(BEFORE[change])
            assert nights(archive, site.url).alarms == ()
        before, profiles = as_read(archive), archive.profiles("bachhai")
        site.become(change)
        report = nights(archive, site.url)
        assert HEALED[change] in noticed(report)
        assert (report.alarms, code_of([report])) == ((), 0)
        assert (report.new, report.changed, report.unchanged) == (0, 0, REPORTS)
        assert archive.run(report.id) == report  # as it is stored
        assert as_read(archive) == before  # nothing is lost, and no edit is made up

        *earlier, now = archive.profiles("bachhai")
        assert now.since == report.started_at
        assert report.learning is not None
        assert report.learning.profile == now.digest
        # What was captured before is read as it was: with the profile of its day, or alone.
        assert [one for one in earlier if one.templates] == [one for one in profiles if one.templates]
        assert earlier[0].templates == ()
        (anew,) = reparse([portal_at(site.url)], archive, ReparseOptions(Scope(), dry_run=True))
        assert (anew.captures, anew.new, anew.revisions) == (0, 0, 0)

        after = nights(archive, site.url)
        assert (after.alarms, after.changed, after.learning) == ((), 0, None)
        for what, torn in TORN.items():
            assert archive.db.execute(torn).fetchall() == [], what
    assert verify(tmp_path / "archive.db").sound  # the full-text index, too


@pytest.mark.parametrize("change", NOT_HEALED, ids=lambda change: str(change.__name__))
def test_a_change_that_cannot_be_healed_is_told_with_what_was_tried(tmp_path: Path, site: Site, change: Change) -> None:
    site.copy(tmp_path)
    configure(tmp_path, bachhai=site.url)
    site.become(change)
    done = cli(tmp_path, "crawl", "--recheck")
    assert done.returncode == 4
    with Archive(tmp_path / "archive.db") as archive:
        (report,) = archive.runs(limit=1)
        assert NOT_HEALED[change] in {alarm.field for alarm in report.alarms}
        assert archive.profiles("bachhai") == ()
        assert report.learning is not None
        assert f"learned: bachhai: what its pages teach is not used: {report.learning.reason}" in done.stderr
    assert "alarm:   see how one is read: `portal-archiver explain URL`" in done.stderr


def test_the_program_says_what_was_healed_and_ends_well(tmp_path: Path, site: Site) -> None:
    site.copy(tmp_path)
    configure(tmp_path, bachhai=site.url)
    site.become(the_date_moves_above_a_menu)
    done = cli(tmp_path, "crawl", "--recheck")
    assert done.returncode == 0
    assert "alarm" not in done.stderr
    healed = "bachhai: healed: reports show their date again (it was 0%, usually 100%; last good day 2"
    assert f"learned: {healed}" in done.stderr
    assert "learned:   read anew with what 25 pages of the new template taught (docs/learning.md)" in done.stderr
    assert healed in cli(tmp_path, "runs", "3").stdout
    assert "healed: reports show" in cli(tmp_path, "digest", "--since", "1d").stdout


def test_an_edit_in_the_night_of_the_change_is_an_edit(tmp_path: Path, site: Site) -> None:
    with Archive(site.copy(tmp_path)) as archive:
        before = as_read(archive)
        site.become(the_date_moves_behind_related_reports)
        status, html = site.answers["/tin/3"]
        site.answers["/tin/3"] = (status, html.replace("bằng tiền đóng góp", "bằng vốn vay và tiền đóng góp"))
        report = nights(archive, site.url)
        assert (report.alarms, report.changed, report.unchanged) == ((), 1, REPORTS - 1)
        after = as_read(archive)
        (url,) = (url for url in after if after[url] != before[url])
        assert url.endswith("/tin/3")
        assert after[url][:3] == before[url][:3]  # with its date
        assert "bằng vốn vay và" in str(after[url][3])
        assert after[url][5] == 2


def test_a_profile_that_reads_the_pages_from_before_worse_is_not_adopted(tmp_path: Path, site: Site) -> None:
    """Cards of other reports bear the names that were the report's own."""

    def cards(portal: SmallPortal) -> None:
        report = portal.report
        text = "<p>Sáng nay, bà con ra bến đón những chuyến hàng đầu tiên của năm, sớm hơn hai tuần so với dự kiến.</p>"
        card = '<div class="detail"><h1 class="title"><a href="/tin/{}">{}</a></h1><div class="content">{}</div></div>'
        others = "".join(card.format(n, portal.headline(n), text) for n in range(8))
        portal.report = lambda n: report(n).replace("detail", "chi-tiet", 1) + others  # type: ignore[method-assign]

    with Archive(site.copy(tmp_path)) as archive:
        before = as_read(archive)
        site.become(cards)
        report = nights(archive, site.url)
        assert [alarm.field for alarm in report.alarms] == ["report"]
        assert report.learning is not None
        assert report.learning.reason == "24 of 24 pages from before would be read worse with it: body"
        assert (archive.profiles("bachhai"), as_read(archive)) == ((), before)


def test_what_is_healed_in_part_is_kept_and_the_rest_stays_an_alarm(tmp_path: Path, site: Site) -> None:
    """A box between two paragraphs, more of a footer than the footer is, ended every text; now it stands in them, which
    no profile says of such a place."""

    def a_contact(portal: SmallPortal) -> None:
        box = (
            "<div><p>Cơ quan chủ quản: UBND tỉnh Bạch Hải</p><p>Giấy phép số 07/GP-STTTT cấp ngày 5/9/2021.</p>"
            "<p>Chịu trách nhiệm nội dung: Ông Lê Văn An</p><p>© 2021. Ghi rõ nguồn khi phát hành lại.</p>"
            "<p>Địa chỉ: 5 Bến Cảng</p><p>Điện thoại: 0299 3811 009</p><p>Email: cong@bachhai.example</p></div>"
        )
        portal.body = lambda text: f'<div class="content">{text.replace("</p>", "</p>" + box, 1)}</div>'

    with Archive(site.copy(tmp_path)) as archive:
        site.become(a_contact)
        report = nights(archive, site.url)
        assert report.learning is not None
        assert {alarm.field for alarm in report.learning.healed} == {"body", "byline"}
        assert [alarm.field for alarm in report.alarms] == ["unedited"]
        assert (code_of([report]), report.changed) == (4, REPORTS)
        assert archive.run(report.id) == report


def test_what_cannot_be_healed_is_not_tried_every_night_for_ever(tmp_path: Path, site: Site) -> None:
    with Archive(site.copy(tmp_path)) as archive:
        site.become(scripts_alone)
        reports = [nights(archive, site.url) for _ in range(EVERY_NIGHT + 2)]
        assert [report.learning is not None for report in reports] == [True] * EVERY_NIGHT + [False] * 2
        assert all(report.alarms for report in reports)


@pytest.mark.parametrize("settings", [{"learn": False}, {"learned": ({"title": "h1.title", "body": "div.content"},)}])
def test_what_the_configuration_says_of_learning_is_respected(
    tmp_path: Path, site: Site, settings: dict[str, object]
) -> None:
    with Archive(site.copy(tmp_path)) as archive:
        site.become(the_date_moves_behind_related_reports)
        report = crawl(replace(portal_at(site.url), **settings), archive, recheck=True)  # type: ignore[arg-type]
        assert "date" in {alarm.field for alarm in report.alarms}
        assert (report.learning, archive.profiles("bachhai")) == (None, ())


def test_learn_takes_the_pages_of_the_new_template_alone(tmp_path: Path, site: Site) -> None:
    """A profile that is learned again by hand knows what the one that healed knew."""
    with Archive(site.copy(tmp_path)) as archive:
        site.become(the_date_moves_behind_related_reports)
        nights(archive, site.url)
        healed = archive.profiles("bachhai")[-1]
        learned = learn_portal("bachhai", archive)
        assert (learned.lesson.learned, learned.reason) == (healed.templates, "it says what is known already")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.mark.parametrize("moment", HEALINGS)
def test_killed_in_the_night_of_the_change_the_next_one_heals_both(
    tmp_path: Path, site: Site, driver: Driver, moment: str
) -> None:
    with Archive(site.copy(tmp_path)) as archive:
        before = as_read(archive)
    configure(tmp_path, bachhai=site.url)
    site.become(the_date_moves_behind_related_reports)
    (nth,) = HEALINGS[moment].nth
    assert driver.run(tmp_path, moment=moment, nth=nth, options=("--recheck",)) == -signal.SIGKILL
    state_of(tmp_path / "archive.db", tmp_path)
    with Archive(tmp_path / "archive.db") as archive:
        assert archive.profiles("bachhai") == ()  # all of the lesson or nothing
    assert driver.run(tmp_path, options=("--recheck",)) == 0, (tmp_path / LOG).read_text()
    with Archive(tmp_path / "archive.db") as archive:
        assert as_read(archive) == before
        killed = archive.runs(limit=2)[1]
        assert archive.profiles("bachhai")[-1].since == killed.started_at
    state_of(tmp_path / "archive.db", tmp_path)


# --- the first time ---------------------------------------------------------------------------------------------------


def many(count: int, html: Callable[[int], str]) -> dict[str, tuple[int, str]]:
    listed = "".join(f'<li><a href="/tin/{n}">Xem tiếp</a></li>' for n in range(count))
    return {"/": (200, f"<ul>{listed}</ul>")} | {f"/tin/{n}": (200, html(n)) for n in range(count)}


def again(portal: Portal, archive: Archive) -> RunReport:
    return crawl(portal, archive, recheck=True)


def test_a_portal_with_enough_reports_is_learned_at_the_end_of_a_run_once(tmp_path: Path) -> None:
    with pages(many(60, article_page)) as url, Archive(tmp_path / "archive.db") as archive:
        few = crawl(portal_at(url), archive, max_pages=30)
        assert (few.learning, archive.profiles("bachhai")) == (None, ())
        report = crawl(portal_at(url), archive)
        (profile,) = archive.profiles("bachhai")
        assert profile.templates[0]["title"] == "div.tt"
        assert report.learning is not None
        assert (report.learning.profile, report.learning.healed) == (profile.digest, ())
        assert archive.run(report.id) == report
        after = again(portal_at(url), archive)
        assert (after.learning, after.changed, after.alarms) == (None, 0, ())
        # What the parser alone takes for lists is read as reports from the next run on.
        assert after.not_articles < few.not_articles + report.not_articles


def test_a_portal_that_teaches_nothing_is_asked_again_after_a_week(tmp_path: Path) -> None:
    """Two forms under one name each: no place is common to most pages, and none has a name."""
    text = "<p>Sáng nay, bà con xã đảo ra bến đón những chuyến hàng đầu tiên, sớm hơn kế hoạch nhiều tuần lễ.</p>"

    def bare(n: int) -> str:
        return f"<h1>Bạch Hải: ngư dân xã đảo ra khơi chuyến thứ {n}</h1>{3 * text}<p>Chuyến {n}, {n + 7} tấn.</p>"

    with pages(many(44, bare)) as url, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_at(url), archive)
        assert report.learning is not None
        assert (report.learning.profile, bool(report.learning.reason)) == ("", True)
        assert again(portal_at(url), archive).learning is None
        pass_time(archive, days=8)
        assert again(portal_at(url), archive).learning == report.learning
