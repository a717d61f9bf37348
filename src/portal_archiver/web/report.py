"""One report: the latest version, or an older one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal_archiver.store import Archive, holdings
from portal_archiver.web.citing import cited
from portal_archiver.web.numbers import Number, Version
from portal_archiver.web.pages import render, words_of
from portal_archiver.web.reading import open_archive
from portal_archiver.web.report_page import Held, report_page
from portal_archiver.web.troubles import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get("/report/{article_id}")
def report(request: Request, article_id: Number, version: Version = None) -> HTMLResponse:
    """The report page."""
    with open_archive(request) as archive:
        held = held_of(archive, article_id)
        number = version or held.archived.revision
        must_have(held, number)
        citable = held.latest if number == held.archived.revision else archive.citable(article_id, number)
    return render(request, "report.html", page=report_page(held, number, cited(citable), words_of(request)))


@router.get("/report/{article_id}/captures")
def captures(request: Request, article_id: Number) -> HTMLResponse:
    """All captures of a report's addresses."""
    with open_archive(request) as archive:
        archived, found = archive.article(article_id), archive.captures(article_id)
    return render(request, "captures.html", archived=archived, captures=found[::-1])


def held_of(archive: Archive, article_id: int) -> Held:
    """What the archive holds of a report; UnknownArticleError."""
    with archive.snapshot() as sql:
        archived = archive.article(article_id)
        revisions = archive.revisions(article_id)
        articles = [revision.article for revision in revisions]
        urls = [photo.url for article in articles for photo in article.photos]
        urls += [file.url for article in articles for file in article.attachments]
        return Held(
            archived,
            revisions,
            holdings.count_captures(sql, article_id),
            archive.story(article_id),
            holdings.nearest(sql, filter(None, urls), revisions[-1].captured_at),
            holdings.portal_names(sql)[archived.portal],
        )


def must_have(held: Held, number: int) -> None:
    """NotFoundError where a report has no version of this number."""
    if number not in {revision.number for revision in held.revisions}:
        raise NotFoundError(f"report {held.archived.id} has {len(held.revisions)} versions: none is {number}")
