"""What a page is: an article, a document, a listing, or something else that is not stored."""

from __future__ import annotations

from urllib.parse import urlsplit

from portal_archiver.model import Kind
from portal_archiver.parser.body import Reading
from portal_archiver.parser.dom import Block, Outline
from portal_archiver.parser.title import STRONG, Candidate, headline_text
from portal_archiver.parser.vocabulary import NOTHING_HERE, SERVICE_PAGES, SERVICE_TITLES, leads_to_page
from portal_archiver.text import fold

ARTICLE_TEXT = 200  # characters of body from which a headline makes an article
SHORT_LISTING = 1000  # characters of leads in a section that has one or two reports
TEASER = 15  # characters: a link of this length is a headline of another page
LISTING_TEASERS = 3
FRONT_PAGE_TEASERS = 40
ERROR_TEXT = 500  # an error page says little else


def decide_kind(
    outline: Outline, title: Candidate | None, reading: Reading | None, url: str, has_files: bool, has_photos: bool
) -> tuple[Kind, str]:
    """The kind of a page, and a sentence that says why."""
    if is_home(url):
        return "listing", "it is the portal's front page"
    if SERVICE_PAGES.search(urlsplit(url).path.lower()):
        return "other", "its address is that of a service (search, login, contact...)"
    teasers = sum(map(is_teaser, outline.blocks))
    if title is None or reading is None or title.score < STRONG:
        return ("listing", "no headline, and links to many") if teasers >= LISTING_TEASERS else ("other", "no headline")
    return _of_report(outline, title, reading, has_files, has_photos, teasers)


def _of_report(
    outline: Outline, title: Candidate, reading: Reading, has_files: bool, has_photos: bool, teasers: int
) -> tuple[Kind, str]:
    body = sum(len(piece.text) for piece in reading.pieces)
    if title.region.prose < ERROR_TEXT and SERVICE_TITLES.match(fold(title.text)):
        return "other", "its headline is that of a service (search, login, contact...)"
    inside = outline.blocks[title.region.start : title.region.end]
    inner = [block for block in inside if is_teaser(block)]
    if body < ERROR_TEXT and NOTHING_HERE.search(fold(f"{title.text} {' '.join(p.text for p in reading.pieces)}")):
        return "other", "it says that there is nothing here"
    if len(inner) >= LISTING_TEASERS and 4 * sum(block.linked for block in inner) > body:
        return "listing", "what stands under its headline is links"
    first = next((block for block in inside if block.text), None)
    if first and is_teaser(first) and body < SHORT_LISTING:
        return "listing", "it opens with the headline of another page"
    if teasers >= FRONT_PAGE_TEASERS and body < ERROR_TEXT:
        return "listing", "links to many, and little text of its own"
    if any(piece.role == "table" for piece in reading.pieces) and (has_files or body < 4 * ARTICLE_TEXT):
        return "document", "a headline with a table"
    if body >= ARTICLE_TEXT:
        return "article", "a headline with a report under it"
    if has_files:
        return "document", "a headline with attached files"
    if title.score >= STRONG and (has_photos or body > ARTICLE_TEXT / 4):
        return "article", "a headline with a short text"
    return ("listing", "links to many") if teasers >= LISTING_TEASERS else ("other", "a headline with nothing under it")


def is_teaser(block: Block) -> bool:
    """The headline of another page: a block that is a link, but for the date behind it."""
    if not block.anchors or not leads_to_page(block.anchors[0].href):
        return False
    text = headline_text(block.text)
    return len(text) >= TEASER and len(block.anchors[0].text) > 0.7 * len(text)


def is_home(url: str) -> bool:
    """A host's root, or the index file in it."""
    parts = urlsplit(url)
    path = parts.path.strip("/").lower()
    return not parts.query and (not path or path.split(".")[0] in ("index", "default", "home", "trang-chu"))
