"""Understand a page: `parse_page` reads the whole of it, `parse_license` a footer's text."""

from portal_archiver.parser.licensing.license import parse_license
from portal_archiver.parser.page import parse_page
from portal_archiver.parser.version import VERSION, version_for

__all__ = ["VERSION", "parse_license", "parse_page", "version_for"]
