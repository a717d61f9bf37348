"""The pictures of a report: which line is whose caption, who took them; and who wrote the report."""

from __future__ import annotations

import re

import pytest

from fictional_page import BODY, CLOSING, HOST, MIDDLE, OPENING, article, page, paragraphs
from portal_archiver.model import Photo

CAPTION = "Đội bốc xếp chuyển cá từ thuyền lên bờ trong buổi sáng đầu tiên"
IMAGE = '<img src="/uploads/ben-ca.jpg" width="560">'
PICTURE = f"{HOST}/uploads/ben-ca.jpg"


def with_picture(picture: str) -> str:
    return page(f"<p>{OPENING}</p>{picture}<p>{MIDDLE}</p><p>{CLOSING}</p>")


# Each form of a credit as written behind a caption, and the name in it.
CREDITS = (
    (". Ảnh: THẠCH LAM", "THẠCH LAM"),
    (". Ảnh: Lê Hoa/TTXBH", "Lê Hoa/TTXBH"),
    (" (Ảnh: Lê Hoa)", "Lê Hoa"),
    (". Ảnh - Lê Hoa", "Lê Hoa"),
    (". Nguồn ảnh: Lê Hoa", "Lê Hoa"),
    (". (Nguồn: Báo Bạch Hải)", "Báo Bạch Hải"),
    (" - Ảnh: Lê Hoa", "Lê Hoa"),
    ("/ Ảnh: Lê Hoa.", "Lê Hoa"),
    (". ẢNH: LÊ HOA", "LÊ HOA"),
    (". Photo: Lê Hoa", "Lê Hoa"),
    (". Ảnh: Minh Hòa", "Minh Hòa"),
    (". (Photo by Lê Hoa)", "Lê Hoa"),
    (". Ảnh minh họa", None),
    (". Ảnh: minh họa", None),
    (". Ảnh: Internet", None),
    (". Ảnh tư liệu", None),
    (". Bức ảnh đẹp nhất: hoàng hôn", None),
    ("", None),
)


@pytest.mark.parametrize(("ending", "credit"), CREDITS)
def test_every_form_of_credit_is_read_and_the_caption_stays_verbatim(ending: str, credit: str | None) -> None:
    found = article(with_picture(f"<figure>{IMAGE}<figcaption>{CAPTION}{ending}</figcaption></figure>"))
    assert found.photos == (Photo(PICTURE, CAPTION + ending, credit),)
    assert found.body == "\n\n".join(BODY)


CENTERED = f'<p style="text-align: center;"><em>{CAPTION}. Ảnh: Lê Hoa</em></p>'


@pytest.mark.parametrize(
    "picture",
    [
        f"<figure>{IMAGE}<figcaption>{CAPTION}. Ảnh: Lê Hoa</figcaption></figure>",
        f'<p align="center">{IMAGE}</p>{CENTERED}',
        f'<p align="center">{IMAGE}<br><em>{CAPTION}. Ảnh: Lê Hoa</em></p>',
        f'<p align="center">{IMAGE}<em>{CAPTION}. Ảnh: Lê Hoa</em></p>',
        f"<table align=center><tr><td>{IMAGE}</td></tr><tr><td>{CAPTION}. Ảnh: Lê Hoa</td></tr></table>",
        f'<div class="image">{IMAGE}<div class="caption">{CAPTION}. Ảnh: Lê Hoa</div></div>',
        f"<p>{IMAGE}</p><p>{CAPTION}. Ảnh: Lê Hoa</p>",
        f"<center>{IMAGE}</center><center>{CAPTION}. Ảnh: Lê Hoa</center>",
    ],
    ids=["figcaption", "next", "br", "inline", "cell", "class", "plain", "center"],
)
def test_a_caption_is_found_wherever_it_stands(picture: str) -> None:
    found = article(with_picture(picture))
    assert found.photos == (Photo(PICTURE, f"{CAPTION}. Ảnh: Lê Hoa", "Lê Hoa"),)
    assert found.body == "\n\n".join(BODY)


def test_a_caption_split_over_two_lines_is_one() -> None:
    lines = ("<em>Đội bốc xếp chuyển cá từ thuyền</em>", "<em>lên bờ. Ảnh: Lê Hoa</em>")
    picture = IMAGE + "".join(f'<p style="text-align:center">{line}</p>' for line in lines)
    (photo,) = article(with_picture(picture)).photos
    assert (photo.caption, photo.credit) == ("Đội bốc xếp chuyển cá từ thuyền lên bờ. Ảnh: Lê Hoa", "Lê Hoa")


