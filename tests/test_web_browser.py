"""The pages in a real Chromium: what a reader sees, types and clicks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser import chromium, needs_chromium
from portal_archiver.citations import cite
from portal_archiver.store import Archive
from web_server import demo_archive, serving

pytestmark = needs_chromium
SANDBOXED = "Blocked script execution in"  # Playwright's own, in a frame that runs none
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    path = demo_archive(tmp_path_factory.mktemp("browser") / "archive.db")
    with Archive(path, create=False, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def url(archive: Archive) -> Iterator[str]:
    with serving(Path(archive.path)) as served:
        yield served.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def context(browser: Browser, url: str) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=url, locale="en-US", viewport={"width": 1280, "height": 800})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that may say nothing on its console, and ask for nothing elsewhere."""
    opened = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if SANDBOXED not in message.text else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    assert said == []
    assert [address for address in asked if not address.startswith(("http://127.0.0.1:", "data:"))] == []


def edited(archive: Archive) -> int:
    return archive.search("", revised_since="2000").hits[0].article_id


def titles(page: Page) -> list[str]:
    return page.locator(".hits h3").all_inner_texts()


# --- searching --------------------------------------------------------------------------------------------------------


def test_typing_a_query_with_or_without_diacritics_finds_the_same(page: Page) -> None:
    found = []
    for said in ("nong thon moi", "nông thôn mới"):
        page.goto("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type(said)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/\?q=n"))
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Results for “{said}”")
        expect(page.locator("mark").first).to_have_text("nông thôn mới")
        found.append(sorted(titles(page)))
    assert found[0] == found[1] != []


def test_facets_dates_and_orders_narrow_what_is_found_and_can_be_taken_away(page: Page) -> None:
    page.goto("/?q=xa")
    before = titles(page)
    page.locator("#filters").get_by_role("link", name=re.compile("^2023")).click()
    number = page.locator(".counts .chosen b").inner_text()
    expect(page.locator(".total")).to_have_text(re.compile(rf"of {number}$"))
    assert all("2023" in when for when in page.locator(".hits time").all_inner_texts())
    page.get_by_role("link", name="Oldest").click()
    years = page.locator(".hits time").evaluate_all("nodes => nodes.map(node => node.dateTime)")
    assert years == sorted(years)
    page.get_by_role("link", name="Remove the filter: 2023").click()
    page.get_by_label("From").fill("3/2024")
    page.get_by_role("button", name="Apply").click()
    assert all("2024" in when for when in page.locator(".hits time").all_inner_texts())
    page.get_by_role("link", name="Remove the filter: From 3/2024").click()
    page.get_by_role("link", name="Best match").click()
    expect(page.locator(".hits h3").first).to_have_text(before[0])  # once the page is there
    assert titles(page) == before


def test_pages_lead_on_and_back(page: Page) -> None:
    page.goto("/?all=1")
    first = titles(page)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".total")).to_have_text(re.compile(r"^21–40 of"))
    assert not set(first) & set(titles(page))
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator(".total")).to_have_text(re.compile(r"^1–20 of"))
    assert titles(page) == first


