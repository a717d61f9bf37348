"""What stands before every page: who may ask, under which name, and what a browser may do with the answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_archiver.web.problems import BELOW, problem
from portal_archiver.web.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ANY_ADDRESS = "*"
COOKIE = "portal-archiver-key"
LONGEST = 4_000  # characters of a query string: more than any form of ours sends

# What our own pages need and no more: no inline script or style, nothing from elsewhere.
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """An ASGI middleware: refuses what it must, and gives every answer its headers.

    A request is refused under a name that is not ours (a page of somebody else's could have its own name lead to this
    machine, and read the archive: DNS rebinding), and without the token where one is set: as `Authorization` (Bearer,
    or Basic with any user name), as the cookie that `?token=` sets, nowhere else.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in settings.hosts}
        self._token = settings.token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have the application answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._token:
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        refusal = self._refusal(scope)
        # A HEAD is a GET whose body the server itself leaves out (RFC 9110 §9.3.2).
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        await (refusal or self._app)(asked, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not is_ours(headers.get("host", ""), self._hosts):
            return _refused(scope, 421, "This server is not called by that name: see `serve --name`.")
        if len(scope["query_string"]) > LONGEST:
            return _refused(scope, 414, f"The address is too long: behind its ? are at most {LONGEST:,} characters.")
        return self._stranger(scope, headers) if self._token else None

    def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        token = self._token or ""
        given = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if same(given.get("token", ""), token):
            return _remember(scope, token)
        if any(same(word, token) for word in _presented(headers)) or same(_cookie(headers), digest(token)):
            return None
        refusal = _refused(scope, 401, "This archive is not open to all: give its token as the password.")
        refusal.headers["WWW-Authenticate"] = 'Basic realm="portal-archiver", charset="UTF-8"'
        return refusal


def _refused(scope: Scope, status: int, why: str) -> Response:
    if str(scope["path"]).startswith(BELOW):
        return problem(status, "Not answered", why)
    return PlainTextResponse(f"{why}\n", status)


def is_ours(host: str, hosts: Iterable[str]) -> bool:
    """Whether a `Host` header (with or without its port) names one of `hosts`."""
    name = _without_port(host.strip().lower())
    return name in hosts or (ANY_ADDRESS in hosts and _is_address(name))


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of them."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def digest(token: str) -> str:
    """What the cookie holds instead of the token."""
    return hashlib.sha256(f"portal-archiver {token}".encode()).hexdigest()


def _presented(headers: Headers) -> list[str]:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return [value.strip().encode("latin-1").decode("utf-8", "replace")]
    if scheme.lower() != "basic":
        return []
    try:
        return [base64.b64decode(value, validate=True).decode().partition(":")[2]]
    except (binascii.Error, UnicodeDecodeError):
        return []


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _remember(scope: Scope, token: str) -> Response:
    """The same address without the token, which would stay in the history of the browser."""
    pairs = [pair for pair in parse_qsl(scope["query_string"].decode("latin-1"), True) if pair[0] != "token"]
    # One slash: "//host" would lead elsewhere.
    path = "/" + quote(scope["path"].lstrip("/\\"))
    response = Response(status_code=303, headers={"Location": path + (f"?{urlencode(pairs)}" if pairs else "")})
    response.set_cookie(COOKIE, digest(token), httponly=True, samesite="lax", max_age=30 * 86_400)
    return response
