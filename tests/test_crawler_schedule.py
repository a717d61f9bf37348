"""When a URL is due again, and which URLs belong to a portal at all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_archiver.crawler import Reason, Scope, next_due
from portal_archiver.crawler.addresses import is_public
from portal_archiver.crawler.schedule import NEVER
from portal_archiver.model import Article, Capture, Dateline, Kind, Link, Page, Portal, Target
from portal_archiver.store import Archive

NIGHT = datetime(2026, 8, 1, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "http://bachhai.example/tin-tuc"
RECHECK = Portal((URL,)).recheck


def due(target: Target, at: datetime = NIGHT, **known: Any) -> datetime:
    return next_due(target, at, **({"recheck": RECHECK} | known))


def nights_until(target: Target, at: datetime = NIGHT, **known: Any) -> int:
    """How many nights later a nightly run, ten minutes quicker than this one, finds the URL due."""
    again = due(target, at, **known)
    return next(n for n in range(1, 400) if at + n * DAY - timedelta(minutes=10) >= again)


def report(age: int | None, recheck: tuple[int, ...] = RECHECK) -> int:
    day = None if age is None else NIGHT.date() - timedelta(days=age)
    return nights_until(Target(URL), kind="article", day=day, recheck=recheck)


@pytest.mark.parametrize(
    ("age", "nights"),
    [(-3, 1), (None, 1), (0, 1), (2, 1), (3, 3), (7, 3), (8, 7), (30, 7), (31, 30), (180, 30), (181, 90), (4000, 90)],
)
def test_a_report_is_looked_at_less_often_as_it_grows_old(age: int | None, nights: int) -> None:
    assert report(age) == nights


def test_the_numbers_of_the_config_stand_for_the_ages_and_the_last_one_for_the_rest() -> None:
    assert [report(age, (2, 5)) for age in (0, 2, 3, 31, 4000)] == [2, 2, 5, 5, 5]
    assert {report(age, (14,)) for age in (0, 5, 20, 100, 4000)} == {14}


def test_without_a_number_no_report_is_due_again_and_all_else_is() -> None:
    assert due(Target(URL), kind="article", day=NIGHT.date(), recheck=()) == NEVER
    assert nights_until(Target(URL), kind="listing", recheck=()) == 1
    assert nights_until(Target(URL), kind="other", recheck=()) == 7


@pytest.mark.parametrize(
    ("kind", "state", "nights"),
    [
        *[("document", "fetched", 1), ("listing", "fetched", 1), (None, "fetched", 1), ("other", "fetched", 7)],
        *[("article", "failed", 1), ("article", "gone", 30), ("article", "skipped", 90)],
    ],
)
def test_what_is_no_report_or_brought_none_waits_as_long_as_it_says(kind: Kind | None, state: str, nights: int) -> None:
    assert nights_until(Target(URL), kind=kind, state=state, day=NIGHT.date()) == nights


def waits(kind: Kind, state: str, looks: int, **known: Any) -> list[int]:
    """How many days a URL waits after each look, if it shows the same every time."""
    target, at, days = Target(URL, kind="article", state="fetched", due=NIGHT, tried_at=NIGHT - DAY), NIGHT, []
    for _ in range(looks):
        again = due(target, at, kind=kind, state=state, **known)
        days.append(round((again - at) / DAY + 0.25))
        target, at = Target(URL, kind=kind, state=state, due=again, tried_at=at), again + timedelta(hours=5)
    return days


def test_what_is_gone_and_what_is_nothing_is_looked_at_ever_more_rarely() -> None:
    assert waits("article", "gone", 6) == [30, 60, 120, 240, 360, 360]
    assert waits("other", "fetched", 4) == [7, 14, 28, 30]
    assert waits("other", "fetched", 3, fruitful=True) == [7, 7, 7]


def test_what_was_hurried_begins_anew() -> None:
    """A sitemap, or a person, made it due: how long it was to wait before is no longer known."""
    target = Target(URL, kind="other", state="fetched", due=NIGHT, tried_at=NIGHT - timedelta(hours=1))
    assert nights_until(target, kind="other") == 7


def page(number: int) -> Target:
    url = f"{URL}?page={number}"
    return Target(url, depth=1, seen_as=Link(url, str(number)), found_on=URL)


def test_the_further_pages_of_a_list_come_due_one_after_another() -> None:
    nights = [nights_until(page(number), kind="listing") for number in range(2, 402)]
    assert (min(nights), max(nights)) == (7, 30)
    assert max(Counter(nights).values()) < 40
    assert nights_until(page(7), kind="listing") == nights[5]


def test_a_dateline_with_a_time_of_day_counts_by_its_day(tmp_path: Path) -> None:
    article = Article("Tin", "Nội dung", published=Dateline(datetime(2026, 7, 31, 23, 0, tzinfo=UTC)))
    undated = Article("Tin khác", "Nội dung khác")
    with Archive(tmp_path / "archive.db") as archive:
        for url, shown in ((URL, article), (f"{URL}/2", undated)):
            archive.save(Capture(url, fetched_at=NIGHT), Page(url, url, "article", shown), portal="bachhai")
        assert archive.age_day(URL, portal="bachhai") == date(2026, 7, 31)
        assert archive.age_day(f"{URL}/2", portal="bachhai") == NIGHT.date()  # first seen
        assert archive.age_day(f"{URL}/3", portal="bachhai") is None
        assert archive.age_day(URL, portal="khac") is None


SCOPE = Scope(
    Portal(
        start=("http://bachhai.example/",),
        hosts=("bachhai.example", "*.xa.example", "10.0.0.7", "8.8.8.8"),
        articles=("/tin-tuc/*.html", "*/chi-tiet?id=*"),
        listings=("http://bachhai.example/chuyen-muc/*",),
    )
)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://bachhai.example/tin", None),
        ("https://BACHHAI.example:8080/tin", None),
        ("http://dong.xa.example/", None),
        ("http://xa.example/", None),
        ("http://8.8.8.8/", None),
        ("http://bachhai.example/sitemap.xml.gz", None),
        ("http://bachhai.example/tai-ve.aspx?f=a.pdf", None),
        ("http://www.bachhai.example/", Reason.OFF_HOST),
        ("http://maxa.example/", Reason.OFF_HOST),
        ("http://bachhai.example.khac.example/", Reason.OFF_HOST),
        ("http://bachhai.example@khac.example/", Reason.OFF_HOST),
        ("http://10.0.0.7/", Reason.PRIVATE_ADDRESS),
        ("http://bachhai.example/anh/Le-Hoi.JPG", Reason.FILE),
        ("http://bachhai.example/van-ban/13.pdf?download=1", Reason.FILE),
        ("ftp://bachhai.example/", Reason.BAD_URL),
        ("mailto:tin@bachhai.example", Reason.BAD_URL),
        ("http://[bad", Reason.BAD_URL),
        ("http://bachhai.example/" + "a" * 2000, Reason.BAD_URL),
    ],
)
def test_hosts_and_endings_bound_a_portal(url: str, reason: Reason | None) -> None:
    assert SCOPE.reason_against(url) is reason


def test_patterns_forbid_nothing() -> None:
    assert SCOPE.reason_against("http://bachhai.example/gioi-thieu") is None


@settings(deadline=None)
@given(st.text() | st.text().map("http://".__add__))
def test_any_text_has_a_place_inside_or_outside(url: str) -> None:
    assert SCOPE.reason_against(url) in {None, *Reason}


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "not an address", "", "127.1"),
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_outside_are_public(address: str) -> None:
    assert is_public(address)
