"""What a reader is told when something goes wrong: a plain page with the right status, or JSON below /api."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from portal_archiver.errors import (
    ArchiveError,
    LockedError,
    MissingPartError,
    PortalArchiverError,
    UnknownArticleError,
    UnknownRevisionError,
    UnknownRunError,
)
from portal_archiver.web.guard import HEADERS
from portal_archiver.web.language import WORDS
from portal_archiver.web.pages import render
from portal_archiver.web.problems import BELOW, DESCRIBED, problem
from portal_archiver.web.reading import TooSlowError

log = logging.getLogger("portal_archiver.web")
RETRY = {"Retry-After": "5"}


class NotFoundError(PortalArchiverError):
    """The archive has nothing under this address."""


class BusyError(Exception):
    """As many exports are being sent as may be at once."""


def handle(app: FastAPI) -> None:
    """Have an application answer errors in words."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnknownArticleError, _not_found)
    app.add_exception_handler(NotFoundError, _not_found)
    app.add_exception_handler(UnknownRunError, _not_found)
    app.add_exception_handler(UnknownRevisionError, _not_found)
    app.add_exception_handler(MissingPartError, _missing)
    app.add_exception_handler(TooSlowError, _too_slow)
    app.add_exception_handler(BusyError, _busy)
    app.add_exception_handler(PortalArchiverError, _refused)
    app.add_exception_handler(Exception, _bug)


def told(request: Request, status: int, key: str, detail: str = "", says: str = "") -> Response:
    """An error as the reader understands it; `key` and `says` are keys of `language.py`, `detail` is a sentence."""
    if request.url.path.startswith(BELOW):
        return problem(status, WORDS["en"](key), detail or (f"{WORDS['en'](says)} {DESCRIBED}." if says else ""))
    return render(request, "trouble.html", status=status, title_key=key, says_key=says, detail=detail)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _not_found(request, error)
    response = told(request, status, "trouble.400", str(getattr(error, "detail", "")))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _invalid(request: Request, error: Exception) -> Response:
    """A parameter that cannot be: an address that a page of ours does not have, but an answer to a program."""
    if not request.url.path.startswith(BELOW) or not isinstance(error, RequestValidationError):
        return _not_found(request, error)
    wrong = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
    return problem(422, "A parameter cannot be used", f"{'; '.join(wrong)}. {DESCRIBED}")


def _not_found(request: Request, error: Exception) -> Response:
    detail = str(error) if isinstance(error, PortalArchiverError) else ""
    return told(request, 404, "trouble.404", detail, says="trouble.404_says")


def _too_slow(request: Request, error: Exception) -> Response:
    response = told(request, 503, "trouble.503", says="trouble.503_says")
    response.headers.update(RETRY)
    return response


def _busy(request: Request, error: Exception) -> Response:
    response = told(request, 503, "trouble.busy", says="trouble.busy_says")
    response.headers.update(RETRY)
    return response


def _missing(request: Request, error: Exception) -> Response:
    return told(request, 501, "trouble.400", str(error))


def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, ArchiveError | LockedError):
        log.error("%s", error)
        return told(request, 503 if isinstance(error, LockedError) else 500, "trouble.500", says="trouble.500_says")
    return told(request, 400, "trouble.400", str(error))


def _bug(request: Request, error: Exception) -> Response:
    response = told(request, 500, "trouble.500", says="trouble.500_says")
    response.headers.update(HEADERS)  # this answer leaves past the guard
    return response
