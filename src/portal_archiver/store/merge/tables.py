"""What two archives can be asked for row by row: portals, footers, payloads, captures, runs, robots.txt, watches,
profiles."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from portal_archiver.store import checksums, payloads
from portal_archiver.store import runs as reports
from portal_archiver.store.merge.both import Both, columns, dicts, insert, update
from portal_archiver.store.times import stamp

Tell = Callable[[int], None]
_BODIES = "SELECT id, sha256, size, data, dictionary_id FROM bodies WHERE dictionary_id IS {} NULL ORDER BY id"
# Ours that may be among theirs: only captures of the time that theirs are of.
_OUR_CAPTURES = (
    "CREATE TEMP TABLE our_captures AS SELECT id, portal_id, url, final_url, fetched_at, status, body_id"
    " FROM captures WHERE fetched_at BETWEEN ? AND ?",
    "CREATE INDEX temp.our_captures_by_time ON our_captures (fetched_at, url)",
)
_SAME_CAPTURE = (
    "SELECT id FROM our_captures WHERE fetched_at = ? AND url = ? AND portal_id = ? AND final_url = ? AND status = ?"
    " AND body_id = ? ORDER BY id LIMIT 1"
)


def portals(both: Both) -> None:
    """By key; of two names the one counts that was given last, and a portal stays accepted."""
    for row in dicts(both.theirs, "SELECT * FROM portals ORDER BY id"):
        theirs = row.pop("id")
        known = next(iter(dicts(both.ours, "SELECT * FROM portals WHERE key = ?", (row["key"],))), None)
        if known is None:
            both.portals[theirs] = insert(both.ours, "portals", row)
            continue
        ours = both.portals[theirs] = known.pop("id")
        names = [(_last_run(both.ours, ours), known["name"]), (_last_run(both.theirs, theirs), row["name"])]
        given = [name for name in names if name[1]] or names
        accepted = max(known["accepted_at"] or "", row["accepted_at"] or "") or None
        update(both.ours, "portals", ours, {"name": max(given)[1], "accepted_at": accepted})


def _last_run(sql: Any, portal_id: int) -> str:
    return str(sql.execute("SELECT max(started_at) FROM runs WHERE portal_id = ?", (portal_id,)).fetchone()[0] or "")


def licenses(both: Both) -> None:
    """By digest; where a counter in the text differs, the one that was seen first stays, as in one archive."""
    names = columns(both.ours, "licenses")
    for theirs in dicts(both.theirs, f"SELECT id, {', '.join(names)} FROM licenses ORDER BY id"):
        number = theirs.pop("id")
        select = f"SELECT id, {', '.join(names)} FROM licenses WHERE digest = ?"
        known = next(iter(dicts(both.ours, select, (theirs["digest"],))), None)
        if known is None:
            both.licenses[number] = insert(both.ours, "licenses", theirs)
            continue
        ours = both.licenses[number] = known.pop("id")
        if known != theirs:
            first = (_first_shown(both.theirs, number), str(theirs)) < (_first_shown(both.ours, ours), str(known))
            update(both.ours, "licenses", ours, theirs if first else known)


def _first_shown(sql: Any, license_id: int) -> str:
    select = "SELECT min(fetched_at) FROM captures WHERE license_id = ?"
    return str(sql.execute(select, (license_id,)).fetchone()[0] or "~")  # behind every time


def bodies(both: Both, tell: Tell) -> None:
    """By SHA-256, packed as they are; dictionaries first, as others are told as the difference to them."""
    done = 0
    for standing in ("", "NOT"):
        for number, digest, size, data, dictionary in both.theirs.execute(_BODIES.format(standing)):
            tell(done := done + 1)
            known = both.ours.execute("SELECT id FROM bodies WHERE sha256 = ?", (digest,)).fetchone()
            ours = known[0] if known else _adopt(both, number, (digest, size, data), dictionary)
            both.ours.execute("INSERT INTO merged_bodies VALUES (?, ?)", (number, ours))
    for portal, body, used in both.theirs.execute("SELECT portal_id, body_id, used FROM dictionaries"):
        payloads.offer(both.ours, both.portals[portal], both.body(body), both.body(used))


def _adopt(both: Both, number: int, packed: tuple[str, int, bytes], dictionary: int | None) -> int:
    ours = both.body(dictionary) if dictionary is not None else None
    if ours is None or payloads.stands_alone(both.ours, ours):
        return payloads.adopt(both.ours, *packed, dictionary=ours)
    return payloads.add_alone(both.ours, payloads.load(both.theirs, number))


def captures(both: Both, tell: Tell) -> None:
    """The same are those of one URL, one moment and one answer; articles are told apart later."""
    span = both.theirs.execute("SELECT min(fetched_at), max(fetched_at) FROM captures").fetchone()
    both.ours.execute(_OUR_CAPTURES[0], span)
    both.ours.execute(_OUR_CAPTURES[1])
    names = columns(both.ours, "captures")
    for done, row in enumerate(dicts(both.theirs, f"SELECT id, {', '.join(names)} FROM captures ORDER BY id")):
        tell(done)
        number = row.pop("id")
        row |= {
            "portal_id": both.portals[row["portal_id"]],
            "body_id": both.body(row["body_id"]),
            "license_id": both.licenses[row["license_id"]] if row["license_id"] else None,
            "article_id": None,
            "revision_id": None,
        }
        key = ("fetched_at", "url", "portal_id", "final_url", "status", "body_id")
        known = both.ours.execute(_SAME_CAPTURE, [row[name] for name in key]).fetchone()
        if known is None:
            ours = insert(both.ours, "captures", row)
            both.ours.execute(
                f"INSERT INTO our_captures (id, {', '.join(key)}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (ours, *(row[name] for name in key)),
            )
        else:
            ours = known[0]
            _fill(both.ours, ours, row["license_id"], row["peer"])
        both.ours.execute("INSERT INTO merged_captures VALUES (?, ?)", (number, ours))


def _fill(sql: sqlite3.Connection, ours: int, license_id: int | None, peer: str | None) -> None:
    """What ours did not know; who read it is noted with what it shows (see `merge.articles`)."""
    sql.execute("UPDATE captures SET license_id = coalesce(license_id, ?) WHERE id = ?", (license_id, ours))
    lacks = sql.execute("SELECT 1 FROM captures WHERE id = ? AND peer IS NULL", (ours,)).fetchone()
    if peer and lacks and checksums.is_sound(sql, "captures", ours):  # else the new checksum would hide the damage
        sql.execute("UPDATE captures SET peer = ? WHERE id = ?", (peer, ours))
        checksums.write(sql, "captures", ours)


def runs(both: Both) -> None:
    """The same are those of one portal and one beginning; of a run that one archive saw end, the end counts.

    Theirs that have no end get one, by what they stored until now: nobody could tell that from our captures.
    """
    names = columns(both.ours, "runs")
    killed = {report.id: report for report in reports.killed(both.theirs)}
    for row in dicts(both.theirs, f"SELECT id, {', '.join(names)} FROM runs ORDER BY started_at, id"):
        number = row.pop("id")
        row["portal_id"] = both.portals[row["portal_id"]]
        known = both.ours.execute(
            "SELECT id, finished_at FROM runs WHERE portal_id = ? AND started_at = ?",
            (row["portal_id"], row["started_at"]),
        ).fetchone()
        ours = known[0] if known else insert(both.ours, "runs", row)
        ended = stamp(killed[number].finished_at) if number in killed else row["finished_at"]
        is_later = known is None or ended > (known[1] or "")
        if known and is_later:
            update(both.ours, "runs", ours, row)
        if number in killed and is_later:
            reports.finish(both.ours, ours, killed[number])
        _events(both, number, ours, among=known is not None)


def _events(both: Both, theirs: int, ours: int, *, among: bool) -> None:
    names = columns(both.ours, "run_events")
    rows = list(
        dicts(both.theirs, f"SELECT {', '.join(names)} FROM run_events WHERE run_id = ? ORDER BY id", (theirs,))
    )
    select = f"SELECT {', '.join(names)} FROM run_events WHERE run_id = ?"
    known = list(dicts(both.ours, select, (ours,))) if among else []
    for row in rows:
        row["run_id"] = ours
        if row not in known:
            insert(both.ours, "run_events", row)


def robots(both: Both) -> None:
    """What a host said last."""
    for row in dicts(both.theirs, "SELECT * FROM robots"):
        known = next(iter(dicts(both.ours, "SELECT * FROM robots WHERE location = ?", (row["location"],))), None)
        if known is None or (row["fetched_at"], str(row)) > (known["fetched_at"], str(known)):
            both.ours.execute("DELETE FROM robots WHERE location = ?", (row["location"],))
            insert(both.ours, "robots", row)


def watches(both: Both) -> None:
    """Saved searches of a name that we do not have, with what they told of; of the same name ours stays."""
    told = (
        "SELECT u.portal_id, u.url FROM watch_hits h JOIN article_urls u ON u.article_id = h.article_id"
        " WHERE h.watch_id = ?"
    )
    tell = (
        "INSERT OR IGNORE INTO watch_hits (watch_id, article_id)"
        " SELECT ?, article_id FROM article_urls WHERE portal_id = ? AND url = ?"
    )
    for row in dicts(both.theirs, "SELECT * FROM watches ORDER BY id"):
        theirs = row.pop("id")
        if both.ours.execute("SELECT 1 FROM watches WHERE name = ?", (row["name"],)).fetchone():
            continue
        ours = insert(both.ours, "watches", row)
        for portal, url in both.theirs.execute(told, (theirs,)):
            both.ours.execute(tell, (ours, both.portals[portal], url))


def profiles(both: Both) -> None:
    """What was learned of a portal, by moment; which run that was after only its own archive can tell."""
    key = "portal_id = ? AND since = ? AND learned_at = ?"
    for row in dicts(both.theirs, "SELECT * FROM profiles ORDER BY id"):
        del row["id"]
        row |= {"portal_id": both.portals[row["portal_id"]], "from_run": None}
        held = (row["portal_id"], row["since"], row["learned_at"])
        if not both.ours.execute(f"SELECT 1 FROM profiles WHERE {key}", held).fetchone():
            insert(both.ours, "profiles", row)
