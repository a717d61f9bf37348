"""When a URL is due again, and which URLs belong to a portal at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_archiver.crawler import Reason, Scope, next_due
from portal_archiver.crawler.addresses import is_public
from portal_archiver.model import Kind, Portal

NIGHT = datetime(2026, 8, 1, 2, 10, tzinfo=UTC)
NEXT_NIGHT = timedelta(days=1, minutes=-10)


def nights_until(kind: Kind | None, published: date | None, state: str = "fetched") -> int:
    """How many nights later a nightly run, ten minutes quicker than this one, finds the URL due."""
    due = next_due(kind, NIGHT, published, state)
    return next(n for n in range(1, 400) if NIGHT + timedelta(days=n, minutes=-10) >= due)


@pytest.mark.parametrize(
    ("kind", "age", "nights"),
    [
        *[("article", 0, 1), ("article", 5, 3), ("article", 20, 7), ("article", 100, 30), ("article", 4000, 90)],
        *[("document", 20, 7), ("article", -3, 1), ("article", None, 7)],
        *[("listing", None, 1), (None, None, 1), ("other", None, 7)],
    ],
)
def test_a_report_is_looked_at_less_often_as_it_grows_old(kind: Kind | None, age: int | None, nights: int) -> None:
    published = NIGHT.date() - timedelta(days=age) if age is not None else None
    assert nights_until(kind, published) == nights


@pytest.mark.parametrize(("state", "nights"), [("failed", 1), ("gone", 30), ("skipped", 90)])
def test_what_brought_no_page_waits_as_long_as_its_state_says(state: str, nights: int) -> None:
    assert nights_until("article", NIGHT.date(), state) == nights


def test_a_dateline_with_a_time_of_day_counts_by_its_day() -> None:
    assert nights_until("article", datetime(2026, 7, 31, 23, 0, tzinfo=UTC)) == 1


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
