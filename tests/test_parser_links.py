"""Links: everything a crawler may follow, once each, with what the page says about it."""

from __future__ import annotations

import pytest

from fictional_page import HOST, OTHERS, URL, page, read
from portal_archiver.model import Link

OTHER = f"{HOST}/tin-tuc/lang-muoi-con-nhan"
NAME = "Làng muối Cồn Nhạn vào vụ"


def links(html: str, url: str = URL) -> dict[str, Link]:
    found = read(html, url).links
    assert len({link.url for link in found}) == len(found)
    return {link.url: link for link in found}


def listed(markup: str) -> tuple[str, str, str] | None:
    """The text, date and raw date of the one link that matters."""
    link = links(f"<html><body><div class=list>{markup}</div></body></html>", f"{HOST}/kinh-te").get(OTHER)
    if link is None:
        return None
    shown = link.published
    return link.text, shown.value.isoformat() if shown else "", shown.raw if shown else ""


def test_every_link_is_given_once_in_canonical_form_with_its_longest_text() -> None:
    found = links(
        f'<a href="{OTHER}#top">Xem</a> <a href="/tin-tuc/lang-muoi-con-nhan?utm_source=zalo">{NAME}</a>'
        '<a href="HTTPS://BACHHAI.example:443/tin-tuc/../tin-tuc/lang-muoi-con-nhan"><img src="a.jpg"></a>'
    )
    assert found == {OTHER: Link(OTHER, NAME)}


def test_links_come_in_the_order_of_the_page() -> None:
    urls = list(links(page()))
    positions = [urls.index(f"{HOST}/tin-tuc/{slug}") for _, slug in OTHERS]
    assert positions == sorted(positions)
    assert urls[0] == f"{HOST}/"


def test_what_is_no_web_page_is_no_link() -> None:
    hrefs = (
        "javascript:void(0)",
        "mailto:a@bachhai.example",
        "tel:02003000111",
        "data:text/html,x",
        "ftp://h/x",
        "http://",
    )
    assert links("".join(f'<a href="{href}">một liên kết dài</a>' for href in hrefs)) == {}


def test_an_empty_or_local_href_is_the_page_itself_at_most() -> None:
    assert set(links('<a href="#top">Về đầu trang</a><a href="">x</a><a>y</a>')) <= {URL}


def test_relative_links_follow_the_base_element() -> None:
    html = f'<head><base href="{HOST}/cu/"></head><a href="bai-1.html">Bài một</a>'
    assert list(links(html)) == [f"{HOST}/cu/bai-1.html"]


def test_the_title_attribute_speaks_for_a_link_without_text() -> None:
    assert links(f'<a href="{OTHER}" title="{NAME}"><img src="a.jpg"></a>')[OTHER].text == NAME


def test_links_in_folded_menus_are_followed_too() -> None:
    assert OTHER in links(f'<ul style="display:none"><li><a href="{OTHER}">{NAME}</a></li></ul>')


def test_feeds_that_the_page_advertises_come_last() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml"><link rel="alternate" href="/en/">'
    urls = list(links(page(head=head)))
    assert urls[-1] == f"{HOST}/rss.xml"
    assert f"{HOST}/en/" not in urls


def test_the_date_beside_a_headline_goes_with_its_link() -> None:
    day = (NAME, "2024-05-24", "24/05/2024")
    assert listed(f'<a href="{OTHER}">{NAME}</a> (24/05/2024)') == day
    assert listed(f'<a href="{OTHER}">{NAME}</a><br>24/05/2024') == day
    assert listed(f'<h3><a href="{OTHER}">{NAME}</a></h3><span>24/05/2024</span>') == day
    assert listed(f'<div>24/05/2024</div><a href="{OTHER}">{NAME}</a>') == day
    thumbnail = f'<div><a href="{OTHER}"><img src="a.jpg"></a></div>'
    assert listed(f'{thumbnail}<a href="{OTHER}">{NAME}</a> 24/05/2024') == day


def test_a_thumbnail_in_the_same_line_does_not_cost_the_date() -> None:
    thumbnail = f'<a href="{OTHER}"><img src="a.jpg"></a>'
    assert listed(f'{thumbnail} <a href="{OTHER}">{NAME}</a> 24/05/2024') == (NAME, "2024-05-24", "24/05/2024")


def test_the_time_beside_a_headline_goes_with_its_link() -> None:
    found = listed(f'<a href="{OTHER}">{NAME}</a> <i>24/05/2024 14:35</i>')
    assert found == (NAME, "2024-05-24T14:35:00+07:00", "24/05/2024 14:35")


def test_a_date_in_a_teaser_is_an_events_and_not_the_links() -> None:
    lead = "Từ ngày 24/05/2024, bà con xã đảo có thể gửi muối qua chuyến tàu hàng mới mở của hợp tác xã Cồn Nhạn."
    assert listed(f'<a href="{OTHER}">{NAME}</a><p>{lead}</p>') == (NAME, "", "")


