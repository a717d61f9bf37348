"""One page under two spellings of its address, night after night."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from growing_portal import GrowingPortal, growing, pass_time, portal_of
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive
from portal_nights import first_night, reports_in


def slashed(site: GrowingPortal, names: list[str], *, redirects: bool) -> None:
    """Sections under both spellings; the one without a slash redirects, or is a page of its own."""
    for name in names:
        items = "".join(
            f"<li><a href='/muc/{name}/bai-{n}.html'>Mục {name}: tin bài số {n} trong tuần</a></li>" for n in range(4)
        )
        page = f"<title>Mục {name}</title><h1>Mục {name}</h1><ul>{items}</ul>"
        site.pages[f"/muc/{name}/"] = (200, page, "")
        site.pages[f"/muc/{name}"] = (
            (301, "", f"/muc/{name}/") if redirects else (200, page.replace("bai-", "ban-"), "")
        )
        for n in range(4):
            head = f"Mục {name}: tin bài số {n} trong tuần"
            body = (
                f"<title>{head}</title><h1>{head}</h1>"
                + 4 * f"<p>Xã {name} có tin số {n}, bà con vui mừng đón đọc.</p>"
            )
            site.pages[f"/muc/{name}/bai-{n}.html"] = (200, body, "")
            site.pages[f"/muc/{name}/ban-{n}.html"] = (
                200,
                body.replace("tin số", "bản số").replace("tin bài", "bản"),
                "",
            )


def front(site: GrowingPortal, hrefs: list[str]) -> None:
    site.pages["/"] = (200, "<title>Bạch Hải</title>" + "".join(f"<a href='{href}'>{href}</a>" for href in hrefs), "")


def test_a_spelling_that_redirects_to_a_known_page_costs_one_look_and_not_one_a_night(tmp_path: Path) -> None:
    names = ["an", "binh", "chau", "dong"]
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        slashed(site, names, redirects=True)
        both = [f"/muc/{name}{slash}" for name in names for slash in ("/", "")]
        front(site, both)
        nights = []
        for _ in range(3):
            crawl(portal_of(site, recheck=(90,)), archive)
            nights.append(Counter(path for path in site.night() if path in both))
            pass_time(archive, days=1)
        assert {nights[0][f"/muc/{name}"] for name in names} == {1}
        assert nights[1] == nights[2] == {f"/muc/{name}/": 1 for name in names}


def test_where_a_host_adds_the_slash_a_known_page_is_not_asked_for_without_it(tmp_path: Path) -> None:
    names = ["an", "binh", "chau", "dong", "hoa"]
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        slashed(site, names, redirects=True)
        front(site, [f"/muc/{name}/" for name in names])
        crawl(portal_of(site), archive)
        site.night()
        front(site, ["/muc/an", "/muc/binh", "/trang-sau-cung"])
        more = "".join(f"<a href='/muc/{name}'>Mục {name}</a>" for name in ("chau", "dong", "la"))
        site.pages["/trang-sau-cung"] = (200, f"<title>Sau cùng</title>{more}", "")
        site.pages["/muc/la"] = (200, "<title>Lạ</title><p>Không có gạch chéo.</p>", "")
        crawl(portal_of(site), archive)
        asked = set(site.night())
        assert {"/muc/an", "/muc/binh"} <= asked  # the evidence
        assert not {"/muc/chau", "/muc/dong"} & asked
        assert "/muc/la" in asked  # its other spelling is not known


def test_two_spellings_that_are_two_pages_are_both_kept(tmp_path: Path) -> None:
    names = ["an", "binh", "chau"]
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        slashed(site, names, redirects=False)
        front(site, [f"/muc/{name}{slash}" for name in names for slash in ("/", "")])
        crawl(portal_of(site), archive)
        asked = set(site.night())
        assert {f"/muc/{name}/{kind}-{n}.html" for name in names for kind in ("bai", "ban") for n in range(4)} <= asked


def test_a_portal_that_turns_its_redirects_round_keeps_its_lists(tmp_path: Path) -> None:
    with growing(0) as site, Archive(tmp_path / "archive.db") as archive:
        slashed(site, ["an"], redirects=True)
        front(site, ["/muc/an/", "/muc/an"])
        crawl(portal_of(site), archive)
        site.pages["/muc/an/"], site.pages["/muc/an"] = (301, "", "/muc/an"), site.pages["/muc/an/"]
        for _ in range(12):
            pass_time(archive, days=1)
            site.night()
            crawl(portal_of(site), archive)
            assert "/muc/an" in site.night()


def test_lists_that_lead_elsewhere_for_a_night_are_lists_again_the_next(tmp_path: Path) -> None:
    with growing(30) as site, Archive(tmp_path / "archive.db") as archive:
        portal = first_night(site, archive)
        site.pages["/tin-tuc"] = (302, "", "/")
        crawl(portal, archive)
        pass_time(archive, days=1)
        del site.pages["/tin-tuc"]
        new = site.publish(8)
        site.night()
        crawl(portal, archive)
        assert reports_in(site.night()) == new
