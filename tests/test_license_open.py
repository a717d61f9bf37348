"""Portals elsewhere name their license by a link: rel=license, Creative Commons, schema.org."""

from __future__ import annotations

import pytest

from fictional_page import BODY, CLOSING, page, paragraphs, read
from portal_archiver.parser.licensing.open_license import short_name

BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (BY, "CC BY 4.0"),
        ("//creativecommons.org/licenses/by-nc-sa/3.0/vn/", "CC BY-NC-SA 3.0"),
        ("http://www.creativecommons.org/publicdomain/zero/1.0/deed.vi", "CC0 1.0"),
        ("https://bachhai.example/giay-phep", ""),
        ("creativecommons.org", ""),
    ],
)
def test_a_creative_commons_license_is_named_by_its_address(url: str, name: str) -> None:
    assert short_name(url) == name


@pytest.mark.parametrize(
    ("html", "terms"),
    [
        (f'<a rel="license" href="{BY}">Giấy phép mở CC BY</a>', f"Giấy phép mở CC BY ({BY})"),
        (f'<a rel="license" href="{BY}"><img src="/cc.png"></a>', f"CC BY 4.0 ({BY})"),
        ('<link rel="license" href="/dieu-khoan">', "/dieu-khoan"),
        (
            f'<script type="application/ld+json">{{"@type": "NewsArticle", "license": "{BY}"}}</script>',
            f"CC BY 4.0 ({BY})",
        ),
        (
            f'<script type="application/ld+json">{{"@type": "NewsArticle", "license": {{"url": "{BY}"}}}}</script>',
            f"CC BY 4.0 ({BY})",
        ),
    ],
)
def test_a_license_named_by_a_link_is_read(html: str, terms: str) -> None:
    found = read(page(after=html)).license
    assert found is not None
    assert found.attribution == terms
    assert found.number == "07/GP-STTTT"  # the footer is read as before


def test_a_creative_commons_link_counts_in_the_footer_and_not_in_the_report() -> None:
    link = f'<a href="{BY}">CC BY 4.0</a>'
    in_footer = read(page().replace("5/9/2021.", f"5/9/2021. {link}")).license
    in_report = read(page(paragraphs(*BODY, f"Ảnh: Lê Hoa ({link})", CLOSING))).license
    assert in_footer is not None and in_report is not None
    assert (in_footer.attribution, in_report.attribution) == (f"CC BY 4.0 ({BY})", None)


def test_the_footers_own_clause_comes_first() -> None:
    clause = 'Ghi rõ nguồn "Cổng Bạch Hải" khi phát hành lại thông tin.'
    html = page(after=f'<a rel="license" href="{BY}">CC BY</a>').replace(
        "cấp ngày 5/9/2021.", f"cấp ngày 5/9/2021.<br>{clause}"
    )
    found = read(html).license
    assert found is not None
    assert found.attribution == clause


def test_a_page_without_a_footer_has_the_license_of_its_link_alone() -> None:
    found = read(f'<h1>Tàu cá về bến</h1><p>Tàu cá về bến.</p><a rel="license" href="{BY}">CC BY 4.0</a>').license
    assert found is not None
    assert (found.attribution, found.number) == (f"CC BY 4.0 ({BY})", None)
