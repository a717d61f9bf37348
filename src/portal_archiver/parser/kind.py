"""What a page is: an article, a document, a listing, or something else that is not stored: a table of rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from portal_archiver.model import REPORT_KINDS, Kind, Portal
from portal_archiver.parser.body import Reading
from portal_archiver.parser.dates import without_date
from portal_archiver.parser.dom import HEADINGS, Block, Outline
from portal_archiver.parser.headline.choice import STRONG, Candidate
from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.meta_line import is_date_line
from portal_archiver.parser.pieces import Piece
from portal_archiver.parser.region import is_prose
from portal_archiver.parser.vocabulary import (
    DENIED_TITLES,
    DOCUMENT_LABEL,
    DOCUMENT_LABELS,
    LABELED_VALUE,
    NOTHING_HERE,
    QUESTION,
    READ_ON,
    SCHEDULE_TITLES,
    SERVICE_PAGES,
    SERVICE_TITLES,
    leads_to_page,
    names_file,
)
from portal_archiver.text import fold
from portal_archiver.urls import fits, path_of

ARTICLE_TEXT = 200  # characters of body from which a headline makes an article
SHORT_TEXT = 50  # a notice of one sentence
ERROR_TEXT = 500  # an error page says little else
SHORT_LISTING = 1000  # the leads of a section that has one or two reports
SURE = 7.0  # a headline with this score is one, however crowded the page
VOTES = re.compile(r"\(?[\d.,]+ (?:phieu|votes?|luot binh chon)\b")  # "(1.402 phiếu)"
TEASER_SHARE = 0.7  # of the text, with the date that may stand behind it
TEASER = 15  # characters: a link of this length is a headline of another page
FRONT_PAGE = re.compile(r"(?:index|default|home|trang-chu)(?:\.\w+)?")
MANY_PARTICULARS = 5
MANY_DATES = 5  # lines of a list
CARD, ITEM = 1500, 2000  # characters: the lead behind a headline of a list is shorter, and its whole text
FEW_TEASERS, MANY_TEASERS, FRONT_PAGE_TEASERS = 3, 10, 40


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules look at: lengths in characters, counts of headlines of other pages on the page and in its body.

    `particulars` counts labels of a document that have a value and stand there once, `cards` the other pages that both
    a headline and a "read on" lead to, `dated` the `pieces` of the body that say a date and no more, `questions` the
    letters of citizens.
    """

    url: str
    title: str
    score: float
    prose: int
    body: int
    table: str
    teasers: int
    inner_teasers: int
    inner_linked: int
    inner_prose: int
    particulars: int
    heads: int
    cards: int
    questions: int
    votes: int
    linked_headings: int
    opens_with_teaser: bool
    says_nothing: bool
    files: int
    pieces: int
    dated: int
    has_photos: bool

    @property
    def is_crowded(self) -> bool:
        """Headlines of very many other pages around little text."""
        return self.teasers >= FRONT_PAGE_TEASERS and self.body < ERROR_TEXT

    @property
    def mostly_links(self) -> bool:
        """Headlines of other pages, perhaps with their leads, and nothing else to speak of."""
        each_has_one = self.inner_teasers >= self.inner_prose  # cards: a headline, a lead, a headline, a lead
        return self.inner_teasers >= FEW_TEASERS and (each_has_one or 4 * self.inner_linked > self.body)

    @property
    def shows_a_document(self) -> bool:
        """A headline over the particulars of one document."""
        return bool(self.title) and (self.particulars > 2 or (self.particulars > 1 and self.files > 0))

    @property
    def lists_files(self) -> bool:
        """A numbered table with a file in each row."""
        return self.files >= max(FEW_TEASERS, self.table.count("\n")) and self.table.startswith(("stt |", "tt |"))

    @property
    def lists_dates(self) -> bool:
        """Lines with a date each, as headlines have that a script makes links of."""
        return self.dated >= MANY_DATES and 3 * self.dated > self.pieces

    @property
    def lists_documents(self) -> bool:
        """A table whose head names particulars side by side: one document a row."""
        head = self.table.partition("\n")[0]
        return len(set(DOCUMENT_LABELS.findall(head))) > 1 and not any(char.isdigit() for char in head)


