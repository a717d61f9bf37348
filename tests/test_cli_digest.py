"""The letter about the last runs: what it counts, how it looks, and that any mail program can send it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal_archiver.cli import run
from portal_archiver.cli.digest import SHOWN, letter, subject
from portal_archiver.cli.options import since
from portal_archiver.digest import Digest, PortalDigest, gather
from portal_archiver.model import Arrival, Portal, RunReport
from portal_archiver.store import Archive
from program import cli, configure, pages

NIGHT = datetime(2026, 11, 24, 19, 15, tzinfo=UTC)
TITLE = "Khánh thành cầu Bến Đăng, nối hai bờ sông Trầm sau ba năm thi công trong mùa nước nổi"


def arrival(n: int, outcome: str = "new") -> Arrival:
    url = f"https://bachhai.example/tin/{n}-" + "x" * 90
    revision = 2 if outcome == "changed" else 1
    return Arrival(n, "bachhai", outcome, f"{n}. {TITLE}", url, date(2026, 11, 24), NIGHT, revision)  # type: ignore[arg-type]


def lines_of(portal: PortalDigest) -> list[str]:
    return list(letter(Digest(NIGHT, (portal,))))


def test_the_digest_of_a_crawl(tmp_path: Path) -> None:
    story = f"<h1>{TITLE}</h1><p>24/11/2026</p>" + "<p>Sáng 24/11, cầu Bến Đăng thông xe sau ba năm.</p>" * 5
    front = '<h1>Cổng xã</h1><a href="/tin/1.html">Khánh thành</a> <a href="/hong.html">Hỏng</a>'
    with pages({"/": (200, front), "/tin/1.html": (200, story), "/hong.html": (403, "cấm")}) as url:
        configure(tmp_path, tries=1, xa=url, im="http://127.0.0.1:9/")
        cli(tmp_path, "crawl")
    done = cli(tmp_path, "digest", "--since", "1d", TZ="UTC", FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert lines[0] == f"portal-archiver: 1 new, 0 changed, 2 failed in 2 runs ({today})"
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in lines if "http" not in line) <= 78
    assert f"    {url}tin/1.html" in lines
    assert "  - 1 forbidden: the server denies access (401, 403, 451)" in lines
    assert re.search(r"^  - run \d, began .+ UTC: the portal was unreachable$", done.stdout, re.M)
    titles = re.search(r"^  - (Khánh thành.*(?:\n    [^h\d].*)*)", done.stdout, re.M)
    assert titles
    assert " ".join(titles[1].split()) == TITLE

    only = json.loads(cli(tmp_path, "digest", "--portal", "xa", "--json").stdout)
    assert only["subject"].startswith("portal-archiver: 1 new, 0 changed, 1 failed in 1 run (")
    (portal,) = only["digest"]["portals"]
    assert (portal["reasons"], portal["arrivals"][0]["title"]) == ({"forbidden": 1}, TITLE)
    assert cli(tmp_path, "digest", "--portal", "khac").returncode == 2


def test_a_correction_is_told_before_what_is_new() -> None:
    arrivals = tuple(arrival(n, "changed" if n < 3 else "new") for n in range(1, 35))
    lines = lines_of(PortalDigest("bachhai", arrivals=arrivals))
    shown = [int(line.split(".")[0].removeprefix("  - ")) for line in lines if re.match(r"  - \d+\. ", line)]
    assert shown == list(range(1, SHOWN + 1))
    assert lines.index("  Changed") < lines.index("  New")
    assert f"    2026-11-24, #{SHOWN}" in lines
    assert "    2026-11-24, #1, revision 2" in lines
    assert lines[-1] == "  and 14 more"


def test_what_is_cut_off_is_counted_even_where_nothing_of_its_kind_is_shown() -> None:
    arrivals = tuple(arrival(n, "changed" if n <= SHOWN else "new") for n in range(1, SHOWN + 4))
    assert lines_of(PortalDigest("bachhai", arrivals=arrivals))[-2:] == ["  New", "  and 3 more"]


def test_a_run_that_was_killed_is_told_with_what_it_brought(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.begin_run(Portal(("https://bachhai.example/",), key="bachhai"), NIGHT)
        found = gather(archive, NIGHT - timedelta(hours=1))
    assert found.runs == 1
    said = " ".join(" ".join(letter(found)).split())
    assert "began 2026-11-24 19:15 UTC: it was killed" in said


def test_runs_of_several_nights_are_added_up(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for night, stopped in ((NIGHT, None), (NIGHT + timedelta(days=1), "signal")):
            portal = Portal(("https://bachhai.example/",), key="bachhai", name="Cổng Bạch Hải")
            ended, reasons = night + timedelta(minutes=4), {"dns": 1, "timeout": 2}
            report = RunReport("bachhai", night, ended, failed=3, reasons=reasons, stopped=stopped)
            archive.finish_run(archive.begin_run(portal, night), report)
        found = gather(archive, NIGHT)
    assert (found.runs, found.failed) == (2, 6)
    said = list(letter(found))
    assert "bachhai - Cổng Bạch Hải" in said
    assert [line for line in said if re.match(r"  - \d ", line)] == [
        "  - 4 timeout: no complete answer came in time",
        "  - 2 dns: the host's name could not be resolved",
    ]
    assert "  - run 2, began 2026-11-25 19:15 UTC: it was stopped by a signal" in said
    assert subject(found, NIGHT) == "portal-archiver: 0 new, 0 changed, 6 failed in 2 runs (2026-11-24)"


def test_a_new_report_that_was_edited_since_says_of_how_many_revisions() -> None:
    edited = replace(arrival(1), revision=3)
    assert "    2026-11-24, #1, 3 revisions" in lines_of(PortalDigest("bachhai", arrivals=(edited,)))


def test_an_address_that_fails_in_every_run_is_one_failure(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for night, reason in ((NIGHT, "timeout"), (NIGHT + timedelta(days=1), "dns")):
            began = archive.begin_run(Portal(("https://bachhai.example/",), key="bachhai"), night)
            for name in ("a", "b"):
                archive.log_event(began, f"https://bachhai.example/{name}", reason)
            archive.finish_run(
                began, RunReport("bachhai", night, night, failed=5, reasons={reason: 2, "too-deep": 3}, id=began)
            )
        found = gather(archive, NIGHT)
    assert (found.failed, dict(found.portals[0].reasons)) == (8, {"too-deep": 6, "dns": 2})
    assert subject(found, NIGHT) == "portal-archiver: 0 new, 0 changed, 8 failed in 2 runs (2026-11-24)"


def test_a_title_cannot_break_the_letter() -> None:
    hostile = Arrival(1, "bachhai", "new", "Tin\nSubject: \x1b[2Jkhác", "https://bachhai.example/1", None, NIGHT)
    lines = lines_of(PortalDigest("bachhai", arrivals=(hostile,)))
    assert "  - Tin Subject: [2Jkhác" in lines
    assert "    undated, #1" in lines


def test_an_archive_without_a_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Archive(tmp_path / "archive.db").close()
    assert run(["digest", "--archive", str(tmp_path / "archive.db")]) == 0
    first, _, when, what, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("portal-archiver: 0 new, 0 changed, 0 failed in 0 runs (")
    assert re.fullmatch(r"Since \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", when)
    assert what.startswith("No run ended since then, and nothing came in")


def test_since_is_a_span_or_a_day_on_the_clock_of_this_machine(tmp_path: Path) -> None:
    for text, hours in (("12h", 12), ("1d", 24), (" 2W ", 336)):
        assert abs(datetime.now(UTC) - timedelta(hours=hours) - since(text)) < timedelta(minutes=1)
    Archive(tmp_path / "archive.db").close()
    for day in ("2026-11-25", "25/11/2026"):
        said = cli(tmp_path, "digest", "--since", day, "--json", TZ="Asia/Ho_Chi_Minh")
        assert json.loads(said.stdout)["digest"]["since"] == "2026-11-24T17:00:00+00:00"
