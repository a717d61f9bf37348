"""What a page says of itself so that Zotero and search engines can tell what it holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from portal_archiver.citations.csl import archived
from portal_archiver.citations.names import Author
from portal_archiver.citations.reference import Reference, reference_to
from portal_archiver.model import Archived, Article, Citable, Dateline, Photo


def highwire(cited: Article | Archived | Citable | Reference) -> tuple[tuple[str, str], ...]:
    """Names and contents of `meta` elements, in the `citation_*` vocabulary of Highwire Press; nothing is escaped."""
    reference = reference_to(cited)
    published = reference.published
    pairs = (
        ("citation_title", reference.title),
        *(("citation_author", author.inverted) for author in reference.authors),
        ("citation_publication_date", f"{published.day:%Y/%m/%d}" if published else ""),
        ("citation_publisher", reference.site),
        ("citation_public_url", reference.url),
        ("citation_language", reference.language),
    )
    return tuple((name, content) for name, content in pairs if content)


def coins(cited: Article | Archived | Citable | Reference) -> str:
    """The `title` of a `span` of class Z3988 (OpenURL ContextObject in SPAN); a query string, not escaped for HTML."""
    reference = reference_to(cited)
    first = reference.authors[0] if reference.authors else Author("")
    pairs = (
        ("url_ver", "Z39.88-2004"),
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "webpage"),
        ("rft.title", reference.title),
        ("rft.source", reference.site),
        ("rft.identifier", reference.url),
        ("rft.aulast", first.family),
        ("rft.aufirst", first.given),
        *(("rft.au", author.inverted) for author in reference.authors),
        ("rft.date", reference.published.day.isoformat() if reference.published else ""),
        ("rft.language", reference.language),
    )
    return urlencode([(name, value) for name, value in pairs if value])


def json_ld(cited: Article | Archived | Citable, reference: Reference | None = None) -> dict[str, Any]:
    """A schema.org NewsArticle (Article for a document) as a dictionary.

    `reference` are its facts where they are known already. Who writes it into a `script` element has to escape `<`
    there, as Jinja's `tojson` does.
    """
    reference = reference or reference_to(cited)
    article = cited if isinstance(cited, Article) else _archived(cited).article
    told = {
        "headline": reference.title,
        "author": [_person(author) for author in reference.authors],
        "datePublished": _moment(reference.published),
        "dateModified": _moment(reference.updated),
        "articleSection": reference.section,
        "inLanguage": reference.language,
        "publisher": {"@type": "Organization", "name": reference.site} if reference.site else None,
        "url": reference.url,
        "image": [_image(photo) for photo in article.photos if photo.url],
        "identifier": _digest(reference),
    }
    kind = "NewsArticle" if reference.kind == "article" else "Article"
    return {"@context": "https://schema.org", "@type": kind} | {name: value for name, value in told.items() if value}


def _archived(cited: Archived | Citable) -> Archived:
    return cited.archived if isinstance(cited, Citable) else cited


def _person(author: Author) -> dict[str, str]:
    told = {"@type": "Organization" if author.office else "Person", "name": author.name}
    return told | ({"familyName": author.family, "givenName": author.given} if author.family else {})


def _moment(dateline: Dateline | None) -> str:
    return dateline.value.isoformat() if dateline else ""


def _image(photo: Photo) -> dict[str, str]:
    told = {"@type": "ImageObject", "url": photo.url, "caption": photo.caption, "creditText": photo.credit or ""}
    return {name: value for name, value in told.items() if value}


def _digest(reference: Reference) -> dict[str, str] | None:
    """The bytes that show the report, and when they came."""
    if reference.captured_at is None:
        return None
    said = archived(reference).partition(", SHA-256")[0]
    return {"@type": "PropertyValue", "propertyID": "SHA-256", "value": reference.sha256, "description": said}
