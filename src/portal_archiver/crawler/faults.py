"""Which reason an exception of the HTTP client stands for."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError

from portal_archiver.crawler.decoding import DecodingError, TooLargeError
from portal_archiver.crawler.reasons import Reason
from portal_archiver.crawler.tls import complaint
from portal_archiver.crawler.transport import PrivateAddressError

# What a request can raise; anything else is a bug of ours and is not hidden.
FAULTS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    aiohttp.ClientError,
    HttpProcessingError,  # comes bare where a body breaks its own framing
    OSError,
    ValueError,
)

# The first row that fits any exception of the chain wins: the transport wraps the telling one in vaguer ones.
TABLE: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Reason], ...] = (
    (PrivateAddressError, Reason.PRIVATE_ADDRESS),  # http://169.254.169.254/, or a name that resolves to 10.0.0.1
    (TooLargeError, Reason.TOO_LARGE),
    (DecodingError, Reason.BAD_ENCODING),
    ((socket.gaierror, aiohttp.ClientConnectorDNSError), Reason.DNS),  # Name or service not known
    ((ssl.SSLError, aiohttp.ClientConnectorCertificateError), Reason.TLS),  # certificate has expired
    (ConnectionRefusedError, Reason.REFUSED),
    (TimeoutError, Reason.TIMEOUT),
    ((ConnectionError, aiohttp.ServerDisconnectedError), Reason.RESET),  # Connection reset by peer
    (aiohttp.ClientPayloadError, Reason.INCOMPLETE),  # Content-Length: 1000, and 500 bytes
    ((httpx.InvalidURL, httpx.UnsupportedProtocol, aiohttp.InvalidURL), Reason.BAD_URL),
    (aiohttp.ClientConnectorError, Reason.REFUSED),  # No route to host
    (aiohttp.ClientConnectionError, Reason.RESET),
)


def reason_of_fault(error: BaseException) -> Reason:
    """The reason an exception of a request stands for; what is in no row is an answer that is no HTTP."""
    chain = tuple(_chain(error))
    for types, reason in TABLE:
        if any(isinstance(each, types) for each in chain):
            return reason
    return Reason.BAD_HTTP


def detail_of_fault(error: BaseException) -> str:
    """One line about an exception, for a person: what its innermost cause says, or else what the reason means.

    Of a certificate also what to do.
    """
    innermost = [each for each in _chain(error) if isinstance(each, Exception)][-1]
    if isinstance(innermost, ssl.SSLCertVerificationError):
        return complaint(innermost)
    if isinstance(innermost, aiohttp.ServerDisconnectedError):
        return reason_of_fault(error).sentence  # its own words are the inside of aiohttp
    text = " ".join(str(innermost).split())[:300]
    return f"{type(innermost).__name__}: {text}" if text else reason_of_fault(error).sentence


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__
