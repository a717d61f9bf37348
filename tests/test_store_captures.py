"""What the archive keeps of the server's answers, and that it is all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.errors import ArchiveError, PortalArchiverError
from portal_archiver.model import Article, Capture, License, Page, Peer, Source
from portal_archiver.store import Archive

URL = "https://bachhai.example/tin/1"
WHEN = datetime(2024, 6, 1, 13, 5, tzinfo=UTC)
ARTICLE = Article("Khánh thành cầu Bạch Hải", "Cầu dài 412 mét nối hai bờ sông Bạch đã thông xe sáng nay.")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def count(archive: Archive, table: str) -> int:
    return int(archive.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_capture_comes_back_byte_for_byte(archive: Archive) -> None:
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Ghi-Chú", "tỉnh"))
    body = bytes(range(256)) * 40
    capture = Capture(URL, URL + "?x=1", WHEN, 200, headers, body)
    saved = archive.save(capture, Page(URL, URL, "article", ARTICLE))
    (record,) = archive.captures(saved.article_id or 0)
    assert (record.url, record.final_url, record.fetched_at, record.status) == (URL, URL + "?x=1", WHEN, 200)
    assert (record.headers, record.sha256, record.size) == (headers, capture.sha256, len(body))
    assert archive.payload(record.id) == body


def test_who_answered_is_kept_where_it_is_known(archive: Archive) -> None:
    peers = (
        None,
        Peer("203.0.113.7"),
        Peer("2001:db8::7", verified=False, tls="TLSv1.2", cipher="ECDHE-RSA-AES256-GCM-SHA384", certificate=64 * "a"),
    )
    for days, peer in enumerate(peers):
        capture = Capture(URL, fetched_at=WHEN + timedelta(days=days), body=b"%d" % days, peer=peer)
        saved = archive.save(capture, Page(URL, URL, "article", ARTICLE))
    assert tuple(record.peer for record in archive.captures(saved.article_id or 0)) == peers


def test_the_same_bytes_are_stored_once(archive: Archive) -> None:
    ids = [archive.keep(Capture(f"{URL}/{n}", fetched_at=WHEN, body=b"<xml/>" * 100)) for n in range(3)]
    assert len(set(ids)) == 3 and count(archive, "captures") == 3 and count(archive, "bodies") == 1
    assert {archive.payload(capture_id) for capture_id in ids} == {b"<xml/>" * 100}


def test_a_304_confirms_the_article_and_a_404_does_not(archive: Archive) -> None:
    archive.save(Capture(URL, fetched_at=WHEN, body=b"x"), Page(URL, URL, "article", ARTICLE))
    archive.keep(Capture(URL, fetched_at=WHEN + timedelta(days=1), status=304))
    archive.keep(Capture(URL, fetched_at=WHEN + timedelta(days=2), status=404, body=b"gone"))
    assert archive.article(1).last_seen == WHEN + timedelta(days=1)
    assert [record.status for record in archive.captures(1)] == [200, 304, 404]


def test_a_footer_is_one_row_however_its_counter_runs_and_the_one_in_force_is_known(archive: Archive) -> None:
    def night(n: int, footer: License, article: Article = ARTICLE) -> None:
        page = Page(URL, URL, "article", article, license=footer)
        archive.save(Capture(URL, fetched_at=WHEN + timedelta(days=n), body=b"%d" % n), page)

    old = License("UBND tỉnh Bạch Hải", number="12/GP-STTTT", issued_on=date(2020, 3, 4), phones=("0299123456",),
                  text="Giấy phép số 12/GP-STTTT\nĐang truy cập: 1.204")  # fmt: skip
    new = License("UBND tỉnh Bạch Hải", number="7/GP-SVHTTDL", text="Giấy phép số 7/GP-SVHTTDL")
    night(1, old)
    night(2, License(**{**{name: getattr(old, name) for name in License.__slots__},
                        "text": "Giấy phép số 12/GP-STTTT\nĐang truy cập: 17"}))  # fmt: skip
    assert count(archive, "licenses") == 1
    assert archive.article(1).license == old
    night(3, new)
    assert count(archive, "licenses") == 2 and len(archive.revisions(1)) == 1
    assert archive.article(1).license == old, "the footer that stood beside this revision"
    night(4, new, Article(ARTICLE.title, ARTICLE.body + " Xe tải chưa được qua."))
    assert archive.article(1).license == new


def test_an_exception_inside_a_transaction_leaves_nothing(archive: Archive) -> None:
    with pytest.raises(RuntimeError, match="power"), archive.transaction():
        archive.save(Capture(URL, fetched_at=WHEN, body=b"x"), Page(URL, URL, "article", ARTICLE))
        with archive.transaction():
            archive.keep(Capture(URL + "/2", fetched_at=WHEN))
        raise RuntimeError("power cut")
    assert [count(archive, table) for table in ("portals", "captures", "bodies", "articles", "articles_fts")] == [0] * 5


def test_an_inner_failure_that_is_caught_takes_back_the_inner_part_alone(archive: Archive) -> None:
    with archive.transaction():
        archive.keep(Capture(URL, fetched_at=WHEN, body=b"outer"))
        with pytest.raises(RuntimeError), archive.transaction():
            archive.keep(Capture(URL, fetched_at=WHEN, body=b"inner"))
            raise RuntimeError
    assert count(archive, "captures") == 1


def test_threads_take_turns(archive: Archive) -> None:
    def save(n: int) -> None:
        for i in range(10):
            url = f"https://bachhai.example/{n}/{i}"
            archive.save(Capture(url, fetched_at=WHEN, body=url.encode()), Page(url, url, "article", Article(url, url)))

    threads = [threading.Thread(target=save, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert archive.search("").total == 40


def test_a_damaged_payload_is_told_and_not_handed_out(archive: Archive) -> None:
    capture_id = archive.keep(Capture(URL, fetched_at=WHEN, body=b"abc" * 100))
    archive.db.execute("UPDATE bodies SET sha256 = replace(sha256, substr(sha256, 1, 1), 'x')")
    with pytest.raises(ArchiveError, match="damaged"):
        archive.payload(capture_id)
    with pytest.raises(PortalArchiverError, match="no capture 99"):
        archive.payload(99)


def test_the_latest_page_of_an_address_is_the_last_that_came_whole(archive: Archive) -> None:
    for minute, status in enumerate((200, 203, 304, 500)):
        body = b"" if status == 304 else f"{status}".encode()
        archive.keep(
            Capture(URL, URL + "#x", WHEN + timedelta(minutes=minute), status, (("A", "b"),), body), portal="p"
        )
    archive.keep(Capture(URL, body=b"another portal"), portal="q")
    theirs = Capture(URL, URL + "#x", WHEN - timedelta(days=900), body=b"of others", source=Source("old.warc"))
    archive.keep(theirs, portal="p")
    expected = Capture(URL, URL + "#x", WHEN + timedelta(minutes=1), 203, (("A", "b"),), b"203")
    assert archive.latest_page(URL, portal="p") == expected
    assert archive.latest_page(URL + "?x", portal="p") is None
    assert archive.latest_page(URL, portal="r") is None
