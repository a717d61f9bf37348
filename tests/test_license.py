"""The license footer: every field from fictional footers of many shapes, and a floor on real ones where they are."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_archiver.parser.licensing.contacts import contacts
from portal_archiver.parser.licensing.labels import LABELS, lines_of, runs_of
from portal_archiver.parser.licensing.license import parse_license
from portal_archiver.parser.licensing.responsible import person_and_post
from real_data import DATA, needs

FOOTERS = DATA / "footers/footers_dev.json"

PROVINCE = """Cơ quan chủ quản: UBND tỉnh Bạch Hải - Điện thoại: 0299.3811001 - Fax: 0299.3811002 - Email: ub@bh.example
Đơn vị quản lý: Sở Thông tin và Truyền thông tỉnh Bạch Hải
Giấy phép số 07/GP-STTTT do Sở Thông tin và Truyền thông cấp ngày 5/9/2021.
Chịu trách nhiệm nội dung: Bà Lê Thị Hoa - Phó Chủ tịch UBND tỉnh, Trưởng Ban biên tập.
Điện thoại Ban biên tập: 02993.811003 - Email: banbientap@bachhai.example
Địa chỉ: 5 Bến Cảng - Phường 1 - Tp Bạch Hải.
© 2021 Cổng thông tin điện tử tỉnh Bạch Hải. All rights reserved.
@ Ghi rõ nguồn "Cổng thông tin điện tử tỉnh Bạch Hải" khi phát hành lại thông tin từ Cổng này."""


def field(text: str, name: str) -> Any:
    found = parse_license(text)
    return getattr(found, name) if found else None


def test_a_whole_footer_is_read_in_every_field() -> None:
    found = parse_license(PROVINCE)
    assert found is not None
    assert found.governing_body == "UBND tỉnh Bạch Hải"
    assert found.managing_unit == "Sở Thông tin và Truyền thông tỉnh Bạch Hải"
    assert (found.number, found.issuer) == ("07/GP-STTTT", "Sở Thông tin và Truyền thông")
    assert found.issued_on == date(2021, 9, 5)
    assert found.responsible_person == "Lê Thị Hoa"
    assert found.responsible_role == "Phó Chủ tịch UBND tỉnh, Trưởng Ban biên tập"
    assert found.address == "5 Bến Cảng - Phường 1 - Tp Bạch Hải"
    assert found.phones == ("02993811001", "02993811003")
    assert found.faxes == ("02993811002",)
    assert found.emails == ("ub@bh.example", "banbientap@bachhai.example")
    assert found.attribution is not None and found.attribution.startswith("Ghi rõ nguồn")
    assert found.attribution.endswith("từ Cổng này.")
    assert found.attribution_source == "Cổng thông tin điện tử tỉnh Bạch Hải"
    assert found.copyright == "© 2021 Cổng thông tin điện tử tỉnh Bạch Hải. All rights reserved"


def test_the_text_of_a_license_is_the_footer_verbatim() -> None:
    footer = "  Cơ quan chủ quản:\u200b UBND   huyện Sông Vàng \r\n"
    assert field(footer, "text") == footer
    assert field(footer, "governing_body") == "UBND huyện Sông Vàng"


@pytest.mark.parametrize(
    "text", ["", " \n\t", "Thời tiết hôm nay đẹp.", "Giấy phép số:\nTrưởng Ban biên tập:", "...: -"]
)
def test_a_text_without_license_data_gives_none(text: str) -> None:
    assert parse_license(text) is None


def test_decomposed_letters_and_invisible_characters_change_nothing() -> None:
    spoiled = unicodedata.normalize("NFD", PROVINCE).replace("nội dung", "nộ\u200bi dung")
    whole, read = parse_license(PROVINCE), parse_license(spoiled)
    assert whole and read
    names = [name for name in whole.__slots__ if name != "text"]
    assert [getattr(read, name) for name in names] == [getattr(whole, name) for name in names]


@pytest.mark.parametrize(
    ("text", "number", "issuer", "issued"),
    [
        (
            "Giấy phép số: 8/GPTTĐT-STTTT, do Sở TT-TT tỉnh Bạch Hải cấp ngày 03/11/2016",
            "8/GPTTĐT-STTTT",
            "Sở TT-TT tỉnh Bạch Hải",
            "2016-11-03",
        ),
        (
            "Giấy phép: Số 13/GP - TTĐT, Sở Thông tin và Truyền thông cấp ngày 1-2-2015",
            "13/GP-TTĐT",
            "Sở Thông tin và Truyền thông",
            "2015-02-01",
        ),
        ("GP: 54/GP-TTĐT ngày 21 tháng 10 năm 2016 của Cục Báo chí.", "54/GP-TTĐT", "Cục Báo chí", "2016-10-21"),
        ("Giấy phép số 4/GP do Cục Chuyển đổi số cấp ngày 1/2/2020", "4/GP", "Cục Chuyển đổi số", "2020-02-01"),
        ("Giấy phép số 4/GP ngày 1/2/2020, Ban biên tập", "4/GP", None, "2020-02-01"),
        ("Giấy phép số:\n4/GP-TTĐT, ngày 1/2/2020", "4/GP-TTĐT", None, "2020-02-01"),
        ("GPXB số 30/GP, Bộ TT&TT cấp ngày 8.7.2015", "30/GP", "Bộ TT&TT", "2015-07-08"),
        ("Giấy phép số 9/GP-BTTTT ngày 15/06/2016 do Bộ TT&TT cấp", "9/GP-BTTTT", "Bộ TT&TT", "2016-06-15"),
        (
            "Giấy phép của Bộ Văn hóa - Thông tin số 12/GP-BC ngày 1/2/2005",
            "12/GP-BC",
            "Bộ Văn hóa - Thông tin",
            "2005-02-01",
        ),
        (
            "Giấy phép hoạt động báo điện tử Bạch Hải trên Internet số 37/GP - BTTTT Hà Nội,\nngày 16-09-2013.",
            "37/GP-BTTTT",
            None,
            "2013-09-16",
        ),
        (
            "Giấy phép số: 26/GP - TTĐT, Sở Thông tin và Truyền thông Bạch Hải.\nCấp ngày 28/8/2015.",
            "26/GP-TTĐT",
            "Sở Thông tin và Truyền thông Bạch Hải",
            "2015-08-28",
        ),
        (
            "Số giấy phép: 5/GP-TTĐT; Ngày cấp: 12/3/2020; Nơi cấp: Sở Thông tin và Truyền thông",
            "5/GP-TTĐT",
            "Sở Thông tin và Truyền thông",
            "2020-03-12",
        ),
        (
            "Giấy phép số 11/GP-TTĐT cấp ngày 4/4/2016 bởi Sở TT-TT, thay thế giấy phép 2/GP-TTĐT cấp ngày 7/4/2011",
            "11/GP-TTĐT",
            "Sở TT-TT",
            "2016-04-04",
        ),
        (
            "Giấy phép số 3/GP-TTĐT do Cục Báo chí - Bộ Thông tin và Truyền thông cấp ngày 31/02/2020",
            "3/GP-TTĐT",
            "Cục Báo chí - Bộ Thông tin và Truyền thông",
            None,
        ),
        (
            "Giấy phép số 3/GP-TTĐT do Sở Thông tin và Truyền thông TP. Bạch Hải cấp ngày 3/2/2020",
            "3/GP-TTĐT",
            "Sở Thông tin và Truyền thông TP. Bạch Hải",
            "2020-02-03",
        ),
        ("GIẤY PHÉP SỐ 9/GP-TTĐT DO SỞ THÔNG TIN CẤP NGÀY 09/08/2019", "9/GP-TTĐT", "SỞ THÔNG TIN", "2019-08-09"),
        ("Số giấy phép: ....../GP-STTTT do Sở Thông tin cấp ngày .../.../2020", None, "Sở Thông tin", None),
        ("Trang đang chờ xin giấy phép của Sở Thông tin số 5\nHotline: 0912345678", None, None, None),
    ],
)
def test_the_grant_is_read_in_all_its_forms(
    text: str, number: str | None, issuer: str | None, issued: str | None
) -> None:
    found = parse_license(text)
    day = date.fromisoformat(issued) if issued else None
    assert found is not None
    assert (found.number, found.issuer, found.issued_on) == (number, issuer, day)


@pytest.mark.parametrize(
    ("text", "body", "unit"),
    [
        ("Cơ quan quản lý:UBND huyện Sông Vàng.", "UBND huyện Sông Vàng", None),
        ("ĐƠN VỊ CHỦ QUẢN\nSỞ Y TẾ TỈNH BẠCH HẢI", "SỞ Y TẾ TỈNH BẠCH HẢI", None),
        (
            "Cơ quan chủ quản: Tổng cục Biển - Bộ Thủy sản (Việt Nam) | Tel: 0299 3811 001",
            "Tổng cục Biển - Bộ Thủy sản (Việt Nam)",
            None,
        ),
        (
            "Cơ quan quản lý nhà nước và thường trực kỹ thuật: Sở Khoa học và Công nghệ",
            None,
            "Sở Khoa học và Công nghệ",
        ),
        ("Quản lý và vận hành bởi:\nTrung tâm Công nghệ thông tin", None, "Trung tâm Công nghệ thông tin"),
        ("Cơ quan thường trực: Văn phòng UBND tỉnh; Hotline: 1022", None, "Văn phòng UBND tỉnh"),
        ("Quản lý nội dung: Ban biên tập\nHotline: 0299 3811 001", None, None),
        ("Cơ quan của Hội Nhà báo tỉnh\nHotline: 0299 3811 001", None, None),
    ],
)
def test_the_bodies_are_those_a_label_names(text: str, body: str | None, unit: str | None) -> None:
    assert (field(text, "governing_body"), field(text, "managing_unit")) == (body, unit)


@pytest.mark.parametrize(
    ("value", "person", "role"),
    [
        (
            "Ông Trần Văn Bình- Trưởng Ban biên tập, Chánh Thanh tra tỉnh",
            "Trần Văn Bình",
            "Trưởng Ban biên tập, Chánh Thanh tra tỉnh",
        ),
        ("Đ/c: Trần Văn Bình - Phó Chủ tich UBND huyện", "Trần Văn Bình", "Phó Chủ tich UBND huyện"),
        ("Đoàn Văn Hậu (Phó Giám đốc Sở)", "Đoàn Văn Hậu", "Phó Giám đốc Sở"),
        ("Trần Văn Bình - CT UBND xã", "Trần Văn Bình", "CT UBND xã"),
        ("Trần Văn Bình, Lê Thị Hoa", "Trần Văn Bình", None),
        ("PGS.TS. TRẦN VĂN BÌNH", "TRẦN VĂN BÌNH", None),
        ("Nhà báo Đại tá Y Moan Ê Ban", "Y Moan Ê Ban", None),
        ("Trần Bình, Giám đốc Sở Y tế", "Trần Bình", "Giám đốc Sở Y tế"),
        ("Trần Văn Bình Giám đốc Sở Y tế", "Trần Văn Bình", "Giám đốc Sở Y tế"),
        ("Trần Văn Bình - 091 234 5678", "Trần Văn Bình", None),
        ("Giám đốc Sở Y tế: Bà Lê Thị Hoa", "Lê Thị Hoa", "Giám đốc Sở Y tế"),
        ("Chánh Văn phòng UBND tỉnh", None, "Chánh Văn phòng UBND tỉnh"),
        ("Ban biên tập Cổng thông tin điện tử", None, None),
        ("Sở Y Tế Bạch Hải", None, None),
    ],
)
def test_a_name_is_told_from_titles_and_posts(value: str, person: str | None, role: str | None) -> None:
    assert person_and_post(value) == (person, role)


@pytest.mark.parametrize(
    ("text", "person", "role"),
    [
        ("Tổng biên tập\nTRẦN VĂN BÌNH\nPhó Tổng biên tập\nLÊ AN", "TRẦN VĂN BÌNH", None),
        ("Phó Tổng biên tập: Lê An\nTổng Biên tập Báo Bạch Hải: Trần Văn Bình", "Trần Văn Bình", None),
        ("Phụ trách nội dung: Lê Thị Hoa", "Lê Thị Hoa", None),
        ("Trưởng Ban biên tập: Ông Trần Văn Bình\nPhó Giám đốc Sở Nội vụ", "Trần Văn Bình", "Phó Giám đốc Sở Nội vụ"),
        ("Chịu trách nhiệm: Bà Lê Thị Hoa\nChức vụ: Giám đốc Trung tâm", "Lê Thị Hoa", "Giám đốc Trung tâm"),
        (
            "Chịu trách nhiệm\nnội dung:Ông Trần Văn Bình - Giám đốc\nSở Y tế tỉnh",
            "Trần Văn Bình",
            "Giám đốc Sở Y tế tỉnh",
        ),
    ],
)
def test_the_head_answers_before_any_deputy(text: str, person: str | None, role: str | None) -> None:
    assert (field(text, "responsible_person"), field(text, "responsible_role")) == (person, role)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Địa chỉ:Số 1, đường Bến Cảng,\nphường 2, thành phố Bạch Hải. Điện thoại: 0299 3811 001",
            "Số 1, đường Bến Cảng, phường 2, thành phố Bạch Hải",
        ),
        ("TRỤ SỞ CHÍNH\nTòa soạn: 15 - Bến Cảng - P. 2 - Bạch Hải.", "15 - Bến Cảng - P. 2 - Bạch Hải"),
        ("Địa chỉ: Trụ sở UBND tỉnh, số 5 Bến Cảng", "Trụ sở UBND tỉnh, số 5 Bến Cảng"),
        ("Địa chỉ: Tòa nhà Hải Đăng. Số 1, phố Bến Cảng. Mọi ý kiến", "Tòa nhà Hải Đăng. Số 1, phố Bến Cảng"),
        ("Đc: 2 Bến Cảng, TP. Bạch Hải", "2 Bến Cảng, TP. Bạch Hải"),
        ("Địa chỉ: 02 Bến\nCảng, khu phố 3, thị trấn Sông Vàng", "02 Bến Cảng, khu phố 3, thị trấn Sông Vàng"),
        (
            "Công ty Biển Xanh; 84/1/3 Bến Cảng, P.3, Quận Gò Sen, Tp.HCM; ĐT: 028 39811001",
            "84/1/3 Bến Cảng, P.3, Quận Gò Sen, Tp.HCM",
        ),
        (
            "Tòa soạn: bandoc@bachhai.example\nTầng 4, Tòa nhà Hải Đăng, phường 1, Bạch Hải",
            "Tầng 4, Tòa nhà Hải Đăng, phường 1, Bạch Hải",
        ),
        ("Mọi ý kiến xin gửi theo địa chỉ:\nEmail: bandoc@bachhai.example", None),
    ],
)
def test_the_first_address_is_found_with_and_without_a_label(text: str, address: str | None) -> None:
    assert field(text, "address") == address


@pytest.mark.parametrize(
    ("text", "phones", "faxes"),
    [
        ("Điện thoại: (+84.299) 3.811.001, Fax (+84.299) 3.811.002", ["+842993811001"], ["+842993811002"]),
        ("T: 0299.3811001 F: 0299.3811002 E: a@bachhai.example", ["02993811001"], ["02993811002"]),
        ("ĐT: ĐT: 0299-3811-001 / 0299-3811-002", ["02993811001", "02993811002"], []),
        ("Điện thoại/Fax: (0299) - 3811 001", ["02993811001"], ["02993811001"]),
        ("Điện thoại: 0299 3811\n001 - máy lẻ 4500", ["02993811001"], []),
        ("Điện thoại: (0299) 3811001 (máy lẻ 412) / 0904.107.433", ["02993811001", "0904107433"], []),
        ("Hotline:\n0919 405 885 (Bạch Hải) -\n0919 435 885 (8h-17h)", ["0919405885", "0919435885"], []),
        ("Hotline: 0982.11.22.55 - CSKH: 198 (Miễn phí)", ["0982112255", "198"], []),
        ("ĐT: (84) 299 38110011/38110012", ["8429938110011", "38110012"], []),
        ("Điện thoại: Văn phòng: 080 43001; Fax: 080.43002", ["08043001"], ["08043002"]),
        ("Tòa soạn\n0903 405 146\nMST: 0313720704\nISSN 1859-2945\nTổng truy cập: 0123456789", ["0903405146"], []),
        ("Giấy CNĐKDN số: 0101234568. Giấy phép số 0101234567 cấp ngày 01/12/2019. Lượt truy cập: 86308737", [], []),
    ],
)
def test_phones_and_faxes_keep_their_digits_and_nothing_else(text: str, phones: list[str], faxes: list[str]) -> None:
    found = contacts(runs_of(lines_of(text)))
    assert [list(found[0]), list(found[1])] == [phones, faxes]


def test_emails_are_kept_as_printed_and_once_each() -> None:
    text = "Emai: Ban_Bien.Tap@web.bachhai.example; b@bachhai.example\nEmail:b@bachhai.example Email: [email protected]"
    assert field(text, "emails") == ("Ban_Bien.Tap@web.bachhai.example", "b@bachhai.example")


@pytest.mark.parametrize(
    ("text", "clause", "source"),
    [
        (
            "® Ghi rõ nguồn: “Báo Bạch Hải ” khi lấy lại tin.",
            "Ghi rõ nguồn: “Báo Bạch Hải ” khi lấy lại tin.",
            "Báo Bạch Hải",
        ),
        (
            "Ghi rõ nguồn 'Báo Bạch Hải' hoặc 'bachhai.example'",
            "Ghi rõ nguồn 'Báo Bạch Hải' hoặc 'bachhai.example'",
            "Báo Bạch Hải",
        ),
        (
            "Ghi rõ nguồn Báo Bạch Hải hoặc\nwww.bachhai.example khi dùng lại.",
            "Ghi rõ nguồn Báo Bạch Hải hoặc www.bachhai.example khi dùng lại.",
            "Báo Bạch Hải",
        ),
        (
            "Ghi rõ nguồn khi lấy lại thông tin từ website này",
            "Ghi rõ nguồn khi lấy lại thông tin từ website này",
            None,
        ),
        (
            "(Khi dùng lại đề nghị ghi rõ nguồn Báo Bạch Hải)",
            "Khi dùng lại đề nghị ghi rõ nguồn Báo Bạch Hải",
            "Báo Bạch Hải",
        ),
        (
            "Khi đăng lại phải ghi rõ nguồn: Theo Báo Bạch Hải (bachhai.example).",
            "Khi đăng lại phải ghi rõ nguồn: Theo Báo Bạch Hải (bachhai.example).",
            "Báo Bạch Hải",
        ),
        ("Xin ghi rõ: nguồn Báo Bạch Hải (a.example).", "Xin ghi rõ: nguồn Báo Bạch Hải (a.example).", "Báo Bạch Hải"),
        (
            "Đề nghị dẫn nguồn bachhai.example khi phát hành lại.",
            "Đề nghị dẫn nguồn bachhai.example khi phát hành lại.",
            "bachhai.example",
        ),
        (
            "Cấm sao chép nếu không xin phép. Ghi rõ nguồn “Báo Bạch Hải”.",
            "Ghi rõ nguồn “Báo Bạch Hải”.",
            "Báo Bạch Hải",
        ),
        (
            "Chỉ được phát hành lại khi có sự\nđồng ý bằng văn bản của Báo.",
            "Chỉ được phát hành lại khi có sự đồng ý bằng văn bản của Báo.",
            None,
        ),
        ("Hàng hóa không rõ nguồn gốc. Hotline: 1022", None, None),
    ],
)
def test_the_clause_is_verbatim_and_names_whom_to_credit(text: str, clause: str | None, source: str | None) -> None:
    assert (field(text, "attribution"), field(text, "attribution_source")) == (clause, source)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("2008 © BẢN QUYỀN THUỘC VỀ BÁO BẠCH HẢI.", "2008 © BẢN QUYỀN THUỘC VỀ BÁO BẠCH HẢI"),
        ("© 1997-2022. Toàn bộ bản quyền thuộc Báo Bạch Hải", "© 1997-2022. Toàn bộ bản quyền thuộc Báo Bạch Hải"),
        ("© 2003 Bản quyền thuộc Báo Bạch Hải. Cấm sao chép.", "© 2003 Bản quyền thuộc Báo Bạch Hải"),
        ("Báo Bạch Hải giữ bản quyền trên website này", "Báo Bạch Hải giữ bản quyền trên website này"),
        ("© Giấy phép số 1/GP-TTĐT\nChính sách bản quyền", None),
        ("® BÁO BẠCH HẢI @ 2021. Hotline: 1022", None),
    ],
)
def test_a_claim_needs_an_owner_or_a_year(text: str, claim: str | None) -> None:
    assert field(text, "copyright") == claim


_WORDS = st.sampled_from(
    [label.forms.split("|")[0] for label in LABELS]
    + [
        "Giấy phép số",
        "12/GP-STTTT",
        "do Sở",
        "cấp ngày",
        "1/2/2020",
        "Ông",
        "Giám đốc",
        "©",
        "bản quyền",
        "ghi rõ nguồn",
    ]
    + [
        "0299 3811 001",
        "a@b.example",
        "Số 1, phường 2",
        ":",
        " - ",
        ". ",
        "|",
        "\n",
        "“",
        "”",
        "'",
        "(",
        ")",
        "\u200b",
        "Ủ",
        "e\u0323",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS | st.text(max_size=12), max_size=40))
def test_no_text_whatever_makes_it_raise(words: list[str]) -> None:
    text = "".join(words)
    found = parse_license(text)
    assert found is None or found.text == text


@pytest.mark.parametrize(
    "piece", [".", "1 ", "a@", "(", "Giấy phép số do Sở ", "A:", "Nguyễn ", "nguồn “", "\n", "Fax 0299 "]
)
def test_the_same_over_and_over_is_read_in_linear_time(piece: str) -> None:
    text = piece * (150_000 // len(piece)) + "\n" + PROVINCE
    assert field(text, "text") == text


def _key(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) else value or ""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold().strip(" .:-–")


def _score(wanted: Any, got: Any) -> float:
    if isinstance(wanted, list):
        both = len(set(wanted) & set(got))
        return 2 * both / (len(wanted) + len(got)) if wanted or got else 1.0
    return float(_key(wanted) == _key(got))


@needs(FOOTERS)
def test_real_footers_are_read_as_well_as_ever() -> None:
    names = {"licence_number": "number", "licence_issuer": "issuer", "licence_issued_on": "issued_on"}
    scores: list[tuple[bool, float]] = []
    for row in json.loads(FOOTERS.read_text("utf-8")):
        found = parse_license(row["text"])
        for name, wanted in row["expected"].items():
            if name not in row.get("doubtful", ()):
                got = getattr(found, names.get(name, name)) if found else None
                scores.append((bool(wanted), _score(wanted, got or ([] if isinstance(wanted, list) else None))))
    present = [score for wanted, score in scores if wanted]
    assert sum(score for _, score in scores) / len(scores) >= 0.995
    assert sum(present) / len(present) >= 0.99
