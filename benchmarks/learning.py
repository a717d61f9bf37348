"""What a portal's own pages teach: read alone beside read with the profile learned, field by field.

python -m benchmarks.learning [PORTAL ...]

Learns from all pages of each real portal (their labels unseen; with --apart from those without a label alone), then
scores the labelled ones with the scorer beside the data. Then the same portals in disguise, where nothing in the
markup says what it is: as on a portal that the parser was never tuned to. Then the fictional pages of tests/, each with
siblings made from it. PORTAL: a folder of data/pages, by default all that hold a whole portal.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from benchmarks.corpus import DATA
from portal_archiver.model import Capture, Portal
from portal_archiver.parser import parse_page
from portal_archiver.parser.learning import Lesson, Sample, compared, learn

TESTS = Path(__file__).parents[1] / "tests"
SIBLINGS = 12
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # a name with many digits would count as one of a build
Scores = dict[str, list[float]]


def main() -> None:
    """Prints a table for each portal, one for all of them, and one for the fictional templates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portals", nargs="*", metavar="PORTAL")
    parser.add_argument("--apart", action="store_true", help="learn from the pages without a label alone")
    arguments = parser.parse_args()
    if (DATA / "articles_dev.json").exists():
        for name, dressed in (("labelled pages", bytes), ("the same in disguise", _disguised)):
            _real(name, dressed, arguments.portals, apart=arguments.apart)
    else:
        print("Real portals: their data folder is not here (PORTAL_ARCHIVER_DATA names it)")
    _fictional()


def _disguised(html: bytes) -> bytes:
    """The page with other names for its classes and ids, the same on every page, and without headings and metadata."""
    tree = LexborHTMLParser(html)
    for node in tree.css("title, meta[name], meta[property]"):
        node.decompose()
    for node in tree.css("[class], [id]"):
        for attribute in ("class", "id"):
            if names := node.attributes.get(attribute):
                node.attrs[attribute] = " ".join(map(_renamed, names.split()))
    return re.sub(r"<(/?)h[1-6]\b", r"<\1div", tree.html or "").encode()


def _renamed(name: str) -> str:
    return "q" + f"{zlib.crc32(name.encode()):x}".translate(LETTERS)


def _real(title: str, dressed: Callable[[bytes], bytes], names: list[str], *, apart: bool) -> None:
    scorer = _scorer()
    rows = json.loads((DATA / "articles_dev.json").read_text("utf-8"))
    whole = names or [
        folder.name for folder in sorted((DATA / "pages").glob("portal_*")) if len(list(folder.iterdir())) > 1
    ]
    everything: tuple[Scores, Scores] = (defaultdict(list), defaultdict(list))
    for name in whole:
        labelled = [row for row in rows if row["file"].startswith(f"{name}/")]
        unseen = {scorer.address(row["file"]) for row in labelled} if apart else set()
        samples = [sample for sample in _samples(name, scorer, dressed) if sample.capture.url not in unseen]
        start = time.process_time()
        lesson = learn(samples)
        seconds = time.process_time() - start
        each = 200 * seconds / len(samples)
        print(f"{name}: learned from {len(samples)} pages in {seconds:.1f} CPU-s ({each:.1f} for 200)")
        _show_lesson(lesson, samples)
        for row in labelled:
            html, url = dressed(scorer.read(DATA / "pages" / row["file"])), scorer.address(row["file"])
            for scores, learned in zip(everything, ((), lesson.learned), strict=True):
                for field, value in scorer.score(row, _read(scorer, html, url, learned)).items():
                    scores[field].append(value)
    print(f"{title:24} alone  learned")
    for field, values in everything[0].items():
        taught = everything[1][field]
        print(f"  {field:22} {sum(values) / len(values):.3f}  {sum(taught) / len(taught):.3f}  of {len(values)}")


def _show_lesson(lesson: Lesson, samples: list[Sample]) -> None:
    for template in lesson.templates:
        print(f"  {template.kind}, {template.pages} pages: {dict(template.select)}")
    for doubt in lesson.doubts:
        print(f"  not sure: {doubt}")
    comparison = compared(samples, lesson.learned)
    print(f"  read differently, of all pages: {dict(comparison.counts)}; reports lost: {comparison.lost}")
    print(f"  time of a page, learned / alone: {_ratio(samples, lesson):.2f}")


def _ratio(samples: list[Sample], lesson: Lesson) -> float:
    """The CPU time to read all pages with the profile, as a multiple of that without; the best of three rounds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        for found, learned in zip(times, ((), lesson.learned), strict=True):
            start = time.process_time()
            for sample in samples:
                parse_page(
                    sample.capture.body, sample.capture.url, portal=Portal((sample.capture.url,), learned=learned)
                )
            found.append(time.process_time() - start)
    return min(times[1]) / min(times[0])


def _samples(name: str, scorer: Any, dressed: Callable[[bytes], bytes]) -> Iterator[Sample]:
    folder = DATA / "pages"
    for file in sorted((folder / name).rglob("*.html")):
        yield Sample(Capture(scorer.address(file.relative_to(folder).as_posix()), body=dressed(file.read_bytes())))


def _scorer() -> Any:
    path = DATA.parent / "tools" / "score_pages.py"
    spec = importlib.util.spec_from_file_location("score_pages", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is not here")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read(scorer: Any, html: bytes, url: str, learned: Iterable[Any]) -> dict[str, Any]:
    """What the scorer makes of our reading; it calls `parse_page` by name, so it is given one that knows the portal."""
    import portal_archiver

    portal = Portal((url,), learned=tuple(learned))
    plain: Callable[..., Any] = portal_archiver.parse_page
    portal_archiver.__dict__["parse_page"] = lambda page, address: plain(page, address, portal=portal)
    try:
        found: dict[str, Any] = scorer.ours(html, url)
    finally:
        portal_archiver.__dict__["parse_page"] = plain
    return found


def _fictional() -> None:
    """Every page of tests/ that shows a report, with siblings of other words: what is misread before and after."""
    sys.path.insert(0, str(TESTS))
    from siblings import PAGES, Template, siblings
    from test_cms_pages import LABELS, misses

    pages = learned = 0
    before: list[str] = []
    after: list[str] = []
    for label in LABELS:
        if label["kind"] not in ("article", "document"):
            continue
        html = (PAGES / label["file"]).read_bytes()
        if label["expected"]["title"] not in html.decode(errors="replace"):
            continue  # a headline in pieces: no other one can be put in its place
        lesson = learn(siblings(Template(label["file"]), SIBLINGS))
        portal = Portal((label["url"],), learned=lesson.learned)
        pages += 1
        learned += bool(lesson.learned)
        before += [f"{label['file']} {field}" for field in misses(parse_page(html, label["url"]), label)]
        after += [f"{label['file']} {field}" for field in misses(parse_page(html, label["url"], portal=portal), label)]
    print(f"fictional templates: {pages}, {learned} learned from {SIBLINGS} pages each made from one of them")
    print(f"  fields misread alone {len(before)}, learned {len(after)}")
    print(f"  mended: {', '.join(sorted(set(before) - set(after))) or 'none'}")
    print(f"  spoiled: {', '.join(sorted(set(after) - set(before))) or 'none'}")


if __name__ == "__main__":
    main()
