"""What of an address cannot be understood, in words for a reader: what keeps from searching, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial

from starlette.datastructures import QueryParams

from portal_archiver.errors import PortalArchiverError
from portal_archiver.store.search import cursors
from portal_archiver.store.search.answer import ORDERS
from portal_archiver.store.search.days import first_day
from portal_archiver.web.asked import Asked
from portal_archiver.web.language import Words

MOST, LONGEST = 5, 60  # parameters that are told back, and characters of each
OURS = {"all", "lang"}  # of a page, and no part of a search
OTHERS = ("utm_", "fbclid", "gclid")  # what other sites hang on a link is no wish of the reader's


def refused(asked: Asked, t: Words) -> str:
    """Why a search cannot be made: a date or a cursor that cannot be read; "" where it can."""
    for name in ("since", "until"):
        typed = getattr(asked, name)
        if typed and not _is_read(partial(first_day, name=name), typed):
            return t("bad.date", name=t(f"filter.{name}"), typed=typed[:LONGEST])
    return t("bad.cursor") if asked.cursor and not _is_read(cursors.read, asked.cursor) else ""


def _is_read(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except PortalArchiverError:
        return False
    return True


def left_out(params: QueryParams) -> str:
    """What an address says that no search knows, as it stands there: `sort=foo, photo=yes, tag=x`; "" for nothing."""
    known = {field.name: isinstance(field.default, bool) for field in fields(Asked)}

    def is_understood(name: str, value: str) -> bool:
        if name == "sort":
            return value.strip() in ("", *ORDERS)
        if name not in known:
            return name in OURS or name.startswith(OTHERS)
        return not known[name] or value in ("", "0", "1")

    strange = [f"{name}={value}"[:LONGEST] for name, value in params.multi_items() if not is_understood(name, value)]
    return ", ".join([*strange[:MOST], *(["…"] if len(strange) > MOST else [])])
