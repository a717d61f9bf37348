"""The commands as people and cron run them: the real program, a real portal on 127.0.0.1, real files."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal_archiver.cli import COMMANDS, GROUPS, command_of, group_of, run
from portal_archiver.config import load
from portal_archiver.store import Archive
from program import ENVIRONMENT, PROGRAM, cli, configure, pages


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ask = Callable[..., Answer]


@pytest.fixture
def ask(demo_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The program without a process of its own, in the folder of the crawled demo portal."""

    def _ask(*args: str) -> Answer:
        monkeypatch.chdir(demo_folder)
        monkeypatch.delenv("COLUMNS", raising=False)
        return Answer(run(args), *capsys.readouterr())

    return _ask


# --- help -------------------------------------------------------------------------------------------------------------


def test_the_help_of_every_command_fits_80_columns_and_ends_with_an_example(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in COMMANDS:
        command, example = command_of(name)
        assert command.__name__.partition("_")[0] == name
        assert run([name, "--help"]) == 0
        lines = capsys.readouterr().out.rstrip().splitlines()
        assert max(map(len, lines)) <= 80
        assert lines[-1].strip() == example
        assert example.split()[2] == name


def test_the_help_of_a_group_names_its_commands_and_theirs_ends_with_an_example(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for group in GROUPS:
        assert run([group, "--help"]) == 0
        shown = capsys.readouterr().out
        assert "..." not in shown.partition("Commands:")[2]
        for command in group_of(group).registered_commands:
            name = command.name or str(getattr(command.callback, "__name__", ""))
            assert f"\n  {name} " in shown
            assert run([group, name, "--help"]) == 0
            lines = capsys.readouterr().out.rstrip().splitlines()
            assert max(map(len, lines)) <= 80
            assert lines[-1].strip().startswith(f"Example: portal-archiver {group} {name}")


def test_without_a_command_the_help_is_shown_and_the_use_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    shown = capsys.readouterr().out
    names = (
        "add init crawl search show cite serve history diff status runs accept reparse learn digest doctor verify"
        " backup merge export explain demo"
    )
    assert [name for name in names.split() if f"\n  {name} " not in shown] == []
    assert "..." not in shown.partition("Commands:")[2]
    assert sorted(COMMANDS) == sorted(names.split())
    assert [name for name in GROUPS if f"\n  {name} " not in shown] == []
    assert list(GROUPS) == ["import", "watch"]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("portal-archiver")


# --- init -------------------------------------------------------------------------------------------------------------


def test_init_writes_a_file_that_loads_and_never_replaces_one_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "https://www.bachhai.example/"]) == 0
    assert "portal-archiver crawl" in capsys.readouterr().out
    assert list(load(tmp_path / "portals.toml")) == ["bachhai"]

    assert run(["init", "https://xa-khac.example/"]) == 2
    assert capsys.readouterr().err == "error: portals.toml exists already: edit it, or replace it with --force\n"
    assert list(load(tmp_path / "portals.toml")) == ["bachhai"]

    assert run(["init", "https://xa-khac.example/", "--force"]) == 0
    assert list(load(tmp_path / "portals.toml")) == ["xa-khac"]

    assert run(["init", "https://xa-khac.example/", "--config", "xa khac.toml"]) == 0
    assert "portal-archiver crawl --config 'xa khac.toml'\n" in capsys.readouterr().out


# --- search, show, status ---------------------------------------------------------------------------------------------


def test_what_is_typed_without_diacritics_is_found_with_them(demo_folder: Path) -> None:
    done = cli(demo_folder, "search", "nong thon moi", "--limit", "3")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"\d+ reports\n\n#\d+  ", done.stdout)  # no color, either
    assert "[nông thôn mới]" in done.stdout
    assert "`portal-archiver show " in done.stdout
    assert "add `--offset 3`" in done.stdout


def test_a_search_in_json_has_the_same_hits(ask: Ask) -> None:
    shown, answer = ask("search", "nong thon moi"), ask("search", "nong thon moi", "--json").json
    assert [f"#{hit['article_id']}" for hit in answer["hits"]] == re.findall(r"^#\d+", shown.out, re.M)
    assert answer["relaxed"] is False
    hit = answer["hits"][0]
    matches = [hit["snippet"][start:end].lower() for start, end in hit["marks"]]
    assert {"nông", "thôn", "mới"} & {word for match in matches for word in match.split()}


