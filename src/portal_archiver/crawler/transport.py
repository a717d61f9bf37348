"""The HTTP client: httpx over aiohttp, with the address check at the one place where a connection is made."""

from __future__ import annotations

import importlib.metadata
import socket
import ssl
from collections.abc import Callable
from functools import cache, partial
from typing import TypeAlias

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from portal_archiver.crawler.decoding import CODECS
from portal_archiver.crawler.limits import Limits
from portal_archiver.model import Portal

PRODUCT = "portal-archiver"  # the product token that a robots.txt may name (RFC 9309 §2.2.1)
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
AddressInfo: TypeAlias = "tuple[int, int, int, str, tuple[object, ...]]"


class PrivateAddressError(OSError):
    """The address about to be connected to is not public."""

    def __init__(self) -> None:
        super().__init__("not a public address; allow_private = true in the portal's table permits it")


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

    Must be called in a running event loop; closing the client closes its connections.
    """
    context = _trust()
    connector = aiohttp.TCPConnector(
        ssl=context,
        socket_factory=partial(_socket, may_connect),
        limit=0,  # politeness bounds the connections: one a host
    )
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())  # httpx keeps the cookies
    session._retry_connection = False  # it would send a GET twice by itself, without the pause between
    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=context, client=session),
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


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes 30 ms, so it is done once."""
    return httpx.create_ssl_context()


def _socket(may_connect: Callable[[str], bool], info: AddressInfo) -> socket.socket:
    """Make the socket for one resolved address, or refuse: after DNS, so that no name can stand for the inside."""
    family, kind, protocol, _, where = info
    if not may_connect(str(where[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)
