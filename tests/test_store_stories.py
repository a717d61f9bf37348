"""Stories: one text in several portals is found again, linked and never merged, in whatever order it came."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, permutations
from pathlib import Path

import pytest

from portal_archiver.model import Article, Capture, Page
from portal_archiver.parser import parse_page
from portal_archiver.store import Archive, stories
from portal_archiver.text import plain
from real_data import DATA, needs

WORDS = "cầu tàu bến cá muối lúa đò chợ xã huyện thôn trạm bơm đê kè lưới thuyền mùa vụ học sinh lớp dạy nghề".split()


def text(seed: int, length: int = 200) -> str:
    choose = random.Random(seed)
    return " ".join(choose.choice(WORDS) for _ in range(length))


RELEASE = text(1)
INTRODUCED = f"{text(2, 25)}\n\n{RELEASE}"
SHORTENED = " ".join(RELEASE.split()[:150])
OTHER = text(3)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def save(archive: Archive, portal: str, body: str, name: str = "1", title: str = "Tin") -> int:
    url = f"https://{portal}.example/tin/{name}"
    saved = archive.save(
        Capture(url, body=body.encode()), Page(url, url, "article", Article(title, body)), portal=portal
    )
    assert saved.article_id is not None
    return saved.article_id


def story(archive: Archive, article_id: int) -> list[str]:
    return [link.portal for link in archive.story(article_id)]


def test_a_press_release_and_those_who_took_it_over_are_linked_and_stay_reports_of_their_own(
    archive: Archive,
) -> None:
    release = save(archive, "tinh", RELEASE, title="Thông cáo")
    save(archive, "huyen", INTRODUCED)
    save(archive, "xa", SHORTENED)
    other = save(archive, "tinh", OTHER, "2")
    assert story(archive, release) == ["huyen", "xa"]
    release_of_it = archive.story(2)[0]
    assert (release_of_it.title, release_of_it.url) == ("Thông cáo", "https://tinh.example/tin/1")
    assert story(archive, other) == []
    assert archive.search("").total == 4


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_a_story_is_the_same_in_whatever_order_its_reports_came(tmp_path: Path, order: tuple[int, ...]) -> None:
    texts = (("tinh", RELEASE), ("huyen", INTRODUCED), ("xa", SHORTENED), ("cho", OTHER))
    with Archive(tmp_path / "archive.db") as archive:
        ids = {texts[n][0]: save(archive, *texts[n]) for n in order}
        found = {portal: set(story(archive, article)) for portal, article in ids.items()}
    assert found == {"tinh": {"huyen", "xa"}, "huyen": {"tinh", "xa"}, "xa": {"tinh", "huyen"}, "cho": set()}


def test_those_who_share_a_third_are_of_one_story_and_edits_end_it(archive: Archive) -> None:
    """What was taken over twice, and changed a little each time."""
    words = RELEASE.split()
    first, second = " ".join(words[40:]), " ".join(words[80:] + text(4, 20).split())
    ids = [save(archive, "tinh", RELEASE), save(archive, "huyen", first), save(archive, "xa", second)]
    assert stories.share_of(stories.runs_of(RELEASE), stories.runs_of(second)) < stories.SIMILAR
    assert story(archive, ids[0]) == ["huyen", "xa"]
    save(archive, "huyen", OTHER)
    assert len(archive.revisions(ids[1])) == 2
    assert [story(archive, article) for article in ids] == [[], [], []]


def test_weekly_notices_of_one_portal_and_short_ones_of_several_are_no_story(archive: Archive) -> None:
    ids = [save(archive, "tinh", f"{RELEASE} tuần {n}", str(n)) for n in (1, 2)]
    ids += [save(archive, portal, " ".join(RELEASE.split()[:30]), "9") for portal in ("tinh", "huyen")]
    assert [story(archive, article) for article in ids] == [[]] * 4


def test_what_was_archived_before_stories_were_found_is_linked_when_the_archive_is_brought_up_to_date(
    archive: Archive,
) -> None:
    ids = [save(archive, portal, RELEASE) for portal in ("tinh", "huyen")]
    expected = [archive.story(article) for article in ids]
    archive.db.execute("DELETE FROM story_links")
    archive.db.execute("DELETE FROM story_bands")
    with archive.transaction():
        stories.rebuild(archive.db.conn)
    assert [archive.story(article) for article in ids] == expected != [(), ()]


# --- real portals -----------------------------------------------------------------------------------------------------


PORTALS = "portal_krongno", "portal_ldld_daknong", "portal_stc_daknong"


@needs(*(DATA / "pages" / portal for portal in PORTALS))
def test_of_three_real_portals_all_reports_with_one_headline_are_linked_and_no_others(archive: Archive) -> None:
    """Two reports with one headline are taken for one text; the method knows no headline."""
    by_headline: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for portal in PORTALS:
        for file in sorted((DATA / "pages" / portal).rglob("*.html")):
            url = f"https://{portal.replace('_', '-')}.example/{file.relative_to(DATA / 'pages' / portal)}"
            html = file.read_bytes()
            page = parse_page(html, url)
            if page.article and len(stories.runs_of(page.article.body)) >= stories.SHORTEST:
                saved = archive.save(Capture(url, body=html), page, portal=portal)
                by_headline[plain(page.article.title)].setdefault(portal, saved.article_id or 0)
    wanted = {tuple(sorted(pair)) for same in by_headline.values() for pair in combinations(same.values(), 2)}
    found = {(one, other) for one, other in archive.db.execute("SELECT one, other FROM story_links").fetchall()}
    assert len(wanted) >= 20
    assert found == wanted
