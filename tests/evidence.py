"""A small archive with what makes exports hard: codings, revisits, redirects, headers that are no ASCII."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal_archiver.model import Article, Capture, Page, Peer
from portal_archiver.store import Archive

HOST = "https://www.bachhai.example"
CAU, CANG, CU, LIST = f"{HOST}/tin/cau-1.html?b=2&a=1", f"{HOST}/Tin/cang-2.html", f"{HOST}/tin/cu", f"{HOST}/tin/"
THIRD = f"{LIST}?muc=1#__doPostBack(ctl00$Main$Grid,Page$3)"
OTHER = "https://xa.example/tin/1"
WHEN = datetime(2024, 6, 1, 13, 5, 7, 250_000, tzinfo=UTC)
BODY = "Cầu dài 412 mét nối hai bờ sông Bạch đã thông xe sáng nay, sớm hơn kế hoạch gần hai tháng."
HTML = (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"a1"'))
GZIPPED = (*HTML, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Set-Cookie", "a=1"))


def page(title: str, body: str = BODY) -> bytes:
    return f"<html><body><h1>{title}</h1><p>{body}</p></body></html>".encode()


def at(minutes: int) -> datetime:
    return WHEN + timedelta(minutes=minutes)


def report(archive: Archive, capture: Capture, title: str, portal: str = "bachhai", body: str = BODY) -> int:
    saved = archive.save(
        capture, Page(capture.final_url, capture.final_url, "article", Article(title, body)), portal=portal
    )
    assert saved.article_id
    return saved.article_id


def fill(path: Path) -> None:
    """Article 1: the bridge, edited once, with a 304; article 2: the port, after a redirect; article 3: of `xa`."""
    with Archive(path) as archive:
        report(
            archive,
            Capture(CAU, "", at(0), 200, GZIPPED, page("Thông xe cầu"), peer=Peer("203.0.113.7")),
            "Thông xe cầu",
        )
        latin = (*HTML, ("X-Ghi-Chu", "t\xfdnh"), ("Content-Length", str(len(page("Cảng mới", "A")))))
        report(archive, Capture(CU, CANG, at(1), 200, latin, page("Cảng mới", "A")), "Cảng mới", body="A" * 90)
        archive.keep(Capture(LIST, "", at(2), 200, HTML, page("Danh sách")), portal="bachhai")
        archive.keep(Capture(LIST + "?trang=1", "", at(3), 200, HTML, page("Danh sách")), portal="bachhai")
        archive.keep(Capture(CAU, "", at(4), 304, (("ETag", '"a1"'), ("Server", "BH"))), portal="bachhai")
        report(archive, Capture(CAU, "", at(5), 200, GZIPPED, page("Thông xe cầu Bạch")), "Thông xe cầu Bạch")
        archive.keep(Capture(f"{HOST}/mat", "", at(6), 404, HTML, page("Không tìm thấy")), portal="bachhai")
        archive.keep(Capture(THIRD, "", at(6), 200, HTML, page("Trang ba")), portal="bachhai")
        archive.keep(Capture(f"{HOST}/la", "", at(7), 304, (("ETag", '"x"'),)), portal="bachhai")
        other = Capture(OTHER, "", at(8), 200, (), b"\x00\xff" + page("Tin xã"), peer=Peer("2001:db8::7"))
        report(archive, other, "Tin xã", "xa", body="B" * 90)