# The first rule that holds decides. Each: when, the kind, why (for a person).
RULES: tuple[tuple[Callable[[Findings], object], Kind, str], ...] = (
    (lambda f: is_home(f.url), "listing", "it is the portal's front page"),
    (lambda f: SERVICE_PAGES.search(path_of(f.url).lower()), "other", "its address is that of a service"),
    (lambda f: DENIED_TITLES.match(fold(f.title)), "other", "its headline says that there is nothing to read"),
    (lambda f: f.heads > 1 and f.particulars < MANY_PARTICULARS, "listing", "the head of a table of documents"),
    (lambda f: f.shows_a_document, "document", "a document's particulars"),
    (lambda f: f.score < STRONG and f.teasers >= FEW_TEASERS, "listing", "no headline, and links to many pages"),
    (lambda f: f.score < STRONG, "other", "no headline"),
    (lambda f: f.prose < ERROR_TEXT and SERVICE_TITLES.match(fold(f.title)), "other", "its headline is a service's"),
    (lambda f: f.body < ERROR_TEXT and f.says_nothing, "other", "it says that there is nothing here"),
    (lambda f: f.votes > FEW_TEASERS, "other", "the results of a poll"),
    (lambda f: f.cards * CARD > f.body, "listing", "headlines with their leads, to be read elsewhere"),
    (lambda f: f.questions > 1, "listing", "questions and answers"),
    (
        lambda f: f.linked_headings > 1 and f.linked_headings * ITEM > f.body,
        "listing",
        "its headings lead to other pages",
    ),
    (lambda f: f.mostly_links, "listing", "what stands under its headline is links"),
    (lambda f: f.inner_teasers >= MANY_TEASERS, "listing", "headlines of many pages stand under its own"),
    (lambda f: f.opens_with_teaser and f.body < SHORT_LISTING, "listing", "it opens with another page's headline"),
    (lambda f: f.is_crowded and f.score < SURE, "listing", "many links, little text"),
    (lambda f: f.lists_dates, "listing", "a list of lines with a date each"),
    (lambda f: f.lists_documents, "listing", "a table of documents"),
    (lambda f: f.lists_files, "listing", "a table of files"),
    (lambda f: len(set(DOCUMENT_LABELS.findall(f.table))) > 1, "document", "a headline with a document's particulars"),
    (lambda f: f.table and SCHEDULE_TITLES.match(fold(f.title)), "document", "a schedule"),
    (lambda f: f.table and f.body - len(f.table) < ARTICLE_TEXT, "document", "a headline with a table"),
    (lambda f: f.body >= ARTICLE_TEXT, "article", "a headline with a report under it"),
    (lambda f: f.files, "document", "a headline with attached files"),
    (lambda f: f.has_photos or f.body >= SHORT_TEXT, "article", "a headline with a short text or a picture"),
    (lambda f: f.teasers >= FEW_TEASERS, "listing", "links to many pages, and no text"),
    (lambda f: True, "other", "a headline with nothing under it"),
)


def decide_kind(findings: Findings) -> tuple[Kind, str]:
    """The kind of a page, and a phrase that says why."""
    return next((kind, why) for holds, kind, why in RULES if holds(findings))


def by_patterns(portal: Portal | None, url: str, kind: Kind, why: str, *, readable: bool) -> tuple[Kind, str]:
    """What the portal's own `listings` and `articles` patterns say of a page's address comes before any guess."""
    if portal and fits(portal.listings, url):
        return "listing", "its address fits the portal's `listings`"
    if portal and fits(portal.articles, url):
        return (kind if kind == "document" or not readable else "article"), "its address fits the portal's `articles`"
    if portal and portal.articles and kind in REPORT_KINDS:
        return "other", "its address fits none of the portal's `articles`"
    return kind, why