def test_a_search_can_be_a_table_or_numbers_alone_or_counts(ask: Ask) -> None:
    hits = ask("search", "nong thon moi", "--json").json["hits"]
    numbers = [str(hit["article_id"]) for hit in hits]
    assert ask("search", "nong thon moi", "--ids").out.split() == numbers
    rows = list(csv.DictReader(ask("search", "nong thon moi", "--csv").out.splitlines()))
    assert [row["id"] for row in rows] == numbers
    assert [row["title"] for row in rows] == [hit["title"] for hit in hits]
    answer = ask("search", "tinh", "--facets", "--json").json
    assert sum(number for _, number in answer["facets"]["portals"]) == answer["total"]
    assert "Portals" in ask("search", "tinh", "--facets").out


def test_rows_that_are_not_all_say_so_on_standard_error(ask: Ask) -> None:
    """Ten rows in a table look like all there are."""
    total = ask("search", "tinh", "--json").json["total"]
    assert total > 12
    for form in ("--csv", "--ids"):
        cut, rest = ask("search", "tinh", form), ask("search", "tinh", form, "--offset", "4")
        assert cut.err == f"hint: 10 of {total} reports: `--limit {total}` prints all\n"
        assert rest.err == f"hint: 10 of {total} reports: `--limit {total - 4}` prints all from there on\n"
        assert ask("search", "tinh", form, "--limit", str(total)).err == ""
    some = ask("search", "nong xyzzy", "--ids", "--limit", "999")
    assert some.out and some.err == "hint: No report has all these words; showing the best with some of them.\n"


def test_one_form_of_a_list_at_a_time(ask: Ask) -> None:
    for two in (("--csv", "--ids"), ("--json", "--csv"), ("--ids", "--json")):
        answer = ask("search", "tinh", *two)
        assert answer.code == 2
        said = "--json, --csv and --ids exclude each other: give one of them"
        assert answer.err == f"error: {said}: see `portal-archiver search --help`\n"


def test_a_search_tells_what_it_did_not_understand_and_what_may_have_been_meant(ask: Ask) -> None:
    assert 'did you mean "title:"?' in ask("search", "tilte:tinh").out
    assert "Did you mean: nong thon" in ask("search", "nongthon").out


def test_the_first_hit_is_opened(demo_folder: Path) -> None:
    done = cli(demo_folder, "search", "nong thon moi", "--ids", "--open", BROWSER="echo %s")
    assert re.search(r"^http://127\.0\.0\.1:\d+/", done.stdout, re.M)


def test_the_last_days_are_counted_from_today(ask: Ask) -> None:
    assert ask("search", "tinh", "--since", "last 30 days").code == 0
    assert ask("search", "tinh", "--since", "last fortnight").code == 2


