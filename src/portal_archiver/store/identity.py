"""When two pages show the same report, and when one report has changed: pure rules, no database."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from typing import Literal
from urllib.parse import urlsplit

from portal_archiver.model import Article, Attachment, Capture, Dateline, Page, Photo
from portal_archiver.text import plain, words
from portal_archiver.urls import canonicalize, host_of

# A body shorter than this ("Chi tiết xem tập tin đính kèm") stands under many titles and proves nothing.
TELLING_CHARS = 80
# The share of words two texts must have in common to pass as versions of one report, where all else is in doubt.
VERSION_OVERLAP = 0.5
INFERRED = ("url", "body")  # origins of a dateline that nobody gave: a listing's word is better


def digest(parts: object) -> str:
    """A short name for a value made of strings, numbers, None and sequences of them."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode("utf-8", "replace")).hexdigest()


def canonical(url: str) -> str:
    """The canonical URL, or the one given where it has none."""
    return canonicalize(url) or url


def claimed_url(capture: Capture, page: Page) -> str | None:
    """The page's rel=canonical where it can be believed.

    It cannot when it leads to another site (a reposted press release) or, from an inner page, to the front page (a
    template that says the same on all pages).
    """
    own = urlsplit(page.url or capture.final_url)
    url = canonicalize(page.canonical_url)
    if url is None or _site(url) != _site(own.geturl()):
        return None
    return None if urlsplit(url).path == "/" != (own.path or "/") and not urlsplit(url).query else url


def _site(url: str) -> str:
    return host_of(url).removeprefix("www.").removeprefix("m.")


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What a report is compared by; white space never counts.

    `version`: what makes a revision, the dateline apart: title, body, byline, and the photos with caption and credit.
    Of a photo's URL only the path: tokens, hosts and schemes change without anybody having touched the report.
    `shown`: the version and the date the page itself shows.
    `content_key`: the same for two URLs that show the same report; None when there is too little to be sure. An
    attached file says as much as a long body. Its query belongs to it (`download.aspx?id=7`): to keep one report
    twice is a smaller fault than to lose one.
    """

    version: str
    shown: str
    content_key: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a report stands at: its latest revision, in what pages are compared by."""

    version: str
    published: Dateline | None
    content_key: str | None


def fingerprints(article: Article) -> Fingerprints:
    """All fingerprints of a report."""
    title, body = plain(article.title), plain(article.body)
    photos = [(_path(photo), plain(photo.caption), plain(photo.credit or "")) for photo in article.photos]
    version = digest((title, body, plain(article.author or ""), photos))
    telling = len(body) >= TELLING_CHARS or bool(article.attachments)
    return Fingerprints(
        version=version,
        shown=digest((version, page_dateline(article.published))),
        content_key=digest((title, body, sorted(map(_file, article.attachments)))) if telling else None,
    )


def reading_digest(article: Article) -> str:
    """Of everything that was read."""
    return digest(astuple(article))


def page_dateline(dateline: Dateline | None) -> str | None:
    """The date the page itself shows; what a listing said is no part of the page."""
    if dateline is None or dateline.origin == "listing":
        return None
    return dateline.value.isoformat()


def datelines_differ(before: Dateline | None, after: Dateline | None) -> bool:
    """Whether the page's date was edited, rather than learned from another place."""
    if "listing" in (before and before.origin, after and after.origin):
        return False
    return page_dateline(before) != page_dateline(after)


def better_dateline(before: Dateline | None, after: Dateline | None) -> Dateline | None:
    """The one to keep of two that make no revision: the page's own word, else the listing's, else the new one."""
    if before is None or (after is not None and after.origin != "listing"):
        return after
    return before if after is None or before.origin != "listing" else after


def reread_dateline(before: Dateline | None, after: Dateline | None) -> Dateline | None:
    """The one to keep when another parser reads the same page: what a listing said is no part of the page."""
    if before is not None and before.origin == "listing" and (after is None or after.origin in INFERRED):
        return before
    return after


def same_day(before: str | None, after: Dateline | None) -> bool:
    """Whether two datelines (the first as stored) allow two equal texts to be one report: a weekly notice is many."""
    return before is None or after is None or before[:10] == after.day.isoformat()


Verdict = Literal["same", "as before", "copy", "edited"]


def verdict(
    standing: Standing, prints: Fingerprints, published: Dateline | None, *, shown: str, same_bytes: bool
) -> Verdict:
    """What a page says of a known report: the `same` as its latest revision, or that it was `edited`.

    `shown` is the fingerprint of what the page's URL showed the last time, "" if it never did, and `same_bytes` says
    that it sends what it sent then. A URL that shows what it showed `as before` has not changed, whatever another URL
    of the report showed since; and one seen for the first time is a `copy` if title and body agree: else a print
    version without the photos would make two revisions every night.
    """
    if standing.version == prints.version and not datelines_differ(standing.published, published):
        return "same"
    if shown and (same_bytes or shown == prints.shown):
        return "as before"
    if not shown and prints.content_key is not None and prints.content_key == standing.content_key:
        return "copy"
    return "edited"


def may_be_versions(before: Article, after: Article) -> bool:
    """Whether two different texts can be versions of one report: the same title or body, or most words in common."""
    if plain(before.title) == plain(after.title) or plain(before.body) == plain(after.body) != "":
        return True
    old, new = (set(words(f"{article.title} {article.body}")) for article in (before, after))
    return len(old & new) >= VERSION_OVERLAP * len(old | new)


def _path(photo: Photo) -> str:
    try:
        return urlsplit(photo.url).path
    except ValueError:
        return photo.url


def _file(attachment: Attachment) -> str:
    url = canonical(attachment.url)
    return url.partition("://")[2].partition("/")[2] or url
