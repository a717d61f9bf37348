"""Understand a page: `parse_page` reads all of it, `parse_license` a footer's text, `read_form` what turns its list."""

from portal_archiver.parser.licensing.license import parse_license
from portal_archiver.parser.page import parse_page
from portal_archiver.parser.version import VERSION, digest_of, version_for
from portal_archiver.parser.webform import read_form

__all__ = ["VERSION", "digest_of", "parse_license", "parse_page", "read_form", "version_for"]
