"""kill -9 at any moment: nothing lost, nothing twice, and the next run ends as one does that was never killed."""

from __future__ import annotations

import itertools
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from demo_crawl import Log, port_of
from kill_checks import Held, fetched, held, laid_bare, older, state_of
from kill_driver import EDITS, LOG, MOMENTS, Driver
from kill_nights import IN_FLIGHT, Nights, Program, World, few
from portal_archiver.demo import serve
from portal_archiver.demo import server as demo_server
from portal_archiver.demo.content import load
from portal_archiver.demo.pages import STILL
from portal_archiver.store import Archive, schema
from program import PROGRAM, cli, configure, pages

KILLED = -signal.SIGKILL


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("uncut")
    log = Log()
    with pytest.MonkeyPatch.context() as patch, Driver() as driver:
        patch.setattr(demo_server._Handler, "log_request", lambda self, code="-", size="-": log.note(self, code, size))
        patch.setattr(demo_server._Server, "handle_error", lambda *_: None)  # the killed leave connections behind
        # Clock and visitor counter stand still, so that two archives can be compared to the letter.
        patch.setattr(demo_server._Server, "view", lambda server: replace(STILL, base=server.base))
        patch.setattr(demo_server, "load", lambda **named: few(load(**named)))
        with serve() as url:
            configure(folder, bachhai=url)
            driver.run(folder)  # the first run of a process loads what it needs
            (folder / "archive.db").unlink()
            log.asked.clear()
            began = time.monotonic()
            assert driver.run(folder) == 0, (folder / LOG).read_text()
            seconds = time.monotonic() - began
            state_of(folder / "archive.db", folder)
            yield World(url, log, driver, held(folder / "archive.db"), fetched(log.asked), seconds)


@dataclass(frozen=True, slots=True)
class Edited:
    """An archive of the night before a report was corrected, and what it holds after one undisturbed night more."""

    before: Path
    uncut: Held