def find(
    outline: Outline, title: Candidate | None, reading: Reading | None, url: str, *, files: int, photos: bool
) -> Findings:
    """Gathers what the rules look at."""
    pieces = reading.pieces if reading else []
    inside = outline.blocks[title.region.start : title.region.end] if title else []
    inner = [block for block in inside if is_teaser(block)]
    first = next((block for block in inside if block.text), None)
    text = " ".join(piece.text for piece in pieces)
    return Findings(
        url=url,
        title=title.text if title else "",
        score=title.score if title else 0.0,
        prose=title.region.prose if title else 0,
        body=len(text),
        inner_prose=sum(map(is_prose, inside)),
        table=fold("\n".join(piece.text for piece in pieces if piece.role == "table")),
        teasers=sum(map(is_teaser, outline.blocks)),
        inner_teasers=len(inner),
        inner_linked=sum(block.linked for block in inner),
        particulars=count_particulars(outline, inside),
        heads=count_heads(inside),
        cards=count_cards(outline.blocks[title.block : title.region.end + 1] if title else []),
        questions=count_questions(inside),
        votes=sum(VOTES.match(block.folded) is not None for block in inside),
        linked_headings=sum(outline.tag(block) in HEADINGS for block in inner),
        opens_with_teaser=first is not None and is_teaser(first),
        says_nothing=bool(NOTHING_HERE.search(fold(f"{title.text if title else ''} {text[:ERROR_TEXT]}"))),
        files=files,
        pieces=len(pieces),
        dated=count_dated(pieces),
        has_photos=photos,
    )


def count_particulars(outline: Outline, blocks: Iterable[Block]) -> int:
    """The labels of a document that have a value beside them; a list repeats each of them with every item."""
    texts = [block.folded for block in blocks if block.text and not is_column_head(outline, block)]
    labels = Counter(
        match[0].strip(" :")
        for text, value in pairwise([*texts, ""])
        if (match := DOCUMENT_LABEL.match(text)) and value and not DOCUMENT_LABEL.match(value)
    )
    inline = Counter(match["label"] for text in texts if (match := LABELED_VALUE.match(text)))
    return sum(times == 1 for times in (labels + inline).values())


def is_column_head(outline: Outline, block: Block) -> bool:
    """Whether a block stands in a row of nothing but `th`."""
    if outline.tag(block) != "th":
        return False
    row = outline.elements[outline.elements[block.owner].parent]
    return row.end - row.start > 1 and all(outline.tag(b) == "th" for b in outline.blocks[row.start : row.end])


def count_dated(pieces: Iterable[Piece]) -> int:
    """The pieces that say a date and no more; 0 with a sentence among them, as a chronicle has."""
    texts = [piece.text for piece in pieces if piece.role != "table"]
    return 0 if any(text[-1:] in ".!?…”" for text in texts) else sum(map(is_date_line, texts))


def count_heads(blocks: Iterable[Block]) -> int:
    """How often one label of a document stands right behind another, as they do in the head of a table."""
    labels = [bool(DOCUMENT_LABEL.match(block.folded)) for block in blocks if block.text]
    return sum(label and following for label, following in pairwise(labels))


def count_questions(blocks: Iterable[Block]) -> int:
    """The letters of citizens: how often the commonest of the labels stands there that such a letter has."""
    found = Counter(match["label"] for block in blocks if (match := QUESTION.match(block.folded)))
    return max(found.values(), default=0)


def count_cards(blocks: Iterable[Block]) -> int:
    """The addresses that both a headline and a "read on" behind its lead point at."""
    anchors = [anchor for block in blocks for anchor in block.anchors if leads_to_page(anchor.href)]
    further = [anchor for anchor in anchors if READ_ON.match(fold(anchor.text))]
    headlines = {_page(anchor.href) for anchor in anchors if len(anchor.text) >= TEASER and anchor not in further}
    return len(headlines & {_page(anchor.href) for anchor in further})


def _page(href: str) -> str:
    """An address without its query where its path has a slug, which names the page by itself."""
    path = href.partition("?")[0]
    return path if path.rstrip("/").rpartition("/")[2].count("-") > 2 else href


def is_teaser(block: Block) -> bool:
    """The headline of another page: a block that is a link, but for the date behind it."""
    if (
        not block.anchors
        or block.linked < TEASER_SHARE * TEASER
        or not leads_to_page(block.anchors[0].href)
        or names_file(block.anchors[0].text)
        or is_date_line(headline_text(block.text))
    ):
        return False
    text, linked = headline_text(block.text), len(block.anchors[0].text)
    if linked <= TEASER_SHARE * len(text):
        text = without_date(text)
    return len(text) >= TEASER and linked > TEASER_SHARE * len(text)


def is_home(url: str) -> bool:
    """A host's root, or the index file in it."""
    path = path_of(url).strip("/").lower()
    return "?" not in url and (not path or bool(FRONT_PAGE.fullmatch(path)))