def test_two_pictures_have_each_their_own_caption_in_order() -> None:
    second = '<p align=center><img src="/uploads/2.jpg"></p><p align=center><em>Cần cẩu mới. Ảnh: Võ Tú</em></p>'
    body = f"<p>{OPENING}</p><p align=center>{IMAGE}</p>{CENTERED}<p>{MIDDLE}</p>{second}<p>{CLOSING}</p>"
    found = article(page(body))
    assert found.photos == (
        Photo(PICTURE, f"{CAPTION}. Ảnh: Lê Hoa", "Lê Hoa", 0),
        Photo(f"{HOST}/uploads/2.jpg", "Cần cẩu mới. Ảnh: Võ Tú", "Võ Tú", 1),
    )
    assert found.body == "\n\n".join(BODY)


def test_a_picture_without_a_caption_takes_no_prose_for_one() -> None:
    for prose in (f"{MIDDLE} {CLOSING}", "Tại lễ đón tàu, đại diện chủ tàu cảm ơn bà con xóm chài."):
        found = article(page(f"<p>{OPENING}</p><p>{IMAGE}</p><p>{prose}</p><p>{CLOSING}</p>"))
        assert found.photos == (Photo(PICTURE),)
        assert found.body == "\n\n".join((OPENING, prose, CLOSING))


def test_a_paragraph_of_one_sentence_like_all_the_others_is_no_caption() -> None:
    found = article(with_picture(f"<p>{IMAGE}</p>"))
    assert found.photos == (Photo(PICTURE),)
    assert found.body == "\n\n".join(BODY)


@pytest.mark.parametrize(
    ("tag", "url"),
    [
        ('<img src="/blank.gif" data-src="/uploads/ben-ca.jpg">', PICTURE),
        ('<img src="data:image/gif;base64,R0lGODlh" data-original="/uploads/ben-ca.jpg">', PICTURE),
        ('<img src="\\uploads\\ben-ca.jpg">', PICTURE),
        (f'<img src="data:image/png;base64,{"A" * 300}">', ""),
        ('<img src="file:///C:/Users/TEMP/msohtml1/01/clip_image002.jpg">', ""),
    ],
    ids=["data-src", "data-original", "backslashes", "data URI", "file"],
)
def test_lazy_embedded_and_dead_pictures_keep_their_captions(tag: str, url: str) -> None:
    found = article(with_picture(f"<figure>{tag}<figcaption>{CAPTION}. Ảnh: Lê Hoa</figcaption></figure>"))
    assert found.photos == (Photo(url, f"{CAPTION}. Ảnh: Lê Hoa", "Lê Hoa"),)


ICONS = '<p><img src="/pdf.png" width="16" height="16"><img src="/t.gif" width="1px" height="1px"></p>'


def test_icons_and_tracking_pixels_are_no_photos() -> None:
    assert article(page(paragraphs(*BODY) + ICONS)).photos == ()


def test_icons_and_tracking_pixels_have_no_captions() -> None:
    found = article(with_picture(ICONS))
    assert (found.photos, found.body) == ((), "\n\n".join(BODY))


# Each labelled byline, the author in it, and whether the photos are theirs too.


BYLINES = (
    ("Tin, ảnh: Võ Thanh Tú", "Võ Thanh Tú", True),
    ("Tin và ảnh: Võ Thanh Tú", "Võ Thanh Tú", True),
    ("Bài, ảnh: LÊ HOA", "LÊ HOA", True),
    ("(Tin, ảnh: Lê Hoa)", "Lê Hoa", True),
    ("Tác giả: Trúc Lam", "Trúc Lam", False),
    ("Bài: Trúc Lam", "Trúc Lam", False),
    ("PV: Trúc Lam", "Trúc Lam", False),
    ("Người viết: Trúc Lam", "Trúc Lam", False),
    ("Ghi chép của Trúc Lam", "Trúc Lam", False),
    ("Bài của Trúc Lam", "Trúc Lam", False),
    ("Viết bởi Trúc LamĐăng trong Kinh tế biển", "Trúc Lam", False),
)


@pytest.mark.parametrize(("line", "name", "photos_too"), BYLINES)
def test_a_labelled_byline_names_the_author(line: str, name: str, photos_too: bool) -> None:
    found = article(page(f"<p>{OPENING}</p><p>{IMAGE}</p>{paragraphs(f'{MIDDLE} {CLOSING}', line)}"))
    assert found.author == name
    assert found.body == f"{OPENING}\n\n{MIDDLE} {CLOSING}"
    assert found.photos == (Photo(PICTURE, credit=name if photos_too else None),)


@pytest.mark.parametrize(
    "line",
    [
        '<p style="text-align:right"><strong>THẠCH LAM</strong></p>',
        "<p><b>Lê Hoa</b></p>",
        "<p>Hà Thư - Vũ Luyện</p>",
        '<div class="author">Lê Hoa</div>',
        "<p><em>Ban Biên tập</em></p>",
    ],
)
def test_a_name_alone_on_the_last_line_is_the_author(line: str) -> None:
    found = article(page(paragraphs(*BODY) + line))
    assert found.author == re.sub(r"<[^>]+>", "", line)
    assert found.body == "\n\n".join(BODY)


