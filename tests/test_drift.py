"""A template that changes, or a portal that falls silent: noticed the first night, named, told until it is mended.

The portal is small and fictional; each change is one that real portals make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from demo_crawl import portal_at
from fictional_page import FOOTER, SITE, paragraphs
from portal_archiver.cli import run as program
from portal_archiver.model import Alarm, Article, Capture, Dateline, Night, Page, Rhythm, RunReport, Yield
from portal_archiver.pipeline import crawl
from portal_archiver.pipeline.drift import YIELDS, Yields, drifted, silent
from portal_archiver.store import Archive
from program import cli, configure, pages

TODAY = date(2026, 11, 26)
REPORTS = 24
PLACES = "Cồn Nhạn", "Mũi Sò", "Bến Đăng", "Đồng Sậy", "Vân Khê", "Bình Khê"
THINGS = "cầu tàu", "trạm bơm", "lớp vá lưới", "kho đá vảy"


@dataclass
class SmallPortal:
    """Its template in pieces; a test changes one of them overnight."""

    title: Callable[[str], str] = lambda title: f'<h1 class="title">{title}</h1>'
    day: Callable[[int], str] = lambda ago: (
        f'<span class="date">Ngày đăng: {date.today() - timedelta(ago):%d/%m/%Y} 08:30</span>'
    )
    figure: Callable[[str], str] = lambda credit: (
        f'<figure><img src="/anh.jpg"><figcaption>Bà con ra bến. Ảnh: {credit}</figcaption></figure>'
    )
    body: Callable[[str], str] = lambda text: f'<div class="content">{text}</div>'
    byline: str = '<p class="author" style="text-align:right"><b>Đinh Văn Thuyền</b></p>'
    footer: str = "".join(f"<p>{line}</p>" for line in FOOTER)
    shown: range = range(REPORTS)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)

    def publish(self) -> None:
        """Put the pages, as the template makes them now, in the place of the earlier ones."""
        listed = "".join(f'<li><a href="/tin/{n}">{self.headline(n)}</a></li>' for n in range(REPORTS))
        self.answers["/"] = (200, self.frame(f"<ul>{listed}</ul>"))
        for n in range(REPORTS):
            self.answers[f"/tin/{n}"] = (200, self.frame(self.report(n))) if n in self.shown else (404, "<h1>404</h1>")

    @staticmethod
    def headline(n: int) -> str:
        return f"Xã {PLACES[n % 6]} khánh thành {THINGS[n // 6]} sau {n + 3} tháng"

    def report(self, n: int) -> str:
        name = f"{PLACES[n % 6]} ({THINGS[n // 6]})"
        text = self.figure("Thạch Pích") + paragraphs(
            f"Sáng nay, bà con xã {name} ra bến đón {n + 5} chuyến hàng đầu tiên, sớm hơn {n + 2} tuần lễ.",
            f"Ông Lê Văn {n} cho biết mỗi chuyến hàng của {name} nay lên bờ trong {n + 30} phút, nhanh gấp ba lần khi "
            "còn phải chuyển bằng thúng chai qua bãi cạn, nhất là những ngày biển động.",
            f"Xã {name} dự kiến lắp thêm {n + 2} cần cẩu nhỏ trước mùa cá năm sau, bằng tiền đóng góp của các chủ tàu.",
        )
        head = self.title(self.headline(n)) + self.day(REPORTS - n)
        return f'<div class="detail">{head}{self.body(text + self.byline)}</div>'

    def frame(self, inner: str) -> str:
        return (
            f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{SITE}</title></head><body>'
            f'<div class="banner"><a href="/">{SITE}</a></div><div class="main">{inner}</div>'
            f'<div class="footer">{self.footer}</div></body></html>'
        )


@pytest.fixture
def portal() -> SmallPortal:
    small = SmallPortal()
    small.publish()
    return small


def no_title(portal: SmallPortal) -> None:
    portal.title = lambda title: f'<h1 class="title">{SITE}</h1><div>{title[:0]}</div>'


def no_date(portal: SmallPortal) -> None:
    portal.day = lambda ago: ""


def no_credit(portal: SmallPortal) -> None:
    portal.figure = lambda credit: '<figure><img src="/anh.jpg"></figure>'


def no_footer(portal: SmallPortal) -> None:
    portal.footer = ""


def no_byline(portal: SmallPortal) -> None:
    portal.byline = ""


def no_text(portal: SmallPortal) -> None:
    portal.body = lambda text: (
        '<div class="content"><p>Bà con ra bến đón những chuyến hàng đầu tiên, sớm hơn kế hoạch nhiều tuần.</p></div>'
    )


def a_box_in_every_text(portal: SmallPortal) -> None:
    portal.body = lambda text: (
        f'<div class="content">{text}<p>Mời bà con tải ứng dụng Bạch Hải Số để phản ánh hiện trường.</p></div>'
    )


def scripts_alone(portal: SmallPortal) -> None:
    portal.report = lambda n: '<div id="app"></div><script src="/app.js"></script>'  # type: ignore[method-assign]


def moved(portal: SmallPortal) -> None:
    portal.shown = range(2)


CHANGES: dict[Callable[[SmallPortal], None], str] = {
    no_title: "title",
    no_date: "date",
    no_credit: "credit",
    no_footer: "license",
    no_byline: "byline",
    no_text: "body",
    a_box_in_every_text: "unedited",
    scripts_alone: "report",
    moved: "address",
}


def nights(archive: Archive, url: str, count: int = 1) -> RunReport:
    for _ in range(count):
        report = crawl(portal_at(url), archive, recheck=True)
    return report


def test_a_change_of_every_yield_is_tried() -> None:
    assert sorted(CHANGES.values()) == sorted(name for name, _, _ in YIELDS)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.__name__))
def test_a_changed_template_is_noticed_the_first_night_and_told_until_it_is_mended(
    tmp_path: Path, portal: SmallPortal, change: Callable[[SmallPortal], None]
) -> None:
    with pages(portal.answers) as url, Archive(tmp_path / "archive.db") as archive:
        good = nights(archive, url, 2)
        assert (good.alarms, good.changed) == ((), 0)
        change(portal)
        portal.publish()
        for _ in range(2):
            report = nights(archive, url)
            alarms = {alarm.field: alarm for alarm in report.alarms}
            if change is a_box_in_every_text:
                break  # the second night they are as they were the night before
            assert CHANGES[change] in alarms, report.yields
        alarm = alarms[CHANGES[change]]
        assert alarm.now < 0.5 * alarm.before
        assert alarm.before > 0.9
        assert alarm.last_good == good.started_at.date()
        assert len(alarm.examples) == 3
        assert all(example.startswith(f"{url}tin/") for example in alarm.examples)
        assert archive.run(report.id) == report  # as it is stored

        mended = SmallPortal(answers=portal.answers)
        mended.publish()
        assert {alarm.field for alarm in nights(archive, url, 2).alarms} == set()


def test_a_portal_that_is_accepted_as_it_is_raises_no_alarm_any_more(tmp_path: Path, portal: SmallPortal) -> None:
    with pages(portal.answers) as url, Archive(tmp_path / "archive.db") as archive:
        nights(archive, url, 2)
        no_date(portal)
        portal.publish()
        assert [alarm.field for alarm in nights(archive, url).alarms] == ["date", "unedited"]
        archive.accept("bachhai")
        assert nights(archive, url, 2).alarms == ()
        no_credit(portal)
        portal.publish()
        assert "credit" in {alarm.field for alarm in nights(archive, url).alarms}


def test_the_program_ends_with_code_4_and_says_what_where_and_what_to_do(tmp_path: Path, portal: SmallPortal) -> None:
    with pages(portal.answers) as url:
        configure(tmp_path, bachhai=url)
        for _ in range(2):
            assert cli(tmp_path, "crawl", "--recheck").returncode == 0
        no_date(portal)
        portal.publish()
        done = cli(tmp_path, "crawl", "--recheck")
        assert done.returncode == 4
        alarm = [line for line in done.stderr.splitlines() if line.startswith("alarm: ")]
        assert alarm[0].startswith("alarm: bachhai: only 0% of reports show their date (usually 100%; last good day 2")
        assert "portal-archiver explain URL" in alarm[1]
        assert "portal-archiver accept bachhai" in alarm[1]
        assert [line.strip() for line in alarm[2:5]] == [f"alarm:   {url}tin/{n}" for n in (0, 1, 2)]
        assert "only 0% of reports show their date" in cli(tmp_path, "runs", "3").stdout
        assert "bachhai: only 0% of reports show their date" in cli(tmp_path, "status").stdout
        assert "accepted as it is now" in cli(tmp_path, "accept", "bachhai").stdout
        assert cli(tmp_path, "crawl", "--recheck").returncode == 0


def test_only_a_portal_of_the_archive_can_be_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "archive.db"
    assert program(["accept", "bachhai", "--archive", str(path)]) == 2
    assert "no archive at" in capsys.readouterr().err
    with Archive(path) as archive:
        archive.save(
            Capture("https://bachhai.example/"), Page("https://bachhai.example/", "", "other"), portal="bachhai"
        )
    assert program(["accept", "bachai", "--archive", str(path)]) == 2
    assert f'PORTAL: {path} holds no portal "bachai": did you mean "bachhai"?' in capsys.readouterr().err


# --- shares -----------------------------------------------------------------------------------------------------------


def tonight(have: int, of: int, name: str = "date") -> Yields:
    return Yields(have={name: have}, of={name: of}, without={name: ["https://bachhai.example/tin/1"]})


def before(*counts: tuple[int, int], name: str = "date", alarms: frozenset[str] = frozenset()) -> tuple[Night, ...]:
    """The nights before, newest first."""
    return tuple(
        Night(TODAY - timedelta(days=ago), {name: Yield(*each)}, alarms) for ago, each in enumerate(counts, start=1)
    )


def alarms(yields: Yields, nights: tuple[Night, ...]) -> list[Alarm]:
    return list(drifted(yields, nights))


def test_few_reports_tell_enough_where_all_had_it_before() -> None:
    good = before((40, 40))
    assert alarms(tonight(0, 1), good) == []  # one report proves nothing
    assert [alarm.field for alarm in alarms(tonight(0, 3), good)] == ["date"]


def test_what_few_reports_have_is_no_measure() -> None:
    assert alarms(tonight(0, 40), before((10, 40))) == []
    assert alarms(tonight(0, 40), before((5, 5))) == []  # nor are few reports


def test_a_night_of_another_kind_that_came_before_is_none_to_be_alarmed_at() -> None:
    """Ten decrees, none with a photo."""
    usual = ((16, 20),) * 10
    assert alarms(tonight(0, 10, "credit"), before(*usual, name="credit")) != []
    assert alarms(tonight(0, 10, "credit"), before(*usual, (0, 8), name="credit")) == []


def test_only_a_month_counts_and_no_night_with_the_same_alarm() -> None:
    old = tuple(replace_day(night, 200) for night in before((0, 400)))
    assert [alarm.before for alarm in alarms(tonight(0, 30), before((40, 40)) + old)] == [1.0]
    bad = before(*((0, 30),) * 40, alarms=frozenset({"date"}))
    (alarm,) = alarms(tonight(0, 30), bad + old_and_good())
    assert (alarm.before, alarm.last_good) == (1.0, TODAY - timedelta(days=60))


def replace_day(night: Night, ago: int) -> Night:
    return Night(TODAY - timedelta(days=ago), night.yields, night.alarms)


def old_and_good() -> tuple[Night, ...]:
    return tuple(replace_day(night, 60) for night in before((40, 40)))


def test_reports_that_are_gone_are_missed_even_the_first_time_they_are_asked_for() -> None:
    (alarm,) = alarms(tonight(0, 12, "address"), ())
    assert (alarm.before, alarm.last_good) == (1.0, None)


# --- silence ----------------------------------------------------------------------------------------------------------


def every(days: int, last: int, count: int = 20) -> Rhythm:
    """A day of publication every so many days, the last one so many days ago."""
    published = tuple(TODAY - timedelta(days=last + days * n) for n in range(count))
    return Rhythm(published, ("https://bachhai.example/1",), watched=published[-1])


@pytest.mark.parametrize(
    ("rhythm", "waited"),
    [
        (every(1, last=10), None),
        (every(1, last=11), 11),
        (every(14, last=28), None),
        (every(14, last=29), 29),
        (every(1, last=400, count=9), None),  # too few days to have a rhythm
        (Rhythm(), None),
        (replace(every(1, last=99), accepted=True), None),
        (replace(every(1, last=99), watched=TODAY), None),  # it was silent before anybody looked
    ],
)
def test_a_portal_is_silent_after_twice_its_longest_pause_and_ten_days(rhythm: Rhythm, waited: int | None) -> None:
    alarm = silent(rhythm, TODAY)
    assert (alarm.now if alarm else None) == waited
    assert alarm is None or (alarm.field, alarm.last_good, alarm.examples) == ("silence", rhythm.days[0], rhythm.newest)


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Archive]:
    """An archive of a portal that published every day, and stopped a month ago."""
    with Archive(tmp_path / "archive.db") as archive:
        first = datetime.now(UTC) - timedelta(days=40)
        archive.finish_run(archive.begin_run(portal_at(""), first), RunReport("bachhai", first, first))
        for ago in range(30, 60):
            url = f"https://bachhai.example/tin/{ago}"
            article = Article(f"Tin ngày {ago}", f"Nội dung {ago}", published=Dateline(date.today() - timedelta(ago)))
            archive.save(Capture(url), Page(url, url, "article", article), portal="bachhai")
        yield archive


def test_a_silent_portal_raises_an_alarm_until_that_is_accepted_or_it_publishes_again(quiet: Archive) -> None:
    with pages({"/": (200, "<h1>Bạch Hải</h1>")}) as url:
        (alarm,) = crawl(portal_at(url), quiet).alarms
        assert (alarm.field, alarm.now, alarm.before) == ("silence", 30, 1)
        assert alarm.last_good == date.today() - timedelta(30)
        assert alarm.examples[0] == "https://bachhai.example/tin/30"
        quiet.accept("bachhai")
        assert crawl(portal_at(url), quiet).alarms == ()


def test_a_run_that_was_cut_short_says_nothing_of_silence(quiet: Archive) -> None:
    links = "".join(f'<a href="/{n}">{n}</a>' for n in range(9))
    with pages({"/": (200, links)}) as url:
        report = crawl(portal_at(url), quiet, max_pages=2)
        assert (report.stopped, report.alarms) == ("budget", ())
