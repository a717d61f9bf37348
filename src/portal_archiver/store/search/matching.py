"""Terms as FTS5 expressions (https://sqlite.org/fts5.html#full_text_query_syntax); only quoted words reach SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal_archiver.store.index import MARK
from portal_archiver.store.search.query import FIELDS, Query, Term, folded_words

MARKS = "marks : "
EVERY = f'{MARKS}"{MARK}r"'  # every report
WITH_PHOTO = f'{MARKS}"{MARK}photo"'
WITH_FILE = f'{MARKS}"{MARK}file"'


def of_portal(portal_id: int) -> str:
    """The reports of a portal."""
    return f'{MARKS}"{MARK}p{portal_id}"'


def words(*together: str, prefix: bool = False) -> str:
    """These words beside each other, in any column."""
    return f'"{" ".join(together)}"{" *" if prefix else ""}'


def within(columns: Sequence[str], text: str) -> str:
    """The words of a text beside each other in one of the columns, the last one perhaps unfinished."""
    return f"{{{' '.join(columns)}}} : {words(*folded_words(text), prefix=True)}"


def term(wanted: Term) -> str:
    """One term, in the columns of its field word."""
    phrase = words(*wanted.words, prefix=wanted.prefix)
    return f"{{{' '.join(FIELDS[wanted.name])}}} : {phrase}" if wanted.name else phrase


def every_clause(query: Query) -> str:
    """One term of each clause; "" where nothing is looked for in the text."""
    clauses = [[term(one) for one in clause if one.is_text] for clause in query.wanted]
    return every(any_of(clause) for clause in clauses if clause)


def any_of(expressions: Iterable[str]) -> str:
    """What fits one of these."""
    return _joined(" OR ", expressions)


def every(expressions: Iterable[str]) -> str:
    """What fits all of these."""
    return _joined(" AND ", expressions)


def without(expression: str, excluded: Iterable[str]) -> str:
    """What fits an expression ("": any report) and none of the others."""
    unwanted = any_of(excluded)
    return f"({expression or EVERY}) NOT ({unwanted})" if unwanted else expression


def _joined(operator: str, expressions: Iterable[str]) -> str:
    parts = list(dict.fromkeys(part for part in expressions if part))
    return f"({operator.join(parts)})" if len(parts) > 1 else "".join(parts)
