"""`portal-archiver import wayback` as people run it, against our archive on 127.0.0.1 and against a real pywb."""

from __future__ import annotations

import json
import signal
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cdx_server import CdxServer, Held, Reply
from demo_crawl import Crawled, contents
from portal_archiver.cli import run
from portal_archiver.exports import export_warc
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli
from replay_tools import needs_tool, pywb
from wayback_import import BESIDE, FIRST, HOST, LATER

LOCAL = ("--allow-private", "--delay", "0")


def bring(folder: Path, server: str, *args: str, host: str = HOST) -> subprocess.CompletedProcess[str]:
    return cli(folder, "import", "wayback", host, "--server", server, *LOCAL, *args)


def report_of(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)["report"]


def test_captures_come_back_and_the_second_time_there_is_nothing_to_fetch(tmp_path: Path) -> None:
    with CdxServer(FIRST, LATER, BESIDE) as server:
        survey = bring(tmp_path, server.url(), "--dry-run")
        assert survey.stdout == ("3 captures, made from 2019-03-04 to 2020-03-04\n3 of them are not in the archive\n")
        assert not (tmp_path / "archive.db").exists()
        done = bring(tmp_path, server.url())
        assert (done.returncode, done.stderr) == (0, "")
        assert (
            "listed               3  captures that are worth having, made from 2019-03-04 to 2020-03-04" in done.stdout
        )
        assert "new                  2  reports the archive did not have\n" in done.stdout
        assert bring(tmp_path, server.url(), "--dry-run").stdout.endswith("All of them are in the archive.\n")
        again = report_of(bring(tmp_path, server.url(), "--json"))
    assert (again["pages"], again["held"], again["first"]) == (0, 3, "2019-03-04T05:06:07+00:00")


def test_a_capture_that_could_not_be_had_ends_with_3_and_is_told(tmp_path: Path) -> None:
    with CdxServer(FIRST, BESIDE) as server:
        server.instead["/web/2019070"].append(Reply(404))
        done = bring(tmp_path, server.url())
        assert done.returncode == 3
        assert "failed               1  there is no such page (404)\n" in done.stdout
        assert done.stderr.startswith(f"warning: {server.url('/web/20190701000000id_/')}")
        assert bring(tmp_path, server.url()).returncode == 0


def test_an_unreachable_server_ends_with_5(tmp_path: Path) -> None:
    with CdxServer(FIRST) as server:
        refused = cli(tmp_path, "import", "wayback", HOST, "--server", server.url())
        assert server.arrivals == []
    assert (refused.returncode, refused.stdout) == (5, "")
    assert refused.stderr.startswith("error: ")
    assert "not a public address; --allow-private permits it\n" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_server_that_has_nothing_is_asked_in_vain(tmp_path: Path) -> None:
    with CdxServer(FIRST) as server:
        done = bring(tmp_path, server.url(), host="khac.example")
    assert done.returncode == 0
    assert done.stdout.endswith("The server has nothing of it: is the host written as it was then?\n")


WRONG = {
    ("a b",): 'error: HOST: "a b" is no host: name one such as bachhai.example or *.bachhai.example\n',
    (HOST, "--from", "2020", "--to", "5/2019"): "error: --from: 2020-01-01 is after --to: 2019-05-31\n",
    (HOST, "--from", "31/2/2020"): 'error: --from: "31/2/2020" is no day of the calendar',
    (HOST, "--to", "hom qua"): "error: --to: expected a day such as 2024-05-31",
    (HOST, "--server", "archive"): 'error: --server: "archive" is no server: name one of internet-archive',
    (HOST, "--delay", "nan"): 'error: --delay: expected a number of seconds from 0 to 3600, got "nan"',
    (HOST, "--max-pages", "0"): "error: --max-pages: expected a whole number from 1",
    (HOST, "--config", "khong.toml"): "error: khong.toml",
}


@pytest.mark.parametrize("args", WRONG)
def test_wrong_use_is_told_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["import", "wayback", *args]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(WRONG[args])
    assert list(tmp_path.iterdir()) == []


def test_a_host_of_no_portal_of_the_configuration_needs_a_key(tmp_path: Path) -> None:
    (tmp_path / "portals.toml").write_text('[portal.xa]\nstart = "https://xa.example/"\n', encoding="utf-8")
    with CdxServer(FIRST) as server:
        done = bring(tmp_path, server.url())
        assert (done.returncode, server.arrivals) == (2, [])
        assert "--portal KEY" in done.stderr
        assert report_of(bring(tmp_path, server.url(), "--portal", "tinh", "--json"))["new"] == 1
    with Archive(tmp_path / "archive.db", read_only=True) as archive:
        assert archive.article(1).portal == "tinh"


