"""The bounds of a portal's frontier: how deep it goes, and how many URLs of a pattern one run asks for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from portal_archiver.model import Portal
from portal_archiver.store.ranks import HELD, KNOWN, LISTING, NEW, SEED, TOO_DEEP
from portal_archiver.urls import fits

_TAKE_BACK = f"""
UPDATE urls SET rank = CASE WHEN depth = 0 THEN {SEED} WHEN tried_at IS NULL THEN {NEW}
                            WHEN kind = 'listing' THEN {LISTING} ELSE {KNOWN} END
 WHERE portal_id = ? AND rank = {HELD}
"""
_NO_LONGER_DEEP = f"UPDATE urls SET rank = {NEW} WHERE portal_id = ? AND rank = {TOO_DEEP} AND depth <= ?"
_NOW_TOO_DEEP = f"UPDATE urls SET rank = {TOO_DEEP} WHERE portal_id = ? AND rank = {NEW} AND depth > ?"
_NEARER = f"""
UPDATE urls SET rank = {NEW}, depth = :depth, found_on = :found_on
 WHERE portal_id = :portal AND url = :url AND rank = {TOO_DEEP} AND depth > :depth
"""
_HOLD_ALL = f"""
UPDATE urls SET rank = {HELD}
 WHERE portal_id = ? AND rank IN ({LISTING}, {NEW}, {KNOWN}) AND due <= ? AND fits(?, url)
   AND id NOT IN (SELECT value FROM json_each(?))
"""
_HOLD_ONE = f"UPDATE urls SET rank = {HELD} WHERE portal_id = ? AND url = ?"
_COUNT = "SELECT count(*) FROM urls WHERE portal_id = ? AND rank = ?"


class Bounds:
    """The bounds of one portal in one run. Every method that writes is to be called inside a transaction.

    `any_deep` says whether some URL was found to be too deep.
    """

    def __init__(self, sql: sqlite3.Connection, portal_id: int, portal: Portal) -> None:
        self._sql = sql
        self._portal_id = portal_id
        self._max_depth = portal.max_depth
        self._left: Mapping[str, int] = portal.budgets
        self._put_aside = 0
        self.any_deep = False
        sql.create_function("fits", 2, lambda pattern, url: fits((pattern,), url), deterministic=True)

    def begin(self) -> None:
        """Take back what an earlier run held, and what the configuration of today bounds otherwise."""
        self._sql.execute(_TAKE_BACK, (self._portal_id,))
        self._sql.execute(_NO_LONGER_DEEP, (self._portal_id, self._max_depth))
        self._put_aside = self._sql.execute(_NOW_TOO_DEEP, (self._portal_id, self._max_depth)).rowcount
        self.any_deep = self._number(TOO_DEEP) > 0

    def _number(self, rank: int) -> int:
        return int(self._sql.execute(_COUNT, (self._portal_id, rank)).fetchone()[0])

    def rank_at(self, depth: int) -> int:
        """The class of a URL found at a depth."""
        if depth > self._max_depth:
            return TOO_DEEP
        return NEW if depth else SEED

    def added(self, rows: list[dict[str, Any]], new: int) -> int:
        """Count what was added; of known URLs, let those in that were too deep and are not. How many wait the more."""
        if rows and rows[0]["rank"] == TOO_DEEP:
            self._put_aside += new
            self.any_deep = self.any_deep or new > 0
            return 0
        return new + (self._sql.executemany(_NEARER, rows).rowcount if self.any_deep and rows else 0)

    def put_aside(self) -> int:
        """How many URLs turned out to be too deep since this was asked last."""
        number, self._put_aside = self._put_aside, 0
        return number

    def spent_for(self, url: str) -> str | None:
        """The pattern that a URL fits and whose budget is spent, if there is one."""
        return next((pattern for pattern, left in self._left.items() if left <= 0 and fits((pattern,), url)), None)

    def hold(self, url: str, pattern: str, now: str, claimed: Iterable[int]) -> None:
        """Leave a URL to the next run; the first time, with it all that are due now and fit the same pattern.

        But for those that are being asked for (`claimed`: their ids).
        """
        self._sql.execute(_HOLD_ONE, (self._portal_id, url))
        if self._left[pattern] == 0:
            self._sql.execute(_HOLD_ALL, (self._portal_id, now, pattern, json.dumps(list(claimed))))
            self._left = {**self._left, pattern: -1}

    def spend(self, url: str) -> None:
        """Count a URL that is asked for."""
        self._left = {pattern: left - (left > 0 and fits((pattern,), url)) for pattern, left in self._left.items()}

    def held(self) -> int:
        """How many URLs wait for the next run because the budget of their pattern is spent."""
        return self._number(HELD)
