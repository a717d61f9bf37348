"""Traps: where every page leads on and nothing is new, a crawl ends by itself."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hostile_server import SECTIONS, HostileServer, portal_of
from portal_archiver.cli.exits import OK, code_of
from portal_archiver.crawler import Endless, Reason, Scope, look_of, shape_of
from portal_archiver.crawler.traps import PATIENCE
from portal_archiver.model import Capture, Link, Portal, Target
from portal_archiver.pipeline import crawl
from portal_archiver.pipeline.run import IN_FLIGHT
from portal_archiver.store import Archive
from program import pages

SITE = "https://bachhai.example"
NOW = datetime(2026, 8, 1, tzinfo=UTC)
SCOPE = Scope(Portal((f"{SITE}/",)))


@pytest.mark.parametrize(
    "path",
    ["/en/vi/en/vi/tin-tuc", "/tin-tuc/tin-tuc/tin-tuc/", "/a/b/c/a/b", "/anh/css/anh/css/anh/"],
)
def test_an_address_that_turns_in_a_circle_is_not_asked_for(path: str) -> None:
    assert SCOPE.reason_against(f"{SITE}{path}") is Reason.TRAP


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/en/vi/tin-tuc",
        "/tin-tuc/tin-tuc/le-hoi",  # a section and its only subsection
        "/2024/01/01/01/le-hoi.html",
        "/web/guest/tin-tuc/-/asset_publisher/x1/content/le-hoi",
        "//tin-tuc//le-hoi",
    ],
)
def test_an_address_that_only_repeats_a_word_is(path: str) -> None:
    assert SCOPE.reason_against(f"{SITE}{path}") is None


def test_a_mirror_without_end_is_left_where_it_begins(tmp_path: Path) -> None:
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        portal = portal_of(server, start=(server.url("/mirror/"),))
        first = crawl(portal, archive)
        asked = [path for path in server.paths() if path.startswith("/mirror/")]
        second = crawl(portal, archive)
        again = [path for path in server.paths() if path.startswith("/mirror/")][len(asked) :]
    reports = {path for path in server.paths() if path.startswith("/reports/")}
    assert len(reports) == 4 * (len(SECTIONS) - 1)  # every list was read
    assert (first.stopped, second.stopped, second.waiting) == (None, None, 0)
    assert len(asked) == len(set(asked))
    assert len(asked) + len(reports) <= 3 * (len(SECTIONS) + len(reports))
    assert len(set(asked)) > len(again)  # the lists are asked for again, their mirrors are not
    assert set(again) <= set(asked)


def test_a_calendar_without_end_is_given_up(tmp_path: Path) -> None:
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        portal = portal_of(server, start=(server.url("/calendar/"),))
        first = crawl(portal, archive)
        asked = [path for path in server.paths() if path.startswith("/calendar/")]
        known = archive.db["urls"].count
        second = crawl(portal, archive)
        assert archive.db["urls"].count - known < 30  # a month and its days at most
    assert (first.stopped, second.stopped) == (None, None)
    assert PATIENCE <= len(asked) <= PATIENCE + IN_FLIGHT
    assert set(first.reasons) == {"trap"}
    assert code_of([first]) == OK


@pytest.mark.parametrize("folder", ["/echo/", "/front/"])
def test_a_portal_that_has_a_page_for_every_address_ends(tmp_path: Path, folder: str) -> None:
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        portal = portal_of(server, start=(server.url(folder),))
        frontier = archive.frontier(portal)
        frontier.add([Link(server.url(f"{folder}bai-cu-{name}")) for name in "abcd"], depth=1)
        reports = [crawl(portal, archive), crawl(portal, archive)]
        asked = [path for path in server.paths() if path.startswith(folder)]
        assert [(report.stopped, report.new, report.waiting) for report in reports] == [(None, 0, 0)] * 2
        assert len(set(asked)) <= 4 * 5  # four for each of the five addresses
        assert [path for path in asked if asked.count(path) > 1] == [folder] * 2  # the second night


def test_a_start_page_is_asked_for_in_every_run_whatever_it_looks_like(tmp_path: Path) -> None:
    with HostileServer() as server, Archive(tmp_path / "archive.db") as archive:
        portal = portal_of(server, start=(server.url("/page"),))  # to the parser neither a list nor a report
        for _ in range(2):
            crawl(portal, archive)
        assert server.paths().count("/page") == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/lich/2024/05", "/lich/2024/05/12"),
        ("/lich?day=1&month=5&year=2024", "/lich?month=12&year=2031"),
        ("/lich-2024-05.html", "/lich-2025-12.html"),
        ("/?view=lich&date=2024-05-01", "/?date=2025-06-02&view=lich"),
    ],
)
def test_pages_of_one_calendar_have_one_shape(one: str, other: str) -> None:
    assert shape_of(f"{SITE}{one}") == shape_of(f"{SITE}{other}")


@pytest.mark.parametrize(("one", "other"), [("/lich/2024", "/tin/2024"), ("/?view=lich&id=1", "/?view=tin&id=1")])
def test_other_pages_have_another(one: str, other: str) -> None:
    assert shape_of(f"{SITE}{one}") != shape_of(f"{SITE}{other}")


def month(number: int, text: str = "Tháng sau", found_on: str = "/lich?thang=1") -> Target:
    url = f"{SITE}/lich?thang={number}"
    return Target(url, depth=1, seen_as=Link(url, text) if text else None, found_on=f"{SITE}{found_on}")


def test_a_shape_is_given_up_after_a_while_and_asked_for_again_once_it_bears_fruit() -> None:
    endless = Endless()
    for number in range(PATIENCE):
        assert not endless.is_given_up(month(77))
        endless.note(month(number).url, fruitful=False)
    assert endless.is_given_up(month(77))
    assert endless.is_given_up(month(77, text=""))
    for other in (
        month(77, text="Lịch công tác của Thường trực Tỉnh ủy"),  # a headline
        month(77, found_on="/tin-tuc"),  # from a list
        month(77, found_on="/sitemap.xml"),
        dataclasses.replace(month(77), kind="listing"),  # known
        dataclasses.replace(month(77), found_on=""),  # a start page
    ):
        assert not endless.is_given_up(other)
    endless.note(month(1).url, fruitful=True)
    assert not endless.is_given_up(month(77))


@pytest.mark.parametrize("in_sitemap", [False, True])
def test_reports_that_the_parser_cannot_read_are_captured_all_the_same(tmp_path: Path, in_sitemap: bool) -> None:
    """A parser's mistake never costs a page, however many of one shape it is made on."""
    papers = {f"/van-ban/{number}": (200, f"<p>{number}</p>") for number in range(PATIENCE + 20)}
    links = "".join(f'<a href="{path}">Quyết định về việc phê duyệt quy hoạch {path}</a>' for path in papers)
    with pages({**papers, "/": (200, "<h1>Cổng xã</h1>" if in_sitemap else links)}) as url:
        portal = Portal((url,), delay=0, allow_private=True)
        with Archive(tmp_path / "archive.db") as archive:
            if in_sitemap:
                listed = [Link(f"{url.rstrip('/')}{path}") for path in papers]
                archive.frontier(portal).add(listed, depth=1, found_on=f"{url}sitemap.xml")
            report = crawl(portal, archive)
            (kept,) = archive.db.query("SELECT count(DISTINCT url) AS n FROM captures WHERE url LIKE '%/van-ban/%'")
    assert kept["n"] == len(papers)
    assert report.reasons == {}


