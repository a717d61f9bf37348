"""What a night asks for on a portal that grows: what is due, what is new, and not much else; counted by the server."""

from __future__ import annotations

import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from growing_portal import GrowingPortal, growing, pass_time, path_of, portal_of, title
from portal_archiver.cli.exits import OK, code_of
from portal_archiver.crawler import next_due
from portal_archiver.model import Article, Capture, Dateline, Link, Page, Portal, Target
from portal_archiver.pipeline import Progress, crawl
from portal_archiver.store import Archive
from portal_nights import LISTS, first_night, lists_in, rarely, reports_in
from program import cli

FEW = 100  # reports, where what counts is not the length of the list
FIRST = {"/", "/tin-tuc"}


def known(archive: Archive, portal: Portal) -> set[str]:
    rows = archive.db.query("SELECT url FROM articles")
    return {row["url"].removeprefix(portal.start[0].rstrip("/")) for row in rows}


def test_an_unchanged_night_on_two_thousand_reports_touches_only_what_is_due(tmp_path: Path) -> None:
    """A hundred days of twenty reports, all looked at last night."""
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        portal = portal_of(site)
        site.pages["/"] = (200, "<title>Bạch Hải</title>", "")
        now = datetime.now(UTC)
        ages = {f"{site.url}{path_of(n)}": n % 100 for n in range(1, 2_001)}
        fill(archive, portal, ages, now)
        crawl(portal, archive)
        assert site.night() == ["/"]
        pass_time(archive, days=1)
        report = crawl(portal, archive)
        looked_at = reports_in(site.night())
        assert looked_at == {url.removeprefix(site.url) for url, age in ages.items() if age <= 2}
        assert report.requests < 70


def fill(archive: Archive, portal: Portal, ages: dict[str, int], now: datetime) -> None:
    frontier = archive.frontier(portal)
    with archive.transaction():
        frontier.add([Link(url, "Tin") for url in ages], depth=1)
        for url, age in ages.items():
            day = now.date() - timedelta(days=age)
            capture = Capture(url, fetched_at=now, body=url.encode())
            archive.save(
                capture, Page(url, url, "article", Article(url, url, published=Dateline(day))), portal="bachhai"
            )
            due = next_due(Target(url), now, kind="article", day=day, recheck=portal.recheck)
            frontier.settle(Target(url, depth=1), state="fetched", due=due, capture=capture, kind="article")


# --- paging -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared() -> Iterator[GrowingPortal]:
    with growing(LISTS * 10) as opened:
        yield opened


