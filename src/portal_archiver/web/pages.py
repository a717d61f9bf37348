"""How a page is made: one Jinja environment, and what every template is given."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import escape

from portal_archiver.web import language
from portal_archiver.web.asked import Asked
from portal_archiver.web.language import LANGUAGES, WORDS, Words

STATIC = Path(__file__).with_name("static")
A_YEAR = 365 * 86_400
# The pages that the head of every page leads to: path, and the key of its name in `language.py`.
NAVIGATION = (
    ("/", "nav.search"),
    ("/portals", "nav.portals"),
    ("/runs", "nav.runs"),
)
_WORDS_ALONE = re.compile(r'\{\{ t\("([\w.]+)"\) \}\}')
_ASSET = re.compile(r'\{\{ asset\("([\w.]+)"\) \}\}')


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `here` is the page that is shown."""

    path: str
    name: str
    here: bool


class Said(Extension):
    """Puts into a template, when it is compiled, what is the same in every page: words alone, and our own files.

    A page has fifty such places: to look each of them up and escape it would take a tenth of its time.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source of a template with these filled in."""
        words = WORDS[str(self.environment.globals["lang"])]
        source = _WORDS_ALONE.sub(lambda found: escape(words(found[1])), source)
        return _ASSET.sub(lambda found: escape(asset(found[1])), source)


@cache
def environment(lang: str) -> Environment:
    """The templates in a language; what stands in {{ }} is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=PackageLoader("portal_archiver.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # a look at every file for every page
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": asset, "lang": lang}
    made.add_extension(Said)
    made.filters["iso"] = lambda value: value.isoformat()
    made.filters["web"] = web_only
    return made


def web_only(url: str) -> str:
    """An archived address that a link may lead to: javascript: and the like lead nowhere."""
    return url if url.lower().startswith(("http://", "https://")) else "#"


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page in the reader's language; `context` are the names that its template uses beside those of every page."""
    words = language.of(request)
    html = (
        environment(words.lang)
        .get_template(template)
        .render(
            {"asked": Asked()} | context,
            t=words,
            languages=_languages(request),
            places=[Place(path, words(name), path == request.url.path) for path, name in NAVIGATION],
            printed_at=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
            address=str(request.url),
        )
    )
    response = HTMLResponse(html, status, {"Vary": "Accept-Language, Cookie", "Cache-Control": "private, no-cache"})
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(language.COOKIE, words.lang, max_age=A_YEAR, samesite="lax", httponly=True)
    return response


def _languages(request: Request) -> list[tuple[str, str, str]]:
    """The languages there are: code, name, and the address of this page in it."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    return [
        (code, name, f"{request.url.path}?{urlencode([*kept, ('lang', code)])}") for code, name in LANGUAGES.items()
    ]


def words_of(request: Request) -> Words:
    """The interface strings in the reader's language."""
    return language.of(request)
