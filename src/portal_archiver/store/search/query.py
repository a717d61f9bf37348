"""What a person types, as terms: words, "phrases", -word, a OR b, prefix*, =exact, title:word. Nothing raises."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from portal_archiver.model import Note
from portal_archiver.store.folding import spelling
from portal_archiver.store.search.notes import note
from portal_archiver.text import fold

# Words of a query that are looked for: FTS5 pays for every word and for every pair of them, so a pasted page is cut.
MAX_WORDS = 48
# More words than this are a sentence: no report can be expected to have them all (Vietnamese writes each syllable as a
# word, so a long report has any common ones somewhere, and scattered they say nothing).
LONGEST_LIST = 10
# The field words, and the columns of the index that each looks at; those without are no text of a report.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "author": ("author",),
    "photo": ("captions", "credits"),  # photo:"Thạch Lâm"
    "section": ("section",),
    "portal": (),  # portal:bachhai, the key
    "license": (),  # license:"12/GP-STTTT", words of the footer that stood beside the report
}
# What stands before a colon and is no field word: http://..., mailto:...
_SCHEMES = frozenset({"http", "https", "ftp", "mailto", "tel", "www", "email"})
# What makes a question of a few words, as written, and as typed without diacritics where fewer are unmistakable
# ("nao" is also "não", "ai" stands in "Ai Cập").
_ASKING = re.compile(
    r"\b(?:gì|nào|mấy|những ai|bởi ai|là ai|ai (?:là|đã)"  # "Bạch Hải có những gì", "Ai là chủ tịch"
    r"|bao (?:nhiêu|lâu|giờ|xa)"  # "bao nhiêu xã đạt chuẩn"
    r"|(?:ở|từ|đến|tới|đi|là) đâu|(?:tại|vì|ra|làm) sao"  # "nộp hồ sơ ở đâu", "tại sao hoãn"
    r"|(?:phải|có|hay|được) không)\b"
)
_ASKING_FOLDED = re.compile(
    r"\b(?:gi|(?:the|khi|luc|nguoi|nam|noi) nao|la ai|ai (?:la|da)|bao (?:nhieu|lau|gio|xa)"
    r"|(?:o|tu|den|toi|di) dau|(?:tai|vi|ra|lam) sao|(?:phai|hay) khong)\b"
)
_WORDS = re.compile(r"[^\W_]+")
_QUOTES = '"“”„'
_TERMS = re.compile(
    rf"(?P<minus>(?<!\S)-)?(?:(?P<name>[^\W\d_]+):(?=[^\s/]))?(?P<exact>=)?"
    rf"(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]?|(?P<chunk>[^\s{_QUOTES}]+))"
)


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand together: one word, a "quoted phrase", or a chunk such as 13/2023/NĐ-CP.

    `quoted` is what stood in quotation marks; `prefix` (nông*) lets the last word go on; `exact` (=nông) wants the
    diacritics as in `typed`, which is a `spelling`; `name` is the field word before it.
    """

    words: tuple[str, ...]
    quoted: bool = False
    prefix: bool = False
    exact: bool = False
    name: str = ""
    typed: str = ""

    @property
    def written(self) -> list[str]:
        """The words with their diacritics, each a `spelling`."""
        return _WORDS.findall(self.typed)

    @property
    def is_text(self) -> bool:
        """Whether it looks for words in the text, and not for a portal or a license."""
        return not self.name or bool(FIELDS[self.name])


@dataclass(frozen=True)
class Query:
    """A query as understood: of each clause one term is wanted (a OR b), of `excluded` none.

    A `sentence` (a question, or many words in a row) is no list of required words. `notes` say what was not understood.
    One that is `wordless` asks for something, but for no word.
    """

    wanted: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    sentence: bool = False
    notes: tuple[Note, ...] = ()
    wordless: bool = False

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The wanted terms that look for words, in order."""
        return tuple(term for clause in self.wanted for term in clause if term.is_text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All wanted words in order, repetitions included."""
        return tuple(word for term in self.terms for word in term.words)

    @property
    def is_row(self) -> bool:
        """Whether words that stand together in this order are all that is wanted."""
        return all(len(clause) == 1 and not (clause[0].prefix or clause[0].name) for clause in self.wanted)

    @property
    def is_phrase(self) -> bool:
        """Whether it is one term of several words: a "quoted phrase", or 13/2023/NĐ-CP."""
        return self.is_row and len(self.wanted) == 1 and len(self.words) > 1

    @property
    def exact(self) -> tuple[Term, ...]:
        """The wanted terms whose diacritics matter; those of an OR are not among them."""
        return tuple(clause[0] for clause in self.wanted if len(clause) == 1 and clause[0].exact)


