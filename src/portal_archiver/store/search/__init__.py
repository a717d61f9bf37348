"""Search: what is typed becomes terms, terms an expression of the index, hits an order, and texts snippets."""

from portal_archiver.store.search.answer import Paging, matching_ids, search
from portal_archiver.store.search.cursors import moved_back, offset_of
from portal_archiver.store.search.days import When
from portal_archiver.store.search.facets import facets
from portal_archiver.store.search.query import parse
from portal_archiver.store.search.scope import Filters

__all__ = ["Filters", "Paging", "When", "facets", "matching_ids", "moved_back", "offset_of", "parse", "search"]
