"""How each kind of server is asked for all it has of a host: page by page, bounded, and never silently cut short."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlencode

from portal_archiver.crawler.reasons import Reason
from portal_archiver.imports.asked import Query
from portal_archiver.imports.cdx import Listed, Part, objects_of, read_arrays, read_lines, whole_number
from portal_archiver.imports.moments import DIGITS, digits_of
from portal_archiver.imports.servers import Kind, Server

MAX_ROWS = 20_000  # lines of one answer; arquivo.pt gives no more than 100,000, and does not say that there are more
PAGE_ROWS = 10_000  # lines of one answer where the server says how to go on
MAX_PARTS = 10_000  # answers of one index
MAX_EMPTY = 50  # answers in a row that list nothing, and lead on
# What no page is. Whatever the index knows nothing of stays: filters say what is not wanted.
_FILES = "(image|audio|video|font)/"
_OF_WAYBACK = (("filter", "!statuscode:[345].."), ("filter", f"!mimetype:{_FILES}.*"))
_OF_PYWB = (("filter", "!~status:[345]"), ("filter", f"!~mime:{_FILES}"))
_NONE = re.compile(r"no captures found", re.I)  # a 404 of older versions of pywb, and of Common Crawl


class Body(NamedTuple):
    """What an index answered; `found` is false for a 404."""

    data: bytes
    found: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of an index that could not be read: a reason (of the crawler's, or of FAILURES), and a sentence.

    `lines` is how many single lines were not, where it was these.
    """

    reason: str
    detail: str
    lines: int = 0


Read = Callable[[str], Awaitable[Body | Unread]]
Listing: TypeAlias = AsyncGenerator[Listed | Unread, None]
Parser: TypeAlias = Callable[[bytes], Part | None]


async def walk(read: Read, server: Server, query: Query) -> Listing:
    """All captures of a host that a server lists, those of one URL in order of time within one index.

    `read` asks for one address. What cannot be read comes as Unread; after one of a whole answer the walk goes on only
    where other indexes are left.
    """
    async for item in WALKS[server.kind](read, server.index, query):
        yield item


async def _by_resume_key(read: Read, index: str, query: Query) -> Listing:
    fields = [*_common(query), *_OF_WAYBACK, ("limit", str(PAGE_ROWS)), ("showResumeKey", "true")]
    guard, key = _Guard(), ""
    while True:
        url = _address(index, [*fields, ("resumeKey", key)] if key else fields)
        part = _parsed(await read(url), read_arrays, url)
        if isinstance(part, Unread):
            yield part
            return
        for item in _items(part, url):
            yield item
        if not part.resume or not part.whole:
            return
        if endless := guard.against(part, url):
            yield endless
            return
        key = part.resume


async def _by_pages(read: Read, index: str, query: Query) -> Listing:
    """By the pages of a server that has them; one that has not, an index in one file, is asked for spans of time."""
    fields = [*_common(query), *_OF_PYWB]
    url = _address(index, [*fields, ("showNumPages", "true"), ("limit", "1")])
    first = _parsed(await read(url), read_lines, url)
    if isinstance(first, Unread) and first.reason != Reason.CLIENT_ERROR:  # 400: it knows nothing of pages
        yield first
        return
    pages = None if isinstance(first, Unread) else whole_number(first.told, "pages")
    if pages is None:
        async for item in _by_time(read, index, query):
            yield item
        return
    for number in range(min(pages, MAX_PARTS)):
        url = _address(index, [*fields, ("page", str(number))])
        part = _parsed(await read(url), read_lines, url)
        for item in [part] if isinstance(part, Unread) else _items(part, url):
            yield item
    if pages > MAX_PARTS:
        yield _endless(index)


async def _by_time(read: Read, index: str, query: Query) -> Listing:
    """An answer with as many lines as were asked for may lack some: then each half of its time is asked for alone."""
    until = min(query.until, digits_of(datetime.now(UTC) + timedelta(days=1)))
    spans = [(query.since, until)]
    while spans:
        since, until = spans.pop()
        fields = [*_common(query, since, until), *_OF_PYWB, ("limit", str(MAX_ROWS))]
        url = _address(index, fields)
        part = _parsed(await read(url), read_lines, url)
        if isinstance(part, Unread):
            yield part
            return
        full = len(part.captures) + part.unreadable >= MAX_ROWS
        heeds = all(since <= one.digits <= until for one in part.captures)
        if full and heeds and since < until:
            middle = _middle(since, until)
            spans += [(_next(middle), until), (since, middle)]
            continue
        for item in _items(part, url):
            yield item
        if full:
            yield Unread("cut", f"{url} lists as much as it may at once, and may have more")


