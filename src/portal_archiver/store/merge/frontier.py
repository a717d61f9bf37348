"""The frontiers of two archives as one: of two rows of a URL the one that was tried last says how it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal_archiver.store.merge.both import Both, columns, dicts, insert, update
from portal_archiver.store.ranks import KNOWN, LISTING, NEW, SEED

Row = dict[str, Any]
# What belongs to the last answer, and so goes with the row that was answered last; the rest goes with the last try.
_VALIDATORS = ("etag", "last_modified")
_OF_THE_ANSWER = ("fetched_at", *_VALIDATORS)
_IF_KNOWN = ("kind", "look", "text", "listed", "listed_raw")


def merge(both: Both, show: Callable[[int], None]) -> None:
    """Bring their URLs into our frontier."""
    names = columns(both.ours, "urls")
    for done, theirs in enumerate(dicts(both.theirs, f"SELECT {', '.join(names)} FROM urls ORDER BY id")):
        show(done)
        theirs["portal_id"] = both.portals[theirs["portal_id"]]
        known = dicts(
            both.ours,
            f"SELECT id, {', '.join(names)} FROM urls WHERE portal_id = ? AND url = ?",
            (theirs["portal_id"], theirs["url"]),
        )
        ours = next(iter(known), None)
        if ours is None:
            insert(both.ours, "urls", theirs)
            continue
        number = ours.pop("id")
        merged = combined(ours, theirs)
        if merged != ours:
            update(both.ours, "urls", number, merged)


def combined(one: Row, other: Row) -> Row:
    """One row of two, whichever comes first: nothing that is known of a URL is forgotten, and no known page is new."""
    before, last = sorted((one, other), key=_recency)
    answered = max((before, last), key=lambda row: row["fetched_at"] or "")
    nearest = min((before, last), key=lambda row: (row["depth"], row["found_on"]))
    merged = last | {name: answered[name] for name in _OF_THE_ANSWER}
    if one["fetched_at"] == other["fetched_at"]:  # where one of them has forgotten a validator, there was a reason
        merged |= {name: one[name] if one[name] == other[name] else None for name in _VALIDATORS}
    for name in _IF_KNOWN:
        merged[name] = last[name] or before[name]
    if not last["listed"] and before["listed"]:
        merged["listed_raw"] = before["listed_raw"]
    merged |= {
        "depth": nearest["depth"],
        "found_on": nearest["found_on"],
        "fetches": max(one["fetches"], other["fetches"]),
        "due": last["due"] if last["tried_at"] else min(one["due"], other["due"]),
    }
    merged["rank"] = one["rank"] if one["rank"] == other["rank"] else _rank(merged)
    return merged


def ask_afresh(both: Both) -> None:
    """Ask without a condition where a 304 is contradicted: only the page itself tells what stands there now."""
    forget = (
        "UPDATE urls SET etag = NULL, last_modified = NULL"
        " WHERE (portal_id, url) IN (SELECT portal_id, url FROM captures WHERE id = ?)"
    )
    both.ours.executemany(forget, ((capture,) for capture in both.contradicted))


def _recency(row: Row) -> tuple[str, ...]:
    """Who was tried last; then whatever makes an order of two rows, lest it matter which archive is ours."""
    return tuple(str(row[name] or "") for name in ("tried_at", "fetched_at", "due", *sorted(row)))


def _rank(row: Row) -> int:
    """The class in which a URL waits, where the two disagree; the next run sets aside what is too deep for it."""
    if row["depth"] == 0:
        return SEED
    if row["kind"] == "listing":
        return LISTING
    return KNOWN if row["tried_at"] else NEW
