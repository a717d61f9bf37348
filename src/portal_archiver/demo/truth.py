"""What an archive of the demo portal must hold: the record of each report, from the same data its page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal_archiver.demo.content import Again, Item, Paragraph, Site, Table, load
from portal_archiver.demo.forms import ORIGINS
from portal_archiver.model import Attachment, Kind, License, Origin, Photo

WORDS = 8  # how many words `first` and `last` have, where the paragraph has as many


@dataclass(frozen=True, slots=True)
class Expected:
    """One report as published, its text in the form that `text.plain` gives.

    `published` is ISO 8601, a day or a minute with its offset, and `origin` where it can be read (`element` when it is
    shown on the page, even if JSON-LD repeats it). `paragraphs` is the body in reading order, lead and sub-headings
    included, the cells of tables left out; `first` and `last` are its first and last words ("" for a document without
    text). `aliases` are the other URLs under which the portal serves the same report.
    """

    url: str
    kind: Kind
    title: str
    published: str
    origin: Origin
    author: str | None
    section: str
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    aliases: tuple[str, ...] = ()
    encoding: str = "utf-8"
    broken: bool = False

    @property
    def first(self) -> str:
        """The first words of the body."""
        return " ".join(self.paragraphs[0].split()[:WORDS]) if self.paragraphs else ""

    @property
    def last(self) -> str:
        """The last words of the body."""
        return " ".join(self.paragraphs[-1].split()[-WORDS:]) if self.paragraphs else ""

    @property
    def credits(self) -> tuple[str, ...]:
        """Who is named for the photos, each once, in order."""
        return tuple(dict.fromkeys(photo.credit for photo in self.photos if photo.credit))


def truth(base_url: str, *, edited: bool = False) -> dict[str, Expected]:
    """The expected record of every report, by its canonical URL, for a portal served at `base_url`."""
    base = base_url.rstrip("/")
    site = load(edited=edited)
    records = (_expected(item, site, base) for item in site.items)
    return {record.url: record for record in records}


def expected_license() -> License:
    """What the footer of every whole page says."""
    return load().license


def _expected(item: Item, site: Site, base: str) -> Expected:
    prose = tuple(block.text for block in item.blocks if isinstance(block, Paragraph))
    tables = (block for block in item.blocks if isinstance(block, Table))
    return Expected(
        url=base + item.path,
        kind=item.kind,
        title=item.title,
        published=_iso(item.published),
        origin=ORIGINS.get(item.date, "element"),
        author=item.author,
        section=item.section.name,
        lead=item.lead,
        paragraphs=(item.lead, *prose) if item.lead else prose,
        cells=tuple(cell for table in tables for row in table.rows for cell in row),
        photos=tuple(
            Photo(base + picture.path, picture.caption, picture.credit, position)
            for position, picture in enumerate(item.pictures)
        ),
        attachments=tuple(Attachment(base + file.path, file.title, "application/pdf") for file in item.files),
        aliases=tuple(base + path for path in _aliases(item, site.again)),
        encoding=item.encoding,
        broken=item.broken,
    )


def _iso(published: date) -> str:
    return published.isoformat(timespec="minutes") if isinstance(published, datetime) else published.isoformat()


def _aliases(item: Item, again: Again) -> tuple[str, ...]:
    return (again.section, again.short, again.print) if item == again.item else ()
