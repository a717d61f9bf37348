"""Archives that another parser has read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fictional_page import BODY, HOST, URL, page, paragraphs
from portal_archiver.model import Capture, Page, Portal, ReparseReport, Saved
from portal_archiver.parser import parse_page
from portal_archiver.pipeline import ReparseOptions, reparse
from portal_archiver.store import Archive, schema
from test_store_errors import UNDO

KEY = "bachhai"
PORTAL = Portal((f"{HOST}/",), key=KEY)
START = datetime(2024, 6, 1, 20, tzinfo=UTC)
FIGURE = '<figure><img src="/anh/tau.jpg"><figcaption>Tàu cập cảng. Ảnh: Ngọc Vy</figcaption></figure>'
REPORT = page(FIGURE + paragraphs(*BODY), date='<span class="date">Ngày đăng: 30/05/2024</span>')
OLD = "0"
Parser = Callable[[Page], Page]
TABLES = "articles revisions photos attachments article_urls captures licenses urls".split()


def dump(archive: Archive) -> dict[str, list[Any]]:
    """All that the archive holds, row by row."""
    return {table: archive.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}


def told(archive: Archive) -> dict[str, list[Any]]:
    """The same without the numbers of rows: what two archives of one history agree in."""
    asked = (
        "SELECT a.url, a.kind, a.published, a.content_key, a.first_seen, a.last_seen FROM articles a ORDER BY a.url",
        "SELECT a.url, r.number, r.digest, r.reading, r.parser, r.body_html, c.fetched_at, c.url FROM revisions r"
        " JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id ORDER BY a.url, r.number",
        "SELECT a.url, r.number, p.n, p.url, p.caption, p.credit FROM photos p JOIN revisions r ON r.id = p.revision_id"
        " JOIN articles a ON a.id = r.article_id ORDER BY a.url, r.number, p.n",
        "SELECT a.url, r.number, t.n, t.url, t.title FROM attachments t JOIN revisions r ON r.id = t.revision_id"
        " JOIN articles a ON a.id = r.article_id ORDER BY a.url, r.number, t.n",
        "SELECT u.url, a.url, u.shown FROM article_urls u JOIN articles a ON a.id = u.article_id ORDER BY u.url",
        "SELECT c.fetched_at, c.url, c.parser, a.url, r.number, l.digest FROM captures c"
        " LEFT JOIN articles a ON a.id = c.article_id LEFT JOIN revisions r ON r.id = c.revision_id"
        " LEFT JOIN licenses l ON l.id = c.license_id ORDER BY c.fetched_at, c.url",
    )
    return {question: archive.db.execute(question).fetchall() for question in asked}


def take_back(archive: Archive) -> None:
    """Make an archive one from before it was noted which parser read what; to be closed then."""
    for version in range(schema.VERSION, 1, -1):
        name, statements = UNDO[version]
        for statement in statements:
            archive.db.execute(statement)
        archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [name])
        if name.endswith("_parsers"):
            archive.db.execute(f"PRAGMA user_version = {version - 1}")
            return


def check_index(archive: Archive) -> None:
    archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")


class Nights:
    """Saves what an older parser makes of pages, night after night."""

    def __init__(self, archive: Archive, older: Parser = lambda page: page) -> None:
        self.archive = archive
        self.older = older
        self.night = 0

    def capture(self, html: str, url: str = URL, *, status: int = 200) -> Capture:
        self.night += 1
        return Capture(url, fetched_at=START + timedelta(days=self.night), body=html.encode(), status=status)

    def see(self, html: str, url: str = URL, older: Parser | None = None) -> Saved:
        capture = self.capture(html, url)
        read = parse_page(capture.body, url, fetched_at=capture.fetched_at)
        return self.archive.save(capture, replace((older or self.older)(read), parser=OLD), portal=KEY)


def with_article(**changes: Any) -> Parser:
    """A parser that reads these fields so, whatever a page says."""
    return lambda page: replace(page, article=replace(page.article, **changes)) if page.article else page


def as_other(page: Page) -> Page:
    """A parser that takes a page for no report."""
    return replace(page, kind="other", article=None)


def read_anew(archive: Archive, **options: Any) -> ReparseReport:
    (report,) = reparse([PORTAL], archive, ReparseOptions(**options))
    return report


def titles(archive: Archive, article_id: int = 1) -> list[tuple[int, str, int]]:
    """Of each revision its number, its title and the night that first showed it."""
    return [
        (revision.number, revision.article.title, (revision.captured_at - START).days)
        for revision in archive.revisions(article_id)
    ]


def edit(old: str, new: str, html: str = REPORT) -> str:
    assert old in html
    return html.replace(old, new)


def older_parser(page: Page) -> Page:
    """A worse one, in every way that a parser can be."""
    page = replace(page, license=None if page.url.endswith("-1198.html") else page.license, parser=OLD)
    if page.article is None:
        return page
    if "/nong-nghiep" in page.url:
        return as_other(page)
    article = replace(page.article, title=page.article.title.upper(), author=None, photos=page.article.photos[1:])
    return replace(page, kind="article", article=replace(article, published=None, section="Sai", attachments=()))
