"""Archive public-sector news portals so that what they published stays findable, citable and provable."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal_archiver.citations import cite as cite
    from portal_archiver.model import Article as Article
    from portal_archiver.model import Attachment as Attachment
    from portal_archiver.model import Capture as Capture
    from portal_archiver.model import Dateline as Dateline
    from portal_archiver.model import License as License
    from portal_archiver.model import Link as Link
    from portal_archiver.model import Page as Page
    from portal_archiver.model import Photo as Photo
    from portal_archiver.model import Portal as Portal
    from portal_archiver.model import RunReport as RunReport
    from portal_archiver.parser import parse_license as parse_license
    from portal_archiver.parser import parse_page as parse_page
    from portal_archiver.pipeline import crawl as crawl
    from portal_archiver.store import Archive as Archive

# A room is loaded when one of its names is asked for: a search need not wait for the crawler (PEP 562).
_ROOMS = {
    "citations": ("cite",),
    "model": (
        "Article", "Attachment", "Capture", "Dateline", "License", "Link", "Page", "Photo", "Portal", "RunReport",
    ),
    "parser": ("parse_license", "parse_page"),
    "pipeline": ("crawl",),
    "store": ("Archive",),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [  # noqa: RUF022 - as people meet them
    "parse_page", "parse_license", "Archive", "crawl", "cite", "Capture", "Page", "Article", "Photo", "Attachment",
    "License", "Dateline", "Link", "Portal", "RunReport",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
