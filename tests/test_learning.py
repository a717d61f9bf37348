"""What the pages of one template teach together, which none of them tells alone."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal_archiver.model import Article, Capture, Portal
from portal_archiver.parser import parse_page, version_for
from portal_archiver.parser.learning import Lesson, Sample, compared, in_toml, learn
from portal_archiver.parser.learning.selectors import is_stable
from siblings import PAGES, SENTENCES, TITLES, Template, label_of, siblings
from test_cms_pages import NOT_YET, misses

HOST = "https://www.bachhai.example"
FETCHED = datetime(2026, 2, 3, 18, 5, tzinfo=UTC)
SECTIONS = ("Kinh tế", "Văn hóa", "Giáo dục")
AUTHORS = ("Lê Hoa", "Trần Quý", "Vũ Thị Nhạn", "Đoàn Kỷ", "Khánh Duy")
HEAD = "<html><head><title>Cổng thông tin điện tử tỉnh Bạch Hải</title></head><body>"
MENU = "".join(f'<li><a href="/muc/{n}">Chuyên mục số {n}</a></li>' for n in range(9))
FOOT = '<div class="chan"><p>Cơ quan chủ quản: UBND tỉnh Bạch Hải</p><p>Giấy phép số 07/GP-STTTT</p></div>'
FRAME = "<div class='khung'>"
MISREAD = 5  # of twenty pages the one that the parser alone takes for no report: its text opens like a heavier footer
OFFICE = (
    "<p>Cơ quan chủ quản: UBND tỉnh Bạch Hải</p><p>Giấy phép số 08/GP-STTTT</p>"
    "<p>Chịu trách nhiệm nội dung: Ông Lê Văn An</p><p>© 2021. Ghi rõ nguồn khi phát hành lại.</p>"
)


def article_page(
    n: int, *, title: str = "", name: str = "tt", body: str = "nd", wrap: str = "", extra: str = ""
) -> str:
    """Page `n` of a template that marks no headline: one page in twenty the parser misreads alone."""
    title = title or TITLES[n % len(TITLES)]
    text = "".join(f"<p>{SENTENCES[(7 * n + k) % len(SENTENCES)]}</p>" for k in range(4 + n % 3))
    text = OFFICE + text if n % 20 == MISREAD else text
    inner = (
        f'<div class="muc">{SECTIONS[n % 3]}</div><div class="{name}">{title}</div>'
        f'<div class="ng">Ngày đăng: {1 + n % 28:02}/01/2025</div>'
        f'<div class="{body}">{text}</div><div class="tg">{AUTHORS[n % 5]}</div>{extra}'
    )
    inner = f'<div class="{wrap}">{inner}</div>' if wrap else inner
    return f"{HEAD}<ul>{MENU}</ul>{FRAME}{inner}</div>{FOOT}"


def sample(n: int, html: str, minutes: int = 0, path: str = "") -> Sample:
    url = f"{HOST}/{path or f'tin/{n}'}"
    return Sample(Capture(url, fetched_at=FETCHED + timedelta(minutes=n + minutes), body=html.encode()))


def forty(**options: str) -> list[Sample]:
    return [sample(n, article_page(n, **options)) for n in range(40)]


def read(html: str, lesson: Lesson, select: Mapping[str, str] | None = None) -> Article:
    portal = Portal((HOST,), learned=lesson.learned, select=select or {})
    page = parse_page(html, f"{HOST}/tin/977", portal=portal, fetched_at=FETCHED)
    assert page.article
    assert page.warnings == ()
    return page.article


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return learn(forty())


# --- what is learned --------------------------------------------------------------------------------------------------


def test_forty_pages_teach_where_each_field_stands(lesson: Lesson) -> None:
    (template,) = lesson.templates
    assert (template.kind, template.pages) == ("article", lesson.kinds["article"])
    assert lesson.groups == (("article", 40),)  # a few of them are no report to the parser that knows no other page
    assert template.select == {
        "title": "div.tt",
        "body": "div.nd",
        "published": "div.ng",
        "author": "div.tg",
        "section": "div.muc",
    }
    assert lesson.doubts == ()
    for choice in template.choices:
        assert choice.support == 1.0
        assert choice.agreement >= 0.9
    assert {choice.field: choice.examples[:1] for choice in template.choices}["section"] == ("Kinh tế",)


def test_the_same_pages_teach_the_same_in_whatever_order_they_come(lesson: Lesson) -> None:
    pages = forty()
    assert learn(reversed(pages)) == lesson
    assert learn(pages[20:] + pages[:20]) == lesson


def test_a_page_that_the_parser_misreads_alone_is_read_like_its_siblings(lesson: Lesson) -> None:
    """A headline of one word, which none takes for one, under a section's name that looks like it."""
    html = article_page(3, title="Thư ngỏ của xã")
    html = html.replace('<div class="muc">', '<h1 class="muc">Chuyên trang thông tin xây dựng nông thôn mới</h1><div>')
    alone = parse_page(html, f"{HOST}/tin/977").article
    assert alone is None or alone.title != "Thư ngỏ của xã"
    assert read(html, lesson).title == "Thư ngỏ của xã"


