"""URLs: one spelling for each page, whatever is thrown at it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal_archiver.urls import (
    Postback,
    absolute,
    ascii_host,
    canonicalize,
    fits,
    host_of,
    postback_of,
    slug_of,
    with_postback,
    without_fragment,
)

SAME_PAGE = [
    ("HTTP://BachHai.Example:80/Tin/", "http://bachhai.example/Tin/"),
    ("https://bachhai.example.:443", "https://bachhai.example/"),
    ("http://user:secret@bachhai.example/a", "http://bachhai.example/a"),
    ("http://bachhai.example/a#top", "http://bachhai.example/a"),
    ("http://bachhai.example/a/./b/../c", "http://bachhai.example/a/c"),
    ("http://bachhai.example/../../a/..", "http://bachhai.example/"),
    ("http://bachhai.example//a//b", "http://bachhai.example//a//b"),
    ("http://bachhai.example/t%c3%adn%2Dt%e1%bb%a9c", "http://bachhai.example/t%C3%ADn-t%E1%BB%A9c"),
    ("http://bachhai.example/tín tức", "http://bachhai.example/t%C3%ADn%20t%E1%BB%A9c"),
    ("http://bachhai.example/100%", "http://bachhai.example/100%25"),
    ("http://bachhai.example\\tin\\bai.aspx", "http://bachhai.example/tin/bai.aspx"),
    ("http://bachhai.example/a?z=1&b=2&a=3", "http://bachhai.example/a?a=3&b=2&z=1"),
    ("http://bachhai.example/a?tag=x&tag=a", "http://bachhai.example/a?tag=x&tag=a"),
    ("http://bachhai.example/a?", "http://bachhai.example/a"),
    ("http://bachhai.example/a?utm_source=zalo&id=7&fbclid=x", "http://bachhai.example/a?id=7"),
    ("http://bachhai.example/a;jsessionid=0A1B?id=7", "http://bachhai.example/a?id=7"),
    ("http://bachhai.example/(S(abcdefghijklmnopqrstuvwx))/a.aspx", "http://bachhai.example/a.aspx"),
    ("http://bachhai.example/a?sid=0123456789abcdef0123&id=7", "http://bachhai.example/a?id=7"),
    ("http://bạchhải.example/", "http://xn--bchhi-j11bra.example/"),
    ("http://[::1]:8080/a", "http://[::1]:8080/a"),
]


@pytest.mark.parametrize(("url", "canonical"), SAME_PAGE)
def test_every_spelling_of_a_page_has_one_canonical_url(url: str, canonical: str) -> None:
    assert canonicalize(url) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://bachhai.example/?sid=1234", "http://bachhai.example/?sid=1235"),  # a story's number, no session
        ("http://bachhai.example/a", "http://bachhai.example/A"),
        ("http://bachhai.example/?q=%E1%EA", "http://bachhai.example/?q=%E1%EB"),  # bytes of windows-1258
        ("http://bachhai.example/a%2Fb", "http://bachhai.example/a/b"),
        ("http://bachhai.example:8080/", "http://bachhai.example/"),
        ("http://bachhai.example/", "https://bachhai.example/"),
    ],
)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    assert canonicalize(one) != canonicalize(other)


@pytest.mark.parametrize(
    "url",
    [
        *("", "#", "mailto:tin@bachhai.example", "javascript:void(0)", "tel:0299", "data:text/html,x", "ftp://a/b"),
        *("http://", "http://a b/", "http://[::1", "http://a:99999/", "http://a..b/", "http://[fe80::1%25eth0]/"),
        *("/relative", "http://%00/"),
    ],
)
def test_what_is_no_web_page_has_no_canonical_url(url: str) -> None:
    assert canonicalize(url) is None


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("bai-2.html", "http://bachhai.example/tin/bai-2.html"),
        ("?page=2", "http://bachhai.example/tin/danh-sach?page=2"),
        ("//cdn.example/x", "http://cdn.example/x"),
        ("..\\du-an", "http://bachhai.example/du-an"),
        (" /a\n", "http://bachhai.example/a"),
    ],
)
def test_links_are_resolved_against_their_page(href: str, url: str) -> None:
    assert canonicalize(href, "http://bachhai.example/tin/danh-sach") == url


_PARTS = st.lists(
    st.sampled_from(
        [*"/?#&=%.:@;\\[]()+ ", "..", "%2e", "%c3", "%", "sid=", ";jsessionid=1", "(S(", "http:", "//", "đ"]
    )
    | st.text(max_size=4),
    max_size=12,
).map("".join)


@settings(deadline=None)
@given(_PARTS, st.sampled_from(["", "http://bachhai.example", "https://bachhai.example/tin/", "http://[bad"]))
@example("http://\ud800/\ud800?\ud800", "")
def test_any_text_survives_and_the_canonical_form_is_stable(tail: str, base: str) -> None:
    for once in (canonicalize(tail, base), canonicalize(base + tail)):
        if once is not None:
            assert canonicalize(once) == once
            assert once.isascii()
            assert urlsplit(once).scheme in ("http", "https")
            assert ascii_host(host_of(once)) == host_of(once) != ""
    slug_of(tail)
    host_of(tail)


def test_a_slug_is_the_last_telling_segment() -> None:
    assert slug_of("http://bachhai.example/tin/le-hoi-dua-thuyen.html") == "le-hoi-dua-thuyen"
    assert slug_of("http://bachhai.example/le-hoi/index.html") == "le-hoi"
    assert slug_of("http://bachhai.example/") == slug_of("http://[bad") == ""


def test_a_long_path_is_resolved_in_linear_time() -> None:
    path = "/" + "a" * 5000
    assert absolute(f"{path}?x", "https://bachhai.example/") == f"https://bachhai.example{path}?x"
    assert absolute(f"{path}{{", "https://bachhai.example/").endswith("{")


def test_patterns_match_whole_addresses_or_with_a_slash_their_path_and_query() -> None:
    patterns = ("/tin-tuc/*.html", "*/chi-tiet?id=*")
    assert fits(patterns, "http://bachhai.example/tin-tuc/le-hoi.html")
    assert fits(patterns, "http://bachhai.example/chi-tiet?id=7")
    assert not fits(patterns, "http://bachhai.example/vi/tin-tuc/le-hoi.html")
    assert not fits(patterns, "http://bachhai.example/tin-tuc/")
    assert not fits((), "http://bachhai.example/")


def test_a_page_that_only_a_form_leads_to_keeps_its_name_in_the_fragment() -> None:
    url = with_postback("https://bachhai.example/list.aspx?id=3#cu", Postback("ctl00$Main$Grid", 2))
    assert url == "https://bachhai.example/list.aspx?id=3#__doPostBack(ctl00$Main$Grid,Page$2)"
    assert canonicalize(url) == url
    assert canonicalize(url.replace("https://bachhai", "HTTPS://BachHai")) == url
    assert postback_of(url) == ("ctl00$Main$Grid", 2)
    assert without_fragment(url) == "https://bachhai.example/list.aspx?id=3"


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "top",
        "__doPostBack(a,Page$1x)",
        "__doPostBack(a b,Page$2)",
        "__doPostBack(a,Page$0)",
        "__doPostBack(a,Sort$2)",
    ],
)
def test_every_other_fragment_is_dropped(fragment: str) -> None:
    url = f"https://bachhai.example/list.aspx#{fragment}"
    assert canonicalize(url) == "https://bachhai.example/list.aspx"
    assert postback_of(url) is None


def test_a_control_whose_name_does_not_fit_into_an_address_gives_none() -> None:
    assert with_postback("https://bachhai.example/", Postback("a,b)", 2)) is None
    assert with_postback("https://bachhai.example/", Postback("a", 10_000)) is None
