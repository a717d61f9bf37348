"""The words of a query with how common each is, and what each says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from portal_archiver.store.search.frequency import Frequencies
from portal_archiver.store.search.query import Query
from portal_archiver.store.search.scoring import Weights

COUNTED = 50_000  # entries that may be looked at to count what has some of the words
# Words that ask, and are in no answer more than in others.
ASKING = frozenset("gi nao ai dau sao may".split())


@dataclass(frozen=True)
class Words:
    """The words of a query with how common each is."""

    query: Query
    found: dict[str, int]
    frequencies: Frequencies

    @property
    def entries(self) -> int:
        """About how many entries of the index they have."""
        return sum(self.found[word] for word in self.query.words)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The words side by side, as typed."""
        return tuple(dict.fromkeys(pairwise(self.query.words)))

    @property
    def telling(self) -> tuple[str, ...]:
        """The words that make a report fit where none has all: the rarest ones, as many as can be counted in time."""
        asked = [word for word in self.found if word not in ASKING] or list(self.found)
        kept: list[str] = []
        budget = COUNTED
        for word in sorted(asked, key=self.found.__getitem__):
            budget -= self.found[word]
            if kept and budget < 0:
                break
            kept.append(word)
        return tuple(kept)

    def guess(self, pair: tuple[str, str]) -> int:
        """How often chance alone brings two words together, times the number of reports."""
        return self.found[pair[0]] * self.found[pair[1]]

    def weights(self, pairs: dict[tuple[str, str], int]) -> Weights:
        """What words and pairs say; a pair whose reports were not counted is taken for as rare as chance makes it."""
        whole = self.frequencies.reports or 1
        weight = self.frequencies.weight
        guessed = {pair: self.guess(pair) // whole for pair in self.pairs}
        return Weights(
            {word: weight(found) for word, found in self.found.items()},
            {pair: weight(found) for pair, found in (guessed | pairs).items()},
        )


def words_of(query: Query, frequencies: Frequencies) -> Words:
    """The words of a query, counted."""
    return Words(query, {word: frequencies.of(word) for word in dict.fromkeys(query.words)}, frequencies)
