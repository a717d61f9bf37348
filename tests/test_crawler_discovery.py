"""Discovery: where a crawl begins, and what sitemaps and feeds of every form say."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile_server import HostileServer
from portal_archiver.crawler import Entry, Fetcher, is_guess, read_index, seeds
from portal_archiver.crawler.stamps import VIETNAM, latest_moment, parse_stamp
from portal_archiver.model import Capture, Dateline, Link, Portal

NOW = datetime(2026, 8, 1, 3, 0, tzinfo=UTC)
HOST = "http://bachhai.example"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index(body: str | bytes, url: str = f"{HOST}/sitemap.xml") -> tuple[Entry, ...] | None:
    return read_index(Capture(url, fetched_at=NOW, body=body.encode() if isinstance(body, str) else body))


def urls(entries: tuple[Entry, ...] | None) -> list[str]:
    assert entries is not None
    return [entry.link.url for entry in entries]


URLSET = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<urlset xmlns="{SITEMAP}">
  <url><loc> {HOST}/tin/mua-ca.html?utm_source=zalo </loc><lastmod>2026-07-30T09:30:00+07:00</lastmod></url>
  <url><loc>/tin/le-hoi.html</loc><lastmod>2026-07-29</lastmod></url>
  <url><loc>{HOST}/tin/mua-ca.html</loc></url>
  <url><loc>mailto:tin@bachhai.example</loc></url>
  <url><lastmod>2026-07-29</lastmod></url>
  <url><loc>{HOST}/tin/mai-sau.html</loc><lastmod>2031-01-01</lastmod></url>
</urlset>"""


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())])
def test_a_sitemap_gives_canonical_pages_and_when_they_changed(pack: object) -> None:
    assert callable(pack)
    assert index(pack(URLSET)) == (
        Entry(Link(f"{HOST}/tin/mua-ca.html"), datetime(2026, 7, 30, 2, 30, tzinfo=UTC)),
        Entry(Link(f"{HOST}/tin/le-hoi.html"), datetime(2026, 7, 29, 16, 59, 59, 999999, tzinfo=UTC)),
        Entry(Link(f"{HOST}/tin/mai-sau.html"), NOW),  # nothing changes later than it is told
    )


def test_a_sitemap_index_gives_its_children() -> None:
    entries = index(
        f'<sitemapindex xmlns="{SITEMAP}"><sitemap><loc>{HOST}/sitemap-2026.xml.gz</loc>'
        "<lastmod>2026-07-30T00:00:00Z</lastmod></sitemap></sitemapindex>"
    )
    assert entries == (Entry(Link(f"{HOST}/sitemap-2026.xml.gz"), datetime(2026, 7, 30, tzinfo=UTC)),)


def test_a_news_sitemap_gives_titles_and_dates() -> None:
    entries = index(
        f'<urlset xmlns="{SITEMAP}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"<url><loc>{HOST}/tin/7</loc><image:image><image:loc>{HOST}/anh.jpg</image:loc></image:image><news:news>"
        "<news:publication><news:name>Bạch Hải</news:name><news:language>vi</news:language></news:publication>"
        "<news:publication_date>2026-07-31T06:00:00+07:00</news:publication_date>"
        "<news:title>Bạch Hải: 12 tàu cá &amp; mùa mới</news:title></news:news></url></urlset>"
    )
    assert entries is not None
    assert entries[0].link == Link(
        f"{HOST}/tin/7",
        "Bạch Hải: 12 tàu cá & mùa mới",
        Dateline(datetime(2026, 7, 31, 6, 0, tzinfo=VIETNAM), origin="listing", raw="2026-07-31T06:00:00+07:00"),
    )


def test_a_broken_sitemap_is_read_as_far_as_it_goes() -> None:
    assert urls(index(f"<urlset><url><loc>{HOST}/a?b=1&c=2&amp;d</loc></url>")) == [f"{HOST}/a?b=1&c=2&d"]
    assert urls(index(f"<urlset><url><loc><![CDATA[{HOST}/a?b=1&c=2]]></loc></url>")) == [f"{HOST}/a?b=1&c=2"]
    assert urls(index(f"\n\n<urlset><url><loc>{HOST}/a</loc></url></urlset>")) == [f"{HOST}/a"]


def test_a_sitemap_of_a_million_entries_is_read_to_its_bound() -> None:
    rows = "".join(f"<url><loc>{HOST}/{number}</loc></url>" for number in range(50_100))
    assert len(urls(index(f"<urlset>{rows}</urlset>"))) == 50_000


def test_a_sitemap_reads_no_file_and_multiplies_no_entity() -> None:
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    entries = index(
        f'<!DOCTYPE urlset [<!ENTITY e0 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">{laughs}]><urlset>'
        f"<url><loc>{HOST}/&file;&e11;</loc></url><url><loc>{HOST}/b</loc></url></urlset>"
    )
    assert len(str(entries)) < 1000
    assert "root" not in str(entries)


RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Bạch Hải</title><link>{HOST}</link>
<item><title><![CDATA[Mùa cá <b>mới</b>]]></title><link>{HOST}/tin/7#b</link>
  <pubDate>Fri, 31 Jul 2026 18:30:00 GMT</pubDate></item>
