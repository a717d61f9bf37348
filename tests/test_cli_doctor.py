"""`portal-archiver doctor` as a person runs it: a line for each finding, an exit code, and nothing changed."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from program import ENVIRONMENT, cli, configure, pages

FRONT = '<h1>Cổng xã</h1><a href="/tin/1.html">Khánh thành cầu Bến Đăng</a>'


def levels(said: str) -> dict[str, str]:
    """The level of each finding by its name."""
    return {name: level for level, name in re.findall(r"^(ok|warning|problem) +([\w ]+): ", said, re.M)}


def test_before_the_first_crawl_all_is_well(tmp_path: Path) -> None:
    with pages({"/": (200, FRONT)}) as url:
        configure(tmp_path, xa=url)
        with (tmp_path / "portals.toml").open("a") as config:
            config.write('contact = "luu-tru@bachhai.example"\n')
        done = cli(tmp_path, "doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(levels(done.stdout).values()) == {"ok"}
    assert "archive: there is none at archive.db yet" in done.stdout
    assert re.search(r"^ok +portal xa: 200 in \d+\.\d s, read as .+; 1 link leads on$", done.stdout, re.M)
    assert done.stdout.endswith("\n\nAll is well.\n")
    assert [file.name for file in tmp_path.iterdir()] == ["portals.toml"]


def test_without_a_configuration_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = cli(tmp_path, "doctor")
    assert done.returncode == 2
    assert done.stdout.startswith(
        "problem  configuration: portals.toml: no such file; `portal-archiver init URL` writes"
    )
    assert levels(done.stdout)["disk"]  # the rest is looked at all the same
    assert done.stdout.endswith("\n1 problem.\n")


def test_a_portal_that_does_not_answer_is_named_and_the_others_are_asked(tmp_path: Path) -> None:
    with pages({"/": (200, FRONT)}) as url:
        configure(tmp_path, xa=url, im="http://127.0.0.1:9/")
        done, only = cli(tmp_path, "doctor", "--json"), cli(tmp_path, "doctor", "xa")
        unknown = cli(tmp_path, "doctor", "xaa")
    answer = json.loads(done.stdout)
    found = {check["name"]: check for check in answer["checks"]}
    assert done.returncode == answer["exit_code"] == 5
    assert (found["portal xa"]["level"], found["portal im"]["level"]) == ("ok", "problem")
    assert "the host refused the connection" in found["portal im"]["sentence"]
    assert found["portal im"]["remedy"] == "open `start` in a browser, and try again later"
    assert only.returncode == 0
    assert levels(only.stdout)["contact"] == "warning"
    assert only.stdout.endswith("\n1 warning.\n")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr == 'error: portals.toml: names no portal "xaa": did you mean "xa"?\n'


def test_a_damaged_archive_outranks_what_else_is_wrong(tmp_path: Path) -> None:
    configure(tmp_path, im="http://127.0.0.1:9/")
    (tmp_path / "archive.db").write_bytes(b"Not an SQLite file. " * 100)
    done = cli(tmp_path, "doctor")
    assert done.returncode == 7
    assert "\nproblem  archive: archive.db is not an SQLite file; " in done.stdout


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which another user may do everything; pytest's own are closed to all others."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


# The program as a user to whom rights matter, who may not be able to read its modules: they are loaded before.
SOMEBODY = """
import contextlib, io, os, sys
from portal_archiver.cli import run, running
with contextlib.redirect_stdout(io.StringIO()):
    run(["doctor"])
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
sys.exit(run(sys.argv[1:]))
"""


def as_somebody(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", SOMEBODY, *args]
    return subprocess.run(program, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)


def test_what_cannot_be_read_is_a_finding_and_the_rest_is_looked_at(open_folder: Path) -> None:
    configure(open_folder, im="http://127.0.0.1:9/")
    (open_folder / "archive.db").touch()
    (open_folder / "archive.db").chmod(0)
    archive, crawl = as_somebody(open_folder, "doctor", "--json"), as_somebody(open_folder, "crawl")
    answer = json.loads(archive.stdout)
    found = {check["name"]: check for check in answer["checks"]}
    assert archive.returncode == answer["exit_code"] == 7
    assert (found["archive"]["level"], found["archive"]["exit_code"]) == ("problem", 7)
    assert found["archive"]["sentence"] == "archive.db cannot be opened"
    assert [found[name]["level"] for name in ("configuration", "portal im")] == ["ok", "problem"]
    assert (crawl.returncode, crawl.stderr.startswith("error: archive.db cannot be opened; ")) == (7, True)
    (open_folder / "archive.db").unlink()
    (open_folder / "kin").mkdir(0)
    (open_folder / "portals.toml").chmod(0)
    for config in ("portals.toml", "kin/portals.toml"):
        done = as_somebody(open_folder, "doctor", "--config", config)
        assert done.returncode == 2
        assert done.stdout.startswith(f"problem  configuration: {config}: cannot be read: Permission denied; ")
        assert levels(done.stdout)["archive"] == levels(done.stdout)["clock"] == "ok"


def test_a_clock_that_went_back_is_noticed_by_the_newest_capture(tmp_path: Path) -> None:
    with pages({"/": (200, FRONT)}) as url:
        configure(tmp_path, xa=url)
        assert cli(tmp_path, "crawl").returncode == 0
        with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
            archive.execute("UPDATE captures SET fetched_at = '2999-01-01T00:00:00.000000+00:00'")
            archive.commit()
        done = cli(tmp_path, "doctor")
    assert done.returncode == 2
    assert "but the newest capture is of 2999-01-01 00:00:00" in done.stdout


def test_who_stops_reading_is_left_in_peace(tmp_path: Path) -> None:
    configure(tmp_path, im="http://127.0.0.1:9/")
    shell = f"{sys.executable} -m portal_archiver doctor | head -1"
    done = subprocess.run(
        ["sh", "-c", shell], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
