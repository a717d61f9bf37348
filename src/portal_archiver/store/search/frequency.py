"""How common a word is, nearly: what it would cost to look at all its reports, and how much it says."""

from __future__ import annotations

import math
from dataclasses import dataclass

from portal_archiver.store.search import matching
from portal_archiver.store.search.scope import Scope

SAMPLE = 500  # of the newest reports
# A word in fewer of the sample is counted in all the archive: that costs next to nothing, and a sample says nothing.
COUNTED_BELOW = 8


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many reports of the archive words are; `reports` is how many reports there are at most."""

    whole: Scope
    sample: Scope
    reports: int

    def of(self, word: str, *, prefix: bool = False) -> int:
        """In how many reports a word is: exact where it is rare, else as in the newest ones."""
        match = matching.words(word, prefix=prefix)
        if self.reports <= SAMPLE:
            return self.whole.count(match)
        seen = self.sample.count_newest(match)
        return self.whole.count(match) if seen < COUNTED_BELOW else seen * self.reports // SAMPLE

    def weight(self, found: int) -> float:
        """What a word in so many reports says (the inverse document frequency of BM25; never nothing)."""
        return max(math.log((self.reports - found + 0.5) / (found + 0.5) + 1), 0.01)

    def newest(self, number: int) -> Scope:
        """The newest so many reports."""
        return self.whole.between(self.whole.oldest_of(number), self.whole.last)


def frequencies(scope: Scope) -> Frequencies:
    """The frequencies in the archive, as it was when the last article of an answer came: pages of one must agree."""
    sql, latest = scope.sql, scope.latest
    reports = latest or sql.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    whole = Scope(sql, latest=latest)
    return Frequencies(whole, whole.between(whole.oldest_of(SAMPLE), whole.last), reports)