<item><title>Họp báo</title><link>/tin/8</link><pubDate>30/07/2026 08:15</pubDate></item>
<item><title>Mai sau</title><link>{HOST}/tin/9</link><pubDate>Sat, 01 Aug 2036 00:00:00 +0700</pubDate></item>
<item><title>Không có địa chỉ</title></item>
</channel></rss>"""


def test_an_rss_feed_gives_titles_and_dates_as_the_portal_counts_days() -> None:
    entries = index(RSS, f"{HOST}/rss/trang-chu.rss")
    assert entries is not None
    assert [(entry.link.url, entry.link.text) for entry in entries] == [
        (f"{HOST}/tin/7", "Mùa cá mới"),
        (f"{HOST}/tin/8", "Họp báo"),
        (f"{HOST}/tin/9", "Mai sau"),
    ]
    first, second, third = (entry.link.published for entry in entries)
    assert first is not None
    assert second is not None
    assert (first.day, first.origin, first.raw) == (date(2026, 8, 1), "listing", "Fri, 31 Jul 2026 18:30:00 GMT")
    assert second.value == datetime(2026, 7, 30, 8, 15, tzinfo=VIETNAM)
    assert third is None  # a report from the future was dated by mistake
    assert {entry.modified for entry in entries} == {None}


def test_an_atom_feed_gives_when_an_entry_changed() -> None:
    entries = index(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Bạch Hải</title><entry><title>Mùa cá mới</title>'
        f'<link rel="alternate" href="{HOST}/tin/7"/><published>2026-07-30T01:00:00Z</published>'
        "<updated>2026-07-31T01:00:00Z</updated></entry></feed>"
    )
    assert entries is not None
    assert entries[0].modified == datetime(2026, 7, 31, 1, 0, tzinfo=UTC)
    assert entries[0].link.published is not None
    assert entries[0].link.published.day == date(2026, 7, 30)


def test_a_feed_that_is_empty_or_full_of_entities_is_still_a_feed() -> None:
    assert index("<rss version='2.0'><channel/></rss>") == ()
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    feed = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{laughs}]>' + RSS.partition("?>")[2].replace("Họp báo", "&e11;")
    assert len(str(index(feed))) < 5000


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"   ", "Xin chào".encode(), b"%PDF-1.7", b"<", b"<x/>", b"\x1f\x8b broken gzip"),
        *(gzip.compress(b"no xml", mtime=0), gzip.compress(b"<urlset></urlset>", mtime=0)[:-9]),
        b"<!doctype html><html><body><a href='/tin/7'>Tin</a></body></html>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head/><body><rss/></body></html>',
        b'{"urlset": []}',
        gzip.compress(b"<urlset>" + bytes(60 * 1024 * 1024)),
    ],
)
def test_what_is_no_index_gives_none(body: bytes) -> None:
    assert index(body) is None


_PIECES = [
    URLSET,
    RSS,
    "<urlset>",
    "<url>",
    "<loc>",
    "</url>",
    "<rss>",
    "<feed>",
    "<entry>",
    "<!DOCTYPE a [",
    "&a;",
    "\0",
]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=8), max_size=6).map("".join).map(str.encode) | st.binary())
def test_any_bytes_are_an_index_or_none(body: bytes) -> None:
    entries = index(body)
    assert entries is None or all(entry.link.url.startswith("http") for entry in entries)


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2026-08-01", date(2026, 8, 1)),
        ("2026-08", date(2026, 8, 1)),
        ("2026", date(2026, 1, 1)),
        ("2026-08-01T09:30:00", datetime(2026, 8, 1, 9, 30, tzinfo=VIETNAM)),
        ("2026-08-01T02:30:00Z", datetime(2026, 8, 1, 9, 30, tzinfo=VIETNAM)),
        ("Sat, 01 Aug 2026 09:30:00 +0700", datetime(2026, 8, 1, 9, 30, tzinfo=VIETNAM)),
        ("02/08/2026", date(2026, 8, 2)),
        ("2-8-2026, 09:30:15", datetime(2026, 8, 2, 9, 30, tzinfo=VIETNAM)),
        ("13/13/2026", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("Sat, 01 Aug 2026 09:30:00 +9999999999999999", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_stamps_of_every_form_are_read_day_first(text: str, stamp: date | None) -> None:
    assert parse_stamp(text) == stamp


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[0-9:/T+ -]{1,30}") | st.datetimes().map(str) | st.datetimes().map("{:%c}".format))
def test_any_stamp_is_read_or_passed_over(text: str) -> None:
    stamp = parse_stamp(text)
    if stamp is not None:
        assert latest_moment(stamp, NOW) <= NOW
        assert not isinstance(stamp, datetime) or stamp.tzinfo


def seeds_of(portal: Portal) -> list[str]:
    async def run() -> tuple[Link, ...]:
        async with Fetcher(portal) as fetcher:
            return await seeds(portal, fetcher)

    return [link.url for link in asyncio.run(run())]


def test_a_crawl_begins_at_the_start_the_named_sitemaps_and_the_usual_feeds(server: HostileServer) -> None:
    portal = Portal(start=(server.url("/#top"), server.url("/tin")), delay=0.0, allow_private=True)
    server.robots = (
        f"Sitemap: /ban-do.xml\nSitemap: {server.url('/tin.xml')}\nSitemap: http://khac.example/sitemap.xml\n"
    )
    assert seeds_of(portal) == [
        server.url(path) for path in ("/", "/tin", "/ban-do.xml", "/tin.xml", "/rss", "/rss.xml", "/feed")
    ]
    assert server.paths() == ["/robots.txt"]


def test_without_a_named_sitemap_the_usual_place_is_tried(server: HostileServer) -> None:
    found = seeds_of(Portal(start=(server.url("/"),), delay=0.0, allow_private=True))
    assert server.url("/sitemap.xml") in found
    assert [is_guess(url) for url in found] == [False, True, True, True, True]


def test_a_host_that_is_off_limits_is_not_searched(server: HostileServer) -> None:
    server.robots = 403
    portal = Portal(start=(server.url("/"),), delay=0.0)
    assert seeds_of(portal) == [server.url("/")]  # private, and not allowed to be
    assert len(seeds_of(replace(portal, allow_private=True))) > 1