def test_the_keys_lead_from_the_box_through_the_results(page: Page) -> None:
    page.goto("/?q=xa")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert page.get_by_role("searchbox").input_value() == "xa"  # the key itself was not typed
    links = page.locator(".hits h3 a")
    for place in (0, 1):
        page.keyboard.press("ArrowDown")
        expect(links.nth(place)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(links.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/report/\d+$"))


def test_a_bar_of_the_histogram_leads_to_its_month(page: Page) -> None:
    page.goto("/")
    bar = page.locator(".histogram a").last
    month, number = re.findall(r"(.+): (\d+) report", bar.locator("title").text_content() or "")[0]
    bar.locator(".reach").click()
    expect(page.locator(".total")).to_have_text(re.compile(rf"of {number}$"))
    assert all(when.endswith(month) for when in page.locator(".hits time").all_inner_texts())


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_report_shows_its_pictures_its_clause_and_what_changed(page: Page, archive: Archive) -> None:
    page.goto(f"/report/{edited(archive)}")
    picture = page.locator(".photos img").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    expect(page.locator(".clause blockquote")).to_contain_text("Ghi rõ nguồn")
    page.get_by_role("link", name="What changed").click()
    expect(page.locator("del").first).to_be_visible()
    assert "đồn" in page.locator(".diff del").first.inner_text()
    assert "dồn" in page.locator(".diff ins").first.inner_text()


def test_a_citation_is_copied_with_one_click(context: BrowserContext, page: Page, archive: Archive) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    number = edited(archive)
    page.goto(f"/report/{number}")
    page.get_by_text("BibTeX", exact=True).click()
    page.locator("details[open] button").click()
    expect(page.locator("details[open] button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == cite(archive.citable(number), "bibtex").strip()


def test_the_page_as_it_was_stands_in_its_frame_and_leads_into_the_archive(page: Page, archive: Archive) -> None:
    number = archive.search('title:"Nước rút đến đâu"').hits[0].article_id
    page.goto(f"/report/{number}")
    page.get_by_role("link", name="The page as it was").click()
    frame = page.frame_locator("iframe.then")
    expect(frame.get_by_text(archive.article(number).article.title).first).to_be_visible()
    drawn = frame.locator("img[src^='data:']").first.evaluate("image => image.complete && image.naturalWidth > 0")
    assert drawn
    frame.locator("a[href^='/capture/']").first.click()
    page.wait_for_url(re.compile(r"/capture/\d+$"))
    expect(page.locator(".banner")).to_be_visible()


def test_the_language_is_changed_by_a_link_and_stays(page: Page) -> None:
    page.goto("/?q=xa")
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kết quả cho “xa”")
    page.goto("/portals")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.get_by_role("heading", level=1)).to_have_text("Các cổng trong kho")


def test_a_citation_is_copied_and_the_box_shows_one_style_at_a_time(context: BrowserContext, archive: Archive) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    number = edited(archive)
    page.goto(f"/report/{number}")
    page.locator(".cite summary", has_text="MLA").click()
    expect(page.locator(".cite details[open]")).to_have_count(1)
    page.locator(".cite details[open] button").click()
    expect(page.locator(".cite details[open] button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == cite(archive.citable(number), "mla")
    with page.expect_download() as kept:
        page.get_by_role("link", name=".bib").click()
    assert kept.value.suggested_filename == f"bachhai-{number}.bib"
    linked = page.locator('script[type="application/ld+json"]').text_content() or ""
    assert json.loads(linked)["@type"] == "NewsArticle"


def test_a_search_is_taken_along_as_a_file(page: Page) -> None:
    page.goto("/?q=nong+thon+moi")
    with page.expect_download() as kept:
        page.get_by_role("link", name="CSV for Excel").click()
    assert kept.value.suggested_filename == "reports-nong-thon-moi.csv"
    rows = Path(kept.value.path()).read_text(encoding="utf-8-sig")
    assert all(title in rows for title in titles(page))


def test_the_runs_say_at_a_glance_whether_all_is_well_and_lead_to_each_run(page: Page) -> None:
    page.goto("/runs")
    expect(page.locator(".verdict")).to_contain_text("All is well")
    page.locator("svg.nights a").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Run \d+$"))
    page.locator(".kicker a").click()
    expect(page.locator(".plot").first).to_be_visible()


# --- looks ------------------------------------------------------------------------------------------------------------


def addresses(archive: Archive) -> list[str]:
    number = edited(archive)
    capture = archive.captures(number)[0].id
    return [
        "/", "/?q=nong+thon+moi&since=2021&portal=bachhai", "/?q=qzqzq", "/?all=1", f"/report/{number}",
        f"/report/{number}/changes", f"/report/{number}/captures", f"/capture/{capture}", "/portals", "/nope",
        "/?since=x", f"/report/{number}?version=1", "/runs", "/runs?portal=bachhai", "/runs/1", "/api",
    ]  # fmt: skip


@pytest.mark.parametrize(("scheme", "width", "every"), [("light", 1280, 1), ("dark", 390, 2)])
def test_no_page_shuts_anybody_out_or_spills_over(
    browser: Browser, url: str, archive: Archive, scheme: str, width: int, every: int
) -> None:
    """axe-core finds nothing at levels A and AA, and nothing is wider than the screen."""
    size = {"width": width, "height": 800}
    context = browser.new_context(base_url=url, color_scheme=scheme, viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    for address in addresses(archive)[::every]:
        page.goto(address)
        found = Axe().run(page, options={"runOnly": LEVELS, "iframes": False})
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address
    context.close()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_menu_of_a_telephone_stands_in_one_line(browser: Browser, url: str, language: str) -> None:
    narrow = browser.new_context(base_url=url, viewport={"width": 390, "height": 800})
    page = narrow.new_page()
    page.goto(f"/?q=xa&lang={language}")
    tops = [box["y"] for link in page.locator(".bar nav a").all() if (box := link.bounding_box())]
    assert len(tops) == 4 and max(tops) - min(tops) < 5
    narrow.close()


def test_the_particulars_of_a_document_have_no_head_and_a_table_of_columns_has(page: Page, archive: Archive) -> None:
    number = archive.search('"Số/Ký hiệu" 618', limit=1).hits[0].article_id
    page.goto(f"/report/{number}")
    expect(page.locator(".body tr:first-child td").first).to_have_css("font-weight", "400")
    rows = "<tr>" + "<td>a</td>" * 3 + "</tr>"
    page.locator(".body").evaluate("(body, rows) => { body.innerHTML = `<table>${rows}${rows}</table>` }", rows)
    expect(page.locator(".body tr:first-child td").first).to_have_css("font-weight", "600")
    expect(page.locator(".body tr:last-child td").first).to_have_css("font-weight", "400")


def test_dark_is_dark_and_paper_is_white(browser: Browser, url: str, archive: Archive) -> None:
    context = browser.new_context(base_url=url, color_scheme="dark")
    page = context.new_page()
    page.goto(f"/report/{edited(archive)}")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(21, 21, 23)"
    page.emulate_media(media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".printed")).to_be_visible()
    expect(page.locator(".clause")).to_be_visible()
    context.close()


def test_everything_works_without_scripts(browser: Browser, url: str) -> None:
    context = browser.new_context(base_url=url, java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto("/")
    page.locator("#q").fill("nong thon moi")
    page.get_by_role("button", name="Search").click()
    page.locator(".hits h3 a").first.click()
    expect(page.get_by_role("link", name="The page as it was")).to_be_visible()
    expect(page.locator("button[hidden]")).to_have_count(page.locator("button.copy").count())
    context.close()