def test_filters_narrow_a_search(ask: Ask) -> None:
    def days(*args: str) -> list[str]:
        hits = ask("search", "tinh", "--limit", "999", "--json", *args).json["hits"]
        return [hit["published"][:10] for hit in hits if hit["published"]]

    newest = days("--sort", "newest")
    assert newest == sorted(newest, reverse=True)
    half = newest[len(newest) // 2]
    assert min(days("--since", half)) >= half
    assert max(days("--until", half)) <= half
    assert days("--portal", "bachhai", "--sort", "newest") == newest


@pytest.mark.parametrize(("key", "hint"), [("xa", "it has bachhai"), ("bachai", 'did you mean "bachhai"?')])
def test_a_portal_that_the_archive_does_not_hold_is_no_empty_answer(ask: Ask, key: str, hint: str) -> None:
    answer = ask("search", "tinh", "--portal", key)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f'error: --portal: archive.db holds no portal "{key}": {hint}\n'
    assert ask("search", "xyzzyplugh", "--portal", "bachhai").code == 0


def test_an_offset_beyond_the_last_report_is_told_as_that(ask: Ask) -> None:
    total = ask("search", "tinh", "--json").json["total"]
    answer = ask("search", "tinh", "--offset", "100")
    assert answer.out == f"{total} reports, all of them left out by `--offset 100`.\nLeave out fewer.\n"


def test_no_hit_is_no_error_and_says_what_to_try(ask: Ask) -> None:
    answer = ask("search", "xyzzyplugh")
    assert answer.code == 0
    assert answer.out.startswith("No report found.\nTry fewer or other words")


def test_a_relaxed_answer_says_so(ask: Ask) -> None:
    relaxed = "No report has all these words; showing the best with some of them.\n"
    assert ask("search", "nông thôn xyzzyplugh").out.startswith(relaxed)


@pytest.mark.parametrize("query", ['"', "*", "C++", "", "13/2023/NĐ-CP", "--", "NEAR(a b)", "title:", "-"])
def test_nothing_that_is_typed_is_an_error(ask: Ask, query: str) -> None:
    answer = ask("search", "--", query)
    assert (answer.code, answer.err) == (0, "")


def test_numbers_beyond_all_measure_are_no_bug(ask: Ask) -> None:
    huge = str(10**30)
    assert ask("search", "tinh", "--limit", huge, "--offset", huge).code == 0
    assert ask("show", huge).code == 2


def test_a_report_is_shown_with_its_source_and_the_republication_clause(ask: Ask) -> None:
    hit = ask("search", "nong thon moi", "--json").json["hits"][0]
    shown, answer = ask("show", str(hit["article_id"])), ask("show", str(hit["article_id"]), "--json").json
    assert shown.code == 0
    assert shown.out.startswith(hit["title"] + "\n")
    assert hit["url"] in shown.out
    assert f"\nRepublication\n  {answer['article']['license']['attribution']}\n" in shown.out
    assert answer["revisions"] == 1
    assert {capture["peer"]["address"] for capture in answer["captures"]} == {"127.0.0.1"}


def test_status_counts_what_search_finds(ask: Ask) -> None:
    total = ask("search", "", "--json").json["total"]
    assert [portal["articles"] for portal in ask("status", "--json").json["portals"]] == [total]
    assert ask("status").out.startswith(f"archive.db: {total} reports from 1 portal, ")


def test_what_is_due_now_and_what_the_last_run_left_have_a_name_each(ask: Ask, demo_folder: Path) -> None:
    (portal,) = ask("status", "--json").json["portals"]
    with Archive(demo_folder / "archive.db", read_only=True) as archive:
        (known,) = archive.portals()
    assert known.last_run
    assert (portal["due"], portal["last_run"]["waiting"]) == (known.waiting, known.last_run.waiting)
    assert "waiting" not in portal


# --- explain ----------------------------------------------------------------------------------------------------------


def test_a_page_in_ones_own_network_is_explained_when_that_is_allowed(tmp_path: Path) -> None:
    refused = "the host has a private, loopback or reserved address: if it is in your own network, ask with"
    with pages({"/tin.html": (200, "<h1>Khánh thành cầu Bến Đăng</h1><p>Sáng nay.")}) as url:
        page = f"{url}tin.html"
        by_name = page.replace("127.0.0.1", "localhost")
        for address in (page, by_name):
            done = cli(tmp_path, "explain", address)
            assert done.returncode == 5
            assert done.stderr == f"error: {address} brought no page: {refused} --allow-private\n"
        (tmp_path / "portals.toml").write_text(f'[portal.xa]\nstart = "{url}"\n')
        of_a_portal = cli(tmp_path, "explain", page)
        allowed = cli(tmp_path, "explain", page, "--allow-private", "--json")
    assert of_a_portal.stderr.endswith(" --allow-private, or set `allow_private = true` for portal.xa\n")
    assert json.loads(allowed.stdout)["fields"]["title"][0]["value"] == "Khánh thành cầu Bến Đăng"


def test_a_page_below_a_host_with_a_star_is_explained_with_the_selectors_of_that_portal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = '[portal.a]\nstart = "https://bachhai.example/"\nhosts = "*.bachhai.example"\nselect.title = "h3"\n'
    (tmp_path / "portals.toml").write_text(text, encoding="utf-8")
    (tmp_path / "tin.html").write_text(
        "<h1>Cổng xã</h1><h3>Khánh thành cầu Bến Đăng</h3><p>Sáng nay.", encoding="utf-8"
    )
    assert run(["explain", "tin.html", "--url", "https://xa.bachhai.example/tin.html", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fields"]["title"][0]["value"] == "Khánh thành cầu Bến Đăng"


# --- terminals and pipes ----------------------------------------------------------------------------------------------


def on_a_terminal(folder: Path, *args: str, **environment: str) -> str:
    """What the program writes when its standard output is a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    env = ENVIRONMENT | {"TERM": "xterm-256color", "COLUMNS": "80"} | environment
    with subprocess.Popen([*PROGRAM, *args], cwd=folder, env=env, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            written += part
            if not part:
                break
        program.wait(30)
    os.close(ours)
    return written.decode()


def test_colors_and_wrapping_are_for_terminals_only(demo_folder: Path) -> None:
    terminal = on_a_terminal(demo_folder, "search", "nong thon moi")
    assert "\x1b[1;33mnông thôn mới\x1b[0m" in terminal
    assert "[nông" not in terminal
    words = [line for line in re.sub(r"\x1b\[[\d;]*m", "", terminal).splitlines() if "http" not in line]
    assert max(map(len, words)) <= 80


def test_json_is_indented_on_a_terminal(demo_folder: Path) -> None:
    assert on_a_terminal(demo_folder, "status", "--json").splitlines()[:2] == ["{", '  "archive": "archive.db",']


def test_a_contact_is_asked_for_on_a_terminal_and_never_in_cron(tmp_path: Path) -> None:
    hint = "portals.toml: set `contact`, so that"
    with pages({"/": (200, "<h1>Cổng xã</h1>")}) as url:
        configure(tmp_path, xa=url)
        assert hint in on_a_terminal(tmp_path, "crawl", NO_COLOR="1")
        assert hint not in cli(tmp_path, "crawl").stderr
        with (tmp_path / "portals.toml").open("a") as config:
            config.write('contact = "luu-tru@bachhai.example"\n')
        assert hint not in on_a_terminal(tmp_path, "crawl", NO_COLOR="1")


def test_no_color_is_honored(demo_folder: Path) -> None:
    terminal = on_a_terminal(demo_folder, "search", "nong thon moi", NO_COLOR="1")
    assert set(re.findall(r"\x1b\[([\d;]*)m", terminal)) <= {"0", "1", "2"}


def test_who_stops_reading_is_left_in_peace(demo_folder: Path) -> None:
    for args in (["search", "", "--limit", "60"], ["search", "", "--limit", "60", "--json"]):
        program = subprocess.Popen(
            [*PROGRAM, *args], cwd=demo_folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert program.stdout
        assert program.stderr
        program.stdout.close()
        assert program.stderr.read() == b""
        program.stderr.close()
        assert program.wait(30) == 0


# --- demo -------------------------------------------------------------------------------------------------------------


def test_the_demo_shows_everything_once_nothing_new_twice_and_a_correction_when_asked(tmp_path: Path) -> None:
    with pages({}) as url:  # only to learn of a port that is free
        port = url.rstrip("/").rpartition(":")[2]
    first, second, third = (cli(tmp_path, "demo", "--port", port, *extra) for extra in ([], [], ["--edited"]))
    assert [run.returncode for run in (first, second, third)] == [0, 0, 0]
    assert '$ portal-archiver search "nong thon moi" --limit 3\n' in first.stdout
    assert "nông thôn mới]" in first.stdout
    assert "portal-archiver demo --edited" in first.stdout
    assert "\nNothing new: " in second.stdout
    assert re.findall(r"^  (?:new|changed) +(\d+)", third.stdout, re.M) == ["0", "1"]
    found = re.search(r"Try next:\n  portal-archiver show (\d+) +corrected: (.+)\n", third.stdout)
    assert found
    with Archive(tmp_path / "archive.db", read_only=True) as archive:
        assert len(archive.revisions(int(found[1]))) == 2
        assert archive.article(int(found[1])).article.title == found[2]


def test_a_taken_port_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pages({}) as url:
        port = url.rstrip("/").rpartition(":")[2]
        assert run(["demo", "--port", port]) == 2
    assert capsys.readouterr() == ("", f"error: port {port} of this machine is taken: choose another one with --port\n")
    assert list(tmp_path.iterdir()) == []
