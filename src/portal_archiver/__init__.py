"""Archive public-sector news portals so that what they published stays findable, citable and provable."""

from portal_archiver.model import (
    Article,
    Attachment,
    Capture,
    Dateline,
    License,
    Link,
    Page,
    Photo,
    Portal,
    RunReport,
)
from portal_archiver.parser import parse_license, parse_page
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive

__all__ = [
    "Archive",
    "Article",
    "Attachment",
    "Capture",
    "Dateline",
    "License",
    "Link",
    "Page",
    "Photo",
    "Portal",
    "RunReport",
    "crawl",
    "parse_license",
    "parse_page",
]
