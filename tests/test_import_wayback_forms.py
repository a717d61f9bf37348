"""What people type, and what servers write: hosts, servers, indexes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.errors import PortalArchiverError
from portal_archiver.imports import KNOWN, Gathered, Listed, Query, Server, bare, query_of, server_of
from portal_archiver.imports.cdx import Part, read_arrays, read_lines
from portal_archiver.imports.memento import original_headers
from portal_archiver.imports.servers import Kind

LISTED = Listed(
    "example,bachhai)/a", "20190304050607", datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC), "https://bachhai.example/a",
    "200", "text/html", "Q4YULN754FHV2U6Q5JUT6Q2P57WEWNNY", length=999,
)  # fmt: skip
ROW = [LISTED.key, LISTED.digits, LISTED.url, "text/html", "200", LISTED.digest, "999"]
NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
FIELDS = dict(zip(["urlkey", "timestamp", "url", "mime", "status", "digest", "length"], ROW, strict=True))


# --- servers ----------------------------------------------------------------------------------------------------------

SERVERS = {
    "https://web.archive.org": KNOWN["internet-archive"],
    "https://web.archive.org/": KNOWN["internet-archive"],
    "https://index.commoncrawl.org": KNOWN["common-crawl"],
    "https://kho.example": Server(Kind.WAYBACK, "https://kho.example/cdx/search/cdx", "https://kho.example/web/"),
    "https://kho.example/web/": Server(Kind.WAYBACK, "https://kho.example/cdx/search/cdx", "https://kho.example/web/"),
    "http://kho.example:8080/cdx/search/cdx": Server(
        Kind.WAYBACK, "http://kho.example:8080/cdx/search/cdx", "http://kho.example:8080/web/"
    ),
    "https://kho.example/tinh": Server(Kind.PYWB, "https://kho.example/tinh/cdx", "https://kho.example/tinh/"),
    "https://kho.example/tinh/cdx": Server(Kind.PYWB, "https://kho.example/tinh/cdx", "https://kho.example/tinh/"),
    "https://kho.example/a/tinh/": Server(Kind.PYWB, "https://kho.example/a/tinh/cdx", "https://kho.example/a/tinh/"),
    "https://kho.example/collinfo.json": Server(
        Kind.CRAWLS, "https://kho.example/collinfo.json", "https://kho.example/"
    ),
} | KNOWN  # fmt: skip


@pytest.mark.parametrize("text", SERVERS)
def test_an_address_tells_what_kind_of_server_it_is(text: str) -> None:
    assert server_of(text) == SERVERS[text]


@pytest.mark.parametrize(
    "text", ["", "archive", "ftp://kho.example/", "https://", "https://a b/", "https://u:p@kho.example/", "http://[::1",
             "https://kho.example/tinh/cdx?url=a"],
)  # fmt: skip
def test_what_is_no_server_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(PortalArchiverError, match=r"--server: .*internet-archive, common-crawl, arquivo"):
        server_of(text)


# --- hosts ------------------------------------------------------------------------------------------------------------

HOSTS = {
    "bachhai.example": Query("bachhai.example"),
    " WWW.BachHai.example ": Query("www.bachhai.example"),
    "https://www.bachhai.example/": Query("www.bachhai.example"),
    "https://www.bachhai.example:443/": Query("www.bachhai.example"),
    "bachhai.example:8080": Query("bachhai.example:8080"),
    "*.bachhai.example": Query("bachhai.example", below=True),
    "bạchhải.example": Query("xn--bchhi-j11bra.example"),
    "[::1]:8080": Query("[::1]:8080"),
}


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_understood_however_it_is_typed(host: str) -> None:
    assert query_of(host) == HOSTS[host]


@pytest.mark.parametrize("host", ["", "*", "*.", "a b", "bachhai.example/tin", "x:y", "mailto:a@b.example", "a?b"])
def test_what_is_no_host_is_none(host: str) -> None:
    assert query_of(host) is None


def test_days_become_their_first_and_last_second() -> None:
    query = query_of("a.example", date(2019, 1, 1), date(2020, 2, 29))
    assert query == Query("a.example", since="20190101000000", until="20200229235959")


@pytest.mark.parametrize(
    ("url", "without"),
    [
        ("http://a.example:80/x", "http://a.example/x"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        ("https://a.example:80/", "https://a.example:80/"),
        ("http://a.example/?u=http://b.example:80/", "http://a.example/?u=http://b.example:80/"),
    ],
)
def test_only_the_port_that_is_implied_anyway_is_dropped(url: str, without: str) -> None:
    assert bare(url) == without


# --- indexes ----------------------------------------------------------------------------------------------------------


def arrays(*rows: list[str], end: str = "]") -> bytes:
    return ("[" + ",\n".join(json.dumps(row) for row in rows) + end).encode()


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", Part()),
        (b"[]\n", Part()),
        (arrays(NAMES), Part()),
        (arrays(NAMES, ROW), Part((LISTED,))),
        (arrays(NAMES, ROW, [], ["a%2Cb+2!"]), Part((LISTED,), resume="a%2Cb+2!")),
        (arrays(NAMES, ROW, ["x"]), Part((LISTED,), unreadable=1)),
        (arrays(NAMES, ROW, end=""), Part((LISTED,), whole=False)),
        (arrays(NAMES, ROW, end=",\n[ho"), Part((LISTED,), unreadable=1, whole=False)),
        (b"<html>", None),
        (b"[1, 2]", None),
        (arrays(ROW), None),
    ],
)
def test_an_index_of_arrays_is_read(body: bytes, part: Part | None) -> None:
    assert read_arrays(body) == part


LINE = json.dumps(FIELDS)
CDXJ = f"{LISTED.key} {LISTED.digits} " + json.dumps(
    {name: value for name, value in FIELDS.items() if name not in ("urlkey", "timestamp")}
)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", Part()),
        (LINE + "\n", Part((LISTED,))),
        (LINE, Part((LISTED,))),
        (CDXJ + "\n", Part((LISTED,))),
        (f"{LINE}\n@@@\n{LINE}\n", Part((LISTED, LISTED), unreadable=1)),
        (f"{LINE}\n{LINE[:50]}", Part((LISTED,), unreadable=1, whole=False)),
        ('{"pages": 3, "pageSize": 5}', Part(told={"pages": 3, "pageSize": 5})),
        ("<html>\n</html>", None),
        ("x", None),
    ],
)
def test_an_index_of_lines_is_read(text: str, part: Part | None) -> None:
    assert read_lines(text.encode()) == part


@given(st.binary() | st.text().map(str.encode) | st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_a_server_sends_no_reader_raises(body: bytes) -> None:
    for part in (read_arrays(body), read_lines(body)):
        assert part is None or isinstance(part, Part)


@pytest.mark.parametrize(
    "wrong",
    [{"timestamp": "2019"}, {"timestamp": "20190230000000"}, {"timestamp": "29990101000000"}, {"url": ""}, {"url": 7}],
)
def test_a_line_without_a_usable_time_or_address_counts_as_unreadable(wrong: dict[str, object]) -> None:
    part = read_lines((json.dumps(FIELDS | wrong) + "\n" + LINE).encode())
    assert part
    if wrong == {"url": 7}:
        assert [one.url for one in part.captures] == ["7", LISTED.url]  # no URL, as the host's bounds will tell
    else:
        assert (part.captures, part.unreadable) == ((LISTED,), 1)


def test_captures_are_put_in_the_order_of_time_and_those_of_one_payload_in_a_row_are_one_run() -> None:
    def one(key: str, digits: str, digest: str) -> Listed:
        made = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return Listed(key, digits, made, f"https://bachhai.example/{key}", digest=digest)

    times = ("2019", "2020", "2021", "2022")
    held = [one("a", f"{year}0101000000", digest) for year, digest in zip(times, "AABA", strict=True)]
    held += [one("b", "20200601000000", "A"), one("c", "20190601000000", ""), one("c", "20210601000000", "")]
    with Gathered() as gathered:
        assert gathered.sort() == (0, None, None)
    with Gathered() as gathered:
        for listed in reversed(held):
            gathered.add(listed)
        assert gathered.sort() == (6, held[0].made, held[3].made)
        rows = list(gathered.by_time())
    assert [listed for listed, _ in rows] == sorted(held, key=lambda listed: listed.digits)
    runs = {(listed.key, listed.digits[:4]): run for listed, run in rows}
    assert runs["a", "2019"] == runs["a", "2020"]
    assert len(set(runs.values())) == 6


# --- headers ----------------------------------------------------------------------------------------------------------

SENT = (
    ("Server", "nginx"), ("Date", "today"), ("Content-Type", "text/html"), ("X-Archive-Orig-Server", "BachHai"),
    ("x-archive-orig-set-cookie", "a=1"), ("x-archive-orig-set-cookie", "b=2"), ("X-Archive-Src", "a.warc.gz"),
    ("Memento-Datetime", "then"), ("X-Ghi-Chu", "1"), ("X-App-Server", "wwwb-app1"),
)  # fmt: skip
HAD = (("Content-Type", "text/html"), ("Server", "BachHai"), ("set-cookie", "a=1"), ("set-cookie", "b=2"))


def test_the_headers_of_the_page_are_told_from_those_of_the_archive() -> None:
    assert original_headers(SENT, Kind.WAYBACK) == HAD
    assert original_headers(SENT[::-1], Kind.WAYBACK) == HAD[::-1]
    assert original_headers(SENT, Kind.PYWB) == (*HAD, ("X-Ghi-Chu", "1"), ("X-App-Server", "wwwb-app1"))
