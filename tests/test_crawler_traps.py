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
from portal_archiver.store import Archive

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
    assert PATIENCE <= len(asked) <= PATIENCE + 2
    assert set(first.reasons) == {"trap"}
    assert code_of([first]) == OK


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


def test_a_shape_that_bears_fruit_again_is_asked_for_again() -> None:
    endless, url = Endless(), f"{SITE}/tin-tuc/trang-7"
    for number in range(PATIENCE):
        assert not endless.is_given_up(url)
        endless.note(f"{SITE}/tin-tuc/trang-{number}", fruitful=False)
    assert endless.is_given_up(url)
    assert not endless.is_given_up(f"{SITE}/van-ban/trang-7")
    endless.note(url, fruitful=True)
    assert not endless.is_given_up(url)


def link(path: str, text: str) -> Link:
    return Link(f"{SITE}{path}", text)


def test_a_look_is_what_the_links_say_and_how_they_end() -> None:
    page = [link("/en/tin-tuc/", "Tin tức"), link("/en/le-hoi.html?id=3", "Lễ hội đua ghe")]
    mirrored = [link("/en/vi/le-hoi.html?id=3", "Lễ hội đua ghe"), link("/en/vi/tin-tuc", "Tin tức")]
    assert look_of(page) == look_of(mirrored) != ""
    for other in (
        [page[0], link("/en/le-hoi.html?id=4", "Lễ hội đua ghe")],
        [page[0], link("/en/le-hoi.html?id=3", "Lễ hội")],
        [page[0], Link("https://khac.example/en/le-hoi.html?id=3", "Lễ hội đua ghe")],
        page[:1],
    ):
        assert look_of(other) != look_of(page)
    assert look_of([]) == ""


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
