"""`portal-archiver show`: one report whole, with everything needed to cite it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer

from portal_archiver.cli.options import DEFAULT_ARCHIVE, ArchivePath, AsJson, existing, whole
from portal_archiver.cli.screen import Screen, emit, out, utc
from portal_archiver.model import Archived, Article, Attachment, Dateline, License, Photo, StoryLink
from portal_archiver.text import telephone

EXAMPLE = "Example: portal-archiver show 12"

# Where a dateline was read, in words.
ORIGINS = {
    "element": "as shown on the page",
    "metadata": "from the page's metadata",
    "listing": "from the list that links to the page",
    "url": "from the page's address",
    "body": "guessed from the text: check it before you cite it",
}

# The lines of the license, in the order a journalist needs them.
LICENSE_LINES = (
    ("governing body", "governing_body"),
    ("managing unit", "managing_unit"),
    ("license", "number"),
    ("issued by", "issuer"),
    ("issued on", "issued_on"),
    ("responsible", "responsible_person"),
    ("as", "responsible_role"),
    ("address", "address"),
    ("phone", "phones"),
    ("fax", "faxes"),
    ("e-mail", "emails"),
    ("copyright", "copyright"),
)
NUMBERS = ("phones", "faxes")
LABEL_WIDTH = 16


def show(
    article_id: Annotated[
        int, typer.Argument(parser=whole(1), metavar="ID", help="The number of the report in a result list.")
    ],
    archive: ArchivePath = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Show one report whole, with all that a citation needs.

    Its text, the photos with their credits, where and when it was seen, and how the portal's license lets others
    republish it. With --json also every capture of it: its digest, headers, and who answered.
    """
    with existing(archive) as opened:
        archived = opened.article(article_id)
        revisions = len(opened.revisions(article_id))
        captures = opened.captures(article_id)
        story = opened.story(article_id)
    if as_json:
        emit({"article": archived, "revisions": revisions, "captures": captures, "story": story})
    else:
        show_article(out(), archived, revisions, story)


def show_article(screen: Screen, archived: Archived, revisions: int, story: Sequence[StoryLink] = ()) -> None:
    """Print a report from its headline to its license."""
    article = archived.article
    screen.say(article.title, "bold")
    for line in _byline(article):
        screen.say(line, "dim")
    for paragraph in article.body.split("\n\n"):
        screen.print()
        screen.say(paragraph.strip())
    _list(screen, "Photos", [_photo(photo) for photo in article.photos])
    _list(screen, "Attachments", [_attachment(attachment) for attachment in article.attachments])
    _heading(screen, "Source")
    for label, value in _source(archived, revisions):
        _labeled(screen, label, value)
    _list(screen, "The same text elsewhere", [_elsewhere(other) for other in story])
    if archived.license:
        _show_license(screen, archived.license)


def dateline_in_words(dateline: Dateline) -> str:
    """`2026-01-31 08:15+07:00, as shown on the page`."""
    value = dateline.value
    shown = value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
    return f"{shown}, {ORIGINS[dateline.origin]}"


def _byline(article: Article) -> Iterator[str]:
    yield dateline_in_words(article.published) if article.published else "undated"
    if article.updated:
        yield f"updated {dateline_in_words(article.updated)}"
    if named := " · ".join(part for part in (article.author, article.section) if part):
        yield named


def _photo(photo: Photo) -> tuple[str, str, str]:
    return photo.caption or "no caption", f"credit: {photo.credit}" if photo.credit else "no credit", photo.url


def _attachment(attachment: Attachment) -> tuple[str, str, str]:
    return attachment.title or "untitled", attachment.media_type or "", attachment.url


def _elsewhere(other: StoryLink) -> tuple[str, str, str]:
    return f"#{other.article_id}  {other.title}", f"{other.portal} · {other.published or 'undated'}", other.url


def _source(archived: Archived, revisions: int) -> Iterator[tuple[str, str]]:
    yield "address", archived.url
    for url in archived.urls:
        if url != archived.url:
            yield "also at", url
    yield "portal", archived.portal
    yield "first seen", utc(archived.first_seen)
    yield "last seen", utc(archived.last_seen)
    if archived.gone_since:
        yield "gone since", utc(archived.gone_since)
    yield "revisions", "1, never edited since" if revisions == 1 else f"{revisions}, this is the latest"


def _show_license(screen: Screen, footer: License) -> None:
    _heading(screen, "Portal's license")
    for label, name in LICENSE_LINES:
        value = getattr(footer, name)
        if value:
            parts = value if isinstance(value, tuple) else (str(value),)
            _labeled(screen, label, ", ".join(map(telephone, parts) if name in NUMBERS else parts))
    if footer.attribution:
        _heading(screen, "Republication")
        screen.say(footer.attribution, indent=2)
        if footer.attribution_source:
            _labeled(screen, "credit", footer.attribution_source)


def _heading(screen: Screen, text: str) -> None:
    screen.print()
    screen.say(text, "bold")


def _labeled(screen: Screen, label: str, value: str) -> None:
    print_value = screen.say_url if value.startswith(("http://", "https://")) else screen.say
    print_value(value, indent=2, lead=f"{label:{LABEL_WIDTH}}")


def _list(screen: Screen, title: str, items: list[tuple[str, str, str]]) -> None:
    if not items:
        return
    _heading(screen, f"{title} ({len(items)})")
    for text, detail, url in items:
        screen.say(text, indent=2, lead="- ")
        if detail:
            screen.say(detail, "dim", 4)
        if url:
            screen.say_url(url, 4)
