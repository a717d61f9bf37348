"""What a page says, as far as the parser understood it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Kind = Literal["article", "document", "listing", "other"]
Precision = Literal["day", "minute"]
Origin = Literal["element", "metadata", "listing", "url", "body"]
REPORT_KINDS = frozenset({"article", "document"})  # the kinds of pages that are kept as reports


@dataclass(frozen=True, slots=True)
class Dateline:
    """When a report says it was published.

    `value` is a date, or an aware datetime where a time of day is shown; `precision` follows from it.
    `origin` says where it was read; `body` (from the prose) is a last resort. `raw` is the text as written.
    """

    value: date | datetime
    precision: Precision = "day"
    origin: Origin = "element"
    raw: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "precision", "minute" if isinstance(self.value, datetime) else "day")

    @property
    def day(self) -> date:
        """The calendar day, in the time zone the dateline was written in."""
        return self.value.date() if isinstance(self.value, datetime) else self.value


@dataclass(frozen=True, slots=True)
class Link:
    """What a listing said about a page: its URL, the anchor text, and the date beside it.

    A bare `date` or `datetime` given as `published` becomes a `Dateline` of origin `listing`.
    """

    url: str
    text: str = ""
    published: Dateline | None = None

    def __post_init__(self) -> None:
        if isinstance(self.published, date):
            object.__setattr__(self, "published", Dateline(self.published, origin="listing", raw=str(self.published)))


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a report: absolute `url` ("" when the page lost it), the caption line verbatim, who took it."""

    url: str = ""
    caption: str = ""
    credit: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a report: absolute `url`, the link's text, its media type if known."""

    url: str
    title: str = ""
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A news item, a notice, or a document (whose `body` may be empty).

    `body` is plain text, paragraphs separated by a blank line, the lead included; `body_html` is the same as a small,
    clean subset of HTML.
    """

    title: str
    body: str
    lead: str = ""
    body_html: str = ""
    published: Dateline | None = None
    updated: Dateline | None = None
    author: str | None = None
    section: str | None = None
    language: str | None = None
    photos: tuple[Photo, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class License:
    """What a portal's footer says, as Decree 72/2013/NĐ-CP (art. 24) and its successors require of it.

    Values are verbatim; `phones` and `faxes` keep their digits and a leading +. `text` is the whole footer, verbatim.
    """

    governing_body: str | None = None
    managing_unit: str | None = None
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    responsible_person: str | None = None
    responsible_role: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    faxes: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    attribution: str | None = None
    attribution_source: str | None = None
    copyright: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as understood: what it is, its article if it is one, the footer's license, the links on it.

    `article` is set for kinds `article` and `document`. `warnings` are sentences for a person. `parser` is the version
    of the parser that read it, "" for a page that none did; it does not count when pages are compared.
    """

    url: str
    canonical_url: str
    kind: Kind
    article: Article | None = None
    license: License | None = None
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
    parser: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """What a browser sends when a button of a page is pressed: names and values, in order, to the URL `action`."""

    action: str
    fields: tuple[tuple[str, str], ...] = ()