@pytest.fixture(scope="module")
def edited(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    before, after = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("after")
    with serve() as url:
        configure(before, bachhai=url)
        assert world.driver.run(before) == 0
    shutil.copytree(before, after, dirs_exist_ok=True)
    with serve(port_of(url), edited=True):
        assert world.driver.run(after, options=("--recheck",)) == 0
        yield Edited(before, held(after / "archive.db"))


@pytest.fixture
def nights(world: World, tmp_path: Path) -> Nights:
    configure(tmp_path, bachhai=world.url)
    return Nights(world, tmp_path)


# --- at moments with a name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_this_moment_a_run_ends_like_an_unkilled_one(nights: Nights, moment: str) -> None:
    for nth in MOMENTS[moment].nth:
        assert nights.run(moment=moment, nth=nth) == KILLED, f"{moment}, {nth}: {nights.said()}"
    nights.end()


@pytest.mark.parametrize("version", [0, 1, 9, schema.VERSION - 1])  # of which the second goes through all there are
def test_killed_at_any_statement_an_archive_is_of_the_old_version_or_of_the_new_one(
    nights: Nights, version: int
) -> None:
    if version:
        older(nights.archive, version)
    else:
        sqlite3.connect(nights.archive).close()
    before = laid_bare(nights.archive, nights.folder)
    for nth in itertools.count(1):
        assert nights.world.driver.run(nights.folder, statement=nth) == KILLED, nights.said()
        after = laid_bare(nights.archive, nights.folder)
        if after[0] == schema.VERSION:
            break
        assert after == before
    assert nth > 10
    assert set(after[1]) >= set(before[1])
    assert after[1] != before[1]
    for table, rows in before[2].items():
        if table.startswith(("articles_fts", "articles_pairs")):
            continue  # made anew by a migration; it is checked against the reports
        assert [row[: len(rows[0])] for row in after[2][table]][: len(rows)] == rows, table
    nights.state = state_of(nights.archive, nights.folder)
    kept = held(nights.archive)
    nights.end({name: sorted(kept[name] + rows, key=repr) for name, rows in nights.world.uncut.items()})


@pytest.mark.parametrize("moment", EDITS)
def test_killed_while_a_report_is_changed_there_is_one_more_revision_of_it_in_the_end(
    world: World, edited: Edited, tmp_path: Path, moment: str
) -> None:
    shutil.copytree(edited.before, tmp_path, dirs_exist_ok=True)
    archive = tmp_path / "archive.db"
    how = {"moment": moment, "nth": EDITS[moment].nth[0], "options": ("--recheck",)}
    assert world.driver.run(tmp_path, **how) == KILLED, (tmp_path / LOG).read_text()
    state_of(archive, tmp_path)
    assert world.driver.run(tmp_path, options=("--recheck",)) == 0
    state_of(archive, tmp_path)
    assert held(archive)["revisions"] == edited.uncut["revisions"]
    assert [row for row in held(archive)["articles"] if row[-1] > 1] == [
        row for row in edited.uncut["articles"] if row[-1] == 2
    ]


def test_two_portals_side_by_side_are_killed_and_go_on_as_one(nights: Nights) -> None:
    dead = "".join(f'<a href="/{n}.html">Trang {n}</a> ' for n in range(40))
    with pages({"/": (200, f"<h1>Cổng xã</h1>{dead}")}) as url:
        configure(nights.folder, bachhai=nights.world.url, xa=url)
        assert nights.world.driver.run(nights.folder, moment="before COMMIT", nth=50) == KILLED
        assert nights.stopped() == ["killed", "killed"]
        assert nights.world.driver.run(nights.folder) == 0
        state_of(nights.archive, nights.folder)
        assert nights.stopped() == [None, None, "killed", "killed"]
        with Archive(nights.archive, read_only=True) as reader:
            mine = reader.runs(portal="bachhai")
            assert sum(run.new for run in mine) == len(nights.world.uncut["articles"])
            assert mine[-1].new > 0
            assert {run.portal for run in reader.runs(limit=2)} == {"bachhai", "xa"}


# --- inside SQLite, and anywhere --------------------------------------------------------------------------------------


def test_cut_off_while_the_file_is_made_a_run_ends_like_an_unkilled_one(nights: Nights) -> None:
    """The kernel ends the process at the first byte beyond a size."""
    assert nights.run(largest=10) == -signal.SIGXFSZ
    assert 10 in {file.stat().st_size for file in nights.folder.glob("archive.db*")}
    nights.end()


def test_cut_off_in_the_middle_of_a_write_to_the_wal_a_run_ends_like_an_unkilled_one(nights: Nights) -> None:
    """Half a page stands in the file; the first time it may be a file that SQLite has for the making of tables."""
    cut = []
    for size in (120_011, 180_001, 250_007, 500_009):
        assert nights.run(largest=size, checkpoint=0) == -signal.SIGXFSZ
        cut.append(nights.archive.with_name("archive.db-wal").stat().st_size)
        assert cut[-1] in (0, size)
    assert sum(map(bool, cut)) >= 2
    nights.end()


def test_cut_off_in_the_middle_of_a_checkpoint_a_run_ends_like_an_unkilled_one(
    nights: Nights, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("empty") / "archive.db"
    with Archive(empty):
        made = empty.with_name("archive.db-wal").stat().st_size  # all tables are made in one transaction
    for more in (6_007, 26_001, 46_001):
        size = made + more
        assert nights.run(largest=size, checkpoint=1) == -signal.SIGXFSZ
        assert nights.archive.stat().st_size == size, "the WAL was cut, not the file it goes to"
    nights.end()


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_at_any_time_a_run_ends_like_an_unkilled_one(nights: Nights, seed: int) -> None:
    dice = random.Random(seed)
    longest, kills = nights.world.seconds, 0
    while kills < 10:
        end = nights.run(searching=True, seconds=dice.uniform(0, longest), checkpoint=dice.choice((None, 1, 8)))
        assert end in (KILLED, 0), f"seed {seed}, after {kills} kills: {nights.said()}"
        kills += end == KILLED
        longest *= 1.0 if end == KILLED else 0.6  # what is left to do takes less time
    nights.end()


# --- the program as it is started by hand -----------------------------------------------------------------------------


def test_the_program_itself_killed_at_an_answer_ends_like_an_unkilled_one(nights: Nights) -> None:
    def kill(run: Program) -> None:
        time.sleep(0.004)  # so that the answer is there or not yet
        run.kill()

    for answer in (17, 26):
        assert nights.by_hand({answer: kill}, may_lose=IN_FLIGHT) == KILLED
    assert nights.state.articles
    nights.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_a_run_keeps_what_is_in_flight(nights: Nights, number: signal.Signals) -> None:
    assert nights.by_hand({14: lambda run: run.send_signal(number)}, may_lose=0) == 128 + number
    assert nights.asked.total() == 13  # robots.txt apart: none was begun after the signal
    nights.end()


def test_told_to_stop_at_once_a_run_loses_nothing_but_what_is_in_flight(nights: Nights) -> None:
    def stop_twice(run: Program) -> None:
        run.send_signal(signal.SIGTERM)
        while b"Stopping" not in (nights.folder / LOG).read_bytes():
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        run.wait(20)

    assert nights.by_hand({14: stop_twice}, may_lose=IN_FLIGHT) == 130
    assert 1 <= nights.lost.total() <= IN_FLIGHT
    nights.end()


def test_another_run_is_told_who_is_at_work_and_may_begin_once_that_one_is_killed(nights: Nights) -> None:
    told: list[str] = []

    def meet(run: Program) -> None:
        done = subprocess.run([*PROGRAM, "crawl"], cwd=nights.folder, capture_output=True, text=True, timeout=60)
        told.extend((f"{done.returncode} {done.stderr}", cli(nights.folder, "runs").stdout))
        run.kill()

    assert nights.by_hand({14: meet}, may_lose=IN_FLIGHT) == KILLED
    refused, runs = told
    assert re.search(r"^6 .*archive\.db is in use by another run \(process \d+, since .*\); wait", refused, re.S)
    assert "at work" in runs
    nights.end()