async def _by_crawls(read: Read, index: str, query: Query) -> Listing:
    """Index after index, the oldest first; one that does not answer does not keep the others from being asked."""
    body = await read(index)
    if isinstance(body, Unread):
        yield body
        return
    crawls = objects_of(body.data) if body.found else None
    if not crawls:
        yield Unread("no-index", f"{index} is no list of crawls")
        return
    for begin, end, api in sorted(_crawl(one) for one in crawls):
        if api and begin <= query.until and (not end or end >= query.since):
            async for item in _by_pages(read, api, query):
                yield item


WALKS: dict[Kind, Callable[[Read, str, Query], Listing]] = {
    Kind.WAYBACK: _by_resume_key,
    Kind.PYWB: _by_pages,
    Kind.CRAWLS: _by_crawls,
}


class _Guard:
    """Tells an index that goes on for ever: it leads where it led before, or lists nothing again and again."""

    def __init__(self) -> None:
        self._seen: set[object] = set()
        self._parts = 0
        self._empty = 0

    def against(self, part: Part, url: str) -> Unread | None:
        """Why to go no further than this part, if so."""
        self._parts += 1
        self._empty = 0 if part.captures else self._empty + 1
        last = part.captures[-1] if part.captures else None
        signs = {part.resume, last} - {None}
        in_circles = bool(signs & self._seen)
        self._seen |= signs
        if in_circles or self._empty > MAX_EMPTY or self._parts >= MAX_PARTS:
            return _endless(url)
        return None


def _endless(url: str) -> Unread:
    return Unread("endless", f"{url} leads on and on: its index is left here")


def _common(query: Query, since: str = "", until: str = "") -> list[tuple[str, str]]:
    return [
        ("url", query.host),
        ("matchType", "domain" if query.below else "host"),
        ("output", "json"),
        ("from", since or query.since),
        ("to", until or query.until),
    ]


def _address(index: str, fields: list[tuple[str, str]]) -> str:
    return f"{index}?{urlencode(fields)}"


def _parsed(body: Body | Unread, parser: Parser, url: str) -> Part | Unread:
    """The answer as a part of the index, or why it is none."""
    if isinstance(body, Unread):
        return body
    part = parser(body.data)
    if part is None:
        what = "a web page" if body.data.lstrip()[:1] == b"<" else "no index of captures"
        return Unread("no-index", f"{url} answers with {what}: is --server right?")
    told = str(next(iter(part.told.values()), ""))[:200] if part.told and "pages" not in part.told else ""
    if (told or not body.found) and not _NONE.match(told):
        return Unread("no-index", f"{url} says: {told or 'not found'}")
    return part


def _items(part: Part, url: str) -> list[Listed | Unread]:
    items: list[Listed | Unread] = list(part.captures)
    if part.unreadable:
        items.append(Unread("bad-line", f"{url} has lines that are none of an index", part.unreadable))
    if not part.whole:
        items.append(Unread("cut", f"{url} breaks off"))
    return items


def _middle(since: str, until: str) -> str:
    begin, end = _moment(since), _moment(until)
    return digits_of(begin + timedelta(seconds=int((end - begin).total_seconds()) // 2))


def _next(digits: str) -> str:
    return digits_of(_moment(digits) + timedelta(seconds=1))


def _moment(digits: str) -> datetime:
    return datetime.strptime(digits, DIGITS).replace(tzinfo=UTC)


def _crawl(told: Mapping[str, Any]) -> tuple[str, str, str]:
    """From when to when a crawl was made ("" where the list does not say), and the address of its index."""
    begin, end = (re.sub(r"\D", "", str(told.get(name) or ""))[:14] for name in ("from", "to"))
    return begin, end and end.ljust(14, "9"), str(told.get("cdx-api") or "")
