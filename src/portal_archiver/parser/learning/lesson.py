"""`learn`: from the pages of a portal to its profile. Each is read alone, then they are held against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from portal_archiver.parser.headline.view import headline_text
from portal_archiver.parser.learning.constancy import Constancy, variety
from portal_archiver.parser.learning.fields import (
    choose_body,
    choose_title,
    choose_value,
)
from portal_archiver.parser.learning.places import choose_captions, choose_omitted
from portal_archiver.parser.learning.profile import FEW, Lesson, Template
from portal_archiver.parser.learning.remembering import recalled
from portal_archiver.parser.learning.shapes import grouped
from portal_archiver.parser.learning.specimen import Mark, Sample, Specimen, specimen_of
from portal_archiver.parser.learning.trials import Trial, proposed, text_of, try_bodies, try_values
from portal_archiver.parser.metadata import charset_of
from portal_archiver.parser.outline import parse
from portal_archiver.parser.values import is_title, squashed
from portal_archiver.text import decode

LEAST = 3  # pages: with fewer nothing is learned
VALUES = ("published", "author", "section")
MOST_TEMPLATES = 6
SAME = 0.5  # share of different headlines below which pages are much alike

Show = Callable[[int, int], None]


def learn(samples: Iterable[Sample], show: Show | None = None) -> Lesson:
    """The profile that the pages of one portal teach; whatever they hold, it ends, and the same pages teach the same.

    Of several captures of one page the last one counts; the others tell what moves by itself: clocks, counters.
    Where the archive knows what a page showed before, it is found again there, however the parser reads the page now.
    `show` is told how many pages are read, and of how many. About 25 ms a page.
    """
    newest, older = _by_page(samples)
    specimens: list[Specimen] = []
    for sample in newest:
        specimens.append(recalled(sample))
        if show:
            show(len(specimens), len(newest))
    return _Class(newest, specimens, older).lesson()


def _by_page(samples: Iterable[Sample]) -> tuple[list[Sample], dict[str, list[Sample]]]:
    """The last capture of each page, in the order of their URLs, and those before it."""
    pages: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        pages[sample.capture.final_url].append(sample)
    newest: list[Sample] = []
    older: dict[str, list[Sample]] = {}
    for url in sorted(pages):
        *before, last = sorted(pages[url], key=lambda sample: (sample.capture.fetched_at, sample.capture.sha256))
        newest.append(last)
        older[url] = before
    return newest, older


class _Class:
    """The pages of a portal, read alone, and what is asked of all of them together."""

    def __init__(
        self, samples: Sequence[Sample], specimens: Sequence[Specimen], older: Mapping[str, Sequence[Sample]]
    ) -> None:
        self.samples, self.specimens, self.older = samples, specimens, older
        self.lines = Constancy(one.lines for one in specimens)

    def lesson(self) -> Lesson:
        kinds = [one.kind for one in self.specimens]
        groups = grouped([one.shape for one in self.specimens], kinds, [one.url for one in self.specimens])
        templates: list[Template] = []
        left: set[int] = set()
        for group in groups:
            left |= self._learn_from(self._reports(group.pages), templates, FEW)
        self._learn_from(left - self._fitting(left, templates).keys(), templates, LEAST)
        fits = self._fitting(self._reports(range(len(self.specimens))), templates[:MOST_TEMPLATES])
        counts = Counter(fits.values())
        templates = [
            replace(template, pages=counts[number]) for number, template in enumerate(templates[:MOST_TEMPLATES])
        ]
        templates = [template for template in templates if template.pages]
        return Lesson(
            pages=len(self.specimens),
            kinds=dict(Counter(kinds)),
            groups=tuple((group.kind, len(group.pages)) for group in groups),
            templates=tuple(templates),
            doubts=tuple(self._doubts(templates)),
        )

    def _reports(self, pages: Iterable[int]) -> set[int]:
        return {page for page in pages if self.specimens[page].is_report}

    def _learn_from(self, pages: set[int], templates: list[Template], least: int) -> set[int]:
        """Adds the templates that these pages teach, one after the other; the pages that fit none."""
        while len(pages) >= least:
            template, fitting = self._template(pages)
            if template is None or not fitting:
                break
            templates.append(template)
            pages = pages - fitting
        return pages

    def _fitting(self, pages: Iterable[int], templates: Sequence[Template]) -> dict[int, int]:
        """For each page that one of the templates fits, which one does first."""
        found: dict[int, int] = {}
        for page in pages:
            tree = _tree(self.samples[page])
            for number, template in enumerate(templates):
                title = tree.css_first(template.select["title"])
                if title and is_title(text_of(title)) and tree.css_first(template.select["body"]):
                    found.setdefault(page, number)
        return found

    def _template(self, pages: set[int]) -> tuple[Template | None, set[int]]:
        chosen = {page: self.specimens[page] for page in sorted(pages)}
        trials = self._trials(chosen, ("title",))
        title = choose_title(trials["title"], chosen, self._moving(chosen, trials["title"]))
        if title is None:
            return None, set()
        headline = next(trial for trial in trials["title"] if trial.selector == title.selector)
        # Where the parser took something else for the headline everywhere, what it read below is all there is.
        trusted = headline.agreed if len(headline.agreed) >= LEAST else headline.passed
        body = choose_body(trials["body"], chosen, trusted)
        if body is None:
            return None, set()
        container = next(trial for trial in trials["body"] if trial.selector == body.selector)
        fitting = headline.passed & container.matched
        if len(fitting) < LEAST:
            return None, set()
        inside = self._read_so(fitting, headline.agreed, {"title": title.selector, "body": body.selector})
        trials = self._trials(inside, VALUES)
        values = [choose_value(field, trials[field], inside, self._moving(inside, trials[field])) for field in VALUES]
        rest = [choose_captions(inside), choose_omitted(inside, self.lines, self._headlines(title.selector))]
        choices = tuple(choice for choice in (title, body, *values, *rest) if choice)
        kind = Counter(one.kind for one in inside.values()).most_common(1)[0][0]
        return Template(kind, len(inside), choices), fitting

    def _read_so(self, pages: set[int], rightly: set[int], select: Mapping[str, str]) -> dict[int, Specimen]:
        """The pages of a template; those that the parser alone read under another headline are read with this one."""
        return {
            page: self.specimens[page]
            if page in rightly or self.samples[page].known
            else specimen_of(self.samples[page], select)
            for page in sorted(pages)
        }

    def _headlines(self, selector: str) -> dict[int, str]:
        """What a learned place of headlines holds on every page, also on those that are no reports to the parser."""
        found: dict[int, str] = {}
        for page, sample in enumerate(self.samples):
            node = _tree(sample).css_first(selector)
            if node and is_title(text := headline_text(text_of(node))):
                found[page] = text
        return found

    def _trials(self, chosen: Mapping[int, Specimen], fields: Sequence[str]) -> dict[str, list[Trial]]:
        """Every selector of these fields that is worth it, tried on every page; with the title, those of bodies."""
        trials = {
            field: [Trial(*each) for each in proposed(one.marks.get(field, ()) for one in chosen.values())]
            for field in fields
        }
        bodies: list[Trial] = []
        if "title" in fields:
            around = ([Mark("", selectors) for selectors in one.bodies] for one in chosen.values())
            bodies = [Trial(*each) for each in proposed(around)]
        for page, specimen in chosen.items():
            tree = _tree(self.samples[page])
            for field in fields:
                try_values(trials[field], field, page, specimen, tree)
            try_bodies(bodies, page, specimen, tree, self.lines)
        return trials | {"body": bodies}

    def _moving(self, chosen: Mapping[int, Specimen], trials: Sequence[Trial]) -> set[str]:
        """The selectors that find something else in most of the pages that were captured twice: a clock, a counter, the
        address of whoever asks. One page alone may have been edited."""
        asked: Counter[str] = Counter()
        changed: Counter[str] = Counter()
        for page in chosen:
            for sample in self.older.get(self.specimens[page].url, ()):
                before, now = _tree(sample), _tree(self.samples[page])
                for trial in trials:
                    then, today = before.css_first(trial.selector), now.css_first(trial.selector)
                    if then and today:
                        asked[trial.selector] += 1
                        changed[trial.selector] += squashed(text_of(then)) != squashed(text_of(today))
        return {selector for selector in asked if changed[selector] > max(1, asked[selector] / 2)}

    def _doubts(self, templates: Sequence[Template]) -> Iterator[str]:
        """What whoever reads the profile should know."""
        reports = self._reports(range(len(self.specimens)))
        if len(reports) < FEW:
            yield f"only {len(reports)} of {len(self.specimens)} pages are reports: from {FEW} on a profile is sure"
        elif not templates:
            yield f"no headline and container is common to the {len(reports)} reports: nothing is learned"
        for number, template in enumerate(templates, 1):
            if template.pages < FEW:
                yield f"template {number} rests on {template.pages} pages: from {FEW} on it is sure"
        if len(templates) > 1:
            yield f"the portal has {len(templates)} templates: for each page the first that fits decides"
        titles = [title for each in templates for title in self._headlines(each.select["title"]).values()]
        titles = titles or [one.article.title for one in self.specimens if one.is_report and one.article]
        if len(titles) >= FEW and variety(titles) < SAME:
            share = f"{variety(titles):.0%} of the headlines differ"
            yield f"{share}: pages so much alike hide what is frame and what is text"
        left = len(reports) - sum(template.pages for template in templates)
        if templates and left > 0:
            yield f"{left} of {len(reports)} reports fit no template: they are read as before"


def _tree(sample: Sample) -> LexborHTMLParser:
    capture = sample.capture
    return parse(decode(capture.body, charset_of(capture.headers)))
