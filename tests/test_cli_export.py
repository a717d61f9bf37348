"""`portal-archiver export` as people run it."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli


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


def piped(folder: Path, archive: Path, form: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    """An export to a pipe, in bytes."""
    program = [*PROGRAM, "export", form, "-", "--archive", str(archive), *args]
    return subprocess.run(program, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=60)


@pytest.mark.parametrize("form", ["warc", "wacz", "csv", "jsonl", "parquet", "bibtex", "ris"])
def test_a_hyphen_means_standard_output(demo_folder: Path, tmp_path: Path, form: str) -> None:
    source = demo_folder / "archive.db"
    cli(tmp_path, "export", form, "a", "--archive", str(source))
    done = piped(tmp_path, source, form)
    assert (done.returncode, [file.name for file in tmp_path.iterdir()]) == (0, ["a"])
    if form == "wacz":  # what cannot be sought in has its sizes behind each member
        with zipfile.ZipFile(io.BytesIO(done.stdout)) as piped_to, zipfile.ZipFile(tmp_path / "a") as filed:
            assert piped_to.read("archive/data.warc.gz") == filed.read("archive/data.warc.gz")
    else:
        assert done.stdout == (tmp_path / "a").read_bytes()
    assert re.fullmatch(rb"\d+ (reports|captures, .*); [\d.]+ [kM]B\n", done.stderr)


def test_nothing_goes_to_standard_output_but_the_export(demo_folder: Path, tmp_path: Path) -> None:
    source = demo_folder / "archive.db"
    both = piped(tmp_path, source, "csv", "--json")
    assert both.returncode == 2 and b"--json has nowhere to go" in both.stderr
    with Archive(tmp_path / "empty.db"):
        none = piped(tmp_path, tmp_path / "empty.db", "csv")
    assert (none.returncode, none.stdout) == (2, b"")
    assert none.stderr == f"error: {tmp_path / 'empty.db'} holds no such report: nothing to export\n".encode()


@pytest.mark.parametrize("form", ["warc", "csv"])
def test_who_has_read_enough_of_an_export_is_left_in_peace(demo_folder: Path, form: str) -> None:
    program = [*PROGRAM, "export", form, "/dev/stdout"]
    with subprocess.Popen(
        program, cwd=demo_folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as export:
        assert export.stdout and export.stderr
        export.stdout.close()
        assert (export.stderr.read(), export.wait(60)) == (b"", 0)


def test_what_is_no_text_is_not_thrown_at_a_terminal(demo_folder: Path) -> None:
    for form, code in (("wacz", 2), ("warc", 2), ("parquet", 2), ("ris", 0)):
        ours, theirs = pty.openpty()
        program = [*PROGRAM, "export", form, "-", "--article", "1"]
        done = subprocess.run(program, cwd=demo_folder, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60)
        os.close(theirs)
        os.close(ours)
        assert done.returncode == code
        assert code == 0 or done.stderr == (
            f"error: {form} is no text that a terminal can show: give a FILE, or send it on with > or |\n"
        )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_standard_output_is_told(demo_folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "export", "csv", "-"], cwd=demo_folder, stdout=full, stderr=subprocess.PIPE, text=True
        )
    said = "error: the output could not be written: no space left on device: send it to where there is room\n"
    assert (done.returncode, done.stderr) == (2, said)


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
