"""The report page as its template needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from portal_archiver.differences import Difference, differences
from portal_archiver.model import Archived, Article, Citable, License, Photo, Revision, StoryLink
from portal_archiver.text import plain, telephone
from portal_archiver.web.citing import Cited
from portal_archiver.web.language import Words
from portal_archiver.web.markup import cleaned

MOST_COMPARED = 40_000_000_000  # pairs of characters: two texts of 30,000 words, some tenths of a second
LICENSE_LINES = (
    "governing_body managing_unit responsible number issuer issued_on address phones faxes emails copyright".split()
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo: its number, caption without the credit where that stands at its end, and the capture that has it."""

    number: int
    photo: Photo
    capture: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the report: when it was seen, the capture that first showed it, and what it changed."""

    revision: Revision
    changed: tuple[Difference, ...]
    shown: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report, or an older version of it, with all that belongs to it.

    `pictures` and `files` know the captures that hold them; `capture` is the one that first showed this version.
    """

    archived: Archived
    article: Article
    revision: Revision
    body: Markup
    lead: str
    begins_with_lead: bool
    portal_name: str
    pictures: tuple[Picture, ...]
    files: Mapping[str, int]
    versions: tuple[Version, ...]
    captures: int
    stories: Sequence[StoryLink]
    license: tuple[tuple[str, str], ...]
    cited: Cited

    @property
    def is_latest(self) -> bool:
        """Whether this is the report as it stands now."""
        return self.revision.number == self.archived.revision


@dataclass(frozen=True, slots=True)
class Held:
    """What the archive holds of a report, as it was loaded."""

    archived: Archived
    revisions: tuple[Revision, ...]
    captures: int
    stories: tuple[StoryLink, ...]
    files: Mapping[str, int]
    portal_name: str

    @property
    def latest(self) -> Citable:
        """What `Archive.citable` gives of the latest version, of what was loaded already."""
        shown = self.revisions[-1]
        name = "" if self.portal_name == self.archived.portal else self.portal_name
        captured = (shown.captured_at, shown.sha256, shown.capture_id)
        return Citable(self.archived, *captured, self.archived.revision, name)


def report_page(held: Held, number: int, cited: Cited, t: Words) -> ReportPage:
    """The page of the version with this number, which there is."""
    revision = next(one for one in held.revisions if one.number == number)
    article = revision.article
    begins = bool(article.lead) and plain(article.body).startswith(plain(article.lead))
    return ReportPage(
        archived=held.archived,
        article=article,
        revision=revision,
        body=cleaned(article.body_html, article.body),
        lead="" if begins else article.lead,
        begins_with_lead=begins,
        portal_name=held.portal_name,
        pictures=tuple(Picture(n, photo, held.files.get(photo.url)) for n, photo in enumerate(article.photos, 1)),
        files=held.files,
        versions=tuple(_versions(held.revisions, number)),
        captures=held.captures,
        stories=held.stories,
        license=tuple(license_lines(held.archived.license, t)),
        cited=cited,
    )


def _versions(revisions: Sequence[Revision], shown: int) -> Iterator[Version]:
    """The latest first."""
    changes = [(), *(compared(before.article, after.article) or () for before, after in pairwise(revisions))]
    for revision, changed in reversed(list(zip(revisions, changes, strict=True))):
        yield Version(revision, changed, revision.number == shown)


def compared(before: Article, after: Article) -> tuple[Difference, ...] | None:
    """How two versions differ; None where they are too long to be laid side by side while a reader waits."""
    return differences(before, after) if len(before.body) * len(after.body) <= MOST_COMPARED else None


def license_lines(footer: License | None, t: Words) -> Iterator[tuple[str, str]]:
    """What a footer says, each with its label: all but the clause on republication, which stands out by itself."""
    if footer is None:
        return
    person = ", ".join(filter(None, (footer.responsible_person, footer.responsible_role)))
    for name in LICENSE_LINES:
        value = person if name == "responsible" else getattr(footer, name)
        value = t.day(value) if isinstance(value, date) else value
        if value:
            parts = value if isinstance(value, tuple) else (str(value),)
            yield t(f"license.{name}"), ", ".join(map(telephone, parts) if name in ("phones", "faxes") else parts)
