"""The photos and attachments of reports are captured where the portal's table says so: once, and within bounds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fictional_page import BODY, page, paragraphs
from portal_archiver.model import Portal, RunReport
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive

PHOTO, OTHER_PHOTO, DECREE = b"\xff\xd8\xff\x00photo" * 400, b"\xff\xd8\xff\x00other" * 400, b"%PDF-1.7\x00" * 900
FIGURE = '<figure><img src="{}"><figcaption>Bà con ra bến. Ảnh: THẠCH PÍCH</figcaption></figure>'
ATTACHED = '<p>Tài liệu kèm theo: <a href="{}">Quyết định 12/QĐ-UBND</a></p>'
KINDS = {"jpg": "image/jpeg", "pdf": "application/pdf"}


class SmallPortal:
    """One report with a photo and an attachment; `asked` are the paths in the order they were asked for."""

    def __init__(self) -> None:
        self.photo = "/anh/ben-dang.jpg"
        self.asked: list[str] = []
        self.files = {"/anh/ben-dang.jpg": PHOTO, "/anh/khac.jpg": OTHER_PHOTO, "/tep/qd-12.pdf": DECREE}

    def answer(self, path: str) -> tuple[int, str, bytes]:
        self.asked.append(path)
        if path in self.files:
            return 200, KINDS[path.rpartition(".")[2]], self.files[path]
        pages = {"/": '<a href="/tin/1">Cầu tàu cá Bến Đăng đón chuyến hàng đầu tiên</a>', "/tin/1": self.report()}
        return (200 if path in pages else 404), "text/html; charset=utf-8", pages.get(path, "").encode()

    def report(self) -> str:
        elsewhere = FIGURE.format("http://elsewhere.example/anh.jpg")
        return page(FIGURE.format(self.photo) + paragraphs(*BODY) + elsewhere + ATTACHED.format("/tep/qd-12.pdf"))


@contextmanager
def served(portal: SmallPortal) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = portal.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def portal() -> SmallPortal:
    return SmallPortal()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def night(url: str, archive: Archive, *save: str, max_bytes: int = 10_000_000) -> RunReport:
    portal = Portal((url,), key="bachhai", delay=0, allow_private=True, save=save, max_bytes=max_bytes)
    return crawl(portal, archive, recheck=True)


def captured(archive: Archive, url: str) -> bytes | None:
    capture = archive.latest_page(url, portal="bachhai")
    return capture.body if capture else None


def test_nothing_but_pages_is_fetched_where_nobody_asks_for_more(portal: SmallPortal, archive: Archive) -> None:
    with served(portal) as url:
        assert night(url, archive).new == 1
    assert not set(portal.asked) & set(portal.files)


@pytest.mark.parametrize(
    ("save", "kept"),
    [
        (("images",), {"anh/ben-dang.jpg": PHOTO}),
        (("attachments",), {"tep/qd-12.pdf": DECREE}),
        (("images", "attachments"), {"anh/ben-dang.jpg": PHOTO, "tep/qd-12.pdf": DECREE}),
    ],
)
def test_what_is_asked_for_is_kept_byte_for_byte_and_fetched_once(
    portal: SmallPortal, archive: Archive, save: tuple[str, ...], kept: dict[str, bytes]
) -> None:
    with served(portal) as url:
        report = night(url, archive, *save)
        assert (report.new, set(report.reasons), report.waiting) == (1, {"not-found"}, 0)  # the menu leads nowhere
        assert {path: captured(archive, url + path) for path in kept} == kept
        assert sorted(set(portal.asked) & set(portal.files)) == sorted(f"/{path}" for path in kept)
        assert portal.asked.index("/tin/1") < min(portal.asked.index(f"/{path}") for path in kept)
        again = night(url, archive, *save)
        assert (again.changed, set(again.reasons) - {"not-found"}) == (0, set())
    assert [portal.asked.count(f"/{path}") for path in kept] == [1] * len(kept)
    assert archive.search("").total == 1


def test_the_photo_of_a_later_version_is_kept_beside_that_of_the_first(portal: SmallPortal, archive: Archive) -> None:
    with served(portal) as url:
        night(url, archive, "images")
        portal.photo = "/anh/khac.jpg"
        assert night(url, archive, "images").changed == 1
        assert captured(archive, f"{url}anh/ben-dang.jpg") == PHOTO
        assert captured(archive, f"{url}anh/khac.jpg") == OTHER_PHOTO


def test_a_file_that_is_too_large_or_gone_is_told_and_not_kept(portal: SmallPortal, archive: Archive) -> None:
    del portal.files["/tep/qd-12.pdf"]
    with served(portal) as url:
        report = night(url, archive, "images", "attachments", max_bytes=2_600)
        assert (set(report.reasons), report.reasons["too-large"]) == ({"too-large", "not-found"}, 1)
        assert report.new == 1
        assert captured(archive, f"{url}anh/ben-dang.jpg") is None