def test_a_report_without_a_byline_has_no_author() -> None:
    assert article(page()).author is None
    assert article(page(paragraphs(*BODY, "Bà con ai cũng vui."))).author is None


def test_the_card_of_another_report_with_its_picture_is_no_caption() -> None:
    card = '<div><a href="/tin-tuc/khac"><img src="/khac.jpg">Học sinh xã đảo có thêm chuyến đò buổi tối</a></div>'
    found = article(page(f"<p>{OPENING}</p><p>{MIDDLE}</p>{card}<p>{CLOSING}</p>"))
    assert (found.body, [photo.caption for photo in found.photos if photo.caption]) == ("\n\n".join(BODY), [])


def test_a_caption_may_stand_above_its_picture() -> None:
    above = (
        '<p align="center"><em>Bốc cá lúc rạng đông - (Ảnh: Lê Hoa)</em></p><p align="center"><img src="/1.jpg"></p>'
    )
    second = '<p align="center">Đội tàu xóm chài vào bến</p><p align="center"><img src="/2.jpg"></p>'
    found = article(page(f"<p>{OPENING}</p>{above}<p>{MIDDLE}</p>{second}<p>{CLOSING}</p>"))
    assert [(photo.url, photo.caption, photo.credit) for photo in found.photos] == [
        (f"{HOST}/1.jpg", "Bốc cá lúc rạng đông - (Ảnh: Lê Hoa)", "Lê Hoa"),
        (f"{HOST}/2.jpg", "Đội tàu xóm chài vào bến", None),
    ]
    assert found.body == "\n\n".join(BODY)


def test_a_credit_on_a_line_of_its_own_belongs_to_the_caption_above_it() -> None:
    picture = '<p align="center"><img src="/1.jpg"><br>Bốc cá lúc rạng đông<br>Ảnh: Lê Hoa</p>'
    found = article(page(f"<p>{OPENING}</p>{picture}<p>{MIDDLE}</p><p>{CLOSING}</p>"))
    assert [(photo.caption, photo.credit) for photo in found.photos] == [
        ("Bốc cá lúc rạng đông Ảnh: Lê Hoa", "Lê Hoa"),
    ]


def test_who_wrote_a_report_comes_before_the_office_that_posted_it() -> None:
    posted = '<div class="author">Hội Nghề cá tỉnh Bạch Hải</div>'
    assert article(page(date=posted)).author == "Hội Nghề cá tỉnh Bạch Hải"
    assert article(page(paragraphs(*BODY, "Tác giả: Ngọc Ánh"), date=posted)).author == "Ngọc Ánh"
    signed = '<p align="right"><b>Lâm Quốc Bảo</b></p><p align="right"><b>Phòng Văn hóa</b></p>'
    assert article(page(paragraphs(*BODY) + signed)).author == "Lâm Quốc Bảo"


def test_a_thumbnail_in_the_lead_has_no_caption() -> None:
    lead = f'<div class="tomtat"><img src="/cau-tau-nho.jpg" align="left">{OPENING}</div>'
    found = article(page(f"{lead}<p>{MIDDLE}</p><p>{CLOSING}</p>"))
    assert (found.body, [photo.caption for photo in found.photos]) == ("\n\n".join(BODY), [""])


def test_a_byline_below_the_last_picture_is_no_caption() -> None:
    found = article(page(f"<p>{OPENING}</p><p>{MIDDLE} {CLOSING}</p><p>{IMAGE}</p><p>Bài và ảnh: Tổ Bốc xếp</p>"))
    assert (found.author, found.photos) == ("Tổ Bốc xếp", (Photo(PICTURE, credit="Tổ Bốc xếp"),))


LOST = "Các tiết mục mở màn ngày hội cá của thị trấn Bến Nhạn"
SHOWN = f"<p>{IMAGE}</p><p><em>{CAPTION}</em></p>"


@pytest.mark.parametrize(
    ("first", "later", "lost"),
    [
        (f"<em>{LOST}</em>", SHOWN, [LOST]),
        (f"<strong><em>{LOST}</em></strong>", SHOWN, [LOST]),
        (f"<em>{LOST}.</em>", SHOWN, []),  # a lead
        (f"<em>{LOST[:20]}</em>{LOST[20:]}", SHOWN, []),
        (f"<em>{LOST}</em>", f"<p>{IMAGE}</p>", []),  # nothing says that captions are set so
    ],
)
def test_a_report_that_opens_with_the_caption_of_a_lost_picture(first: str, later: str, lost: list[str]) -> None:
    found = article(page(f"<p>{first}</p><p>{OPENING}</p><p>{MIDDLE}</p>{later}<p>{CLOSING}</p>"))
    assert [photo.caption for photo in found.photos if not photo.url] == lost
    assert found.body.startswith(OPENING if lost else LOST[:20])
