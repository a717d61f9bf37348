"""The HTTP client: httpx over aiohttp, with the address check at the one place where a connection is made."""

from __future__ import annotations

import importlib.metadata
import socket
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import TypeAlias

import aiohttp
import httpx
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

from portal_archiver.crawler.decoding import CODECS
from portal_archiver.crawler.limits import Limits
from portal_archiver.crawler.tls import context_of, peer_of
from portal_archiver.model import Peer, Portal

PRODUCT = "portal-archiver"  # the product token that a robots.txt may name (RFC 9309 §2.2.1)
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
PEER = "peer"  # the extension of a response that says who gave it
AddressInfo: TypeAlias = "tuple[int, int, int, str, tuple[object, ...]]"

_answering: ContextVar[Peer | None] = ContextVar("answering", default=None)


class PrivateAddressError(OSError):
    """The address about to be connected to is not public."""

    def __init__(self) -> None:
        super().__init__("not a public address; allow_private = true in the portal's table permits it")


class _Response(aiohttp.ClientResponse):
    """A response that looks at its connection while it has one: a short body ends, and gives it back, at once."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        _answering.set(peer_of(connection.transport) if connection.transport else None)
        return await super().start(connection)


class _Transport(AiohttpTransport):
    """The transport, with the `Peer` of a response among its extensions."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        response.extensions[PEER] = _answering.get()
        return response


def user_agent(contact: str | None) -> str:
    """`portal-archiver/<version> (+contact)`: who is asking, and where its owner can be reached."""
    try:
        version = importlib.metadata.version(PRODUCT)
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    printable = "".join(char for char in contact or "" if char.isascii() and char.isprintable() and char not in "()")
    return f"{PRODUCT}/{version} (+{printable.strip() or PRODUCT})"


def open_client(portal: Portal, limits: Limits, may_connect: Callable[[str], bool]) -> httpx.AsyncClient:
    """A client that follows no redirect by itself, uses no proxy, and connects only to addresses that it may.

    Must be called in a running event loop; closing the client closes its connections. ConfigError: the portal's `ca`
    cannot be used.
    """
    context = context_of(portal)
    connector = aiohttp.TCPConnector(
        ssl=context,
        socket_factory=partial(_socket, may_connect),
        limit=0,  # politeness bounds the connections: one a host
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),  # httpx keeps the cookies
        response_class=_Response,
    )
    session._retry_connection = False  # it would send a GET twice by itself, without the pause between
    return httpx.AsyncClient(
        transport=_Transport(verify=context, client=session),
        headers={
            "User-Agent": user_agent(portal.contact),
            "Accept": ACCEPT,
            "Accept-Language": "vi,en;q=0.5",
            "Accept-Encoding": ", ".join(CODECS),
        },
        timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        follow_redirects=False,
        trust_env=False,
    )


def _socket(may_connect: Callable[[str], bool], info: AddressInfo) -> socket.socket:
    """Make the socket for one resolved address, or refuse: after DNS, so that no name can stand for the inside."""
    family, kind, protocol, _, where = info
    if not may_connect(str(where[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)
