"""The JSON API below /api/v1: what the archive holds, for programs; `described.py` has its page and its description."""

from portal_archiver.web.api import described, reports, searching, upkeep

GROUPS = (searching, reports, upkeep, described)

__all__ = ["GROUPS", "described"]
