"""How well a report answers, from its text: BM25 of words and of words side by side, the title counting double.

(Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from portal_archiver.store.folding import composed_and_folded, spelling

K1, B = 1.2, 0.75
TITLE = 2  # times a word of the text


@dataclass(frozen=True)
class Text:
    """What is read of a report: its title, and all the rest that can be found, both in NFC and folded.

    The words of the rest wait until they are needed: of many texts it is only asked whether a phrase stands there.
    """

    title: str
    rest: str
    folded_title: str  # words between single spaces
    in_place: str  # the rest folded, each character at its place

    @cached_property
    def _words(self) -> list[str]:
        return self.in_place.split()

    @cached_property
    def folded(self) -> str:
        """The words of the rest between single spaces."""
        return f" {' '.join(self._words)} "

    @property
    def length(self) -> int:
        """Words of the rest."""
        return len(self._words)

    def has(self, *words: str) -> bool:
        """Whether these folded words stand in it beside each other."""
        beside = f" {' '.join(words)} "
        return beside in self.in_place or beside in self.folded or beside in self.folded_title

    def is_titled(self, *words: str) -> bool:
        """Whether these folded words stand in the title beside each other."""
        return f" {' '.join(words)} " in self.folded_title

    def times(self, *words: str) -> int:
        """How often these folded words stand in it beside each other, the title counting double."""
        beside = f" {' '.join(words)} "
        return self.folded.count(beside) + TITLE * self.folded_title.count(beside)


def text_of(title: str, rest: str) -> Text:
    """A report's text as it is scored."""
    title, folded_title = composed_and_folded(title)
    rest, in_place = composed_and_folded(rest)
    return Text(title, rest, f" {' '.join(folded_title.split())} ", in_place)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each word of a query, and each pair of words side by side, says."""

    words: dict[str, float]
    pairs: dict[tuple[str, str], float]

    def score(self, text: Text, usual_length: float) -> float:
        """How well a text answers; 0 where nothing of it was asked for."""
        length = K1 * (1 - B + B * text.length / usual_length)
        score = 0.0
        there: set[str] = set()
        for word, weight in self.words.items():
            if times := text.times(word):
                there.add(word)
                score += weight * times * (K1 + 1) / (times + length)
        for (first, second), weight in self.pairs.items():
            if first in there and second in there and (times := text.times(first, second)):
                score += weight * times * (K1 + 1) / (times + length)
        return score


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed with its diacritics, and what each part says."""

    parts: tuple[tuple[str, float], ...]
    spelled: (
        bool  # where a tone may stand in two places both ways are read as one: that takes its time, and few need it
    )

    def exactness(self, text: Text, usual_length: float) -> float:
        """How well a text answers by what of it stands there as it was typed."""
        said = f"{text.title} {text.rest}"
        written = spelling(said) if self.spelled else said.lower()
        length = K1 * (1 - B + B * text.length / usual_length)
        counted = ((written.count(part), weight) for part, weight in self.parts)
        return sum(weight * times * (K1 + 1) / (times + length) for times, weight in counted if times)
