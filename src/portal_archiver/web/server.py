"""The server: a socket that is ours before anything is promised, and uvicorn behind it until a signal comes."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn

from portal_archiver.errors import PortalArchiverError
from portal_archiver.web.app import create_app
from portal_archiver.web.guard import ANY_ADDRESS
from portal_archiver.web.settings import Settings

LAST_SECONDS = 5  # for pages that are being made when the server is told to end


class _Server(uvicorn.Server):
    """Leaves signals to `serve`, which tells its caller of the one that came instead of raising it once more."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_of(host: str, names: tuple[str, ...] = ()) -> frozenset[str]:
    """The names under which a server that listens at `host` may be called; any IP address where it listens at all."""
    listens_at_all = host in ("0.0.0.0", "::")
    return frozenset({*names, ANY_ADDRESS if listens_at_all else host})


def origin(url: str) -> str:
    """A site as browsers name it, https://www.bachhai.example:8080; PortalArchiverError where it is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise PortalArchiverError(f"--allow-origin {url} is no site: give its scheme and host, https://www.example.vn")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; PortalArchiverError where the port is taken, or the address is not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortalArchiverError(f"--host {host} is no address of this machine ({error.strerror})") from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except OSError as error:
        made.close()
        raise PortalArchiverError(_why(host, port, error)) from None
    return made


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of this machine is taken: choose another one with --port"
    if error.errno == errno.EACCES:
        return f"port {port} is not open to you: choose one above 1023 with --port"
    return f"--host {host} is no address of this machine ({error.strerror})"


def url_of(bound: socket.socket) -> str:
    """Where a browser on this machine finds the server."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(settings: Settings, bound: socket.socket, ready: Callable[[], None] = lambda: None) -> int:
    """Serve until SIGINT or SIGTERM comes, and return its number; a second one ends what is still at work.

    `ready` is called when the server answers.
    """
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=LAST_SECONDS,
        backlog=128,
        h11_max_incomplete_event_size=32_768,
    )
    return asyncio.run(_until_stopped(_Server(config), bound, ready))


async def _until_stopped(server: _Server, bound: socket.socket, ready: Callable[[], None]) -> int:
    came: list[int] = []

    def stop(number: int) -> None:
        server.force_exit = bool(came)
        server.should_exit = True
        came.append(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    served = asyncio.create_task(server.serve(sockets=[bound]))
    while not (server.started or served.done()):
        await asyncio.sleep(0.01)
    if server.started:
        ready()
    await served
    return came[0] if came else 0
