"""A whole portal read anew, and a crawl with another parser than the last one's."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo_crawl import port_of, portal_at, reports_of
from fictional_page import URL
from portal_archiver.demo import serve
from portal_archiver.model import Archived, Article, Capture
from portal_archiver.parser import VERSION, parse_page, version_for
from portal_archiver.pipeline import Progress, ReparseOptions, crawl, reading, reparse
from portal_archiver.store import Archive, Scope
from reread import (
    FIGURE,
    KEY,
    PORTAL,
    REPORT,
    START,
    Nights,
    check_index,
    dump,
    edit,
    older_parser,
    read_anew,
    take_back,
    told,
    with_article,
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What is crawled is read by the older parser, until this is undone."""
    monkeypatch.setattr(reading, "parse_page", lambda *args, **options: older_parser(parse_page(*args, **options)))
    return monkeypatch


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The demo portal in an archive: as the older parser read it, and that read anew undisturbed; only to be copied."""

    url: str
    before: Path
    after: Path

    def copied(self, folder: Path) -> Archive:
        return Archive(shutil.copy(self.before, folder / "archive.db"))


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgrade]:
    before, after = (tmp_path_factory.mktemp("upgrade") / name for name in ("before.db", "after.db"))
    with serve() as url:
        with pytest.MonkeyPatch.context() as patch, Archive(before) as archive:
            patch.setattr(reading, "parse_page", lambda *args, **options: older_parser(parse_page(*args, **options)))
            crawl(portal_at(url), archive)
        with Archive(shutil.copy(before, after)) as archive:
            reparse([portal_at(url)], archive)
        yield Upgrade(url, before, after)


def without_counter(article: Article) -> Article:
    """The line of some datelines ends with a counter of views, which stands in `raw`."""
    return replace(article, published=article.published and replace(article.published, raw=""))


def comparable(report: Archived) -> Archived:
    return replace(report, id=0, first_seen=START, last_seen=START, article=without_counter(report.article))


def test_an_archive_read_anew_is_the_one_that_todays_parser_would_have_made(tmp_path: Path, upgrade: Upgrade) -> None:
    with upgrade.copied(tmp_path) as old, Archive(tmp_path / "new.db") as new:
        portal = portal_at(upgrade.url)
        crawl(portal, new)
        assert len(reports_of(old)) < len(reports_of(new))
        (dry,) = reparse([portal], old, ReparseOptions(dry_run=True))
        (report,) = reparse([portal], old)
        assert {one: comparable(report) for one, report in reports_of(old).items()} == {
            one: comparable(report) for one, report in reports_of(new).items()
        }
        kinds = "SELECT url, kind, rank FROM urls WHERE kind IN ('article', 'document') ORDER BY url"
        assert old.db.execute(kinds).fetchall() == new.db.execute(kinds).fetchall()
        for query in ("nong thon moi", "Ngọc Vy", "chuyen doi so"):
            found = [{hit.url for hit in archive.search(query, limit=99).hits} for archive in (old, new)]
            assert found[0] == found[1]
        check_index(old)
    assert report.new > 5 < report.reread
    assert (dry.new, dry.reread, dry.fields, dry.captures) == (
        report.new, report.reread, report.fields, report.captures
    )  # fmt: skip
    assert all(len(examples) <= 3 for examples in report.examples.values())


def test_an_archive_that_was_just_crawled_stays_as_it_is(tmp_path: Path) -> None:
    with serve() as url, Archive(tmp_path / "archive.db") as archive:
        portal = replace(portal_at(url), learn=False)  # else it is to be read with what it has taught
        crawl(portal, archive)
        before = dump(archive)
        assert reparse([portal], archive)[0].captures == 0
        (report,) = reparse([portal], archive, ReparseOptions(Scope(everything=True)))
        assert report.captures > 80 and not report.fields
        assert dump(archive) == before


def test_a_dry_run_writes_nothing(tmp_path: Path, upgrade: Upgrade) -> None:
    with upgrade.copied(tmp_path) as archive:
        before = dump(archive)
        with Archive(archive.path, read_only=True) as opened:
            (report,) = reparse([portal_at(upgrade.url)], opened, ReparseOptions(dry_run=True))
        assert report.fields["title"] > 10
        assert dump(archive) == before


@pytest.mark.parametrize("at", [1, 20, 64, 80])
def test_one_that_is_stopped_goes_on_where_it_was_and_ends_the_same(tmp_path: Path, upgrade: Upgrade, at: int) -> None:
    with upgrade.copied(tmp_path) as archive, Archive(upgrade.after, read_only=True) as undisturbed:
        portal = portal_at(upgrade.url)
        stop = threading.Event()

        def watch(progress: Progress) -> None:
            if progress.done == at:
                stop.set()

        (first,) = reparse([portal], archive, ReparseOptions(on_progress=watch, stop=stop))
        assert first.stopped == "signal"
        (second,) = reparse([portal], archive)
        assert second.stopped is None and second.captures > 0
        assert told(archive) == told(undisturbed)


@pytest.mark.parametrize("known", [True, False], ids=["started at once", "started when one cannot keep up"])
def test_further_processes_read_the_same(
    tmp_path: Path, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    with upgrade.copied(tmp_path) as archive, Archive(upgrade.after, read_only=True) as undisturbed:
        monkeypatch.setattr(reading, "MANY" if known else "WORTH_A_START", 3)
        reparse([portal_at(upgrade.url)], archive, ReparseOptions(processes=2))
        assert told(archive) == told(undisturbed)


def test_a_better_parser_makes_no_revision_and_raises_no_alarm(tmp_path: Path, upgrade: Upgrade) -> None:
    with upgrade.copied(tmp_path) as archive:
        before = {one: len(archive.revisions(report.id)) for one, report in reports_of(archive).items()}
        report = crawl(portal_at(upgrade.url), archive, recheck=True)
        assert (report.changed, report.alarms) == (0, ())
        after = reports_of(archive)
        assert {one: len(archive.revisions(after[one].id)) for one in before} == before
        read = [found for found in after.values() if not found.article.title.isupper()]
        assert len(read) >= report.unchanged > 15  # of the others the portal said that they are unchanged
        check_index(archive)


def test_without_rereading_every_report_would_pass_for_edited(
    tmp_path: Path, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    with upgrade.copied(tmp_path) as archive:
        monkeypatch.setattr(Archive, "stale", lambda self, capture, page, portal: [])
        report = crawl(portal_at(upgrade.url), archive, recheck=True)
        assert report.changed > 15
        assert report.yields["unedited"].share < 0.1


def test_an_edit_of_the_night_of_the_upgrade_is_a_revision_between_two_readings_of_todays_parser(
    tmp_path: Path, older: pytest.MonkeyPatch
) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        with serve() as url:
            crawl(portal_at(url), archive)
        older.undo()
        with serve(port_of(url), edited=True), Archive(tmp_path / "new.db") as new:
            report = crawl(portal_at(url), archive, recheck=True)
            crawl(portal_at(url), new)
            truth = reports_of(new)
        assert report.changed == 1
        (edited,) = [one for one in reports_of(archive).values() if one.revision == 2]
        first, second = archive.revisions(edited.id)
        assert without_counter(second.article) == without_counter(truth[edited.url].article)
        assert not first.article.title.isupper() and first.article.author == second.article.author
        assert first.article.title != second.article.title
        reparse([portal_at(url)], archive)
        assert len(archive.revisions(edited.id)) == 2


def tonight(archive: Archive, capture: Capture) -> str:
    """What a crawl makes of a page: what it is held against is read anew first."""
    page = parse_page(capture.body, capture.final_url, fetched_at=capture.fetched_at)
    for capture_id, stale in archive.stale(capture, page, portal=KEY):
        archive.reread(capture_id, parse_page(stale.body, stale.final_url, fetched_at=stale.fetched_at))
    return archive.save(capture, page, portal=KEY).outcome


def test_a_print_version_without_photos_is_no_edit_after_an_upgrade(archive: Archive) -> None:
    printed, counted = edit(FIGURE, ""), ("1.254.307", "1.254.399")
    nights = Nights(archive, with_article(author="Sai"))
    nights.see(REPORT)
    assert nights.see(printed, f"{URL}/in").outcome == "duplicate"
    assert tonight(archive, nights.capture(edit(*counted, printed), f"{URL}/in")) == "unchanged"
    assert tonight(archive, nights.capture(edit(*counted))) == "unchanged"
    (revision,) = archive.revisions(1)
    assert (revision.article.author, len(revision.article.photos)) == (None, 1)
    assert tonight(archive, nights.capture(edit("42 tấn", "24 tấn", printed), f"{URL}/in")) == "changed"


def test_what_is_held_against_a_page_is_read_anew_once(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    nights.see(REPORT)
    capture = nights.capture(edit("1.254.307", "1.254.399"))
    page = parse_page(capture.body, URL)
    assert [number for number, _ in archive.stale(capture, page, portal=KEY)] == [1]
    assert tonight(archive, capture) == "unchanged"
    assert archive.stale(capture, page, portal=KEY) == []
    archive.db.execute("UPDATE bodies SET data = x'00'")
    older = replace(page, parser="another")
    assert archive.stale(capture, older, portal=KEY) == []  # a damaged payload does not end a crawl


def test_an_archive_from_before_parsers_had_versions_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        nights = Nights(archive, with_article(author="Sai"))
        nights.see(REPORT)
        nights.see(edit("1.254.307", "1.254.399"))
        archive.keep(nights.capture("", status=304), portal=KEY)
        take_back(archive)
    with Archive(path) as archive:
        assert tonight(archive, nights.capture(edit("1.254.307", "1.254.400"))) == "unchanged"
        assert archive.article(1).article.author is None
        assert read_anew(archive).captures == 3  # all of the report, so that its history is told from the beginning
        (revision,) = archive.revisions(1)
        assert (revision.captured_at, revision.last_seen) == (START + timedelta(days=1), START + timedelta(days=4))
        shown = archive.db.execute("SELECT parser, revision_id FROM captures ORDER BY id").fetchall()
        assert shown == [(str(VERSION), 1), (str(VERSION), 1), (None, 1), (str(VERSION), 1)]


def test_the_settings_that_decide_how_pages_are_read_are_part_of_the_version() -> None:
    plain = str(VERSION)
    assert version_for(None) == version_for(PORTAL) == version_for(replace(PORTAL, delay=9, name="Cổng")) == plain
    versions = [
        version_for(replace(PORTAL, **settings))
        for settings in (
            {"select": {"title": "h1"}},
            {"select": {"title": "h2"}},
            {"articles": ("https://bachhai.example/tin/*",)},
            {"listings": ("https://bachhai.example/tin/*",)},
        )
    ]
    assert len({plain, *versions}) == 5
    assert parse_page(REPORT, URL, portal=replace(PORTAL, select={"title": "h1"})).parser == versions[0]
