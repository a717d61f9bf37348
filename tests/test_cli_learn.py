"""`learn`, and what follows from it: profiles by day in the archive, crawls and rereadings that read with them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.config import load
from portal_archiver.errors import ConfigError, PortalArchiverError
from portal_archiver.model import Capture, Portal, Profile
from portal_archiver.parser import digest_of, parse_page, version_for
from portal_archiver.pipeline import learn_portal, reparse
from portal_archiver.pipeline.profiles import Taught
from portal_archiver.store import Archive
from program import cli
from test_learning import FRAME, HOST, MISREAD, article_page

MONDAY = datetime(2026, 2, 2, 18, 5, tzinfo=UTC)
PORTAL = Portal((f"{HOST}/",), key="bachhai")
SELECT = {"title": "div.tt", "body": "div.nd", "published": "div.ng", "author": "div.tg", "section": "div.muc"}
CONFIG = f'[portal.bachhai]\nstart = "{HOST}/"\n'


def fill(archive: Archive, pages: range = range(20), at: datetime = MONDAY, name: str = "tt") -> None:
    for n in pages:
        url = f"{HOST}/tin/{n}"
        capture = Capture(url, fetched_at=at + timedelta(minutes=n), body=article_page(n, name=name).encode())
        portal = Taught(PORTAL, archive).at(capture.fetched_at)
        archive.save(capture, parse_page(capture.body, url, portal=portal), portal="bachhai")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        fill(archive)
        yield archive


# --- in the archive ---------------------------------------------------------------------------------------------------


def test_what_is_learned_is_kept_and_the_archive_is_read_with_it(archive: Archive) -> None:
    before = archive.portals()[0].articles
    learned = learn_portal("bachhai", archive)
    assert learned.is_kept
    (profile,) = archive.profiles("bachhai")
    assert profile.templates == (SELECT,)
    assert (profile.since, profile.digest) == (MONDAY, digest_of([SELECT]))
    assert profile.lesson["kinds"] == {"article": before, "listing": 20 - before}
    (report,) = reparse([PORTAL], archive)
    assert (report.parser, report.new) == (version_for(Taught(PORTAL, archive).at(MONDAY)), 20 - before)
    assert archive.portals()[0].articles == 20
    parsers = {row[0] for row in archive.db.execute("SELECT DISTINCT parser FROM captures")}
    assert parsers == {report.parser} and report.parser.endswith(f"~{profile.digest}")
    assert reparse([PORTAL], archive)[0].captures == 0


def test_the_same_is_not_kept_twice_and_another_one_takes_its_place(archive: Archive) -> None:
    learn_portal("bachhai", archive)
    again = learn_portal("bachhai", archive)
    assert (again.is_kept, again.reason) == (False, "it says what is known already")
    fill(archive, range(100, 120), MONDAY + timedelta(days=1), name="tieu-de")
    assert learn_portal("bachhai", archive).is_kept
    (profile,) = archive.profiles("bachhai")
    assert profile.since == MONDAY
    assert {template["title"] for template in profile.templates} == {"div.tt", "div.tieu-de"}
    assert archive.db.execute("SELECT count(*) FROM profiles").fetchone() == (2,)


def test_captures_keep_the_profile_of_their_day(archive: Archive) -> None:
    """The template changes on Tuesday: what was captured before is read with what held then."""
    learn_portal("bachhai", archive)
    tuesday = MONDAY + timedelta(days=1)
    fill(archive, range(200, 220), tuesday, name="tieu-de")
    assert learn_portal("bachhai", archive, since=tuesday).is_kept
    first, second = archive.profiles("bachhai")
    assert (first.since, second.since) == (MONDAY, tuesday)
    taught = Taught(PORTAL, archive)
    days = (MONDAY - timedelta(days=9), MONDAY, tuesday - timedelta(seconds=1), tuesday, tuesday + timedelta(days=9))
    titles = [taught.at(day).learned[0]["title"] for day in days]
    assert titles == ["div.tt", "div.tt", "div.tt", "div.tieu-de", "div.tieu-de"]
    reparse([PORTAL], archive)
    rows = archive.db.execute("SELECT parser, count(*) FROM captures GROUP BY parser ORDER BY min(fetched_at)")
    assert [(parser.rpartition("~")[2], number) for parser, number in rows] == [(first.digest, 20), (second.digest, 20)]
    assert archive.portals()[0].articles == 40
    assert reparse([PORTAL], archive)[0].captures == 0


def test_what_portals_toml_says_was_learned_comes_before_what_the_archive_has(archive: Archive) -> None:
    learn_portal("bachhai", archive)
    own = Portal((f"{HOST}/",), key="bachhai", learned=({"title": "h1", "body": "div.nd"},))
    assert Taught(own, archive).at(MONDAY) is own
    assert Taught(Portal((HOST,), key="khac"), archive).at(MONDAY).learned == ()


def test_what_moves_between_two_captures_of_a_page_is_not_learned(archive: Archive) -> None:
    for n in range(20):
        for day, shown in ((1, 17), (2, 18)):
            html = article_page(n).replace(FRAME, f'{FRAME}<h1 class="khach">Bạn là khách thứ {n}{shown}</h1>')
            capture = Capture(f"{HOST}/tin/{n}", fetched_at=MONDAY + timedelta(days=day), body=html.encode())
            archive.save(capture, parse_page(capture.body, capture.url), portal="bachhai")
    pages = [capture.final_url for capture, _ in archive.sample("bachhai")]
    assert len(set(pages)) == 20
    assert len(pages) > 30  # of reports an earlier capture, too
    assert "khach" not in str(learn_portal("bachhai", archive).lesson.learned)


def test_a_merge_brings_profiles_over(archive: Archive, tmp_path: Path) -> None:
    learn_portal("bachhai", archive)
    with Archive(tmp_path / "other.db") as other:
        fill(other, range(3))
        other.merge(archive.path)
        assert [profile.templates for profile in other.profiles("bachhai")] == [(SELECT,)]
        other.merge(archive.path)
        assert len(other.profiles("bachhai")) == 1


def test_a_portal_that_the_archive_has_not_is_told(archive: Archive) -> None:
    with pytest.raises(PortalArchiverError, match='holds no portal "khac"'):
        archive.sample("khac")
    with pytest.raises(PortalArchiverError, match='holds no portal "khac"'):
        archive.keep_profile("khac", Profile((), MONDAY, MONDAY, ""))
    assert archive.profiles("khac") == ()


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(archive: Archive, tmp_path: Path) -> Path:
    archive.close()
    (tmp_path / "portals.toml").write_text(CONFIG)
    return tmp_path


def test_learn_shows_the_profile_what_it_rests_on_and_what_it_changes(folder: Path) -> None:
    done = cli(folder, "learn", "bachhai")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("bachhai: 20 pages (")
    for line in (
        "  title: div.tt",
        "Read differently with it, of the same pages: ",
        'title = "div.tt"  # 100% of them',
    ):
        assert line in done.stdout
    assert "Kept in archive.db: crawls read with it from now on" in done.stdout
    with Archive(folder / "archive.db") as archive:
        assert len(archive.profiles("bachhai")) == 1


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    done = cli(folder, "learn", "bachhai", "--dry-run", "--json")
    told = json.loads(done.stdout)
    assert (told["portal"], told["is_kept"], told["lesson"]["pages"]) == ("bachhai", False, 20)
    assert tomllib.loads(told["profile"])["portal"]["bachhai"]["learned"] == [SELECT]
    with Archive(folder / "archive.db") as archive:
        assert archive.profiles("bachhai") == ()
    assert (folder / "portals.toml").read_text() == CONFIG


def test_write_puts_the_profile_into_the_configuration_once(folder: Path) -> None:
    done = cli(folder, "learn", "bachhai", "--write")
    assert "Wrote the profile to portals.toml" in done.stdout
    assert load(folder / "portals.toml")["bachhai"].learned == (SELECT,)
    again = cli(folder, "learn", "bachhai", "--write")
    assert again.returncode == 2
    assert "portal.bachhai has learned tables already" in again.stderr


def test_explain_says_where_a_learned_selector_decided(folder: Path) -> None:
    cli(folder, "learn", "bachhai")
    (folder / "trang.html").write_text(article_page(MISREAD))
    done = cli(folder, "explain", "trang.html", "--url", f"{HOST}/tin/{MISREAD}")
    assert "learned selector 'div.tt' +8.0" in done.stdout
    assert "learned selector 'div.ng' of template 1" in done.stdout
    assert "learned selector 'div.nd' of template 1" in done.stdout
    alone = cli(folder, "explain", "trang.html", "--url", f"{HOST}/tin/{MISREAD}", "--archive", "keins.db")
    assert "learned" not in alone.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("khac",), 'holds no portal "khac"'),
        (("bachhai", "--write", "--dry-run"), "exclude each other"),
        (("bachhai", "--since", "2031"), "nothing is sure enough"),
    ],
)
def test_what_cannot_be_done_is_told(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    more = ("--write",) if "--since" in arguments else ()
    done = cli(folder, "learn", *arguments, *more)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# --- in portals.toml --------------------------------------------------------------------------------------------------


def test_learned_tables_are_read_from_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "portals.toml"
    path.write_text(CONFIG + '[[portal.bachhai.learned]]\ntitle = "h1"\n[[portal.bachhai.learned]]\ntitle = "h2"\n')
    assert load(path)["bachhai"].learned == ({"title": "h1"}, {"title": "h2"})
    path.write_text(CONFIG + 'learned = { title = "h1" }\n')
    assert load(path)["bachhai"].learned == ({"title": "h1"},)


def test_a_mistake_in_a_learned_table_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "portals.toml"
    tables = '[[portal.bachhai.learned]]\ntitle = "h1"\n[[portal.bachhai.learned]]\nbody = "div["\ntitel = "h1"\n'
    path.write_text(CONFIG + tables)
    with pytest.raises(ConfigError) as caught:
        load(path)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{path}:6: portal.bachhai.learned[2].body: expected a CSS selector")
    assert second == f'{path}:7: portal.bachhai.learned[2].titel: unknown key: did you mean "title"?'