def test_what_was_learned_survives_a_wrapper(lesson: Lesson) -> None:
    wrapped = article_page(5, wrap="bao-ngoai")
    assert read(wrapped, lesson) == read(article_page(5), lesson)


def test_where_a_class_was_renamed_the_page_is_read_as_if_nothing_were_known(lesson: Lesson) -> None:
    for renamed in (article_page(4, name="tieu-de-moi"), article_page(4, body="noi-dung-moi")):
        alone = parse_page(renamed, f"{HOST}/tin/977", fetched_at=FETCHED).article
        assert alone
        assert read(renamed, lesson) == alone
    renamed_too = learn(forty(name="tieu-de-moi"))
    assert renamed_too.learned[0]["title"] == "div.tieu-de-moi"


def test_text_that_escaped_from_its_container_is_not_lost(lesson: Lesson) -> None:
    """One closing tag too many in the text of an editor: half of it stands behind the container."""
    whole = article_page(6)
    broken = whole.replace("</p><p>", "</p></div><p>", 1)
    assert broken != whole
    assert read(broken, lesson).body == read(whole, lesson).body


def test_a_selector_of_a_person_wins_field_by_field(lesson: Lesson) -> None:
    html = article_page(4, extra='<p class="khac">Chuyên đề riêng của người quản trị</p>')
    taught = read(html, lesson)
    chosen = read(html, lesson, select={"section": ".khac"})
    assert chosen == replace(taught, section="Chuyên đề riêng của người quản trị")
    assert read(html, lesson, select={"title": ".khac"}).title == "Chuyên đề riêng của người quản trị"
    assert "Chuyên đề riêng" not in read(html, lesson, select={"body": ".nd"}).body


def test_a_portal_with_two_templates_teaches_both() -> None:
    other = [sample(n, article_page(n, name="vb-ten", body="vb-noi-dung"), path=f"vb/{n}") for n in range(40, 60)]
    lesson = learn([*forty(), *other])
    assert [template.select["title"] for template in lesson.templates] == ["div.tt", "div.vb-ten"]
    assert [size for _, size in lesson.groups] == [40, 20]
    assert "the portal has 2 templates" in " ".join(lesson.doubts)


# --- what is not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [1, 3, 7])
def test_few_pages_are_told_and_teach_nothing_that_is_used(pages: int) -> None:
    lesson = learn(forty()[:pages])
    assert lesson.learned == ()
    assert f"of {pages} pages are reports: from 8 on" in lesson.doubts[0]


def test_no_pages_at_all_teach_nothing() -> None:
    assert learn([]).learned == ()
    assert learn(sample(n, "") for n in range(20)).learned == ()


def test_notices_that_are_nearly_all_alike_keep_their_text() -> None:
    lines = (
        "Sáng thứ Hai hằng tuần, các trưởng ấp và cán bộ đoàn thể họp giao ban để cùng nhìn lại tuần vừa qua.",
        "Cuộc họp đánh giá kết quả tuần trước, bàn nhiệm vụ tuần tới và trả lời những kiến nghị của bà con.",
        "Mọi người có mặt đầy đủ, đúng giờ để cuộc họp đạt kết quả tốt và kết thúc trước chín giờ sáng.",
    )
    text = "".join(f"<p class='dong{n}'>{line}</p>" for n, line in enumerate(lines))
    title = "<h1 class='tt'>Xã Cồn Sậy họp giao ban hằng tuần</h1><p class='ng'>Ngày đăng: 05/01/2025</p>"
    head = HEAD.replace("<title>", "<title>Xã Cồn Sậy họp giao ban hằng tuần - ")
    notice = f"{head}{FRAME}{title}<div class='nd'>{text}</div></div>{FOOT}"
    lesson = learn(sample(n, notice) for n in range(30))
    assert lesson.kinds == {"article": 30}
    assert "pages so much alike" in " ".join(lesson.doubts)
    assert all("omit" not in select for select in lesson.learned)
    assert read(notice, lesson).body == "\n\n".join(lines)


# What changes at every request, set where a headline, a section or a date would stand.
MOVING: dict[str, Callable[[int, int], str]] = {
    "counter": lambda n, shown: f"Lượt truy cập thứ {1_000_000 + 37 * n + shown}",
    "address": lambda n, shown: f"Địa chỉ của bạn là 203.0.113.{(n + shown) % 250}",
    "clock": lambda n, shown: f"Hôm nay, ngày {3 + shown:02}/02/2026 {n % 24:02}:{n:02}:07",
    "token": lambda n, shown: f"Phiên làm việc mã {('abcdefghij' * 9)[n + shown : n + shown + 12]}",
}


@pytest.mark.parametrize("what", MOVING)
def test_what_moves_by_itself_is_never_learned(what: str) -> None:
    make = MOVING[what]

    def page(n: int, shown: int) -> str:
        line = make(n, shown)
        return article_page(n).replace(FRAME, f"{FRAME}<h1 class='dong'>{line}</h1><div class='date'>{line}</div>")

    once = [sample(n, page(n, 0)) for n in range(30)]
    twice = [sample(n, page(n, 1), minutes=1440) for n in range(30)]
    lesson = learn([*once, *twice])
    assert lesson.learned
    for select in lesson.learned:
        assert "dong" not in str(select)
        assert "div.date" not in str(select)
    article = read(page(7, 2), lesson)
    assert article.title == TITLES[7]
    assert article.published
    assert article.published.day.isoformat() == "2025-01-08"


