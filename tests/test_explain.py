"""A person who sees a wrong title can see the reason: the winner, the runners-up, and what spoke for each."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from fictional_page import URL, page
from portal_archiver.demo import serve, truth
from portal_archiver.parser import parse_page
from portal_archiver.parser.explain import Explanation, explain
from program import PROGRAM


def fields(html: str, url: str = URL) -> dict[str, Explanation]:
    return {item.field: item for item in explain(html, url)}


def run(*args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "explain", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60)


def test_what_won_is_what_parse_page_says() -> None:
    html = page(date="<p>Ngày đăng: 12/5/2024</p>")
    parsed, found = parse_page(html, URL), fields(html)
    assert parsed.article is not None and parsed.article.published is not None
    assert found["kind"].reasons[0].value == parsed.kind
    assert found["title"].reasons[0].value == parsed.article.title
    assert found["published"].reasons[0].value.startswith(parsed.article.published.day.isoformat())


def test_runners_up_come_with_their_weights_and_never_twice() -> None:
    titles = fields(page())["title"].reasons
    assert [reason.won for reason in titles] == [True] + [False] * (len(titles) - 1)
    assert len({reason.value for reason in titles}) == len(titles) > 1
    assert all(reason.why for reason in titles)
    assert "slug +" in titles[0].why


def test_what_was_left_out_of_the_body_is_named() -> None:
    html = page().replace("</h1>", "</h1><p>Chia sẻ qua Zalo</p>", 1)
    assert any("Chia sẻ" in reason.value and "left out" in reason.why for reason in fields(html)["body"].reasons)


@pytest.mark.parametrize("html", ["", "<p>x", "\x00", "<html><body><ul><li><a href=/a>b</a></ul>"])
def test_a_page_without_a_report_is_explained_too(html: str) -> None:
    assert fields(html)["kind"].reasons[0].value in ("other", "listing")


def test_a_saved_page_is_explained_on_the_screen_and_as_json(tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_text(page(), encoding="utf-8")
    shown = run("saved.html", "--url", URL, folder=tmp_path)
    assert shown.returncode == 0 and "title\n  * " in shown.stdout
    read = json.loads(run("saved.html", "--url", URL, "--json", folder=tmp_path).stdout)
    assert read["url"] == URL and read["fields"]["title"][0]["won"] is True


def test_an_address_is_fetched_with_the_settings_of_its_portal(tmp_path: Path) -> None:
    with serve() as base:
        url, record = next(iter(truth(base).items()))
        refused = run(url, folder=tmp_path)
        assert refused.returncode == 5 and "private" in refused.stderr and refused.stderr.count("\n") == 1
        (tmp_path / "portals.toml").write_text(f'[portal.demo]\nstart = "{base}"\nallow_private = true\ndelay = 0\n')
        assert record.title in run(url, folder=tmp_path).stdout


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    done = run("nowhere.html", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: nowhere.html: no such file") and done.stderr.count("\n") == 1
