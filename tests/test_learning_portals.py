"""What a portal's pages teach, on two fictional portals that were written without a look at the parser.

`van-dong`: an old portal of nested tables, whose headline is bold in a cell and whose h1 is the site's name.
`so-nong-nghiep`: the h2 above each report is its section's name, and the headline a plain line: the parser alone takes
the section for it on every page.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.model import Capture, Portal
from portal_archiver.parser import parse_page
from portal_archiver.parser.learning import Sample, learn
from siblings import PAGES, Template, label_of, siblings
from test_cms_pages import misses

PORTALS = Path(__file__).parent / "portals"
LABELS: list[dict[str, Any]] = json.loads((PORTALS / "labels.json").read_text(encoding="utf-8"))
FETCHED = datetime(2025, 6, 1, 18, 5, tzinfo=UTC)


def labels_of(portal: str) -> list[dict[str, Any]]:
    return [label for label in LABELS if label["file"].startswith(f"{portal}/")]


def sample(label: dict[str, Any]) -> Sample:
    return Sample(Capture(label["url"], fetched_at=FETCHED, body=(PORTALS / label["file"]).read_bytes()))


def missed(label: dict[str, Any], portal: Portal | None = None) -> set[str]:
    html = (PORTALS / label["file"]).read_bytes()
    return misses(parse_page(html, label["url"], portal=portal, fetched_at=FETCHED), label)


@pytest.mark.parametrize("name", ["van-dong", "so-nong-nghiep"])
def test_every_page_of_a_portal_is_read_right_with_what_its_pages_taught(name: str) -> None:
    labels = labels_of(name)
    portal = Portal((labels[0]["url"],), learned=learn(map(sample, labels)).learned)
    assert {label["file"]: found for label in labels if (found := missed(label, portal))} == {}


def test_a_headline_that_the_parser_alone_finds_nowhere_is_learned_and_so_is_the_section_above_it() -> None:
    labels = labels_of("so-nong-nghiep")
    assert all({"title", "section"} <= missed(label) for label in labels)
    (template,) = learn(map(sample, labels)).templates
    assert template.select["title"] == "div.tdbv"
    assert template.select["section"] == "h2.ms-webpart-titleText span"


@pytest.mark.parametrize("name", ["h_center_red.html", "o11_drupal_ngay_my.html", "m_moss07_agri_english.html"])
def test_a_byline_behind_the_container_is_not_lost(name: str) -> None:
    label = label_of(name)
    (template,) = learn(siblings(Template(name), 12)).templates
    page = parse_page(
        (PAGES / name).read_bytes(), label["url"], portal=Portal((label["url"],), learned=(template.select,))
    )
    assert "author" not in template.select
    assert page.article
    assert page.article.author == label["expected"]["author"]