def test_a_clock_that_all_captures_show_alike_is_no_dateline() -> None:
    clock = '<div class="gio">Thứ ba, 03/02/2026</div>'
    shown = (article_page(n).replace(FRAME, clock + FRAME).replace("Ngày đăng: ", "x") for n in range(20))
    lesson = learn(sample(n, html) for n, html in enumerate(shown))
    assert lesson.learned
    assert all("gio" not in select.get("published", "") for select in lesson.learned)


@pytest.mark.parametrize(
    ("name", "stable"),
    [
        ("news-title", True), ("col2", True), ("h2", True), ("tieude_tin", True), ("post-12345", False),
        ("portlet_INSTANCE_aAZP2u4ZB3bJ", False), ("css-1q2w3e", False), ("active", False), ("MsoNormal", False),
        ("1st", False), ("a:b", False),
    ],
)  # fmt: skip
def test_names_of_one_page_or_one_build_are_no_selectors(name: str, stable: bool) -> None:
    assert is_stable(name) is stable


# --- what it changes --------------------------------------------------------------------------------------------------

MENDED = (
    Template("doc_gop_y_du_thao.html", "h3.draft-title", (".draft-content",), (".draft-comments .media",)),
    Template("joomla15_caption_truoc_anh.html", "td.contentheading", ("#maincolumn p",), ("#comments-list > div",)),
)


@pytest.mark.parametrize("template", MENDED, ids=[template.file for template in MENDED])
def test_pages_that_are_misread_alone_are_mended_by_their_siblings(template: Template) -> None:
    label, html = label_of(template.file), (PAGES / template.file).read_bytes()
    assert misses(parse_page(html, label["url"]), label) == NOT_YET[template.file] == {"body"}
    lesson = learn(siblings(template, 16))
    assert misses(parse_page(html, label["url"], portal=Portal((HOST,), learned=lesson.learned)), label) == set()


def test_a_box_that_names_other_reports_is_left_out() -> None:
    """Without a link and without a heading: only the other pages tell that these lines are their headlines."""
    pages = []
    for n in range(30):
        lines = "".join(f"<p>{TITLES[(n + k) % 30]}.</p>" for k in (1, 2, 3))
        html = article_page(n).replace('</div><div class="tg">', f'<div class="hop">{lines}</div></div><p class="tg">')
        pages.append(sample(n, html))
    lesson = learn(pages)
    assert lesson.learned[0]["omit"] == "div.hop"
    article = read(pages[4].capture.body.decode(), lesson)
    assert TITLES[5] not in article.body
    assert len(article.body.split("\n\n")) == 4 + 4 % 3


def test_a_comparison_tells_what_is_read_differently_and_when_reports_are_lost(lesson: Lesson) -> None:
    pages = forty()
    better = compared(pages, lesson.learned)
    assert better.counts["kind"] == 40 - lesson.kinds["article"] == 2
    assert (better.reports, better.lost, better.is_worse) == (lesson.kinds["article"], 0, False)
    wrong = compared(pages, [{"title": "div.tt", "body": "div.nd", "omit": "div.nd"}])
    assert wrong.lost == lesson.kinds["article"]
    assert wrong.is_worse
    assert wrong.examples[0].field == "kind"


# --- as data ----------------------------------------------------------------------------------------------------------


def test_a_profile_is_toml_that_says_what_it_rests_on(lesson: Lesson) -> None:
    text = in_toml("bach-hai", lesson)
    assert text.splitlines()[:2] == [
        f"[[portal.bach-hai.learned]]  # article: {lesson.kinds['article']} pages",
        'title = "div.tt"  # 100% of them',
    ]
    assert tomllib.loads(text)["portal"]["bach-hai"]["learned"] == [dict(each) for each in lesson.learned]
    assert in_toml("www.bachhai.example", lesson).startswith('[[portal."www.bachhai.example".learned]]')


def test_a_reading_names_the_profile_it_was_made_with(lesson: Lesson) -> None:
    plain, taught = Portal((HOST,)), Portal((HOST,), learned=lesson.learned)
    assert version_for(taught).startswith(f"{version_for(plain)}~")
    other = replace(taught, learned=({**lesson.learned[0], "title": "h1"},))
    assert len({version_for(each) for each in (plain, taught, other)}) == 3
    assert version_for(replace(taught, select={"title": "h1"})).count("+") == 1


@pytest.mark.parametrize("selector", ["p[", ":::", "", "🐟 >"])
def test_a_learned_selector_that_is_none_never_raises(selector: str) -> None:
    portal = Portal((HOST,), learned=({"title": selector, "body": selector}, {"title": "div.tt"}))
    assert (
        parse_page(article_page(1), f"{HOST}/tin/1", portal=portal).article
        == parse_page(article_page(1), f"{HOST}/tin/1").article
    )
