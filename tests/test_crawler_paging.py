"""Which lists are further pages of another, which one comes next, and what says nothing because it is said of all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal_archiver.crawler import Paging, Slashes, dated_anew, is_further, next_pages
from portal_archiver.crawler.commonplace import commonplace
from portal_archiver.crawler.slashes import toggled
from portal_archiver.model import Link

SITE = "https://bachhai.example"
NOW = datetime(2026, 8, 1, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "text", "found_on"),
    [
        ("/tin-tuc?page=2", "2", "/tin-tuc"),
        ("/tin-tuc?page=400", "Trang cuối", "/tin-tuc"),
        ("/tin-tuc?page=3", "Xem thêm", "/"),  # the address says it
        ("/thong-bao/page/2/", "Tiếp theo", "/thong-bao/"),
        ("/thong-bao/p2", "2", "/thong-bao"),
        ("/tin-tuc/trang-12.html", "", "/tin-tuc.html"),
        ("/tin-tuc/3.html", "Trang sau »", "/tin-tuc.html"),
        ("/?start=20", "»", "/?start=10"),
        ("/news.aspx?cat=5&p=3", "Sau", "/news.aspx?cat=5&p=2"),
    ],
)
def test_a_further_page_is_told_by_its_address_or_by_what_a_pager_writes(url: str, text: str, found_on: str) -> None:
    assert is_further(f"{SITE}{url}", text, f"{SITE}{found_on}")


@pytest.mark.parametrize(
    ("url", "text", "found_on"),
    [
        ("/chuyen-muc/13", "Y tế", "/chuyen-muc/12"),
        ("/kinh-te/", "Xem thêm", "/"),
        ("/chuyen-muc/12", "Xem thêm", "/"),
        ("/lich?thang=2", "Tháng sau", "/lich?thang=1"),
        ("/tin-tuc?page=1", "Tin tức", "/"),
        ("/tin-tuc/trang-2-bai-hat-hay", "Hai bài hát hay về biển", "/tin-tuc"),
        ("/van-ban/7", "7", "/tin-tuc"),
        ("/sau/", "Sau", "/"),
    ],
)
def test_a_section_is_no_further_page_of_another(url: str, text: str, found_on: str) -> None:
    assert not is_further(f"{SITE}{url}", text, f"{SITE}{found_on}")


def test_where_a_portal_begins_is_a_first_page() -> None:
    assert not is_further(f"{SITE}/tin-tuc?page=2", "", "")


@pytest.mark.parametrize(
    ("url", "pager", "following"),
    [
        ("/t?c=5", {"/t?c=5&page=2": "2", "/t?c=5&page=3": "3", "/t?c=5&page=9": "Cuối"}, ["/t?c=5&page=2"]),
        ("/t?c=5&page=2", {"/t?c=5": "1", "/t?c=5&page=3": "3", "/t?c=5&page=10": "10"}, ["/t?c=5&page=3"]),
        ("/t?c=5&page=9", {"/t?c=5": "1", "/t?c=5&page=10": "10", "/t?c=5&page=11": "»"}, ["/t?c=5&page=10"]),
        ("/tin?c=5&page=12", {"/tin?c=5": "1", "/tin?c=5&page=11": "«"}, []),
        ("/tin/page/2/", {"/tin/": "1", "/tin/page/3/": "Trang sau", "/tin/page/4/": "4"}, ["/tin/page/3/"]),
        ("/", {"/tin-tuc": "Tin tức", "/bai/7.html": "Bạch Hải đón mùa cá mới năm 2026"}, []),
    ],
)  # fmt: skip
def test_the_next_page_is_the_lowest_above(url: str, pager: dict[str, str], following: list[str]) -> None:
    links = [Link(f"{SITE}{path}", text) for path, text in reversed(pager.items())]
    assert next_pages(f"{SITE}{url}", links) == [f"{SITE}{path}" for path in following]


def test_what_was_new_on_one_page_is_not_on_the_next_but_on_another_list() -> None:
    paging = Paging()
    assert paging.shows_more(f"{SITE}/tin-tuc", ["a", "b"])
    assert not paging.shows_more(f"{SITE}/tin-tuc?page=2", ["a", "b"])
    assert paging.shows_more(f"{SITE}/tin-tuc?page=3", ["b", "c"])
    assert paging.shows_more(f"{SITE}/thong-bao", ["a"])
    assert not paging.shows_more(f"{SITE}/lich", [])


def test_what_is_said_of_most_is_commonplace_unless_they_are_few() -> None:
    assert commonplace([7] * 10 + list(range(9))) == 7
    assert commonplace([7] * 10 + list(range(100, 110))) is None
    assert commonplace([7] * 9) is None
    assert commonplace([]) is None


def test_the_day_that_most_of_a_list_shows_tells_of_no_change() -> None:
    today, before = date(2026, 8, 1), date(2026, 7, 30)
    links = [Link(f"{SITE}/{n}", "Tin", day) for n, day in enumerate([today] * 5 + [before])]  # type: ignore[arg-type]
    assert dated_anew(links, NOW) == [(links[5], datetime(2026, 7, 30, 16, 59, 59, 999999, UTC))]
    assert [link for link, _ in dated_anew(links[3:], NOW)] == links[3:]
    assert {moment for _, moment in dated_anew(links[3:5], NOW)} == {NOW}  # today is not over
    assert dated_anew([Link(SITE)], NOW + timedelta(days=1)) == []


def test_a_host_has_a_habit_after_two_redirects_by_a_slash_alone() -> None:
    slashes = Slashes()
    slashes.note(f"{SITE}/a", f"{SITE}/a/")
    slashes.note(f"{SITE}/b", f"{SITE}/khac/")
    slashes.note(f"{SITE}/c", f"{SITE}/c")
    assert slashes.twin(f"{SITE}/d") is None
    slashes.note(f"{SITE}/d?x=1", f"{SITE}/d/?x=1")
    assert slashes.twin(f"{SITE}/e?x=1") == f"{SITE}/e/?x=1"
    assert slashes.twin(f"{SITE}/e/") is None  # the other direction
    assert slashes.twin("https://khac.example/e") is None
    assert toggled(f"{SITE}/") is None
