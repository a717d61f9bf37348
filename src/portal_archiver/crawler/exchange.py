"""One request and its answer, within the limits: the body is read in pieces and dropped as soon as it is too much."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import httpx

from portal_archiver.crawler.decoding import TooLargeError, bounded, decoded
from portal_archiver.crawler.faults import FAULTS, detail_of_fault, reason_of_fault
from portal_archiver.crawler.limits import Limits
from portal_archiver.crawler.reasons import Reason, reason_of_status
from portal_archiver.crawler.scope import MAX_LENGTH
from portal_archiver.crawler.transport import PEER
from portal_archiver.model import PAGE_STATUSES, Form, Peer
from portal_archiver.urls import SCHEMES, ascii_host

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REMOVED = frozenset({404, 410})  # their body is kept: it is what the server said
NOT_MODIFIED = 304
PARTIAL = 206  # an answer to a request for a range of bytes (RFC 9110 §15.3.7)
# text/html, application/xhtml+xml, application/rss+xml, text/plain...
READABLE = re.compile(r"text/(html|plain|xml)|application/([\w.-]+\+)?xml|application/(x-)?gzip", re.I)
FORM_TYPE = "application/x-www-form-urlencoded"
# How an error page begins that comes with status 200: the form is too old, or of another session.
STALE = re.compile(
    rb"viewstate MAC failed|Invalid postback or callback argument|state information is invalid for this page", re.I
)
STALE_WITHIN = 20_000  # bytes
INDEX_ENDING = re.compile(r"\.(xml|gz|rss|atom)$", re.I)  # often sent as application/octet-stream


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought: `status` 0 when nothing came, `headers` as sent, `body` after content-decoding.

    `reason` is set unless the answer is a page, a redirect or a 304 to a conditional request. `sent` is false when
    nothing was asked in the first place. `peer` is who answered.
    """

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reason: Reason | None = None
    detail: str = ""
    sent: bool = True
    peer: Peer | None = None

    def header(self, name: str) -> str:
        """The first value of a header, whatever the case of its name; "" without one."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def redirect_target(answer: Answer) -> str | None:
    """The absolute address that a redirect leads to, without its fragment; None when no request can be made of it."""
    try:
        location = answer.header("location").encode("latin-1").decode("utf-8", "replace").strip()
        target = httpx.URL(answer.url).join(location).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        return None
    usable = target.scheme in SCHEMES and ascii_host(target.host) and len(str(target)) <= MAX_LENGTH
    return str(target) if usable else None


async def exchange(
    client: httpx.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    limits: Limits,
    *,
    cut: int | None = None,
    form: Form | None = None,
    file: bool = False,
    coded: bool = False,
) -> Answer:
    """Ask once and read the answer; whatever goes wrong is a reason in the answer, never an exception.

    With `cut`, a body of any content type is taken, and what goes beyond that many bytes is dropped. With `form`, its
    fields are posted; with `file`, a body of any content type is taken whole; with `coded`, its Content-Encoding is
    not undone.
    """
    try:
        request = _request(client, url, headers, form)
        async with asyncio.timeout(limits.max_seconds), aclosing(await client.send(request, stream=True)) as response:
            answer = await _read(response, url, limits, cut, file=file, coded=coded)
            answer = replace(answer, peer=response.extensions[PEER])
            return _of_form(answer) if form else answer
    except FAULTS as error:
        return Answer(url, reason=reason_of_fault(error), detail=detail_of_fault(error))


def _request(client: httpx.AsyncClient, url: str, headers: Mapping[str, str], form: Form | None) -> httpx.Request:
    if form is None:
        return client.build_request("GET", url, headers=dict(headers))
    content = urlencode(form.fields, errors="replace").encode("ascii")
    return client.build_request("POST", url, headers={**headers, "Content-Type": FORM_TYPE}, content=content)


def _of_form(answer: Answer) -> Answer:
    """The same, or that the server does not take the form: ASP.NET says so by its word for any mistake."""
    if answer.status == httpx.codes.INTERNAL_SERVER_ERROR or STALE.search(answer.body[:STALE_WITHIN]):
        return replace(answer, reason=Reason.STALE_FORM, detail=answer.detail or Reason.STALE_FORM.sentence)
    return answer


async def _read(
    response: httpx.Response, url: str, limits: Limits, cut: int | None, *, file: bool, coded: bool
) -> Answer:
    status = response.status_code
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
    if status in REDIRECTS and "location" in response.headers:
        return Answer(url, status, headers)
    if status == NOT_MODIFIED and not {"if-none-match", "if-modified-since"}.isdisjoint(response.request.headers):
        return Answer(url, status, headers)
    readable = file or cut is not None or _is_readable(response, url)
    if status in PAGE_STATUSES or (status == PARTIAL and "range" in response.request.headers):
        if not readable:
            kind = response.headers["content-type"]
            return Answer(url, status, headers, reason=Reason.NOT_HTML, detail=f"Content-Type: {kind[:100]}")
        return Answer(url, status, headers, await _body(response, limits, cut, coded=coded))
    body = await _body(response, limits, cut, coded=coded) if status in REMOVED and readable else b""
    detail = f"{status} {response.reason_phrase[:100]}".strip()
    return Answer(url, status, headers, body, reason_of_status(status), detail)


def _is_readable(response: httpx.Response, url: str) -> bool:
    """Whether the body may be a page, a feed or a sitemap; a server that does not say is given the chance."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    return not kind or bool(READABLE.fullmatch(kind) or INDEX_ENDING.search(urlsplit(url).path))


def _is_index(response: httpx.Response) -> bool:
    """Whether this is a sitemap or feed by its content type: XML, and no XHTML page."""
    kind = response.headers.get("content-type", "").lower()
    return "xml" in kind and "html" not in kind


async def _body(response: httpx.Response, limits: Limits, cut: int | None, *, coded: bool) -> bytes:
    """The payload, decoded here and not by httpx: its decoders open a whole chunk at once, however much comes out."""
    limit = cut if cut is not None else limits.max_index_bytes if _is_index(response) else limits.max_bytes
    announced = response.headers.get("content-length", "")
    if cut is None and announced.isdecimal() and int(announced) > limit:
        raise TooLargeError(f"{int(announced):,} bytes announced, the limit is {limit:,}")
    payload = bytearray()
    async for piece in response.aiter_raw():
        payload += piece
        if len(payload) > limit:
            break
    whole = bounded([bytes(payload)], limit, cut=cut is not None)
    codings = "" if coded else response.headers.get("content-encoding", "")
    return decoded(whole, codings, limit, cut=cut is not None) if codings else whole
