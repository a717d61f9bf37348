"""Which addresses the crawler may connect to: public ones (RFC 6890), so that no page can send it to the inside."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Public by their number, but answered inside a cloud by the machine's own host.
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})  # Azure's wire server
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one of the public Internet; what is no address at all is not.

    Private, loopback, link-local (169.254.169.254 among them), shared, multicast and reserved addresses are not, nor
    are IPv6 addresses that carry such an IPv4 address within them.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast and each not in METADATA for each in _with_carried(parsed))


def is_any(_address: str) -> bool:
    """Whatever the address: for a portal that the config allows to be inside."""
    return True


def is_literal(host: str) -> bool:
    """Whether a URL's host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _with_carried(address: Address) -> tuple[Address, ...]:
    """An address as it is routed, and the IPv4 address that a gateway would take out of it."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address in NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    carried = [address.sixtofour, *(address.teredo or ())]
    return (address, *(inner for inner in carried if inner is not None))
