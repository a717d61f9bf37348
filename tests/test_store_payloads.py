"""Payloads are small beside the template that they share, and come back byte for byte, whatever stood beside them."""

from __future__ import annotations

import base64
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from portal_archiver.errors import ArchiveError
from portal_archiver.model import Capture
from portal_archiver.store import Archive, payloads

WORDS = "cầu tàu bến cá muối lúa đò chợ xã huyện thôn trạm bơm đê kè lưới thuyền mùa vụ học sinh lớp dạy nghề".split()


def template(seed: int) -> str:
    """The frame of a portal's pages: some 30 KB, as real ones are."""
    choose = random.Random(seed)
    items = (f'<li class="m{choose.randrange(99)}"><a href="/muc/{n}">{choose.random()}</a></li>' for n in range(500))
    return f"<!doctype html><meta charset=utf-8><ul>{''.join(items)}</ul>%s<div class=footer>Bạch Hải</div>"


def page(frame: int, number: int) -> bytes:
    choose = random.Random(f"{frame}/{number}")
    text = " ".join(choose.choice(WORDS) for _ in range(300))
    return (template(frame) % f"<h1>Tin {number}</h1><p>{text}</p>").encode()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def keep(archive: Archive, body: bytes, portal: str = "bachhai") -> int:
    return archive.keep(Capture(f"https://{portal}.example/", body=body), portal=portal)


def stored(archive: Archive) -> list[tuple[int, int, int | None]]:
    """Of every payload: its size, the bytes that it takes, and the dictionary."""
    rows = archive.db.query("SELECT size, length(data) AS takes, dictionary_id FROM bodies ORDER BY id")
    return [(row["size"], row["takes"], row["dictionary_id"]) for row in rows]


def test_pages_of_a_template_take_a_tenth_of_what_gzip_makes_of_them_and_come_back_as_they_were(
    archive: Archive,
) -> None:
    pages = [page(1, number) for number in range(20)]
    ids = [keep(archive, body) for body in pages]
    assert [archive.payload(capture) for capture in ids] == pages
    first, *others = stored(archive)
    assert first[2] is None
    assert {dictionary for _, _, dictionary in others} == {1}
    assert 10 * sum(takes for _, takes, _ in others) < sum(len(gzip.compress(body)) for body in pages[1:])


def test_several_templates_and_new_ones_have_a_dictionary_each(archive: Archive) -> None:
    pages = [page(frame, number) for number in range(4) for frame in (1, 2, 3)] + [page(4, n) for n in range(4)]
    ids = [keep(archive, body) for body in pages]
    assert [archive.payload(capture) for capture in ids] == pages
    assert [dictionary for _, _, dictionary in stored(archive)] == [None] * 3 + [1, 2, 3] * 3 + [None, 13, 13, 13]


def test_the_last_used_dictionaries_are_tried_and_a_forgotten_template_gets_a_new_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "MAX_DICTIONARIES", 2)
    for frame, number in ((1, 0), (2, 0), (1, 1), (3, 0), (1, 2), (2, 1), (2, 2)):
        keep(archive, page(frame, number))
    assert [dictionary for _, _, dictionary in stored(archive)] == [None, None, 1, None, 1, None, 6]


def test_portals_share_payloads_but_no_dictionary(archive: Archive) -> None:
    keep(archive, page(1, 0), "bachhai")
    keep(archive, page(1, 0), "vankhe")
    keep(archive, page(1, 1), "vankhe")
    assert [dictionary for _, _, dictionary in stored(archive)] == [None, None]


def test_what_is_no_template_becomes_no_dictionary(archive: Archive) -> None:
    picture = base64.b64encode(random.Random(1).randbytes(40_000))
    keep(archive, b"<img src='data:image/jpeg;base64," + picture + b"'>")
    keep(archive, b"<p>Tin</p>")
    keep(archive, b"")
    assert archive.db["dictionaries"].count == 0
    assert [dictionary for _, _, dictionary in stored(archive)] == [None] * 3


def test_a_payload_can_be_read_without_us(archive: Archive) -> None:
    for number in range(2):
        keep(archive, page(1, number))
    (dictionary,), (data,) = archive.db.execute("SELECT data FROM bodies ORDER BY id").fetchall()
    beside = zstandard.ZstdCompressionDict(zstandard.decompress(dictionary))  # as for `zstd -D`
    assert zstandard.ZstdDecompressor(beside).decompress(data) == page(1, 1)


def test_a_damaged_dictionary_is_told_of_every_payload_that_needs_it(tmp_path: Path) -> None:
    pages = [page(5, number) for number in range(3)]
    with Archive(tmp_path / "archive.db") as archive:
        ids = [keep(archive, body) for body in pages]
        archive.db.execute("UPDATE bodies SET data = zeroblob(40) WHERE id = 1")
    payloads._PREPARED._ready.clear()
    with Archive(tmp_path / "archive.db") as archive:
        for capture in ids:
            with pytest.raises(ArchiveError, match="is damaged"):
                archive.payload(capture)


def test_archives_side_by_side_keep_no_dictionary_of_each_other(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as one, Archive(tmp_path / "b.db") as other:
        for archive, frames in ((one, (1, 2)), (other, (2, 1))):
            for frame in frames:
                keep(archive, page(frame, 0))
        both = [(archive, keep(archive, page(frame, 1)), frame) for archive in (one, other) for frame in (1, 2)]
        for archive, capture, frame in both:
            assert archive.payload(capture) == page(frame, 1)
