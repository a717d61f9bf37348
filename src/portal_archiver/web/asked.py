"""What a reader asks for, as the address says it: a query, what narrows it, an order, and where in the answer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from portal_archiver.store.search.answer import ORDERS

LONGEST_QUERY = 1_000  # characters
LONGEST_CURSOR = 10_000  # characters: two or three for each of the best hits that were shown
_LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search; "" and False stand for what is not asked for, and do not come into the address."""

    q: str = ""
    portal: str = ""
    section: str = ""
    author: str = ""
    photographer: str = ""
    since: str = ""
    until: str = ""
    photo: bool = False
    file: bool = False
    revised: bool = False
    exact: bool = False
    sort: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, params: QueryParams) -> Asked:
        """What the parameters of an address ask for; what is none of these names is passed over."""
        given = {
            field.name: params.get(field.name, "") == "1"
            if isinstance(field.default, bool)
            else params.get(field.name, "").strip()[: LONGEST_CURSOR if field.name == "cursor" else LONGEST_QUERY]
            for field in fields(cls)
        }
        return cls(**given)  # type: ignore[arg-type]

    def link(self, path: str = "/", **changes: Any) -> str:
        """The address of this search with some changes, from its first page on unless they name a cursor."""
        changed = replace(self, **({"cursor": ""} | changes))
        pairs = ((field.name, getattr(changed, field.name)) for field in fields(changed))
        said = [(name, "1" if value is True else value) for name, value in pairs if value]
        return f"{path}?{urlencode(said)}" if said else path

    def without(self, name: str) -> str:
        """The address of this search without one of its filters."""
        return self.link("/", **{name: False if isinstance(getattr(self, name), bool) else ""})

    def toggled(self, name: str) -> str:
        """The address of this search with a filter that is on or off turned the other way."""
        return self.link("/", **{name: not getattr(self, name)})

    def narrowed(self) -> dict[str, Any]:
        """The filters as `Archive.search` and `Archive.facets` take them."""
        return {
            "portal": self.portal or None,
            "section": self.section or None,
            "author": self.author or None,
            "photographer": self.photographer or None,
            "since": self.since or None,
            "until": self.until or None,
            "has_photo": self.photo or None,
            "has_attachment": self.file or None,
            "revised_since": _LONG_AGO if self.revised else None,
            "exact": self.exact,
        }

    @property
    def order(self) -> str:
        """The order of the hits: as asked for, else by relevance to words, else the newest first."""
        return self.sort if self.sort in ORDERS else "relevance" if self.q else "newest"

    @property
    def is_narrowed(self) -> bool:
        """Whether there are filters."""
        return any(value not in (None, False) for value in self.narrowed().values())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: that is the first page."""
        return self == Asked()
