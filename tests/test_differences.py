"""What differs between two versions of a report, word by word."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.cli.diff import marked
from portal_archiver.differences import BREAK, FIELDS, READINGS, differences, excerpts, reworded, tokens
from portal_archiver.model import Article, Attachment, Dateline, Photo

PHOTO = Photo("https://bachhai.example/anh/1.jpg?t=1", "Tàu cập cảng. Ảnh: Ngọc Vy", "Ngọc Vy")
REPORT = Article(
    title="Khánh thành cầu Bến Đăng",
    body="Sáng 12/7, cầu Bến Đăng thông xe.\n\nCầu dài 412 mét.\n\nNgười dân phấn khởi.",
    published=Dateline(date(2024, 7, 12)),
    author="Minh Khuê",
    section="Kinh tế",
    language="vi",
    photos=(PHOTO,),
    attachments=(Attachment("https://bachhai.example/tep/1.pdf", "Bản vẽ"),),
)


def body(old: str, new: str) -> str:
    """The body's difference as it is shown in a pipe."""
    found = differences(replace(REPORT, body=old), replace(REPORT, body=new))
    return marked(found[0].operations, colored=False).plain if found else ""


def test_each_field_is_compared() -> None:
    other = Article(
        title="Thông xe cầu Bến Đăng",
        body="Khác hẳn",
        published=Dateline(datetime(2024, 7, 13, 8, tzinfo=UTC)),
        updated=Dateline(date(2024, 7, 14)),
        language="en",
        section="Giao thông",
        photos=(replace(PHOTO, url="/anh/2.jpg", caption="Khác", credit="Khác"),),
    )
    assert [item.field for item in differences(REPORT, other)] == [name for name, _ in FIELDS]


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"body": REPORT.body.replace(" ", "\n  ")},
        {"body": REPORT.body.replace("\n\n", " \n \n\n")},
        {"body_html": "<p>khác</p>", "lead": "Sáng 12/7"},
        {"photos": (replace(PHOTO, url="http://cdn.bachhai.example/anh/1.jpg?t=2"),)},
        {"title": "Kha\u0301nh thành cầu Bến Đăng"},
    ],
    ids=lambda same: "-".join(same),
)
def test_what_is_no_edit_is_no_difference(same: dict[str, Any]) -> None:
    assert differences(REPORT, replace(REPORT, **same)) == ()


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Cầu dài 412 mét.", "Cầu dài 421 mét.", "Cầu dài [-412-]{+421+} mét."),
        ("Cầu dài.", "Cầu rất dài.", "Cầu {+rất+} dài."),
        ("Cầu rất dài.", "Cầu dài.", "Cầu [-rất-] dài."),
        ("", "Cầu dài.\n\nRộng.", "{+Cầu dài.+}\n\n{+Rộng.+}"),
        ("A b c.\n\nD e f.", "A b c.\n\nG h.\n\nD e f.", "A b c.\n\n{+G h.+}\n\nD e f."),
        ("A b c. D e f.", "A b c.\n\nD e f.", "A b c. {+¶+}\n\nD e f."),
        ("A b c.\n\nD e f.", "A b c. D e f.", "A b c. [-¶-]\n\nD e f."),
        ("A {0} [x].", "A {1} [x].", "A [-{0}-]{+{1}+} [x]."),
    ],
)
def test_words_are_marked_and_paragraphs_stay_apart(old: str, new: str, shown: str) -> None:
    assert body(old, new).strip() == shown


def test_long_stretches_of_the_same_are_left_out() -> None:
    text = " ".join(str(n) for n in range(1000))
    shown = body(text, text.replace(" 500 ", " năm-trăm "))
    assert shown.strip() == (
        "[...] 488 489 490 491 492 493 494 495 496 497 498 499 [-500-]{+năm-trăm+}"
        " 501 502 503 504 505 506 507 508 509 510 511 512 [...]"
    )


def test_words_that_came_and_went_are_counted() -> None:
    (found,) = differences(REPORT, replace(REPORT, body=REPORT.body.replace("412 mét", "hơn 400 mét") + "\n\nHết."))
    assert (found.added, found.removed) == (3, 1)


words = st.lists(st.sampled_from(["a", "b", "c", "đ", BREAK]), max_size=30).map(" ".join)


@given(words, words)
def test_the_operations_lead_from_one_text_to_the_other(old: str, new: str) -> None:
    for found in differences(replace(REPORT, body=old), replace(REPORT, body=new)):
        for side, text in (("old", old), ("new", new)):
            parts = [getattr(operation, side) for operation in found.operations]
            assert [word for part in parts for word in re.findall(r"\S+", part)] == [
                word for word in tokens(text) if word != BREAK
            ]
        assert all(operation.old == operation.new for operation in found.operations if operation.op == "equal")
    assert bool(differences(replace(REPORT, body=old), replace(REPORT, body=new))) == (tokens(old) != tokens(new))


def test_texts_beyond_all_measure_are_not_laid_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal_archiver.differences.MOST", 8)
    assert body("A b c", "A d c") == "[-A b c-]{+A d c+}"


def test_readings_are_compared_character_by_character_and_shown_where_they_part() -> None:
    long = "x " * 300
    other = replace(REPORT, body=long + "y", body_html="<p>", lead="z", published=None)
    assert {name for name, _, _ in reworded(REPORT, other)} == {"body", "markup", "lead", "date", "date's origin"}
    assert {name for name, _ in READINGS} >= {name for name, _ in FIELDS}
    assert excerpts(long + "cũ " + long, long + "mới " + long)[0].startswith("…x x")
    old, new = excerpts(long, long + "thêm")
    assert new.endswith("x thêm") and max(len(old), len(new)) < 200
    assert excerpts("", "một") == ("", "một")
