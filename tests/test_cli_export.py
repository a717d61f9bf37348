"""`portal-archiver export` as people run it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from portal_archiver.store import Archive
from program import cli


def test_an_archive_becomes_a_file_and_a_summary_of_it(demo_folder: Path, tmp_path: Path) -> None:
    source = str(demo_folder / "archive.db")
    with Archive(source, read_only=True) as archive:
        (captures,) = archive.db.execute("SELECT count(*) FROM captures").fetchone()
    for form, name in (("warc", "a.warc.gz"), ("wacz", "a.wacz")):
        done = cli(tmp_path, "export", form, name, "--archive", source, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        answer = json.loads(done.stdout)
        assert answer["written"]["captures"] == captures
        assert answer["written"]["bytes"] == (tmp_path / name).stat().st_size
    again = cli(tmp_path, "export", "warc", "a.warc.gz", "--archive", source)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == "error: a.warc.gz exists already: give another name, or replace it with --overwrite\n"
    replaced = cli(tmp_path, "export", "warc", "a.warc.gz", "--archive", source, "--overwrite")
    assert replaced.stdout.startswith(f"a.warc.gz: {captures} captures, ")


def test_what_a_search_finds_is_what_is_written(demo_folder: Path, tmp_path: Path) -> None:
    source = str(demo_folder / "archive.db")
    found = json.loads(cli(tmp_path, "search", "nong thon moi", "--archive", source, "--limit", "99", "--json").stdout)
    done = cli(tmp_path, "export", "wacz", "a.wacz", "--archive", source, "--search", "nong thon moi", "--json")
    with zipfile.ZipFile(tmp_path / "a.wacz") as container:
        pages = [json.loads(line) for line in container.read("pages/pages.jsonl").decode().splitlines()[1:]]
    assert {page["title"] for page in pages} == {hit["title"] for hit in found["hits"]}
    assert json.loads(done.stdout)["written"]["captures"] == len(pages)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "bibtex", "ris"])
def test_reports_become_a_file_and_a_summary_of_it(demo_folder: Path, tmp_path: Path, form: str) -> None:
    source = str(demo_folder / "archive.db")
    done = cli(tmp_path, "export", form, "a", "--archive", source, "--article", "1", "--article", "2", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["written"] == {"reports": 2, "bytes": (tmp_path / "a").stat().st_size}
    again = cli(tmp_path, "export", form, "a", "--archive", source)
    assert again.stderr == "error: a exists already: give another name, or replace it with --overwrite\n"
    replaced = cli(tmp_path, "export", form, "a", "--archive", source, "--article", "1", "--overwrite")
    assert replaced.stdout.startswith("a: 1 report; ")


def test_the_reports_of_a_search_are_its_hits(demo_folder: Path, tmp_path: Path) -> None:
    source = str(demo_folder / "archive.db")
    found = json.loads(cli(tmp_path, "search", "nong thon moi", "--archive", source, "--limit", "99", "--json").stdout)
    cli(tmp_path, "export", "jsonl", "a.jsonl", "--archive", source, "--search", "nong thon moi")
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {hit["article_id"] for hit in found["hits"]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--portal", "xa"], '--portal: {archive} holds no portal "xa": it has bachhai'),
        (["--article", "4711"], "the archive has no article 4711; `portal-archiver search` shows the ids"),
        (
            ["--search", "nong xyzzy"],
            "--search: no report has all the words of 'nong xyzzy': `search` shows which have some",
        ),
    ],
)
def test_what_the_archive_does_not_hold_is_told_and_no_file_is_made(
    demo_folder: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    source = str(demo_folder / "archive.db")
    done = cli(tmp_path, "export", "warc", "a.warc", "--archive", source, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {message.format(archive=source)}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_none_is_wrong_use(demo_folder: Path, tmp_path: Path) -> None:
    done = cli(tmp_path, "export", "zip", "a.zip", "--archive", str(demo_folder / "archive.db"))
    assert done.returncode == 2
    assert "'warc', 'wacz'" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("form", "name"), [("warc", "a.warc.gz"), ("wacz", "a.wacz")])
def test_a_full_disk_ends_with_7_and_leaves_no_half_file(
    demo_folder: Path, tmp_path: Path, form: str, name: str
) -> None:
    (tmp_path / f"{name}.part").symlink_to("/dev/full")
    done = cli(tmp_path, "export", form, name, "--archive", str(demo_folder / "archive.db"))
    assert done.returncode == 7
    assert done.stderr == f"error: {name} cannot be written, the disk is full: free some space, and run again\n"
    assert list(tmp_path.iterdir()) == []
