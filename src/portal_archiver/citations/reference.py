"""What is cited, as plain facts: every style and format says the same of a report, each in its own way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from portal_archiver.citations.names import Author, authors_of
from portal_archiver.model import Archived, Article, Citable, Dateline, Kind
from portal_archiver.text import clean, fold
from portal_archiver.urls import host_of

_OF_AN_AGENCY = re.compile(r"\s*/\s*")  # "Minh Tựu/TTXBH": the site follows behind a stroke like that
LONGEST_SLUG = 40  # characters of a key that is made of a headline


@dataclass(frozen=True, slots=True)
class Reference:
    """A report as it is cited: one line of clean text a field, "" or None where nothing is known.

    `key` names it among others of the same archive. `published` is never more precise than the page was. `credit` is
    the line that goes with its photos. `captured_at` (UTC) and `sha256` are of the capture that shows it: `version` of
    the `versions` that were seen.
    """

    key: str
    title: str
    authors: tuple[Author, ...] = ()
    published: Dateline | None = None
    updated: Dateline | None = None
    site: str = ""
    section: str = ""
    url: str = ""
    language: str = ""
    kind: Kind = "article"
    credit: str = ""
    captured_at: datetime | None = None
    sha256: str = ""
    version: int = 1
    versions: int = 1

    @property
    def is_changed_since(self) -> bool:
        """Whether there is a later version: at its address stands another text."""
        return self.version < self.versions

    @property
    def is_guessed(self) -> bool:
        """Whether the date was read from the prose: the report is about that day, and may be of another one."""
        return self.published is not None and self.published.origin == "body"


def reference_to(cited: Article | Archived | Citable | Reference) -> Reference:
    """The facts of what is to be cited. An Article alone has no address, no site and no capture, and goes without."""
    if isinstance(cited, Reference):
        return cited
    if isinstance(cited, Article):
        return _of_article(cited, Reference(_slug(cited.title) or "report", clean(cited.title)))
    archived = cited.archived if isinstance(cited, Citable) else cited
    known = Reference(
        key=f"{_slug(archived.portal) or 'report'}-{archived.id}",
        title=clean(archived.article.title),
        site=site_of(archived, cited.portal_name if isinstance(cited, Citable) else ""),
        url=clean(archived.url),
        kind=archived.kind,
    )
    if isinstance(cited, Citable):
        known = replace(known, captured_at=cited.captured_at, sha256=cited.sha256)
        known = replace(known, version=archived.revision, versions=cited.revisions)
        known = replace(known, key=f"{known.key}-v{known.version}") if known.is_changed_since else known
    return _of_article(archived.article, known)


def site_of(archived: Archived, portal_name: str = "") -> str:
    """The name to be credited: by the license's clause on republication, else the portal's own, else its host."""
    source = archived.license.attribution_source if archived.license else None
    return clean(source or portal_name or host_of(archived.url) or archived.portal)


def _of_article(article: Article, known: Reference) -> Reference:
    return replace(
        known,
        authors=authors_of(article.author),
        published=article.published,
        updated=article.updated,
        section=clean(article.section or ""),
        language=clean(article.language or ""),
        credit=credit_line(article, known.site),
    )


def credit_line(article: Article, site: str = "") -> str:
    """`Ảnh: THẠCH PÍCH / Cổng thông tin điện tử tỉnh Bạch Hải`: whose the photos are; "" where none is credited."""
    names = dict.fromkeys(_OF_AN_AGENCY.sub(" / ", clean(photo.credit or "")) for photo in article.photos)
    credited = ", ".join(name for name in names if name and name != site)
    return f"Ảnh: {' / '.join(part for part in (credited, site) if part)}" if any(names) else ""


def _slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", fold(clean(text))).strip("-")
    return words[:LONGEST_SLUG].rstrip("-")