def test_a_signal_ends_it_and_the_next_import_goes_on(tmp_path: Path) -> None:
    total = 12
    held = [
        Held(f"https://{HOST}/tin/{n}.html", f"202001{n + 1:02}000000", FIRST.body + b"%d" % n) for n in range(total)
    ]
    with CdxServer(*held) as server:
        command = [*PROGRAM, "import", "wayback", HOST, "--server", server.url(), "--allow-private", "--delay", "0.3"]
        with subprocess.Popen(
            [*command, "--json"],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            while len(server.asked("/web/")) < 2:
                assert program.poll() is None
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=60)
        first = json.loads(out)["report"]
        assert (program.returncode, first["stopped"]) == (130, "signal")
        assert "Stopping: " in err
        assert 0 < first["pages"] < total
        second = report_of(bring(tmp_path, server.url(), "--json"))
    assert (second["held"], second["pages"], second["waiting"]) == (first["pages"], total - first["pages"], 0)


def test_what_was_killed_goes_on(tmp_path: Path) -> None:
    held = [Held(f"https://{HOST}/tin/{n}.html", f"202001{n + 1:02}000000", FIRST.body + b"%d" % n) for n in range(8)]
    with CdxServer(*held) as server:
        command = [*PROGRAM, "import", "wayback", HOST, "--server", server.url(), "--allow-private", "--delay", "0.2"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as program:
            while len(server.asked("/web/")) < 4:
                assert program.poll() is None
            program.kill()
        again = report_of(bring(tmp_path, server.url(), "--json"))
    assert again["held"] >= 2
    assert again["held"] + again["pages"] == 8


# --- a real pywb ------------------------------------------------------------------------------------------------------


@needs_tool("wayback")
def test_a_real_pywb_gives_back_the_portal_that_was_exported(tmp_path: Path, crawled: Crawled) -> None:
    export_warc(crawled.archive, tmp_path / "a.warc.gz")
    host = crawled.url.split("//")[1].rstrip("/")
    with pywb(tmp_path, tmp_path / "a.warc.gz") as collection:
        survey = report_of(bring(tmp_path, collection, "--dry-run", "--json", host=host))
        some = report_of(bring(tmp_path, collection, "--max-pages", "10", "--json", host=host))
        done = bring(tmp_path, collection, "--json", host=host)
        again = report_of(bring(tmp_path, collection, "--json", host=host))
    report = report_of(done)
    assert (some["pages"], some["stopped"], some["waiting"]) == (10, "budget", survey["listed"] - 10)
    assert (done.returncode, report["failed"], report["unchecked"], report["waiting"]) == (0, {}, 0, 0)
    assert (again["pages"], again["held"], again["requests"]) == (0, survey["listed"], 2)
    with crawled.archive.evidence() as captures:
        records = [one.record for one in captures if one.record.status == 200]
    pages: dict[tuple[str, datetime], list[tuple[object, ...]]] = {}
    for one in records:
        moment = one.fetched_at.replace(microsecond=0)
        pages.setdefault((one.final_url, moment), []).append((one.sha256, one.headers, one.status))
    with Archive(tmp_path / "archive.db", read_only=True) as archive:
        with archive.evidence() as captures:
            kept = [one.record for one in captures]
        # A page that two addresses led to within a second is two captures here, and one in an index of seconds.
        urls = {one.final_url for one in kept}
        at_once = sum(len(those) - 1 for (url, _), those in pages.items() if url in urls)
        assert len(kept) == survey["listed"] - at_once
        for one in kept:
            assert (one.sha256, one.headers, one.status) in pages[one.final_url, one.fetched_at]
        ours, theirs = (contents(one, crawled.url) for one in (archive, crawled.archive))
    # A redirect is no page: the address that led to one is not known here. And of two addresses of one report, its page
    # for printing, say, that were fetched within a second either may have been the first.
    assert sorted(what[:3] for what in ours.values()) == sorted(what[:3] for what in theirs.values())
    assert all(ours[path][:3] == theirs[path][:3] for path in ours.keys() & theirs.keys())
    assert len(ours.keys() & theirs.keys()) >= 0.9 * len(theirs)
