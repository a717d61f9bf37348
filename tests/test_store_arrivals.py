"""What came into an archive since a moment, which runs ended since, and which never did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.model import Article, Capture, Dateline, Page, Portal, RunEvent, RunReport
from portal_archiver.store import Archive

MONDAY = datetime(2026, 11, 23, 19, 15, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
PORTAL = Portal(("https://bachhai.example/",), key="bachhai")


def save(archive: Archive, name: str, at: datetime, body: str = "Nội dung", portal: str = "bachhai") -> None:
    url = f"https://{portal}.example/{name}"
    article = Article(f"Tin {name}", body, published=Dateline(date(2026, 11, int(name[-1]))))
    archive.save(Capture(url, fetched_at=at, body=body.encode()), Page(url, url, "article", article), portal=portal)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Two reports on Monday; on Tuesday one of them is edited, the other seen again, and a third one comes."""
    with Archive(tmp_path / "archive.db") as archive:
        save(archive, "a1", MONDAY)
        save(archive, "a2", MONDAY)
        save(archive, "a1", TUESDAY, "Nội dung đã sửa")
        save(archive, "a2", TUESDAY)
        save(archive, "a3", TUESDAY)
        save(archive, "b1", TUESDAY, portal="xa")
        yield archive


def told(archive: Archive, since: datetime, portal: str | None = None) -> list[tuple[str, str, str, int]]:
    found = archive.arrivals(since, portal=portal)
    return [(arrival.portal, arrival.outcome, arrival.title, arrival.revision) for arrival in found]


def test_what_came_and_what_was_edited_since_a_moment(archive: Archive) -> None:
    assert told(archive, TUESDAY) == [
        ("bachhai", "changed", "Tin a1", 2), ("bachhai", "new", "Tin a3", 1), ("xa", "new", "Tin b1", 1),
    ]  # fmt: skip
    assert told(archive, TUESDAY, "xa") == [("xa", "new", "Tin b1", 1)]
    assert told(archive, WEDNESDAY) == []


def test_a_report_that_came_and_was_edited_is_told_once_as_new(archive: Archive) -> None:
    assert told(archive, MONDAY, "bachhai") == [
        ("bachhai", "new", "Tin a3", 1), ("bachhai", "new", "Tin a2", 1), ("bachhai", "new", "Tin a1", 2),
    ]  # fmt: skip


def test_an_arrival_says_where_it_is_and_when_it_was_seen(archive: Archive) -> None:
    changed, new, _ = archive.arrivals(TUESDAY)
    assert (changed.url, changed.published, changed.seen_at) == (
        "https://bachhai.example/a1", date(2026, 11, 1), TUESDAY,
    )  # fmt: skip
    assert new.seen_at == TUESDAY
    assert archive.article(new.article_id).article.title == new.title


def test_runs_since_a_moment_and_those_that_never_ended(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for began in (MONDAY, TUESDAY):
            report = RunReport("bachhai", began, began + timedelta(minutes=4))
            archive.finish_run(archive.begin_run(PORTAL, began), report)
        archive.begin_run(replace(PORTAL, key="xa"), TUESDAY)
        assert [run.id for run in archive.runs(since=MONDAY, portal="bachhai")] == [2, 1]
        assert [run.id for run in archive.runs(since=MONDAY + timedelta(minutes=5))] == [3, 2]
        assert [(run.started_at, run.stopped) for run in archive.runs(since=MONDAY, portal="xa")] == [
            (TUESDAY, "killed")
        ]
        assert archive.runs(since=WEDNESDAY) == ()


def test_events_can_be_followed_from_any_point_on(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        run = archive.begin_run(PORTAL, MONDAY)
        assert archive.last_event() == 0
        archive.log_event(run, "https://bachhai.example/x", "timeout")
        seen = archive.last_event()
        archive.log_event(run, "https://bachhai.example/y", "forbidden", "403 Forbidden")
        (event,) = archive.events_after(seen)
        assert event == RunEvent(event.at, "https://bachhai.example/y", "forbidden", "403 Forbidden", "bachhai")
        assert archive.events_after(archive.last_event()) == ()
        assert archive.events(run)[1] == event
