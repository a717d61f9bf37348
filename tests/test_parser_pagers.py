"""The buttons of an ASP.NET form: which of them turn the pages of a list, and which must never be pressed."""

from __future__ import annotations

import pytest

from portal_archiver.model import Form
from portal_archiver.parser import parse_page, read_form
from portal_archiver.urls import Postback, postback_of

LIST = "https://bachhai.example/list.aspx?id=3"
STATE = '<input type="hidden" name="__VIEWSTATE" value="c3RhdGU=">'
GRID, PAGER, REPEATER = "ctl00$Main$GridView1", "ctl00$Main$DataPager1", "ctl00$Main$rptTrang"


def post(text: str, target: str, argument: str = "") -> str:
    return f"""<a href="javascript:__doPostBack('{target}','{argument}')">{text}</a>"""


def row(*texts: str, name: str = REPEATER) -> str:
    return "".join(post(text, f"{name}$ctl{position:02}$lnk") for position, text in enumerate(texts))


def page(markup: str, state: str = STATE) -> str:
    return f'<html><body><form method="post" action="./list.aspx?id=3">{state}{markup}</form></body></html>'


def turned(markup: str, url: str = LIST) -> list[Postback]:
    """The pages that a page leads to by its form."""
    found = [postback_of(link.url) for link in parse_page(page(markup), url).links]
    return [postback for postback in found if postback]


def at(pager: str, number: int) -> str:
    return f"{LIST}#__doPostBack({pager},Page${number})"


@pytest.mark.parametrize(
    ("markup", "pages"),
    [
        (post("2", GRID, "Page$2") + post("...", GRID, "Page$11"), [(GRID, 2), (GRID, 11)]),
        (post("Xem thêm", GRID, "Page$Next"), [(GRID, 2)]),
        ("<a href='javascript:__doPostBack(&#39;ctl00%24Main%24GridView1&#39;,&#39;Page%242&#39;)'>2</a>", [(GRID, 2)]),
        (f"""<a href="#" onclick="javascript:__doPostBack('{GRID}','Page$2'); return false;">2</a>""", [(GRID, 2)]),
        (f"""<input type="button" value="2" onclick="__doPostBack('{GRID}','Page$2')">""", [(GRID, 2)]),
        (post("Tiếp", f"{PAGER}$ctl00$ctl02"), [(PAGER, 2)]),
        (post("2", f"{PAGER}$ctl01$ctl01") + post("...", f"{PAGER}$ctl01$ctl05"), [(PAGER, 2), (PAGER, 3)]),
        (post("2", "ctl00$Main$AspNetPager1", "2") + post(">", "ctl00$Main$AspNetPager1", "2"),
         [("ctl00$Main$AspNetPager1", 2)]),
        (row("2", "3") + post("Trang sau", "ctl00$Main$LinkButton1"), [(REPEATER, 2), (REPEATER, 3)]),
        (row("2", "3", name="ctl00$Main$rpt"), [("ctl00$Main$rpt", 2), ("ctl00$Main$rpt", 3)]),
        (post("Trang sau »", "ctl00$Main$LinkButton1"), [("ctl00$Main$LinkButton1", 2)]),
        (post("&gt;", "ctl00$Main$lbtNext"), [("ctl00$Main$lbtNext", 2)]),
        ("""<a href='javascript:WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions("ctl00$Main$lbtNext", "","""
         """ true, "", "", false, true))'>Trang sau</a>""", [("ctl00$Main$lbtNext", 2)]),
        ('<input type="submit" name="ctl00$Main$btnNext" value="Trang sau">', [("ctl00$Main$btnNext", 2)]),
        # A search's results are turned where GridView says so; nothing else near a search is.
        (f'<div id="timKiem">{post("2", GRID, "Page$2")}</div>', [(GRID, 2)]),
    ],
)  # fmt: skip
def test_a_button_that_turns_the_page_is_a_link_to_it(markup: str, pages: list[tuple[str, int]]) -> None:
    assert turned(markup) == pages


