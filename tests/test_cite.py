"""A citation says who wrote what, where and when, and which bytes show it; other programs read the same out of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
import rispy
from citeproc import CitationStylesStyle
from citeproc.source.json import CiteProcJSON
from hypothesis import example, given
from hypothesis import strategies as st
from pybtex.database import Person, parse_string

from citations import ARCHIVED, SHA256, SITE, URL, WHEN, citable, report
from portal_archiver.citations import FORMATS, STYLES, cite, coins, credit_line, csl, highwire, json_ld
from portal_archiver.citations.names import authors_of
from portal_archiver.errors import UnknownStyleError
from portal_archiver.model import Archived, Article, Photo
from portal_archiver.text import clean

KHAI = citable(report())


# --- styles -----------------------------------------------------------------------------------------------------------

IN_WORDS = {
    "apa": f"Nguyễn Thị Minh Khai. (2023, December 26). Khai mạc ngày hội non sông. {SITE}. {ARCHIVED}. {URL}",
    "chicago": f"Nguyễn Thị Minh Khai. “Khai mạc ngày hội non sông.” {SITE}, December 26, 2023. {ARCHIVED}. {URL}.",
    "mla": f"Nguyễn Thị Minh Khai. “Khai mạc ngày hội non sông.” {SITE}, 26 Dec. 2023, {URL}. {ARCHIVED}.",
    "harvard": f"Nguyễn Thị Minh Khai (2023) ‘Khai mạc ngày hội non sông’, {SITE}, 26 December. Available at: {URL} "
    f"(Accessed: 27 December 2023). {ARCHIVED}.",
    "vietnamese": f"Nguyễn Thị Minh Khai (26/12/2023), “Khai mạc ngày hội non sông”, {SITE}, {URL}, "
    f"lưu trữ lúc 02:15:07 ngày 27/12/2023 (UTC), SHA-256 {SHA256}.",
}


@pytest.mark.parametrize("style", IN_WORDS)
def test_a_style_says_all_in_its_own_order(style: str) -> None:
    assert cite(KHAI, style) == IN_WORDS[style]


def test_every_style_is_shown_here_and_apa_is_the_usual_one() -> None:
    assert list(STYLES) == [*IN_WORDS, *FORMATS]
    assert cite(KHAI) == IN_WORDS["apa"]


@pytest.mark.parametrize("style", csl.STYLES)
def test_the_styles_are_valid_csl(style: str) -> None:
    file = f"{csl.__file__.rpartition('/')[0]}/styles/{style}.csl"
    assert CitationStylesStyle(file, validate=True).has_bibliography()  # what is not valid warns, and that is an error


def test_a_style_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(
        UnknownStyleError, match=r'no citation style "APPA": did you mean "apa"\? the choices are apa, ch'
    ):
        cite(KHAI, "APPA")


@pytest.mark.parametrize(
    ("style", "undated", "guessed"),
    [
        ("apa", "(n.d.)", "(ca. 2023, December 26)"),
        ("chicago", f"{SITE}, n.d. ", f"{SITE}, ca. December 26, 2023. "),
        ("mla", f"{SITE}, n.d., ", f"{SITE}, circa 26 Dec. 2023, "),
        ("harvard", "(n.d.)", "(c. 2023)"),
        ("vietnamese", "(không rõ ngày)", "(khoảng 26/12/2023)"),
    ],
)
def test_no_date_is_said_and_one_read_from_the_prose_is_no_certain_one(style: str, undated: str, guessed: str) -> None:
    assert undated in cite(citable(report(day=None)), style)
    assert guessed in cite(citable(report(origin="body")), style)
    for origin in ("listing", "url", "metadata"):
        assert cite(citable(report(origin=origin)), style) == IN_WORDS[style]


def test_a_time_of_day_does_not_make_the_day_another_one() -> None:
    evening = datetime.fromisoformat("2023-12-26T23:50:00+07:00")
    assert cite(citable(report(day=evening))) == IN_WORDS["apa"]
    late = datetime.fromisoformat("2023-12-26T01:10:00+07:00")  # the 25th in UTC
    assert cite(citable(report(day=late)), "ris") == cite(KHAI, "ris")


@pytest.mark.parametrize("style", csl.STYLES)
def test_without_an_author_the_headline_comes_first(style: str) -> None:
    assert re.match("[“‘]?Khai mạc ngày hội non sông", cite(citable(report(author=None)), style))


@pytest.mark.parametrize(
    ("style", "two", "three"),
    [
        ("apa", "Thạch Pích & Minh Anh. (", "Thạch Pích, Minh Anh, & PV. ("),
        ("chicago", "Thạch Pích and Minh Anh. “", "Thạch Pích, Minh Anh, and PV. “"),
        ("mla", "Thạch Pích and Minh Anh. “", "Thạch Pích, et al. “"),
        ("harvard", "Thạch Pích and Minh Anh (", "Thạch Pích, Minh Anh and PV ("),
        ("vietnamese", "Thạch Pích, Minh Anh (", "Thạch Pích, Minh Anh, PV ("),
    ],
)
def test_several_authors_are_joined_as_the_style_has_it(style: str, two: str, three: str) -> None:
    assert cite(citable(report(author="Thạch Pích - Minh Anh")), style).startswith(two)
    assert cite(citable(report(author="Thạch Pích, Minh Anh và PV")), style).startswith(three)


def test_quotation_marks_within_quotation_marks_are_single_ones() -> None:
    told = citable(report('Phát động "Tết trồng cây" và “Ngày chủ nhật xanh”'))
    assert "“Phát động ‘Tết trồng cây’ và ‘Ngày chủ nhật xanh’.”" in cite(told, "chicago")
    assert '‘Phát động "Tết trồng cây" và “Ngày chủ nhật xanh”’,' in cite(told, "harvard")
    assert '“Màn hình 32" giá rẻ.”' in cite(citable(report('Màn hình 32" giá rẻ')), "mla")


@pytest.mark.parametrize("title", ["Vì sao lúa đổ?", "Về đích!", "Hết năm...", 'Ai bảo "được?"'])
def test_a_headline_that_ends_by_itself_gets_no_full_stop(title: str) -> None:
    assert f"{title} {SITE}" in cite(citable(report(title)), "apa")


def test_what_is_all_in_capitals_stays_so() -> None:
    told = cite(citable(report("UBND TỈNH BẠCH HẢI HỌP BÁO", "THẠCH PÍCH")), "mla")
    assert told.startswith("THẠCH PÍCH. “UBND TỈNH BẠCH HẢI HỌP BÁO.”")


def test_markup_in_a_headline_is_text() -> None:
    title = 'Thẻ <span class="nocase">B</span> và <i>nghiêng</i> &amp; {ngoặc}'
    assert f" {title}. " in cite(citable(report(title)), "apa")


def test_an_archived_report_and_a_bare_article_are_cited_with_what_is_known_of_them() -> None:
    assert cite(KHAI.archived) == IN_WORDS["apa"].replace(f" {ARCHIVED}.", "")
    assert cite(report()) == "Nguyễn Thị Minh Khai. (2023, December 26). Khai mạc ngày hội non sông."
    assert cite(Article("Tin", ""), "bibtex") == "@misc{tin,\n  title = {{Tin}},\n}\n"


def test_the_site_is_what_the_license_wants_credited_else_the_portal_by_name_or_host() -> None:
    unlicensed = Archived(1, "bachhai", URL, "article", report(), None, 1, WHEN, WHEN)
    assert " www.bachhai.example. " in cite(unlicensed)
    assert f" {SITE}. " in cite(KHAI)


# --- names ------------------------------------------------------------------------------------------------------------

BYLINES: dict[str, list[tuple[str, str]]] = {  # family and given name, or "" and the name as it is
    "Nguyễn Thị Minh Khai": [("Nguyễn", "Thị Minh Khai")],
    "Lê Hoa": [("Lê", "Hoa")],
    "Đoàn Văn Hậu": [("Đoàn", "Văn Hậu")],
    "Hoàng Thị Yến": [("Hoàng", "Thị Yến")],
    "Hoàng Yến": [("", "Hoàng Yến")],  # a pen name as likely
    "Minh Anh": [("", "Minh Anh")],
    "Nguyen Van An": [("Nguyen", "Van An")],
    "John Smith": [("", "John Smith")],
    "H'Hen Niê": [("", "H'Hen Niê")],
    "PV": [("", "PV")],
    "BBT": [("", "BBT")],
    "N.T.H": [("", "N.T.H")],
    "Trường Sơn - Minh Anh": [("", "Trường Sơn"), ("", "Minh Anh")],
    "Bài, ảnh: THẠCH PÍCH": [("THẠCH", "PÍCH")],
    "Tin & ảnh: Lê Hoa": [("Lê", "Hoa")],
    "Bài: Minh Anh - Ảnh: Thạch Pích": [("", "Minh Anh")],
    "Ảnh: Thạch Pích": [],
    "Lê Hoa (tổng hợp)": [("Lê", "Hoa")],
    "Theo TTXVN": [("", "TTXVN")],
    "Thạch Pích - Minh Anh": [("Thạch", "Pích"), ("", "Minh Anh")],
    "THẠCH PÍCH VÀ MINH ANH": [("THẠCH", "PÍCH"), ("", "MINH ANH")],
    "Minh Anh; Minh Anh": [("", "Minh Anh")],
    "Văn phòng UBND tỉnh": [("", "Văn phòng UBND tỉnh")],
    "Văn phòng HĐND - UBND tỉnh": [("", "Văn phòng HĐND - UBND tỉnh")],
    "Sở Văn hóa, Thể thao và Du lịch": [("", "Sở Văn hóa, Thể thao và Du lịch")],
    "Minh Anh - Phòng Kinh tế và Hạ tầng": [("", "Minh Anh"), ("", "Phòng Kinh tế và Hạ tầng")],
    " - ": [],
}


@pytest.mark.parametrize("byline", BYLINES)
def test_only_a_name_whose_family_name_is_certain_is_parted(byline: str) -> None:
    assert [(author.family, author.given or author.name) for author in authors_of(byline)] == BYLINES[byline]


@pytest.mark.parametrize("name", ["Văn phòng UBND tỉnh", "BBT", "Ban Biên tập", "Báo Bạch Hải", "ĐOÀN THANH NIÊN XÃ"])
def test_an_office_is_no_person(name: str) -> None:
    assert [author.office for author in authors_of(name)] == [True]


@given(st.text())
def test_no_byline_breaks_anything_and_no_name_is_empty(byline: str) -> None:
    assert all(author.name == clean(author.name) != "" for author in authors_of(byline))


# --- photos -----------------------------------------------------------------------------------------------------------


def test_the_credit_of_the_photos_goes_with_the_name_of_the_site() -> None:
    assert credit_line(report(), SITE) == f"Ảnh: THẠCH PÍCH / {SITE}"
    several = (Photo("", "", "THẠCH PÍCH"), Photo("", "", SITE), Photo("", "", "Lê Hoa"), Photo("", "", "THẠCH PÍCH"))
    assert credit_line(report(photos=several), SITE) == f"Ảnh: THẠCH PÍCH, Lê Hoa / {SITE}"
    assert credit_line(report(photos=(Photo("", "", SITE),)), SITE) == f"Ảnh: {SITE}"
    assert credit_line(report(photos=(Photo("", "Không đề tên"),)), SITE) == ""
    assert credit_line(report(photos=(Photo("", "", "Minh Tựu/TTXBH"),)), SITE) == f"Ảnh: Minh Tựu / TTXBH / {SITE}"
    assert f"Ảnh: THẠCH PÍCH / {SITE}" in cite(KHAI, "bibtex")
    assert f"Ảnh: THẠCH PÍCH / {SITE}" in cite(KHAI, "ris")


# --- read back --------------------------------------------------------------------------------------------------------

NASTY = st.text(st.sampled_from("aĐế {}\\\"'%$#&_^~@,=\n\r\t\x00\x1b\u2028\u202e-–ER TY§ and "), min_size=1) | st.text(
    min_size=1
)
_TEX = {
    r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}", r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
}  # fmt: skip


def untexed(text: str) -> str:
    """What TeX would print of a field."""
    pattern = "|".join([*map(re.escape, _TEX), r"\\([#$%&_])", "[{}]"])
    return re.sub(pattern, lambda found: _TEX.get(found[0], found[1] or ""), text)


def words(person: Person) -> tuple[str, str]:
    return untexed(" ".join(person.last_names)), untexed(" ".join(person.first_names + person.middle_names))


@pytest.mark.parametrize("form", ["bibtex", "biblatex"])
def test_pybtex_reads_an_entry_as_it_was_meant(form: str) -> None:
    told = citable(report(author="Nguyễn Thị Minh Khai - Sở Văn hóa, Thể thao và Du lịch"))
    (entry,) = parse_string(cite(told, form), "bibtex").entries.values()
    assert [words(person) for person in entry.persons["author"]] == [
        ("Nguyễn", "Thị Minh Khai"), ("Sở Văn hóa, Thể thao và Du lịch", "")
    ]  # fmt: skip
    fields = {name: untexed(value) for name, value in entry.fields.items()}
    common = {"title": "Khai mạc ngày hội non sông", "langid": "vietnamese", "url": URL}
    common["note"] = f"{ARCHIVED}; Ảnh: THẠCH PÍCH / {SITE}"
    own = {"howpublished": SITE, "year": "2023", "month": "December", "day": "26"}
    if form == "biblatex":
        own = {"organization": SITE, "date": "2023-12-26", "urldate": "2023-12-27"}
    assert (entry.key, entry.type, fields) == ("bachhai-12", "misc" if form == "bibtex" else "online", common | own)


@given(NASTY, NASTY, NASTY)
@example("}}, note = {x", "A} and {B", "https://www.bachhai.example/}{%\\")
@example("\\", "Lê \\", "{")
@example("% chú thích", "Lê AND Hoa", "https://www.bachhai.example/100%")
@pytest.mark.parametrize("form", ["bibtex", "biblatex"])
def test_nothing_breaks_out_of_an_entry(form: str, title: str, author: str, url: str) -> None:
    told = citable(report(title, author), url=url)
    database = parse_string(cite(told, form) + cite(KHAI, form).replace("bachhai-12", "next"), "bibtex")
    assert list(database.entries) == ["bachhai-12", "next"]
    entry = database.entries["bachhai-12"]
    assert " ".join(untexed(entry.fields.get("title", "")).split()) == clean(title)
    expected = [(a.family, a.given) if a.family else (a.name, "") for a in authors_of(author)]
    assert [words(person) for person in entry.persons.get("author", [])] == expected
    assert not re.search(r"[{}\\\s]", entry.fields.get("url", ""))


def test_rispy_reads_a_record_as_it_was_meant() -> None:
    told = citable(report(author="Nguyễn Thị Minh Khai - Sở Văn hóa, Thể thao và Du lịch"))
    (record,) = rispy.loads(cite(told, "ris"))
    assert record == {
        "type_of_reference": "ELEC",
        "id": "bachhai-12",
        "title": "Khai mạc ngày hội non sông",
        "authors": ["Nguyễn, Thị Minh Khai", "Sở Văn hóa\u201a Thể thao và Du lịch"],
        "year": "2023",
        "date": "2023/12/26/",
        "secondary_title": SITE,
        "publisher": SITE,
        "urls": [URL],
        "access_date": "2023/12/27/",
        "language": "vi",
        "notes": [ARCHIVED, f"Ảnh: THẠCH PÍCH / {SITE}"],
    }


@given(NASTY, NASTY)
@example("x\r\nER  - \r\nTY  - BOOK\r\nTI  - khác", "Lê\nER  - ")
def test_no_text_begins_a_line_of_a_record(title: str, author: str) -> None:
    told = cite(citable(report(title, author)), "ris")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in told.splitlines())
    first, second = rispy.loads(told + cite(KHAI, "ris"))
    assert first.get("title", "") == clean(title)
    assert first["type_of_reference"] == "ELEC"
    assert second["authors"] == ["Nguyễn, Thị Minh Khai"]


def test_citeproc_reads_the_csl_json() -> None:
    (item,) = json.loads(cite(citable(report(author="Nguyễn Thị Minh Khai - PV", origin="body")), "csl-json"))
    source: dict[str, Any] = CiteProcJSON([item])  # a variable that CSL does not know warns
    read = source["bachhai-12"]
    assert [dict(name) for name in read["author"]] == [
        {"family": "Nguyễn", "given": "Thị Minh Khai"},
        {"literal": "PV"},
    ]
    assert (read["issued"]["year"], read["issued"]["month"], read["issued"]["day"]) == (2023, 12, 26)
    assert (read["issued"]["circa"], read["accessed"]["day"]) == (True, 27)
    assert (str(read["title"]), str(read["container_title"]), str(read["URL"])) == (
        "Khai mạc ngày hội non sông", SITE, URL
    )  # fmt: skip
    assert str(read["note"]) == f"{ARCHIVED}; The date was read from the text; Ảnh: THẠCH PÍCH / {SITE}"


@given(NASTY, NASTY)
def test_any_report_can_be_cited_in_one_line_that_has_its_headline(title: str, author: str) -> None:
    told = citable(report(title, author))
    line = cite(told, "vietnamese")
    assert line == clean(line)
    assert json.loads(cite(told, "csl-json"))[0]["title"] == clean(title)
    for style in csl.STYLES:
        assert SHA256 in cite(told, style)


def test_an_older_version_has_a_key_of_its_own() -> None:
    keys = [
        re.findall(r"@misc\{(.*),", cite(citable(report(), revision=number, revisions=2), "bibtex"))
        for number in (1, 2)
    ]
    assert keys == [["bachhai-12-v1"], ["bachhai-12"]]


OLDER = f"Version 1 of 2, since changed; archived 2023-12-27 02:15:07 UTC, SHA-256 {SHA256}"
OLDER_IN_VIETNAMESE = (
    f"phiên bản 1 trên 2, đã bị sửa sau đó, lưu trữ lúc 02:15:07 ngày 27/12/2023 (UTC), SHA-256 {SHA256}"
)


@pytest.mark.parametrize("style", STYLES)
def test_an_older_version_says_that_it_was_changed_since_and_the_latest_does_not(style: str) -> None:
    older = cite(citable(report(), revision=1, revisions=2), style)
    assert (OLDER_IN_VIETNAMESE if style == "vietnamese" else OLDER) in older
    if style in IN_WORDS:
        assert cite(citable(report(), revision=2, revisions=2), style) == IN_WORDS[style]


# --- embedded ---------------------------------------------------------------------------------------------------------


def test_the_meta_elements_name_each_author() -> None:
    assert highwire(citable(report(author="Nguyễn Thị Minh Khai - PV"))) == (
        ("citation_title", "Khai mạc ngày hội non sông"),
        ("citation_author", "Nguyễn, Thị Minh Khai"),
        ("citation_author", "PV"),
        ("citation_publication_date", "2023/12/26"),
        ("citation_publisher", SITE),
        ("citation_public_url", URL),
        ("citation_language", "vi"),
    )
    assert highwire(Article("Tin", "")) == (("citation_title", "Tin"),)


@given(NASTY, NASTY)
def test_the_context_object_is_a_query_string_with_the_same_facts(title: str, author: str) -> None:
    told = parse_qs(coins(citable(report(title, author))), strict_parsing=True)
    assert told["ctx_ver"] == ["Z39.88-2004"]
    assert told["rft_val_fmt"] == ["info:ofi/fmt:kev:mtx:dc"]
    assert told.get("rft.title", [""]) == [clean(title)]
    assert told.get("rft.au", []) == [one.inverted for one in authors_of(author)]
    assert (told["rft.source"], told["rft.identifier"], told["rft.date"]) == ([SITE], [URL], ["2023-12-26"])


def test_the_first_author_s_family_name_is_told_apart_in_the_context_object() -> None:
    told = parse_qs(coins(KHAI))
    assert (told["rft.aulast"], told["rft.aufirst"]) == (["Nguyễn"], ["Thị Minh Khai"])
    assert "rft.aulast" not in parse_qs(coins(citable(report(author="PV"))))


def test_json_ld_tells_persons_from_offices_and_times_from_days() -> None:
    day = datetime(2023, 12, 26, 1, 15, tzinfo=UTC)
    told = json_ld(citable(report(author="Nguyễn Thị Minh Khai - Văn phòng UBND tỉnh", day=day, section="Văn hóa")))
    assert json.loads(json.dumps(told)) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Khai mạc ngày hội non sông",
        "author": [
            {
                "@type": "Person",
                "name": "Nguyễn Thị Minh Khai",
                "familyName": "Nguyễn",
                "givenName": "Thị Minh Khai",
            },
            {"@type": "Organization", "name": "Văn phòng UBND tỉnh"},
        ],
        "datePublished": "2023-12-26T01:15:00+00:00",
        "articleSection": "Văn hóa",
        "inLanguage": "vi",
        "publisher": {"@type": "Organization", "name": SITE},
        "url": URL,
        "image": [
            {
                "@type": "ImageObject",
                "url": "https://www.bachhai.example/a.jpg",
                "caption": "Màn múa. Ảnh: THẠCH PÍCH",
                "creditText": "THẠCH PÍCH",
            }
        ],
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "SHA-256",
            "value": SHA256,
            "description": "Archived 2023-12-27 02:15:07 UTC",
        },
    }
    assert json_ld(citable(report(day=date(2023, 12, 26))))["datePublished"] == "2023-12-26"
    older = json_ld(citable(report(), revision=1, revisions=2))["identifier"]["description"]
    assert older == "Version 1 of 2, since changed; archived 2023-12-27 02:15:07 UTC"
    assert json_ld(Article("Tin", "")) == {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Tin"}