def test_each_item_of_a_listing_has_its_own_date_and_none_borrows_its_neighbors() -> None:
    rows = "".join(
        f'<li><a href="/tin-tuc/{slug}">{text}</a> {"" if number == 1 else f"<i>(1{number}/05/2024)</i>"}</li>'
        for number, (text, slug) in enumerate(OTHERS)
    )
    found = links(f"<ul>{rows}</ul>", f"{HOST}/kinh-te")
    dates = [found[f"{HOST}/tin-tuc/{slug}"].published for _, slug in OTHERS]
    assert [date.value.isoformat() if date else None for date in dates] == [
        "2024-05-10",
        None,
        "2024-05-12",
        "2024-05-13",
    ]
    assert {date.origin for date in dates if date} == {"listing"}


def test_an_item_without_a_date_does_not_borrow_the_one_before() -> None:
    dated = "<li><a href=/tin-tuc/hop-long-cau>Hợp long cầu Sông Trầm</a> <time>30/04/2024</time></li>"
    assert listed(f'<ul>{dated}<li><a href="{OTHER}">{NAME}</a></li></ul>') == (NAME, "", "")


def test_the_canonical_link_names_the_page_where_it_can_be_believed() -> None:
    def canonical(href: str) -> str:
        return read(page(head=f'<link rel="canonical" href="{href}">'), f"{URL}?utm_source=zalo#x").canonical_url

    assert canonical("/tin-tuc/ban-chinh?b=2&a=1") == f"{HOST}/tin-tuc/ban-chinh?a=1&b=2"
    for unbelievable in (f"{HOST}/", "/", "https://other.example/tin-tuc/x", "javascript:void(0)", ""):
        assert canonical(unbelievable) == URL


# --- the pages of a list ----------------------------------------------------------------------------------------------

LIST = f"{HOST}/tin-tuc"


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ('<a href="?page=2">2</a>', f"{LIST}?page=2"),
        ('<a href="/tin-tuc/page/2">Trang sau</a>', f"{LIST}/page/2"),
        ('<a href="?p=2">»</a>', f"{LIST}?p=2"),
        ('<a href="tin-tuc/trang-2.html">2</a>', f"{LIST}/trang-2.html"),
        ('<a class="next" href="?currentpage=2">Trang tiếp »</a>', f"{LIST}?currentpage=2"),
        ('<link rel="next" href="?page=2">', f"{LIST}?page=2"),
        ("""<span onclick="location.href='/tin-tuc?page=2'">2</span>""", f"{LIST}?page=2"),
        ("""<button onclick="window.location = '?page=2'; return false;">Tiếp</button>""", f"{LIST}?page=2"),
        ("""<a href="javascript:location.assign('?page=2')">Tiếp</a>""", f"{LIST}?page=2"),
        ("""<a href="#" onclick="document.location.href=&quot;?page=2&quot;">2</a>""", f"{LIST}?page=2"),
        ('<li data-href="?page=2">2</li>', f"{LIST}?page=2"),
        ('<button data-url="?page=2">Trang sau »</button>', f"{LIST}?page=2"),
        (
            r"""<a onclick='RefreshPageTo(event, "/DS.aspx?Paged=TRUE\u0026p_ID=9");return false;'></a>""",
            f"{HOST}/DS.aspx?Paged=TRUE&p_ID=9",
        ),
        (r"""<a onclick='SubmitFormPost("\u002fDS.aspx?Paged=TRUE")'>Tiếp</a>""", f"{HOST}/DS.aspx?Paged=TRUE"),
    ],
)  # fmt: skip
def test_a_button_that_turns_the_page_by_an_address_is_a_link(markup: str, url: str) -> None:
    assert url in links(f"<html><body>{markup}</body></html>", LIST)


@pytest.mark.parametrize(
    "markup",
    [
        """<a onclick="location.href='/xem?id=' + id">Xem</a>""",  # half an address
        """<a onclick="if (confirm('Xóa?')) location.href='/xoa?id=3'">Xóa</a>""",
        """<a onclick="location.href='#top'">Về đầu trang</a>""",
        """<a onclick="location.href='javascript:void(0)'">x</a>""",
        """<button data-url="/tin-tuc/bai-1.html" class="share">Chia sẻ</button>""",
        """<div class="fb-like" data-href="https://bachhai.example/tin-tuc/bai-1.html"></div>""",
        r"""<a onclick='RefreshPageTo(event, "/DS.aspx?Paged=TRUE\u0026PagedPrev=TRUE\u0026p_ID=9")'>Trước</a>""",
    ],
)
def test_what_a_script_does_otherwise_is_no_link(markup: str) -> None:
    assert links(f"<html><body>{markup}</body></html>", LIST) == {}