def test_two_offices_with_the_same_menu_are_no_mirror_of_each_other(tmp_path: Path) -> None:
    """On one host, each in a folder of its own; only what they are called tells their front pages apart."""
    menu = '<a href="gioi-thieu">Giới thiệu</a> <a href="tin-tuc">Tin tức</a> <a href="van-ban">Văn bản</a>'
    tree = {"/": (200, '<a href="/huyen-a/">Huyện Vân Khê</a> <a href="/huyen-b/">Huyện Bình Khê</a>')}
    for folder, name in (("huyen-a", "Huyện Vân Khê"), ("huyen-b", "Huyện Bình Khê")):
        tree[f"/{folder}/"] = (200, f"<title>{name}</title><h1>{name}</h1>{menu}")
        for page in ("gioi-thieu", "tin-tuc", "van-ban"):
            tree[f"/{folder}/{page}"] = (200, f"<title>{name}</title><p>{folder} {page}</p>")
    with pages(tree) as url, Archive(tmp_path / "archive.db") as archive:
        crawl(Portal((url,), delay=0, allow_private=True), archive)
        asked = {row["url"].removeprefix(url.rstrip("/")) for row in archive.db.query("SELECT url FROM captures")}
    assert set(tree) <= asked


def link(path: str, text: str) -> Link:
    return Link(f"{SITE}{path}", text)


def test_a_look_is_what_a_page_is_called_what_its_links_say_and_how_they_end() -> None:
    name = b"<title>Tin</title>"
    shown = [link("/en/tin-tuc/", "Tin tức"), link("/en/le-hoi.html?id=3", "Lễ hội đua ghe")]
    mirrored = [link("/en/vi/le-hoi.html?id=3", "Lễ hội đua ghe"), link("/en/vi/tin-tuc", "Tin tức")]
    look = look_of(shown, name + b"<p>1 visitor</p>")
    assert look_of(mirrored, name + b"<p>2 visitors</p>") == look != ""
    for other in (
        [shown[0], link("/en/le-hoi.html?id=4", "Lễ hội đua ghe")],
        [shown[0], link("/en/le-hoi.html?id=3", "Lễ hội")],
        [shown[0], Link("https://khac.example/en/le-hoi.html?id=3", "Lễ hội đua ghe")],
        shown[:1],
    ):
        assert look_of(other, name) != look
    for called in (b"", b"<title>Other</title>", name + b'<h1 class="a">News</h1>'):
        assert look_of(shown, called) != look
    assert look_of([], name) == ""


def test_a_page_that_was_a_list_stays_one_and_two_portals_do_not_mirror_each_other(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        frontier = archive.frontier(Portal((f"{SITE}/",), key="one"))
        frontier.add([Link(f"{SITE}/a"), Link(f"{SITE}/b")])
        first = frontier.next()
        assert first is not None
        capture = Capture(first.url, fetched_at=NOW, status=200, headers=(), body=b"x")
        frontier.settle(first, state="fetched", due=NOW, capture=capture, kind="listing", look="L")
        second = Target(f"{SITE}/b")
        assert frontier.is_shown_elsewhere(second, "L")
        assert not frontier.is_shown_elsewhere(first, "L")
        assert not frontier.is_shown_elsewhere(second, "M")
        assert not frontier.is_shown_elsewhere(second, "")
        assert not frontier.is_shown_elsewhere(dataclasses.replace(second, kind="listing"), "L")
        assert not archive.frontier(Portal((f"{SITE}/",), key="two")).is_shown_elsewhere(second, "L")


def test_the_pages_of_a_list_that_a_form_leads_to_are_of_one_shape() -> None:
    pages = [f"{SITE}/list.aspx?id=3#__doPostBack(ctl00$Grid,Page${number})" for number in (2, 3, 40)]
    assert len({shape_of(page) for page in pages}) == 1
    assert shape_of(pages[0]) != shape_of(f"{SITE}/list.aspx?id=3")
    assert shape_of(pages[0]) != shape_of(pages[0].replace("Grid", "Other"))
