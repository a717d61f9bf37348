"""Whether a payload is the one that an index means, as far as its digest can tell."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from enum import Enum

# As indexes write them: Q4YULN754FHV2U6Q5JUT6Q2P57WEWNNY (SHA-1, base32), sha1:Q4YU..., sha256:0046a4b4...
_DIGEST = re.compile(r"(?:(?P<name>[a-z0-9-]+):)?(?P<value>[A-Za-z0-9+/=]+)", re.I)
_ALGORITHMS = {"sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256", "sha512": "sha512"}


class Match(Enum):
    """What a digest says of a payload; UNKNOWN where it says nothing that could be compared."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


def match(digest: str, payloads: Iterable[bytes], *, coded: bool) -> Match:
    """Whether one of the forms in which a payload is at hand (as sent, and with its codings undone) has this digest.

    Where it was `coded` when it was captured (Content-Encoding, Transfer-Encoding), archives have taken digests of what
    cannot be had any more (chunked bytes, say): then a digest that fits no form says nothing.
    """
    found = _DIGEST.fullmatch(digest)
    algorithm = _ALGORITHMS.get((found["name"] or "sha1").lower()) if found else None
    if found is None or algorithm is None:
        return Match.UNKNOWN
    for payload in payloads:
        made = hashlib.new(algorithm, payload, usedforsecurity=False)
        spellings = {made.hexdigest().upper(), base64.b32encode(made.digest()).decode().rstrip("=")}
        if found["value"].upper().rstrip("=") in spellings:
            return Match.SAME
    return Match.UNKNOWN if coded else Match.OTHER
