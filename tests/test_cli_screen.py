"""What the commands print: plain words, safe on a terminal, the same figures everywhere."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import typer

from portal_archiver.cli.exits import FAILURES, code_of
from portal_archiver.cli.options import first_day, last_day
from portal_archiver.cli.program import NAME, typed
from portal_archiver.cli.progress import PlainLines
from portal_archiver.cli.report import next_step, show_end, show_report, trouble
from portal_archiver.cli.screen import Screen, emit, safe
from portal_archiver.cli.search import RELAXED, highlighted, show_results
from portal_archiver.cli.show import ORIGINS, dateline_in_words, show_article
from portal_archiver.cli.status import DUE, show_status
from portal_archiver.crawler import Reason
from portal_archiver.crawler.remedies import REMEDIES
from portal_archiver.model import (
    Alarm,
    Archived,
    Article,
    Attachment,
    Dateline,
    Hit,
    License,
    Photo,
    PortalStatus,
    Results,
    RunReport,
)
from portal_archiver.pipeline import Progress
from portal_archiver.pipeline.options import LEARNING

BEGUN = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)


class Paper(Screen):
    """A screen that is no terminal, to read afterwards what was printed."""

    def __init__(self) -> None:
        super().__init__()
        self.width = 80
        self.file = io.StringIO()

    @property
    def text(self) -> str:
        assert isinstance(self.file, io.StringIO)
        return self.file.getvalue()


def report(
    *,
    portal: str = "bachhai",
    reasons: Mapping[str, int] | None = None,
    stopped: str | None = None,
    alarms: tuple[Alarm, ...] = (),
    **counts: Any,
) -> RunReport:
    ended = BEGUN + timedelta(seconds=75)
    return RunReport(portal, BEGUN, ended, reasons=reasons or {}, stopped=stopped, alarms=alarms, **counts)


# --- exit codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reports", "signal", "code"),
    [
        ([report(fetched=3)], None, 0),
        ([report(not_modified=3)], None, 0),
        ([report(fetched=3, reasons={"not-found": 2, "robots": 1, "file": 9, "redirect-loop": 1})], None, 0),
        ([report(fetched=3, stopped="budget")], None, 0),
        ([report(fetched=3, reasons={"timeout": 1})], None, 3),
        ([report(fetched=3, reasons={"unreadable": 1})], None, 3),
        ([report(fetched=3), report(fetched=3, reasons={"server-error": 1})], None, 3),
        ([report(reasons={"private-address": 1})], None, 3),
        ([report(reasons={"not-html": 1})], None, 3),
        ([report(reasons={"timeout": 1}), report(alarms=(Alarm("date", 0, 1),))], None, 4),
        ([report(stopped="unreachable"), report(alarms=(Alarm("date", 0, 1),))], None, 5),
        ([report(reasons={"server-error": 1}), report(stopped="unreachable")], None, 5),
        ([report(stopped="signal", reasons={"timeout": 1})], 2, 130),
        ([report(stopped="signal"), report(stopped="unreachable")], 15, 143),
    ],
)
def test_the_exit_code_says_what_matters_most(reports: list[RunReport], signal: int | None, code: int) -> None:
    assert code_of(reports, signal) == code


def test_what_the_server_or_the_network_failed_at_counts_and_the_usual_does_not() -> None:
    assert {reason for reason in Reason if reason.heals or reason.unreachable} <= FAILURES
    assert not {reason for reason in FAILURES if reason.state in ("gone", "skipped")}


# --- the run report ---------------------------------------------------------------------------------------------------


def test_the_report_of_one_portal_has_every_figure_and_every_reason_in_words() -> None:
    paper = Paper()
    one = report(requests=1210, fetched=1204, not_modified=2, new=7, changed=1, unchanged=3, duplicate=4,
                 not_articles=5, failed=6, reasons={"timeout": 2, "not-found": 4})  # fmt: skip
    show_report(paper, [one])
    lines = [line.split(maxsplit=2) for line in paper.text.splitlines()]
    assert paper.text.startswith("bachhai: 1,210 requests in 1 min 15 s\n")
    assert ["fetched", "1,204", "pages the portal sent"] in lines
    assert ["new", "7", "reports the archive did not have"] in lines
    assert ["timeout", "2", "no complete answer came in time"] in lines
    assert ["not-found", "4", "there is no such page (404)"] in lines


def test_several_portals_stand_side_by_side() -> None:
    paper = Paper()
    show_report(paper, [report(portal="dong", fetched=12, new=5), report(portal="tay", reasons={"dns": 2}, failed=2)])
    assert [line.split() for line in paper.text.splitlines()][:3] == [
        ["portal", "fetched", "not", "modified", "new", "changed", "unchanged", "failed"],
        ["dong", "12", "0", "5", "0", "0", "0"],
        ["tay", "0", "0", "0", "0", "0", "2"],
    ]
    assert "tay failed: 2 dns\n" in paper.text
    assert max(map(len, paper.text.splitlines())) <= 80


def test_the_plain_lines_of_a_run_are_closed() -> None:
    paper = Paper()
    show_end(paper, [report(new=1204, failed=2), report(portal="tay")])
    assert paper.text.splitlines() == [
        "bachhai: ended after 1 min 15 s: 1,204 new, 0 changed, 2 failed",
        "tay: ended after 1 min 15 s: 0 new, 0 changed, 0 failed",
    ]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (report(not_modified=3, unchanged=2), "Nothing new: "),
        (report(fetched=9, not_articles=9), "No report found. "),
        (report(fetched=9, new=1), ""),
        (report(fetched=9, new=1, waiting=40, stopped="budget"), "Reached the number of pages for one run. Left: 40 a"),
        (report(fetched=9, waiting=1, stopped="signal"), "Stopped; what was fetched is saved. Left: 1 address;"),
        (report(stopped="unreachable"), ""),
        (report(reasons={"robots": 1}), ""),
    ],
)
def test_a_report_says_what_follows(run: RunReport, said: str) -> None:
    sentence = next_step(run)
    assert sentence.startswith(said) if said else sentence == ""


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (
            report(stopped="unreachable", reasons={"tls": 1}),
            "bachhai is unreachable: the host's certificate or TLS is not"
            " valid: `portal-archiver runs` tells what is wrong with it; `ca` or `verify` in its table may help",
        ),
        (report(stopped="unreachable", reasons={"dns": 1}), "bachhai is unreachable: the host's name could not"),
        (report(reasons={"private-address": 1}), "set `allow_private = true`"),
        (report(reasons={"not-html": 1}), "correct `start`: that address is no web page"),
        (report(reasons={"server-error": 3}), "try again later"),
    ],
)
def test_a_portal_that_brought_nothing_is_told_in_one_line(run: RunReport, told: str) -> None:
    (line,) = trouble([run])
    assert told in line
    assert "\n" not in line


def test_a_portal_that_brought_something_is_no_trouble() -> None:
    assert not list(trouble([report(fetched=1, reasons={"timeout": 5}), report(stopped="signal")]))
    assert set(REMEDIES) <= set(Reason)


# --- how we are called ------------------------------------------------------------------------------------------------


def _script(folder: Path) -> Path:
    folder.mkdir(parents=True)
    script = folder / NAME
    script.touch(0o755)
    return script


@pytest.mark.parametrize(
    ("started", "here", "path", "typed_here"),
    [
        ("p/.venv/bin/" + NAME, "p", "", f".venv/bin/{NAME} status"),
        ("p/.venv/bin/" + NAME, "p/.venv/bin", "", f"./{NAME} status"),
        ("p/.venv/bin/" + NAME, "p", "p/.venv/bin", f"{NAME} status"),
        ("p/.venv/bin/" + NAME, "p", "another", f".venv/bin/{NAME} status"),  # another one is on PATH
        ("p/.venv/bin/" + NAME, "another", "another", f"'{{base}}/p/.venv/bin/{NAME}' status"),
        ("p/src/portal_archiver/__main__.py", "p", "", f".venv/bin/{NAME} status"),  # python -m portal_archiver
    ],
)
def test_a_hint_can_be_typed_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: str, here: str, path: str, typed_here: str
) -> None:
    base = tmp_path / "a folder"
    _script(base / "p/.venv/bin")
    _script(base / "another")
    monkeypatch.chdir(base / here)
    monkeypatch.setenv("PATH", str(base / path) if path else "")
    monkeypatch.setattr("sys.argv", [str(base / started)])
    monkeypatch.setattr("sys.executable", str(base / "p/.venv/bin/python"))
    assert typed("status") == typed_here.format(base=base)


# --- progress ---------------------------------------------------------------------------------------------------------


def test_without_a_terminal_a_line_appears_every_ten_seconds_and_portal() -> None:
    now = [100.0]
    paper = Paper()
    show = PlainLines(paper, clock=lambda: now[0])
    for second in range(26):
        now[0] = 100.0 + second
        show(Progress(portal="dong", url="https://x.example/", outcome="new", done=second, waiting=5))
    show(Progress(portal="tay", url="https://x.example/", outcome="new", done=1, waiting=2000))
    now[0] = 140.0
    show(Progress(portal="tay", url="", outcome=LEARNING, done=40, waiting=160))
    assert paper.text.splitlines() == [
        "dong: 10 pages done, 5 waiting",
        "dong: 20 pages done, 5 waiting",
        "tay: 1 page done, 2,000 waiting",
        "tay: learning: 40 pages read, 160 left",
    ]


# --- safe text --------------------------------------------------------------------------------------------------------


def test_archived_text_cannot_drive_the_terminal() -> None:
    hostile = "Tin \x1b[2J\x1b]0;pwned\x07mới\x9b31m \u202egnp.exe\u2069\r\x08!"
    assert safe(hostile) == "Tin [2J]0;pwnedmới31m gnp.exe!"
    paper = Paper()
    show_results(paper, Results(1, (Hit(1, hostile, "http://x/\x1b[0m", hostile, None, portal="\x1b"),)))
    assert "\x1b" not in paper.text
    assert "[2J" in paper.text


def test_markup_and_emoji_codes_of_archived_text_stay_as_they_are() -> None:
    paper = Paper()
    paper.say("[bold]Thông báo[/bold] :smile: [/x]")
    assert paper.text == "[bold]Thông báo[/bold] :smile: [/x]\n"


def test_json_is_one_object_with_dates_as_iso(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"hits": (Hit(1, "Tin", "u", "s", date(2026, 1, 31), marks=((0, 1),)),), "when": BEGUN})
    assert json.loads(capsys.readouterr().out) == {
        "hits": [
            {"article_id": 1, "title": "Tin", "url": "u", "snippet": "s", "published": "2026-01-31", "portal": "",
             "section": None, "marks": [[0, 1]]}
        ],
        "when": "2026-01-31T02:00:00+00:00",
    }  # fmt: skip


# --- search -----------------------------------------------------------------------------------------------------------


def test_matches_are_set_off_by_brackets_where_there_is_no_style() -> None:
    text = "xây dựng nông thôn mới\nở huyện"
    assert highlighted(text, ((9, 22),), brackets=True).plain == "xây dựng [nông thôn mới] ở huyện"
    styled = highlighted(text, ((9, 22),), brackets=False)
    assert styled.plain == "xây dựng nông thôn mới ở huyện"
    assert [(span.start, span.end) for span in styled.spans if "bold" in str(span.style)] == [(9, 22)]


def test_a_list_says_how_many_and_how_to_go_on() -> None:
    paper = Paper()
    hit = Hit(
        12, "Nông thôn mới", "https://bachhai.example/a.html", "", datetime(2024, 5, 31, 8, tzinfo=UTC), "bachhai"
    )
    show_results(paper, Results(30, (hit,), relaxed=True), offset=5)
    assert paper.text.splitlines() == [
        RELAXED,
        "30 reports",
        "",
        "#12  Nông thôn mới",
        "     bachhai · 2024-05-31",
        "     https://bachhai.example/a.html",
        "",
        f"`{typed('show 12')}` shows the first of them whole.",
        "24 more: add `--offset 6`.",
    ]


def test_an_empty_list_says_what_to_try() -> None:
    paper = Paper()
    show_results(paper, Results(0, ()), offset=10)
    assert "Try fewer or other words" in paper.text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-05-31", date(2024, 5, 31), date(2024, 5, 31)),
        ("31/5/2024", date(2024, 5, 31), date(2024, 5, 31)),
        (" 2024-5-1 ", date(2024, 5, 1), date(2024, 5, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("12/2023", date(2023, 12, 1), date(2023, 12, 31)),
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_a_day_a_month_or_a_year_may_be_typed(text: str, first: date, last: date) -> None:
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize("text", ["", "yesterday", "2023-13", "31/2/2024", "5/31/2024", "99999", "0000-01-01"])
def test_what_is_no_day_is_wrong_use(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        first_day(text)


# --- show and status --------------------------------------------------------------------------------------------------


def test_where_a_date_was_read_is_said_in_words() -> None:
    hanoi = timezone(timedelta(hours=7))
    minute = Dateline(datetime(2026, 1, 31, 8, 5, tzinfo=hanoi), origin="metadata")
    assert dateline_in_words(minute) == "2026-01-31 08:05+07:00, from the page's metadata"
    assert "check it before you cite it" in dateline_in_words(Dateline(date(2026, 1, 31), origin="body"))
    assert set(ORIGINS) == {"element", "metadata", "listing", "url", "body"}


def test_a_report_is_shown_whole_with_what_a_citation_needs() -> None:
    clause = 'Ghi rõ nguồn "Cổng thông tin điện tử tỉnh Bạch Hải" khi phát hành lại thông tin từ Cổng này'
    article = Article(
        title="Khánh thành cầu Bến Đăng",
        body="Sáng nay, cầu Bến Đăng thông xe.\n\nCầu dài 120 m.",
        published=Dateline(date(2026, 1, 30)),
        author="Minh Châu",
        section="Giao thông",
        photos=(Photo("https://bachhai.example/cau.jpg", "Cầu Bến Đăng ngày thông xe.", "Thu Hà"), Photo()),
        attachments=(Attachment("https://bachhai.example/qd.pdf", "Quyết định", "application/pdf"),),
    )
    footer = License(
        governing_body="UBND tỉnh Bạch Hải",
        number="99/GP-STTTT",
        issued_on=date(2021, 6, 14),
        phones=("02003000111", "02003000113"),
        attribution=clause,
        attribution_source="Cổng thông tin điện tử tỉnh Bạch Hải",
    )
    url = "https://bachhai.example/cau-ben-dang.html"
    paper = Paper()
    archived = Archived(7, "bachhai", url, "article", article, footer, 2, BEGUN, BEGUN, (url, url + "?in"))
    show_article(paper, archived, 2)
    for said in (
        "Khánh thành cầu Bến Đăng\n2026-01-30, as shown on the page\nMinh Châu · Giao thông\n\nSáng nay,",
        "thông xe.\n\nCầu dài 120 m.\n",
        "Photos (2)\n  - Cầu Bến Đăng ngày thông xe.\n    credit: Thu Hà\n    https://bachhai.example/cau.jpg\n",
        "  - no caption\n    no credit\n\nAttachments (1)\n",
        "  - Quyết định\n    application/pdf\n    https://bachhai.example/qd.pdf\n",
        f"address         {url}\n  also at         {url}?in\n  portal          bachhai\n",
        "first seen      2026-01-31 02:00 UTC\n",
        "revisions       2, this is the latest\n",
        "issued on       2021-06-14\n",
        "phone           0200 3000 111, 0200 3000 113\n",
        f"Republication\n  {clause}\n  credit          Cổng thông tin điện tử tỉnh Bạch Hải\n",
    ):
        assert said in paper.text


def test_status_shows_each_portal_and_what_is_worth_a_look(tmp_path_factory: pytest.TempPathFactory) -> None:
    bad = report(stopped="unreachable", id=12)
    portals = [
        PortalStatus("dong", "", 1204, date(2026, 1, 30), 3, 0, None, report(fetched=3), BEGUN + timedelta(seconds=75)),
        PortalStatus("tay", "", 5, None, 0, 2, BEGUN - timedelta(days=2), bad, BEGUN - timedelta(days=3)),
        PortalStatus("moi", ""),
    ]
    paper = Paper()
    show_status(paper, tmp_path_factory.getbasetemp() / "archive.db", 1_500_000, portals)
    lines = paper.text.splitlines()
    assert lines[0].endswith("archive.db: 1,209 reports from 3 portals, 1.5 MB")
    assert [line.split() for line in lines[3:6]] == [
        ["dong", "1,204", "3", "0", "2026-01-30", "2026-01-31", "02:01", "to", "the", "end"],
        ["tay", "5", "0", "2", "-", "2026-01-31", "02:01", "unreachable"],
        ["moi", "0", "0", "0", "-", "never", "-"],
    ]
    assert lines[7:] == [
        DUE,
        "tay: the last run did not go well; one last did: 2026-01-28",
        "tay: 2 pages could not be fetched, since 2026-01-29; every run tries again"
        f" (`{typed('runs 12')}` shows which)",
    ]
