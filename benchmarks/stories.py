"""Stories against a list labelled by hand: which reports of different sources are one text, and what the archive links.

The list, stories.json, names documents by the first 16 digits of a SHA-256: of a page's bytes, or of a row of the news
sample as JSON. `same`: word for word, but for an introduction, a lead that one of them lacks, or abbreviations.
`revised`: one source, cut, extended or told in other words. `other`: all else, such as two reports of one event, or
one form filled in twice.

Listed are, of the 8,795 pairs of reports on different real portals, those that share 4 in 100 runs of four words, 18 in
100 pairs of words, a tenth of the shorter one's runs, or most of the headline; of the news sample those that share 35
in 100 runs. How far the figures carry:

- One reader, who saw the shares. The texts of 29 page pairs were compared; the other 25, all `other`, were judged by
  headlines and shares alone: one of the two has no text, or a dozen words. News was read as shortened word-by-word
  differences, and where `revised` ends and `other` begins is a matter of taste.
- Runs of four words are also what the archive verifies links by, and of news nothing else was listed: recall is of the
  listed pairs. A text retold so that few runs are left is on no list.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.corpus import DATA, real
from portal_archiver import Archive, Article, Capture, Page, parse_page
from portal_archiver.store import stories

LABELS = Path(__file__).with_suffix(".json")
NEWS = DATA / "search" / "news_sample.jsonl.gz"
PORTAL = "portal-"  # what the names of real portals begin with
AT = (0.3, 0.4, 0.5, stories.SIMILAR, 0.7)  # shares of runs from which on two texts might be linked
DIGITS = 16

Pairs = set[tuple[str, str]]
Document = tuple[str, str, Capture, Page]  # its name on the list, the portal, and what is saved


def main() -> None:
    """Prints precision and recall of the links, and what other bounds would give if no candidate were overlooked."""
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    for name, documents in {"pages": _pages(), "news": _news()}.items():
        pairs = {label: {_pair(*pair) for pair in labels[name][label]} for label in labels[name]}
        runs: dict[str, frozenset[int]] = {}
        links = _links(documents, runs)
        if not runs:
            print(f"Stories: no {name} in {DATA}")
            continue
        read = ", ".join(f"{len(found)} {label}" for label, found in pairs.items())
        print(f"Stories among {len(runs):,} {name}; pairs on the list: {read}")
        print(f"  {'':29} {'links':>6} {'precision':>10} {'recall of same':>15} {'of revised':>11}")
        _tell("as the archive links them", links, pairs)
        listed = set.union(*pairs.values())
        for bound in AT:
            shared = {(one, other) for one, other in listed if stories.share_of(runs[one], runs[other]) >= bound}
            _tell(f"listed pairs that share {bound:.1f}", shared, pairs)


def _tell(name: str, links: Pairs, pairs: dict[str, Pairs]) -> None:
    """A link that is not on the list counts as wrong."""
    right = len(links & (pairs["same"] | pairs["revised"]))
    found = ((len(links & pairs[label]), len(pairs[label])) for label in ("same", "revised"))
    recall = [f"{here / there:.3f}" if there else "-" for here, there in found]
    print(f"  {name:29} {len(links):6} {right / max(len(links), 1):10.3f} {recall[0]:>15} {recall[1]:>11}")


def _links(documents: Iterator[Document], runs: dict[str, frozenset[int]]) -> Pairs:
    """What the archive links, by the names on the list; `runs` is given those of every document."""
    names: dict[int, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "archive.db") as archive:
        with archive.transaction():
            for name, portal, capture, page in documents:
                saved = archive.save(capture, page, portal=portal)
                names.setdefault(saved.article_id or 0, set()).add(name)
                runs[name] = stories.runs_of(page.article.body if page.article else "")
        found = archive.db.execute("SELECT one, other FROM story_links").fetchall()
    listed = {name for pair in _listed() for name in pair}
    return {_pair(_known(names[one], listed), _known(names[other], listed)) for one, other in found}


def _pair(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)


def _listed() -> Iterator[list[str]]:
    for of_one in json.loads(LABELS.read_text(encoding="utf-8")).values():
        for pairs in of_one.values():
            yield from pairs


def _known(names: Iterable[str], listed: set[str]) -> str:
    """A report may be several pages; one of them is on the list."""
    return min(names, key=lambda name: (name not in listed, name))


def _pages() -> Iterator[Document]:
    for html, url in real():
        host = urlsplit(url).hostname or ""
        page = parse_page(html, url)
        if host.startswith(PORTAL) and page.article:
            yield hashlib.sha256(html).hexdigest()[:DIGITS], host, Capture(url, body=html), page


def _news() -> Iterator[Document]:
    """Who published what is not known: each is taken for one of a portal of its own."""
    if not NEWS.exists():
        return
    with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
        for n, row in enumerate(map(json.loads, lines)):
            text = json.dumps(row, ensure_ascii=False).encode()
            url = f"https://bao-{n}.example/"
            article = Article(row["title"], f"{row['lead']}\n\n{row['body']}")
            capture = Capture(url, body=text)
            yield hashlib.sha256(text).hexdigest()[:DIGITS], f"bao-{n}", capture, Page(url, url, "article", article)


if __name__ == "__main__":
    main()