@dataclass(slots=True)
class _Reading:
    """A query while it is read."""

    wanted: list[tuple[Term, ...]] = field(default_factory=list)
    excluded: list[Term] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    left: int = MAX_WORDS
    joining: bool = False  # after an OR
    name: str = ""  # after a field word that a space follows

    def take(self, term: Term, *, minus: bool) -> None:
        words = term.words[: self.left]
        self.left -= len(words)
        if not words:
            return
        term = replace(term, words=words)
        if minus:
            self.excluded.append(term)
        elif self.joining and self.wanted:
            self.wanted[-1] += (term,)
        else:
            self.wanted.append((term,))
        self.joining = False


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text as the index has them."""
    return tuple(_WORDS.findall(fold(text)))


def parse(text: str, *, exact: bool = False) -> Query:
    """Terms of a query; what holds no letter and no digit says nothing, and is passed over beside words.

    With `exact` the diacritics of every word matter.
    """
    reading = _Reading()
    for match in _TERMS.finditer(text):
        if match["chunk"] in ("OR", "|") and match[0] == match["chunk"]:
            reading.joining = bool(reading.wanted)
            continue
        name = match["chunk"][:-1].lower() if match["chunk"] and match["chunk"].endswith(":") else ""
        if name in FIELDS:
            reading.name = name
            continue
        for term in _terms(match, reading, exact=exact):
            reading.take(term, minus=match["minus"] is not None)
    plain = not reading.excluded and all(_is_plain(clause) for clause in reading.wanted)
    different = {word for clause in reading.wanted for term in clause for word in term.words}
    sentence = plain and len(reading.wanted) > 1 and _is_sentence(text, len(different))
    wordless = bool(text.strip()) and not (reading.wanted or reading.excluded)
    notes = dict.fromkeys((*reading.notes, *([note("wordless")] if wordless else ())))
    return Query(tuple(reading.wanted), tuple(reading.excluded), sentence, tuple(notes), wordless)


def _terms(match: re.Match[str], reading: _Reading, *, exact: bool) -> Iterator[Term]:
    """The term of a match; two where what stands before the colon is a word like others."""
    quoted = match["phrase"] is not None
    said = match["phrase"] if quoted else match["chunk"]
    name, reading.name = (match["name"] or reading.name).lower(), ""
    if name and name not in FIELDS:
        reading.notes.extend(_unknown(match["name"]))
        yield Term(folded_words(name), exact=exact, typed=spelling(name))
        name = ""
    yield Term(
        folded_words(said),
        quoted=quoted,
        prefix=not quoted and said.endswith("*"),
        exact=exact or match["exact"] is not None,
        name=name,
        typed=spelling(said),
    )


def _unknown(name: str) -> Iterator[Note]:
    """A note about a field word that there is not; none where it is an address, or a word of a text before a colon."""
    near = difflib.get_close_matches(name.lower(), FIELDS, n=1, cutoff=0.7)
    if near:
        yield note("field_near", name=name, near=near[0])
    elif name.isascii() and name.islower() and name not in _SCHEMES:
        yield note("field", name=name, known=", ".join(f"{known}:" for known in FIELDS))


def _is_plain(clause: tuple[Term, ...]) -> bool:
    return len(clause) == 1 and not (clause[0].prefix or clause[0].quoted or clause[0].name)


def _is_sentence(text: str, length: int) -> bool:
    lowered = unicodedata.normalize("NFC", text).lower().strip()
    asking = _ASKING_FOLDED if lowered == fold(lowered) else _ASKING
    return length > LONGEST_LIST or lowered.endswith("?") or asking.search(lowered) is not None


def has_marks(terms: Iterable[Term]) -> bool:
    """Whether somebody took the trouble to type diacritics."""
    return any(term.typed != fold(term.typed) for term in terms)
