"""TLS: which certificates a portal's connections trust, who answered on one, and what to do about a bad certificate."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from functools import lru_cache

import httpx

from portal_archiver.errors import ConfigError
from portal_archiver.model import Peer, Portal

UNTRUSTED = (
    "the server leaves out an intermediate certificate, or its authority is not a public one; if you know it to be the "
    "right one, save that certificate as PEM and name the file with `ca` in portals.toml"
)
UNVERIFIED = "tell the people who run it; until they act, `verify = false` in portals.toml takes its pages unverified"

# What helps, by OpenSSL's code of what is wrong with a certificate (X509_V_ERR_*, x509_vfy.h).
REMEDIES = {
    2: UNTRUSTED,  # unable to get issuer certificate
    9: f"check this machine's clock, or {UNVERIFIED}",  # certificate is not yet valid
    10: UNVERIFIED,  # certificate has expired
    18: UNTRUSTED,  # self-signed certificate
    19: UNTRUSTED,  # self-signed certificate in certificate chain
    20: UNTRUSTED,  # unable to get local issuer certificate
    21: UNTRUSTED,  # unable to verify the first certificate
    62: f"correct the address, or {UNVERIFIED}",  # Hostname mismatch
    64: f"correct the address, or {UNVERIFIED}",  # IP address mismatch
}


def context_of(portal: Portal) -> ssl.SSLContext:
    """What the connections of a portal trust: the usual authorities, and its own `ca`; ConfigError for a bad one."""
    try:
        return _context(portal.ca, portal.verify)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError(f"portal {portal.key}: `ca` holds no certificate in PEM that can be read") from error


@lru_cache(maxsize=64)
def _context(ca: str, verify: bool) -> ssl.SSLContext:
    """Reading the usual certificates takes 30 ms, so it is done once."""
    if not verify:
        return httpx.create_ssl_context(verify=False)
    context = httpx.create_ssl_context()
    if ca:
        # OpenSSL takes ASCII alone; around the certificates people write what they like.
        context.load_verify_locations(cadata=ca.encode("ascii", "ignore").decode())
        # What was pinned is trusted as it stands, though its own issuer is not known.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def peer_of(transport: asyncio.BaseTransport) -> Peer:
    """Who is at the other end of an open connection."""
    address = str(transport.get_extra_info("peername", ("",))[0])
    secured: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    if secured is None:
        return Peer(address)
    certificate, cipher = secured.getpeercert(binary_form=True), secured.cipher()
    return Peer(
        address,
        verified=secured.context.verify_mode is ssl.CERT_REQUIRED,
        tls=secured.version() or "",
        cipher=cipher[0] if cipher else "",
        certificate=hashlib.sha256(certificate).hexdigest() if certificate else "",
    )


def complaint(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate, and what to do about it."""
    return f"{error.verify_message.rstrip('.')}: {REMEDIES.get(error.verify_code, UNVERIFIED)}"
