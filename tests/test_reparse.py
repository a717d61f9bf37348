"""Today's parser over yesterday's captures: what only the parser changed is no revision, and nothing is lost."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo_crawl import port_of, portal_at, reports_of
from fictional_page import BODY, HOST, TITLE, URL, page, paragraphs
from portal_archiver.demo import serve
from portal_archiver.errors import LockedError
from portal_archiver.model import Archived, Article, Capture, Dateline, Link, Page, Portal, ReparseReport, Saved
from portal_archiver.parser import VERSION, parse_page, version_for
from portal_archiver.pipeline import Progress, ReparseOptions, crawl, reading, reparse
from portal_archiver.store import Archive, Scope, schema
from test_store_errors import UNDO

KEY = "bachhai"
PORTAL = Portal((f"{HOST}/",), key=KEY)
START = datetime(2024, 6, 1, 20, tzinfo=UTC)
FIGURE = '<figure><img src="/anh/tau.jpg"><figcaption>Tàu cập cảng. Ảnh: Ngọc Vy</figcaption></figure>'
REPORT = page(FIGURE + paragraphs(*BODY), date='<span class="date">Ngày đăng: 30/05/2024</span>')
OLD = "0"

Parser = Callable[[Page], Page]
TABLES = "articles revisions photos attachments article_urls captures licenses urls".split()


def dump(archive: Archive) -> dict[str, list[Any]]:
    """All that the archive holds, row by row."""
    return {table: archive.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}


def told(archive: Archive) -> dict[str, list[Any]]:
    """The same without the numbers of rows: what two archives of one history agree in."""
    asked = (
        "SELECT a.url, a.kind, a.published, a.content_key, a.first_seen, a.last_seen FROM articles a ORDER BY a.url",
        "SELECT a.url, r.number, r.digest, r.reading, r.parser, r.body_html, c.fetched_at, c.url FROM revisions r"
        " JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id ORDER BY a.url, r.number",
        "SELECT a.url, r.number, p.n, p.url, p.caption, p.credit FROM photos p JOIN revisions r ON r.id = p.revision_id"
        " JOIN articles a ON a.id = r.article_id ORDER BY a.url, r.number, p.n",
        "SELECT a.url, r.number, t.n, t.url, t.title FROM attachments t JOIN revisions r ON r.id = t.revision_id"
        " JOIN articles a ON a.id = r.article_id ORDER BY a.url, r.number, t.n",
        "SELECT u.url, a.url, u.shown FROM article_urls u JOIN articles a ON a.id = u.article_id ORDER BY u.url",
        "SELECT c.fetched_at, c.url, c.parser, a.url, r.number, l.digest FROM captures c"
        " LEFT JOIN articles a ON a.id = c.article_id LEFT JOIN revisions r ON r.id = c.revision_id"
        " LEFT JOIN licenses l ON l.id = c.license_id ORDER BY c.fetched_at, c.url",
    )
    return {question: archive.db.execute(question).fetchall() for question in asked}


def take_back(archive: Archive) -> None:
    """Make an archive one from before it was noted which parser read what; to be closed then."""
    for version in range(schema.VERSION, 1, -1):
        name, statements = UNDO[version]
        for statement in statements:
            archive.db.execute(statement)
        archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [name])
        if name.endswith("_parsers"):
            archive.db.execute(f"PRAGMA user_version = {version - 1}")
            return


def check_index(archive: Archive) -> None:
    archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


class Nights:
    """Saves what an older parser makes of pages, night after night."""

    def __init__(self, archive: Archive, older: Parser = lambda page: page) -> None:
        self.archive = archive
        self.older = older
        self.night = 0

    def capture(self, html: str, url: str = URL, *, status: int = 200) -> Capture:
        self.night += 1
        return Capture(url, fetched_at=START + timedelta(days=self.night), body=html.encode(), status=status)

    def see(self, html: str, url: str = URL, older: Parser | None = None) -> Saved:
        capture = self.capture(html, url)
        read = parse_page(capture.body, url, fetched_at=capture.fetched_at)
        return self.archive.save(capture, replace((older or self.older)(read), parser=OLD), portal=KEY)


def with_article(**changes: Any) -> Parser:
    """A parser that reads these fields so, whatever a page says."""
    return lambda page: replace(page, article=replace(page.article, **changes)) if page.article else page


def as_other(page: Page) -> Page:
    """A parser that takes a page for no report."""
    return replace(page, kind="other", article=None)


def read_anew(archive: Archive, **options: Any) -> ReparseReport:
    (report,) = reparse([PORTAL], archive, ReparseOptions(**options))
    return report


def titles(archive: Archive, article_id: int = 1) -> list[tuple[int, str, int]]:
    """Of each revision its number, its title and the night that first showed it."""
    return [
        (revision.number, revision.article.title, (revision.captured_at - START).days)
        for revision in archive.revisions(article_id)
    ]


def edit(old: str, new: str, html: str = REPORT) -> str:
    assert old in html
    return html.replace(old, new)


# --- a report read anew -----------------------------------------------------------------------------------------------


def test_what_only_the_parser_changed_is_another_reading_of_the_same_revision(archive: Archive) -> None:
    nights = Nights(archive, with_article(title="Sai tiêu đề", photos=(), published=None, author="Sai"))
    nights.see(REPORT)
    nights.see(edit("1.254.307", "1.254.399"))
    report = read_anew(archive)
    assert (report.captures, report.articles, report.reread, report.new, report.revisions) == (2, 1, 1, 0, 0)
    assert report.fields == {"title": 1, "date": 1, "byline": 1, "photos": 1, "captions": 1, "credits": 1} | {
        "date's origin": 1
    }
    (title,) = report.examples["title"]
    assert (title.article_id, title.revision, title.old, title.new) == (1, 1, "Sai tiêu đề", TITLE)
    (revision,) = archive.revisions(1)
    assert revision.article == parse_page(REPORT, URL, fetched_at=START).article
    assert (revision.parser, revision.last_seen) == (str(VERSION), START + timedelta(days=2))
    assert archive.search(TITLE).total == 1
    assert archive.search('"Sai tiêu đề"').total == 0
    assert archive.search("", since="2024-05-30", until="2024-05-30").total == 1
    assert archive.article(1).article.photos[0].credit == "Ngọc Vy"
    check_index(archive)


def test_a_second_time_nothing_is_left_to_do(archive: Archive) -> None:
    Nights(archive, with_article(title="Sai")).see(REPORT)
    read_anew(archive)
    before = dump(archive)
    assert read_anew(archive).captures == 0
    assert read_anew(archive, scope=Scope(everything=True)).captures == 1
    assert dump(archive) == before


def test_an_edit_that_the_older_parser_did_not_see_becomes_a_revision_in_its_place(archive: Archive) -> None:
    nights = Nights(archive, with_article(photos=()))
    nights.see(REPORT)
    nights.see(edit("Tàu cập cảng", "Tàu rời cảng"))
    nights.see(edit(TITLE, "Tít mới của bài báo về cảng", edit("Tàu cập cảng", "Tàu rời cảng")))
    nights.see(REPORT)
    assert [night for _, _, night in titles(archive)] == [1, 3, 4]
    report = read_anew(archive)
    assert (report.revisions, report.new) == (1, 0)
    assert titles(archive) == [(1, TITLE, 1), (2, TITLE, 2), (3, "Tít mới của bài báo về cảng", 3), (4, TITLE, 4)]
    captions = [revision.article.photos[0].caption[:7] for revision in archive.revisions(1)]
    assert captions == ["Tàu cập", "Tàu rời", "Tàu rời", "Tàu cập"]
    assert archive.article(1).revision == 4
    check_index(archive)


def test_revisions_that_an_older_parser_made_of_a_counter_are_kept_and_read_alike(archive: Archive) -> None:
    nights = Nights(archive)
    for night in range(3):
        nights.see(edit("1.254.307", f"1.254.40{night}"), older=with_article(body=f"{BODY[0]} Lượt xem: {night}"))
    assert len(archive.revisions(1)) == 3
    assert read_anew(archive).reread == 3
    history = archive.revisions(1)
    assert [revision.number for revision in history] == [1, 2, 3]
    assert len({revision.article for revision in history}) == 1


def test_what_a_listing_said_of_the_date_outlives_a_rereading(archive: Archive) -> None:
    undated = edit('<span class="date">Ngày đăng: 30/05/2024</span>', "")
    Nights(archive, with_article(title="Sai")).see(undated)
    listed = Dateline(datetime(2024, 5, 29, tzinfo=UTC).date(), origin="listing", raw="29/5")
    archive.learn_dates([Link(URL, "Tin", listed)], portal=KEY)
    assert read_anew(archive).fields == {"title": 1}
    assert archive.article(1).article.published == listed


def test_a_report_that_todays_parser_takes_for_none_is_kept_and_told(archive: Archive) -> None:
    listing = page('<ul><li><a href="/a">Một</a></li></ul>', title="<h1>Tin tức</h1>")
    Nights(archive, lambda page: replace(page, kind="article", article=parse_page(REPORT, URL).article)).see(listing)
    before = archive.article(1)
    history = archive.revisions(1)
    report = read_anew(archive)
    assert report.lost == (1,)
    assert (archive.article(1), archive.revisions(1)) == (before, history)
    assert read_anew(archive).captures == 0


def test_revisions_stand_in_the_order_of_their_captures(archive: Archive) -> None:
    nights = Nights(archive)
    nights.see(edit(TITLE, "Cầu tàu cá Bến Đăng: bản thứ hai"))
    nights.night = 5
    nights.see(REPORT)
    # Earlier versions put a revision last whenever its capture was made.
    times = archive.db.execute("SELECT fetched_at, 3 - id FROM captures ORDER BY id").fetchall()
    archive.db.conn.executemany("UPDATE captures SET fetched_at = ? WHERE id = ?", times)
    assert [night for *_, night in titles(archive)] == [6, 1]
    read_anew(archive)
    assert titles(archive) == [(1, TITLE, 1), (2, "Cầu tàu cá Bến Đăng: bản thứ hai", 6)]
    assert archive.article(1).article.title == "Cầu tàu cá Bến Đăng: bản thứ hai"
    check_index(archive)


# --- pages that were none ---------------------------------------------------------------------------------------------


def test_a_page_that_was_no_report_becomes_one_as_if_it_always_had_been(archive: Archive) -> None:
    nights = Nights(archive, as_other)
    frontier = archive.frontier(PORTAL)
    frontier.add([Link(URL, "Tin")], depth=1)
    nights.see(REPORT)
    archive.keep(nights.capture("", status=304), portal=KEY)
    nights.see(edit("42 tấn", "24 tấn"))
    archive.keep(nights.capture("", status=304), portal=KEY)
    archive.keep(nights.capture("Không tìm thấy", status=404), portal=KEY)
    assert archive.search("").total == 0
    report = read_anew(archive)
    assert (report.new, report.revisions) == (1, 1)
    found = archive.article(1)
    assert (found.first_seen, found.last_seen) == (START + timedelta(days=1), START + timedelta(days=4))
    first, second = archive.revisions(1)
    assert (first.last_seen, second.last_seen) == (START + timedelta(days=2), START + timedelta(days=4))
    assert len(archive.captures(1)) == 5
    assert archive.search("24 tấn").total == 1
    assert archive.db.execute("SELECT kind, rank FROM urls WHERE url = ?", [URL]).fetchone() == ("article", 3)
    check_index(archive)


def test_what_was_no_report_for_a_while_fills_the_gap(archive: Archive) -> None:
    """The edit was made on the second night; the older parser could read the page again on the fourth."""
    nights = Nights(archive)
    edited = edit(TITLE, "Cầu tàu cá Bến Đăng đón hai chuyến hàng")
    nights.see(REPORT)
    nights.see(edited, older=as_other)
    nights.see(edited, older=as_other)
    nights.see(edited)
    assert [night for *_, night in titles(archive)] == [1, 4]
    read_anew(archive)
    assert [night for *_, night in titles(archive)] == [1, 2]
    assert archive.revisions(1)[1].last_seen == START + timedelta(days=4)
    before = dump(archive)
    read_anew(archive, scope=Scope(everything=True))
    assert dump(archive) == before


def test_another_address_of_a_report_that_was_seen_before_it_joins_it(archive: Archive) -> None:
    nights = Nights(archive)
    nights.see(REPORT, f"{HOST}/tin/ban-in", older=as_other)
    nights.see(REPORT)
    report = read_anew(archive)
    assert (report.new, report.revisions) == (0, 0)
    (revision,) = archive.revisions(1)
    assert revision.captured_at == archive.article(1).first_seen == START + timedelta(days=1)
    assert set(archive.article(1).urls) == {URL, f"{HOST}/tin/ban-in"}


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_a_damaged_payload_is_told_and_the_others_are_read(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    nights.see(REPORT)
    nights.see(edit(TITLE, "Làng muối Cồn Nhạn được mùa lớn nhất mười năm"), f"{HOST}/tin/2")
    archive.db.execute("UPDATE bodies SET data = x'28b52ffd' WHERE id = 1")
    report = read_anew(archive)
    assert (report.damaged, report.captures) == (1, 1)
    assert report.troubles[0].startswith(f"capture 1 ({URL}): payload 1 is damaged")
    assert [archive.article(number).article.author for number in (1, 2)] == ["Sai", None]
    assert read_anew(archive).damaged == 1


def test_an_edit_is_none_only_because_the_page_before_it_is_damaged(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    nights.see(REPORT)
    nights.see(edit("1.254.307", "1.254.399"))
    nights.see(edit("42 tấn", "24 tấn"))
    archive.db.execute("UPDATE bodies SET data = x'28b52ffd' WHERE id = 1")
    report = read_anew(archive)
    assert (report.damaged, report.revisions) == (1, 0)
    assert [revision.article.author for revision in archive.revisions(1)] == [None, None]


def test_a_page_that_breaks_the_parser_stays_as_it_was(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    Nights(archive, with_article(author="Sai")).see(REPORT)

    def break_down(*args: Any, **options: Any) -> Page:
        raise RecursionError("so deep")

    monkeypatch.setattr(reading, "parse_page", break_down)
    report = read_anew(archive)
    assert (report.unreadable, report.captures, report.lost) == (1, 0, ())
    assert report.troubles == (f"capture 1 ({URL}): RecursionError: so deep",)
    assert archive.article(1).article.author == "Sai"
    monkeypatch.undo()
    assert read_anew(archive).reread == 1


def test_what_a_crawl_could_not_read_is_read_when_the_parser_can(archive: Archive) -> None:
    archive.keep(Nights(archive).capture(REPORT), portal=KEY, unread=True)
    assert read_anew(archive).new == 1
    assert archive.article(1).article.title == TITLE


def test_a_rereading_waits_for_no_other_run_and_a_dry_one_needs_none(archive: Archive) -> None:
    Nights(archive).see(REPORT)
    with Archive(archive.path) as other, other.exclusive():
        with pytest.raises(LockedError):
            read_anew(archive)
        assert read_anew(archive, dry_run=True).captures == 1


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_only_what_is_asked_for_is_read(archive: Archive) -> None:
    nights = Nights(archive, with_article(author="Sai"))
    for number in range(3):
        nights.see(edit(TITLE, f"Tin thứ {number} của cảng cá Bến Đăng hôm nay"), f"{HOST}/tin/{number}")
    assert read_anew(archive, scope=Scope(article_id=2)).captures == 1
    assert [archive.article(number).article.author for number in (1, 2, 3)] == ["Sai", None, "Sai"]
    assert read_anew(archive, scope=Scope(since=START + timedelta(days=3))).captures == 1
    assert [archive.article(number).article.author for number in (1, 2, 3)] == ["Sai", None, None]


def test_a_selector_is_followed_and_makes_no_revision(archive: Archive) -> None:
    with_role = edit("</h1>", '</h1><p class="toa-soan">Ban Biên tập</p>')
    capture = Nights(archive).capture(with_role)
    archive.save(capture, parse_page(capture.body, URL, fetched_at=capture.fetched_at), portal=KEY)
    chosen = replace(PORTAL, select={"author": ".toa-soan"})
    (report,) = reparse([chosen], archive)
    assert (report.reread, len(archive.revisions(1))) == (1, 1)
    assert archive.article(1).article.author == "Ban Biên tập"
    assert archive.revisions(1)[0].parser == report.parser != str(VERSION)
    assert reparse([chosen], archive)[0].captures == 0


# --- a whole portal ---------------------------------------------------------------------------------------------------


def older_parser(page: Page) -> Page:
    """A worse one, in every way that a parser can be."""
    page = replace(page, license=None if page.url.endswith("-1198.html") else page.license, parser=OLD)
    if page.article is None:
        return page
    if "/nong-nghiep" in page.url:
        return as_other(page)
    article = replace(page.article, title=page.article.title.upper(), author=None, photos=page.article.photos[1:])
    return replace(page, kind="article", article=replace(article, published=None, section="Sai", attachments=()))


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


# --- a crawl with another parser --------------------------------------------------------------------------------------


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
