"""What a program is told when something goes wrong: a problem document (RFC 9457) that says what to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from starlette.responses import Response

BELOW = "/api/"
DESCRIBED = "/api/v1/openapi.json describes what there is"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem: the HTTP `status`, what it means (`title`), and what is wrong here and what to do (`detail`)."""

    type: str
    title: str
    status: int
    detail: str


def problem(status: int, title: str, detail: str = "") -> Response:
    """An answer that is a problem document."""
    told = Problem("about:blank", title, status, detail or f"{title}. {DESCRIBED}")
    return Response(json.dumps(asdict(told), ensure_ascii=False).encode(), status, media_type=MEDIA_TYPE)
