"""`portal-archiver import` as people run it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from fictional_page import page
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli
from test_import_warc import HOST, Warc, three


def test_pages_are_read_and_the_second_time_there_is_nothing_to_read(tmp_path: Path) -> None:
    three().save(tmp_path, "a.warc")
    done = cli(tmp_path, "import", "warc", "a.warc")
    assert (done.returncode, done.stderr) == (0, "")
    assert "new                  3  reports the archive did not have\n" in done.stdout
    again = cli(tmp_path, "import", "warc", "a.warc", "--json")
    report = json.loads(again.stdout)["report"]
    assert (again.returncode, report["new"], report["held"]) == (0, 0, 3)


def test_pages_of_other_hosts_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "portals.toml").write_text('[portal.xa]\nstart = "https://xa.example/"\n', encoding="utf-8")
    three().save(tmp_path, "a.warc")
    done = cli(tmp_path, "import", "warc", "a.warc")
    assert done.returncode == 0
    assert "left out             3  pages of hosts that belong to no portal\n" in done.stdout
    named = cli(tmp_path, "import", "warc", "a.warc", "--portal", "tinh", "--json")
    assert json.loads(named.stdout)["report"]["new"] == 3


def test_a_damaged_file_ends_with_3_and_says_where(tmp_path: Path) -> None:
    file = three().save(tmp_path, "a.warc")
    file.write_bytes(file.read_bytes()[:-100])
    done = cli(tmp_path, "import", "warc", "a.warc")
    start = file.read_bytes().rindex(b"WARC/1.0")
    assert done.returncode == 3
    assert done.stderr.startswith(f"error: a.warc: damaged at byte {start:,}: ")
    assert done.stderr.count("\n") == 1
    with Archive(tmp_path / "archive.db", read_only=True) as archive:
        assert archive.search("").total == 2


@pytest.mark.parametrize("name", ["none.warc", "."])
def test_a_file_that_is_not_there_is_told_before_anything_is_done(tmp_path: Path, name: str) -> None:
    three().save(tmp_path, "a.warc")
    done = cli(tmp_path, "import", "warc", "a.warc", name)
    assert (done.returncode, done.stderr) == (2, f"error: {name}: no such file\n")
    assert not (tmp_path / "archive.db").exists()


def test_a_signal_ends_it_and_the_next_import_goes_on(tmp_path: Path) -> None:
    warc = Warc()
    total = 500
    for n in range(total):
        warc.add(f"{HOST}/tin/{n}.html", page(title=f"<h1>Tin thứ {n} của xã đảo</h1>").encode())
    warc.save(tmp_path)
    command = [*PROGRAM, "import", "warc", "a.warc.gz", "--json"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        while not _captures(tmp_path):
            assert program.poll() is None
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=60)
    first = json.loads(out)["report"]
    assert (program.returncode, first["stopped"]) == (143, "signal")
    assert "Stopping: " in err
    assert 0 < first["new"] < total
    second = json.loads(cli(tmp_path, "import", "warc", "a.warc.gz", "--json").stdout)["report"]
    assert (second["held"], second["new"]) == (first["new"], total - first["new"])


def _captures(folder: Path) -> int:
    try:
        with Archive(folder / "archive.db", read_only=True) as archive:
            return int(archive.db.execute("SELECT count(*) FROM captures").fetchone()[0])
    except Exception:  # not there yet, or not yet ready
        return 0
