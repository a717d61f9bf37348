"""Profiles: a portal's own selectors come before any guess, field by field, and a miss is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fictional_page import BODY, FOOTER, HOST, OPENING, OTHERS, TITLE, URL, article, page, paragraphs, read
from portal_archiver.model import Photo, Portal

ODD = f"""<html><body><div class="a1"><h1>Chuyên trang thử nghiệm của xã đảo</h1></div>
<div class="a2"><span>{TITLE}</span></div>
<div class="a3">gửi lên 3/1/2024 08:05</div><div class="a4">Nghề biển</div>
<div class="a5">{BODY[0]}</div>
<div class="a6">{paragraphs(*BODY[1:])}</div>
<div class="a7"><img src="/uploads/1.jpg"><img src="/uploads/2.jpg"></div>
<div class="a8">Thuyền về bến. Ảnh: Lê Hoa</div><div class="a8">Kho đá mới</div>
<div class="a9">Lê Hoa (tổng hợp)</div><div class="b1"><a href="/tai-ve?id=7">Phụ lục</a></div>
<div class="b2">{FOOTER[0]}<br>{FOOTER[1]}</div></body></html>"""
SELECT = {
    "title": ".a2 span",
    "published": ".a3",
    "section": ".a4",
    "lead": ".a5",
    "body": ".a6",
    "photos": ".a7",
    "caption": ".a8",
    "author": ".a9",
    "attachments": ".b1",
    "footer": ".b2",
}


def profile(**select: str) -> Portal:
    return Portal((f"{HOST}/",), select=select)


def test_every_field_can_be_pointed_at() -> None:
    found = read(ODD, portal=profile(**SELECT))
    report = found.article
    assert report is not None
    assert report.title == TITLE
    assert report.published is not None
    assert report.published.value.isoformat() == "2024-01-03T08:05:00+07:00"
    assert (report.section, report.author, report.lead) == ("Nghề biển", "Lê Hoa (tổng hợp)", BODY[0])
    assert report.body == "\n\n".join(BODY[1:])
    assert report.photos == (
        Photo(f"{HOST}/uploads/1.jpg", "Thuyền về bến. Ảnh: Lê Hoa", "Lê Hoa", 0),
        Photo(f"{HOST}/uploads/2.jpg", "Kho đá mới", None, 1),
    )
    assert [(file.url, file.title) for file in report.attachments] == [(f"{HOST}/tai-ve?id=7", "Phụ lục")]
    assert found.license is not None
    assert found.license.number == "07/GP-STTTT"
    assert found.license.text == "\n".join(FOOTER)
    assert found.warnings == ()


def test_one_selector_changes_its_field_and_leaves_the_others_to_the_parser() -> None:
    html = page(before='<p class="odd">Nghề biển</p>', date='<div class="date">26/12/2023</div>')
    guessed = article(html)
    assert article(html, portal=profile(section=".odd")) == replace(guessed, section="Nghề biển")
    assert article(html, portal=profile(author=".odd")) == replace(guessed, author="Nghề biển")
    assert article(html, portal=profile(lead=".odd")) == replace(guessed, lead="Nghề biển")


@pytest.mark.parametrize("field", sorted(SELECT))
def test_a_selector_that_matches_nothing_is_told_and_the_guess_stands(field: str) -> None:
    found = read(page(), portal=profile(**{field: ".no-such-thing"}))
    (warning,) = found.warnings
    assert f"select.{field}" in warning
    assert ".no-such-thing" in warning
    assert found.article == article(page())
    assert found.license == read(page()).license


@pytest.mark.parametrize("field", sorted(SELECT))
@pytest.mark.parametrize("selector", ["p[", ":::", "a:b(c)", ">", "div:has(", "🐟 >"])
def test_a_selector_that_is_none_never_raises(field: str, selector: str) -> None:
    found = read(page(), portal=profile(**{field: selector}))
    (warning,) = found.warnings
    assert f"select.{field}" in warning
    assert found.article == article(page())


def test_the_title_selector_outranks_slug_metadata_and_h1() -> None:
    name, _ = OTHERS[2]
    html = page(before=f'<p class="odd">{name}</p>', head=f'<meta property="og:title" content="{TITLE}">')
    assert article(html, portal=profile(title=".odd")).title == name
    assert article(html).title == TITLE


def test_the_body_selector_keeps_out_what_stands_beside_it() -> None:
    html = page(f"<p>{OPENING}</p><div class=own>{paragraphs(*BODY[1:])}</div>")
    assert article(html, portal=profile(body=".own")).body == "\n\n".join(BODY[1:])


def test_a_date_selector_without_a_date_leaves_the_guess() -> None:
    html = page(date='<div class="date">26/12/2023</div><div class="odd">hôm nào đó</div>')
    assert article(html, portal=profile(published=".odd")) == article(html)


def test_a_portal_without_selectors_reads_like_no_portal() -> None:
    assert read(page(), portal=profile()) == read(page())
    assert read(page(), URL, portal=profile(unknown=".x")) == read(page())
