"""Captures from the servers of web archives, asked for politely, one request at a time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self
from urllib.parse import quote

from portal_archiver.crawler.decoding import DecodingError, TooLargeError, decoded
from portal_archiver.crawler.exchange import REDIRECTS, REMOVED, Answer, redirect_target
from portal_archiver.crawler.fetcher import Fetcher
from portal_archiver.crawler.reasons import Reason
from portal_archiver.imports.asked import Query, bare
from portal_archiver.imports.cdx import Listed
from portal_archiver.imports.memento import CODINGS, Failed, checked, read_memento
from portal_archiver.imports.servers import Kind, Server
from portal_archiver.imports.walking import Body, Listing, Unread, walk
from portal_archiver.imports.warc import Found, Skipped, read_records
from portal_archiver.model import Portal
from portal_archiver.urls import host_of

MAX_INDEX = 50_000_000  # bytes of one answer of an index
MAX_SECONDS = 240.0  # of one request: an index of many captures is slow to begin
DELAY = 1.25  # seconds; web.archive.org asks programs to stay at four fifths of one question to its index a second
MAX_HOPS = 5
MAX_RECORD = 200_000  # bytes that headers add to the payload of a record, at most
_SAFE = "/:?&=%+,;@!$'()*~[]-._|"  # of a URL at the end of another; a # would end it


def access_to(
    server: Server, *, delay: float = DELAY, allow_private: bool = False, contact: str | None = None
) -> Portal:
    """How a server is reached, in the terms of a portal's settings."""
    return Portal((server.index,), delay=delay, allow_private=allow_private, contact=contact, max_seconds=MAX_SECONDS)


class Wayback:
    """A server of captures; an async context manager.

    `access` says how it is reached; a page may have `max_bytes`. Once `closed` is true the server is asked no more: it
    stayed silent, or asked to be left alone for longer than a run can wait.
    """

    def __init__(self, server: Server, access: Portal, *, max_bytes: int) -> None:
        self.closed = False
        self._server = server
        self._max_bytes = max_bytes
        self._fetcher = Fetcher(access)

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._fetcher.requests

    async def __aenter__(self) -> Self:
        await self._fetcher.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fetcher.__aexit__(kind, error, trace)

    def listing(self, query: Query) -> Listing:
        """What the server lists of a host, see `walk`."""
        return walk(self._read_index, self._server, query)

    async def fetch(self, listed: Listed) -> Found | Skipped | Failed:
        """One capture that it lists."""
        return await (self._record(listed) if self._server.kind is Kind.CRAWLS else self._memento(listed))

    async def _ask(self, url: str, max_bytes: int, headers: dict[str, str] | None = None) -> Answer:
        answer = await self._fetcher.ask(url, max_bytes=max_bytes, headers=headers)
        self.closed = self.closed or not answer.sent
        return answer

    async def _follow(self, url: str, max_bytes: int, leads_on: Callable[[str], bool]) -> Answer:
        """The answer at the end of redirects on the same host; one that `leads_on` refuses is handed out as it is."""
        for _ in range(MAX_HOPS):
            answer = await self._ask(url, max_bytes)
            target = redirect_target(answer) if answer.status in REDIRECTS else None
            if target is None or host_of(target) != host_of(url) or not leads_on(target):
                return answer
            url = target
        return Answer(url, reason=Reason.TOO_MANY_REDIRECTS, detail=f"{url}: {Reason.TOO_MANY_REDIRECTS.sentence}")

    async def _read_index(self, url: str) -> Body | Unread:
        answer = await self._follow(url, MAX_INDEX, lambda _: True)
        if answer.reason and answer.status not in REMOVED:
            return Unread(str(answer.reason), f"{url}: {_why(answer)}")
        if answer.status in REDIRECTS:
            return Unread(str(Reason.OFF_HOST), f"{url} leads to {answer.header('location')[:300]}")
        try:
            body = decoded(answer.body, answer.header("content-encoding"), MAX_INDEX)
        except (DecodingError, TooLargeError) as error:
            return Unread(str(Reason.BAD_ENCODING), f"{url}: {error}")
        return Body(body, found=not answer.reason)

    async def _memento(self, listed: Listed) -> Found | Skipped | Failed:
        raw = f"/{listed.digits}id_/"  # the payload as it was captured, no link rewritten
        url = f"{self._server.captures.rstrip('/')}{raw}{quote(listed.url, safe=_SAFE)}"
        answer = await self._follow(url, self._max_bytes, lambda target: raw in target)
        if answer.reason is Reason.TOO_LARGE:
            return Skipped("too-large")
        if answer.reason:
            return Failed(str(answer.reason), f"{url}: {_why(answer)}")
        if answer.status in REDIRECTS:
            return Failed("other-capture", f"{url} leads to {answer.header('location')[:300]}")
        return read_memento(answer, listed, self._server.kind, self._server.captures, self._max_bytes)

    async def _record(self, listed: Listed) -> Found | Skipped | Failed:
        """A WARC record by its place in a file, which is read as a file of its own."""
        url = self._server.captures + quote(listed.file)
        if not listed.file or not listed.length:
            return Failed("no-place", f"{listed.url} of {listed.digits}")
        most = self._max_bytes + MAX_RECORD
        if listed.length > most:
            return Skipped("too-large")
        last = listed.offset + listed.length - 1
        answer = await self._ask(url, listed.length, {"Range": f"bytes={listed.offset}-{last}"})
        where = f"{url} at byte {listed.offset:,}"
        if answer.status == 200 or answer.reason is Reason.TOO_LARGE:
            return Failed("no-range", where)
        if answer.reason or answer.status in REDIRECTS:
            return Failed(str(answer.reason or Reason.UNEXPECTED_STATUS), f"{where}: {_why(answer)}")
        items = list(read_records(io.BytesIO(answer.body), url, max_bytes=self._max_bytes))
        item = items[0] if items else None
        if isinstance(item, Skipped):
            return item
        if not isinstance(item, Found) or item.original:
            return Failed("damaged", f"{where}: {item.why if item and not isinstance(item, Found) else 'no page'}")
        if bare(item.capture.url) != bare(listed.url) or item.capture.fetched_at.replace(microsecond=0) != listed.made:
            return Failed("other-capture", f"{where}: {item.capture.url} of {item.capture.fetched_at}")
        url = bare(listed.url)
        coded = any(item.capture.header(name) for name in CODINGS)
        return checked(replace(item.capture, url=url, final_url=url), listed, (item.capture.body,), coded=coded)


def _why(answer: Answer) -> str:
    """Why an answer brought nothing."""
    if answer.reason is Reason.PRIVATE_ADDRESS:
        return "not a public address; --allow-private permits it"
    return answer.detail or (answer.reason or Reason.UNEXPECTED_STATUS).sentence
