"""Archives to be merged, and what one holds without its numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.errors import PortalArchiverError
from portal_archiver.model import Article, Capture, License, Page
from portal_archiver.store import Archive, verify

BEGAN = datetime(2024, 6, 1, 19, tzinfo=UTC)
BODY = "Sáng nay, cầu Bến Đăng bắc qua sông Lách đã thông xe sau hai năm thi công, nối hai bờ xã Vạn Khê. "
Step = Callable[[Archive], object]


def at(hours: float) -> datetime:
    return BEGAN + timedelta(hours=hours)


def shows(
    path: str, hours: float, body: str = BODY, *, title: str = "Cầu mới", portal: str = "bachhai", **more: Any
) -> Step:
    """A page of a report, captured at some hour."""
    url = f"https://{portal}.example/{path}"
    payload = f"<h1>{title}</h1><p>{body}</p><!-- {hours} -->".encode()  # no two visits bring the same bytes
    canonical, parser = more.pop("canonical", url), more.pop("parser", "")
    page = Page(url, canonical, "article", Article(title, body, **more), License(number="12/GP-TTĐT"), parser=parser)
    return lambda archive: archive.save(Capture(url, fetched_at=at(hours), body=payload), page, portal=portal)


def answers(path: str, hours: float, status: int, portal: str = "bachhai") -> Step:
    """A 304 or a 404."""
    url = f"https://{portal}.example/{path}"
    return lambda archive: archive.keep(Capture(url, fetched_at=at(hours), status=status), portal=portal)


QUESTIONS = {
    "portals": "SELECT key, name, accepted_at FROM portals",
    "articles": "SELECT p.key, a.url, a.kind, a.published, a.content_key, a.first_seen, a.last_seen, r.number"
    " FROM articles a JOIN portals p ON p.id = a.portal_id JOIN revisions r ON r.id = a.revision_id",
    "urls of articles": "SELECT p.key, u.url, a.url, u.shown FROM article_urls u JOIN articles a ON a.id = u.article_id"
    " JOIN portals p ON p.id = u.portal_id",
    "revisions": "SELECT a.url, r.number, c.fetched_at, c.url, r.digest, r.reading, r.title, r.body, r.published,"
    " r.section FROM revisions r JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id",
    "photos": "SELECT a.url, r.number, f.n, f.url, f.caption, f.credit FROM photos f"
    " JOIN revisions r ON r.id = f.revision_id JOIN articles a ON a.id = r.article_id",
    "captures": "SELECT p.key, c.url, c.final_url, c.fetched_at, c.status, c.headers, c.peer, b.sha256, l.digest,"
    " a.url, r.number FROM captures c JOIN portals p ON p.id = c.portal_id JOIN bodies b ON b.id = c.body_id"
    " LEFT JOIN licenses l ON l.id = c.license_id LEFT JOIN articles a ON a.id = c.article_id"
    " LEFT JOIN revisions r ON r.id = c.revision_id",
    "payloads": "SELECT sha256, size FROM bodies",
    "footers": "SELECT digest, number, text FROM licenses",
    "frontier": "SELECT p.key, u.url, u.depth, u.found_on, u.text, u.listed, u.rank, u.state, u.reason, u.due,"
    " u.tried_at, u.fetched_at, u.kind, u.etag, u.look FROM urls u JOIN portals p ON p.id = u.portal_id",
    "runs": "SELECT p.key, r.started_at, r.finished_at, r.fetched, r.new FROM runs r"
    " JOIN portals p ON p.id = r.portal_id",
    "events": "SELECT r.started_at, e.at, e.url, e.reason FROM run_events e JOIN runs r ON r.id = e.run_id",
    "robots": "SELECT location, fetched_at, text FROM robots",
}  # fmt: skip


def held(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    found = {name: sorted(archive.db.execute(select).fetchall(), key=str) for name, select in QUESTIONS.items()}
    found["search"] = sorted((hit.url, hit.title) for hit in archive.search("cau", limit=999).hits)
    return found


@dataclass(frozen=True, slots=True)
class Folder:
    """Where archives are made and merged."""

    path: Path

    def archive(self, name: str, steps: Iterable[Step]) -> Path:
        path = self.path / f"{name}.db"
        with Archive(path) as archive:
            for step in steps:
                step(archive)
        return path

    def merged(self, *paths: Path) -> Path:
        """A copy of the first, with the others merged into it one by one; each of them twice."""
        target = self.path / f"{'+'.join(path.stem for path in paths)}.db"
        shutil.copy(paths[0], target)
        with Archive(target) as archive:
            for path in paths[1:]:
                archive.merge(path)
                before = held(archive)
                again = archive.merge(path)
                assert held(archive) == before
                assert {getattr(again, name) for name in again.__slots__ if name != "other"} == {0}
        assert verify(target).damages == ()
        return target

    def contents(self, path: Path) -> dict[str, list[tuple[Any, ...]]]:
        with Archive(path) as archive:
            for (number,) in archive.db.execute("SELECT id FROM captures").fetchall():
                archive.payload(number)
            return held(archive)


def same_in_every_order(folder: Folder, first: list[Step], second: list[Step]) -> dict[str, list[tuple[Any, ...]]]:
    one, other = folder.archive("one", first), folder.archive("other", second)
    there, back = folder.contents(folder.merged(one, other)), folder.contents(folder.merged(other, one))
    assert there == back
    return there


def whole(folder: Folder, steps: list[Step]) -> dict[str, list[tuple[Any, ...]]]:
    return folder.contents(folder.archive("whole", steps))


def refused(ours: Path, other: Path, error: type[PortalArchiverError], message: str) -> None:
    before = ours.read_bytes()
    with Archive(ours) as archive:
        expected = held(archive)
        with pytest.raises(error, match=message):
            archive.merge(other)
        assert held(archive) == expected
    assert ours.read_bytes() == before
    assert not [file.name for file in ours.parent.iterdir() if file.name.startswith("merge-")]
