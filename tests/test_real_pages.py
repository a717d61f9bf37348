"""Floors on labelled real pages, scored by the tools beside them; skipped where that data is not present."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal_archiver.model import License
from portal_archiver.parser import parse_page
from real_data import DATA, TOOLS, needs

ROOT = Path(__file__).resolve().parents[1]
CORE = (
    "kind", "title", "published", "author", "photo_credits", "captions", "body_recall", "body_clean", "body_start",
    "body_end",
)  # fmt: skip
# The names of the labels where they differ from License's.
LICENSE_NAMES = {"licence_number": "number", "licence_issuer": "issuer", "licence_issued_on": "issued_on"}

pytestmark = needs(TOOLS / "score_pages.py", DATA / "articles_dev.json")


def scores(tool: str, *options: str) -> dict[str, Any]:
    """What a scorer says of this checkout's parser; its exit code is 1 when the parser raised on a page."""
    done = subprocess.run(
        [sys.executable, TOOLS / tool, *options, "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_real_pages_are_read_at_least_this_well() -> None:
    found = scores("score_pages.py")
    assert found["errors"] == 0
    assert {name: found[name] for name in CORE if found[name] < 0.97} == {}
    assert found["mean"] >= 0.99


def test_real_footers_are_read_at_least_this_well() -> None:
    found = scores("score_footers.py")
    assert found["mean_present"] >= 0.97
    assert found["mean_all"] >= 0.97


def test_the_first_page_is_read_perfectly() -> None:
    assert scores("score_pages.py", "--seed")["mean"] == 1.0


def test_the_first_page_is_read_to_the_letter_without_a_profile() -> None:
    (label,) = [json.loads(path.read_text("utf-8")) for path in (DATA / "seed").glob("*.json")]
    (html,) = [path.read_bytes() for path in (DATA / "seed").glob("*.html")]
    found, wanted = parse_page(html, label["url"]), label["expected"]
    report = found.article
    assert report is not None
    assert (found.kind, report.title, report.author) == (wanted["kind"], wanted["title"], wanted["author"])
    assert report.published is not None
    assert (str(report.published.value), report.published.origin) == (wanted["published"], wanted["published_origin"])
    assert len(report.body.split("\n\n")) == wanted["body_paragraphs"]
    assert report.body.startswith(wanted["body_start"])
    assert report.body.endswith(wanted["body_end"])
    assert [text for text in wanted["body_must_not"] if text in report.body] == []
    assert [photo.caption for photo in report.photos] == wanted["captions"]
    assert [photo.credit for photo in report.photos] == wanted["photo_credits"]
    assert found.license is not None
    assert said(found.license, wanted["license"]) == wanted["license"]


def said(license_: License, labels: dict[str, Any]) -> dict[str, Any]:
    """A license under the names and in the types of its labels."""
    values = {label: getattr(license_, LICENSE_NAMES.get(label, label)) for label in labels}
    return {
        label: list(value) if isinstance(value, tuple) else value.isoformat() if label == "licence_issued_on" else value
        for label, value in values.items()
    }
