"""What the demo portal publishes: site.toml and articles/*.toml, read into records."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from string import Template
from typing import Any

from portal_archiver.model import Kind, License

HERE = Path(__file__).parent
LOCAL = timezone(timedelta(hours=7))
PHOTO = "[ảnh]"


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a report: its path, its caption line as shown, and the name credited there or in the byline."""

    path: str
    caption: str
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A PDF that belongs to a report: its path and the link's text."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body, or a sub-heading between two."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of data in the body, its first row the header."""

    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the portal: its address and the template, date form and habits that its editors share."""

    key: str
    name: str
    order: int
    template: str
    path: str
    url: str
    paging: str
    date: str
    caption: str
    etag: bool
    markup: str = "p"
    kind: Kind = "article"


@dataclass(frozen=True, slots=True)
class Item:
    """One report, notice or document as published; `text` is its prose and `[ảnh]` in it the place of a picture."""

    id: int
    slug: str
    title: str
    published: date
    section: Section
    modified: datetime
    path: str
    date: str
    markup: str
    kind: Kind
    text: str = ""
    lead: str = ""
    author: str | None = None
    byline: str = ""
    source: str = ""
    pictures: tuple[Picture, ...] = ()
    files: tuple[File, ...] = ()
    record: tuple[tuple[str, str], ...] = ()
    encoding: str = "utf-8"
    broken: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The body in reading order."""
        pictures = iter(self.pictures)
        parts = [part for part in self.text.strip().split("\n\n") if part]
        return tuple(next(pictures) if part == PHOTO else _block(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Again:
    """The other addresses of one article: a second section's, a short one that redirects, a print view."""

    item: Item
    section: str
    short: str
    print: str


@dataclass(frozen=True, slots=True)
class Site:
    """The whole portal: `items` newest first, `removed` the (path, text) of links to what was taken down."""

    name: str
    short: str
    slogan: str
    per_page: int
    feed_items: int
    keywords: tuple[str, ...]
    footer: tuple[str, ...]
    license: License
    removed: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    again: Again

    def of(self, section: Section) -> tuple[Item, ...]:
        """The items of a section, newest first."""
        return tuple(item for item in self.items if item.section == section)


def load(*, edited: bool = False) -> Site:
    """The portal as first published, or with the corrections of `[article.edited]` when `edited`."""
    data: dict[str, Any] = _read(HERE / "site.toml")
    again, removed, terms = data.pop("again"), data.pop("removed"), _tuples(data.pop("license"))
    found = [_section(path, edited=edited) for path in sorted((HERE / "articles").glob("*.toml"))]
    items = [item for _, its_items in found for item in its_items]
    twice = next(item for item in items if item.id == again["article"])
    return Site(
        **_tuples(data),
        license=License(**terms, text="\n".join(data["footer"])),
        removed=tuple((link["path"], link["text"]) for link in removed),
        sections=tuple(sorted((section for section, _ in found), key=lambda section: section.order)),
        items=tuple(sorted(items, key=lambda item: _moment(item.published), reverse=True)),
        again=Again(twice, *(_fill(again[key], twice.id, twice.slug) for key in ("section", "short", "print"))),
    )


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _section(path: Path, *, edited: bool) -> tuple[Section, list[Item]]:
    data = _read(path)
    articles = data.pop("article")
    section = Section(key=path.stem, **data)
    return section, [_item(article, section, edited=edited) for article in articles]


def _item(data: dict[str, Any], section: Section, *, edited: bool) -> Item:
    change = data.pop("edited", None)
    pictures = (
        Picture(f"/uploads/anh/{data['slug']}-{number}.png", **photo)
        for number, photo in enumerate(data.pop("photos", ()), 1)
    )
    published = data.pop("published")
    if isinstance(published, datetime):
        published = published.replace(tzinfo=LOCAL)
    item = Item(
        section=section,
        published=published,
        modified=_moment(published),
        path=_fill(section.url, data["id"], data["slug"]),
        date=data.pop("date", section.date),
        markup=data.pop("markup", section.markup),
        kind=data.pop("kind", section.kind),
        pictures=tuple(pictures),
        files=tuple(File(f"/uploads/van-ban/{file['name']}", file["title"]) for file in data.pop("files", ())),
        record=tuple(data.pop("record", {}).items()),
        **data,
    )
    return _corrected(item, change) if edited and change else item


def _corrected(item: Item, change: Mapping[str, Any]) -> Item:
    def mend(text: str) -> str:
        for wrong, right in change["replace"]:
            text = text.replace(wrong, right)
        return text

    return replace(
        item,
        title=change["title"],
        modified=change["modified"].replace(tzinfo=LOCAL),
        text=mend(item.text),
        pictures=tuple(replace(picture, caption=mend(picture.caption)) for picture in item.pictures),
    )


def _fill(pattern: str, number: int, slug: str) -> str:
    return Template(pattern).substitute(id=number, slug=slug)


def _moment(day: date) -> datetime:
    """When a day began (reports that show no time of day still need one for sorting and for the sitemap)."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, 8, tzinfo=LOCAL)


def _block(part: str) -> Block:
    if part.startswith("| "):
        return Table(tuple(tuple(cell.strip() for cell in line.strip("| ").split("|")) for line in part.splitlines()))
    return Paragraph(part.removeprefix("## "), heading=part.startswith("## "))