@pytest.fixture
def site(shared: GrowingPortal) -> GrowingPortal:
    shared.begin(FEW)
    return shared


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def first_nights(shared: GrowingPortal, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Archives a day after the first night on the portal: as it is, with a feed, with a sitemap; only to be copied."""
    made = {name: tmp_path_factory.mktemp("nights") / "archive.db" for name in ("plain", "feed", "sitemap")}
    for name, path in made.items():
        shared.begin(LISTS * 10)
        if name == "feed":
            feed(shared, 0)
        if name == "sitemap":
            sitemap(shared, dict.fromkeys(shared.reports, ago(days=400)))
        with Archive(path) as archive:
            first_night(shared, archive)
    return made


@pytest.fixture
def yesterday(site: GrowingPortal, first_nights: dict[str, Path], tmp_path: Path) -> Iterator[Archive]:
    """An archive that has seen all of the portal, which has the long list, in the night before."""
    site.begin(LISTS * 10)
    with Archive(shutil.copy(first_nights["plain"], tmp_path / "archive.db")) as opened:
        yield opened


@pytest.fixture
def yesterday_fed(site: GrowingPortal, first_nights: dict[str, Path], tmp_path: Path) -> Iterator[Archive]:
    """The same, of a portal that has a feed with nothing in it."""
    site.begin(LISTS * 10)
    feed(site, 0)
    with Archive(shutil.copy(first_nights["feed"], tmp_path / "archive.db")) as opened:
        yield opened


@pytest.fixture
def yesterday_mapped(site: GrowingPortal, first_nights: dict[str, Path], tmp_path: Path) -> Iterator[Archive]:
    """The same, of a portal whose sitemap says that nothing has changed for long."""
    site.begin(LISTS * 10)
    with Archive(shutil.copy(first_nights["sitemap"], tmp_path / "archive.db")) as opened:
        yield opened


def feed(site: GrowingPortal, count: int) -> None:
    items = "".join(f"<item><title>x</title><link>{site.url}{path_of(n)}</link></item>" for n in site.reports[:count])
    site.pages["/rss"] = (200, f"<rss><channel>{items}</channel></rss>", "")


def test_a_night_without_news_reads_the_first_page_of_a_list(site: GrowingPortal, yesterday: Archive) -> None:
    portal = rarely(site)
    crawl(portal, yesterday)
    assert sorted(site.night()) == sorted(FIRST)


def test_new_reports_within_one_page_cost_a_look_at_the_next(site: GrowingPortal, yesterday: Archive) -> None:
    portal = rarely(site)
    for count in (1, 7):
        new = site.publish(count)
        crawl(portal, yesterday)
        asked = site.night()
        assert reports_in(asked) == new
        assert lists_in(asked) == ["/tin-tuc", "/tin-tuc?page=2"]
        pass_time(yesterday, days=1)
    crawl(portal, yesterday)
    assert lists_in(site.night()) == ["/tin-tuc"]


@pytest.mark.parametrize("told_before", [False, True])
def test_more_new_reports_than_a_page_holds_are_all_found_in_the_same_night(
    site: GrowingPortal, yesterday_fed: Archive, told_before: bool
) -> None:
    """Also where a feed, read before the list, has named the newest."""
    portal = rarely(site)
    new = site.publish(34)
    if told_before:
        feed(site, 20)
    crawl(portal, yesterday_fed)
    asked = site.night()
    assert reports_in(asked) == new
    assert lists_in(asked) == ["/tin-tuc", "/tin-tuc?page=2", "/tin-tuc?page=3", "/tin-tuc?page=4", "/tin-tuc?page=5"]


@pytest.mark.parametrize("cut_after", [1, 2, 3, 4, 5, 8, 15, 20])
def test_a_night_cut_short_loses_no_new_report(site: GrowingPortal, yesterday_fed: Archive, cut_after: int) -> None:
    portal = rarely(site)
    new = site.publish(34)
    feed(site, 10)
    crawl(portal, yesterday_fed, max_pages=cut_after)
    pass_time(yesterday_fed, days=1)
    crawl(portal, yesterday_fed)
    assert new <= known(yesterday_fed, portal)
    assert len(set(lists_in(site.night()))) <= 6


def test_a_report_put_deep_into_a_list_is_found_within_the_period_and_not_all_lists_at_once(
    site: GrowingPortal, yesterday: Archive
) -> None:
    portal = rarely(site)
    site.reports.insert(LISTS * 5, 9999)  # a report that was taken back for a while
    looks: Counter[str] = Counter()
    found: list[int] = []
    for night in range(31):
        crawl(portal, yesterday)
        asked = site.night()
        further = [path for path in lists_in(asked) if path != "/tin-tuc"]
        assert len(further) <= LISTS / 4
        looks.update(further)
        if path_of(9999) in asked:
            found.append(night)
        pass_time(yesterday, days=1)
    assert len(found) == 1
    assert len(looks) >= LISTS - 1
    assert max(looks.values()) <= 6


# --- what others say has changed --------------------------------------------------------------------------------------


def sitemap(site: GrowingPortal, modified: dict[int, str]) -> None:
    entries = "".join(
        f"<url><loc>{site.url}{path_of(n)}</loc><lastmod>{stamp}</lastmod></url>" for n, stamp in modified.items()
    )
    site.pages["/sitemap.xml"] = (200, f"<urlset>{entries}</urlset>", "")


def ago(**spans: float) -> str:
    return (datetime.now(UTC) - timedelta(**spans)).isoformat(timespec="seconds")


def test_only_a_change_later_than_our_last_look_makes_a_report_due(site: GrowingPortal, archive: Archive) -> None:
    stamps = {n: ago(days=300, hours=n) for n in site.reports}
    sitemap(site, stamps)
    portal = first_night(site, archive)
    (looked,) = archive.db.query("SELECT fetched_at FROM urls WHERE url = ?", [f"{site.url}{path_of(9)}"])
    sitemap(site, stamps | {7: ago(hours=3), 8: ago(days=1, hours=2), 9: looked["fetched_at"]})
    crawl(portal, archive)
    assert reports_in(site.night()) == {path_of(7)}
    crawl(portal, archive)
    assert reports_in(site.night()) == set()


@pytest.mark.parametrize("lie", ["now", "today", "last night"])
def test_a_sitemap_that_dates_everything_anew_makes_nothing_due(
    site: GrowingPortal, yesterday_mapped: Archive, lie: str
) -> None:
    portal = rarely(site)
    said = {
        "now": [ago(seconds=n % 200) for n in site.reports],  # written while it was made
        "today": [ago()[:10] for _ in site.reports],
        "last night": [ago(hours=4)] * len(site.reports),
    }[lie]
    sitemap(site, dict(zip(site.reports, said, strict=True)) | {3: ago(hours=9)})
    crawl(portal, yesterday_mapped)
    assert reports_in(site.night()) == {path_of(3)}  # who has a date of its own is believed


def test_a_list_that_shows_a_later_date_than_before_makes_a_report_due_once(
    site: GrowingPortal, archive: Archive
) -> None:
    days = {n: date.today() - timedelta(days=60 + len(site.reports) - n) for n in site.reports}
    site.dates = {n: f"{day:%d/%m/%Y}" for n, day in days.items()}
    portal = first_night(site, archive)
    newest = site.reports[0]
    site.dates[newest - 4] = f"{days[newest - 4] + timedelta(days=2):%d/%m/%Y}"  # later, but before our last look
    asked = []
    for night in range(4):
        site.dates[newest - 3] = f"{datetime.now(UTC) - timedelta(days=1 + night):%d/%m/%Y}"
        crawl(portal, archive)
        asked += [path for path in site.night() if path.startswith("/bai/")]
        pass_time(archive, days=1)
    assert set(asked) == {path_of(newest - 3)}
    assert len(asked) <= 2
    published = archive.article(1).article.published
    assert published
    assert {row["n"] for row in archive.db.query("SELECT max(number) AS n FROM revisions")} == {1}


def test_a_list_that_dates_everything_today_makes_nothing_due(site: GrowingPortal, archive: Archive) -> None:
    site.dates = dict.fromkeys(site.reports, "01/02/2024")
    portal = first_night(site, archive)
    site.dates = {n: f"{datetime.now(UTC):%d/%m/%Y}" for n in site.reports}
    crawl(portal, archive)
    assert reports_in(site.night()) == set()


def test_a_report_that_is_gone_stays_and_says_since_when(site: GrowingPortal, yesterday: Archive) -> None:
    portal = rarely(site)
    newest = site.reports[0]
    (row,) = yesterday.db.query("SELECT id FROM articles WHERE url LIKE ?", [f"%{path_of(newest)}"])
    assert yesterday.article(row["id"]).gone_since is None
    site.gone.add(path_of(newest))
    crawl(portal, yesterday, recheck=True)
    gone = yesterday.article(row["id"])
    assert gone.article.title == title(newest)
    assert gone.gone_since and gone.gone_since > gone.last_seen
    shown = cli(yesterday.path.parent, "show", str(row["id"])).stdout
    assert re.search(rf"^  gone since +{gone.gone_since:%Y-%m-%d %H:%M}", shown, re.M)
    site.night()
    for days in (28, 3):
        pass_time(yesterday, days=days)
        crawl(portal, yesterday)
    assert site.night().count(path_of(newest)) == 1  # after thirty days, and its date is still the first
    again = yesterday.article(row["id"])
    assert again.gone_since and abs(gone.gone_since - again.gone_since - timedelta(days=31)) < timedelta(seconds=1)
    site.gone.clear()
    crawl(portal, yesterday, recheck=True)
    assert yesterday.article(row["id"]).gone_since is None


# --- bounds -----------------------------------------------------------------------------------------------------------


def chain(site: GrowingPortal, length: int) -> None:
    """Every page leads to the next, whose name says nothing."""
    for n in range(length):
        text = f"<title>Trang {n}</title><p>Bước {n}</p><a href='/buoc/{chr(97 + n)}'>Đi tiếp tới bước khác {n}</a>"
        site.pages["/" if n == 0 else f"/buoc/{chr(96 + n)}"] = (200, text, "")


def test_what_lies_too_deep_is_told_kept_and_asked_for_once_it_may(tmp_path: Path) -> None:
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        chain(site, 9)
        report = crawl(portal_of(site, max_depth=3), archive)
        assert site.night() == ["/", "/buoc/a", "/buoc/b", "/buoc/c"]
        assert (dict(report.reasons), report.waiting, report.stopped) == ({"too-deep": 1}, 0, None)
        assert code_of([report]) == OK
        (event,) = archive.events(report.id)
        assert (event.url, event.reason) == (f"{site.url}/buoc/c", "too-deep")
        assert "1 addresses found lie deeper than max_depth = 3" in event.detail
        assert dict(crawl(portal_of(site, max_depth=3), archive).reasons) == {}
        site.night()
        crawl(portal_of(site), archive)
        assert site.night()[1:] == [f"/buoc/{letter}" for letter in "defgh"] + ["/buoc/i"]


def test_what_is_found_nearer_later_is_not_too_deep(tmp_path: Path) -> None:
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        chain(site, 6)
        portal = portal_of(site, max_depth=2)
        crawl(portal, archive)
        site.pages["/"] = (200, f"{site.pages['/'][1]}<a href='/buoc/c'>Bước thứ ba</a>", "")
        site.night()
        crawl(portal, archive)
        assert site.night() == ["/", "/buoc/c", "/buoc/d"]


def test_the_pages_of_a_long_list_are_not_too_deep(site: GrowingPortal, archive: Archive) -> None:
    first_night(site, archive, max_depth=2)


def test_a_pattern_has_a_budget_of_its_own_and_the_rest_waits(site: GrowingPortal, archive: Archive) -> None:
    portal = portal_of(site, budgets={"*/bai/*9.html": 4, "/tin-tuc?page=*": 1000})
    nights = []
    for _ in range(3):
        report = crawl(portal, archive)
        nights.append((Counter(path.endswith("9.html") for path in reports_in(site.night())), report))
        pass_time(archive, minutes=1)
    assert nights[0][0][False] == len(site.reports) - 10
    assert [asked[True] for asked, _ in nights] == [4, 4, 2]
    assert [(report.stopped, report.waiting) for _, report in nights] == [("budget", 6), ("budget", 2), (None, 0)]
    assert known(archive, portal) == {path_of(n) for n in site.reports}


def test_what_a_spent_budget_holds_costs_no_look_up_each(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        portal = Portal(("https://bachhai.example/",), budgets={"/lich/*": 2})
        frontier = archive.frontier(portal)
        frontier.add([Link(f"https://bachhai.example/lich/{n}") for n in range(5000)], depth=1)
        frontier.add([Link(f"https://bachhai.example/tin/{n}") for n in range(3)], depth=1)
        statements: list[str] = []
        archive.db.conn.set_trace_callback(statements.append)
        urls = [target.url for target in iter(frontier.next, None)]
        archive.db.conn.set_trace_callback(None)
        assert len(statements) < 200
        assert sorted(url.split("/")[3] for url in urls) == ["lich", "lich", "tin", "tin", "tin"]
        assert (frontier.waiting(), frontier.held(), frontier.next()) == (0, 4998, None)
        frontier.add([Link("https://bachhai.example/lich/moi")], depth=1)  # found after the budget was spent
        assert (frontier.next(), frontier.held()) == (None, 4999)
        assert archive.portals()[0].waiting == 5004  # nothing was settled
        assert archive.frontier(portal).waiting() == 5004


def test_a_held_page_is_asked_for_even_if_the_run_that_held_it_was_killed(
    site: GrowingPortal, archive: Archive
) -> None:
    portal = portal_of(site, budgets={"/bai/*": 3})
    stop = threading.Event()

    def halt(progress: Progress) -> None:
        if progress.done > 30:
            stop.set()

    crawl(portal, archive, on_progress=halt, stop=stop)
    crawl(portal_of(site), archive)
    assert known(archive, portal) == {path_of(n) for n in site.reports}
