"""The fetcher of one portal: polite, bounded, and with a reason for everything that brings no page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

import httpx

from portal_archiver.crawler.addresses import is_any, is_public
from portal_archiver.crawler.exchange import REDIRECTS, REMOVED, Answer, exchange, redirect_target
from portal_archiver.crawler.limits import Limits
from portal_archiver.crawler.politeness import Politeness
from portal_archiver.crawler.reasons import Reason
from portal_archiver.crawler.retry import OVERLOADED, asked_wait, retrying
from portal_archiver.crawler.robots import MAX_BYTES as ROBOTS_BYTES
from portal_archiver.crawler.robots import Robots, RobotsMemory
from portal_archiver.crawler.scope import Scope
from portal_archiver.crawler.transport import open_client
from portal_archiver.model import Capture, Fetch, Form, Portal
from portal_archiver.urls import host_of, path_of, postback_of, with_postback, without_fragment

SAME_METHOD = frozenset({307, 308})  # of all redirects the ones that a form is posted to once more (RFC 9110 §15.4)


class Fetcher:
    """Fetches the pages of one portal, within its scope, its robots.txt and its hosts' patience.

    An async context manager; `requests` counts what was sent, robots.txt, redirects and retries among it, `took` is how
    many seconds the last of them took; `scope` and `robots` say beforehand what may be fetched. `may_connect` is asked
    about every IP address before a connection to it is made (default: public ones, or all of them where the portal has
    `allow_private`). `limits` are the portal's own unless they are given. Fetchers that run side by side share one
    `politeness`, for their portals may share hosts. `memory` keeps the robots.txt of each host for a day, across runs;
    with `anew` it is asked for all the same.
    """

    def __init__(
        self,
        portal: Portal,
        *,
        limits: Limits | None = None,
        may_connect: Callable[[str], bool] | None = None,
        politeness: Politeness | None = None,
        memory: RobotsMemory | None = None,
        anew: bool = False,
    ) -> None:
        self.requests = 0
        self.took = 0.0
        self.scope = Scope(portal)
        self._portal = portal
        self._may_connect = may_connect or (is_any if portal.allow_private else is_public)
        self._limits = limits or Limits.of(portal)
        self._politeness = politeness or Politeness(self._limits)
        # What one portal sees of a robots.txt holds for those who may connect as it does, and trust as it does.
        view = self._may_connect, portal.ca, portal.verify
        ask = partial(self._ask, headers={}, cut=ROBOTS_BYTES)
        self.robots = Robots(ask, self._politeness, view, memory=memory, anew=anew)
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = open_client(self._portal, self._limits, self._may_connect)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client:
            await self._client.aclose()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        form: Form | None = None,
        file: bool = False,
    ) -> Fetch:
        """Ask for a URL and follow its redirects; given the validators of an earlier answer, conditionally (RFC 9110).

        A 304 gives a capture with an empty body. A 404 or 410 gives a capture and a reason. Everything else that is no
        page gives a reason alone. Raises nothing but the caller's own cancellation, and what `memory` raises.

        A URL that stands for a `Postback` is asked for by its `form`, which is posted; the answer's `final_url` ends as
        the URL does. `stale-form`: the server did not take it, or led away from the list.

        A `file` may be of any kind; else what is no page, feed or sitemap gives a reason.
        """
        headers = _conditions(etag, last_modified)
        here, seen = (form.action, set[str]()) if form else (url, {url})
        of_list = {path_of(url).lower(), path_of(here).lower()}
        posted = form is not None
        if posted and (refusal := await self._refusal(without_fragment(url))):
            return _fetch(url, refusal)
        for _ in range(self._limits.max_redirects + 1):
            answer = await self._visit(here, headers, form, file=file)
            if answer.reason or answer.status not in REDIRECTS:
                return _fetch(url, answer)
            target = redirect_target(answer)
            if target is None:
                return Fetch(url, reason=Reason.BAD_URL, detail=f"{here} leads to no usable address")
            if posted and path_of(target).lower() not in of_list:
                return Fetch(url, reason=Reason.STALE_FORM, detail=f"the answer to the form leads to {target[:300]}")
            # A redirect to the same page is how a server asks for its cookie back; without one it is a circle.
            if target in seen and not answer.header("set-cookie"):
                return Fetch(url, reason=Reason.REDIRECT_LOOP, detail=f"{here} leads back to {target}")
            seen.add(target)
            here, form = target, form if answer.status in SAME_METHOD else None
        detail = f"more than {self._limits.max_redirects} redirects, the last to {here}"
        return Fetch(url, reason=Reason.TOO_MANY_REDIRECTS, detail=detail)

    async def ask(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Answer:
        """What a service that is made for programs answers: a body of any type, its Content-Encoding not undone.

        A redirect is handed out as it is. No robots.txt is asked: that speaks to those who follow links, and here the
        URL was made from what the service documents. All else is as for a page: turns, retries, the check of addresses.
        """
        limits = replace(self._limits, max_bytes=max_bytes)
        asking = partial(exchange, headers=headers or {}, limits=limits, file=True, coded=True)
        answer: Answer = await retrying(self._limits)(self._send, url, asking)
        return answer

    async def _visit(self, url: str, headers: Mapping[str, str], form: Form | None, *, file: bool) -> Answer:
        return await self._refusal(url, file=file) or await self._ask(url, headers=headers, form=form, file=file)

    async def _refusal(self, url: str, *, file: bool = False) -> Answer | None:
        """Why a URL is not asked for, if so."""
        if reason := self.scope.reason_against(url, file=file):
            return Answer(url, reason=reason, detail=f"{url[:300]}: {reason.sentence}")
        closed = await self.robots.closed_to(url)
        return Answer(url, reason=closed.reason, detail=closed.detail) if closed else None

    async def _ask(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        cut: int | None = None,
        form: Form | None = None,
        file: bool = False,
    ) -> Answer:
        """One URL, as often as it takes."""
        asking = partial(exchange, headers=headers, limits=self._limits, cut=cut, form=form, file=file)
        answer: Answer = await retrying(self._limits)(self._send, url, asking)
        return answer

    async def _send(self, url: str, asking: Callable[[httpx.AsyncClient, str], Awaitable[Answer]]) -> Answer:
        """One request, when it is the host's turn."""
        if self._client is None:
            raise RuntimeError("a Fetcher fetches only inside `async with`")
        host = host_of(url)
        async with self._politeness.turn(host, self._portal.delay) as closed:
            if closed:
                return Answer(url, reason=closed.reason, detail=closed.detail, sent=False)
            self.requests += 1
            began = time.monotonic()
            answer = await asking(self._client, url)
            self.took = time.monotonic() - began
            self._hear(host, answer)
        return answer

    def _hear(self, host: str, answer: Answer) -> None:
        if answer.status in OVERLOADED:
            self._politeness.back_off(host, asked_wait(answer))
        elif answer.reason and answer.reason.unreachable:
            self._politeness.silent(host, answer.reason)
        else:
            self._politeness.answered(host)


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers of a conditional request; a validator that could not be sent as it came is left out."""
    given = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in given.items() if value and value.isascii() and value.isprintable()}


def _fetch(url: str, answer: Answer) -> Fetch:
    if answer.reason and answer.status not in REMOVED:
        return Fetch(url, reason=answer.reason, detail=answer.detail)
    final = answer.url
    if postback := postback_of(url):  # the same address shows other pages of the list, or none
        final = with_postback(final, postback) or url
    capture = Capture(url, final, status=answer.status, headers=answer.headers, body=answer.body, peer=answer.peer)
    return Fetch(url, capture, answer.reason or "", answer.detail)
