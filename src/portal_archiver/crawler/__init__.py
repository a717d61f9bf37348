"""The crawler: fetches politely and within bounds, finds what there is, and says when to look again."""

from .discovery import Entry, is_guess, read_index, seeds
from .fetcher import Fetcher
from .limits import Limits
from .reasons import Reason
from .schedule import next_due
from .scope import Scope

__all__ = ["Entry", "Fetcher", "Limits", "Reason", "Scope", "is_guess", "next_due", "read_index", "seeds"]
