"""`portal-archiver reparse` as people and cron run it: its report, its exit codes, and what a kill leaves behind."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo_crawl import portal_at
from portal_archiver.demo import serve
from portal_archiver.parser import VERSION, parse_page
from portal_archiver.pipeline import crawl, reading
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli
from reread import check_index, older_parser, take_back, told


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the demo portal that an older parser has read; only to be copied."""
    path = tmp_path_factory.mktemp("old") / "archive.db"
    with pytest.MonkeyPatch.context() as patch, serve() as url, Archive(path) as archive:
        patch.setattr(reading, "parse_page", lambda *args, **options: older_parser(parse_page(*args, **options)))
        crawl(replace(portal_at(url), learn=False), archive)
    return path


@pytest.fixture
def folder(old: Path, tmp_path: Path) -> Path:
    copy(old, tmp_path / "archive.db")
    return tmp_path


def copy(archive: Path, to: Path) -> None:
    with Archive(archive) as one, closing(Archive(to)) as other:
        one.db.conn.backup(other.db.conn)


def in_json(folder: Path, *args: str, code: int = 0) -> Any:
    done = cli(folder, "reparse", "--json", *args)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_a_rereading_says_what_is_read_differently(folder: Path) -> None:
    dry = cli(folder, "reparse", "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "bachhai: reading its pages anew\n")
    assert f"pages would be read anew, nothing was written, by parser {VERSION}, in " in dry.stdout
    assert "\ntitle: 5" in dry.stdout
    shown = dry.stdout.partition("\ntitle: ")[2].splitlines()[1:10]
    assert len([line for line in shown if line.startswith("  #")]) == 3
    assert shown[1].removeprefix("    - ") == shown[2].removeprefix("    + ").upper()
    real = in_json(folder)
    (report,) = real["portals"]
    assert (real["exit_code"], report["parser"], report["dry_run"]) == (0, str(VERSION), False)
    assert report["fields"]["title"] > 40 and report["new"] > 5
    assert len(report["examples"]["title"]) == 3
    done = cli(folder, "reparse")
    assert done.stdout == f"bachhai: nothing to read anew: parser {VERSION} has read it all\n"


def test_only_one_portal_or_report_is_read_where_it_is_named(folder: Path) -> None:
    assert in_json(folder, "--article", "3", "--dry-run")["portals"][0]["articles"] == 1
    assert in_json(folder, "--portal", "bachhai", "--since", "2999", "--dry-run")["portals"][0]["captures"] == 0
    for args, message in (
        (("--article", "999"), "the archive has no article 999; `portal-archiver search` shows the ids"),
        (("--article", "3", "--portal", "xa"), '--portal: archive.db holds no portal "xa"'),
        (("--portal", "xa"), '--portal: archive.db holds no portal "xa": it has bachhai'),
        (("--archive", "none.db"), "no archive at ./none.db: run `portal-archiver crawl` or"),
        (("--since", "gần đây"), "--since: expected a day such as 2024-05-31"),
    ):
        done = cli(folder, "reparse", *args)
        assert done.returncode == 2 and message in done.stderr


def test_an_archive_of_an_older_version_is_brought_up_to_date(folder: Path) -> None:
    with Archive(folder / "archive.db") as archive:
        take_back(archive)
    assert cli(folder, "reparse", "--dry-run").returncode == 7  # which writes nothing
    (report,) = in_json(folder)["portals"]
    assert report["captures"] > 80 and report["new"] > 5
    assert in_json(folder)["portals"][0]["captures"] == 0


def test_the_selectors_of_the_configuration_are_followed(folder: Path) -> None:
    config = folder / "portals.toml"
    config.write_text('[portal.bachhai]\nstart = "https://bachhai.example/"\nselect.title = "title"\n', "utf-8")
    (report,) = in_json(folder, "--dry-run")["portals"]
    assert report["parser"].startswith(f"{VERSION}+")
    config.write_text('[portal.xa]\nstart = "https://xa.example/"\n', "utf-8")
    hint = "hint: portals.toml has no portal bachhai: its pages are read without settings\n"
    assert hint in cli(folder, "reparse", "--dry-run").stderr


def test_a_damaged_payload_ends_it_with_7_and_the_others_are_read(folder: Path) -> None:
    with Archive(folder / "archive.db") as archive:
        capture = archive.revisions(1)[0].capture_id
        archive.db.execute(
            "UPDATE bodies SET data = x'00' WHERE id = (SELECT body_id FROM captures WHERE id = ?)", [capture]
        )
    done = cli(folder, "reparse")
    assert done.returncode == 7
    assert f"\nerror: bachhai: capture {capture} (" in done.stderr and "is damaged" in done.stderr
    assert "  damaged" in done.stdout


def test_while_another_run_is_at_work_it_ends_with_6(folder: Path) -> None:
    with Archive(folder / "archive.db") as archive, archive.exclusive():
        done = cli(folder, "reparse")
        assert done.returncode == 6 and done.stderr.startswith("error: archive.db is in use by another run")
        assert cli(folder, "reparse", "--dry-run").returncode == 0


class Working:
    """The program rereading an archive, which a test may hold up between two reports."""

    def __init__(self, folder: Path) -> None:
        command = [*PROGRAM, "reparse", "--json"]
        self.process = subprocess.Popen(
            command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.path = folder / "archive.db"

    def signal_at(self, done: int, number: signal.Signals) -> tuple[int, str]:
        """Send a signal once so many captures are read; returns the exit code and what was printed."""
        until = time.monotonic() + 60
        with Archive(self.path) as archive:
            while self.process.poll() is None and time.monotonic() < until:
                with archive.transaction():  # it waits to write meanwhile
                    read = archive.db.execute("SELECT count(*) FROM captures WHERE parser = ?", [str(VERSION)])
                    if read.fetchone()[0] >= done:
                        self.process.send_signal(number)
                        if number == signal.SIGKILL:
                            self.process.wait()
                        break
                time.sleep(0.001)
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, out


@pytest.fixture
def working(folder: Path) -> Iterator[Working]:
    started = Working(folder)
    yield started
    with suppress(ProcessLookupError):
        started.process.kill()
    started.process.communicate()


@pytest.mark.parametrize("done", [1, 30])
def test_a_killed_rereading_ends_like_an_unkilled_one(folder: Path, old: Path, working: Working, done: int) -> None:
    copy(old, folder / "unkilled.db")
    code, out = working.signal_at(done, signal.SIGKILL)
    assert (code, out) == (-signal.SIGKILL, "")
    with Archive(folder / "archive.db") as archive:
        asked = "SELECT count(*) FROM captures WHERE parser <> ?"
        assert archive.db.execute(asked, [str(VERSION)]).fetchone()[0] > 20  # it was in the middle
        check_index(archive)
    (second,) = in_json(folder)["portals"]
    (whole,) = in_json(folder, "--archive", "unkilled.db")["portals"]
    assert 0 < second["captures"] < whole["captures"]
    with Archive(folder / "archive.db") as archive, Archive(folder / "unkilled.db") as unkilled:
        assert told(archive) == told(unkilled)
        check_index(archive)


def test_a_stopped_one_says_so_and_goes_on(folder: Path, working: Working) -> None:
    code, out = working.signal_at(10, signal.SIGTERM)
    assert code == 143
    assert json.loads(out)["portals"][0]["stopped"] == "signal"
    assert in_json(folder)["portals"][0]["captures"] > 20
