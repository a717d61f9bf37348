"""Pages as the content management systems of the public sector make them; the province and all they say is fictional.

Each page in `pages/` was written with its record, without a look at the parser: Liferay, VNPT iGate, WebCenter,
SharePoint, DotNetNuke, NukeViet, Joomla, WordPress, Drupal, PHP, old tables, rendered JavaScript, mirrors; reports,
documents, listings, galleries, questions and answers, empty and broken pages.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.model import Article, Page
from portal_archiver.parser import parse_page
from portal_archiver.parser.dates import VIETNAM
from portal_archiver.text import plain

PAGES = Path(__file__).parent / "pages"
LABELS: list[dict[str, Any]] = json.loads((PAGES / "labels.json").read_text(encoding="utf-8"))
# What the parser does not read yet: a page here that is read some day makes its test fail, and leaves the list.
NOT_YET: dict[str, set[str]] = {
    "coppermine_album.html": {"kind"},  # an album, whose pictures have captions: a list to some
    "doc_gop_y_du_thao.html": {"body"},  # opinions of readers below the draft, without a heading
    "doc_quyet_dinh_dl.html": {"body"},  # the related documents in another tab
    "e01_lr62_phongsuanh.html": {"captions"},  # a caption of two sentences in two paragraphs
    "e06_dxp_bang_cutri.html": {"section"},
    "e07_moss_english.html": {"section"},
    "h_docdl.html": {"author"},  # a signature
    "h_howto.html": {"author"},  # "Quản trị viên" is nobody
    "httrack_frontpage_pre.html": {"author"},  # the last words of a <pre>
    "j05_kehoach_pdfviewer.html": {"kind"},  # a headline like any text, below a menu that is called as the address is
    "j12_tapchi_magazine.html": {"author", "section", "title"},  # a headline in two boxes, dressed by a style sheet
    "j14_hoidap_chitiet.html": {"body"},
    "joomla15_caption_truoc_anh.html": {"body"},  # a reader's comment
    "k07_thanh_tra_tinh.html": {"section"},
    "k08_luat_quyetdinh_toanvan.html": {"attachments", "body", "published"},  # the whole text of a law
    "n03_hathuong_tien_ich.html": {"body"},  # a hotline in a box of its own, behind the byline
    "n04_hathuong_theo_bao.html": {"body", "captions"},  # the same, and a paragraph taken for a caption
    "nuke_law.html": {"body"},
    "p08_sp2013_cau_cuoi_duoi_anh.html": {"body", "captions"},  # the last sentence, short and right below a photo
}


def squashed(text: str | None) -> str:
    """Letters and digits alone: what the white space between tags cannot change."""
    return re.sub(r"[^\w]+", "", plain(text or "").casefold())


def moment(article: Article) -> str:
    value = article.published.value if article.published else None
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if value else ""


def same_date(article: Article, wanted: str | None) -> bool:
    """The day, and the minute where one is shown; a page that shows none may be dated by what is inferred."""
    found = moment(article)
    if not wanted:
        return not found or (article.published is not None and article.published.origin in ("url", "body"))
    return found[: len(wanted)] == wanted


def has_body(article: Article, wanted: dict[str, Any]) -> bool:
    body = squashed(article.body)
    return (
        squashed(wanted.get("body_start"))[:40] in body[:420]
        and squashed(wanted.get("body_end"))[-40:] in body[-420:]
        and all(squashed(part) in body for part in wanted.get("body_must") or ())
        and not any(squashed(part) in body for part in wanted.get("body_must_not") or ())
    )


def misses(page: Page, label: dict[str, Any]) -> set[str]:
    """The fields in which a page is read otherwise than it was written."""
    stored = label["kind"] in ("article", "document")
    if (page.article is not None) != stored:
        return {"kind"}
    article, wanted = page.article, label["expected"]
    if article is None:
        return set()
    titles = {squashed(title) for title in (wanted["title"], *(label.get("accept_title") or ()))}
    section = {squashed(wanted.get("section")), *map(squashed, (wanted.get("section") or "").split(">"))}
    captions = [photo.caption for photo in article.photos if photo.caption]
    credits_found = {squashed(photo.credit) for photo in article.photos if photo.credit}
    right = {
        "title": squashed(article.title) in titles,
        "published": same_date(article, wanted.get("published")),
        "author": squashed(article.author) == squashed(wanted.get("author")),
        "section": not wanted.get("section") or squashed(article.section) in section,
        "captions": sorted(map(squashed, captions)) == sorted(map(squashed, wanted.get("captions") or ())),
        "photo_credits": credits_found == {squashed(name) for name in wanted.get("photo_credits") or ()},
        "body": has_body(article, wanted),
        "attachments": {file.url.rsplit("/", 1)[-1] for file in article.attachments}
        == {url.rsplit("/", 1)[-1] for url in wanted.get("attachments") or ()},
    }
    return {field for field, is_right in right.items() if not is_right}


@pytest.mark.parametrize("label", LABELS, ids=[label["file"] for label in LABELS])
def test_a_page_of_a_common_system_is_read_as_it_was_written(label: dict[str, Any]) -> None:
    html = (PAGES / label["file"]).read_bytes()
    assert misses(parse_page(html, label["url"]), label) == NOT_YET.get(label["file"], set())