NEVER = {
    "login": post("Đăng nhập", "ctl00$Login1$btn"),
    "a number in a poll": f'<div id="ctl00_ucBinhChon">{row("2", "3")}</div>',
    "a poll's GridView": post("2", "ctl00$gvPoll", "Page$2"),
    "rating": row("1", "2", "3", "4", "5", name="ctl00$Main$rptSao"),
    "a rating by name": post("2", "ctl00$Main$Rating1$pager", "2"),
    "language": post("Tiếng Việt", "ctl00$lnkVN") + post("English", "ctl00$lnkEN"),
    "search": '<input type="submit" name="ctl00$btnTim" value="Tìm">',
    "next beside a search": f'<div class="search-box">{post("Trang sau", "ctl00$Main$lbtNext")}</div>',
    "the days of a calendar": post("2", "ctl00$Cal", "8767") + post("3", "ctl00$Cal", "8768"),
    "the next month": post("&gt;", "ctl00$Cal", "V8796"),
    "years": row("2023", "2022", "2021", name="ctl00$Main$rptNam"),
    "sorting": post("Ngày", GRID, "Sort$Ngay"),
    "selecting a row": post("2", GRID, "Select$2"),
    "deleting": post("2", GRID, "Delete$2"),
    "a lone number": post("2", "ctl00$Main$lnk2"),
    "how often a file was downloaded": "".join(
        f"<table><tr><td>Công văn về việc mở lớp đan lưới cho bà con xã đảo<td>{count}</table>"
        for count in (post("2", f"{GRID}$ctl02$lnkTai"), post("3", f"{GRID}$ctl03$lnkTai"))
    ),
    "a number on a home page": post("2", "ctl00$HomePage$lnk2"),
    "the next step as a link": post("Tiếp theo", "ctl00$Main$lbtNext"),
    "the next step of a reception": post("Tiếp", "ctl00$ucTiepDan$LinkButton1"),
    "the next question": '<input type="submit" name="ctl00$Main$btnNext" value="Tiếp">',
    "a step of a wizard": '<input type="submit" name="ctl00$Wizard1$StepNav$StepNextButton" value="Trang sau">',
    "a lone sign": post("»", "ctl00$Main$LinkButton1"),
    "one that asks first": f"""<a onclick="confirm('?')" href="javascript:__doPostBack('{GRID}','Page$2')">2</a>""",
    "another page's form": """<a href='javascript:WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions("""
    """"ctl00$Main$lbtNext", "", true, "", "tim-kiem.aspx", false, true))'>Trang sau</a>""",
    "the first page": post("1", GRID, "Page$1") + post("&lt;&lt;", GRID, "Page$First"),
    "the page before": post("Trước", f"{PAGER}$ctl00$ctl00") + post("Trang trước", "ctl00$Main$lbtPrev"),
    "the last page": post("Cuối", f"{PAGER}$ctl00$ctl03") + post("&gt;|", f"{PAGER}$ctl00$ctl03"),
    "a disabled button": '<input type="submit" disabled name="ctl00$Main$btnNext" value="Trang sau">',
    "a name that is none": post("Trang sau", "next page (2)"),
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
def test_every_other_button_is_left_alone(name: str) -> None:
    assert turned(NEVER[name]) == []
    assert read_form(page(NEVER[name]), LIST, Postback("ctl00$Main$lbtNext", 2)) is None


def test_a_page_without_the_one_form_of_asp_net_has_no_buttons() -> None:
    link = post("2", GRID, "Page$2")
    for html in (
        page(link, state=""),
        f"<html><body>{link}</body></html>",
        f"<html><body><form>{STATE}{link}</form></body></html>",
        page(link) + page(link),
    ):
        assert not any("doPostBack" in found.url for found in parse_page(html, LIST).links)


def test_the_lists_beside_a_report_are_not_turned() -> None:
    text = "".join(
        f"<p>Xã Cồn Nhạn thu hoạch vụ muối thứ {n}, bà con phấn khởi vì được mùa được giá.</p>" for n in range(9)
    )
    report = f"<h1>Làng muối Cồn Nhạn vào vụ</h1><div>20/05/2024</div>{text}{post('2', GRID, 'Page$2')}"
    read = parse_page(page(report), LIST)
    assert read.kind == "article"
    assert not any("doPostBack" in link.url for link in read.links)


def test_the_same_button_leads_to_another_page_from_each() -> None:
    button = post("Tiếp", f"{PAGER}$ctl00$ctl02")
    assert [turned(button, url) for url in (LIST, at(PAGER, 2), at(PAGER, 7))] == [
        [(PAGER, 2)],
        [(PAGER, 3)],
        [(PAGER, 8)],
    ]
    assert turned(button, at(GRID, 7)) == [(PAGER, 2)]  # page 7 of another list on the page


def test_one_page_has_one_address_whatever_button_leads_to_it() -> None:
    numbers = row("...", "6", "8", "...") + post("Trang sau", "ctl00$Main$lbtNext")
    assert turned(numbers, at(REPEATER, 7)) == [(REPEATER, 6), (REPEATER, 8), (REPEATER, 9)]
    assert turned(row("1", "2") + post("&gt;", "ctl00$Main$lbtNext"), at(REPEATER, 3)) == [(REPEATER, 2), (REPEATER, 4)]


def test_a_button_beside_the_last_page_is_not_taken_for_its_next() -> None:
    numbers = post("1", GRID, "Page$1") + post("2", GRID, "Page$2")
    for button in (
        '<input type="submit" name="ctl00$Main$btnTiep" value="Tiếp">',
        post("&gt;", "ctl00$Main$LinkButton7"),
        post("Tiếp", "ctl00$Main$LinkButton7"),
    ):
        assert turned(numbers + button, at(GRID, 3)) == [(GRID, 2)]


def test_a_list_has_an_end() -> None:
    assert turned(post("Tiếp", f"{PAGER}$ctl00$ctl02"), at(PAGER, 9999)) == []


def test_the_second_page_of_a_list_is_not_the_first_whatever_it_calls_itself() -> None:
    html = page(f'<link rel="canonical" href="{LIST}"><a href="#top">x</a><a href="">y</a>')
    read = parse_page(html, at(GRID, 2))
    assert (read.url, read.canonical_url) == (at(GRID, 2), at(GRID, 2))
    assert {link.url for link in read.links} <= {LIST}


def test_no_address_that_a_page_names_stands_for_a_form() -> None:
    assert [link.url for link in parse_page(page(f'<a href="{at(GRID, 2)}">2</a>'), LIST).links] == [LIST]


# --- what is sent -----------------------------------------------------------------------------------------------------


def sent(controls: str, button: str = post("2", GRID, "Page$2"), pager: str = GRID) -> Form | None:
    return read_form(page(controls + button), LIST, Postback(pager, 2))


def test_a_form_is_sent_as_a_browser_would_without_any_button() -> None:
    form = sent(
        """<input type=hidden name=__EVENTTARGET value="cu"><input name="q" value="cá &amp; muối"><input name="empty">
        <input type=checkbox name=c1 checked><input type=checkbox name=c2><input type=radio name=r value=1>
        <input type=radio name=r value=2 checked><input type=submit name=s value=Tìm><input type=image name=i>
        <input type=file name=f><input type=reset name=x><input type=button name=b value=b><input name=off disabled>
        <select name=one><option>a<option value=2 selected>b</select>
        <select name=first><option value=1>a<option>b</select>
        <select name=many multiple><option value=1 selected><option value=2><option value=3 selected></select>
        <textarea name=t>\nhai\ndòng</textarea><button name=btn value=1>Gửi</button><input value=nameless>"""
    )
    assert form == Form(
        LIST,
        (
            ("__EVENTTARGET", GRID), ("__EVENTARGUMENT", "Page$2"), ("__VIEWSTATE", "c3RhdGU="), ("q", "cá & muối"),
            ("empty", ""), ("c1", "on"), ("r", "2"), ("one", "2"), ("first", "1"), ("many", "1"), ("many", "3"),
            ("t", "hai\ndòng"),
        ),
    )  # fmt: skip


def test_a_submit_button_is_sent_by_its_name() -> None:
    form = sent("", '<input type="submit" name="ctl00$Main$btnNext" value="Trang sau">', "ctl00$Main$btnNext")
    assert form
    assert form.fields == (
        ("__EVENTTARGET", ""),
        ("__EVENTARGUMENT", ""),
        ("__VIEWSTATE", "c3RhdGU="),
        ("ctl00$Main$btnNext", "Trang sau"),
    )


def test_a_form_of_more_than_asp_net_takes_is_not_sent() -> None:
    assert sent(f'<input name="q" value="{"x" * 4_200_000}">') is None


def test_bytes_are_read_in_their_charset() -> None:
    html = page('<input name="q" value="muối">' + post("2", GRID, "Page$2")).encode("utf-16")
    form = read_form(html, LIST, Postback(GRID, 2), headers=[("Content-Type", "text/html; charset=utf-16")])
    assert form
    assert ("q", "muối") in form.fields
