"""`portal-archiver cite` as people run it, and what the archive tells for it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from datetime import date
from pathlib import Path

import pytest

from evidence import WHEN, at, fill
from portal_archiver.citations import STYLES
from portal_archiver.errors import UnknownArticleError, UnknownRevisionError
from portal_archiver.model import Article, Capture, Dateline, License, Page, Photo
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli

OLD, NEW = "Cổng TTĐT tỉnh Bạch Hải", "Cổng thông tin điện tử tỉnh Bạch Hải"
LONG = "https://www.bachhai.example/" + "tin-rat-dai-" * 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Article 1: published as one portal, edited after it became another."""
    with Archive(tmp_path / "archive.db") as archive:
        for minutes, title, site in ((0, "Thông xe cầu", OLD), (5, "Thông xe cầu Bạch", NEW)):
            photos = (Photo("", "Cầu. Ảnh: THẠCH PÍCH", "THẠCH PÍCH"),)
            dateline = Dateline(date(2024, 6, 1), origin="listing")
            article = Article(title, "Cầu dài 412 mét." * 9, author="Võ Thanh Tú", published=dateline, photos=photos)
            capture = Capture(LONG, fetched_at=at(minutes), body=title.encode())
            archive.save(capture, Page(LONG, LONG, "article", article, License(attribution_source=site)))
    return tmp_path


def test_a_citation_is_one_line_and_the_photos_credit_another(folder: Path) -> None:
    done = cli(folder, "cite", "1", "--style", "mla")
    with Archive(folder / "archive.db", read_only=True) as archive:
        digest = archive.revisions(1)[-1].sha256
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"Võ Thanh Tú. “Thông xe cầu Bạch.” {NEW}, 1 June 2024, {LONG}. "
        f"Archived 2024-06-01 13:10:07 UTC, SHA-256 {digest}.",
        "",
        f"Ảnh: THẠCH PÍCH / {NEW}",
    ]


def test_an_older_version_is_cited_with_its_own_capture_and_footer(folder: Path) -> None:
    told = json.loads(cli(folder, "cite", "1", "--revision", "1", "--json").stdout)
    with Archive(folder / "archive.db", read_only=True) as archive:
        first = archive.revisions(1)[0]
        assert archive.citable(1).archived == archive.article(1)
    assert (told["revision"], told["sha256"], told["captured_at"]) == (1, first.sha256, WHEN.isoformat())
    assert (
        f"Thông xe cầu. {OLD}. Version 1 of 2, since changed; archived 2024-06-01 13:05:07 UTC, SHA-256 "
        in told["citation"]
    )
    assert first.sha256 in told["citation"] and told["revisions"] == 2
    assert told["credit"] == f"Ảnh: THẠCH PÍCH / {OLD}"
    assert "@misc{www-bachhai-example-1-v1," in cli(folder, "cite", "1", "--revision", "1", "--style", "bibtex").stdout


@pytest.mark.parametrize("form", ["bibtex", "biblatex", "ris", "csl-json"])
def test_a_format_for_programs_is_printed_alone(folder: Path, form: str) -> None:
    shown = cli(folder, "cite", "1", "--style", form).stdout
    assert shown.count("Ảnh: THẠCH PÍCH") == 1
    assert json.loads(cli(folder, "cite", "1", "--style", form, "--json").stdout)["citation"].split() == shown.split()


def test_a_citation_is_not_broken_into_lines_of_the_terminal(folder: Path) -> None:
    reader, writer = pty.openpty()
    env = ENVIRONMENT | {"COLUMNS": "40", "TERM": "xterm"}
    done = subprocess.run([*PROGRAM, "cite", "1"], cwd=folder, env=env, stdout=writer, timeout=60)
    os.close(writer)
    shown = os.read(reader, 10_000).decode()
    os.close(reader)
    assert done.returncode == 0
    assert next(line for line in shown.split("\r\n") if line).endswith(LONG)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["1", "--style", "bibtx"], f'did you mean "bibtex"? the choices are {", ".join(STYLES)}\n'),
        (["4711"], "the archive has no article 4711; `portal-archiver search` shows the ids\n"),
        (["1", "--revision", "3"], "article 1 has no revision 3: it has the revisions 1 to 2\n"),
    ],
)
def test_what_there_is_not_is_told(folder: Path, options: list[str], message: str) -> None:
    done = cli(folder, "cite", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(message)
    assert done.stderr.startswith("error: ")


def test_the_archive_tells_a_revision_with_the_capture_that_showed_it_first(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    with Archive(tmp_path / "archive.db", read_only=True) as archive:
        first, second = archive.revisions(1)
        latest, older = archive.citable(1), archive.citable(1, 1)
        assert (latest.captured_at, latest.sha256, latest.capture_id) == (at(5), second.sha256, second.capture_id)
        assert (older.captured_at, older.sha256, older.archived.article) == (WHEN, first.sha256, first.article)
        assert (older.archived.url, older.archived.revision, older.revisions) == (latest.archived.url, 1, 2)
        with pytest.raises(UnknownRevisionError, match="article 2 has no revision 2: it has one revision only"):
            archive.citable(2, 2)
        with pytest.raises(UnknownArticleError):
            archive.citable(4711)
