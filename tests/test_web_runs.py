"""The runs page: what it says of nights that went well and ill, by its parts and as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo_crawl import portal_at
from portal_archiver.model import Alarm, Learning, PortalStatus, RunReport, Yield
from portal_archiver.store import Archive
from portal_archiver.web.nights import NIGHTS, STEP, Fared, fared, state_of
from portal_archiver.web.plots import HEIGHT, WIDTH, plots
from web_server import serving

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DATE = Alarm("date", 0.1, 0.98, date(2026, 3, 7), ("https://www.bachhai.example/a",))
LEARNED = {
    "bachhai": Learning("0b7d11e4", 41, healed=(DATE,)),
    "minhha": Learning(reason="older pages would lose their date"),
}


def night(ago: int, **told: Any) -> RunReport:
    """A run so many nights ago that fetched something."""
    began = NOW - timedelta(days=ago, hours=6)
    return RunReport("bachhai", began, began + timedelta(hours=1), **({"fetched": 9, "id": 100 - ago} | told))


def how(*runs: RunReport, good: int | None = 0) -> Fared:
    """The portal after these runs, the last one first; the last good one ended so many days ago."""
    success = None if good is None else NOW - timedelta(days=good)
    last = runs[0] if runs else None
    return fared(PortalStatus("bachhai", "Bạch Hải", last_run=last, last_success=success), runs, NOW)


# --- its parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, "good"),
        ({"stopped": "budget"}, "good"),
        ({"failed": 1}, "some"),
        ({"failed": 1, "alarms": (DATE,)}, "alarm"),
        ({"alarms": (DATE,), "stopped": "killed"}, "broken"),
        ({"stopped": "unreachable"}, "broken"),
        ({"stopped": "running", "failed": 2}, "running"),
    ],
)
def test_a_run_has_one_state(told: dict[str, Any], state: str) -> None:
    assert state_of(night(0, **told)) == state


def test_every_night_has_its_square_and_the_last_run_of_it_counts() -> None:
    told = how(night(0, failed=2), night(1), night(3, stopped="killed"), night(NIGHTS - 1))
    assert len(told.squares) == NIGHTS
    assert [square.x for square in told.squares] == [n * STEP for n in range(NIGHTS)]
    states = [square.state for square in told.squares]
    assert (states[0], states[-4:]) == ("good", ["broken", None, "good", "some"])
    assert dict(told.counts) == {"good": 2, "some": 1, "broken": 1}
    twice = how(night(0, id=2, stopped="killed"), night(0, id=1))
    assert twice.squares[-1].state == "broken"


def test_a_portal_that_is_well_has_no_trouble_and_each_trouble_is_told() -> None:
    assert how(night(0, failed=3)).troubles == ()
    assert [it.key for it in how(good=None).troubles] == ["never"]
    assert [it.key for it in how(night(0, alarms=(DATE,))).troubles] == ["drift"]
    assert [it.key for it in how(night(0, alarms=(Alarm("silence", 40, 5),))).troubles] == ["silence"]
    assert [it.key for it in how(night(0, stopped="unreachable"), good=4).troubles] == ["broken", "late"]
    assert [it.key for it in how(night(9), good=9).troubles] == ["late"]


def test_failures_are_counted_by_reason_over_all_nights() -> None:
    told = how(night(0, reasons={"timeout": 2, "gone": 1}), night(1, reasons={"gone": 4}))
    assert told.reasons == (("gone", 5), ("timeout", 2))


def test_a_plot_shows_the_shares_of_the_nights_in_order() -> None:
    shares = [Yield(10, 10), Yield(5, 10), Yield(1, 2), Yield(8, 10)]  # the third is of too few
    runs = [night(9 - n, yields={"date": share}) for n, share in enumerate(shares)]
    runs[1] = night(8, yields={"date": shares[1]}, alarms=(DATE,))
    (plot,) = plots(runs)
    assert plot.line == f"0.0,0.0 {WIDTH / 2},{HEIGHT / 2} {float(WIDTH)},{round(HEIGHT * 0.2, 1)}"
    assert (plot.first, plot.least, plot.last, plot.nights) == (100, 50, 80, 3)
    assert plot.alarms == ((WIDTH / 2, HEIGHT / 2),)
    assert plots(runs[:1]) == ()


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Two portals: one is well, the other's template has changed and a page of it failed."""
    path = tmp_path_factory.mktemp("runs") / "archive.db"
    now = datetime.now(UTC)
    with Archive(path) as archive:
        for key, alarms in (("bachhai", ()), ("minhha", (DATE,))):
            for ago in (2, 1):
                began = now - timedelta(days=ago)
                run = archive.begin_run(portal_at(f"https://{key}.example/", key), began)
                reasons = {"timeout": 1} if alarms else {}
                for reason in reasons:
                    archive.log_event(run, "https://minhha.example/<b>", reason, "no answer in 30 s")
                share = Yield(19 if alarms and ago == 1 else 198, 200)
                told = RunReport(
                    key, began, began + timedelta(minutes=5), fetched=200, new=3, failed=len(reasons), reasons=reasons,
                    yields={"date": share}, alarms=alarms if ago == 1 else (),
                    learning=LEARNED[key] if ago == 1 else None,
                )  # fmt: skip
                archive.finish_run(run, told)
    with serving(path) as served, httpx.Client(base_url=served.url, headers={"Accept-Language": "en"}) as client:
        yield client


def page(web: httpx.Client, address: str) -> str:
    answer = web.get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_page_says_at_once_which_portal_needs_a_look(web: httpx.Client) -> None:
    html = page(web, "/runs")
    assert "1 of 2 portals needs a look." in html
    assert html.index("portal=minhha") < html.index("portal=bachhai")  # what is ill stands first
    assert "Dates: only 10% of the reports, 98% before." in html
    assert len(re.findall(r'<rect class="alarm"', html)) == 2  # the night, and what the squares mean
    assert "Last 56 nights: some pages failed 1, an alarm 1." in html
    assert "Last 56 nights: all went well 2." in html
    assert html.count('<polyline points="') == 2
    assert "Dates</b> 10 %, at first 99 %, at the least 10 %" in html


def test_a_portal_shows_what_failed_and_what_drifted(web: httpx.Client) -> None:
    html = page(web, "/runs?portal=minhha")
    assert re.search(r"<dt>timeout</dt><dd><svg[^>]*><rect width=\"100.0%\".*?</svg> 2</dd>", html)
    assert "10% (98% before)" in html
    assert "portal=bachhai" not in html
    assert web.get("/runs?portal=nope").status_code == 404
    assert "Mọi việc đều ổn" in page(web, "/runs?portal=bachhai&lang=vi")


def test_a_run_shows_its_figures_and_every_address_that_failed(web: httpx.Client) -> None:
    answer = web.get("/runs/4", headers={"Cookie": ""})
    assert "https://minhha.example/&lt;b&gt;" in answer.text
    html = unescape(answer.text)
    for text in ("Run 4", "an alarm", "timeout 1", "no answer in 30 s", "Dates: only 10%", DATE.examples[0]):
        assert text in html, text
    assert "What its pages teach is not used: older pages would lose their date" in html
    healed = page(web, "/runs/2?lang=en")
    assert "Profile 0b7d11e4, from 41 of its pages." in healed
    assert "Healed: Dates, only 10% of the reports at first, are read again." in healed
    assert web.get("/runs/4711").status_code == 404


def test_an_archive_without_a_run_says_so(tmp_path: Path) -> None:
    Archive(tmp_path / "archive.db").close()
    with serving(tmp_path / "archive.db") as served:
        assert "still empty" in httpx.get(f"{served.url}/runs").text
